//! Telegram on the wire.

use crate::support::account::{account, cx};
use crate::support::built_in;
use crate::support::wire::{classify, read_args, send};
use ondo_compiler::wire::{self, Verdict};

#[test]
fn a_message_goes_to_the_chat_of_the_account_and_hides_the_token() {
    let (catalog, _) = built_in();
    let request = send(
        catalog,
        "telegram",
        "send",
        &serde_json::json!({ "text": "Стол 7" }),
    );
    assert_eq!(
        request.url.expose(),
        "https://api.telegram.org/botbot-token/sendMessage"
    );
    assert_eq!(
        request.shown_url,
        "https://api.telegram.org/bot***/sendMessage"
    );
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        "{\"chat_id\":\"-100200300\",\"text\":\"Стол 7\"}"
    );
}

#[test]
fn a_chat_that_is_too_busy_says_in_the_body_how_long_to_wait() {
    let (catalog, _) = built_in();
    let body = "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests\",\"parameters\":{\"retry_after\":7}}";
    let seen = classify(catalog, "telegram", "send", 429, body);
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("rate_limited", Verdict::Refused)
    );
    assert_eq!(seen.pause, Some(jiff::SignedDuration::from_secs(7)));
}

#[test]
fn a_chat_that_shuts_the_bot_out_has_its_meaning() {
    let (catalog, _) = built_in();
    let body = "{\"ok\":false,\"error_code\":403,\"description\":\"Forbidden: bot was kicked\"}";
    let seen = classify(catalog, "telegram", "send", 403, body);
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("rejected", Verdict::Refused)
    );
    assert!(seen.message.contains("не может писать"), "{}", seen.message);
}

#[test]
fn a_message_without_text_or_with_too_much_is_not_sent() {
    let (catalog, _) = built_in();
    let telegram = catalog.connector("telegram").unwrap();
    let settings = account("telegram");
    let build = |text: String| {
        let args = read_args(
            catalog,
            telegram,
            "send",
            &serde_json::json!({ "text": text }),
        );
        let action = telegram.action("send").unwrap();
        wire::build_request(&cx(catalog, &settings), telegram, action, &args, None)
            .map_err(|failure| failure.code)
    };
    assert!(build("ё".repeat(4096)).is_ok());
    assert_eq!(build("ё".repeat(4097)).unwrap_err(), "value-refused");
    assert_eq!(build(String::new()).unwrap_err(), "value-refused");
}

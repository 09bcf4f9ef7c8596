//! Plazius' own payloads: tokens, guests, wallets, errors.

use crate::support::account::{cx, secret, settings};
use crate::support::built_in;
use crate::support::documents::{payload, payload_json, readers};
use crate::support::wire::{classify_known, ends, field, header, list, money, sent_json};
use ondo_compiler::value::{Num, Value};
use ondo_compiler::wire::{self, HttpAnswer, Verdict};
use serde_json::Value as Json;

// Which test reads which payload.
readers! {
    a_token_is_asked_for_with_the_password: "plazius/gentoken.request.json";
    a_token_is_taken_from_the_answer: "plazius/gentoken.response.json";
    a_guest_who_is_not_found_is_a_refusal: "plazius/error.3007.response.json";
    data_that_are_not_valid_are_a_refusal: "plazius/error.9004.response.json";
    a_guest_is_saved_as_the_document_has_it: "plazius/save.request.json";
    a_guest_is_changed_as_the_document_has_it: "plazius/update.request.json";
    a_guest_is_read: "plazius/get.response.json";
    a_wallet_is_read: "plazius/get_wallet.response.json";
    a_bonus_is_added_as_the_document_has_it: "plazius/add_bonus.request.json";
    a_bonus_is_written_off_as_the_document_has_it: "plazius/writeoff_bonus.request.json";
}

#[test]
fn a_token_is_asked_for_with_the_password() {
    let Some(wanted) = payload_json("plazius/gentoken.request.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let password = wanted["password"].as_str().unwrap();
    let settings = settings(&[
        ("apiKey", secret("plazius-key")),
        ("password", secret(password)),
    ]);
    let plazius = catalog.connector("plazius").unwrap();
    let request = wire::auth_request(&cx(catalog, &settings), plazius)
        .unwrap()
        .unwrap();
    assert_eq!(header(&request, "ApiKey"), "plazius-key");
    let sent: Json = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(sent, wanted);
}

#[test]
fn a_token_is_taken_from_the_answer() {
    let Some(body) = payload("plazius/gentoken.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let settings = settings(&[]);
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
        complete: true,
    };
    let plazius = catalog.connector("plazius").unwrap();
    let (token, _) = wire::read_token(&cx(catalog, &settings), plazius, &answer).unwrap();
    assert_eq!(token.expose(), "example-token");
}

fn is_refused(file: &str, code: &str) {
    let Some(body) = payload(file) else {
        return;
    };
    let (catalog, _) = built_in();
    let plazius = catalog.connector("plazius").unwrap();
    for action in plazius.actions.keys() {
        let seen = classify_known(catalog, "plazius", action, 400, &body);
        assert_eq!(ends(&seen), ("rejected", Verdict::Refused), "{action}");
        assert_eq!(field(&seen.value, "code"), &Value::text(code));
        let caption = plazius.code(code).unwrap();
        assert!(seen.message.contains(&**caption), "{}", seen.message);
        assert_eq!(field(&seen.value, "message"), &Value::Text(caption.clone()));
    }
}

#[test]
fn a_guest_who_is_not_found_is_a_refusal() {
    is_refused("plazius/error.3007.response.json", "3007");
}

#[test]
fn data_that_are_not_valid_are_a_refusal() {
    is_refused("plazius/error.9004.response.json", "9004");
}

/// The arguments of these actions are the fields of their bodies.
fn is_sent_as_printed(action: &str, file: &str) {
    let Some(wanted) = payload_json(file) else {
        return;
    };
    let (catalog, _) = built_in();
    assert_eq!(sent_json(catalog, "plazius", action, &wanted), wanted);
    // The organization is the account's where a call does not name one.
    let mut args = wanted.clone();
    args.as_object_mut().unwrap().remove("organization");
    assert_eq!(sent_json(catalog, "plazius", action, &args), wanted);
}

#[test]
fn a_guest_is_saved_as_the_document_has_it() {
    is_sent_as_printed("save", "plazius/save.request.json");
}

#[test]
fn a_guest_is_changed_as_the_document_has_it() {
    is_sent_as_printed("update", "plazius/update.request.json");
}

#[test]
fn a_bonus_is_added_as_the_document_has_it() {
    is_sent_as_printed("addBonus", "plazius/add_bonus.request.json");
}

#[test]
fn a_bonus_is_written_off_as_the_document_has_it() {
    is_sent_as_printed("writeoffBonus", "plazius/writeoff_bonus.request.json");
}

#[test]
fn a_guest_is_read() {
    let Some(body) = payload("plazius/get.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify_known(catalog, "plazius", "get", 200, &body);
    assert_eq!(ends(&seen), ("ok", Verdict::Applied));
    let guest = field(&seen.value, "guest");
    // A number on the wire.
    assert_eq!(field(guest, "sex"), &Value::text("male"));
    assert_eq!(
        field(guest, "birthday"),
        &Value::Date("1989-01-17".parse().unwrap())
    );
    let card = &list(field(&seen.value, "loyaltyCards"))[0];
    assert_eq!(field(card, "isVirtual"), &Value::Bool(false));
}

#[test]
fn a_wallet_is_read() {
    let Some(body) = payload("plazius/get_wallet.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify_known(catalog, "plazius", "getWallet", 200, &body);
    assert_eq!(ends(&seen), ("ok", Verdict::Applied));
    assert_eq!(money(field(&seen.value, "balance")), "155");
    let rank = field(&seen.value, "currentRank");
    assert_eq!(
        field(rank, "cashbackPercentage"),
        &Value::Num(Num::parse("12.5").unwrap())
    );
    assert_eq!(
        money(field(field(rank, "confirmation"), "sumLeft")),
        "500.5"
    );
}

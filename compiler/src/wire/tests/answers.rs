//! What one attempt means.

use super::*;

fn answer(status: u16, body: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
        complete: true,
    }
}

fn of(name: &str, observed: &Observed) -> Classified {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    classify(
        &cx,
        connector(&catalog, "shop"),
        action(&catalog, "shop", name),
        observed,
    )
}

fn meaning(name: &str, status: u16, body: &str) -> (String, Verdict, String) {
    let found = of(name, &Observed::Answer(answer(status, body)));
    (found.outcome.to_string(), found.verdict, found.message)
}

#[test]
fn declared_answers_come_first_then_what_http_says() {
    use Verdict::*;
    let rejected = r#"{"error":{"code":"3007","message":"Guest +79990001122 not found"}}"#;
    for (name, status, body, outcome, verdict, message) in [
        ("addBonus", 200, "", "ok", Applied, "200: ok"),
        ("addBonus", 200, "{}", "ok", Applied, "200: ok"),
        (
            "addBonus",
            400,
            rejected,
            "rejected",
            Refused,
            "400: 3007 Гость не найден",
        ),
        (
            "addBonus",
            400,
            "<html>",
            "refused",
            Refused,
            "400: refused",
        ),
        ("addBonus", 500, "", "transient", Unknown, "500: transient"),
        (
            "addBonus",
            409,
            r#"{"id":5}"#,
            "duplicate",
            Applied,
            "409: duplicate",
        ),
        ("addBonus", 409, "", "unknown", Unknown, "409: unknown"),
        ("addBonus", 302, "", "unknown", Unknown, "302: unknown"),
        ("addBonus", 408, "", "unknown", Unknown, "408: unknown"),
        ("addBonus", 425, "", "unknown", Unknown, "425: unknown"),
        ("addBonus", 401, "", "refused", Refused, "401: refused"),
        ("addBonus", 403, "", "refused", Refused, "403: refused"),
        ("addBonus", 404, "", "refused", Refused, "404: refused"),
        ("addBonus", 405, "", "refused", Refused, "405: refused"),
        ("addBonus", 413, "", "refused", Refused, "413: refused"),
        ("addBonus", 415, "", "refused", Refused, "415: refused"),
        ("addBonus", 422, "", "refused", Refused, "422: refused"),
        ("addBonus", 418, "", "unknown", Unknown, "418: unknown"),
        (
            "addBonus",
            429,
            "",
            "rate_limited",
            Refused,
            "429: rate_limited",
        ),
        (
            "addBonus",
            503,
            r#"{"success":false,"errorMsg":"Rate limit exceeded"}"#,
            "rate_limited",
            Refused,
            "503: Превышен лимит запросов",
        ),
        (
            "addBonus",
            503,
            r#"{"success":false,"errorMsg":"Down"}"#,
            "transient",
            Unknown,
            "503: transient",
        ),
        ("pay", 200, "anything", "ok", Applied, "200: ok"),
        ("pay", 204, "", "ok", Applied, "204: ok"),
        (
            "findOrders",
            200,
            r#"{"orders":[]}"#,
            "ok",
            Applied,
            "200: ok",
        ),
        (
            "findOrders",
            200,
            "<html>",
            "unreadable",
            AppliedResultLost,
            "200: unreadable",
        ),
        (
            "findOrders",
            200,
            r#"{"orders":7}"#,
            "unreadable",
            AppliedResultLost,
            "200: unreadable",
        ),
        (
            "editOrder",
            201,
            r#"{"success":true,"id":7,"order":{"number":"C"}}"#,
            "ok",
            Applied,
            "201: ok",
        ),
        (
            "editOrder",
            200,
            r#"{"success":true,"task":"t"}"#,
            "waiting",
            Pending,
            "200: waiting",
        ),
        // One of the answers with this status is not `applied`, so what cannot be read may be one of those.
        (
            "editOrder",
            200,
            r#"{"success":false}"#,
            "unreadable",
            Unknown,
            "200: unreadable",
        ),
        (
            "editOrder",
            201,
            r#"{"success":false}"#,
            "unreadable",
            AppliedResultLost,
            "201: unreadable",
        ),
    ] {
        let wanted = (outcome.to_owned(), verdict, message.to_owned());
        assert_eq!(
            meaning(name, status, body),
            wanted,
            "{name} {status} {body}"
        );
    }
}

/// The table of what a status means, where neither the connector nor the action speaks of it.
#[test]
fn a_status_that_no_definition_describes_means_what_http_says() {
    const BARE: &str = r#"
connector bare "Голый" {
  setting base: url = "https://api.bare.example/"
}

action call {
  request POST "/call"
  answer ok applied status 200 empty
  effect unsafe
}
"#;
    let (catalog, diagnostics) = build(vec![source("bare", BARE)]);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let bare = connector(&catalog, "bare");
    let call = action(&catalog, "bare", "call");
    for status in 300..600 {
        let wanted = match status {
            400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 429 => Verdict::Refused,
            _ => Verdict::Unknown,
        };
        let observed = Observed::Answer(answer(status, ""));
        let found = classify(&cx(&catalog, &[]), bare, call, &observed);
        assert_eq!(found.verdict, wanted, "{status}");
    }
}

#[test]
fn the_value_is_the_record_of_the_holes() {
    let found = of(
        "editOrder",
        &Observed::Answer(answer(
            200,
            r#"{"success":true,"id":7,"order":{"number":"C","x":1}}"#,
        )),
    );
    let wanted = object(&[("id", Value::Int(7)), ("number", Value::text("C"))]);
    assert_eq!(found.value, wanted);
    let found = of("addBonus", &Observed::Answer(answer(502, "")));
    assert_eq!(found.value, object(&[("status", Value::Int(502))]));
    let found = of(
        "addBonus",
        &Observed::Answer(answer(400, r#"{"error":{"code":"1","message":"m"}}"#)),
    );
    assert_eq!(
        found.value,
        object(&[("code", Value::text("1")), ("message", Value::text("m"))])
    );
    assert_eq!(
        of("addBonus", &Observed::Answer(answer(200, ""))).value,
        Value::Null
    );
}

#[test]
fn a_body_that_ended_early_lost_the_result_but_not_the_effect() {
    let mut half = answer(200, r#"{"orders":[]}"#);
    half.complete = false;
    let found = of("findOrders", &Observed::Answer(half.clone()));
    assert_eq!(
        (&*found.outcome, found.verdict),
        ("unreadable", Verdict::AppliedResultLost)
    );
    // Nothing is read of this one's body.
    assert_eq!(
        of("addBonus", &Observed::Answer(half)).verdict,
        Verdict::Applied
    );
}

#[test]
fn without_an_answer_only_a_connection_that_was_never_made_is_certain() {
    let found = of(
        "addBonus",
        &Observed::NotSent {
            reason: "connection refused".to_owned(),
        },
    );
    assert_eq!(
        (&*found.outcome, found.verdict),
        ("not_sent", Verdict::NotSent)
    );
    for (reason, outcome) in [
        ("timeout", "timeout"),
        ("reset", "reset"),
        ("closed", "no_answer"),
    ] {
        let found = of(
            "addBonus",
            &Observed::NoAnswer {
                reason: reason.to_owned(),
            },
        );
        assert_eq!(
            (&*found.outcome, found.verdict, found.message.as_str()),
            (outcome, Verdict::Unknown, reason)
        );
    }
}

#[test]
fn a_vendor_may_ask_to_wait() {
    let pause = |status, header: Option<&str>, body: &str| {
        let mut answer = answer(status, body);
        answer
            .headers
            .extend(header.map(|text| ("retry-after".to_owned(), text.to_owned())));
        of("addBonus", &Observed::Answer(answer))
            .pause
            .map(|pause| pause.as_secs())
    };
    let limited = r#"{"success":false,"errorMsg":"Rate limit exceeded"}"#;
    assert_eq!(pause(429, Some("7"), ""), Some(7));
    assert_eq!(pause(429, None, ""), Some(1));
    assert_eq!(pause(429, Some("999999"), ""), Some(3600));
    assert_eq!(
        pause(429, Some("Sat, 21 Nov 2026 07:00:30 GMT"), ""),
        Some(30)
    );
    assert_eq!(
        pause(429, Some("Sat, 21 Nov 2020 07:00:30 GMT"), ""),
        Some(0)
    );
    assert_eq!(pause(503, None, limited), Some(1));
    assert_eq!(pause(503, Some("7"), ""), None);
    assert_eq!(pause(400, Some("7"), ""), None);
}

#[test]
fn a_used_up_token_is_renewed() {
    assert!(of("addBonus", &Observed::Answer(answer(401, ""))).renew);
    assert!(!of("addBonus", &Observed::Answer(answer(403, ""))).renew);
}

#[test]
fn a_payload_is_kept_as_the_vendor_wrote_it() {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    let shop = connector(&catalog, "shop");
    let of = |field: Option<&str>, status, body: &str| {
        let field = field.map(Name::from);
        let action = action(&catalog, "shop", "findOrders");
        let found = payload_of_answer(&cx, shop, action, field.as_ref(), &answer(status, body));
        found
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .map_err(|failure| failure.code)
    };
    let body = r#"{"orders": [{"id": 1.10}, {"id" :2}], "more": null}"#;
    let orders = of(Some("orders"), 200, body).unwrap();
    assert_eq!(orders, r#"[{"id": 1.10}, {"id" :2}]"#);
    assert_eq!(of(None, 200, body).unwrap(), body);
    assert_eq!(of(Some("orders"), 400, body), Err("event-shape"));
    assert_eq!(of(Some("orders"), 200, "{}"), Err("event-shape"));
    let items = split_list(orders.as_bytes()).unwrap();
    assert_eq!(
        items,
        [br#"{"id": 1.10}"#.to_vec(), br#"{"id" :2}"#.to_vec()]
    );
}

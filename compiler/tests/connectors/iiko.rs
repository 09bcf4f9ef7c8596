//! iiko on the wire: tokens, commands, lists of events.

use crate::support::account::{account, cx, example, secret, settings};
use crate::support::built_in;
use crate::support::wire::{classify, field, header, read_args, send, take_json, value_of};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Delivery, Verdict};
use serde_json::{Value as Json, json};

fn event(name: &str) -> Json {
    let (catalog, _) = built_in();
    example(catalog.connector("iiko").unwrap(), name)
}

// ------------------------------------------------------------------------------------------------------------- tokens

/// Where an account with these settings asks for a token, and with what.
fn token_request(settings: &[(Name, Value)]) -> (String, String) {
    let (catalog, _) = built_in();
    let iiko = catalog.connector("iiko").unwrap();
    let request = wire::auth_request(&cx(catalog, settings), iiko)
        .unwrap()
        .unwrap();
    assert!(request.secret_body);
    (
        request.url.expose().to_owned(),
        String::from_utf8(request.body).unwrap(),
    )
}

#[test]
fn an_application_asks_for_its_token_with_three_secrets() {
    let (url, body) = token_request(&account("iiko"));
    assert_eq!(url, "https://api-ru.iiko.services/api/v2/access_token");
    assert_eq!(
        body,
        "{\"apiKey\":\"cloud-key\",\"appId\":\"cloud-app\",\"clientSecret\":\"cloud-secret\"}"
    );
}

#[test]
fn an_older_account_asks_with_its_login() {
    let (url, body) = token_request(&settings(&[("apiLogin", secret("old-login"))]));
    assert_eq!(url, "https://api-ru.iiko.services/api/1/access_token");
    assert_eq!(body, "{\"apiLogin\":\"old-login\"}");
}

// ----------------------------------------------------------------------------------------------------------- commands

#[test]
fn a_booking_is_written_in_the_terminals_own_time() {
    let (catalog, _) = built_in();
    let args = event("create-reserve.json")["args"].clone();
    let request = send(catalog, "iiko", "createReserve", &args);
    assert_eq!(
        request.url.expose(),
        "https://api-ru.iiko.services/api/1/reserve/create"
    );
    assert_eq!(header(&request, "Authorization"), "Bearer access-token");
    let sent: Json = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(sent, args);
}

fn refused(name: &str, value: Json) -> &'static str {
    let (catalog, _) = built_in();
    let iiko = catalog.connector("iiko").unwrap();
    let mut args = event("create-reserve.json")["args"].clone();
    args[name] = value;
    let args = read_args(catalog, iiko, "createReserve", &args);
    let settings = account("iiko");
    let action = iiko.action("createReserve").unwrap();
    let token = ondo_compiler::value::Secret::new("t");
    wire::build_request(&cx(catalog, &settings), iiko, action, &args, Some(&token))
        .unwrap_err()
        .code
}

#[test]
fn what_the_vendor_would_not_take_is_not_sent() {
    assert_eq!(refused("phone", json!("89165550142")), "value-refused");
    assert_eq!(refused("tableIds", json!([])), "value-refused");
    let late = json!("2027-11-28 19:00:00.000");
    assert_eq!(refused("estimatedStartTime", late), "value-refused");
    assert_eq!(
        refused("externalNumber", json!("1".repeat(51))),
        "value-refused"
    );
}

#[test]
fn a_booking_that_was_handed_in_is_asked_for_by_its_operation() {
    let (catalog, _) = built_in();
    let iiko = catalog.connector("iiko").unwrap();
    let body = event("create-reserve.json")["answer"].to_string();
    let seen = classify(catalog, "iiko", "createReserve", 200, &body);
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("accepted", Verdict::Pending)
    );
    let job = iiko.action("createReserve").unwrap().job.as_ref().unwrap();
    let id = value_of(iiko, &[("answer".into(), seen.value)], job.id.unwrap());
    assert_eq!(id, Value::text("0f6a9d3c-8b25-4c7e-a1f4-000000000001"));
    let ask = job.ask.as_ref().unwrap();
    assert_eq!(&*ask.action, "getCommandStatus");
    assert_eq!(
        value_of(iiko, &[("id".into(), id.clone())], ask.args[1].1),
        id
    );
}

#[test]
fn a_booking_that_failed_at_once_is_refused_with_its_code() {
    let (catalog, _) = built_in();
    let info = event("reserve-error.json")["eventInfo"].clone();
    let body = json!({ "correlationId": "0f6a", "reserveInfo": info }).to_string();
    let seen = classify(catalog, "iiko", "createReserve", 200, &body);
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("rejected", Verdict::Refused)
    );
    assert_eq!(
        field(&seen.value, "code"),
        &Value::text("TerminalGroupUnregistered")
    );
}

#[test]
fn a_command_is_done_under_way_or_refused() {
    let (catalog, _) = built_in();
    let cases = [
        (200, "{\"state\":\"Success\"}", "ok", Verdict::Applied),
        (
            200,
            "{\"state\":\"InProgress\"}",
            "waiting",
            Verdict::Pending,
        ),
        (
            200,
            "{\"state\":\"Error\",\"errorReason\":\"Common\",\"exception\":{}}",
            "rejected",
            Verdict::Refused,
        ),
        (
            410,
            "{\"correlationId\":\"0f6a\",\"errorDescription\":\"gone\",\"error\":null}",
            "expired",
            Verdict::Refused,
        ),
        (
            408,
            "{\"correlationId\":\"0f6a\"}",
            "transient",
            Verdict::Unknown,
        ),
    ];
    for (status, body, outcome, verdict) in cases {
        let seen = classify(catalog, "iiko", "getCommandStatus", status, body);
        assert_eq!((&*seen.outcome, seen.verdict), (outcome, verdict), "{body}");
    }
}

#[test]
fn a_token_that_is_used_up_is_renewed() {
    let (catalog, _) = built_in();
    let body =
        "{\"correlationId\":\"0f6a\",\"errorDescription\":\"Token is expired\",\"error\":null}";
    assert!(classify(catalog, "iiko", "getReserves", 401, body).renew);
}

// ------------------------------------------------------------------------------------------------------------ events

#[test]
fn a_delivery_is_a_list_of_events_of_any_types() {
    let (catalog, _) = built_in();
    let unknown = json!({ "eventType": "SomethingNew", "eventInfo": {} });
    let list = [
        event("reserve-update.json"),
        event("personal-shift.json"),
        unknown.clone(),
        event("delivery-order-update.json"),
    ];
    let body = Json::Array(list.to_vec()).to_string();
    let taken = take_json(catalog, "iiko", &body).unwrap();
    let names: Vec<&str> = taken.iter().map(|event| &*event.event).collect();
    assert_eq!(
        names,
        [
            "reserve_update",
            "personal_shift",
            "unknown",
            "delivery_order_update"
        ]
    );
    let kept: Json = serde_json::from_slice(taken[2].payload.as_ref().unwrap()).unwrap();
    assert_eq!(kept, unknown);
}

#[test]
fn every_type_is_an_event_of_its_own() {
    let (catalog, _) = built_in();
    let iiko = catalog.connector("iiko").unwrap();
    assert_eq!(iiko.events.len(), 11);
    for known in iiko.events.values() {
        let body = Json::Array(vec![event(&known.examples[0])]).to_string();
        let taken = take_json(catalog, "iiko", &body).unwrap();
        assert_eq!(taken[0].event, known.name);
        assert!(taken[0].key.is_some(), "{}", known.name);
    }
}

#[test]
fn a_delivery_is_known_by_thing_and_time() {
    let (catalog, _) = built_in();
    let body = Json::Array(vec![event("reserve-update.json")]).to_string();
    let taken = take_json(catalog, "iiko", &body).unwrap();
    assert_eq!(
        taken[0].key.as_deref(),
        Some(
            "5e2f8c71-1d0a-4b6e-9a43-c0b7d61f3e20 ReserveUpdate a7d3f6b0-2c41-4e95-b6a8-71e0c4d9f385 1795341907250"
        )
    );
}

#[test]
fn the_time_of_an_event_is_utc_and_all_others_are_the_terminals() {
    let (catalog, _) = built_in();
    let payload = &catalog
        .connector("iiko")
        .unwrap()
        .event("reserve_update")
        .unwrap()
        .payload;
    let bytes = event("reserve-update.json").to_string();
    let read =
        wire::decode_value(payload, bytes.as_bytes(), &catalog.types, "Asia/Omsk", None).unwrap();
    let moment = |value: &Value| match value {
        Value::DateTime(moment) => moment.timestamp().to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(moment(field(&read, "eventTime")), "2026-11-21T11:05:07.25Z");
    let reserve = field(field(&read, "eventInfo"), "reserve");
    assert_eq!(
        moment(field(reserve, "estimatedStartTime")),
        "2026-11-28T13:00:00Z"
    );
}

fn is_authentic(authorization: &str) -> bool {
    let (catalog, _) = built_in();
    let settings = account("iiko");
    let delivery = Delivery {
        method: "POST".to_owned(),
        query: String::new(),
        headers: vec![("authorization".to_owned(), authorization.to_owned())],
        body: b"[]".to_vec(),
    };
    let iiko = catalog.connector("iiko").unwrap();
    wire::authentic(&cx(catalog, &settings), iiko, &delivery, None).is_ok()
}

#[test]
fn a_delivery_carries_the_token_with_or_without_a_word_before_it() {
    assert!(is_authentic("cloud-hook"));
    assert!(is_authentic("Bearer cloud-hook"));
    assert!(!is_authentic("Bearer "));
    assert!(!is_authentic("cloud"));
}

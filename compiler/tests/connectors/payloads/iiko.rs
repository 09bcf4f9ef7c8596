//! iiko's own payloads: tokens, commands, webhooks.

use crate::support::account::{account, cx, secret, settings};
use crate::support::built_in;
use crate::support::documents::{payload, payload_json, readers};
use crate::support::wire::{
    classify_known, ends, field, moment, money, payload_of, sent_json, take_json,
};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Accepted, HttpAnswer, Verdict};
use serde_json::Value as Json;

// Which test reads which payload.
readers! {
    a_token_is_asked_for_with_the_login: "iiko/access_token.request.json";
    a_token_is_taken_from_the_answer: "iiko/access_token.response.json";
    a_login_that_is_not_authorized_is_refused: "iiko/error.response.json";
    a_command_that_succeeded_is_done: "iiko/commands_status.response.success.json";
    a_booking_is_written_as_the_document_has_it: "iiko/reserve_create.request.json";
    a_cancellation_is_written_as_the_document_has_it: "iiko/reserve_cancel.request.json";
    the_address_of_the_webhook_is_written_as_the_document_has_it: "iiko/webhooks_update_settings.request.json";
    a_new_booking_is_an_event: "iiko/webhook.ReserveUpdate.created.json";
    a_cancelled_booking_says_why: "iiko/webhook.ReserveUpdate.cancelled.json";
    a_banquet_has_an_order: "iiko/webhook.ReserveUpdate.banquet_with_order.json";
    a_booking_that_failed_says_why: "iiko/webhook.ReserveError.json";
    a_shift_is_an_event: "iiko/webhook.PersonalShift.json";
    a_stop_list_names_its_terminals: "iiko/webhook.StopListUpdate.json";
}

// --------------------------------------------------------------------------------------------------------------- calls

#[test]
fn a_token_is_asked_for_with_the_login() {
    let Some(wanted) = payload_json("iiko/access_token.request.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let login = wanted["apiLogin"].as_str().unwrap();
    let settings = settings(&[("apiLogin", secret(login))]);
    let iiko = catalog.connector("iiko").unwrap();
    let request = wire::auth_request(&cx(catalog, &settings), iiko)
        .unwrap()
        .unwrap();
    assert_eq!(
        request.url.expose(),
        "https://api-ru.iiko.services/api/1/access_token"
    );
    let sent: Json = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(sent, wanted);
}

#[test]
fn a_token_is_taken_from_the_answer() {
    let Some(body) = payload("iiko/access_token.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let settings = account("iiko");
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
        complete: true,
    };
    let iiko = catalog.connector("iiko").unwrap();
    let (token, lives) = wire::read_token(&cx(catalog, &settings), iiko, &answer).unwrap();
    assert_eq!(token.expose(), "eyJ-example-token");
    // The vendor's hour, less a little.
    assert_eq!(lives, Some(jiff::SignedDuration::from_mins(55)));
}

#[test]
fn a_login_that_is_not_authorized_is_refused() {
    let Some(body) = payload("iiko/error.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify_known(catalog, "iiko", "createReserve", 401, &body);
    assert_eq!(ends(&seen), ("rejected", Verdict::Refused));
    assert!(seen.renew);
    assert_eq!(
        field(&seen.value, "message"),
        &Value::text("Login your-login is not authorized.")
    );
    assert_eq!(field(&seen.value, "code"), &Value::Null);
    let seen = classify_known(catalog, "iiko", "createReserve", 400, &body);
    assert_eq!(ends(&seen), ("rejected", Verdict::Refused));
    assert!(!seen.renew);
}

#[test]
fn a_command_that_succeeded_is_done() {
    let Some(body) = payload("iiko/commands_status.response.success.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify_known(catalog, "iiko", "getCommandStatus", 200, &body);
    assert_eq!(ends(&seen), ("ok", Verdict::Applied));
}

/// The arguments of these actions are the fields of their bodies.
fn is_sent_as_printed(action: &str, file: &str) {
    let Some(wanted) = payload_json(file) else {
        return;
    };
    let (catalog, _) = built_in();
    assert_eq!(sent_json(catalog, "iiko", action, &wanted), wanted);
}

#[test]
fn a_booking_is_written_as_the_document_has_it() {
    is_sent_as_printed("createReserve", "iiko/reserve_create.request.json");
}

#[test]
fn a_cancellation_is_written_as_the_document_has_it() {
    is_sent_as_printed("cancelReserve", "iiko/reserve_cancel.request.json");
}

#[test]
fn the_address_of_the_webhook_is_written_as_the_document_has_it() {
    is_sent_as_printed("setWebhook", "iiko/webhooks_update_settings.request.json");
}

// ------------------------------------------------------------------------------------------------------------ webhooks

const BOOKING_KEY: &str = "7bc05553-4b68-44e8-b7bc-37be63c6d9e9 ReserveUpdate c5a8e3fd-1a1a-44d3-9f42-11a9a3d2a001 1784550645123";

/// The one event of a delivery, with its payload.
fn event(file: &str) -> Option<(Accepted, Value)> {
    let body = payload(file)?;
    let (catalog, _) = built_in();
    let mut taken = take_json(catalog, "iiko", &body).unwrap();
    assert_eq!(taken.len(), 1);
    let value = payload_of(catalog, "iiko", &taken[0]);
    Some((taken.remove(0), value))
}

#[test]
fn a_new_booking_is_an_event() {
    let Some((event, payload)) = event("iiko/webhook.ReserveUpdate.created.json") else {
        return;
    };
    assert_eq!(&*event.event, "reserve_update");
    assert_eq!(event.key.as_deref(), Some(BOOKING_KEY));
    // UTC; the booking itself is in the time of the terminal.
    assert_eq!(
        moment(field(&payload, "eventTime")),
        "2026-07-20T12:30:45.123Z"
    );
    let info = field(&payload, "eventInfo");
    assert_eq!(field(info, "creationStatus"), &Value::text("Success"));
    let booking = field(info, "reserve");
    assert_eq!(field(booking, "status"), &Value::text("New"));
    assert_eq!(field(booking, "guestsCount"), &Value::Int(4));
    assert_eq!(
        moment(field(booking, "estimatedStartTime")),
        "2026-07-21T16:00:00Z"
    );
    let guest = field(booking, "customer");
    assert_eq!(field(guest, "type"), &Value::text("regular"));
    assert_eq!(field(guest, "surname"), &Value::text("Иванов"));
    assert_eq!(field(booking, "order"), &Value::Null);
}

#[test]
fn a_cancelled_booking_says_why() {
    let Some((event, payload)) = event("iiko/webhook.ReserveUpdate.cancelled.json") else {
        return;
    };
    assert_eq!(event.key.as_deref(), Some(BOOKING_KEY));
    let booking = field(field(&payload, "eventInfo"), "reserve");
    assert_eq!(field(booking, "status"), &Value::text("Closed"));
    assert_eq!(
        field(booking, "cancelReason"),
        &Value::text("ClientRefused")
    );
}

#[test]
fn a_banquet_has_an_order() {
    let Some((event, payload)) = event("iiko/webhook.ReserveUpdate.banquet_with_order.json") else {
        return;
    };
    assert_eq!(&*event.event, "reserve_update");
    let booking = field(field(&payload, "eventInfo"), "reserve");
    // Not the envelope's type: the kind of banquet.
    assert_eq!(field(booking, "eventType"), &Value::text("День рождения"));
    let order = field(booking, "order");
    assert_eq!(money(field(order, "sum")), "3450");
    assert_eq!(field(order, "number"), &Value::Int(118));
    assert_eq!(field(order, "externalData"), &Value::list(Vec::new()));
    assert_eq!(
        field(field(order, "orderType"), "orderServiceType"),
        &Value::text("Common")
    );
}

#[test]
fn a_booking_that_failed_says_why() {
    let Some((event, payload)) = event("iiko/webhook.ReserveError.json") else {
        return;
    };
    assert_eq!(&*event.event, "reserve_error");
    let info = field(&payload, "eventInfo");
    assert_eq!(field(info, "creationStatus"), &Value::text("Error"));
    assert_eq!(
        field(field(info, "errorInfo"), "code"),
        &Value::text("TerminalGroupUnregistered")
    );
    assert_eq!(field(info, "reserve"), &Value::Null);
}

#[test]
fn a_shift_is_an_event() {
    let Some((event, payload)) = event("iiko/webhook.PersonalShift.json") else {
        return;
    };
    assert_eq!(&*event.event, "personal_shift");
    assert_eq!(
        field(field(&payload, "eventInfo"), "opened"),
        &Value::Bool(true)
    );
}

#[test]
fn a_stop_list_names_its_terminals() {
    let Some((event, payload)) = event("iiko/webhook.StopListUpdate.json") else {
        return;
    };
    assert_eq!(&*event.event, "stop_list_update");
    let lists = field(
        field(&payload, "eventInfo"),
        "terminalGroupsStopListsUpdates",
    );
    assert_eq!(
        field(&crate::support::wire::list(lists)[0], "isFull"),
        &Value::Bool(true)
    );
}

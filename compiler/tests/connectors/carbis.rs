//! Carbis on the wire: the queue of events and how it is read on.

use crate::support::account::example;
use crate::support::built_in;
use crate::support::wire::{classify, field, header, send, value_of};
use ondo_compiler::value::Value;
use ondo_compiler::wire::Verdict;
use serde_json::json;

fn updates() -> Value {
    let (catalog, _) = built_in();
    let body = example(catalog.connector("carbis").unwrap(), "get-events.json")["answer"].clone();
    let seen = classify(catalog, "carbis", "getEvents", 200, &body.to_string());
    field(&seen.value, "updates").clone()
}

#[test]
fn the_queue_is_asked_with_the_last_hash_and_the_access_code() {
    let (catalog, _) = built_in();
    let request = send(
        catalog,
        "carbis",
        "getEvents",
        &json!({ "hash": "0x1f9d30aa" }),
    );
    assert_eq!(
        request.url.expose(),
        "https://192.168.1.20:9443/api/v4/events?hash=0x1f9d30aa"
    );
    assert_eq!(header(&request, "token"), "hall-token");
    let first = send(catalog, "carbis", "getEvents", &json!({}));
    assert!(first.url.expose().ends_with("?hash=none"));
}

#[test]
fn the_cursor_is_the_last_hash_and_stays_when_nothing_came() {
    let (catalog, _) = built_in();
    let carbis = catalog.connector("carbis").unwrap();
    for event in carbis.events.values() {
        let poll = event.poll.as_ref().unwrap();
        let after = |items: Value| {
            let inputs = [
                ("items".into(), items),
                ("cursor".into(), Value::text("0x01")),
            ];
            value_of(carbis, &inputs, poll.cursor.unwrap())
        };
        assert_eq!(after(updates()), Value::text("0x5be1c204"));
        assert_eq!(after(Value::list(Vec::new())), Value::text("0x01"));
        let first = value_of(carbis, &[], poll.read.args[0].1);
        assert_eq!(first, Value::text("none"));
    }
}

#[test]
fn an_event_takes_its_own_kind_only() {
    let (catalog, _) = built_in();
    let carbis = catalog.connector("carbis").unwrap();
    let Value::List(items) = updates() else {
        panic!("no list");
    };
    let taken = |event: &str| {
        let skip = carbis.event(event).unwrap().poll.as_ref().unwrap().skip;
        items
            .iter()
            .filter(|item| {
                let inputs = [("item".into(), (*item).clone())];
                value_of(carbis, &inputs, skip.unwrap()) == Value::Bool(false)
            })
            .count()
    };
    assert_eq!(taken("waiter_call"), 1);
    assert_eq!(taken("additional_order"), 1);
    assert_eq!(taken("save_order"), 0);
}

#[test]
fn the_queue_holds_five_minutes_and_the_first_poll_takes_what_waits() {
    let (catalog, _) = built_in();
    for event in catalog.connector("carbis").unwrap().events.values() {
        let poll = event.poll.as_ref().unwrap();
        assert_eq!(poll.keeps, Some(jiff::SignedDuration::from_mins(5)));
        assert!(poll.start_waiting);
    }
}

#[test]
fn a_server_that_says_no_has_refused() {
    let (catalog, _) = built_in();
    let seen = classify(catalog, "carbis", "getEvents", 200, "{\"result\":false}");
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("rejected", Verdict::Refused)
    );
}

//! Carbis' own payloads: the answers of the queue, one for each kind of event.

use crate::support::account::{account, cx};
use crate::support::built_in;
use crate::support::documents::{payload, readers};
use crate::support::fits::fits;
use crate::support::wire::{classify_known, ends, field, list, money, value_of};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, HttpAnswer, Verdict};

// Which test reads which payload.
readers! {
    a_guest_calls_the_waiter: "carbis/events.waiter_call.json";
    an_order_is_saved: "carbis/events.save_order.json";
    an_order_is_added_to: "carbis/events.additional_order.json";
    an_order_is_paid_online: "carbis/events.online_payment.json";
    a_guest_asks_for_the_bill: "carbis/events.bill_request.json";
}

/// What the poll of an event makes of an answer: the key and the payload of the one event in it. Polls of other events
/// pass it over.
fn polled(event: &str, file: &str) -> Option<(String, Value)> {
    let body = payload(file)?;
    let (catalog, _) = built_in();
    let carbis = catalog.connector("carbis").unwrap();
    let settings = account("carbis");
    let cx = cx(catalog, &settings);
    assert_eq!(
        ends(&classify_known(catalog, "carbis", "getEvents", 200, &body)),
        ("ok", Verdict::Applied)
    );
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
        complete: true,
    };
    let mut taken = Vec::new();
    for known in carbis.events.values() {
        let poll = known.poll.as_ref().unwrap();
        let action = carbis.action(&poll.read.action).unwrap();
        let page = wire::read_page(&cx, carbis, action, poll.items.as_ref(), &answer).unwrap();
        let [item] = page.items.as_slice() else {
            panic!("{} items", page.items.len());
        };
        assert!(item.problem.is_none(), "{:?}", item.problem);
        let inputs = [("item".into(), item.value.clone())];
        if value_of(carbis, &inputs, poll.skip.unwrap()) == Value::Bool(true) {
            continue;
        }
        let json = serde_json::from_slice(&item.bytes).unwrap();
        fits(catalog, &known.payload, &json, &known.name);
        let payload = wire::decode_value(
            &known.payload,
            &item.bytes,
            &catalog.types,
            "Europe/Moscow",
            None,
        );
        let key = wire::event_key(&cx, carbis, known, &item.bytes).unwrap();
        taken.push((known.name.to_string(), key.unwrap(), payload.unwrap()));
    }
    let [(name, key, payload)] = taken.try_into().unwrap();
    assert_eq!(name, event);
    Some((key, payload))
}

#[test]
fn a_guest_calls_the_waiter() {
    let Some((key, call)) = polled("waiter_call", "carbis/events.waiter_call.json") else {
        return;
    };
    assert_eq!(key, "0xd8833dd3 waiter_call 1000028");
    let table = field(&call, "table_repr");
    assert_eq!(field(table, "name"), &Value::text("6"));
    assert_eq!(field(table, "max_guests"), &Value::Int(50));
    assert_eq!(field(&call, "order"), &Value::Null);
}

#[test]
fn an_order_is_saved() {
    let Some((key, saved)) = polled("save_order", "carbis/events.save_order.json") else {
        return;
    };
    assert_eq!(key, "0xd11f09a7 save_order 1000028");
    let order = field(&saved, "order");
    assert_eq!(money(field(order, "sum")), "186");
    let sums = list(field(order, "dishes")).iter();
    let sums: Vec<String> = sums.map(|dish| money(field(dish, "sum"))).collect();
    assert_eq!(sums, ["150", "36"]);
    let invoice = field(&saved, "invoice");
    assert_eq!(field(invoice, "order_guid"), field(order, "guid"));
    assert_eq!(money(field(invoice, "unpaid_sum")), "186");
    // Null on the wire.
    assert!(list(field(field(invoice, "session"), "payments")).is_empty());
}

#[test]
fn an_order_is_added_to() {
    let Some((key, added)) = polled("additional_order", "carbis/events.additional_order.json")
    else {
        return;
    };
    assert_eq!(key, "0xb22ce428 additional_order 1000028");
    let session = field(field(&added, "invoice"), "session");
    assert_eq!(list(field(session, "items")).len(), 1);
    assert_eq!(list(field(field(&added, "order"), "dishes")).len(), 3);
}

#[test]
fn an_order_is_paid_online() {
    let Some((key, paid)) = polled("online_payment", "carbis/events.online_payment.json") else {
        return;
    };
    assert_eq!(key, "0xa1fb9fc1 online_payment 1000028");
    // How much was paid is not told.
    assert_eq!(field(&paid, "invoice"), &Value::Null);
    assert!(list(field(field(&paid, "order"), "payments")).is_empty());
}

#[test]
fn a_guest_asks_for_the_bill() {
    let Some((key, bill)) = polled("bill_request", "carbis/events.bill_request.json") else {
        return;
    };
    // The same hash as that of the payment: a hash alone is no key.
    assert_eq!(key, "0xa1fb9fc1 bill_request 1000028");
    assert_eq!(money(field(field(&bill, "order"), "sum")), "186");
}

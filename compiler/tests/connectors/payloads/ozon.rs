//! Ozon's own payloads: lists of postings, one posting, notifications and what they want to hear.

use crate::support::account::{account, cx};
use crate::support::built_in;
use crate::support::documents::{payload, payload_json, readers};
use crate::support::wire::{
    classify_known, ends, field, hook_answer, list, money, payload_of, sent_json, take_json,
};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, HttpAnswer, Verdict};
use serde_json::Value as Json;

// Which test reads which payload.
readers! {
    a_key_that_is_wrong_is_refused: "ozon/error.response.json";
    one_posting_is_asked_for_as_the_document_has_it: "ozon/v3_posting_fbs_get.request.json";
    one_posting_is_read: "ozon/v3_posting_fbs_get.response.json";
    postings_are_listed_as_the_document_has_it: "ozon/v3_posting_fbs_list.request.json";
    a_list_says_whether_it_goes_on: "ozon/v3_posting_fbs_list.response.json";
    what_waits_is_asked_for_as_the_document_has_it: "ozon/v3_posting_fbs_unfulfilled_list.request.json";
    what_waits_is_events_of_the_poll: "ozon/v3_posting_fbs_unfulfilled_list.response.json";
    a_new_posting_is_completed_by_a_read: "ozon/push.TYPE_NEW_POSTING.request.json";
    a_cancelled_posting_says_why: "ozon/push.TYPE_POSTING_CANCELLED.request.json";
    a_ping_is_answered: "ozon/push.TYPE_PING.request.json", "ozon/push.TYPE_PING.our_response.json";
    a_notification_is_answered: "ozon/push.our_response.json";
}

#[test]
fn a_key_that_is_wrong_is_refused() {
    let Some(body) = payload("ozon/error.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify_known(catalog, "ozon", "getPosting", 403, &body);
    assert_eq!(ends(&seen), ("rejected", Verdict::Refused));
    assert_eq!(field(&seen.value, "code"), &Value::text("7"));
    assert_eq!(
        field(&seen.value, "message"),
        &Value::text("Invalid Api-Key, please check the key and try again")
    );
}

// --------------------------------------------------------------------------------------------------------------- reads

#[test]
fn one_posting_is_asked_for_as_the_document_has_it() {
    let Some(wanted) = payload_json("ozon/v3_posting_fbs_get.request.json") else {
        return;
    };
    let (catalog, _) = built_in();
    assert_eq!(sent_json(catalog, "ozon", "getPosting", &wanted), wanted);
}

#[test]
fn one_posting_is_read() {
    let Some(body) = payload("ozon/v3_posting_fbs_get.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify_known(catalog, "ozon", "getPosting", 200, &body);
    assert_eq!(ends(&seen), ("ok", Verdict::Applied));
    let posting = field(&seen.value, "posting");
    assert_eq!(
        field(posting, "posting_number"),
        &Value::text("57195475-0050-3")
    );
    let product = &list(field(posting, "products"))[0];
    // A text on the wire.
    assert_eq!(money(field(product, "price")), "279 RUB");
    assert_eq!(field(product, "offer_id"), &Value::text("250-7898-1"));
    assert_eq!(field(posting, "customer"), &Value::Null);
}

/// The arguments of a list, whose filter is spread.
fn flat(request: &Json) -> Json {
    let mut args = request.clone();
    let filter = args.as_object_mut().unwrap().remove("filter").unwrap();
    for (name, value) in filter.as_object().unwrap() {
        args[name] = value.clone();
    }
    args
}

fn is_listed_as_printed(action: &str, file: &str) {
    let Some(wanted) = payload_json(file) else {
        return;
    };
    let (catalog, _) = built_in();
    let sent = sent_json(catalog, "ozon", action, &flat(&wanted));
    assert_eq!(sent, wanted);
}

#[test]
fn postings_are_listed_as_the_document_has_it() {
    is_listed_as_printed("listPostings", "ozon/v3_posting_fbs_list.request.json");
}

#[test]
fn what_waits_is_asked_for_as_the_document_has_it() {
    is_listed_as_printed(
        "getUnfulfilled",
        "ozon/v3_posting_fbs_unfulfilled_list.request.json",
    );
}

#[test]
fn a_list_says_whether_it_goes_on() {
    let Some(body) = payload("ozon/v3_posting_fbs_list.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify_known(catalog, "ozon", "listPostings", 200, &body);
    assert_eq!(ends(&seen), ("ok", Verdict::Applied));
    assert_eq!(field(&seen.value, "has_next"), &Value::Bool(true));
    let posting = &list(field(&seen.value, "postings"))[0];
    let product = &list(field(posting, "products"))[0];
    assert_eq!(money(field(product, "price")), "1390 RUB");
    // The article is a text, although it looks like a number.
    assert_eq!(field(product, "offer_id"), &Value::text("205953"));
}

#[test]
fn what_waits_is_events_of_the_poll() {
    let Some(body) = payload("ozon/v3_posting_fbs_unfulfilled_list.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let ozon = catalog.connector("ozon").unwrap();
    classify_known(catalog, "ozon", "getUnfulfilled", 200, &body);
    let settings = account("ozon");
    let cx = cx(catalog, &settings);
    let event = ozon.event("new_posting").unwrap();
    let poll = event.poll.as_ref().unwrap();
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
        complete: true,
    };
    let action = ozon.action(&poll.read.action).unwrap();
    let page = wire::read_page(&cx, ozon, action, poll.items.as_ref(), &answer).unwrap();
    assert_eq!(field(&page.answer, "count"), &Value::Int(55));
    assert_eq!(page.items.len(), 1);
    assert!(page.items[0].problem.is_none());
    let key = wire::event_key(&cx, ozon, event, &page.items[0].bytes).unwrap();
    assert_eq!(key.as_deref(), Some("23713478-0018-3"));
    let posting = &page.items[0].value;
    let sold = &list(field(posting, "products"))[0];
    assert_eq!(money(field(sold, "price")), "1259 RUB");
    assert_eq!(field(sold, "offer_id"), &Value::text("УТ-0001365"));
    let financial = &list(field(field(posting, "financial_data"), "products"))[0];
    // A number here.
    assert_eq!(money(field(financial, "price")), "1259");
    assert_eq!(money(field(financial, "old_price")), "1888");
}

// ------------------------------------------------------------------------------------------------------- notifications

#[test]
fn a_new_posting_is_completed_by_a_read() {
    let Some(body) = payload("ozon/push.TYPE_NEW_POSTING.request.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let taken = take_json(catalog, "ozon", &body).unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(&*taken[0].event, "new_posting");
    // The key of the poll: a posting counts once, whichever way it comes.
    assert_eq!(taken[0].key.as_deref(), Some("24219509-0020-1"));
    let read = taken[0].enrich.as_ref().unwrap();
    assert_eq!(&*read.action, "getPosting");
    assert_eq!(
        read.args,
        [("posting_number".into(), Value::text("24219509-0020-1"))]
    );
}

#[test]
fn a_cancelled_posting_says_why() {
    let Some(body) = payload("ozon/push.TYPE_POSTING_CANCELLED.request.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let taken = take_json(catalog, "ozon", &body).unwrap();
    assert_eq!(&*taken[0].event, "posting_cancelled");
    let payload = payload_of(catalog, "ozon", &taken[0]);
    assert_eq!(
        field(&payload, "new_state"),
        &Value::text("posting_canceled")
    );
    assert_eq!(
        field(field(&payload, "reason"), "message"),
        &Value::text("string")
    );
    assert_eq!(
        field(&list(field(&payload, "products"))[0], "sku"),
        &Value::Int(147_451_959)
    );
}

/// What the document wants to hear stands in what we say.
fn is_heard(file: &str) {
    let Some(wanted) = payload_json(file) else {
        return;
    };
    let (catalog, _) = built_in();
    let (status, said) = hook_answer(catalog, "ozon");
    assert_eq!(status, 200);
    for (name, value) in wanted.as_object().unwrap() {
        match name.as_str() {
            // Of our own choice.
            "name" | "version" => assert!(said[name].is_string()),
            "time" => {
                let moment = said[name].as_str().unwrap().parse::<jiff::Timestamp>();
                assert!(moment.is_ok(), "{said}");
            }
            _ => assert_eq!(&said[name], value),
        }
    }
}

#[test]
fn a_ping_is_answered() {
    let Some(body) = payload("ozon/push.TYPE_PING.request.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let taken = take_json(catalog, "ozon", &body).unwrap();
    assert_eq!(&*taken[0].event, "ping");
    payload_of(catalog, "ozon", &taken[0]);
    is_heard("ozon/push.TYPE_PING.our_response.json");
}

#[test]
fn a_notification_is_answered() {
    is_heard("ozon/push.our_response.json");
}

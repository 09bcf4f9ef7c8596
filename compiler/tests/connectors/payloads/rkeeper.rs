//! r_keeper's own payloads: tasks and their results, signed events.

use crate::support::account::{cx, secret, settings};
use crate::support::built_in;
use crate::support::documents::{payload, payload_json, readers};
use crate::support::wire::{
    classify, classify_known, ends, field, payload_of, sent_json, take_json, value_of,
};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Delivery, Verdict};
use serde_json::{Value as Json, json};

// Which test reads which payload.
readers! {
    an_order_is_written_as_the_document_has_it: "rkeeper/create_order.request.seed_example.json";
    a_task_that_was_handed_in_is_waited_for: "rkeeper/create_order.async_accepted.json";
    an_order_that_the_till_took_has_a_number: "rkeeper/create_order.result_ok.json";
    a_till_that_says_no_has_refused: "rkeeper/create_order.result_rejected.json";
    an_error_of_the_agent_is_a_refusal: "rkeeper/create_order.result_error.json";
    an_error_of_the_server_is_a_refusal: "rkeeper/create_order.ws_error.json";
    a_result_is_asked_for_as_the_document_has_it: "rkeeper/get_task_response.request.json";
    a_result_that_is_not_there_yet_is_waited_for: "rkeeper/get_task_response.awaiting.json";
    an_order_that_changed_is_an_event: "rkeeper/event.OrderStatusChanged.synthetic.json";
    the_signature_is_over_the_raw_bytes: "rkeeper/event_signature_vector.synthetic.json";
}

/// The printed example says `"string"` where a number or one of some words stands. These places are filled in, and
/// nothing else is changed.
fn filled_in(mut example: Json) -> Json {
    let order = &mut example["params"]["order"];
    order["expeditionType"] = json!("delivery");
    order["payment"]["type"] = json!("online");
    order["delivery"]["expectedTime"] = json!("2008-10-17T00:00:00+03:00");
    let mut number = 1_000_071;
    for product in order["products"].as_array_mut().unwrap() {
        product["id"] = json!(number);
        product["price"] = json!(590.5);
        product["quantity"] = json!(1);
        for ingredient in product["ingredients"].as_array_mut().unwrap() {
            number += 1;
            ingredient["id"] = json!(number);
            ingredient["price"] = json!(0);
        }
    }
    example
}

#[test]
fn an_order_is_written_as_the_document_has_it() {
    let Some(example) = payload_json("rkeeper/create_order.request.seed_example.json") else {
        return;
    };
    let mut wanted = filled_in(example);
    let (catalog, _) = built_in();
    let args = json!({ "order": wanted["params"]["order"] });
    let sent = sent_json(catalog, "rkeeper", "createOrder", &args);
    // The restaurant and how long to wait are the account's and the call's.
    wanted["params"]["async"] = json!({ "objectId": 199_990_001 });
    assert_eq!(sent, wanted);
}

#[test]
fn a_task_that_was_handed_in_is_waited_for() {
    let Some(body) = payload("rkeeper/create_order.async_accepted.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify_known(catalog, "rkeeper", "createOrder", 200, &body);
    assert_eq!(ends(&seen), ("accepted", Verdict::Pending));
    let till = catalog.connector("rkeeper").unwrap();
    let job = till.action("createOrder").unwrap().job.as_ref().unwrap();
    let id = value_of(till, &[("answer".into(), seen.value)], job.id.unwrap());
    assert_eq!(id, Value::text("11111111-2222-3333-4444-555555555555"));
}

/// The task itself and the read of its result answer the same.
fn both_see(body: &str, wanted: (&str, Verdict)) -> Value {
    let (catalog, _) = built_in();
    let seen = classify(catalog, "rkeeper", "createOrder", 200, body);
    assert_eq!(ends(&seen), wanted);
    let asked = classify(catalog, "rkeeper", "getTaskResponse", 200, body);
    assert_eq!(ends(&asked), wanted);
    assert_eq!(seen.value, asked.value);
    seen.value
}

#[test]
fn an_order_that_the_till_took_has_a_number() {
    let Some(body) = payload("rkeeper/create_order.result_ok.json") else {
        return;
    };
    let value = both_see(&body, ("ok", Verdict::Applied));
    let (catalog, _) = built_in();
    classify_known(catalog, "rkeeper", "createOrder", 200, &body);
    classify_known(catalog, "rkeeper", "getTaskResponse", 200, &body);
    assert_eq!(
        field(&value, "orderGuid"),
        &Value::text("b7f2e3a0-0000-4000-8000-000000000001")
    );
    assert_eq!(field(&value, "tableCode"), &Value::Int(12));
    assert_eq!(field(&value, "queuePosition"), &Value::text("A18"));
}

#[test]
fn a_till_that_says_no_has_refused() {
    let Some(body) = payload("rkeeper/create_order.result_rejected.json") else {
        return;
    };
    let value = both_see(&body, ("rejected", Verdict::Refused));
    assert_eq!(field(&value, "code"), &Value::text("1"));
    assert_eq!(field(&value, "message"), &Value::text("Нет блюда"));
}

#[test]
fn an_error_of_the_agent_is_a_refusal() {
    let Some(body) = payload("rkeeper/create_order.result_error.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify(catalog, "rkeeper", "createOrder", 200, &body);
    assert_eq!(ends(&seen), ("rejected", Verdict::Refused));
    assert_eq!(
        field(&seen.value, "code"),
        &Value::text("WsaOrderCreationDishNotFound")
    );
    assert!(
        seen.message.contains("Блюдо из заказа не найдено в меню"),
        "{}",
        seen.message
    );
}

#[test]
fn an_error_of_the_server_is_a_refusal() {
    let Some(body) = payload("rkeeper/create_order.ws_error.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify(catalog, "rkeeper", "createOrder", 200, &body);
    assert_eq!(ends(&seen), ("rejected", Verdict::Refused));
    assert_eq!(field(&seen.value, "code"), &Value::text("BadRequest"));
    assert_eq!(field(&seen.value, "message"), &Value::text("string"));
}

#[test]
fn a_result_is_asked_for_as_the_document_has_it() {
    let Some(wanted) = payload_json("rkeeper/get_task_response.request.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let args = json!({ "taskGuid": wanted["params"]["taskGuid"] });
    assert_eq!(
        sent_json(catalog, "rkeeper", "getTaskResponse", &args),
        wanted
    );
}

#[test]
fn a_result_that_is_not_there_yet_is_waited_for() {
    let Some(body) = payload("rkeeper/get_task_response.awaiting.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify(catalog, "rkeeper", "getTaskResponse", 200, &body);
    assert_eq!(ends(&seen), ("waiting", Verdict::Pending));
}

#[test]
fn an_order_that_changed_is_an_event() {
    let Some(body) = payload("rkeeper/event.OrderStatusChanged.synthetic.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let taken = take_json(catalog, "rkeeper", &body).unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(&*taken[0].event, "order_status_changed");
    assert_eq!(
        taken[0].key.as_deref(),
        Some("4d4d4d4d-0000-4000-8000-000000000004")
    );
    let payload = payload_of(catalog, "rkeeper", &taken[0]);
    let order = field(&payload, "response");
    // So spelled by the vendor.
    assert_eq!(
        field(field(order, "status"), "value"),
        &Value::text("Complited")
    );
    // A number in quotes.
    assert_eq!(
        field(field(&payload, "responseEventCommon"), "objectId"),
        &Value::Int(199_995_826)
    );
}

#[test]
fn the_signature_is_over_the_raw_bytes() {
    let Some(vector) = payload_json("rkeeper/event_signature_vector.synthetic.json") else {
        return;
    };
    let text = |name: &str| vector[name].as_str().unwrap().to_owned();
    let (catalog, _) = built_in();
    let till = catalog.connector("rkeeper").unwrap();
    let settings = settings(&[("salt", secret(&text("salt")))]);
    let is_authentic = |body: String| {
        let delivery = Delivery {
            method: "POST".to_owned(),
            query: String::new(),
            headers: vec![(text("header").to_lowercase(), text("value"))],
            body: body.into_bytes(),
        };
        wire::authentic(&cx(catalog, &settings), till, &delivery, None).is_ok()
    };
    assert!(is_authentic(text("body")));
    // The same JSON, written otherwise.
    assert!(!is_authentic(text("body").replace("\":", "\": ")));
}

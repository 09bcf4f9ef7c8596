//! r_keeper on the wire: tasks, their results, signed events.

use crate::support::account::{account, cx, example, settings};
use crate::support::built_in;
use crate::support::wire::{classify, field, header, read_args, send, take_json, value_of};
use std::sync::Arc;

use ondo_compiler::check::{BundleInput, compile};
use ondo_compiler::ir::Class;
use ondo_compiler::source::SourceFile;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Classified, Delivery, Verdict};
use serde_json::{Value as Json, json};

fn order() -> Json {
    json!({
        "originalOrderId": "5012", "expeditionType": "pickup",
        "products": [{ "id": 1000071, "quantity": 1.5, "price": 590.50 }],
    })
}

fn body(args: &Json) -> Json {
    let (catalog, _) = built_in();
    let request = send(catalog, "rkeeper", "createOrder", args);
    serde_json::from_slice(&request.body).unwrap()
}

/// What is wrong with an order that is not sent.
fn refused(order: Json) -> &'static str {
    let (catalog, _) = built_in();
    let till = catalog.connector("rkeeper").unwrap();
    let args = read_args(catalog, till, "createOrder", &json!({ "order": order }));
    let settings = account("rkeeper");
    let action = till.action("createOrder").unwrap();
    wire::build_request(&cx(catalog, &settings), till, action, &args, None)
        .unwrap_err()
        .code
}

fn seen(body: &Json) -> Classified {
    let (catalog, _) = built_in();
    classify(catalog, "rkeeper", "createOrder", 200, &body.to_string())
}

fn ends(body: &Json) -> (String, Verdict) {
    let seen = seen(body);
    (seen.outcome.to_string(), seen.verdict)
}

fn result(order: Json) -> Json {
    json!({ "responseCommon": { "taskGuid": "6b0f", "taskType": "CreateOrder", "objectId": 1 }, "taskResponse": { "order": order } })
}

fn ws_error(code: &str) -> Json {
    json!({ "error": { "wsError": { "code": code, "desc": "why" } } })
}

fn agent_error(code: &str) -> Json {
    json!({ "error": { "wsError": { "code": "AgentError", "desc": "agent" }, "agentError": { "code": code, "desc": "why" } } })
}

// ---------------------------------------------------------------------------------------------------------- requests

#[test]
fn an_order_is_a_task_that_is_handed_in() {
    let (catalog, _) = built_in();
    let request = send(
        catalog,
        "rkeeper",
        "createOrder",
        &json!({ "order": order() }),
    );
    assert_eq!(
        request.url.expose(),
        "https://ws.ucs.ru/wsserverlp/api/v2/aggregators/Create"
    );
    assert_eq!(header(&request, "AggregatorAuthentication"), "till-token");
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        "{\"taskType\":\"CreateOrder\",\"params\":{\"async\":{\"objectId\":199990001},\"order\":{\"originalOrderId\":\"5012\",\"expeditionType\":\"pickup\",\"products\":[{\"id\":1000071,\"price\":590.5,\"quantity\":1.5}]}}}"
    );
}

#[test]
fn on_demand_the_answer_is_waited_for_in_the_same_request() {
    let sent = body(&json!({ "order": order(), "sync": true }));
    assert_eq!(sent["params"]["sync"], json!({ "objectId": 199_990_001 }));
    assert_eq!(sent["params"].get("async"), None);
}

/// The body of a call that may take so long.
fn with_time_limit(limit: &str) -> Json {
    let (catalog, _) = built_in();
    let till = catalog.connector("rkeeper").unwrap();
    let mut settings = account("rkeeper");
    settings.push((
        ondo_compiler::catalog::CALL_TIMEOUT.into(),
        Value::Duration(limit.parse().unwrap()),
    ));
    let args = read_args(catalog, till, "createOrder", &json!({ "order": order() }));
    let action = till.action("createOrder").unwrap();
    let request = wire::build_request(&cx(catalog, &settings), till, action, &args, None).unwrap();
    serde_json::from_slice(&request.body).unwrap()
}

#[test]
fn the_till_has_a_little_less_time_than_the_call() {
    let timeout = |limit| with_time_limit(limit)["params"]["async"]["timeout"].to_string();
    assert_eq!(timeout("150s"), "145");
    assert_eq!(timeout("10m"), "180");
    assert_eq!(timeout("3s"), "1");
}

#[test]
fn what_the_way_of_handing_over_makes_needless_is_not_sent() {
    let mut order = order();
    order["delivery"] = json!({ "address": { "fullAddress": "Садовая, 14" } });
    order["pickup"] = json!({ "expectedTime": "2026-11-21T14:30:00+03:00", "taker": "customer", "courier": { "name": "Пётр" } });
    let sent = body(&json!({ "order": order }));
    assert_eq!(sent["params"]["order"].get("delivery"), None);
    assert_eq!(
        sent["params"]["order"]["pickup"],
        json!({ "expectedTime": "2026-11-21T14:30:00+03:00", "taker": "customer" })
    );
}

#[test]
fn discounts_are_numbers_or_numbers_with_values() {
    let mut order = order();
    for discounts in [json!([1000032]), json!([{ "id": 1000032, "value": -10 }])] {
        order["discountIds"] = discounts.clone();
        let sent = body(&json!({ "order": order }));
        assert_eq!(sent["params"]["order"]["discountIds"], discounts);
    }
}

#[test]
fn an_order_of_nothing_is_not_sent() {
    let mut order = order();
    order["products"] = json!([]);
    assert_eq!(refused(order), "value-refused");
}

#[test]
fn a_key_that_is_no_guid_is_not_sent() {
    let mut order = order();
    order["withRkId"] = json!("5012");
    assert_eq!(refused(order), "value-refused");
}

#[test]
fn an_order_is_keyed_by_a_guid() {
    let (catalog, _) = built_in();
    let till = catalog.connector("rkeeper").unwrap();
    let action = till.action("createOrder").unwrap();
    assert_eq!(till.class(action), Class::Keyed);
    assert_eq!(
        action.effect.key.as_deref(),
        Some(&["order".into(), "withRkId".into()][..])
    );
    assert_eq!(action.effect.key_form.as_deref(), Some("uuid5"));
    assert_eq!(
        &*action.job.as_ref().unwrap().ask.as_ref().unwrap().action,
        "getTaskResponse"
    );
}

#[test]
fn fields_say_since_which_agent_they_exist() {
    let (catalog, _) = built_in();
    let since = |ty: &str, field: &str| {
        let ty = ondo_compiler::types::Type::Named(format!("rkeeper.{ty}").into());
        let object = catalog.types.object(&ty).unwrap().clone();
        object
            .field(field)
            .unwrap()
            .since
            .clone()
            .unwrap()
            .to_string()
    };
    assert_eq!(since("Order", "withRkId"), "2.5.4.10");
    assert_eq!(since("Order", "prePayments"), "2.6.7.3");
    assert_eq!(since("Order", "discountIds"), "2.7.3.20");
    assert_eq!(since("Order", "payMethod"), "2.8.2.1");
    assert_eq!(since("Product", "comment"), "2.6.7.1");
    assert_eq!(since("Ingredient", "ingredients"), "2.7.9.1");
}

/// The codes that a bundle gets which hands an order to a till with this agent, repeating it after doubt.
fn found_with(agent: &str, order: &str) -> Vec<&'static str> {
    let (catalog, _) = built_in();
    let text = format!(
        "account till = rkeeper {{ objectId: 1, agent: \"{agent}\", token: secret \"RK\" }}\n\
         account site = webhook {{ token: secret \"SITE\" }}\n\
         type Order = {{ id: string }}\n\
         rule orders: on site.post(\"/order\") as order: Order once per order.id do {{\n\
           till.createOrder(order: {{ {order} originalOrderId: order.id, expeditionType: \"pickup\", products: [{{ id: 1, quantity: 1 }}] }})\n\
             retry 3 when transient\n\
         }}\n"
    );
    let bundle = BundleInput {
        name: "till".to_owned(),
        files: vec![Arc::new(SourceFile {
            path: "till.ondo".to_owned(),
            text,
        })],
        libraries: Vec::new(),
        tables: Vec::new(),
    };
    let found = compile(&bundle, &Arc::new(catalog.clone())).diagnostics;
    found.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_key_that_the_till_is_too_old_for_keeps_nothing_away() {
    let none = Vec::<&str>::new();
    assert_eq!(found_with("2.5.4.10", ""), none);
    // The call is unsafe there, so nobody may repeat it after doubt.
    assert_eq!(found_with("2.5.4.9", ""), ["retry-unsafe"]);
    let given = "withRkId: \"F4CE1102-50DC-48F7-A8E0-74DD68A7D8C1\",";
    assert_eq!(found_with("2.5.4.10", given), none);
    assert!(found_with("2.5.4.9", given).contains(&"too-new"));
}

// ----------------------------------------------------------------------------------------------------------- answers

#[test]
fn an_order_that_the_till_took_is_ok() {
    let answer = result(json!({ "orderGuid": "f4ce", "tableCode": 12, "queuePosition": "B07" }));
    assert_eq!(ends(&answer), ("ok".to_owned(), Verdict::Applied));
    assert_eq!(
        field(&seen(&answer).value, "orderGuid"),
        &Value::text("f4ce")
    );
}

#[test]
fn a_task_that_was_handed_in_is_pending_with_its_number() {
    let answer = json!({ "responseCommon": { "taskGuid": "6b0f", "taskType": "CreateOrder", "objectId": 1 } });
    assert_eq!(ends(&answer), ("accepted".to_owned(), Verdict::Pending));
    let (catalog, _) = built_in();
    let till = catalog.connector("rkeeper").unwrap();
    let job = till.action("createOrder").unwrap().job.as_ref().unwrap();
    let inputs = [("answer".into(), seen(&answer).value)];
    let id = value_of(till, &inputs, job.id.unwrap());
    assert_eq!(id, Value::text("6b0f"));
}

#[test]
fn a_till_that_says_no_without_an_error_has_refused() {
    let answer = result(
        json!({ "status": { "value": "RestaurantCancelled" }, "rejectingReason": { "code": "1", "message": "Нет блюда" } }),
    );
    assert_eq!(ends(&answer), ("rejected".to_owned(), Verdict::Refused));
    let value = seen(&answer).value;
    assert_eq!(field(&value, "code"), &Value::text("1"));
    assert_eq!(field(&value, "message"), &Value::text("Нет блюда"));
    let without = result(json!({ "status": { "value": "RestaurantCancelled" } }));
    assert_eq!(ends(&without), ("cancelled".to_owned(), Verdict::Refused));
}

#[test]
fn a_repeated_order_has_happened_before() {
    assert_eq!(
        ends(&agent_error("WsaDuplicateOrder")),
        ("ok".to_owned(), Verdict::Applied)
    );
}

#[test]
fn an_order_that_was_created_empty_is_neither_done_nor_refused() {
    assert_eq!(
        ends(&agent_error("WsaFillingOrderError")),
        ("incomplete".to_owned(), Verdict::Applied)
    );
}

#[test]
fn errors_of_the_agent_are_refusals_with_their_meaning() {
    let answer = agent_error("WsaOrderCreationDishNotFound");
    assert_eq!(ends(&answer), ("rejected".to_owned(), Verdict::Refused));
    let seen = seen(&answer);
    assert_eq!(
        field(&seen.value, "code"),
        &Value::text("WsaOrderCreationDishNotFound")
    );
    assert!(
        seen.message.contains("не найдено в меню"),
        "{}",
        seen.message
    );
}

#[test]
fn a_code_of_the_agent_may_be_a_number() {
    let answer = json!({ "error": { "wsError": { "code": "AgentError" }, "agentError": { "code": 17, "desc": "why" } } });
    assert_eq!(field(&seen(&answer).value, "code"), &Value::text("17"));
}

#[test]
fn errors_of_the_server_are_told_apart() {
    let cases = [
        ("BadRequest", "rejected", Verdict::Refused),
        ("License", "rejected", Verdict::Refused),
        ("AwaitingAnswer", "waiting", Verdict::Pending),
        ("TaskLimitExceeded", "rate_limited", Verdict::Refused),
        ("Timeout", "transient", Verdict::Unknown),
        ("InternalError", "transient", Verdict::Unknown),
    ];
    for (code, outcome, verdict) in cases {
        assert_eq!(
            ends(&ws_error(code)),
            (outcome.to_owned(), verdict),
            "{code}"
        );
    }
}

#[test]
fn too_many_tasks_are_waited_for() {
    assert!(seen(&ws_error("TaskLimitExceeded")).pause.is_some());
}

#[test]
fn a_result_that_is_not_there_yet_is_asked_for_again() {
    let (catalog, _) = built_in();
    let body = ws_error("AwaitingAnswer").to_string();
    let seen = classify(catalog, "rkeeper", "getTaskResponse", 200, &body);
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("waiting", Verdict::Pending)
    );
}

#[test]
fn an_answer_that_nothing_describes_leaves_doubt() {
    assert_eq!(
        ends(&json!({ "taskResponse": {} })),
        ("unreadable".to_owned(), Verdict::Unknown)
    );
}

// ------------------------------------------------------------------------------------------------------------ events

fn event_text(name: &str) -> String {
    let (catalog, _) = built_in();
    example(catalog.connector("rkeeper").unwrap(), name).to_string()
}

#[test]
fn events_are_told_apart_by_their_type_and_keyed_by_their_guid() {
    let (catalog, _) = built_in();
    let changed = event_text("order-status-changed.json");
    let other = changed.replace("OrderStatusChanged", "OrderSomething");
    let cases = [
        (changed, "order_status_changed"),
        (event_text("order-changed.json"), "order_changed"),
        (other, "order_event"),
    ];
    for (body, event) in cases {
        let taken = take_json(catalog, "rkeeper", &body).unwrap();
        assert_eq!(&*taken[0].event, event);
        assert!(taken[0].key.as_ref().unwrap().ends_with("31c6a4e6f7d2"));
    }
}

/// Whether a delivery with this signature counts.
fn is_authentic(signature: &str, salt: Option<&str>, body: &str) -> bool {
    let (catalog, _) = built_in();
    let till = catalog.connector("rkeeper").unwrap();
    let salt: Vec<_> = salt
        .map(|salt| ("salt", crate::support::account::secret(salt)))
        .into_iter()
        .collect();
    let settings = settings(&salt);
    let delivery = Delivery {
        method: "POST".to_owned(),
        query: String::new(),
        headers: vec![("signature".to_owned(), signature.to_owned())],
        body: body.into(),
    };
    wire::authentic(&cx(catalog, &settings), till, &delivery, None).is_ok()
}

#[test]
fn a_signature_is_the_hash_of_the_body_and_the_salt() {
    // printf '{"a":"ё"}pinch' | openssl dgst -sha256 -binary | base64
    let signature = "Z1dvOW3Wx5uPCcup2Gas1tP/GO1MBy4uQN2Nw8YsWhk=";
    let body = "{\"a\":\"ё\"}";
    assert!(is_authentic(signature, Some("pinch"), body));
    assert!(!is_authentic(signature, Some("punch"), body));
    assert!(!is_authentic(signature, Some("pinch"), "{\"a\":\"е\"}"));
    assert!(!is_authentic(signature, None, body));
}

#[test]
fn an_event_can_be_signed_for_the_sandbox() {
    let (catalog, _) = built_in();
    let till = catalog.connector("rkeeper").unwrap();
    let settings = account("rkeeper");
    let cx = cx(catalog, &settings);
    let event = till.event("order_status_changed").unwrap();
    let payload = event_text("order-status-changed.json");
    let signed = wire::deliver(&cx, till, event, payload.as_bytes()).unwrap();
    assert_eq!(wire::authentic(&cx, till, &signed.delivery, None), Ok(()));
}

//! The connectors of this repository on the wire: what they send, how they read answers and deliveries.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::fs;
use std::sync::Arc;

use ondo_compiler::catalog::{Catalog, Connector};
use ondo_compiler::eval::{Frame, Scope, eval};
use ondo_compiler::types::{Name, Type};
use ondo_compiler::value::{Money, Num, Secret, Value};
use ondo_compiler::wire::{
    self, Accepted, Classified, Cx, Delivery, HttpAnswer, HttpRequest, Observed, Rejection, Verdict,
};
use serde_json::Value as Json;
use support::{built_in, root};

fn settings(pairs: &[(&str, Value)]) -> Vec<(Name, Value)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).into(), value.clone()))
        .collect()
}

fn secret(text: &str) -> Value {
    Value::Secret(Secret::new(text))
}

/// Settings of an account that may do everything.
fn account(connector: &str) -> Vec<(Name, Value)> {
    match connector {
        "retailcrm" => settings(&[
            ("url", Value::text("https://shop.example.com")),
            ("apiKey", secret("crm-key")),
            ("hookSecret", secret("hook-secret")),
        ]),
        "plazius" => settings(&[
            ("apiKey", secret("plazius-key")),
            ("password", secret("plazius-password")),
            ("organization", Value::text("4174244")),
        ]),
        _ => settings(&[("token", secret("site-token"))]),
    }
}

fn cx<'a>(catalog: &'a Catalog, settings: &'a [(Name, Value)]) -> Cx<'a> {
    Cx {
        catalog,
        settings,
        zone: "Europe/Moscow",
        now: "2026-11-21T10:00:00Z".parse().unwrap(),
    }
}

fn example(connector: &Connector, name: &str) -> Json {
    let path = root()
        .join("connectors")
        .join(&*connector.name)
        .join("examples")
        .join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn read_args(
    catalog: &Catalog,
    connector: &Connector,
    action: &str,
    args: &Json,
) -> Vec<(Name, Value)> {
    let mut args_type = (*connector.action(action).unwrap().args).clone();
    for field in &mut args_type.fields {
        field.ty = field.ty.clone().nullable();
    }
    let ty = Type::Object(Arc::new(args_type));
    let bytes = args.to_string();
    match wire::decode_value(&ty, bytes.as_bytes(), &catalog.types, "Europe/Moscow", None) {
        Ok(Value::Object(object)) => object
            .fields
            .iter()
            .filter(|(_, value)| *value != Value::Absent)
            .cloned()
            .collect(),
        other => panic!("{action}: {other:?}"),
    }
}

fn send(catalog: &Catalog, connector: &str, action: &str, args: &Json) -> HttpRequest {
    let connector = catalog.connector(connector).unwrap();
    let settings = account(&connector.name);
    let args = read_args(catalog, connector, action, args);
    let token = Secret::new("access-token");
    wire::build_request(
        &cx(catalog, &settings),
        connector,
        connector.action(action).unwrap(),
        &args,
        Some(&token),
    )
    .unwrap_or_else(|failure| panic!("{action}: {failure:?}"))
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> &'r str {
    let found = request
        .headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    match &found.unwrap().1 {
        wire::HeaderText::Plain(text) => text,
        wire::HeaderText::Secret(secret) => secret.expose(),
    }
}

/// The fields of a form, decoded.
fn form(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

fn classify(
    catalog: &Catalog,
    connector: &str,
    action: &str,
    status: u16,
    body: &str,
) -> Classified {
    let connector = catalog.connector(connector).unwrap();
    let settings = account(&connector.name);
    let answer = HttpAnswer {
        status,
        headers: Vec::new(),
        body: body.into(),
        complete: true,
    };
    let action = connector.action(action).unwrap();
    wire::classify(
        &cx(catalog, &settings),
        connector,
        action,
        &Observed::Answer(answer),
    )
}

fn field<'v>(value: &'v Value, name: &str) -> &'v Value {
    match value {
        Value::Object(object) => object.get(name),
        other => panic!("{other:?} has no fields"),
    }
}

// ---------------------------------------------------------------------------------------------------------- requests

#[test]
fn every_example_is_sent_and_read_back_by_the_simulated_vendor() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        for action in connector.actions.values() {
            let example = example(connector, &action.examples[0]);
            let request = send(catalog, &connector.name, &action.name, &example["args"]);
            let settings = account(&connector.name);
            let url = request.url.expose();
            let (url, query) = url.split_once('?').unwrap_or((url, ""));
            let path = url.split_once("//").unwrap().1.split_once('/').unwrap().1;
            let path = format!("/{}", path.strip_prefix("pub/").unwrap_or(path));
            let delivery = Delivery {
                method: request.method.to_string(),
                query: query.to_owned(),
                headers: request
                    .headers
                    .iter()
                    .map(|(name, _)| (name.to_lowercase(), header(&request, name).to_owned()))
                    .collect(),
                body: request.body.clone(),
            };
            // The path of the universal request is the author's.
            if &*connector.name == "http" {
                continue;
            }
            let check = wire::read_request(&cx(catalog, &settings), connector, &path, &delivery)
                .unwrap_or_else(|| {
                    panic!("{}.{}: nobody takes {path}", connector.name, action.name)
                });
            assert_eq!(check.action.as_ref(), Some(&action.name));
            assert_eq!(
                check.problems,
                Vec::<String>::new(),
                "{}.{}",
                connector.name,
                action.name
            );
        }
    }
}

#[test]
fn every_example_answer_is_ok() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        for action in connector.actions.values() {
            let example = example(connector, &action.examples[0]);
            let status = u16::try_from(example["status"].as_u64().unwrap()).unwrap();
            let body = match &example["answer"] {
                Json::Null => String::new(),
                answer => answer.to_string(),
            };
            let seen = classify(catalog, &connector.name, &action.name, status, &body);
            assert_eq!(
                (&*seen.outcome, seen.verdict),
                ("ok", Verdict::Applied),
                "{}: {}",
                action.name,
                seen.message
            );
        }
    }
}

#[test]
fn an_edit_is_a_form_with_the_order_as_json() {
    let (catalog, _) = built_in();
    let args = serde_json::json!({ "id": 5012, "by": "id", "status": "complete", "customer": { "id": 7 } });
    let request = send(catalog, "retailcrm", "editOrder", &args);
    assert_eq!(&*request.method, "POST");
    assert_eq!(
        request.url.expose(),
        "https://shop.example.com/api/v5/orders/5012/edit"
    );
    assert_eq!(header(&request, "X-API-KEY"), "crm-key");
    assert_eq!(
        header(&request, "content-type"),
        "application/x-www-form-urlencoded"
    );
    let wanted = [
        ("by", "id"),
        ("order", "{\"status\":\"complete\",\"customer\":{\"id\":7}}"),
    ];
    assert_eq!(
        form(&request.body),
        wanted.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn by_is_sent_also_when_nobody_says_it() {
    let (catalog, _) = built_in();
    let request = send(
        &catalog,
        "retailcrm",
        "getOrder",
        &serde_json::json!({ "id": "site 1" }),
    );
    assert_eq!(
        request.url.expose(),
        "https://shop.example.com/api/v5/orders/site%201?by=id"
    );
}

#[test]
fn a_bonus_is_a_json_number_with_its_exact_digits_for_the_organization_of_the_account() {
    let (catalog, _) = built_in();
    let args = serde_json::json!({ "guest": { "type": "phone", "phone": "+79165550142" }, "amount": 64.53, "comment": "Заказ 1" });
    let request = send(catalog, "plazius", "addBonus", &args);
    assert_eq!(
        request.url.expose(),
        "https://api.plazius.ru/pub/b2b/v1/loyalty/guests/addBonus"
    );
    assert_eq!(header(&request, "ApiKey"), "plazius-key");
    assert_eq!(header(&request, "Authorization"), "access-token");
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        "{\"guest\":{\"type\":\"phone\",\"phone\":\"+79165550142\"},\"organization\":{\"type\":\"rkObjectId\",\"id\":\"4174244\"},\"amount\":64.53,\"comment\":\"Заказ 1\"}"
    );
}

#[test]
fn a_bonus_of_nothing_is_not_sent() {
    let (catalog, _) = built_in();
    let plazius = catalog.connector("plazius").unwrap();
    let args = serde_json::json!({ "guest": { "type": "phone", "phone": "+79165550142" }, "amount": 0, "comment": "" });
    let args = read_args(catalog, plazius, "addBonus", &args);
    let settings = account("plazius");
    let action = plazius.action("addBonus").unwrap();
    assert!(wire::build_request(&cx(catalog, &settings), plazius, action, &args, None).is_err());
}

#[test]
fn the_token_exchange_carries_key_and_password() {
    let (catalog, _) = built_in();
    let plazius = catalog.connector("plazius").unwrap();
    let settings = account("plazius");
    let request = wire::auth_request(&cx(catalog, &settings), plazius)
        .unwrap()
        .unwrap();
    assert_eq!(
        request.url.expose(),
        "https://api.plazius.ru/pub/b2b/v1/auth/gentoken"
    );
    assert_eq!(header(&request, "ApiKey"), "plazius-key");
    assert_eq!(request.body, b"{\"password\":\"plazius-password\"}");
    assert!(request.secret_body);
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: b"{\"token\":\"t1\",\"refreshToken\":\"\",\"aliveSecondsTtl\":900}".to_vec(),
        complete: true,
    };
    let (token, lives) = wire::read_token(&cx(catalog, &settings), plazius, &answer).unwrap();
    assert_eq!(token.expose(), "t1");
    assert_eq!(lives, Some(jiff::SignedDuration::from_mins(15)));
}

#[test]
fn the_universal_request_goes_where_the_author_says() {
    let (catalog, _) = built_in();
    let args = serde_json::json!({
        "method": "PUT", "url": "https://calls.example.com/leads/7", "headers": { "X-Lead": "7" },
        "query": { "fast": "true" }, "body": { "sum": 10.50, "note": null },
    });
    let request = send(catalog, "http", "request", &args);
    assert_eq!(&*request.method, "PUT");
    assert_eq!(
        request.url.expose(),
        "https://calls.example.com/leads/7?fast=true"
    );
    assert_eq!(header(&request, "x-lead"), "7");
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        "{\"sum\":10.5,\"note\":null}"
    );
}

// ----------------------------------------------------------------------------------------------------------- answers

#[test]
fn over_the_limit_is_refused_and_waited_for() {
    let (catalog, _) = built_in();
    let seen = classify(
        &catalog,
        "retailcrm",
        "editOrder",
        503,
        "{\"success\":false,\"errorMsg\":\"Rate limit exceeded\"}",
    );
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("rate_limited", Verdict::Refused)
    );
}

#[test]
fn another_503_leaves_doubt() {
    let (catalog, _) = built_in();
    let seen = classify(
        &catalog,
        "retailcrm",
        "editOrder",
        503,
        "<html>Bad gateway</html>",
    );
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("transient", Verdict::Unknown)
    );
}

#[test]
fn errors_come_as_a_list_or_an_object() {
    let (catalog, _) = built_in();
    for errors in ["[\"a\",\"b\"]", "{\"firstName\":\"too long\"}"] {
        let body =
            format!("{{\"success\":false,\"errorMsg\":\"Validation error\",\"errors\":{errors}}}");
        let seen = classify(catalog, "retailcrm", "editOrder", 400, &body);
        assert_eq!(
            (&*seen.outcome, seen.verdict),
            ("rejected", Verdict::Refused)
        );
        assert_eq!(
            field(&seen.value, "message"),
            &Value::text("Validation error")
        );
    }
}

#[test]
fn a_page_instead_of_json_is_a_refusal_too() {
    let (catalog, _) = built_in();
    let seen = classify(
        &catalog,
        "retailcrm",
        "editOrder",
        405,
        "<html>Method Not Allowed</html>",
    );
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("rejected", Verdict::Refused)
    );
}

#[test]
fn an_upload_that_was_partly_accepted_is_no_refusal() {
    let (catalog, _) = built_in();
    let seen = classify(
        &catalog,
        "retailcrm",
        "createOrder",
        460,
        "{\"success\":false,\"errorMsg\":\"with errors\"}",
    );
    assert_eq!((&*seen.outcome, seen.verdict), ("partly", Verdict::Unknown));
}

#[test]
fn a_guest_who_is_not_found_has_the_vendors_code() {
    let (catalog, _) = built_in();
    let seen = classify(
        &catalog,
        "plazius",
        "addBonus",
        400,
        "{\"error\":{\"code\":\"3007\",\"message\":\"no guest\"}}",
    );
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("rejected", Verdict::Refused)
    );
    assert_eq!(field(&seen.value, "code"), &Value::text("3007"));
    assert!(seen.message.contains("Гость не найден"), "{}", seen.message);
}

#[test]
fn a_failure_of_the_vendor_leaves_doubt() {
    let (catalog, _) = built_in();
    for body in ["", "{\"error\":{\"code\":\"1\",\"message\":\"oops\"}}"] {
        let seen = classify(catalog, "plazius", "addBonus", 500, body);
        assert_eq!(
            (&*seen.outcome, seen.verdict),
            ("transient", Verdict::Unknown)
        );
    }
}

#[test]
fn the_sex_of_a_guest_is_a_word_and_a_code_has_its_zeros() {
    let (catalog, _) = built_in();
    let seen = classify(
        &catalog,
        "plazius",
        "get",
        200,
        "{\"guest\":{\"phone\":\"+79165550142\",\"sex\":2},\"loyaltyCards\":null}",
    );
    assert_eq!(
        field(field(&seen.value, "guest"), "sex"),
        &Value::text("female")
    );
    let seen = classify(
        &catalog,
        "plazius",
        "generateCode",
        200,
        "{\"code\":24790,\"ttlSeconds\":300}",
    );
    assert_eq!(field(&seen.value, "code"), &Value::text("0024790"));
}

#[test]
fn both_spellings_of_the_earned_bonuses_are_read() {
    let (catalog, _) = built_in();
    let plazius = catalog.connector("plazius").unwrap();
    let printed = example(plazius, "get-orders-history.json")["answer"].to_string();
    for body in [
        printed.clone(),
        printed.replace("еarnedBonuses", "earnedBonuses"),
    ] {
        let seen = classify(catalog, "plazius", "getOrdersHistory", 200, &body);
        let Value::List(orders) = field(&seen.value, "orders") else {
            panic!("{seen:?}");
        };
        let Value::Money(bonuses) = field(&orders[0], "earnedBonuses") else {
            panic!("{seen:?}");
        };
        assert_eq!(bonuses.amount.to_string(), "64.53");
    }
}

// ---------------------------------------------------------------------------------------------------------- read-back

/// Whether the example history shows a call with this amount and marker.
fn history_shows(action: &str, amount: &str, marker: &str) -> bool {
    let (catalog, _) = built_in();
    let plazius = catalog.connector("plazius").unwrap();
    let readback = plazius
        .action(action)
        .unwrap()
        .effect
        .readback
        .as_ref()
        .unwrap();
    let body = example(plazius, "get-bonus-history.json")["answer"].to_string();
    let seen = classify(
        catalog,
        "plazius",
        "getBonusHistory",
        200,
        &body.replace("\"order\"", "\"api\""),
    );
    let Value::Object(answer) = seen.value else {
        panic!("no answer");
    };
    let mut inputs = answer.fields.clone();
    let amount = Money::new(Num::parse(amount).unwrap(), Some("RUB".into()));
    inputs.push(("amount".into(), Value::Money(amount)));
    inputs.push(("marker".into(), Value::text(marker)));
    let scope = Scope {
        exprs: &plazius.exprs,
        program: None,
        inputs: &inputs,
        slots: &[],
        read_set: None,
        now: "2026-11-21T10:00:00Z".parse().unwrap(),
        step_time: "2026-11-21T10:00:00Z".parse().unwrap(),
        zone: "Europe/Moscow",
    };
    let value = |id| eval(&scope, &mut Frame::new(plazius.local_count), id).unwrap();
    assert_eq!(value(readback.complete.unwrap()), Value::Bool(true));
    value(readback.found.unwrap()) == Value::Bool(true)
}

#[test]
fn a_bonus_is_found_by_amount_and_marker() {
    assert!(history_shows("addBonus", "64.53", "5012A"));
    assert!(!history_shows("addBonus", "64.54", "5012A"));
    assert!(!history_shows("addBonus", "64.53", "5013A"));
}

#[test]
fn what_was_written_off_is_found_with_either_sign() {
    let found = |amount| history_shows("writeoffBonus", amount, "");
    assert!(found("10"));
    assert!(!found("11"));
}

// -------------------------------------------------------------------------------------------------------- deliveries

fn take(method: &str, query: &str, media: &str, body: &str) -> Result<Vec<Accepted>, Rejection> {
    let (catalog, _) = built_in();
    let crm = catalog.connector("retailcrm").unwrap();
    let settings = account("retailcrm");
    let delivery = Delivery {
        method: method.to_owned(),
        query: query.to_owned(),
        headers: vec![("content-type".to_owned(), media.to_owned())],
        body: body.into(),
    };
    wire::read_delivery(&cx(catalog, &settings), crm, None, &delivery)
}

fn order_text() -> String {
    let (catalog, _) = built_in();
    example(catalog.connector("retailcrm").unwrap(), "order.json").to_string()
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn encode_form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

#[test]
fn an_order_comes_whole_in_many_shapes() {
    let order = order_text();
    let cases = [
        ("", JSON, format!("{{\"order\":{order}}}"), "order"),
        (
            "",
            JSON,
            format!("{{\"success\":true,\"order\":{order}}}"),
            "order",
        ),
        ("", JSON, order.clone(), "order"),
        ("", FORM, encode_form(&[("order", &order)]), "order"),
        (
            "",
            FORM,
            encode_form(&[("event", "created"), ("order", &order)]),
            "order_created",
        ),
        (
            "",
            JSON,
            format!("{{\"event\":\"changed\",\"order\":{order}}}"),
            "order_changed",
        ),
        ("event=created", JSON, order.clone(), "order_created"),
    ];
    for (query, media, body, event) in cases {
        let taken = take("POST", query, media, &body).unwrap();
        assert_eq!(taken.len(), 1);
        assert_eq!(&*taken[0].event, event, "{query} {media}");
        let payload: Json = serde_json::from_slice(taken[0].payload.as_ref().unwrap()).unwrap();
        assert_eq!(payload["id"].to_string(), "5012");
        assert_eq!(payload["totalSumm"].to_string(), "1290.7");
    }
}

#[test]
fn an_id_is_completed_by_a_read() {
    let cases = [
        ("POST", "", FORM, "id=5012&number=5012A&status=new", "order"),
        ("POST", "", FORM, "id=5012&event=created", "order_created"),
        ("GET", "id=5012", "", "", "order"),
        ("GET", "id=5012&event=changed", "", "", "order_changed"),
        ("POST", "", JSON, "{\"id\":5012}", "order"),
    ];
    for (method, query, media, body, event) in cases {
        let taken = take(method, query, media, body).unwrap();
        assert_eq!(&*taken[0].event, event, "{query}{body}");
        let read = taken[0].enrich.as_ref().unwrap();
        assert_eq!(&*read.action, "getOrder");
        assert!(
            read.args.contains(&("id".into(), Value::Int(5012))),
            "{read:?}"
        );
        assert_eq!(read.field.as_deref(), Some("order"));
    }
}

fn webhook_says(pairs: &[(&str, Value)], headers: &[(&str, &str)]) -> bool {
    let (catalog, _) = built_in();
    let settings = settings(pairs);
    let delivery = Delivery {
        method: "POST".to_owned(),
        query: String::new(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: b"{\"id\":1}".to_vec(),
    };
    wire::authentic(
        &cx(catalog, &settings),
        catalog.connector("webhook").unwrap(),
        &delivery,
        None,
    )
    .is_ok()
}

#[test]
fn a_webhook_knows_its_token() {
    let token = [("token", secret("abc"))];
    assert!(webhook_says(&token, &[("x-token", "abc")]));
    assert!(webhook_says(&token, &[("authorization", "Bearer abc")]));
    assert!(!webhook_says(&token, &[("x-token", "abd")]));
    assert!(!webhook_says(&token, &[("authorization", "Bearer ")]));
    assert!(!webhook_says(&token, &[]));
}

#[test]
fn a_webhook_knows_its_signature() {
    let key = [("hmac", secret("key"))];
    let right = "c95c6a7c2c7c761e984c68cf64b4bca93f07242900aafdbb328d3bb75ab0dcb0";
    assert!(webhook_says(&key, &[("x-signature", right)]));
    assert!(webhook_says(
        &key,
        &[("x-signature", &format!("sha256={right}"))]
    ));
    assert!(!webhook_says(
        &key,
        &[("x-signature", &right.replace('c', "0"))]
    ));
    assert!(!webhook_says(&key, &[]));
}

#[test]
fn a_webhook_without_a_token_is_closed_unless_it_is_said_to_be_open() {
    assert!(!webhook_says(&[], &[("x-token", "abc")]));
    assert!(webhook_says(&[("open", Value::Bool(true))], &[]));
}

//! The connectors of this repository on the wire: what they send, how they read answers.

use crate::support::account::{account, cx, example};
use crate::support::built_in;
use crate::support::wire::{classify, field, form, header, read_args, send};
use ondo_compiler::eval::{Frame, Scope, eval};
use ondo_compiler::value::{Money, Num, Value};
use ondo_compiler::wire::{self, Delivery, HttpAnswer, Verdict};
use serde_json::Value as Json;

// ---------------------------------------------------------------------------------------------------------- requests

#[test]
fn every_example_is_sent_and_read_back_by_the_simulated_vendor() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        for action in connector.actions.values() {
            if action.steps.is_some() {
                continue;
            }
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
fn every_example_answer_is_ok_or_handed_in() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        for action in connector.actions.values() {
            if action.steps.is_some() {
                continue;
            }
            let example = example(connector, &action.examples[0]);
            let status = u16::try_from(example["status"].as_u64().unwrap()).unwrap();
            let body = match &example["answer"] {
                Json::Null => String::new(),
                answer => answer.to_string(),
            };
            let seen = classify(catalog, &connector.name, &action.name, status, &body);
            let is_fine = match (&*seen.outcome, seen.verdict) {
                ("ok", Verdict::Applied) => true,
                // What was handed in is done later.
                ("accepted", Verdict::Pending) => action.job.is_some(),
                _ => false,
            };
            assert!(is_fine, "{}: {}", action.name, seen.message);
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
        catalog,
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
        catalog,
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
        catalog,
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
        catalog,
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
        catalog,
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
        catalog,
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
        catalog,
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
        catalog,
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

/// How often the example history shows a call with this amount and marker.
fn history_shows(action: &str, amount: &str, marker: &str) -> (Value, bool) {
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
    (
        value(readback.found.unwrap()),
        value(readback.complete.unwrap()) == Value::Bool(true),
    )
}

#[test]
fn a_bonus_is_found_by_amount_and_marker() {
    let (shown, _) = history_shows("addBonus", "64.53", "5012A");
    assert_eq!(shown, Value::Int(1));
}

#[test]
fn a_history_without_anything_like_the_bonus_says_that_it_is_absent() {
    assert_eq!(
        history_shows("addBonus", "64.54", "5013A"),
        (Value::Int(0), true)
    );
}

#[test]
fn a_marker_on_another_amount_proves_nothing() {
    assert_eq!(
        history_shows("addBonus", "64.54", "5012a"),
        (Value::Int(0), false)
    );
}

#[test]
fn a_bonus_of_the_amount_without_a_marker_proves_nothing() {
    assert_eq!(
        history_shows("addBonus", "64.53", "5013A"),
        (Value::Int(0), false)
    );
}

#[test]
fn what_was_written_off_is_found_with_either_sign() {
    let shows = |amount| history_shows("writeoffBonus", amount, "").0;
    assert_eq!(shows("10"), Value::Int(1));
    assert_eq!(shows("11"), Value::Int(0));
}

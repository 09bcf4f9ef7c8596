//! What goes wrong with RetailCRM when one does not know it: each trap of the vendor's interface by its name.

use crate::support::account::{account, cx, example, secret, settings};
use crate::support::built_in;
use crate::support::wire::{classify, ends, field, form, list, moment, money, read_args, send};
use ondo_compiler::catalog::Connector;
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Verdict};
use serde_json::{Value as Json, json};

const EVERY_ACTION_WITH_A_FORM: [&str; 3] = ["createOrder", "editOrder", "createCustomerNote"];

pub(crate) fn crm() -> &'static Connector {
    built_in().0.connector("retailcrm").unwrap()
}

/// An answer of the vendor's, read.
pub(crate) fn seen(action: &str, status: u16, body: &Json) -> wire::Classified {
    classify(
        &built_in().0,
        "retailcrm",
        action,
        status,
        &body.to_string(),
    )
}

/// The order of an answer to `getOrder`: the example with these fields laid over it.
fn order(with: &Json) -> Value {
    let mut order = example(crm(), "order-small.json");
    for (name, value) in with.as_object().unwrap() {
        order[name] = value.clone();
    }
    let seen = seen("getOrder", 200, &json!({ "success": true, "order": order }));
    assert_eq!(ends(&seen), ("ok", Verdict::Applied), "{}", seen.message);
    field(&seen.value, "order").clone()
}

fn refusal(action: &str, args: &Json, known: &[(Name, Value)]) -> String {
    let (catalog, _) = built_in();
    let args = read_args(catalog, crm(), action, args);
    let action = crm().action(action).unwrap();
    let built = wire::build_request(&cx(catalog, known), crm(), action, &args, None);
    built.unwrap_err().message
}

// ---------------------------------------------------------------------------------------------------------- requests

#[test]
fn form_encoded_json_is_one_field_for_each_structure() {
    let args = json!({ "site": "msk", "order": {
        "phone": "+7 (916) 555-01-42",
        "customerComment": "50% & «позвоните»\nдважды",
        "items": [{ "offer": { "id": 70411 }, "quantity": 2, "initialPrice": 540.3 }],
    } });
    let request = send(&built_in().0, "retailcrm", "createOrder", &args);
    // Read by a decoder that is not ours.
    let fields = form(&request.body);
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["site", "order"]);
    let sent: Json = serde_json::from_str(&fields[1].1).unwrap();
    assert_eq!(sent, args["order"]);
    for action in EVERY_ACTION_WITH_A_FORM {
        let request = crm().action(action).unwrap().request.as_ref().unwrap();
        let is_json = |section: &ondo_compiler::catalog::Section| {
            section.place == ondo_grammar::ast::Place::Json
        };
        assert!(!request.sections.iter().any(is_json), "{action}");
    }
}

#[test]
fn by_is_always_sent() {
    let read = send(&built_in().0, "retailcrm", "getOrder", &json!({ "id": 7 }));
    assert!(read.url.expose().ends_with("/orders/7?by=id"));
    let edit = json!({ "id": 7, "status": "new" });
    let edit = send(&built_in().0, "retailcrm", "editOrder", &edit);
    assert_eq!(form(&edit.body)[0], ("by".to_owned(), "id".to_owned()));
}

#[test]
fn filters_that_do_not_exist_are_not_offered() {
    let list = crm().action("listOrders").unwrap();
    for name in ["status", "phone", "number", "externalId", "id"] {
        assert!(list.args.field(name).is_none(), "filter[{name}]");
    }
    for name in [
        "extendedStatus",
        "customer",
        "numbers",
        "externalIds",
        "ids",
    ] {
        assert!(list.args.field(name).is_some(), "filter[{name}]");
    }
    for action in ["getProducts", "getInventories"] {
        let action = crm().action(action).unwrap();
        assert!(action.args.field("article").is_none(), "{}", action.name);
    }
    let stocks = crm().action("getInventories").unwrap();
    assert!(stocks.args.field("offerArticle").is_some());
}

#[test]
fn an_external_id_needs_its_shop() {
    let account = account("retailcrm");
    let note = json!({ "text": "Отменён", "customer": { "externalId": "site-771" } });
    assert!(refusal("createCustomerNote", &note, &account).contains("site"));
    let order = json!({ "order": { "customer": { "externalId": "site-771" } } });
    assert!(refusal("createOrder", &order, &account).contains("site"));
    // The account's own shop will do for a note.
    let own = settings(&[
        ("url", Value::text("https://shop.example.com")),
        ("apiKey", secret("crm-key")),
        ("site", Value::text("msk")),
    ]);
    let (catalog, _) = built_in();
    let args = read_args(catalog, crm(), "createCustomerNote", &note);
    let action = crm().action("createCustomerNote").unwrap();
    let sent = wire::build_request(&cx(catalog, &own), crm(), action, &args, None).unwrap();
    assert_eq!(form(&sent.body)[0], ("site".to_owned(), "msk".to_owned()));
}

#[test]
fn a_note_is_about_one_customer() {
    let account = account("retailcrm");
    for customer in [json!({}), json!({ "id": 7, "externalId": "site-771" })] {
        let note = json!({ "site": "msk", "text": "Отменён", "customer": customer });
        let said = refusal("createCustomerNote", &note, &account);
        assert!(said.contains("customer"), "{said}");
    }
}

// ----------------------------------------------------------------------------------------------------------- answers

#[test]
fn payments_are_an_object_or_a_list() {
    let payment = json!({ "id": 711, "amount": 1290.7, "type": "bank-card", "status": "paid" });
    let by_id = order(&json!({ "payments": { "711": payment } }));
    let listed = order(&json!({ "payments": [payment] }));
    assert_eq!(field(&by_id, "payments"), field(&listed, "payments"));
    assert_eq!(
        money(field(&list(field(&by_id, "payments"))[0], "amount")),
        "1290.7"
    );
    for nothing in [json!([]), json!({}), Json::Null] {
        let order = order(&json!({ "payments": nothing }));
        assert_eq!(list(field(&order, "payments")), []);
    }
}

#[test]
fn an_empty_map_comes_as_a_list() {
    for empty in [json!([]), json!({})] {
        let order = order(&json!({ "customFields": empty }));
        assert_eq!(
            field(field(&order, "customFields"), "utm_source"),
            &Value::Absent
        );
    }
    let order = order(&json!({ "customFields": { "utm_source": "vk" } }));
    let source = field(field(&order, "customFields"), "utm_source");
    assert!(format!("{source:?}").contains("vk"), "{source:?}");
}

#[test]
fn a_slug_is_a_number() {
    assert_eq!(
        field(&order(&json!({ "slug": 5012 })), "slug"),
        &Value::Int(5012)
    );
}

#[test]
fn the_phone_of_a_warehouse_is_an_object() {
    let stores = |phone: Json| {
        let store = json!({ "code": "farm", "name": "Ферма", "phone": phone });
        let seen = seen(
            "getStores",
            200,
            &json!({ "success": true, "stores": [store] }),
        );
        assert_eq!(ends(&seen), ("ok", Verdict::Applied), "{}", seen.message);
        list(field(&seen.value, "stores"))[0].clone()
    };
    let full = stores(json!({ "number": "+78125550170" }));
    assert_eq!(
        field(field(&full, "phone"), "number"),
        &Value::text("+78125550170")
    );
    for nothing in [json!({}), json!([])] {
        let empty = stores(nothing);
        assert_eq!(field(field(&empty, "phone"), "number"), &Value::Absent);
    }
}

#[test]
fn dates_without_a_zone_are_of_the_accounts_zone() {
    // The account is in Moscow.
    let order = order(&json!({ "createdAt": "2026-11-20 19:42:10" }));
    assert_eq!(moment(field(&order, "createdAt")), "2026-11-20T16:42:10Z");
    let since = json!({ "startDate": "2026-11-20 19:42:10" });
    let request = send(&built_in().0, "retailcrm", "getHistory", &since);
    let url = request.url.expose();
    assert!(
        url.contains("startDate%5D=2026-11-20+19%3A42%3A10"),
        "{url}"
    );
}

#[test]
fn a_503_with_the_vendors_words_is_a_rate_limit_and_another_leaves_doubt() {
    let limited = json!({ "success": false, "errorMsg": "Rate limit exceeded" });
    for action in ["createOrder", "getHistory"] {
        assert_eq!(
            ends(&seen(action, 503, &limited)),
            ("rate_limited", Verdict::Refused)
        );
        let other = json!({ "success": false, "errorMsg": "Internal error" });
        assert_eq!(
            ends(&seen(action, 503, &other)),
            ("transient", Verdict::Unknown)
        );
    }
}

#[test]
fn a_460_says_item_by_item_what_was_taken() {
    let body = json!({
        "success": false,
        "uploadedOrders": [{ "id": 5020, "externalId": "a-1" }],
        "failedOrders": [{ "externalId": "a-2" }, { "externalId": "a-3" }],
        "errorMsg": "Orders are loaded with errors",
        "errors": ["items[0].offer.id: Offer with id 1 not found."],
    });
    let seen = seen("createOrder", 460, &body);
    assert_eq!(ends(&seen), ("partly", Verdict::Unknown));
    assert_eq!(list(field(&seen.value, "uploaded")).len(), 1);
    let failed = list(field(&seen.value, "failed"));
    assert_eq!(field(&failed[1], "externalId"), &Value::text("a-3"));
}

#[test]
fn errors_are_a_list_of_texts_or_texts_by_field() {
    for errors in [
        json!(["нет склада"]),
        json!({ "shipmentStore": "нет склада" }),
    ] {
        let body = json!({ "success": false, "errorMsg": "Validation error", "errors": errors });
        let seen = seen("createOrder", 400, &body);
        assert_eq!(ends(&seen), ("rejected", Verdict::Refused));
        assert!(format!("{:?}", field(&seen.value, "errors")).contains("нет склада"));
    }
}

#[test]
fn a_page_instead_of_json_is_a_refusal() {
    for status in [400, 405] {
        let page = "<html><body>Account does not exist</body></html>";
        let seen = classify(&built_in().0, "retailcrm", "createOrder", status, page);
        assert_eq!(ends(&seen), ("rejected", Verdict::Refused));
        assert_eq!(field(&seen.value, "message"), &Value::text(page));
    }
}

#[test]
fn a_page_with_status_200_is_no_success() {
    let seen = classify(
        &built_in().0,
        "retailcrm",
        "createOrder",
        200,
        "<html>Вход</html>",
    );
    assert_ne!(seen.verdict, Verdict::Applied, "{seen:?}");
    let said_no = json!({ "success": false, "errorMsg": "?" });
    let seen = self::seen("createOrder", 200, &said_no);
    assert_ne!(seen.verdict, Verdict::Applied, "{seen:?}");
}

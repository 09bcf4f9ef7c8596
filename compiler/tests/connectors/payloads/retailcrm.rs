//! RetailCRM's own payloads: fixtures of its official clients, requests as these write them, what a trigger sends.

use crate::support::account::{account, cx};
use crate::support::built_in;
use crate::support::documents::{payload, readers};
use crate::support::wire::{classify_known, ends, field, form, header, list, money, send};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Classified, Delivery, Verdict};
use serde_json::{Value as Json, json};

// Which test reads which payload.
readers! {
    an_order_is_read: "retailcrm/orders_get.response.json";
    a_new_order_is_answered_with_its_id: "retailcrm/orders_create.response.json";
    an_edit_is_answered_with_the_order: "retailcrm/orders_edit.response.json";
    orders_are_listed_with_their_group: "retailcrm/orders_list.response.json";
    the_history_says_who_changed_what: "retailcrm/orders_history.response.json";
    statuses_of_orders_are_read: "retailcrm/orders_statuses.response.json";
    packs_name_their_item: "retailcrm/packs_list.response.json";
    warehouses_have_an_object_for_a_phone: "retailcrm/references_stores.response.json";
    stocks_are_those_of_offers: "retailcrm/store_inventories.response.json";
    products_have_offers_with_articles: "retailcrm/store_products.response.json";
    a_note_is_answered_with_its_id: "retailcrm/customers_customersnotescreate.response.json";
    a_new_order_is_sent_as_the_client_sends_it: "retailcrm/orders_create.request.form.txt";
    an_edit_is_sent_as_the_client_sends_it: "retailcrm/orders_edit.request.form.txt";
    a_note_is_sent_as_the_client_sends_it: "retailcrm/customers_notes_create.request.form.txt";
    a_trigger_names_the_order_and_a_read_completes_it: "retailcrm/trigger_http_request.synthetic.txt";
    refusals_say_what_is_wrong:
        "retailcrm/errors/400_account_missing.json",
        "retailcrm/errors/400_missing_parameter.json",
        "retailcrm/errors/403_wrong_key.json",
        "retailcrm/errors/405_method_not_allowed.json",
        "retailcrm/errors/access_denied.json",
        "retailcrm/errors/missing_key.json";
    what_is_not_there_is_refused:
        "retailcrm/errors/404_not_found.json",
        "retailcrm/errors/404_method_not_found.json";
    too_many_requests_are_waited_for: "retailcrm/errors/503_rate_limit.json";
    errors_are_a_list_or_a_map:
        "retailcrm/errors/errors_as_list.json",
        "retailcrm/errors/errors_as_map.json";
    an_upload_that_was_partly_taken_is_in_doubt: "retailcrm/errors/460_upload_partial.json";
}

/// What an action makes of a payload with status 200.
fn seen(action: &str, name: &str) -> Option<Classified> {
    let (catalog, _) = built_in();
    let body = payload(&format!("retailcrm/{name}.response.json"))?;
    let seen = classify_known(catalog, "retailcrm", action, 200, &body);
    assert_eq!(ends(&seen), ("ok", Verdict::Applied), "{}", seen.message);
    Some(seen)
}

fn texts(values: &[Value], name: &str) -> Vec<String> {
    let shown = values.iter().map(|value| match field(value, name) {
        Value::Text(text) => text.to_string(),
        other => format!("{other:?}"),
    });
    shown.collect()
}

#[test]
fn an_order_is_read() {
    let Some(seen) = seen("getOrder", "orders_get") else {
        return;
    };
    let order = field(&seen.value, "order");
    assert_eq!(field(order, "id"), &Value::Int(6722));
    assert_eq!(field(order, "slug"), field(order, "id"));
    assert_eq!(list(field(order, "payments")).len(), 1, "keyed by their id");
}

#[test]
fn a_new_order_is_answered_with_its_id() {
    let (catalog, _) = built_in();
    let Some(body) = payload("retailcrm/orders_create.response.json") else {
        return;
    };
    let seen = classify_known(catalog, "retailcrm", "createOrder", 201, &body);
    assert_eq!(ends(&seen), ("ok", Verdict::Applied), "{}", seen.message);
    let order = field(&seen.value, "order");
    assert_eq!(field(&seen.value, "id"), field(order, "id"));
}

#[test]
fn an_edit_is_answered_with_the_order() {
    let Some(seen) = seen("editOrder", "orders_edit") else {
        return;
    };
    let order = field(&seen.value, "order");
    assert_eq!(field(&seen.value, "id"), field(order, "id"));
}

#[test]
fn orders_are_listed_with_their_group() {
    let Some(seen) = seen("listOrders", "orders_list") else {
        return;
    };
    let orders = list(field(&seen.value, "orders"));
    assert_eq!(orders.len(), 1);
    let pagination = field(&seen.value, "pagination");
    assert_eq!(field(pagination, "totalPageCount"), &Value::Int(1));
}

#[test]
fn the_history_says_who_changed_what() {
    let (catalog, _) = built_in();
    let Some(body) = payload("retailcrm/orders_history.response.json") else {
        return;
    };
    let crm = catalog.connector("retailcrm").unwrap();
    let settings = account("retailcrm");
    let answer = wire::HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
        complete: true,
    };
    let action = crm.action("getHistory").unwrap();
    let cx = cx(catalog, &settings);
    let page = wire::read_page(&cx, crm, action, Some(&"history".into()), &answer).unwrap();
    let problems: Vec<_> = page
        .items
        .iter()
        .filter_map(|item| item.problem.as_ref())
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
    let changes: Vec<Value> = page.items.into_iter().map(|item| item.value).collect();
    assert_eq!(changes.len(), 9);
    assert_eq!(field(&changes[0], "created"), &Value::Bool(true));
    assert_eq!(
        field(field(&changes[0], "apiKey"), "current"),
        &Value::Bool(false)
    );
    assert_eq!(field(field(&changes[3], "user"), "id"), &Value::Int(19));
    assert_eq!(field(&changes[4], "created"), &Value::Absent);
    // Of an order that was only changed, the record holds no more than this.
    assert!(matches!(
        field(field(&changes[4], "order"), "id"),
        Value::Int(_)
    ));
    assert_eq!(texts(&changes[4..5], "source"), ["code"]);
    let pagination = field(&page.answer, "pagination");
    assert_eq!(field(pagination, "totalPageCount"), &Value::Int(298));
}

#[test]
fn statuses_of_orders_are_read() {
    let Some(seen) = seen("getStatuses", "orders_statuses") else {
        return;
    };
    assert_eq!(
        texts(list(field(&seen.value, "orders")), "status"),
        ["delivering"]
    );
}

#[test]
fn packs_name_their_item() {
    let Some(seen) = seen("getPacks", "packs_list") else {
        return;
    };
    let packs = list(field(&seen.value, "packs"));
    assert_eq!(field(&packs[0], "id"), &Value::Int(143));
    let item = field(&packs[0], "item");
    assert_eq!(field(field(item, "order"), "id"), &Value::Int(7088));
}

#[test]
fn warehouses_have_an_object_for_a_phone() {
    let Some(seen) = seen("getStores", "references_stores") else {
        return;
    };
    let stores = list(field(&seen.value, "stores"));
    assert_eq!(texts(&stores[..3], "code"), ["main12", "food", "tver"]);
    assert_eq!(field(field(&stores[0], "phone"), "number"), &Value::Absent);
    assert_eq!(
        field(field(&stores[2], "phone"), "number"),
        &Value::text("88005553535")
    );
}

#[test]
fn stocks_are_those_of_offers() {
    let Some(seen) = seen("getInventories", "store_inventories") else {
        return;
    };
    let offers = list(field(&seen.value, "offers"));
    assert_eq!(offers.len(), 20);
    assert_eq!(field(&offers[0], "id"), &Value::Int(1_818_323));
    assert_eq!(money(field(&offers[0], "purchasePrice")), "100000");
}

#[test]
fn products_have_offers_with_articles() {
    let Some(seen) = seen("getProducts", "store_products") else {
        return;
    };
    let products = list(field(&seen.value, "products"));
    assert_eq!(texts(products, "article"), ["38311"]);
    let offers = list(field(&products[0], "offers"));
    assert_eq!(texts(offers, "article"), ["38311"]);
    assert_eq!(field(&offers[0], "id"), &Value::Int(1_941_833));
    assert_eq!(money(field(&offers[0], "purchasePrice")), "272.64");
}

#[test]
fn a_note_is_answered_with_its_id() {
    let Some(seen) = seen("createCustomerNote", "customers_customersnotescreate") else {
        return;
    };
    assert!(matches!(field(&seen.value, "id"), Value::Int(_)));
}

// ---------------------------------------------------------------------------------------------------------- requests

/// A request as a file has it: the line with method and path, and the form's fields, the JSON ones read.
fn written(name: &str) -> Option<(String, Vec<(String, Json)>)> {
    let text = payload(&format!("retailcrm/{name}"))?;
    let (head, body) = text.split_once("\n\n").unwrap();
    Some((
        head.lines().next().unwrap().to_owned(),
        fields(body.trim().as_bytes()),
    ))
}

fn fields(body: &[u8]) -> Vec<(String, Json)> {
    let mut fields: Vec<(String, Json)> = form(body)
        .into_iter()
        .map(|(name, text)| {
            let json = serde_json::from_str(&text).ok().filter(Json::is_object);
            (name, json.unwrap_or(Json::String(text)))
        })
        .collect();
    fields.sort_by(|left, right| left.0.cmp(&right.0));
    fields
}

/// What we send is what the file has, however the fields are ordered.
fn same_request(action: &str, args: &Json, file: &str) {
    let Some((line, wanted)) = written(file) else {
        return;
    };
    let (catalog, _) = built_in();
    let request = send(catalog, "retailcrm", action, args);
    let (_, path) = request.url.expose().split_once(".com").unwrap();
    assert_eq!(format!("{} {path}", request.method), line);
    assert_eq!(
        header(&request, "Content-Type"),
        "application/x-www-form-urlencoded"
    );
    assert_eq!(header(&request, "X-API-KEY"), "crm-key");
    assert_eq!(fields(&request.body), wanted);
}

#[test]
fn a_new_order_is_sent_as_the_client_sends_it() {
    let args = json!({
        "site": "main",
        "order": {
            "externalId": "23713478-0018-3",
            "firstName": "Иван",
            "phone": "+79990001122",
            "orderMethod": "ozon",
            "items": [{
                "initialPrice": 1259,
                "quantity": 1,
                "productName": "Мяч, цвет: черный, 5 кг",
                "offer": { "id": 1_941_833 },
            }],
            "delivery": { "code": "courier" },
        },
    });
    same_request("createOrder", &args, "orders_create.request.form.txt");
}

#[test]
fn an_edit_is_sent_as_the_client_sends_it() {
    let args = json!({ "id": 6722, "site": "main", "status": "complete" });
    same_request("editOrder", &args, "orders_edit.request.form.txt");
}

#[test]
fn a_note_is_sent_as_the_client_sends_it() {
    let args = json!({
        "site": "main",
        "managerId": 6,
        "text": "Гость забронировал стол",
        "customer": { "id": 1057 },
    });
    same_request(
        "createCustomerNote",
        &args,
        "customers_notes_create.request.form.txt",
    );
}

#[test]
fn a_trigger_names_the_order_and_a_read_completes_it() {
    let Some(text) = payload("retailcrm/trigger_http_request.synthetic.txt") else {
        return;
    };
    let (head, body) = text.split_once("\n\n").unwrap();
    let media = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Type: "));
    let (catalog, _) = built_in();
    let settings = account("retailcrm");
    let delivery = Delivery {
        method: "POST".to_owned(),
        query: String::new(),
        headers: vec![("content-type".to_owned(), media.unwrap().to_owned())],
        body: body.trim().into(),
    };
    let crm = catalog.connector("retailcrm").unwrap();
    let taken = wire::read_delivery(&cx(catalog, &settings), crm, None, &delivery).unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(&*taken[0].event, "order");
    let read = taken[0].enrich.as_ref().unwrap();
    assert_eq!(&*read.action, "getOrder");
    assert!(
        read.args.contains(&("id".into(), Value::Int(6722))),
        "{read:?}"
    );
    assert!(
        read.args.contains(&("by".into(), Value::text("id"))),
        "{read:?}"
    );
}

// ------------------------------------------------------------------------------------------------------------ errors

fn refused(action: &str, status: u16, name: &str) -> Option<Classified> {
    let (catalog, _) = built_in();
    let body = payload(&format!("retailcrm/errors/{name}.json"))?;
    Some(classify_known(catalog, "retailcrm", action, status, &body))
}

#[test]
fn refusals_say_what_is_wrong() {
    let cases = [
        (400, "400_account_missing", "Account does not exist"),
        (
            400,
            "400_missing_parameter",
            "Parameter 'externalId' in 'customer' is missing",
        ),
        (403, "403_wrong_key", "Wrong \"apiKey\" value."),
        (405, "405_method_not_allowed", "Method Not Allowed"),
        // The fixtures of these two do not say the status.
        (403, "access_denied", "Access denied."),
        (401, "missing_key", "\"apiKey\" is missing."),
    ];
    for (status, name, message) in cases {
        let Some(seen) = refused("createOrder", status, name) else {
            return;
        };
        assert_eq!(ends(&seen), ("rejected", Verdict::Refused), "{name}");
        assert_eq!(
            field(&seen.value, "message"),
            &Value::text(message),
            "{name}"
        );
    }
}

#[test]
fn what_is_not_there_is_refused() {
    for name in ["404_not_found", "404_method_not_found"] {
        let Some(seen) = refused("getOrder", 404, name) else {
            return;
        };
        assert_eq!(ends(&seen), ("not_found", Verdict::Refused), "{name}");
        let Some(seen) = refused("createOrder", 404, name) else {
            return;
        };
        assert_eq!(ends(&seen), ("rejected", Verdict::Refused), "{name}");
    }
}

#[test]
fn too_many_requests_are_waited_for() {
    let Some(seen) = refused("createOrder", 503, "503_rate_limit") else {
        return;
    };
    assert_eq!(ends(&seen), ("rate_limited", Verdict::Refused));
}

#[test]
fn errors_are_a_list_or_a_map() {
    for name in ["errors_as_list", "errors_as_map"] {
        let Some(seen) = refused("editOrder", 400, name) else {
            return;
        };
        assert_eq!(ends(&seen), ("rejected", Verdict::Refused), "{name}");
        let errors = format!("{:?}", field(&seen.value, "errors"));
        assert!(errors.contains("Test error"), "{errors}");
    }
}

#[test]
fn an_upload_that_was_partly_taken_is_in_doubt() {
    let (catalog, _) = built_in();
    let Some(body) = payload("retailcrm/errors/460_upload_partial.json") else {
        return;
    };
    // No action uploads; the answer is the connector's, so any action shows it.
    let seen = classify_known(catalog, "retailcrm", "createOrder", 460, &body);
    assert_eq!(ends(&seen), ("partly", Verdict::Unknown));
    let failed = list(field(&seen.value, "failed"));
    assert_eq!(texts(failed, "externalId"), ["123123"]);
    let message = field(&seen.value, "message");
    assert_eq!(message, &Value::text("Orders are loaded with errors"));
}

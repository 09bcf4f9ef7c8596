//! Ozon, Wildberries and Kaspi on the wire: lists that are asked for, and Ozon's notifications.

use crate::support::account::{account, cx, example};
use crate::support::built_in;
use crate::support::wire::{
    classify, field, header, hook_answer, read_args, send, take_json, value_of,
};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Verdict};
use serde_json::{Value as Json, json};

fn example_of(connector: &str, name: &str) -> Json {
    let (catalog, _) = built_in();
    example(catalog.connector(connector).unwrap(), name)
}

fn money(value: &Value) -> String {
    match value {
        Value::Money(money) => money.to_string(),
        other => panic!("{other:?} is no amount"),
    }
}

/// The first element of the list that an action answers with.
fn first(connector: &str, action: &str, file: &str, list: &str) -> Value {
    let (catalog, _) = built_in();
    let body = example_of(connector, file)["answer"].to_string();
    let seen = classify(catalog, connector, action, 200, &body);
    match field(&seen.value, list) {
        Value::List(items) => items[0].clone(),
        other => panic!("{other:?}"),
    }
}

// -------------------------------------------------------------------------------------------------------------- ozon

#[test]
fn ozon_is_asked_for_what_waits() {
    let (catalog, _) = built_in();
    let args = example_of("ozon", "get-unfulfilled.json")["args"].clone();
    let request = send(catalog, "ozon", "getUnfulfilled", &args);
    assert_eq!(
        request.url.expose(),
        "https://api-seller.ozon.ru/v3/posting/fbs/unfulfilled/list"
    );
    assert_eq!(header(&request, "Client-Id"), "15");
    assert_eq!(header(&request, "Api-Key"), "ozon-key");
    let sent: Json = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(
        sent,
        json!({
            "dir": "ASC",
            "filter": { "cutoff_from": "2026-10-22T10:00:00Z", "cutoff_to": "2027-01-20T10:00:00Z", "status": "awaiting_packaging" },
            "limit": 100, "offset": 0,
            "with": { "analytics_data": true, "barcodes": true, "financial_data": true, "translit": false },
        })
    );
}

#[test]
fn ozon_pages_go_on_while_there_are_more() {
    let (catalog, _) = built_in();
    let ozon = catalog.connector("ozon").unwrap();
    let poll = ozon.event("new_posting").unwrap().poll.as_ref().unwrap();
    let more = |page, count| {
        let answer = Value::object(vec![("count".into(), Value::Int(count))]);
        let inputs: [(Name, Value); 2] =
            [("page".into(), Value::Int(page)), ("answer".into(), answer)];
        value_of(ozon, &inputs, poll.more.unwrap())
    };
    assert_eq!(more(0, 101), Value::Bool(true));
    assert_eq!(more(0, 100), Value::Bool(false));
    assert_eq!(more(1, 201), Value::Bool(true));
    assert!(poll.start_waiting);
}

#[test]
fn ozon_writes_prices_as_texts() {
    let posting = first("ozon", "getUnfulfilled", "get-unfulfilled.json", "postings");
    let Value::List(products) = field(&posting, "products") else {
        panic!("{posting:?}");
    };
    assert_eq!(money(field(&products[0], "price")), "459.90");
    assert_eq!(field(&products[0], "offer_id"), &Value::text("TEA-250"));
}

#[test]
fn ozon_names_a_new_posting_and_a_read_completes_it() {
    let (catalog, _) = built_in();
    let push = json!({
        "message_type": "TYPE_NEW_POSTING", "posting_number": "61204417-0031-1", "seller_id": 15,
        "products": [{ "sku": 190_441_872, "quantity": 2 }], "in_process_at": "2026-11-21T09:12:40Z", "warehouse_id": 7,
    });
    let taken = take_json(catalog, "ozon", &push.to_string()).unwrap();
    assert_eq!(&*taken[0].event, "new_posting");
    let read = taken[0].enrich.as_ref().unwrap();
    assert_eq!(&*read.action, "getPosting");
    assert_eq!(
        read.args,
        [("posting_number".into(), Value::text("61204417-0031-1"))]
    );
    assert_eq!(read.field.as_deref(), Some("posting"));
}

#[test]
fn ozon_notifications_are_told_apart() {
    let (catalog, _) = built_in();
    for (file, event) in [
        ("posting-cancelled.json", "posting_cancelled"),
        ("state-changed.json", "state_changed"),
        ("cutoff-date-changed.json", "cutoff_date_changed"),
        ("ping.json", "ping"),
    ] {
        let body = example_of("ozon", file).to_string();
        let taken = take_json(catalog, "ozon", &body).unwrap();
        assert_eq!(&*taken[0].event, event);
    }
    // A shape that is not quite the described one is still the event that it says it is.
    let odd = json!({ "message_type": "TYPE_STATE_CHANGED", "posting_number": 7 }).to_string();
    let taken = take_json(catalog, "ozon", &odd).unwrap();
    assert_eq!(&*taken[0].event, "state_changed");
    let other = json!({ "message_type": "TYPE_STOCKS_CHANGED", "items": [] }).to_string();
    assert_eq!(
        &*take_json(catalog, "ozon", &other).unwrap()[0].event,
        "unknown"
    );
}

#[test]
fn ozon_hears_what_it_wants() {
    let (catalog, _) = built_in();
    let (status, said) = hook_answer(catalog, "ozon");
    assert_eq!(status, 200);
    assert_eq!(said["result"], true);
    assert_eq!(said["name"], "ondo");
    assert!(said["time"].as_str().unwrap().starts_with("2026-11-21T"));
}

#[test]
fn ozon_refuses_with_a_number() {
    let (catalog, _) = built_in();
    let body = "{\"code\":7,\"message\":\"Invalid Api-Key\",\"details\":[]}";
    let seen = classify(catalog, "ozon", "getPosting", 403, body);
    assert_eq!(
        (&*seen.outcome, seen.verdict),
        ("rejected", Verdict::Refused)
    );
    assert_eq!(field(&seen.value, "code"), &Value::text("7"));
}

#[test]
fn ozon_lists_no_more_than_a_year() {
    let (catalog, _) = built_in();
    let ozon = catalog.connector("ozon").unwrap();
    let args = json!({ "since": "2025-01-01T00:00:00Z", "to": "2026-11-21T00:00:00Z" });
    let args = read_args(catalog, ozon, "listPostings", &args);
    let settings = account("ozon");
    let action = ozon.action("listPostings").unwrap();
    let built = wire::build_request(&cx(catalog, &settings), ozon, action, &args, None);
    assert_eq!(built.unwrap_err().code, "value-refused");
}

// ------------------------------------------------------------------------------------------------------- wildberries

#[test]
fn wildberries_is_asked_for_new_orders() {
    let (catalog, _) = built_in();
    let request = send(catalog, "wildberries", "getNewOrders", &json!({}));
    assert_eq!(
        request.url.expose(),
        "https://marketplace-api.wildberries.ru/api/v3/orders/new"
    );
    assert_eq!(&*request.method, "GET");
    assert_eq!(header(&request, "Authorization"), "wb-token");
}

#[test]
fn wildberries_writes_hundredths_and_numbers_of_currencies() {
    let (catalog, _) = built_in();
    let order = first(
        "wildberries",
        "getNewOrders",
        "get-new-orders.json",
        "orders",
    );
    let amount = |name| match field(&order, name) {
        Value::Money(money) => (
            money.amount.to_string(),
            money.currency.as_deref().map(str::to_owned),
        ),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        amount("price"),
        ("459.9".to_owned(), Some("BYN".to_owned()))
    );
    assert_eq!(
        amount("convertedPrice"),
        ("12877.2".to_owned(), Some("RUB".to_owned()))
    );
    let taken = catalog.connector("wildberries").unwrap();
    let poll = taken.event("new_order").unwrap().poll.as_ref().unwrap();
    assert_eq!(&*poll.read.action, "getNewOrders");
    assert!(poll.start_waiting);
}

// -------------------------------------------------------------------------------------------------------------- kaspi

#[test]
fn kaspi_is_asked_with_brackets() {
    let (catalog, _) = built_in();
    let args = example_of("kaspi", "get-orders.json")["args"].clone();
    let request = send(catalog, "kaspi", "getOrders", &args);
    let (path, query) = request.url.expose().split_once('?').unwrap();
    assert_eq!(path, "https://kaspi.kz/shop/api/v2/orders");
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let wanted = [
        ("page[number]", "0"),
        ("page[size]", "100"),
        ("filter[orders][state]", "NEW"),
        ("filter[orders][creationDate][$ge]", "1794900000000"),
        ("filter[orders][creationDate][$le]", "1795341600000"),
    ];
    assert_eq!(
        pairs,
        wanted.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(header(&request, "X-Auth-Token"), "kaspi-token");
    assert_eq!(header(&request, "Content-Type"), "application/vnd.api+json");
}

#[test]
fn kaspi_takes_no_window_over_14_days() {
    let (catalog, _) = built_in();
    let kaspi = catalog.connector("kaspi").unwrap();
    let args = json!({ "from": 1_794_000_000_000_i64, "to": 1_795_341_600_000_i64 });
    let args = read_args(catalog, kaspi, "getOrders", &args);
    let settings = account("kaspi");
    let action = kaspi.action("getOrders").unwrap();
    let built = wire::build_request(&cx(catalog, &settings), kaspi, action, &args, None);
    assert_eq!(built.unwrap_err().code, "value-refused");
}

#[test]
fn kaspi_goes_through_a_long_time_in_windows() {
    let (catalog, _) = built_in();
    let kaspi = catalog.connector("kaspi").unwrap();
    let poll = kaspi.event("new_order").unwrap().poll.as_ref().unwrap();
    let moment = |text: &str| {
        let moment: jiff::Timestamp = text.parse().unwrap();
        Value::DateTime(moment.to_zoned(jiff::tz::TimeZone::UTC))
    };
    let window = |since: &str, cursor: Value| {
        let inputs = [("since".into(), moment(since)), ("cursor".into(), cursor)];
        let value = |id| value_of(kaspi, &inputs, id);
        let arg = |name: &str| {
            let found = poll.read.args.iter().find(|(known, _)| **known == *name);
            match value(found.unwrap().1) {
                Value::DateTime(moment) => moment.timestamp().to_string(),
                other => panic!("{other:?}"),
            }
        };
        (arg("from"), arg("to"), value(poll.cursor.unwrap()))
    };
    // It is 10 o'clock on the 21st of November; the first poll looks back to October.
    let (from, to, cursor) = window("2026-10-30T00:00:00Z", Value::Null);
    assert_eq!(from, "2026-10-30T00:00:00Z");
    assert_eq!(to, "2026-11-13T00:00:00Z");
    let (from, to, cursor) = window("2026-10-30T00:00:00Z", cursor);
    assert_eq!(from, "2026-11-12T23:00:00Z");
    assert_eq!(to, "2026-11-21T10:00:00Z");
    let (from, to, _) = window("2026-10-30T00:00:00Z", cursor);
    assert_eq!(from, "2026-11-21T09:00:00Z");
    assert_eq!(to, "2026-11-21T10:00:00Z");
}

#[test]
fn kaspi_trades_in_tenge_and_dates_in_milliseconds() {
    let order = first("kaspi", "getOrders", "get-orders.json", "orders");
    let attributes = field(&order, "attributes");
    match field(attributes, "totalPrice") {
        Value::Money(money) => assert_eq!(money.currency.as_deref(), Some("KZT")),
        other => panic!("{other:?}"),
    }
    match field(attributes, "creationDate") {
        Value::DateTime(moment) => {
            assert_eq!(moment.timestamp().as_millisecond(), 1_795_334_400_000);
        }
        other => panic!("{other:?}"),
    }
    let entry = first("kaspi", "getEntries", "get-entries.json", "entries");
    assert!(matches!(
        field(field(&entry, "attributes"), "quantity"),
        Value::Num(_)
    ));
}

//! Wildberries' own payloads: the list of new orders, and one of them.

use crate::support::account::{account, cx};
use crate::support::built_in;
use crate::support::documents::{payload, payload_json, readers};
use crate::support::fits::fits;
use crate::support::wire::{classify_known, ends, field, list, money};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, HttpAnswer, Verdict};

// Which test reads which payload.
readers! {
    new_orders_are_events_of_the_poll: "wildberries/orders_new.response.json";
    an_order_is_one_piece_of_one_article: "wildberries/order_new.json";
}

#[test]
fn new_orders_are_events_of_the_poll() {
    let Some(body) = payload("wildberries/orders_new.response.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let seen = classify_known(catalog, "wildberries", "getNewOrders", 200, &body);
    assert_eq!(ends(&seen), ("ok", Verdict::Applied));
    let shop = catalog.connector("wildberries").unwrap();
    let event = shop.event("new_order").unwrap();
    let poll = event.poll.as_ref().unwrap();
    let action = shop.action(&poll.read.action).unwrap();
    let settings = account("wildberries");
    let cx = cx(catalog, &settings);
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
        complete: true,
    };
    let page = wire::read_page(&cx, shop, action, poll.items.as_ref(), &answer).unwrap();
    assert_eq!(page.items.len(), 1);
    assert!(page.items[0].problem.is_none());
    let key = wire::event_key(&cx, shop, event, &page.items[0].bytes).unwrap();
    assert_eq!(key.as_deref(), Some("13833711"));
}

#[test]
fn an_order_is_one_piece_of_one_article() {
    let Some(json) = payload_json("wildberries/order_new.json") else {
        return;
    };
    let (catalog, _) = built_in();
    let shop = catalog.connector("wildberries").unwrap();
    let ty = &shop.event("new_order").unwrap().payload;
    fits(catalog, ty, &json, "order");
    let bytes = json.to_string();
    let order = wire::decode_value(
        ty,
        bytes.as_bytes(),
        &catalog.types,
        "Europe/Moscow",
        Some(&"RUB".into()),
    )
    .unwrap();
    assert_eq!(field(&order, "article"), &Value::text("one-ring-7548"));
    // Hundredths, in the currency of the sale and in that of the seller.
    assert_eq!(money(field(&order, "price")), "10.14 BYN");
    assert_eq!(money(field(&order, "convertedPrice")), "283.22 RUB");
    assert_eq!(field(&order, "scanPrice"), &Value::Null);
    assert_eq!(
        field(&order, "ddate"),
        &Value::Date("2024-05-17".parse().unwrap())
    );
    assert_eq!(list(field(&order, "skus")), [Value::text("6665956397512")]);
}

//! The connectors of this repository on the wire: how they read deliveries and know who sent them.

use crate::support::account::{account, cx, example};
use crate::support::built_in;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Accepted, Delivery, Rejection};
use serde_json::Value as Json;

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

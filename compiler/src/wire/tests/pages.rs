//! Pages of sources that are asked, and the keys of what they bring.

use super::*;

/// A list deep in an answer, beside a number; a list keyed by id; a list that is the whole answer.
const HALL: &str = r#"
connector hall "Зал" {
  setting base: url
}
type Call = { hash: string, at: datetime as epoch_s, table: int }
action calls {
  request GET "/calls"
  answer ok       applied status 200 json { result: true, data: { updates: [Call] -> updates, total: int -> total }? }
  answer rejected refused status 200 json { result: false }
  effect read
}
action tables {
  request GET "/tables"
  answer ok applied status 200 json { tables: [Call] as keyed -> tables }
  effect read
}
action all {
  request GET "/all"
  answer ok applied status 200 json [Call] -> calls
  effect read
}
event call {
  payload Call
  key "{hash} {table}"
  accept post json { type: "call", hash: string -> hash, table: int? -> table } then calls() -> updates
}
"#;

fn hall() -> Catalog {
    let (catalog, diagnostics) = build(vec![source("hall", HALL)]);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    catalog
}

fn page(action: &str, field: &str, body: &str) -> Result<Page, crate::eval::Failure> {
    let catalog = hall();
    let hall = connector(&catalog, "hall");
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        complete: true,
    };
    let cx = cx(&catalog, &[]);
    read_page(
        &cx,
        hall,
        &hall.actions[action],
        Some(&field.into()),
        &answer,
    )
}

fn field<'v>(value: &'v Value, name: &str) -> &'v Value {
    match value {
        Value::Object(object) => object.get(name),
        other => panic!("{other:?} has no fields"),
    }
}

#[test]
fn items_are_typed_and_keep_their_bytes() {
    let body = r#"{"result":true,"data":{"total":2,"updates":[
        {"hash":"a","at":1795334400,"table":7,"прочее":1.10}]}}"#;
    let page = page("calls", "updates", body).unwrap();
    assert_eq!(field(&page.answer, "total"), &Value::Int(2));
    let item = &page.items[0];
    assert!(matches!(field(&item.value, "at"), Value::DateTime(_)));
    assert_eq!(
        text(&item.bytes),
        r#"{"hash":"a","at":1795334400,"table":7,"прочее":1.10}"#
    );
    let Value::List(items) = field(&page.answer, "updates") else {
        panic!("{:?}", page.answer);
    };
    assert_eq!(items[0], item.value);
}

#[test]
fn an_item_of_another_shape_spoils_neither_the_page_nor_the_others() {
    let body = r#"{"result":true,"data":{"total":3,"updates":[
        {"hash":"a","at":1,"table":7},{"hash":"b","at":1,"table":"семь"},17]}}"#;
    let page = page("calls", "updates", body).unwrap();
    let problems: Vec<Option<&str>> = page
        .items
        .iter()
        .map(|item| item.problem.as_ref().map(|problem| &*problem.message))
        .collect();
    assert_eq!(problems[0], None);
    assert!(
        problems[1].unwrap().contains("updates[1].table"),
        "{problems:?}"
    );
    assert!(problems[2].is_some());
    // What stands there can still be read without types.
    assert_eq!(field(&page.items[1].value, "hash"), &Value::text("b"));
    assert_eq!(page.items[2].value, Value::Int(17));
}

#[test]
fn a_refusal_in_a_200_is_no_page() {
    let failure = page("calls", "updates", r#"{"result":false}"#).unwrap_err();
    assert_eq!(failure.code, "event-shape");
    assert!(page("calls", "updates", "").is_err());
    assert!(
        page(
            "calls",
            "updates",
            r#"{"result":true,"data":{"total":1,"updates":{}}}"#
        )
        .is_err()
    );
}

#[test]
fn an_absent_list_is_an_empty_page() {
    let page = page("calls", "updates", r#"{"result":true,"data":{"total":0}}"#).unwrap();
    assert!(page.items.is_empty());
    assert_eq!(field(&page.answer, "total"), &Value::Int(0));
}

#[test]
fn a_list_may_be_keyed_or_be_the_whole_answer() {
    let call = r#"{"hash":"a","at":1,"table":7}"#;
    let keyed = page(
        "tables",
        "tables",
        &format!(r#"{{"tables":{{"5":{call}}}}}"#),
    )
    .unwrap();
    assert_eq!(text(&keyed.items[0].bytes), call);
    let whole = page("all", "calls", &format!("[{call},{call}]")).unwrap();
    assert_eq!(whole.items.len(), 2);
}

#[test]
fn a_key_needs_all_its_parts() {
    let catalog = hall();
    let hall = connector(&catalog, "hall");
    let cx = cx(&catalog, &[]);
    let key = |payload: &str| event_key(&cx, hall, &hall.events["call"], payload.as_bytes());
    assert_eq!(
        key(r#"{"hash":"a","table":7}"#).unwrap().as_deref(),
        Some("a 7")
    );
    assert!(key(r#"{"hash":"a"}"#).is_err());
    assert!(key("17").is_err());
}

#[test]
fn a_delivery_that_only_names_the_event_has_its_key_where_all_of_it_is_there() {
    let catalog = hall();
    let hall = connector(&catalog, "hall");
    let key = |body: &str| {
        let delivery = Delivery {
            method: "POST".to_owned(),
            query: String::new(),
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        let found = read_delivery(&cx(&catalog, &[]), hall, None, &delivery).unwrap();
        assert!(found[0].enrich.is_some(), "{found:?}");
        found[0].key.clone()
    };
    let whole = r#"{"type":"call","hash":"a","table":7}"#;
    assert_eq!(key(whole).as_deref(), Some("a 7"));
    assert_eq!(key(r#"{"type":"call","hash":"a"}"#), None);
}

#[test]
fn a_read_that_is_told_the_page_counts_pages() {
    let text = HALL.replace(
        "then calls() -> updates",
        "then calls() -> updates\n  poll { read tables(page: page + 1) -> tables cursor last(items).hash }",
    );
    let text = text.replace(
        r#"request GET "/tables""#,
        r#"request GET "/tables" query { page: int? }"#,
    );
    let counts = |text: &str| {
        let (catalog, diagnostics) = build(vec![source("hall", text)]);
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        let hall = &catalog.connectors["hall"];
        let poll = hall.events["call"].poll.as_ref().unwrap();
        poll.counts_pages(&hall.exprs)
    };
    assert!(counts(&text));
    assert!(!counts(&text.replace("page + 1", "5")));
}

//! What is said about definitions that are wrong, and where.

use crate::support::{one, render};

/// The findings of a connector `shop` with these definitions.
fn findings(inside: &str) -> String {
    let (catalog, found) = one(&format!("connector shop {{ }}\n{inside}\n"));
    render(&catalog, &found)
}

/// What is said about a definition that is wrong in one place.
#[test]
fn broken_definitions_are_pointed_at() {
    let cases = [
        (
            "a type that does not exist",
            "type T = { a: Ordr }\ntype Order = { }",
        ),
        ("a type that stands for itself", "type A = B\ntype B = A"),
        (
            "fields of something that has none",
            "type T = { ...Sum }\ntype Sum = money",
        ),
        ("a field twice", "type T = { a: int, a: string }"),
        ("a type twice", "type T = int\ntype T = string"),
        (
            "a name that is no setting",
            "setting site: string?\naction f { request GET \"/\" query { s: string? = sit } }",
        ),
        (
            "a path without its argument",
            "action f { request GET \"/orders/{id}\" }",
        ),
        (
            "an argument twice",
            "action f { request GET \"/{id}\" path { id: int } query { id: int } }",
        ),
        (
            "two bodies",
            "action f { request POST \"/\" json { a: int } form { b: int } }",
        ),
        (
            "a body without a name",
            "action f { request POST \"/\" json [int] }",
        ),
        ("an unknown verdict", "answer ok aplied status 200"),
        (
            "an unknown effect",
            "action f { request POST \"/\" effect idempotant }",
        ),
        (
            "an unknown function",
            "action f { request GET \"/\" query { a: string where lenght(a) > 1 } }",
        ),
        (
            "too few values for a function",
            "action f { request GET \"/\" query { a: string where starts_with(a) } }",
        ),
        (
            "a key that is no argument",
            "action f { request POST \"/\" json { orderId: int } effect keyed orderid }",
        ),
        (
            "a readback of nothing",
            "action f { request POST \"/\" json { a: int } effect unsafe readback g(a) }",
        ),
        (
            "a read with a wrong argument",
            "event e { payload json accept post json { id: int } then g(number: id) }\naction g { request GET \"/\" query { num: int } }",
        ),
        (
            "a delivery without payload",
            "event e { payload json accept post json { id: int } }",
        ),
        (
            "a parent that does not exist",
            "event order_new is ordr { payload json }\nevent order { payload json }",
        ),
        (
            "an event that nobody raises",
            "action f { request POST \"/\" raises ordr }\nevent order { payload json }",
        ),
        (
            "a setting for a type",
            "setting apiKey: secret\nauth key { send headers { Key: apiKey } }",
        ),
        (
            "headers that are not computed",
            "setting apiKey: secret\nauth key { send headers { Key: string } }",
        ),
        ("a token from nowhere", "auth token { token answer.token }"),
        ("a pause that is none", "limit rate 10 per 5"),
        (
            "a secret in the text",
            "setting key: string = secret \"KEY\"",
        ),
        ("a rule among definitions", "rule r: every 5m do shop.f()"),
        ("a sandbox of nothing", "sandbox { action f { reply { } } }"),
        (
            "a poll that reads a field that is not there",
            "event e { payload { id: int } key id poll { read f() -> ordrs } }\naction f { request GET \"/\" answer ok applied status 200 json { orders: [{ id: int }] } }",
        ),
        (
            "a poll that reads no list",
            "event e { payload { id: int } key id poll { read f() -> total } }\naction f { request GET \"/\" answer ok applied status 200 json { total: int } }",
        ),
        (
            "a poll that asks with something that is no read",
            "event e { payload { id: int } key id poll { read f() -> orders } }\naction f { request POST \"/\" answer ok applied status 200 json { orders: [{ id: int }] } }",
        ),
        (
            "a poll of an action that is not there",
            "event e { payload { id: int } key id poll { read getOrdrs() -> orders } }\naction getOrders { request GET \"/\" answer ok applied status 200 json { orders: [{ id: int }] } }",
        ),
        (
            "a poll that asks without what is needed",
            "event e { payload { id: int } key id poll { read f() -> orders } }\naction f { request GET \"/\" query { shop: string } answer ok applied status 200 json { orders: [{ id: int }] } }",
        ),
        (
            "a delivery that is completed by something that is no read",
            "event e { payload { id: int } accept post json { id: int } then f(id: id) -> order }\naction f { request POST \"/\" json { id: int } answer ok applied status 200 json { order: { id: int } } }",
        ),
        (
            "a delivery that is completed with a field that is not there",
            "event e { payload { id: int } accept post json { id: int } then f(id: id) -> ordr }\naction f { request GET \"/\" query { id: int } answer ok applied status 200 json { order: { id: int } } }",
        ),
        (
            "a list of events that is not there",
            "event e { payload { id: int } accept post json [{ id: int }] -> items each itms }",
        ),
        (
            "a readback that is no read",
            "action f { request POST \"/\" json { a: int } effect unsafe readback g(a) }\naction g { request POST \"/\" json { a: int } }",
        ),
        (
            "a marker in a number",
            "action f { request POST \"/\" json { a: int } effect unsafe readback g(a) marker a suffix }\naction g { request GET \"/\" query { a: int } }",
        ),
        (
            "a key inside that is not there",
            "action f { request POST \"/\" json { order: { key: string? } } effect keyed order.kye }",
        ),
        (
            "an unknown way to make a key",
            "action f { request POST \"/\" json { key: string? } effect keyed key as uuid4 }",
        ),
        (
            "a status that ends before it begins",
            "answer transient unknown status 599..500",
        ),
        (
            "an answer that never counts",
            "answer transient unknown status 500..599\nanswer busy refused status 503 json { error: string }",
        ),
        ("an unknown method", "action f { request PSOT \"/\" }"),
        (
            "a path without a slash",
            "action f { request GET \"orders\" }",
        ),
        (
            "a group with a field that is not there",
            "type T = { a: int?, one of a, b }",
        ),
        (
            "a part twice",
            "event e { payload json payload json key \"a\" key \"b\" accept post json json -> payload }",
        ),
        (
            "an action with a misspelt request",
            "action f { reqest POST \"/\" }",
        ),
        (
            "a poll with a misspelt read",
            "event e { payload json poll { every 1m\n red f() } }\naction f { request GET \"/\" }",
        ),
    ];
    let mut report = String::new();
    for (what, text) in cases {
        let found = findings(text);
        assert!(!found.is_empty(), "{what}");
        report.push_str(&format!(
            "{what}\n{}\n",
            found.replace("connectors/shop/connector.ondo:", "  ")
        ));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn a_job_that_cannot_be_waited_for_is_pointed_at() {
    let accepted = "answer accepted pending status 202 json { id: string }";
    let asks = "job { id answer.id ask g(id: id) every 2s give up after 1m }";
    let ask = "action g { request GET \"/\" query { id: string } }";
    let cases = [
        (
            format!("action f {{ request POST \"/\" {asks} }}\n{ask}"),
            "[f] definition: a job begins with an answer that is `pending`, and there is none",
        ),
        (
            format!("action f {{ request POST \"/\" {accepted} job {{ id answer.id every 2s }} }}"),
            "[f] definition: a job says what its id is and how its result is asked for",
        ),
        (
            format!(
                "action f {{ request POST \"/\" {accepted} {asks} }}\n{}",
                ask.replace("GET", "POST")
            ),
            "definition: the result of a job is asked for again and again, so the question has to be a read",
        ),
        (
            format!("action f {{ request POST \"/\" {accepted} {asks} }}\n{ask}"),
            "",
        ),
    ];
    for (text, expected) in cases {
        let found = findings(&text);
        assert!(found.contains(expected), "{text}\n{found}");
        let count = usize::from(!expected.is_empty());
        assert_eq!(found.lines().count(), count, "{found}");
    }
}

#[test]
fn a_connector_in_the_wrong_folder_is_pointed_at() {
    let (catalog, found) = one("connector store { }");
    assert_eq!(
        render(&catalog, &found),
        "connectors/shop/connector.ondo:1:11 [store] definition: this is connector `store`, but it stands in the folder `shop`\n"
    );
}

#[test]
fn a_folder_without_a_connector_says_what_is_missing() {
    let (catalog, found) = one("setting a: int");
    assert_eq!(
        render(&catalog, &found),
        "connectors/shop/connector.ondo:1:1 [] definition: no file of this folder says `connector shop` | help: connector shop \"…\" { }\n"
    );
}

#[test]
fn a_mistake_of_form_does_not_hide_the_rest() {
    let text = findings("type A = { a: }\ntype T = { a: Nothing }");
    assert!(text.contains("unknown-type"), "{text}");
    assert!(text.lines().count() >= 2, "{text}");
}

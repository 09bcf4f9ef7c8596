//! The same patterns from the vendor's side.

use super::*;

fn received(request: &HttpRequest) -> (String, Delivery) {
    let url = request.url.expose();
    let behind = url.strip_prefix("https://api.shop.example/pub").unwrap();
    let (path, query) = behind.split_once('?').unwrap_or((behind, ""));
    let headers = request.headers.iter().map(|(name, value)| {
        let value = match value {
            HeaderText::Plain(text) => text.clone(),
            HeaderText::Secret(secret) => secret.expose().to_owned(),
        };
        (name.to_lowercase(), value)
    });
    let delivery = Delivery {
        method: request.method.to_string(),
        query: query.to_owned(),
        headers: headers.collect(),
        body: request.body.clone(),
    };
    (path.to_owned(), delivery)
}

fn check(change: impl FnOnce(&mut String, &mut Delivery)) -> Option<RequestCheck> {
    let (catalog, mut settings) = (catalog(), settings());
    let token = Secret::new("TOKEN");
    let shop = connector(&catalog, "shop");
    let request = build_request(
        &cx(&catalog, &settings),
        shop,
        action(&catalog, "shop", "addBonus"),
        &bonus("64.53"),
        Some(&token),
    );
    let (mut path, mut delivery) = received(&request.unwrap());
    change(&mut path, &mut delivery);
    settings.push(("token".into(), secret("TOKEN")));
    read_request(&cx(&catalog, &settings), shop, &path, &delivery)
}

#[test]
fn what_the_client_writes_is_read_back() {
    let found = check(|_, _| {}).unwrap();
    assert_eq!(found.action.as_deref(), Some("addBonus"));
    assert_eq!(found.problems, Vec::<String>::new());
    let names: Vec<&str> = found.args.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["guest", "organization", "amount", "comment"]);
    assert_eq!(found.args[2].1, money("64.53", None));
}

#[test]
fn a_form_with_an_object_is_read_back() {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    let shop = connector(&catalog, "shop");
    let token = Secret::new("TOKEN");
    let given = args(&[
        ("id", Value::Int(7)),
        ("by", Value::text("id")),
        ("number", Value::text("1")),
        ("items", Value::list(Vec::new())),
    ]);
    let request = build_request(
        &cx,
        shop,
        action(&catalog, "shop", "editOrder"),
        &given,
        Some(&token),
    );
    let (path, delivery) = received(&request.unwrap());
    let found = read_request(&cx, shop, &path, &delivery).unwrap();
    assert_eq!(
        (found.action.as_deref(), found.problems),
        (Some("editOrder"), Vec::new())
    );
    assert_eq!(found.args, given);
}

#[test]
fn what_a_client_would_understand_is_not_what_the_vendor_is_given() {
    let changed = |from: &'static str, to: &'static str| {
        let found = check(|_, delivery| {
            delivery.body = text(&delivery.body).replace(from, to).into_bytes();
        });
        found.unwrap().problems
    };
    assert_eq!(
        changed("64.53", r#""64.53""#),
        ["`amount` is text, wanted a number without quotes"]
    );
    assert_eq!(
        changed(r#""type":"phone""#, r#""type":1"#),
        ["`guest.type` is a number that is not among the known values, wanted \"phone\""]
    );
    let found = check(|_, delivery| delivery.query = "dry=1".to_owned()).unwrap();
    assert_eq!(
        found.problems,
        ["`dry` in the query is no field of the request"]
    );
}

#[test]
fn of_a_group_exactly_one_has_to_come_and_a_list_has_to_be_there() {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    let shop = connector(&catalog, "shop");
    let token = Secret::new("TOKEN");
    let problems = |name: &str, given: &[(Name, Value)], from: &str, to: &str| {
        let request = build_request(
            &cx,
            shop,
            action(&catalog, "shop", name),
            given,
            Some(&token),
        );
        let (path, mut delivery) = received(&request.unwrap());
        let body = text(&delivery.body).replace(from, to);
        assert_ne!(body, text(&delivery.body), "{name}");
        delivery.body = body.into_bytes();
        read_request(&cx, shop, &path, &delivery).unwrap().problems
    };
    let cash = args(&[("cash", Value::Int(1))]);
    assert_eq!(
        problems("pay", &cash, "{", r#"{"card":2,"#),
        ["the message has 2 of cash, card, wanted exactly one"]
    );
    let order = args(&[
        ("id", Value::Int(7)),
        ("by", Value::text("id")),
        ("number", Value::text("1")),
        ("items", Value::list(Vec::new())),
    ]);
    assert_eq!(
        problems("editOrder", &order, "%2C%22items%22%3A%5B%5D", ""),
        ["`order.items` is absent, wanted a list"]
    );
}

type Change = Box<dyn FnOnce(&mut String, &mut Delivery)>;

#[test]
fn what_is_wrong_is_said_in_words() {
    let body = |from: &'static str, to: &'static str| {
        move |_: &mut String, delivery: &mut Delivery| {
            delivery.body = text(&delivery.body).replace(from, to).into_bytes();
        }
    };
    let problems = |change: Change| check(change).unwrap().problems;
    assert_eq!(
        problems(Box::new(body(r#""amount""#, r#""summ":1,"amount""#))),
        ["`summ` is no field of the request"]
    );
    assert_eq!(
        problems(Box::new(body("64.53", r#""many""#))),
        ["`amount` is text, wanted a number without quotes"]
    );
    assert_eq!(
        problems(Box::new(body("64.53", "0"))),
        ["`amount` does not meet what the connector asks of it"]
    );
    assert_eq!(
        problems(Box::new(body(r#""amount":64.53,"#, ""))),
        ["`amount` is absent, wanted an amount"]
    );
    assert_eq!(
        problems(Box::new(body(r#""phone":"+7"#, r#""fon":"+7"#))),
        ["`guest.phone` is absent, wanted text"]
    );
    let without = |name: &'static str| -> Change {
        Box::new(move |_, delivery| delivery.headers.retain(|(known, _)| known != name))
    };
    assert_eq!(
        problems(without("apikey")),
        ["the header ApiKey is missing"]
    );
    assert_eq!(
        problems(without("content-type")),
        ["Content-Type is none, wanted application/json"]
    );
    assert_eq!(
        problems(Box::new(|_, delivery| {
            delivery
                .headers
                .retain(|(known, _)| known != "authorization");
            delivery
                .headers
                .push(("authorization".to_owned(), "OLD".to_owned()));
        })),
        ["the header Authorization has another value than the account's"]
    );
    assert!(check(|path, _| path.push('x')).is_none());
}

#[test]
fn the_token_exchange_is_known_as_such() {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    let shop = connector(&catalog, "shop");
    let (path, delivery) = received(&auth_request(&cx, shop).unwrap().unwrap());
    let found = read_request(&cx, shop, &path, &delivery).unwrap();
    assert_eq!((found.action, found.problems), (None, Vec::new()));
}

#[test]
fn every_answer_that_is_written_is_read_as_itself() {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    for connector in catalog.connectors.values() {
        for action in connector.actions.values() {
            for known in connector.answers_of(action) {
                let (status, headers, body) = answer_bytes(&cx, connector, known, None).unwrap();
                let headers = headers
                    .into_iter()
                    .map(|(name, text)| (name.to_lowercase(), text))
                    .collect();
                let answer = HttpAnswer {
                    status,
                    headers,
                    body,
                    complete: true,
                };
                let read = classify(&cx, connector, action, &Observed::Answer(answer.clone()));
                assert_eq!(
                    read.outcome, known.name,
                    "{}.{}: {answer:?}",
                    connector.name, action.name
                );
            }
        }
    }
}

#[test]
fn an_answer_has_the_given_values_and_fills_in_the_rest() {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    let shop = connector(&catalog, "shop");
    let ok = &action(&catalog, "shop", "editOrder").answers[0];
    let (status, _, body) =
        answer_bytes(&cx, shop, ok, Some(&object(&[("id", Value::Int(42))]))).unwrap();
    assert_eq!(
        (status, text(&body)),
        (
            200,
            r#"{"success":true,"id":42,"order":{"number":"number"}}"#
        )
    );
    let given: serde_json::Value = serde_json::from_str(r#"{"id":43,"number":"C"}"#).unwrap();
    let (_, _, body) = answer_bytes(&cx, shop, ok, Some(&Value::Json(given.into()))).unwrap();
    assert_eq!(
        text(&body),
        r#"{"success":true,"id":43,"order":{"number":"C"}}"#
    );
    let rejected = &shop.answers[0];
    let (status, _, body) = answer_bytes(&cx, shop, rejected, None).unwrap();
    assert_eq!(
        (status, text(&body)),
        (
            400,
            r#"{"error":{"code":"3007","message":"Гость не найден"}}"#
        )
    );
}

#[test]
fn a_token_is_found_where_it_was_written() {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    let shop = connector(&catalog, "shop");
    let body = token_bytes(shop, "T");
    assert_eq!(text(&body), r#"{"token":"T"}"#);
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body,
        complete: true,
    };
    assert_eq!(read_token(&cx, shop, &answer).unwrap().0.expose(), "T");
}

#[test]
fn a_universal_request_is_read_with_its_method_and_address() {
    let catalog = catalog();
    let cx = cx(&catalog, &[]);
    let delivery = Delivery {
        method: "PUT".to_owned(),
        query: String::new(),
        headers: vec![
            ("host".to_owned(), "127.0.0.1".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-trace".to_owned(), "1".to_owned()),
        ],
        body: b"{\"a\":1}".to_vec(),
    };
    let found = read_request(&cx, connector(&catalog, "web"), "/example.com/a", &delivery).unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
    let of = |name: &str| {
        let mut args = found.args.iter();
        args.find(|(known, _)| &**known == name)
            .map(|(_, value)| value.clone())
    };
    assert_eq!(of("method"), Some(Value::text("PUT")));
    assert_eq!(of("url"), Some(Value::text("https://example.com/a")));
    assert_eq!(
        of("headers"),
        Some(object(&[("x-trace", Value::text("1"))]))
    );
}

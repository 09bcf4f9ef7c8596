//! Webhooks: read, proven, written.

use super::*;

fn post(kind: &str, body: &str) -> Delivery {
    Delivery {
        method: "POST".to_owned(),
        query: String::new(),
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

fn read(
    name: &str,
    events: Option<&[Name]>,
    delivery: &Delivery,
) -> Result<Vec<Accepted>, Rejection> {
    let (catalog, settings) = (catalog(), settings());
    read_delivery(
        &cx(&catalog, &settings),
        connector(&catalog, name),
        events,
        delivery,
    )
}

fn one(name: &str, delivery: &Delivery) -> (String, Option<String>, Option<String>) {
    let accepted = read(name, None, delivery).unwrap();
    assert_eq!(accepted.len(), 1);
    let found = &accepted[0];
    let payload = found.payload.as_deref().map(|bytes| text(bytes).to_owned());
    (found.event.to_string(), payload, found.key.clone())
}

#[test]
fn shapes_are_tried_in_order_and_the_payload_keeps_its_bytes() {
    let order = r#"{"number": "C-1", "status":"new", "x": 1.10}"#;
    let wrapped = format!(r#"{{"order": {order}}}"#);
    let created = format!(r#"{{"event":"created","order": {order}}}"#);
    let form: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("order", order)
        .finish();
    let json = "application/json; charset=utf-8";
    let key = Some("C-1:new".to_owned());
    for (kind, body, event) in [
        (json, wrapped.as_str(), "order"),
        (json, order, "order"),
        (json, created.as_str(), "order_created"),
        ("application/x-www-form-urlencoded", form.as_str(), "order"),
        ("", order, "order"),
    ] {
        let wanted = (event.to_owned(), Some(order.to_owned()), key.clone());
        assert_eq!(one("shop", &post(kind, body)), wanted, "{body}");
    }
}

#[test]
fn a_payload_of_the_wrong_shape_is_an_event_all_the_same() {
    let body = r#"{"order":{"number":5,"items":"none"}}"#;
    let (event, payload, _) = one("shop", &post("application/json", body));
    assert_eq!(
        (event.as_str(), payload.as_deref()),
        ("order", Some(r#"{"number":5,"items":"none"}"#))
    );
}

#[test]
fn an_event_that_nobody_listens_to_is_not_read() {
    let body = r#"{"event":"created","order":{"number":"1"}}"#;
    let delivery = post("application/json", body);
    let names = |events: &[Name]| -> Vec<String> {
        let read = read("shop", Some(events), &delivery).unwrap();
        read.iter()
            .map(|accepted| accepted.event.to_string())
            .collect()
    };
    assert_eq!(names(&["order".into()]), ["order_created"]);
    assert_eq!(names(&["order_created".into()]), ["order_created"]);
}

#[test]
fn a_delivery_with_an_id_says_which_read_completes_it() {
    let delivery = Delivery {
        method: "GET".to_owned(),
        query: "id=5".to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    let accepted = read("shop", None, &delivery).unwrap();
    assert_eq!(accepted[0].payload, None);
    let wanted = EnrichCall {
        action: "findOrders".into(),
        args: args(&[("ids", Value::list(vec![Value::Int(5)]))]),
        field: Some("orders".into()),
    };
    assert_eq!(accepted[0].enrich, Some(wanted));
}

#[test]
fn a_list_gives_its_events_in_order_and_keeps_unknown_ones() {
    let body = r#"[{"eventType":"Stop","id":1},{"eventType":"New","id":2},{"eventType":"Reserve","id":3}]"#;
    let accepted = read("till", None, &post("application/json", body)).unwrap();
    let shown: Vec<(String, String, Option<String>)> = accepted
        .iter()
        .map(|found| {
            (
                found.event.to_string(),
                text(found.payload.as_ref().unwrap()).to_owned(),
                found.key.clone(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (
                "stop".to_owned(),
                r#"{"eventType":"Stop","id":1}"#.to_owned(),
                None
            ),
            (
                UNKNOWN_EVENT.to_owned(),
                r#"{"eventType":"New","id":2}"#.to_owned(),
                None
            ),
            (
                "reserve".to_owned(),
                r#"{"eventType":"Reserve","id":3}"#.to_owned(),
                Some("3".to_owned())
            ),
        ]
    );
    assert_eq!(
        read("till", None, &post("application/json", "[]"))
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn the_universal_webhook_takes_json_forms_and_queries() {
    let json = one("web", &post("application/json", r#"[1, "a"]"#));
    assert_eq!(json.1.unwrap(), r#"[1, "a"]"#);
    let form = one(
        "web",
        &post(
            "application/x-www-form-urlencoded",
            "name=%D0%AF+%26&tags[]=a&tags[]=b&utm[source]=x",
        ),
    );
    assert_eq!(
        form.1.unwrap(),
        r#"{"name":"Я &","tags":["a","b"],"utm":{"source":"x"}}"#
    );
    let query = Delivery {
        method: "GET".to_owned(),
        query: "a=1&a=2".to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    assert_eq!(one("web", &query).1.unwrap(), r#"{"a":["1","2"]}"#);
}

#[test]
fn what_cannot_be_read_is_rejected_with_the_reason() {
    let json = "application/json";
    for (name, delivery, wanted) in [
        (
            "shop",
            post(json, "{"),
            Rejection::Unreadable("not JSON: no name in quotes at byte 1".to_owned()),
        ),
        (
            "shop",
            post("image/png", "x"),
            Rejection::MediaType("image/png".to_owned()),
        ),
        (
            "till",
            post("application/x-www-form-urlencoded", "a=1"),
            Rejection::MediaType("application/x-www-form-urlencoded".to_owned()),
        ),
        (
            "till",
            Delivery {
                method: "GET".to_owned(),
                ..post(json, "[]")
            },
            Rejection::Method {
                allowed: vec!["POST".to_owned()],
            },
        ),
    ] {
        assert_eq!(read(name, None, &delivery).err(), Some(wanted));
    }
    let twice = read("shop", None, &post(json, r#"{"order":{},"order":{}}"#));
    assert!(matches!(twice, Err(Rejection::Unreadable(_))), "{twice:?}");
}

#[test]
fn the_secret_at_the_end_of_the_path_must_be_right() {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    let shop = connector(&catalog, "shop");
    let delivery = post("application/json", "{}");
    assert_eq!(authentic(&cx, shop, &delivery, Some("s3cret")), Ok(()));
    for wrong in [None, Some(""), Some("s3cre"), Some("s3cret1")] {
        assert_eq!(
            authentic(&cx, shop, &delivery, wrong),
            Err(Rejection::NotAuthentic)
        );
    }
}

fn till_settings(fields: &[(&str, Value)]) -> Vec<(Name, Value)> {
    args(fields)
}

#[test]
fn headers_and_signatures_must_be_right() {
    let catalog = catalog();
    let till = connector(&catalog, "till");
    let signature = "sha256=b3a8e0ff4d8d1d2a";
    let with = |headers: &[(&str, &str)]| {
        let mut delivery = post("application/json", "[]");
        let headers = headers
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        delivery.headers.extend(headers);
        delivery
    };
    for (settings, headers, is_right) in [
        (till_settings(&[]), &[][..], false),
        (till_settings(&[("open", Value::Bool(true))]), &[][..], true),
        (till_settings(&[("token", secret("T"))]), &[][..], false),
        (
            till_settings(&[("token", secret("T"))]),
            &[("x-token", "T")][..],
            true,
        ),
        (
            till_settings(&[("token", secret("T"))]),
            &[("x-token", "t")][..],
            false,
        ),
        (
            till_settings(&[("token", secret("T"))]),
            &[("authorization", "Bearer T")][..],
            true,
        ),
        (
            till_settings(&[("token", secret("T"))]),
            &[("authorization", "T")][..],
            false,
        ),
        (
            till_settings(&[("hmac", secret("H"))]),
            &[("x-signature", signature)][..],
            false,
        ),
        (till_settings(&[("hmac", secret("H"))]), &[][..], false),
    ] {
        let found = authentic(&cx(&catalog, &settings), till, &with(headers), None);
        assert_eq!(found.is_ok(), is_right, "{headers:?}");
    }
}

#[test]
fn what_is_sent_is_authentic_and_read_as_the_same_event() {
    let catalog = catalog();
    let shop_settings = settings();
    let till_token = till_settings(&[("token", secret("T"))]);
    let till_hmac = till_settings(&[("hmac", secret("H"))]);
    let order = r#"{"number":"C-1","status":"new"}"#;
    let reserve = r#"{"eventType":"Reserve","id":3}"#;
    for (name, event, settings, payload) in [
        ("shop", "order", &shop_settings, order),
        ("shop", "order_created", &shop_settings, order),
        ("till", "reserve", &till_token, reserve),
        ("till", "reserve", &till_hmac, reserve),
        ("web", "any", &Vec::new(), r#"{"a":1}"#),
    ] {
        let cx = cx(&catalog, settings);
        let connector = connector(&catalog, name);
        let signed = deliver(&cx, connector, &connector.events[event], payload.as_bytes()).unwrap();
        let secret = signed.path_secret.as_ref().map(Secret::expose);
        assert_eq!(
            authentic(&cx, connector, &signed.delivery, secret),
            Ok(()),
            "{name}.{event}"
        );
        let read = read_delivery(&cx, connector, None, &signed.delivery).unwrap();
        assert_eq!(&*read[0].event, event);
        assert_eq!(text(read[0].payload.as_ref().unwrap()), payload);
    }
    // A changed body is not what was signed.
    let cx = cx(&catalog, &till_hmac);
    let till = connector(&catalog, "till");
    let mut signed = deliver(&cx, till, &till.events["reserve"], reserve.as_bytes()).unwrap();
    signed.delivery.body.push(b' ');
    assert_eq!(
        authentic(&cx, till, &signed.delivery, None),
        Err(Rejection::NotAuthentic)
    );
}

#[test]
fn a_hook_without_its_secrets_cannot_be_signed() {
    let catalog = catalog();
    let cx = cx(&catalog, &[]);
    let till = connector(&catalog, "till");
    let failure = deliver(
        &cx,
        till,
        &till.events["stop"],
        br#"{"eventType":"Stop","id":1}"#,
    )
    .unwrap_err();
    assert_eq!(failure.code, "cannot-sign");
}

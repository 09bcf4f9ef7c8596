//! What goes out.

use super::*;

fn build_shop(name: &str, args: &[(Name, Value)]) -> Result<HttpRequest, crate::eval::Failure> {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    let token = Secret::new("TOKEN");
    build_request(
        &cx,
        connector(&catalog, "shop"),
        action(&catalog, "shop", name),
        args,
        Some(&token),
    )
}

fn build_web(args: &[(Name, Value)]) -> Result<HttpRequest, crate::eval::Failure> {
    let catalog = catalog();
    let cx = cx(&catalog, &[]);
    build_request(
        &cx,
        connector(&catalog, "web"),
        action(&catalog, "web", "request"),
        args,
        None,
    )
}

#[test]
fn a_body_has_the_fields_of_the_definition_in_its_order_and_exact_amounts() {
    let request = build_shop("addBonus", &bonus("64.53")).unwrap();
    assert_eq!(
        text(&request.body),
        r#"{"guest":{"type":"phone","phone":"+79990001122"},"organization":{"type":"rkObjectId","id":"4174244"},"amount":64.53,"comment":"Заказ \"C\""}"#
    );
    assert_eq!(
        request.url.expose(),
        "https://api.shop.example/pub/guests/addBonus"
    );
    assert_eq!(
        plain_headers(&request),
        [
            "Content-Type: application/json",
            "ApiKey: *KEY",
            "Authorization: *TOKEN"
        ]
    );
    assert!(!request.secret_body);
    let whole = build_shop("addBonus", &bonus("1290.70")).unwrap();
    assert!(text(&whole.body).contains(r#""amount":1290.7,"#));
}

#[test]
fn a_header_that_depends_on_a_setting_is_a_secret_all_the_same() {
    let catalog = catalog();
    let mut settings = settings();
    settings.push(("bearer".into(), Value::Bool(true)));
    let cx = cx(&catalog, &settings);
    let token = Secret::new("TOKEN");
    let shop = connector(&catalog, "shop");
    let request = build_request(
        &cx,
        shop,
        action(&catalog, "shop", "pay"),
        &args(&[("cash", Value::Int(1))]),
        Some(&token),
    );
    assert_eq!(
        plain_headers(&request.unwrap()).last().unwrap(),
        "Authorization: *Bearer TOKEN"
    );
}

#[test]
fn a_form_holds_json_and_a_path_is_encoded() {
    let args = args(&[
        ("id", Value::Int(7)),
        ("by", Value::text("id")),
        ("number", Value::text("C&D")),
        ("status", Value::Null),
        ("paid", Value::Bool(true)),
        (
            "due",
            Value::DateTime("2026-11-21T07:00:00Z[UTC]".parse().unwrap()),
        ),
        (
            "items",
            Value::list(vec![object(&[
                ("id", Value::Int(1)),
                ("price", money("5", None)),
                ("quantity", num("0.500")),
            ])]),
        ),
    ]);
    let request = build_shop("editOrder", &args).unwrap();
    assert_eq!(
        request.url.expose(),
        "https://api.shop.example/pub/orders/7/edit"
    );
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
    assert_eq!(pairs[0], ("by".to_owned(), "id".to_owned()));
    assert_eq!(pairs[1].0, "order");
    assert_eq!(
        pairs[1].1,
        r#"{"number":"C&D","status":null,"paid":true,"due":"2026-11-21 10:00:00","items":[{"id":1,"price":5.00,"quantity":0.5}]}"#
    );
    assert_eq!(
        plain_headers(&request)[0],
        "Content-Type: application/x-www-form-urlencoded"
    );
}

#[test]
fn a_query_has_brackets_and_defaults() {
    let ids = Value::list(vec![Value::Int(1), Value::Int(2)]);
    let request = build_shop("findOrders", &args(&[("ids", ids)])).unwrap();
    assert_eq!(
        request.url.expose(),
        "https://api.shop.example/pub/orders?filter%5Bids%5D%5B%5D=1&filter%5Bids%5D%5B%5D=2&limit=20"
    );
    assert_eq!(
        request.shown_url,
        "https://api.shop.example/pub/orders?filter[ids][]=1&filter[ids][]=2&limit=20"
    );
    let bare = build_shop("findOrders", &args(&[("ids", Value::list(Vec::new()))])).unwrap();
    assert_eq!(
        bare.shown_url,
        "https://api.shop.example/pub/orders?limit=20"
    );
}

#[test]
fn what_the_connector_forbids_is_not_sent() {
    let order = |more: &[(&str, Value)]| {
        let mut all = vec![
            ("id", Value::Int(7)),
            ("by", Value::text("id")),
            ("number", Value::text("1")),
        ];
        all.extend(more.iter().cloned());
        args(&all)
    };
    for (name, args, code, message) in [
        (
            "addBonus",
            bonus("0"),
            "value-refused",
            "`amount` does not meet what the connector asks of it",
        ),
        (
            "addBonus",
            bonus("1")[..2].to_vec(),
            "missing-field",
            "`comment` is missing, text is required",
        ),
        (
            "editOrder",
            order(&[("status", Value::text("promo"))]),
            "missing-field",
            "`order.coupon` is missing, text is required here",
        ),
        (
            "editOrder",
            order(&[("colour", Value::Null)]),
            "unknown-field",
            "`editOrder` takes no argument `colour`",
        ),
        (
            "editOrder",
            order(&[("by", Value::text("id")), ("status", Value::Int(1))]),
            "wrong-value",
            "`order.status` is a number, wanted text",
        ),
        (
            "pay",
            args(&[]),
            "one-of",
            "the message has 0 of cash, card, wanted exactly one",
        ),
        (
            "pay",
            args(&[("cash", Value::Int(1)), ("card", Value::Int(1))]),
            "one-of",
            "the message has 2 of cash, card, wanted exactly one",
        ),
        (
            "pay",
            args(&[("cash", Value::Int(1)), ("note", secret("x"))]),
            "secret",
            "`note` would show a secret",
        ),
    ] {
        let failure = build_shop(name, &args).unwrap_err();
        assert_eq!(
            (failure.code, failure.message.as_str()),
            (code, message),
            "{name}"
        );
    }
}

#[test]
fn a_missing_setting_makes_the_argument_that_needs_it_required() {
    let catalog = catalog();
    let settings: Vec<(Name, Value)> = settings()
        .into_iter()
        .filter(|(name, _)| &**name != "organization")
        .collect();
    let cx = cx(&catalog, &settings);
    let token = Secret::new("TOKEN");
    let built = build_request(
        &cx,
        connector(&catalog, "shop"),
        action(&catalog, "shop", "addBonus"),
        &bonus("1"),
        Some(&token),
    );
    assert_eq!(
        built.unwrap_err().message,
        "`organization.id` is missing, text is required"
    );
}

#[test]
fn an_amount_of_another_currency_than_the_account_is_not_sent() {
    let catalog = catalog();
    let mut settings = settings();
    settings.push(("currency".into(), Value::text("KZT")));
    let cx = cx(&catalog, &settings);
    let token = Secret::new("TOKEN");
    let built = build_request(
        &cx,
        connector(&catalog, "shop"),
        action(&catalog, "shop", "addBonus"),
        &bonus("1"),
        Some(&token),
    );
    assert_eq!(built.unwrap_err().code, "currency-mismatch");
}

#[test]
fn an_ignored_field_is_left_out() {
    let order = args(&[
        ("id", Value::Int(7)),
        ("by", Value::text("id")),
        ("number", Value::text("1")),
        ("status", Value::text("new")),
        ("reason", Value::text("late")),
    ]);
    let request = build_shop("editOrder", &order).unwrap();
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
    assert_eq!(pairs[1].1, r#"{"number":"1","status":"new"}"#);
}

#[test]
fn a_universal_request_goes_where_it_is_told() {
    let request = build_web(&args(&[
        ("method", Value::text("POST")),
        ("url", Value::text("https://example.com/a?x=1")),
        (
            "headers",
            object(&[
                ("Authorization", secret("Bearer 1")),
                ("X-Trace", Value::text("t")),
            ]),
        ),
        (
            "query",
            object(&[("key", secret("k&y")), ("n", num("1.50"))]),
        ),
        (
            "body",
            object(&[("sum", money("12.30", None)), ("note", Value::Null)]),
        ),
    ]))
    .unwrap();
    assert_eq!(
        request.url.expose(),
        "https://example.com/a?x=1&key=k%26y&n=1.5"
    );
    assert_eq!(request.shown_url, "https://example.com/a?***&key=***&n=1.5");
    assert_eq!(text(&request.body), r#"{"sum":12.3,"note":null}"#);
    assert_eq!(
        plain_headers(&request),
        [
            "Content-Type: application/json",
            "Authorization: *Bearer 1",
            "X-Trace: t"
        ]
    );
}

#[test]
fn hostile_arguments_do_not_change_the_request() {
    let get = |more: &[(&str, Value)]| {
        let mut all = vec![("method", Value::text("GET"))];
        all.extend(more.iter().cloned());
        build_web(&args(&all)).unwrap_err().code
    };
    let url = ("url", Value::text("https://example.com/"));
    assert_eq!(
        get(&[("url", Value::text("file:///etc/passwd"))]),
        "not-a-url"
    );
    assert_eq!(get(&[("url", Value::text("https://a b/"))]), "not-a-url");
    assert_eq!(get(&[("url", Value::text("https:///x"))]), "not-a-url");
    let crlf = object(&[("X-A", Value::text("1\r\nX-B: 2"))]);
    assert_eq!(get(&[url.clone(), ("headers", crlf)]), "header-value");
    assert_eq!(
        get(&[
            url.clone(),
            ("headers", object(&[("Host", Value::text("evil"))]))
        ]),
        "header-name"
    );
    assert_eq!(
        get(&[url, ("headers", object(&[("X A", Value::text("1"))]))]),
        "header-name"
    );
}

#[test]
fn a_token_is_exchanged_with_a_hidden_body() {
    let (catalog, settings) = (catalog(), settings());
    let cx = cx(&catalog, &settings);
    let shop = connector(&catalog, "shop");
    let request = auth_request(&cx, shop).unwrap().unwrap();
    assert_eq!(
        request.shown_url,
        "https://api.shop.example/pub/auth/gentoken"
    );
    assert_eq!(text(&request.body), r#"{"password":"PASS"}"#);
    assert!(request.secret_body);
    assert!(!format!("{request:?}").contains("KEY"));

    let answer = |status, body: &str| HttpAnswer {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        complete: true,
    };
    let (token, lives) = read_token(&cx, shop, &answer(200, r#"{"token":"abc"}"#)).unwrap();
    assert_eq!(
        (token.expose(), lives),
        ("abc", Some(jiff::SignedDuration::from_mins(15)))
    );
    assert_eq!(
        read_token(&cx, shop, &answer(401, "{}")).unwrap_err().code,
        "token-refused"
    );
    assert_eq!(
        read_token(&cx, shop, &answer(200, r#"{"token":null}"#))
            .unwrap_err()
            .code,
        "event-shape"
    );
    assert!(auth_request(&cx, connector(&catalog, "web")).is_none());
}

#[test]
fn a_digest_follows_the_call_and_neither_secrets_nor_the_host() {
    let (catalog, settings) = (catalog(), settings());
    let shop = connector(&catalog, "shop");
    let of = |settings: &[(Name, Value)], amount: &str, token: &str| {
        let cx = cx(&catalog, settings);
        let token = Secret::new(token);
        let built = build_request(
            &cx,
            shop,
            action(&catalog, "shop", "addBonus"),
            &bonus(amount),
            Some(&token),
        );
        digest(&built.unwrap())
    };
    let mut moved = settings.clone();
    moved.push(("base".into(), Value::text("https://other.example/pub")));
    assert_eq!(of(&settings, "1", "T1"), of(&settings, "1.00", "T2"));
    assert_eq!(of(&settings, "1", "T1"), of(&moved, "1", "T1"));
    assert_ne!(of(&settings, "1", "T1"), of(&settings, "2", "T1"));
    assert_eq!(of(&settings, "1", "T1").len(), 64);
}

#[test]
fn the_sandbox_takes_every_address() {
    let catalog = catalog();
    let mut settings = settings();
    settings.push((SANDBOX_BASE.into(), Value::text("http://127.0.0.1:4000")));
    let cx = cx(&catalog, &settings);
    let token = Secret::new("T");
    let shop = build_request(
        &cx,
        connector(&catalog, "shop"),
        action(&catalog, "shop", "addBonus"),
        &bonus("1"),
        Some(&token),
    );
    assert_eq!(
        shop.unwrap().url.expose(),
        "http://127.0.0.1:4000/guests/addBonus"
    );
    let web = args(&[
        ("method", Value::text("GET")),
        ("url", Value::text("https://example.com/a")),
    ]);
    let web = build_request(
        &cx,
        connector(&catalog, "web"),
        action(&catalog, "web", "request"),
        &web,
        None,
    );
    assert_eq!(
        web.unwrap().url.expose(),
        "http://127.0.0.1:4000/example.com/a"
    );
}

//! What an imported connector sends: the same documents, down to the bytes.

use ondo_compiler::catalog::{Catalog, ConnectorSource, build};
use ondo_compiler::import;
use ondo_compiler::source::SourceFile;
use ondo_compiler::types::{Name, Type};
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{self, Cx, HeaderText, HttpAnswer, HttpRequest, Observed};
use serde_json::{Value as Json, json};

use super::document;
use crate::support::root;

fn catalog(name: &str) -> Catalog {
    let path = root().join("tests/import").join(name);
    let imported = import::openapi(&[document(&path)], Some("shop")).unwrap();
    let files = imported.files.iter().map(|(path, text)| SourceFile {
        path: path.clone(),
        text: text.clone(),
    });
    let source = ConnectorSource {
        name: "shop".to_owned(),
        files: files.collect(),
    };
    build(vec![source]).0
}

fn secret(text: &str) -> Value {
    Value::Secret(Secret::new(text))
}

fn settings(pairs: &[(&str, Value)]) -> Vec<(Name, Value)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).into(), value.clone()))
        .collect()
}

fn cx<'a>(catalog: &'a Catalog, settings: &'a [(Name, Value)]) -> Cx<'a> {
    Cx {
        catalog,
        settings,
        zone: "UTC",
        now: "2026-11-21T10:00:00Z".parse().unwrap(),
    }
}

fn request(
    catalog: &Catalog,
    settings: &[(Name, Value)],
    action: &str,
    args: &Json,
    token: Option<&str>,
) -> HttpRequest {
    let connector = catalog.connector("shop").unwrap();
    let action = connector.action(action).unwrap();
    let ty = Type::Object(action.args.clone());
    let args = match wire::decode_value(
        &ty,
        args.to_string().as_bytes(),
        &catalog.types,
        "UTC",
        None,
    ) {
        Ok(Value::Object(object)) => object
            .fields
            .iter()
            .filter(|(_, value)| *value != Value::Absent)
            .cloned()
            .collect(),
        other => panic!("{other:?}"),
    };
    let args: Vec<(Name, Value)> = args;
    let token = token.map(Secret::new);
    wire::build_request(
        &cx(catalog, settings),
        connector,
        action,
        &args,
        token.as_ref(),
    )
    .unwrap()
}

/// Method, URL, headers and body, one line each.
fn shown(request: &HttpRequest) -> String {
    let mut lines = vec![format!("{} {}", request.method, request.url.expose())];
    for (name, value) in &request.headers {
        let value = match value {
            HeaderText::Plain(text) => text.clone(),
            HeaderText::Secret(secret) => secret.expose().to_owned(),
        };
        lines.push(format!("{name}: {value}"));
    }
    if !request.body.is_empty() {
        lines.push(String::from_utf8(request.body.clone()).unwrap());
    }
    lines.join("\n")
}

#[test]
fn parameters_stand_where_the_document_says() {
    let args = json!({
        "shopId": "мск 1", "id": 7, "idQuery": "8", "baseQuery": "main", "status": ["new", "paid"], "tag": ["a"],
        "filter": { "from": "2026-11-01" }, "raw": { "a": 1 }, "XRequestId": "5f0c",
    });
    let request = request(&catalog("parameters.yaml"), &[], "find", &args, None);
    assert_eq!(
        shown(&request),
        "GET https://api.example.com/shops/%D0%BC%D1%81%D0%BA%201/orders/7.json?id=8&base=main&status=new&status=paid\
         &tag%5B%5D=a&filter%5Bfrom%5D=2026-11-01&raw=%7B%22a%22%3A1%7D\nX-Request-Id: 5f0c"
    );
}

#[test]
fn a_body_is_json_or_a_form() {
    let catalog = catalog("bodies.yaml");
    let send = |action: &str, args: Json| shown(&request(&catalog, &[], action, &args, None));
    assert_eq!(
        send("flat", json!({ "id": 1 })),
        "POST https://api.example.com/flat\nContent-Type: application/json\n{\"id\":1}"
    );
    assert_eq!(
        send("clash", json!({ "id": 1, "body": { "id": 2 } })),
        "PUT https://api.example.com/clash/1\nContent-Type: application/json\n{\"id\":2}"
    );
    assert_eq!(
        send("list", json!({ "items": [{ "id": 2, "note": "х" }] })),
        "POST https://api.example.com/list\nContent-Type: application/json\n[{\"id\":2,\"note\":\"х\"}]"
    );
    assert_eq!(
        send(
            "form",
            json!({ "name": "a b", "address": { "city": "Тула" }, "expand": ["x", "y"] })
        ),
        "POST https://api.example.com/form\nContent-Type: application/x-www-form-urlencoded\n\
         name=a+b&address=%7B%22city%22%3A%22%D0%A2%D1%83%D0%BB%D0%B0%22%7D&expand%5B%5D=x&expand%5B%5D=y"
    );
}

#[test]
fn a_user_and_a_password_are_one_header_that_is_never_shown() {
    let settings = settings(&[("user", Value::text("кафе")), ("password", secret("p:ss"))]);
    let request = request(
        &catalog("proof-user-and-password.yaml"),
        &settings,
        "get",
        &json!({}),
        None,
    );
    assert!(
        matches!(&request.headers[0].1, HeaderText::Secret(_)),
        "{:?}",
        request.headers
    );
    assert_eq!(
        shown(&request),
        "GET https://api.example.com/c\nAuthorization: Basic 0LrQsNGE0LU6cDpzcw=="
    );
}

#[test]
fn a_key_stands_in_the_query_or_in_a_cookie() {
    let settings = settings(&[("first", secret("k y"))]);
    let in_query = request(
        &catalog("proof-key-in-query.yaml"),
        &settings,
        "get",
        &json!({}),
        None,
    );
    assert_eq!(
        shown(&in_query),
        "GET https://api.example.com/c?api_key=k+y"
    );
    assert_eq!(in_query.shown_url, "https://api.example.com/c?api_key=***");
    let in_cookie = request(
        &catalog("proof-key-in-cookie.yaml"),
        &settings,
        "get",
        &json!({}),
        None,
    );
    assert_eq!(
        shown(&in_cookie),
        "GET https://api.example.com/c\nCookie: SID=k y"
    );
}

#[test]
fn a_token_is_exchanged_and_sent() {
    let catalog = catalog("proof-token-exchange.yaml");
    let settings = settings(&[
        ("clientId", Value::text("me")),
        ("clientSecret", secret("s")),
    ]);
    let connector = catalog.connector("shop").unwrap();
    let exchange = wire::auth_request(&cx(&catalog, &settings), connector)
        .unwrap()
        .unwrap();
    assert!(exchange.secret_body);
    assert_eq!(
        shown(&exchange),
        "POST https://login.example.com/token\nContent-Type: application/x-www-form-urlencoded\n\
         grant_type=client_credentials&client_id=me&client_secret=s"
    );
    let sent = request(&catalog, &settings, "get", &json!({}), Some("t"));
    assert_eq!(
        shown(&sent),
        "GET https://api.example.com/c\nAuthorization: Bearer t"
    );
}

#[test]
fn actions_go_to_their_own_servers() {
    let catalog = catalog("servers.yaml");
    let settings = settings(&[("tenant", Value::text("https://me.example.com"))]);
    let url = |action: &str, args: Json| {
        request(&catalog, &settings, action, &args, None)
            .url
            .expose()
            .to_owned()
    };
    assert_eq!(url("here", json!({})), "https://ru.example.com/v3/here");
    assert_eq!(
        url("there", json!({ "id": "1", "filesQuery": "all" })),
        "https://files.example.com/there/1?files=all"
    );
    assert_eq!(
        url("beside", json!({})),
        "https://ru.example.com/v3/other/beside"
    );
    assert_eq!(
        url("one", json!({})),
        "https://me.example.com/call?action=one"
    );
}

#[test]
fn answers_are_read_with_code_and_message() {
    let catalog = catalog("answers.yaml");
    let connector = catalog.connector("shop").unwrap();
    let action = connector.action("one").unwrap();
    let classify = |status: u16, body: &str| {
        let answer = HttpAnswer {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            complete: true,
        };
        let found = wire::classify(
            &cx(&catalog, &[]),
            connector,
            action,
            &Observed::Answer(answer),
        );
        let mut said = format!("{} {:?}: {}", found.outcome, found.verdict, found.message);
        if let Value::Object(holes) = &found.value
            && found.verdict == wire::Verdict::Refused
        {
            let text = |name: &str| match holes.get(name) {
                Value::Text(text) => text.to_string(),
                Value::Int(int) => int.to_string(),
                _ => "-".to_owned(),
            };
            said.push_str(&format!("; {}, {}", text("code"), text("message")));
        }
        said
    };
    assert_eq!(classify(201, "{\"id\":5}"), "ok Applied: 201: ok");
    assert_eq!(classify(204, ""), "ok Applied: 204: ok");
    assert_eq!(
        classify(400, "{\"errorCode\":17,\"errorMessage\":\"нет такого\"}"),
        "rejected Refused: 400: Wrong; 17, нет такого"
    );
    assert_eq!(
        classify(404, "{\"message\":\"gone\"}"),
        "not_found Refused: 404: No such thing; -, gone"
    );
    assert_eq!(classify(409, ""), "conflict Refused: 409: Twice");
    assert_eq!(classify(503, "oops"), "transient Unknown: 503: Ours");
    assert_eq!(classify(408, ""), "transient Unknown: 408: Too slow");
}

#[test]
fn a_union_is_told_by_its_discriminator() {
    let catalog = catalog("unions.yaml");
    let args = json!({ "payment": { "kind": "cash", "change": 1.50 }, "contact": { "phone": "1" }, "based": { "id": 1, "a": "x" }, "ids": [1] });
    let request = request(&catalog, &[], "pay", &args, None);
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        "{\"payment\":{\"kind\":\"cash\",\"change\":1.5},\"contact\":{\"phone\":\"1\"},\"ids\":[1],\"based\":{\"id\":1,\"a\":\"x\"}}"
    );
}

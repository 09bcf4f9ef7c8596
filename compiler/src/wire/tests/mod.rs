//! Messages against connector texts: what goes out, what comes in, what it means.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod deliveries;
mod json;
mod pages;
mod requests;
mod sandbox;
mod values;

use super::*;
use crate::catalog::{Action, Catalog, Connector, ConnectorSource, build};
use crate::source::SourceFile;
use crate::value::{Money, Num};

/// A connector with something of everything, in the manner of the real ones.
const SHOP: &str = r#"
connector shop "Магазин" {
  setting base:         url = "https://api.shop.example/pub/"
  setting apiKey:       secret identity
  setting password:     secret
  setting organization: string?
  setting bearer:       bool = false
  setting hookSecret:   secret?

  auth token {
    request POST "/auth/gentoken" headers { ApiKey = apiKey } json { password = password }
    token answer.token lives 15m
    send headers { ApiKey = apiKey, Authorization = if bearer then "Bearer {token}" else token }
    renew when status == 401
  }

  answer rejected     refused status 400 json { error: Error -> ... }
  answer rate_limited refused status 503 json { success: false, errorMsg: "Rate limit exceeded" } "Превышен лимит запросов"
  answer duplicate    applied status 409 json { id: int -> id }
  answer transient    unknown status 500..599

  code "3007" "Гость не найден"
  code "9004" "Ошибка валидации входных данных"
}

type Error = { code: string, message: string }
type GuestIdentity = { type: "phone", phone: phone personal }
type OrganizationIdentity = { type: "rkObjectId", id: string }

action addBonus {
  request POST "/guests/addBonus" json {
    guest:        GuestIdentity,
    organization: OrganizationIdentity = { type: "rkObjectId", id: organization },
    amount:       money where amount > 0,
    comment:      string,
  }
  answer ok applied status 200 empty
  effect unsafe
}

type Item = { id: int, price: money as scale(2), quantity: decimal }
type Order = {
  number:   string,
  status:   string?,
  phone:    phone? personal,
  paid:     bool?,
  due:      datetime? as pattern("%Y-%m-%d %H:%M:%S"),
  items:    [Item],
  coupon:   string? required if status == "promo",
  reason:   string? ignored if status == "new",
}

action editOrder {
  request POST "/orders/{id}/edit"
    path { id: int }
    form { by: "id" | "externalId" -> by, site: string?, order: Order as json -> ... }
  answer ok applied status 200, 201 json { success: true, id: int -> id, order: { number: string -> number } }
  answer waiting pending status 200 json { success: true, task: string -> task }
}

action findOrders {
  request GET "/orders"
    query { filter: { ids: [int] -> ids, statuses: [string]? -> statuses }? as brackets, limit: int = 20 -> limit }
  answer ok applied status 200 json { orders: [json] -> orders }
}

action pay {
  request POST "/pay" json { one of cash, card, cash: int?, card: int?, note: json? }
}

event order {
  payload Order
  accept post json { order: Order -> payload }
  accept post json Order -> payload
  accept post form { order: Order as json -> payload }
  accept get query { id: int } then findOrders(ids: [id]) -> orders
  key "{number}:{status}"
}

event order_created is order {
  accept post json { event: "created", order: Order -> payload }
}

hook {
  secret in path hookSecret
  answer 200 json { success: true }
}
"#;

/// Signed webhooks that are lists.
const TILL: &str = r#"
connector till "Касса" {
  setting token: secret?
  setting hmac:  secret?
  setting open:  bool = false
  hook {
    verify open or token != null or hmac != null
    verify token == null or header("X-Token") == token or header("Authorization") == "Bearer {token}"
    verify hmac == null or header("X-Signature") == "sha256={hex(hmac_sha256(body, hmac))}"
  }
}
type Envelope = { eventType: string, id: int }
event reserve { payload Envelope  accept post json [json] -> item when item.eventType == "Reserve" each item  key id }
event stop    { payload Envelope  accept post json [json] -> item when item.eventType == "Stop" each item }
"#;

/// The universal connectors.
const OPEN: &str = r#"
connector web { }
action request {
  request {method} "{url}"
    path    { method: "GET" | "POST" | "PUT", url: string }
    headers { [string]: string | secret }?                   -> headers
    query   { [string]: string | int | decimal | secret }?   -> query
    json    json?                                            -> body
  answer ok applied status 200..299 json json? -> body
  answer ok applied status 200..299 text       -> text
}
event any {
  payload json
  accept any json json -> payload
  accept any form json -> payload
  accept any query json -> payload
}
"#;

fn source(name: &str, text: &str) -> ConnectorSource {
    ConnectorSource {
        name: name.to_owned(),
        files: vec![SourceFile {
            path: format!("connectors/{name}/connector.ondo"),
            text: text.to_owned(),
        }],
    }
}

fn catalog() -> Catalog {
    let (catalog, diagnostics) = build(vec![
        source("shop", SHOP),
        source("till", TILL),
        source("web", OPEN),
    ]);
    let messages: Vec<&str> = diagnostics
        .iter()
        .map(|found| found.message.as_str())
        .collect();
    assert!(messages.is_empty(), "{messages:#?}");
    catalog
}

fn secret(text: &str) -> Value {
    Value::Secret(Secret::new(text))
}

fn settings() -> Vec<(Name, Value)> {
    vec![
        ("apiKey".into(), secret("KEY")),
        ("password".into(), secret("PASS")),
        ("organization".into(), Value::text("4174244")),
        ("hookSecret".into(), secret("s3cret")),
    ]
}

fn cx<'a>(catalog: &'a Catalog, settings: &'a [(Name, Value)]) -> Cx<'a> {
    Cx {
        catalog,
        settings,
        zone: "Europe/Moscow",
        now: "2026-11-21T07:00:00Z".parse().unwrap(),
    }
}

fn connector<'a>(catalog: &'a Catalog, name: &str) -> &'a Connector {
    &catalog.connectors[name]
}

fn action<'a>(catalog: &'a Catalog, connector: &str, action: &str) -> &'a Action {
    &catalog.connectors[connector].actions[action]
}

fn num(text: &str) -> Value {
    Value::Num(Num::parse(text).unwrap())
}

fn money(text: &str, currency: Option<&str>) -> Value {
    Value::Money(Money {
        amount: Num::parse(text).unwrap(),
        currency: currency.map(Name::from),
    })
}

fn object(fields: &[(&str, Value)]) -> Value {
    Value::object(
        fields
            .iter()
            .map(|(name, value)| ((*name).into(), value.clone()))
            .collect(),
    )
}

fn args(fields: &[(&str, Value)]) -> Vec<(Name, Value)> {
    fields
        .iter()
        .map(|(name, value)| ((*name).into(), value.clone()))
        .collect()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn plain_headers(request: &HttpRequest) -> Vec<String> {
    let shown = request.headers.iter().map(|(name, value)| match value {
        HeaderText::Plain(text) => format!("{name}: {text}"),
        HeaderText::Secret(secret) => format!("{name}: *{}", secret.expose()),
    });
    shown.collect()
}

fn bonus(amount: &str) -> Vec<(Name, Value)> {
    args(&[
        (
            "guest",
            object(&[
                ("type", Value::text("phone")),
                ("phone", Value::text("+79990001122")),
            ]),
        ),
        ("amount", money(amount, Some("RUB"))),
        ("comment", Value::text("Заказ \"C\"")),
    ])
}

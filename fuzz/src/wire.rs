//! Any bytes as what a vendor sends: webhooks and answers.

use ondo_compiler::types::Name;
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{self, Delivery, HttpAnswer, Observed};

use crate::repository::CATALOG;

/// The last two bytes choose the connector, and what of it reads the rest: so a file with a message is a case.
pub fn decode(data: &[u8]) {
    let [rest @ .., connector, choice] = data else {
        return;
    };
    let connectors = &CATALOG.connectors;
    let Some((_, connector)) = connectors.get_index(usize::from(*connector) % connectors.len())
    else {
        return;
    };
    let settings = settings();
    let cx = wire::Cx {
        catalog: &CATALOG,
        settings: &settings,
        zone: "Europe/Moscow",
        now: now(),
    };
    // Half of the choices are deliveries: a form, JSON, a query.
    if choice % 2 == 0 {
        let (method, media) = match choice / 2 % 3 {
            0 => ("POST", "application/json"),
            1 => ("POST", "application/x-www-form-urlencoded"),
            _ => ("GET", "text/plain"),
        };
        let delivery = Delivery {
            method: method.to_owned(),
            query: String::from_utf8_lossy(rest).into_owned(),
            headers: vec![("content-type".to_owned(), media.to_owned())],
            body: rest.to_vec(),
        };
        let _ = wire::read_delivery(&cx, connector, None, &delivery);
        let _ = wire::authentic(&cx, connector, &delivery, None);
        return;
    }
    let actions = &connector.actions;
    if actions.is_empty() {
        return;
    }
    let Some((_, action)) = actions.get_index(usize::from(choice / 2) % actions.len()) else {
        return;
    };
    let status = match rest.first() {
        Some(first) => [200, 201, 400, 403, 404, 429, 500, 503][usize::from(first % 8)],
        None => 200,
    };
    let answer = Observed::Answer(HttpAnswer {
        status,
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("retry-after".to_owned(), "7".to_owned()),
        ],
        body: rest.get(1..).unwrap_or_default().to_vec(),
        complete: true,
    });
    let classified = wire::classify(&cx, connector, action, &answer);
    assert!(!classified.outcome.is_empty());
    assert!(!classified.message.contains('\n'), "{}", classified.message);
}

/// What accounts of all connectors have, as far as their expressions want it.
pub(crate) fn settings() -> Vec<(Name, Value)> {
    let text = |name: &str, value: &str| (Name::from(name), Value::text(value));
    vec![
        text("url", "https://vendor.example"),
        text("organization", "1"),
        ("apiKey".into(), Value::Secret(Secret::new("key"))),
        ("token".into(), Value::Secret(Secret::new("token"))),
        ("hookSecret".into(), Value::Secret(Secret::new("hook"))),
    ]
}

pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_764_000_000).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

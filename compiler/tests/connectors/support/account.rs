//! Accounts of the built-in connectors, and the examples of their definitions.

use std::fs;

use ondo_compiler::catalog::{Catalog, Connector};
use ondo_compiler::types::Name;
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::Cx;
use serde_json::Value as Json;

use super::connectors_folder;

pub(crate) fn settings(pairs: &[(&str, Value)]) -> Vec<(Name, Value)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).into(), value.clone()))
        .collect()
}

pub(crate) fn secret(text: &str) -> Value {
    Value::Secret(Secret::new(text))
}

/// Settings of an account that may do everything.
pub(crate) fn account(connector: &str) -> Vec<(Name, Value)> {
    match connector {
        "retailcrm" => settings(&[
            ("url", Value::text("https://shop.example.com")),
            ("apiKey", secret("crm-key")),
            ("hookSecret", secret("hook-secret")),
        ]),
        "plazius" => settings(&[
            ("apiKey", secret("plazius-key")),
            ("password", secret("plazius-password")),
            ("organization", Value::text("4174244")),
        ]),
        "telegram" => settings(&[
            ("token", secret("bot-token")),
            ("chat", Value::text("-100200300")),
        ]),
        "rkeeper" => settings(&[
            ("token", secret("till-token")),
            ("objectId", Value::Int(199_990_001)),
            ("agent", Value::text("2.7.9.1")),
            ("salt", secret("pinch-of-salt")),
        ]),
        "carbis" => settings(&[
            ("url", Value::text("https://192.168.1.20:9443")),
            ("token", secret("hall-token")),
        ]),
        "iiko" => settings(&[
            ("apiKey", secret("cloud-key")),
            ("appId", secret("cloud-app")),
            ("clientSecret", secret("cloud-secret")),
            (
                "organizationId",
                Value::text("5e2f8c71-1d0a-4b6e-9a43-c0b7d61f3e20"),
            ),
            ("authToken", secret("cloud-hook")),
        ]),
        "ozon" => settings(&[
            ("clientId", Value::text("15")),
            ("apiKey", secret("ozon-key")),
            ("hookSecret", secret("ozon-hook")),
        ]),
        "wildberries" => settings(&[("token", secret("wb-token"))]),
        "kaspi" => settings(&[("token", secret("kaspi-token"))]),
        _ => settings(&[("token", secret("site-token"))]),
    }
}

pub(crate) fn cx<'a>(catalog: &'a Catalog, settings: &'a [(Name, Value)]) -> Cx<'a> {
    Cx {
        catalog,
        settings,
        zone: "Europe/Moscow",
        now: "2026-11-21T10:00:00Z".parse().unwrap(),
    }
}

pub(crate) fn example(connector: &Connector, name: &str) -> Json {
    let path = connectors_folder()
        .join(&*connector.name)
        .join("examples")
        .join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

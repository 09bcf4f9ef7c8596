//! Requests as bytes: method, address, headers and body of every action, compared with texts that were written from the
//! vendors' documents.
//!
//! A file of `requests/` holds the cases of one connector:
//!
//! ```text
//! == addBonus: what the case shows
//! {"amount": 64.53}
//! ->
//! POST https://api.example.com/addBonus
//! ApiKey: ***
//! Content-Type: application/json
//!
//! {"amount":64.53}
//! ```
//!
//! First the arguments, then the request. Headers that are secret are shown as `***`; their order does not count. A body
//! may be broken into lines: they are joined without the blanks around them. `== token` is the token exchange, its
//! arguments are settings that stand in place of the account's.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::account::{account, cx, secret, settings};
use crate::support::built_in;
use crate::support::wire::send;
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, HeaderText, HttpRequest};
use serde_json::Value as Json;

struct Case {
    action: String,
    title: String,
    args: Json,
    request: String,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/connectors/requests")
}

/// Connector and cases of every file.
fn cases() -> Vec<(String, Vec<Case>)> {
    let mut files: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(path).unwrap();
        let cases = text.split("\n== ").skip(1).map(read_case).collect();
        (name, cases)
    };
    files.iter().map(read).collect()
}

fn read_case(text: &str) -> Case {
    let (head, rest) = text.split_once('\n').unwrap();
    let (action, title) = head.split_once(": ").unwrap();
    let (args, request) = rest.split_once("->\n").unwrap_or_else(|| panic!("{head}"));
    Case {
        action: action.to_owned(),
        title: title.to_owned(),
        args: serde_json::from_str(args).unwrap_or_else(|why| panic!("{head}: {why}")),
        request: in_one_form(request),
    }
}

/// Head lines, headers in the order of their names, the body in one line.
fn in_one_form(text: &str) -> String {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.trim().lines();
    let first = lines.next().unwrap().to_owned();
    let mut headers: Vec<&str> = lines.collect();
    headers.sort_unstable();
    let body: String = body.lines().map(str::trim).collect();
    [&[first.as_str()], headers.as_slice(), &["", &body]]
        .concat()
        .join("\n")
}

fn shown(connector: &str, request: &HttpRequest) -> String {
    let headers = request.headers.iter().map(|(name, value)| match value {
        HeaderText::Plain(text) => format!("{name}: {text}"),
        HeaderText::Secret(_) => format!("{name}: ***"),
    });
    let mut url = request.url.expose().to_owned();
    for (_, value) in account(connector) {
        if let Value::Secret(secret) = value {
            url = url.replace(secret.expose(), "***");
        }
    }
    let head = [format!("{} {url}", request.method)];
    let head: Vec<String> = head.into_iter().chain(headers).collect();
    // No line of a body has blanks at its ends that mean something: JSON escapes line breaks.
    let body = std::str::from_utf8(&request.body).unwrap();
    assert!(!body.contains('\n'), "{body}");
    in_one_form(&format!("{}\n\n{body}", head.join("\n")))
}

/// The token exchange of the account with these settings.
fn token_request(connector: &str, given: &Json) -> HttpRequest {
    let (catalog, _) = built_in();
    let given = given.as_object().unwrap();
    let own: Vec<(&str, Value)> = given
        .iter()
        .map(|(name, value)| (name.as_str(), secret(value.as_str().unwrap())))
        .collect();
    let known: Vec<(Name, Value)> = match own.is_empty() {
        true => account(connector),
        false => settings(&own),
    };
    let connector = catalog.connector(connector).unwrap();
    wire::auth_request(&cx(catalog, &known), connector)
        .unwrap()
        .unwrap()
}

#[test]
fn requests_are_what_the_documents_say_byte_for_byte() {
    let (catalog, _) = built_in();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (connector, cases) in cases() {
        for case in cases {
            count += 1;
            let request = match case.action.as_str() {
                "token" => token_request(&connector, &case.args),
                action => send(catalog, &connector, action, &case.args),
            };
            let sent = shown(&connector, &request);
            if sent != case.request {
                wrong.push(format!(
                    "{connector}.{}: {}\nwanted {}\nsent   {sent}",
                    case.action, case.title, case.request
                ));
            }
        }
    }
    println!("{count} requests compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_action_has_a_request_that_is_compared() {
    let (catalog, _) = built_in();
    for (connector, cases) in cases() {
        let compared: BTreeSet<&str> = cases.iter().map(|case| case.action.as_str()).collect();
        let connector = catalog.connector(&connector).unwrap();
        let mut wanted: BTreeSet<&str> = connector
            .actions
            .values()
            // An action made of steps sends no request of its own.
            .filter(|action| action.request.is_some())
            .map(|action| &*action.name)
            .collect();
        let exchanges = |auth: &ondo_compiler::catalog::Auth| auth.exchange.is_some();
        if connector.auth.as_ref().is_some_and(exchanges) {
            wanted.insert("token");
        }
        assert_eq!(compared, wanted, "{}", connector.name);
    }
}

#[test]
fn every_connector_that_sends_has_a_table() {
    let (catalog, _) = built_in();
    let tables: BTreeSet<String> = cases().into_iter().map(|(name, _)| name).collect();
    let senders: BTreeSet<String> = catalog
        .connectors
        .values()
        .filter(|connector| !connector.actions.is_empty())
        .map(|connector| connector.name.to_string())
        .collect();
    assert_eq!(tables, senders);
}

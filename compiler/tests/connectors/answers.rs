//! Answers of the vendors and what they mean: outcome, verdict and value, compared with tables that were written from
//! the documents.
//!
//! A file of `answers/` holds those of one connector:
//!
//! ```text
//! == getPosting: refusals
//! 400..403, 405..407 {"code":7,"message":"m"} -> rejected refused {"code":"7","message":"m"}
//! 429 <html> -> rate_limited refused pause
//! ```
//!
//! What is absent in a value is left out. Each line: statuses, the body (nothing, JSON or any text), outcome, verdict, whether the token is renewed (`renew`) and
//! the account paused (`pause`), and the value where it matters. A section may be about several actions, or about
//! `every action` that sends something. `status` of a value is left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::built_in;
use crate::support::wire::classify;
use ondo_compiler::catalog::{Catalog, Connector};
use ondo_compiler::types::Type;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Classified, Verdict};
use serde_json::Value as Json;

struct Line {
    text: String,
    statuses: Vec<u16>,
    body: String,
    wanted: String,
    value: Option<Json>,
}

struct Section {
    connector: String,
    actions: Vec<String>,
    lines: Vec<Line>,
}

fn sections(catalog: &Catalog) -> Vec<Section> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/connectors/answers");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let connector = catalog.connector(name).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        for section in text.split("\n== ").skip(1) {
            found.push(read_section(connector, section));
        }
    }
    found
}

fn read_section(connector: &Connector, text: &str) -> Section {
    let (head, lines) = text.split_once('\n').unwrap();
    let (actions, _) = head.split_once(": ").unwrap_or_else(|| panic!("{head}"));
    let actions = match actions {
        "every action" => connector
            .actions
            .values()
            .filter(|action| action.request.is_some())
            .map(|action| action.name.to_string())
            .collect(),
        named => named.split(", ").map(str::to_owned).collect(),
    };
    Section {
        connector: connector.name.to_string(),
        actions,
        lines: lines
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(read_line)
            .collect(),
    }
}

fn read_line(text: &str) -> Line {
    let (seen, wanted) = text.split_once(" -> ").unwrap_or_else(|| panic!("{text}"));
    let body_at = seen
        .find(|char: char| !char.is_ascii_digit() && !"., ".contains(char))
        .unwrap_or(seen.len());
    let (statuses, body) = seen.split_at(body_at);
    let (wanted, value) = match wanted.split_once(" {") {
        Some((wanted, value)) => {
            let value = serde_json::from_str(&format!("{{{value}"));
            (
                wanted,
                Some(value.unwrap_or_else(|why| panic!("{text}: {why}"))),
            )
        }
        None => (wanted, None),
    };
    Line {
        text: text.to_owned(),
        statuses: statuses.split(',').flat_map(read_range).collect(),
        body: body.to_owned(),
        wanted: wanted.to_owned(),
        value,
    }
}

fn read_range(text: &str) -> Vec<u16> {
    let number = |text: &str| text.trim().parse::<u16>().unwrap();
    match text.split_once("..") {
        Some((first, last)) => (number(first)..=number(last)).collect(),
        None => vec![number(text)],
    }
}

fn shown(seen: &Classified) -> String {
    let verdict = match seen.verdict {
        Verdict::Applied => "applied",
        Verdict::AppliedResultLost => "applied_result_lost",
        Verdict::Refused => "refused",
        Verdict::NotSent => "not_sent",
        Verdict::Pending => "pending",
        Verdict::Unknown => "unknown",
    };
    let mut words = vec![&*seen.outcome, verdict];
    if seen.renew {
        words.push("renew");
    }
    if seen.pause.is_some() {
        words.push("pause");
    }
    words.join(" ")
}

fn value(catalog: &Catalog, value: &Value) -> Json {
    let bytes = wire::encode(&Type::Json, &catalog.types, value).unwrap();
    let mut json: Json = serde_json::from_slice(&bytes).unwrap();
    if let Some(fields) = json.as_object_mut() {
        fields.remove("status");
    }
    json
}

#[test]
fn answers_mean_what_the_documents_say() {
    let (catalog, _) = built_in();
    let mut wrong = Vec::new();
    let mut count = 0;
    for section in sections(catalog) {
        for action in &section.actions {
            for line in &section.lines {
                for status in &line.statuses {
                    count += 1;
                    let seen = classify(catalog, &section.connector, action, *status, &line.body);
                    let shown = shown(&seen);
                    let found = value(catalog, &seen.value);
                    let is_right = shown == line.wanted
                        && line.value.as_ref().is_none_or(|wanted| *wanted == found);
                    if !is_right {
                        wrong.push(format!(
                            "{}.{action} {status}: {shown} {found}\n  wanted: {}",
                            section.connector, line.text
                        ));
                        // One status of a range says enough.
                        break;
                    }
                }
            }
        }
    }
    println!("{count} answers read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_described_answer_is_among_those_that_are_read() {
    let (catalog, _) = built_in();
    let mut read: BTreeSet<(String, String, String)> = BTreeSet::new();
    for section in sections(catalog) {
        for action in &section.actions {
            for line in &section.lines {
                let outcome = line.wanted.split(' ').next().unwrap();
                read.insert((
                    section.connector.clone(),
                    action.clone(),
                    outcome.to_owned(),
                ));
            }
        }
    }
    let mut missing = Vec::new();
    for connector in catalog.connectors.values() {
        // Its answers are read field by field beside its tables.
        if &*connector.name == "retailcrm" {
            continue;
        }
        for action in connector.actions.values() {
            for answer in connector.answers_of(action) {
                let row = (
                    connector.name.to_string(),
                    action.name.to_string(),
                    answer.name.to_string(),
                );
                if !read.contains(&row) {
                    missing.push(row);
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

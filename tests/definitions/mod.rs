//! The reference of definitions is whole: what the grammar knows has its row on the page and stands in an example that is
//! checked, and the connector that a row names really uses it.

mod tree;

use std::collections::{BTreeMap, BTreeSet};

use ondo_compiler::catalog::wire_forms;

use crate::pages::{example, is_written_by_hand};
use crate::support::root;

/// What no connector of this repository says, and why.
const NOT_USED: &[(&str, &str)] = &[
    (
        "send query",
        "every documented system takes its key in a header",
    ),
    (
        "as scale(2)",
        "vendors here take as many digits as there are",
    ),
    ("not_sent", "no document promises it"),
    ("payload EXPR", "items here are the events themselves"),
    ("effect … window D", "no document says how long"),
    ("settle D", "no document says how long"),
    ("action … since \"1.2\"", "versions here are of fields"),
];

fn page() -> String {
    std::fs::read_to_string(root().join("docs/connectors/definitions.md")).unwrap()
}

/// What each connector of the repository uses.
fn used() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut used: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for folder in std::fs::read_dir(root().join("connectors")).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|end| end == "ondo") {
                let text = std::fs::read_to_string(&path).unwrap();
                tree::walk(&text, used.entry(name.clone()).or_default());
            }
        }
    }
    used
}

/// The row of a construct: `| `as string` | … | [iiko](iiko.md) |`.
fn row<'a>(page: &'a str, label: &str) -> Option<&'a str> {
    let written = format!("| `{}` |", label.replace('|', "\\|"));
    page.lines().find(|line| line.starts_with(&written))
}

#[test]
fn everything_that_a_definition_can_say_has_a_row() {
    let page = page();
    let missing: Vec<&&str> = tree::ALL
        .iter()
        .filter(|label| row(&page, label).is_none())
        .collect();
    assert!(missing.is_empty(), "without a row: {missing:#?}");
}

#[test]
fn the_list_knows_every_wire_form() {
    for name in wire_forms() {
        assert!(tree::form(name).is_some(), "`as {name}` has no row");
    }
}

/// Examples are compiled by the tests of the pages.
#[test]
fn everything_that_a_definition_can_say_stands_in_an_example() {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("docs/connectors")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        if path.extension().is_none_or(|end| end != "md") || !is_written_by_hand(&text) {
            continue;
        }
        for example in example::examples(&text) {
            if example.marked("good") && example.language.starts_with("ondo") {
                for (_, text) in example
                    .files()
                    .iter()
                    .filter(|(path, _)| path.ends_with(".ondo"))
                {
                    tree::walk(text, &mut found);
                }
            }
        }
    }
    let missing: Vec<&&str> = tree::ALL
        .iter()
        .filter(|label| !found.contains(**label))
        .collect();
    assert!(missing.is_empty(), "in no example: {missing:#?}");
}

#[test]
fn everything_is_used_by_a_connector_or_says_why_not() {
    let used = used();
    let excused: Vec<&str> = NOT_USED.iter().map(|(label, _)| *label).collect();
    let idle: Vec<&str> = tree::ALL
        .iter()
        .filter(|label| !used.values().any(|labels| labels.contains(**label)))
        .copied()
        .collect();
    assert_eq!(idle, excused, "used by no connector");
}

#[test]
fn a_row_names_a_connector_that_uses_it() {
    let (page, used) = (page(), used());
    let mut wrong = Vec::new();
    for label in tree::ALL {
        let users: Vec<&String> = used
            .iter()
            .filter(|(_, labels)| labels.contains(label))
            .map(|(name, _)| name)
            .collect();
        let row = row(&page, label).unwrap_or_default();
        let reason = NOT_USED.iter().find(|(known, _)| known == label);
        let fine = match reason {
            Some((_, reason)) => row.contains(reason),
            None => {
                let links = row.rsplit('|').nth(1).unwrap_or_default();
                let named: Vec<&str> = links
                    .split("](")
                    .skip(1)
                    .filter_map(|rest| rest.split(".md)").next())
                    .collect();
                let real = |name: &&str| users.iter().any(|user| user == name);
                !named.is_empty() && named.iter().all(real)
            }
        };
        if !fine {
            wrong.push(format!(
                "`{label}` is used by {users:?}, and the page says\n  {row}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

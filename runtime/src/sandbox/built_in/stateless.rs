//! What has no state in the sandbox is listed in the documents, and nothing else.

use std::collections::BTreeSet;

/// The page that lists it.
const PAGE: &str = include_str!("../../../../docs/connectors/sandbox.md");

#[test]
fn the_page_lists_what_has_no_state() {
    let catalog = crate::bundle::catalog();
    let mut stateless = BTreeSet::new();
    for connector in catalog.connectors.values() {
        for action in connector.actions.values() {
            if action.request.is_some() && !connector.sandbox.contains_key(&action.name) {
                stateless.insert(format!("{}.{}", connector.name, action.name));
            }
        }
    }
    let (_, section) = PAGE.split_once("## What has no state").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let listed: BTreeSet<String> = rows
        .filter_map(|row| row.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    let missing: Vec<_> = stateless.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "without state, and not on the page: {missing:?}"
    );
    let needless: Vec<_> = listed.difference(&stateless).collect();
    assert!(
        needless.is_empty(),
        "on the page, and with state: {needless:?}"
    );
}

//! That no table of the documents, and no row of one, is left out: every row of every file under `tests/tables` was
//! compared with a field of its connector.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::report::{rows_compared_by, table};
use crate::support::root;
use crate::{tables, tables_of_rows, tables_retailcrm};
use serde_json::Value as Json;

/// The tests that compare tables.
const COMPARISONS: &[fn()] = &[
    tables::plazius_methods_have_all_fields,
    tables_of_rows::rkeeper_create_order_takes_all_fields,
    tables_of_rows::rkeeper_create_order_answers_all_fields,
    tables_of_rows::carbis_events_have_all_fields,
    tables_of_rows::iiko_reserve_update_has_all_fields,
    tables_of_rows::iiko_reserve_error_has_all_fields_of_both_tables,
    tables_retailcrm::every_row_of_every_table_of_retailcrm_is_a_field_with_its_caption,
];

/// The names of the files.
fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("tests/tables"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
        .collect();
    names.sort();
    names
}

/// The rows of a table, and under which name they are compared: paths of a list, or properties of the schemas of an
/// OpenAPI document, which all documents of a vendor share.
fn rows(name: &str) -> Vec<(String, String)> {
    let table = table(name);
    if let Some(fields) = table["fields"].as_array() {
        return fields
            .iter()
            // A row that the page cut off in the middle of its name.
            .filter(|row| row["truncated"] != true)
            .map(|row| (name.to_owned(), row["path"].as_str().unwrap().to_owned()))
            .collect();
    }
    let vendor = name.split('_').next().unwrap();
    let schemas = table["components"]["schemas"].as_object().unwrap();
    let mut rows = Vec::new();
    for (schema, described) in schemas {
        let properties = described["properties"].as_object();
        for property in properties.into_iter().flat_map(|known| known.keys()) {
            rows.push((vendor.to_owned(), format!("{schema}.{property}")));
        }
    }
    rows
}

fn compared() -> BTreeSet<(String, String)> {
    COMPARISONS
        .iter()
        .flat_map(|test| rows_compared_by(*test))
        .collect()
}

#[test]
fn every_row_of_every_table_is_compared_with_a_field() {
    let compared = compared();
    let mut count: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for name in names() {
        let rows = rows(&name);
        assert!(!rows.is_empty(), "{name} has no rows");
        for row in &rows {
            assert!(compared.contains(row), "nothing compares {row:?}");
        }
        let vendor = name.split('_').next().unwrap().to_owned();
        let (files, sum) = count.entry(vendor).or_default();
        *files += 1;
        *sum += rows.len();
    }
    for (vendor, (files, rows)) in &count {
        println!("{vendor}: {rows} rows of {files} tables");
    }
    let of = |vendor: &str| count[vendor];
    assert_eq!(of("retailcrm"), (20, 845));
    // The 52 rows of the one event, and of the other the 30 that the page did not cut off.
    assert_eq!(of("iiko"), (2, 52 + 30));
    assert_eq!(of("rkeeper"), (2, 95 + 17));
    assert_eq!(of("carbis"), (5, 34 + 8 + 34 + 24 + 24));
    assert_eq!(of("plazius").0, 12);
    assert_eq!(count.len(), 5);
}

#[test]
fn every_schema_of_the_documents_is_counted() {
    let schemas = names()
        .iter()
        .filter(|name| name.starts_with("plazius_"))
        .map(|name| {
            let document: Json = table(name);
            document["components"]["schemas"].as_object().unwrap().len()
        })
        .sum::<usize>();
    println!("{schemas} schemas of 12 methods");
    assert_eq!(schemas, 8 + 14 + 10 + 10 + 7 + 7 + 7 + 9 + 13 + 13 + 9 + 21);
}

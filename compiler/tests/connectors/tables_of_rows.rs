//! The vendors' tables that are lists of rows: every path exists, has the right kind of value, may be absent only where
//! the vendor says so, and carries the vendor's caption.

use crate::support::built_in;
use crate::support::report::{Report, find_field, objects, table};
use ondo_compiler::catalog::{Catalog, Connector};
use ondo_compiler::types::{Field, ObjectType, Type};
use ondo_grammar::ast::Place;
use serde_json::Value as Json;

/// Whether a field may hold what the table says: `int`, `string?`, `array`, `number:double`, …
fn has_kind(catalog: &Catalog, field: &Field, wanted: &str) -> bool {
    let wanted = wanted.split([' ', '?', ':']).next().unwrap();
    let ty = catalog
        .types
        .resolve(catalog.types.resolve(&field.ty).non_null());
    match wanted {
        "int" | "integer" => matches!(ty, Type::Int),
        "money" | "float" | "number" | "decimal" => {
            matches!(ty, Type::Money(_) | Type::Decimal | Type::Int)
        }
        "string" | "str" | "GUID" | "guid" => {
            matches!(ty, Type::Text | Type::Enum(_) | Type::DateTime)
        }
        "dateTime" | "DateTime" => matches!(ty, Type::DateTime),
        "boolean" | "bool" => matches!(ty, Type::Bool),
        "array" => matches!(ty, Type::List(_)),
        "int[]" | "int[]/" => matches!(ty, Type::List(_) | Type::Union(_)),
        "object" => matches!(ty, Type::Object(_)) || *ty == Type::Json,
        // What an example shows as null.
        "null" => true,
        other => panic!("{other}: nobody knows this kind of value"),
    }
}

/// The rows of a table, without one that the page cut off.
fn rows(name: &str) -> Vec<Json> {
    let table = table(name);
    let mut rows = table["fields"].as_array().unwrap().clone();
    rows.retain(|row| row["truncated"] != true);
    assert_eq!(rows.len() as u64, table["field_count"].as_u64().unwrap());
    rows
}

/// Compares one row with the fields that may stand for it: one of them has to fit, captions and all.
fn compare(catalog: &Catalog, name: &str, row: &Json, found: &[&Field], report: &mut Report) {
    let path = row["path"].as_str().unwrap();
    if found.is_empty() {
        report.differs(name, path, "missing", "a field");
        return;
    }
    let kind = row["type"].as_str().or_else(|| row["vendor_type"].as_str());
    for field in found {
        let has_kind = kind.is_none_or(|kind| has_kind(catalog, field, kind));
        assert!(has_kind, "{name} {path}: {:?} is no {kind:?}", field.ty);
    }
    let wanted = ["note", "title_ru"]
        .iter()
        .find_map(|name| row[name].as_str());
    let wanted = wanted.filter(|text| !text.is_empty());
    let has_it = |field: &&&Field| field.caption.as_deref() == wanted;
    let field = found.iter().find(has_it).unwrap_or(&found[0]);
    report.caption(name, path, field, &catalog.types, wanted);
}

fn is_optional(catalog: &Catalog, field: &Field) -> bool {
    catalog.types.resolve(&field.ty).is_nullable()
}

fn payload<'a>(catalog: &'a Catalog, connector: &str, event: &str) -> &'a ObjectType {
    let event = catalog.connector(connector).unwrap().event(event).unwrap();
    objects(catalog, &event.payload)[0]
}

// ---------------------------------------------------------------------------------------------------------- r_keeper

fn rkeeper() -> (&'static Catalog, &'static Connector) {
    let (catalog, _) = built_in();
    (catalog, catalog.connector("rkeeper").unwrap())
}

#[test]
pub(crate) fn rkeeper_create_order_takes_all_fields() {
    let (catalog, till) = rkeeper();
    let request = till
        .action("createOrder")
        .unwrap()
        .request
        .as_ref()
        .unwrap();
    let body = request
        .sections
        .iter()
        .find(|section| section.place == Place::Json)
        .unwrap();
    let mut report = Report::default();
    let rows = rows("rkeeper_create_order_input");
    assert_eq!(rows.len(), 95);
    for row in &rows {
        let printed = row["path"].as_str().unwrap();
        // One row for both ways of calling.
        let paths = match printed.contains("{async|sync}") {
            true => ["async", "sync"]
                .map(|way| printed.replace("{async|sync}", way))
                .to_vec(),
            false => vec![printed.to_owned()],
        };
        for path in paths {
            let found = find_field(catalog, objects(catalog, &body.ty)[0], &path);
            let found: Vec<&Field> = found.into_iter().collect();
            compare(
                catalog,
                "rkeeper_create_order_input",
                row,
                &found,
                &mut report,
            );
            let Some(field) = found.first() else { continue };
            match (is_optional(catalog, field), row["required"].as_bool()) {
                (true, Some(true)) => panic!("{path} may not be absent"),
                (false, Some(false)) => {
                    report.differs(
                        "rkeeper_create_order_input",
                        printed,
                        "required",
                        "optional",
                    );
                }
                _ => {}
            }
        }
    }
    report.finish("rkeeper_create_order_input");
}

#[test]
pub(crate) fn rkeeper_create_order_answers_all_fields() {
    let (catalog, till) = rkeeper();
    let action = till.action("createOrder").unwrap();
    let bodies: Vec<&ObjectType> = till
        .answers_of(action)
        .filter_map(|answer| answer.body.as_ref())
        .flat_map(|body| objects(catalog, &body.ty))
        .collect();
    let mut report = Report::default();
    let rows = rows("rkeeper_create_order_output");
    assert_eq!(rows.len(), 17);
    for row in &rows {
        let path = row["path"].as_str().unwrap();
        let found: Vec<&Field> = bodies
            .iter()
            .filter_map(|body| find_field(catalog, body, path))
            .collect();
        compare(
            catalog,
            "rkeeper_create_order_output",
            row,
            &found,
            &mut report,
        );
    }
    report.finish("rkeeper_create_order_output");
}

#[test]
fn rkeeper_create_order_takes_what_only_the_printed_schema_has() {
    let (catalog, till) = rkeeper();
    let action = till.action("createOrder").unwrap();
    let request = action.request.as_ref().unwrap();
    let body = request
        .sections
        .iter()
        .find(|section| section.place == Place::Json)
        .unwrap();
    let table = table("rkeeper_create_order_input");
    let rows = table["fields_only_in_schema_or_example"]
        .as_array()
        .unwrap();
    assert_eq!(rows.len(), 6);
    for row in rows {
        let path = row["path"].as_str().unwrap();
        let field = find_field(catalog, objects(catalog, &body.ty)[0], path);
        let field = field.unwrap_or_else(|| panic!("{path} is missing"));
        let kind = row["type"].as_str().unwrap();
        assert!(has_kind(catalog, field, kind), "{path} is no {kind}");
    }
}

// ------------------------------------------------------------------------------------------------------------ carbis

#[test]
pub(crate) fn carbis_events_have_all_fields() {
    let (catalog, _) = built_in();
    let carbis = catalog.connector("carbis").unwrap();
    let mut report = Report::default();
    for (event, count) in [
        ("save_order", 34),
        ("waiter_call", 8),
        ("additional_order", 34),
        ("online_payment", 24),
        ("bill_request", 24),
    ] {
        let name = format!("carbis_{event}");
        let rows = rows(&name);
        assert_eq!(rows.len(), count);
        for row in &rows {
            let path = row["path"].as_str().unwrap();
            let found = find_field(catalog, payload(catalog, "carbis", event), path);
            let found: Vec<&Field> = found.into_iter().collect();
            compare(catalog, &name, row, &found, &mut report);
        }
    }
    assert_eq!(carbis.events.len(), 5);
    report.finish("carbis");
}

// -------------------------------------------------------------------------------------------------------------- iiko

/// Compares an event with a table; what the vendor requires may not be absent.
fn compare_iiko(event: &str, name: &str, count: usize) {
    let (catalog, _) = built_in();
    let mut report = Report::default();
    let rows = rows(name);
    assert_eq!(rows.len(), count);
    for row in &rows {
        let path = row["path"].as_str().unwrap();
        let found = find_field(catalog, payload(catalog, "iiko", event), path);
        let found: Vec<&Field> = found.into_iter().collect();
        compare(catalog, name, row, &found, &mut report);
        let is_nullable = row["vendor_type"].as_str().unwrap().contains('?');
        if let (Some(field), true, false) =
            (found.first(), row["vendor_required"] == true, is_nullable)
        {
            assert!(!is_optional(catalog, field), "{path} may not be absent");
        }
    }
    report.finish(name);
}

#[test]
pub(crate) fn iiko_reserve_update_has_all_fields() {
    compare_iiko("reserve_update", "iiko_event_reserve_update", 52);
}

#[test]
pub(crate) fn iiko_reserve_error_has_all_fields_of_both_tables() {
    // Its own table breaks off; the rows that are there are those of the other one.
    compare_iiko("reserve_error", "iiko_event_reserve_error", 30);
    compare_iiko("reserve_error", "iiko_event_reserve_update", 52);
}

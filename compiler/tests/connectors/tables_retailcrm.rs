//! The tables of RetailCRM: every path of every table exists in the connector and carries its caption.
//!
//! The pages print no names of events and actions; what each table is, stands in the file. An event's table is compared with
//! its payload, an input with the arguments of the action, an output with what its answer or its steps yield.

use std::collections::BTreeSet;
use std::fs;

use crate::support::report::{Report, find_field, objects, table};
use crate::support::{built_in, root};
use ondo_compiler::catalog::{Action, Connector};
use ondo_compiler::types::Type;

/// With what a table is compared.
enum Compared {
    Payload(&'static str),
    Args(&'static str),
    Answer(&'static str),
}
use Compared::{Answer, Args, Payload};

/// Where the paths of a table stand in it.
#[derive(Clone, Copy)]
enum Place {
    /// As they are printed.
    AsPrinted,
    /// Under `order`; `success` stands beside it.
    InOrder,
}
use Place::{AsPrinted, InOrder};

/// All tables of the documents.
const TABLES: &[(&str, Compared, Place)] = &[
    ("event_1", Payload("order_created"), AsPrinted),
    ("event_2", Payload("order_changed"), AsPrinted),
    ("create_order_input", Args("createOrder"), InOrder),
    ("create_order_output", Answer("createOrder"), InOrder),
    (
        "create_order_from_ozon_input",
        Args("createOrderFromOzon"),
        AsPrinted,
    ),
    (
        "create_order_from_ozon_output",
        Answer("createOrderFromOzon"),
        AsPrinted,
    ),
    (
        "create_order_from_wildberries_input",
        Args("createOrderFromWildberries"),
        AsPrinted,
    ),
    (
        "create_order_from_wildberries_output",
        Answer("createOrderFromWildberries"),
        AsPrinted,
    ),
    ("edit_order_input", Args("editOrder"), AsPrinted),
    ("edit_order_output", Answer("editOrder"), InOrder),
    (
        "create_customer_note_input",
        Args("createCustomerNote"),
        AsPrinted,
    ),
    (
        "create_customer_note_output",
        Answer("createCustomerNote"),
        AsPrinted,
    ),
    ("find_order_input", Args("findOrder"), AsPrinted),
    ("find_order_output", Answer("findOrder"), AsPrinted),
    ("find_product_input", Args("findProduct"), AsPrinted),
    ("find_product_output", Answer("findProduct"), AsPrinted),
    ("find_store_input", Args("findWarehouse"), AsPrinted),
    ("find_store_output", Answer("findWarehouse"), AsPrinted),
    ("find_packs_input", Args("findPacks"), AsPrinted),
    ("find_packs_output", Answer("findPacks"), AsPrinted),
];

fn action<'c>(crm: &'c Connector, name: &str) -> &'c Action {
    crm.action(name)
        .unwrap_or_else(|| panic!("no action `{name}`"))
}

/// The body of the answer that says it happened, or the value of the steps.
fn answer(action: &Action) -> Type {
    if let Some(steps) = &action.steps {
        return steps.result.clone();
    }
    let ok = action.answers.iter().find(|answer| &*answer.name == "ok");
    ok.unwrap().body.as_ref().unwrap().ty.clone()
}

/// How many rows were compared.
fn compare(name: &str, compared: &Compared, place: Place) -> usize {
    let (catalog, _) = built_in();
    let crm = catalog.connector("retailcrm").unwrap();
    let ty = match compared {
        Payload(event) => crm.event(event).unwrap().payload.clone(),
        Args(name) => Type::Object(action(crm, name).args.clone()),
        Answer(name) => answer(action(crm, name)),
    };
    let object = objects(catalog, &ty)[0];
    let table = table(name);
    let rows = table["fields"].as_array().unwrap();
    assert_eq!(rows.len() as u64, table["field_count"].as_u64().unwrap());
    let mut report = Report::default();
    for row in rows {
        let path = row["path"].as_str().unwrap();
        let found = match place {
            InOrder if path != "success" => find_field(catalog, object, &format!("order.{path}")),
            _ => find_field(catalog, object, path),
        };
        match found {
            Some(field) => {
                report.caption(name, path, field, &catalog.types, row["title_ru"].as_str());
            }
            None => report.differs(name, path, "missing", "a field"),
        }
    }
    report.finish(name);
    rows.len()
}

#[test]
pub(crate) fn every_row_of_every_table_of_retailcrm_is_a_field_with_its_caption() {
    let rows = TABLES
        .iter()
        .map(|(name, compared, place)| compare(&format!("retailcrm_{name}"), compared, *place));
    let sum: usize = rows.sum();
    println!("{sum} rows of {} tables", TABLES.len());
    assert_eq!((TABLES.len(), sum), (20, 845));
}

#[test]
fn no_table_of_retailcrm_is_forgotten() {
    let there: BTreeSet<String> = fs::read_dir(root().join("tests/tables"))
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let name = name.strip_prefix("retailcrm_")?.strip_suffix(".json")?;
            Some(name.to_owned())
        })
        .collect();
    let known: BTreeSet<String> = TABLES.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(there, known);
}

//! The vendors' tables, and how a connector is compared with them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;

use ondo_compiler::catalog::Catalog;
use ondo_compiler::types::{Field, ObjectType, Type, TypeTable};
use serde_json::Value as Json;

use super::{connectors_folder, root};

thread_local! {
    /// Table and path of every row that was compared on this thread: the proof that no row is left out.
    static COMPARED: RefCell<BTreeSet<(String, String)>> = const { RefCell::new(BTreeSet::new()) };
}

/// The rows that a test compares, found by running it.
pub(crate) fn rows_compared_by(test: fn()) -> BTreeSet<(String, String)> {
    COMPARED.take();
    test();
    COMPARED.take()
}

fn compared(table: &str, path: &str) {
    COMPARED.with_borrow_mut(|rows| rows.insert((table.to_owned(), path.to_owned())));
}

/// What was compared and found to differ.
#[derive(Default)]
pub(crate) struct Report {
    compared: usize,
    wrong: Vec<String>,
    deviations: BTreeSet<String>,
}

/// Rows of `connectors/DEVIATIONS.md` as `table field: ours`.
fn listed(tables: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(connectors_folder().join("DEVIATIONS.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line
            .trim()
            .strip_prefix('|')?
            .split('|')
            .map(str::trim)
            .collect();
        let name = cells.first()?.trim_matches('`');
        name.starts_with(tables).then(|| {
            format!(
                "{name} {}: {}",
                cells[1].trim_matches('`'),
                cells[2].trim_matches('`')
            )
        })
    });
    rows.collect()
}

impl Report {
    pub(crate) fn differs(&mut self, table: &str, field: &str, ours: &str, wanted: &str) {
        compared(table, field);
        let row = format!("{table} {field}: {ours}");
        if !self.deviations.contains(&row) && !listed(table).contains(&row) {
            self.wrong.push(format!("{row} (the table says {wanted})"));
        }
        self.deviations.insert(row);
    }

    pub(crate) fn caption(
        &mut self,
        table: &str,
        path: &str,
        field: &Field,
        types: &TypeTable,
        wanted: Option<&str>,
    ) {
        self.compared += 1;
        compared(table, path);
        let Some(wanted) = wanted.map(one_line) else {
            return;
        };
        let type_caption = match field.ty.non_null() {
            Type::Named(name) => types.types[name].caption.as_deref(),
            _ => None,
        };
        let ours = field
            .caption
            .as_deref()
            .or(type_caption)
            .unwrap_or("nothing");
        if ours != wanted {
            self.differs(table, path, ours, &wanted);
        }
    }

    pub(crate) fn finish(self, tables: &str) {
        println!(
            "{tables}: {} fields compared, {} deviations",
            self.compared,
            self.deviations.len()
        );
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        let unused: Vec<String> = listed(tables)
            .difference(&self.deviations)
            .cloned()
            .collect();
        assert!(unused.is_empty(), "deviations that are none: {unused:?}");
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn table(name: &str) -> Json {
    let path = root().join("tests/tables").join(format!("{name}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The object types behind a type: of a list's elements, of all alternatives.
pub(crate) fn objects<'a>(catalog: &'a Catalog, ty: &'a Type) -> Vec<&'a ObjectType> {
    match catalog.types.resolve(ty).non_null() {
        Type::List(inner) => objects(catalog, inner),
        Type::Object(object) => vec![object],
        Type::Union(parts) => parts
            .iter()
            .flat_map(|part| objects(catalog, part))
            .collect(),
        named @ Type::Named(_) => objects(catalog, named),
        _ => Vec::new(),
    }
}

/// The field at a path; elements of lists are written `.0.` or `[]`.
pub(crate) fn find_field<'a>(
    catalog: &'a Catalog,
    object: &'a ObjectType,
    path: &str,
) -> Option<&'a Field> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let field = object.field(first.trim_end_matches("[]"))?;
    match rest.strip_prefix("0.").unwrap_or(rest) {
        "" => Some(field),
        rest => objects(catalog, &field.ty)
            .iter()
            .find_map(|object| find_field(catalog, object, rest)),
    }
}

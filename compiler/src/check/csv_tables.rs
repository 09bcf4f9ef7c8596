//! Tables whose rows stand in a CSV file: `table skus from "skus.csv" key "article"`, used as `skus[x].price`.
//!
//! Each row is an object. With a declared type (`table skus: string -> Sku from …`) the columns are read as its fields
//! are typed, and other columns are left out. Without one the columns other than the key are the fields, and each has the
//! narrowest of three types: `int` if all its cells are whole numbers, `decimal` if all are numbers, else `string`; with
//! `?` if a cell is empty. A number with a leading zero is no number but a code, and the key is text, so that one more row
//! never changes what a rule has to write.

use std::collections::HashMap;
use std::sync::Arc;

use ondo_grammar::ast::{self, Str};

use super::csv_cells::{Cells, is_of_cells, number, whole};
use super::cx::Cx;
use super::describe::describe;
use super::types;
use crate::csv_text::Sheet;
use crate::errors;
use crate::eval;
use crate::ir::Records;
use crate::source::{FileId, Place};
use crate::types::{Currency, Field, ObjectType, Type};
use crate::value::{Object, Value};

/// A table that was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) from: Type,
    pub(super) to: Type,
    pub(super) records: Records,
}

/// Reads the file of a table. None if nothing can be said of its rows.
pub(super) fn read(cx: &mut Cx<'_>, table: &ast::Table, path: &Str, key: &Str) -> Option<Read> {
    let path_place = cx.at(path.span);
    let Some(file) = cx.trees.table(cx.file, &path.text) else {
        cx.report(errors::csv::no_file(path_place, &path.text));
        return None;
    };
    let source = Arc::clone(cx.trees.sources.get(file));
    let sheet = match Sheet::read(&source.text) {
        Ok(sheet) => sheet,
        Err(span) => {
            cx.report(errors::csv::quotes(Place { file, span }, path_place));
            return None;
        }
    };
    let csv = Csv {
        sheet: &sheet,
        file,
        path,
        key,
    };
    let key_column = header(cx, &csv)?;
    let from = key_type(cx, table)?;
    let (columns, to) = match &table.to {
        Some(ty) => declared(cx, &csv, ty)?,
        None => inferred(&csv, key_column),
    };
    let records = rows(cx, &csv, key_column, &from, &columns);
    Some(Read { from, to, records })
}

/// The file of a table, and what its declaration says of it.
struct Csv<'a> {
    sheet: &'a Sheet<'a>,
    file: FileId,
    path: &'a Str,
    key: &'a Str,
}

impl Csv<'_> {
    fn cell(&self, row: usize, column: usize) -> Place {
        Place {
            file: self.file,
            span: self.sheet.cell(row, column),
        }
    }

    fn row(&self, row: usize) -> Place {
        Place {
            file: self.file,
            span: self.sheet.row(row),
        }
    }
}

/// A column that is a field.
struct Column {
    index: usize,
    field: Field,
    /// Without names and `?`.
    ty: Type,
    nullable: bool,
    /// For `money in currency`: where the currency stands.
    currency: Option<usize>,
}

/// Looks at the names of the columns. Yields the one of the keys.
fn header(cx: &mut Cx<'_>, csv: &Csv<'_>) -> Option<usize> {
    let names = csv.sheet.header();
    let path_place = cx.at(csv.path.span);
    if names.is_empty() {
        cx.report(errors::csv::no_header(path_place, &csv.path.text));
        return None;
    }
    let known = cx.diagnostics.len();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (column, name) in names.iter().copied().enumerate() {
        let at = csv.cell(0, column);
        if name.is_empty() {
            cx.report(errors::csv::nameless_column(at, column + 1, path_place));
        } else if let Some(first) = first.get(name) {
            cx.report(errors::csv::column_twice(at, name, csv.cell(0, *first)));
        } else {
            first.insert(name, column);
        }
    }
    let key = first.get(&*csv.key.text).copied();
    if key.is_none() {
        let near = errors::nearest::nearest(&csv.key.text, names.iter().copied());
        let finding = errors::csv::no_key_column(
            cx.at(csv.key.span),
            (&csv.path.text, &csv.key.text),
            csv.row(0),
            (&names, near),
        );
        cx.report(finding);
    }
    key.filter(|_| cx.diagnostics.len() == known)
}

/// `table skus: string -> …`, else text.
fn key_type(cx: &mut Cx<'_>, table: &ast::Table) -> Option<Type> {
    let Some(written) = &table.from else {
        return Some(Type::Text);
    };
    let from = types::lower(cx, written);
    let ty = cx.resolve(&from);
    if ty == Type::Unknown {
        return None;
    }
    if !is_of_cells(&ty) || matches!(ty, Type::Money(_)) {
        let place = cx.at(written.span);
        cx.report(errors::csv::column_type(place, "the key", &describe(&from)));
        return None;
    }
    Some(from)
}

/// The columns that a declared type names.
fn declared(
    cx: &mut Cx<'_>,
    csv: &Csv<'_>,
    written: &ast::TypeExpr,
) -> Option<(Vec<Column>, Type)> {
    let place = cx.at(written.span);
    let to = types::lower(cx, written);
    let object = match cx.resolve(&to) {
        Type::Unknown => return None,
        Type::Object(object) => object,
        _ => {
            cx.report(errors::csv::not_an_object(place, &describe(&to)));
            return None;
        }
    };
    let names = csv.sheet.header();
    let known = cx.diagnostics.len();
    let mut columns = Vec::new();
    for field in &object.fields {
        let is_named =
            |name: &str| *name == *field.name || field.aliases.iter().any(|alias| **alias == *name);
        let Some(index) = names.iter().position(|name| is_named(name)) else {
            let near = errors::nearest::nearest(&field.name, names.iter().copied());
            let finding = errors::csv::no_column_for(
                field.place.unwrap_or(place),
                (&csv.path.text, &field.name),
                csv.row(0),
                (&names, near),
            );
            cx.report(finding);
            continue;
        };
        let resolved = cx.resolve(&field.ty);
        let ty = cx.resolve(&cx.non_null(&field.ty));
        if !is_of_cells(&ty) {
            if ty != Type::Unknown {
                let what = format!("the column `{}`", field.name);
                let place = field.place.unwrap_or(place);
                cx.report(errors::csv::column_type(place, &what, &describe(&field.ty)));
            }
            continue;
        }
        let currency = match &ty {
            Type::Money(Currency::Field(sibling)) => {
                names.iter().position(|name| *name == &**sibling)
            }
            _ => None,
        };
        columns.push(Column {
            index,
            field: field.clone(),
            nullable: matches!(resolved, Type::Nullable(_)),
            ty,
            currency,
        });
    }
    (cx.diagnostics.len() == known && columns.len() == object.fields.len()).then_some((columns, to))
}

/// The columns other than the key, each with the narrowest type that all its cells have.
fn inferred(csv: &Csv<'_>, key: usize) -> (Vec<Column>, Type) {
    let mut columns = Vec::new();
    for (index, name) in csv.sheet.header().into_iter().enumerate() {
        if index == key {
            continue;
        }
        let (mut all_int, mut all_decimal, mut any, mut empty) = (true, true, false, false);
        let cells = csv.sheet.rows().filter_map(|(_, row)| row.get(index));
        for cell in cells {
            if cell.is_empty() {
                empty = true;
                continue;
            }
            any = true;
            all_int &= whole(cell).is_some();
            all_decimal &= number(cell, csv.sheet.decimal_comma()).is_some();
        }
        let ty = match (any, all_int, all_decimal) {
            (true, true, _) => Type::Int,
            (true, false, true) => Type::Decimal,
            _ => Type::Text,
        };
        let place = csv.cell(0, index);
        let of_field = if empty {
            ty.clone().nullable()
        } else {
            ty.clone()
        };
        columns.push(Column {
            index,
            field: Field {
                place: Some(place),
                ..Field::new(name, of_field)
            },
            ty,
            nullable: empty,
            currency: None,
        });
    }
    let object = ObjectType {
        fields: columns.iter().map(|column| column.field.clone()).collect(),
        one_of: Vec::new(),
    };
    (columns, Type::Object(Arc::new(object)))
}

/// What does not fit. Of each kind of slip the first row, and how many follow: whoever exported the file made it in all.
#[derive(Default)]
struct Slips {
    width: Option<(usize, usize)>,
    without_key: Option<(usize, usize)>,
    bad_key: Option<(usize, usize)>,
    /// With the row that had the key first.
    twice: Option<((usize, usize), usize)>,
    /// By column.
    cells: Vec<Option<(usize, usize)>>,
}

/// Reads the rows, and reports what does not fit.
fn rows(
    cx: &mut Cx<'_>,
    csv: &Csv<'_>,
    key_column: usize,
    from: &Type,
    columns: &[Column],
) -> Records {
    let width = csv.sheet.header().len();
    let cells = Cells {
        decimal_comma: csv.sheet.decimal_comma(),
        currency: cx.currency.clone(),
        zone: cx.timezone.clone().unwrap_or_else(|| "UTC".into()),
    };
    let key_type = cx.resolve(from);
    let mut by_key: HashMap<String, Value> = HashMap::new();
    let mut row_of_key: HashMap<String, usize> = HashMap::new();
    let mut slips = Slips {
        cells: vec![None; columns.len()],
        ..Slips::default()
    };
    for (number, row) in csv.sheet.rows() {
        if row.len() != width {
            count(&mut slips.width, number);
            continue;
        }
        let mut object = Object::default();
        for (column, slip) in columns.iter().zip(&mut slips.cells) {
            match field(&cells, column, row) {
                Some(value) => object.set(column.field.name.clone(), value),
                None => count(slip, number),
            }
        }
        let cell = row.get(key_column).unwrap_or_default();
        if cell.is_empty() {
            count(&mut slips.without_key, number);
            continue;
        }
        let key = cells.value(&key_type, cell, None);
        let Some(key) = key.and_then(|key| eval::key_text(&key).ok()) else {
            count(&mut slips.bad_key, number);
            continue;
        };
        if let Some(first) = row_of_key.insert(key.clone(), number) {
            row_of_key.insert(key, first);
            match &mut slips.twice {
                Some(((_, more), _)) => *more += 1,
                None => slips.twice = Some(((number, 0), first)),
            }
        } else {
            by_key.insert(key, Value::Object(Arc::new(object)));
        }
    }
    report(cx, csv, key_column, from, columns, &slips);
    Records {
        key: csv.key.text.as_str().into(),
        by_key,
    }
}

fn report(
    cx: &mut Cx<'_>,
    csv: &Csv<'_>,
    key_column: usize,
    from: &Type,
    columns: &[Column],
    slips: &Slips,
) {
    let (path_place, key_place) = (cx.at(csv.path.span), cx.at(csv.key.span));
    let key = &*csv.key.text;
    let width_of = |row| csv.sheet.record(row).map_or(0, ::csv::StringRecord::len);
    let cell_of = |row, column| {
        let record = csv.sheet.record(row);
        record.and_then(|row| row.get(column)).unwrap_or_default()
    };
    if let Some((row, more)) = slips.width {
        let widths = (width_of(row), width_of(0));
        cx.report(errors::csv::cells(csv.row(row), widths, more, path_place));
    }
    if let Some((row, more)) = slips.without_key {
        cx.report(errors::csv::no_key(csv.row(row), key, more, key_place));
    }
    if let Some((row, more)) = slips.bad_key {
        let at = csv.cell(row, key_column);
        let (ty, cell) = (describe(from), cell_of(row, key_column));
        let finding = errors::csv::cell(at, (key, &ty), cell, more, (key_place, None));
        cx.report(finding);
    }
    if let Some(((row, more), first)) = slips.twice {
        let (at, first) = (csv.cell(row, key_column), csv.cell(first, key_column));
        let cell = cell_of(row, key_column);
        cx.report(errors::csv::key_twice(at, (key, cell), more, first));
    }
    for (column, slip) in columns.iter().zip(&slips.cells) {
        let Some((row, more)) = *slip else { continue };
        let at = csv.cell(row, column.index);
        let (ty, cell) = (describe(&column.ty), cell_of(row, column.index));
        let help = help_for(column, cell);
        let declared = (column.field.place.unwrap_or(path_place), help.as_deref());
        let name = &*column.field.name;
        cx.report(errors::csv::cell(at, (name, &ty), cell, more, declared));
    }
}

/// Notes the first, counts the others.
fn count(slip: &mut Option<(usize, usize)>, row: usize) {
    match slip {
        Some((_, more)) => *more += 1,
        None => *slip = Some((row, 0)),
    }
}

/// What to write, where it can be told.
fn help_for(column: &Column, cell: &str) -> Option<String> {
    let name = &column.field.name;
    if cell.is_empty() {
        return Some(format!(
            "write a `?` behind the type of `{name}`: empty cells are null then"
        ));
    }
    match &column.ty {
        Type::Int | Type::Decimal | Type::Money(_) if cell.contains(char::is_whitespace) => {
            let digits: String = cell.split_whitespace().collect();
            Some(digits).filter(|digits| number(digits, true).is_some())
        }
        Type::Bool => Some("true or false".to_owned()),
        Type::Date => Some("2026-11-21 or 21.11.2026".to_owned()),
        Type::Time => Some("10:00".to_owned()),
        Type::DateTime => Some("2026-11-21T10:00:00+03:00".to_owned()),
        Type::Int if is_code(cell) => Some(format!(
            "a number with a leading zero is a code: `{name}: string` keeps it"
        )),
        _ => None,
    }
}

fn is_code(cell: &str) -> bool {
    cell.len() > 1 && cell.starts_with('0') && cell.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a row has in a column; none if it does not fit.
fn field(cells: &Cells, column: &Column, row: &::csv::StringRecord) -> Option<Value> {
    let cell = row.get(column.index).unwrap_or_default();
    match (cell.is_empty(), column.nullable) {
        (true, true) => Some(Value::Null),
        (true, false) => None,
        (false, _) => {
            let currency = column.currency.and_then(|at| row.get(at));
            cells.value(&column.ty, cell, currency)
        }
    }
}

//! CSV files of tables.
//!
//! A file has thousands of rows, and one slip of whoever exported it is in all of them: the first is shown, the others are
//! counted.

use super::nearest::Near;
use super::{a_list, suggest};
use crate::diagnostic::Diagnostic;
use crate::source::Place;

/// Longer cells are cut.
const SHOWN_MAX: usize = 40;

/// `, and 3 more rows like it`
fn and_more(count: usize, what: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!(", and one more {what} like it"),
        count => format!(", and {count} more {what}s like it"),
    }
}

fn shown(cell: &str) -> String {
    let line = cell.lines().next().unwrap_or_default();
    if line.chars().count() <= SHOWN_MAX && line == cell {
        return cell.to_owned();
    }
    let cut: String = line.chars().take(SHOWN_MAX).collect();
    format!("{cut}…")
}

pub(crate) fn no_file(at: Place, path: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-file",
        at,
        format!("there is no file `{path}` beside this one"),
        "",
    )
    .help("put the CSV file into the folder of the bundle, and write its path from here")
}

pub(crate) fn no_header(at: Place, path: &str) -> Diagnostic {
    Diagnostic::error(
        "csv-header",
        at,
        format!("`{path}` is empty: its first line names the columns"),
        "",
    )
    .help("article;name;price")
}

pub(crate) fn nameless_column(at: Place, number: usize, declared: Place) -> Diagnostic {
    Diagnostic::error(
        "csv-header",
        at,
        format!("column {number} has no name"),
        "no name",
    )
    .also(declared, "the table that reads it")
    .help("name the column, or take it out of the file")
}

pub(crate) fn column_twice(at: Place, name: &str, first: Place) -> Diagnostic {
    Diagnostic::error(
        "csv-header",
        at,
        format!("two columns are named `{name}`"),
        "again here",
    )
    .also(first, "first here")
    .help("give one of them another name")
}

/// `key "articl"`
pub(crate) fn no_key_column(
    at: Place,
    (path, name): (&str, &str),
    header: Place,
    (columns, near): (&[&str], Option<Near>),
) -> Diagnostic {
    let finding = Diagnostic::error(
        "csv-header",
        at,
        format!("`{path}` has no column `{name}`"),
        "",
    )
    .also(header, "its columns");
    match near {
        Some(near) => {
            let quoted = format!("\"{}\"", near.name);
            let finding = suggest(finding, name, Some(near));
            finding.fix(quoted)
        }
        None => finding.help(format!(
            "its columns are {}",
            a_list(columns.iter().copied())
        )),
    }
}

/// A field of the declared type that no column has the name of.
pub(crate) fn no_column_for(
    at: Place,
    (path, field): (&str, &str),
    header: Place,
    (columns, near): (&[&str], Option<Near>),
) -> Diagnostic {
    let help = match near {
        Some(near) => format!("the column is named `{}`", near.name),
        None => format!("its columns are {}", a_list(columns.iter().copied())),
    };
    Diagnostic::error(
        "csv-header",
        at,
        format!("the rows have a field `{field}`, but `{path}` has no such column"),
        "",
    )
    .also(header, "its columns")
    .help(help)
}

pub(crate) fn quotes(at: Place, declared: Place) -> Diagnostic {
    Diagnostic::error(
        "csv-row",
        at,
        "the quotes of this cell do not match, so nobody knows where it ends",
        "begins here",
    )
    .also(declared, "the table that reads it")
    .help("\"Pizza \"\"Margherita\"\"\": a quote within quotes is written twice")
}

pub(crate) fn cells(
    at: Place,
    (found, wanted): (usize, usize),
    more: usize,
    declared: Place,
) -> Diagnostic {
    let cells = if found == 1 { "cell" } else { "cells" };
    let message = format!(
        "this row has {found} {cells}, the header has {wanted}{}",
        and_more(more, "row")
    );
    let help = if found > wanted {
        "a cell that holds the sign between cells stands in quotes"
    } else {
        "a cell without content is written, too: A1;;12.50"
    };
    Diagnostic::error("csv-row", at, message, "")
        .also(declared, "the table that reads it")
        .help(help)
}

pub(crate) fn cell(
    at: Place,
    (column, ty): (&str, &str),
    cell: &str,
    more: usize,
    (declared, help): (Place, Option<&str>),
) -> Diagnostic {
    let holds = if cell.is_empty() {
        "is empty".to_owned()
    } else {
        format!("holds `{}`", shown(cell))
    };
    let message = format!(
        "column `{column}` takes {ty}, but this cell {holds}{}",
        and_more(more, "cell")
    );
    let finding = Diagnostic::error("csv-cell", at, message, "").also(declared, ty);
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

pub(crate) fn no_key(at: Place, column: &str, more: usize, declared: Place) -> Diagnostic {
    let message = format!(
        "this row has no `{column}`, which is the key{}",
        and_more(more, "row")
    );
    Diagnostic::error("csv-cell", at, message, "")
        .also(declared, "the key")
        .help("give the row a key, or take it out of the file")
}

pub(crate) fn key_twice(
    at: Place,
    (column, key): (&str, &str),
    more: usize,
    first: Place,
) -> Diagnostic {
    let message = format!(
        "two rows have the `{column}` `{}`{}",
        shown(key),
        and_more(more, "row")
    );
    Diagnostic::error("duplicate-key", at, message, "again here").also(first, "first here")
}

pub(crate) fn not_an_object(at: Place, found: &str) -> Diagnostic {
    Diagnostic::error(
        "csv-type",
        at,
        format!("each row of a CSV file is an object, but {found} is wanted"),
        "",
    )
    .help("{ name: string, price: money }")
}

pub(crate) fn column_type(at: Place, what: &str, found: &str) -> Diagnostic {
    Diagnostic::error(
        "csv-type",
        at,
        format!("{what} of a CSV file cannot be {found}"),
        "",
    )
    .help("string, int, decimal, money, bool, date, time, datetime, or one of several texts")
}

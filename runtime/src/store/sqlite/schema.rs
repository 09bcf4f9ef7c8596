//! What makes a file a store: its mark, its format, and the steps from one format to the next.
//!
//! A change of the tables is a new file in `migrations/` and a line here. Files that were released are never changed.

use std::path::Path;

use rusqlite::Connection;

use super::backup;
use crate::failpoints::{self, Point};
use crate::store::{Error, Kind};

/// "ONDO" in the file's header, so that neither side takes the other's database.
pub(super) const APPLICATION_ID: i64 = 0x4f4e_444f;
/// "ONDS" in the header of a store of the sandbox.
pub(super) const APPLICATION_ID_SANDBOX: i64 = 0x4f4e_4453;

/// Each turns the format before it into the next: the first makes format 1 of an empty file.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001_first.sql"),
    include_str!("migrations/002_polls.sql"),
    include_str!("migrations/003_effects.sql"),
    include_str!("migrations/004_keeping.sql"),
    include_str!("migrations/005_origin.sql"),
];

/// The format this program reads and writes.
pub(super) fn current() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The format of an open file; 0 for one that is empty.
///
/// # Errors
/// [`Error::Schema`] if it is no store or newer than this program.
pub(super) fn format(connection: &Connection, path: &Path) -> Result<i64, Error> {
    let shown = path.display();
    let mark = number(connection, "application_id").map_err(|error| opening(error, path))?;
    let format = number(connection, "user_version").map_err(|error| opening(error, path))?;
    if mark == APPLICATION_ID || mark == APPLICATION_ID_SANDBOX {
        if format > current() {
            return Err(Error::Schema(format!(
                "{shown} was made by a newer ondo (format {format}, this one knows up to {}): update ondo",
                current()
            )));
        }
        return Ok(format);
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if mark != 0 || format != 0 || tables != 0 {
        return Err(Error::Schema(format!(
            "{shown} is a database of another program, not a store of ondo: give another path"
        )));
    }
    Ok(0)
}

fn mark_of(kind: Kind) -> i64 {
    match kind {
        Kind::Live => APPLICATION_ID,
        Kind::Sandbox => APPLICATION_ID_SANDBOX,
    }
}

/// Whether an open file is a store of this kind, or empty.
///
/// # Errors
/// [`Error::Schema`] if it is a store of the other kind.
pub(super) fn check_kind(connection: &Connection, path: &Path, kind: Kind) -> Result<(), Error> {
    let mark = number(connection, "application_id").map_err(|error| opening(error, path))?;
    if mark == 0 || mark == mark_of(kind) {
        return Ok(());
    }
    let shown = path.display();
    Err(Error::Schema(match kind {
        Kind::Live => format!(
            "{shown} is a store of the sandbox: nothing in it happened at a vendor; give another `--data`, or add `--sandbox` and give the folder above"
        ),
        Kind::Sandbox => format!(
            "{shown} is a live store: what is in it happened at the vendors, and the sandbox must not add to it; give another `--data`"
        ),
    }))
}

/// Brings a file to the current format, in one transaction.
pub(super) fn migrate(connection: &Connection, path: &Path, kind: Kind) -> Result<(), Error> {
    let format = format(connection, path)?;
    if format == current() {
        return Ok(());
    }
    let done = usize::try_from(format).unwrap_or(0);
    let steps = MIGRATIONS[done..].concat();
    // A table that is made anew must not take those that point to it with it.
    connection.execute_batch(&format!(
        "PRAGMA foreign_keys = OFF;\nBEGIN IMMEDIATE;\n{steps}\nPRAGMA application_id = {};\nPRAGMA user_version = {};",
        mark_of(kind),
        current()
    ))?;
    failpoints::pass(Point::InMigration);
    connection.execute_batch("COMMIT;\nPRAGMA foreign_keys = ON;")?;
    Ok(())
}

/// What an error at the first look at a file means.
pub(super) fn opening(error: rusqlite::Error, path: &Path) -> Error {
    let shown = path.display();
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => {
            Error::Schema(format!("{shown} is not a store of ondo: give another path"))
        }
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => damaged(path, &error.to_string()),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            Error::Locked(shown.to_string())
        }
        Some(rusqlite::ErrorCode::ReadOnly) => Error::Place(format!(
            "{shown} cannot be written: it or its folder is read-only"
        )),
        _ => Error::Io(format!("{shown} cannot be opened: {error}")),
    }
}

/// The error for a file that is a store and cannot be trusted any more.
pub(super) fn damaged(path: &Path, found: &str) -> Error {
    let beside: Vec<String> = backup::stores_beside(path)
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    let beside = match beside.as_slice() {
        [] => String::new(),
        names => format!(" (beside it, newest first: {})", names.join(", ")),
    };
    Error::Schema(format!(
        "{} is damaged ({found}): move it away, copy a backup of `ondo backup` to its place{beside}, and start with --recovered",
        path.display()
    ))
}

/// A number that a question is answered with.
pub(super) fn number_of(connection: &Connection, sql: &str) -> Result<i64, rusqlite::Error> {
    connection.query_row(sql, [], |row| row.get(0))
}

/// A number of the file's header or of the connection.
pub(super) fn number(connection: &Connection, pragma: &str) -> Result<i64, rusqlite::Error> {
    connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
}

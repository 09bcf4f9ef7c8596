//! Copies of a store that is in use, and what a copy needs before somebody works with it again.
//!
//! A copy knows that it is one: what its unfinished runs were about to send may have been sent since, so a daemon begins
//! with it only when it is told that the store was restored.

use std::ffi::OsString;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::codec::time;
use super::{effects, open, schema};
use crate::store::{Backup, Error};

/// What opening does with a store that is a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Copied {
    /// Refuses it: whoever works with it must say that it was restored.
    #[default]
    Refuse,
    /// Works with it. It is an ordinary store from now on.
    Recover,
    /// Changes something in the copy itself, which stays one.
    Leave,
}

/// How many copies beside a damaged store are named.
const NAMED_MAX: usize = 5;
/// How much of a file says what it is.
const HEADER_BYTES: usize = 72;

/// Writes a copy of what is committed now to a new file.
pub(super) fn backup(from: &Path, to: &Path) -> Result<Backup, Error> {
    let shown = to.display();
    if to.symlink_metadata().is_ok() {
        return Err(Error::Place(format!(
            "there is already something at {shown}: a backup replaces nothing"
        )));
    }
    let part = beside(to, ".part");
    remove_part(&part)?;
    // People type it and read it: whole seconds are enough.
    let made_at = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
    let result = write(from, &part, made_at).and_then(|bytes| {
        // Unlike a renaming, a second name never replaces what somebody else put there meanwhile.
        std::fs::hard_link(&part, to).map_err(|error| unwritten(to, &error))?;
        Ok(Backup { made_at, bytes })
    });
    remove_part(&part)?;
    if result.is_ok() {
        open::sync_folder(to)?;
    }
    result
}

fn write(from: &Path, part: &Path, made_at: Timestamp) -> Result<u64, Error> {
    // Made here and not by SQLite: it holds the data of people, and nobody else may read it for a moment either.
    let file = open::private()
        .create_new(true)
        .open(part)
        .map_err(|error| unwritten(part, &error))?;
    let source = open::connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY, open::READER_WAITS)?;
    let target = part
        .to_str()
        .ok_or_else(|| Error::Place(format!("{} is no path in UTF-8", part.display())))?;
    source
        .execute("VACUUM INTO ?1", [target])
        .map_err(|error| failed(part, error))?;
    let copy = open::connect(part, OpenFlags::SQLITE_OPEN_READ_WRITE, open::READER_WAITS)?;
    let mark = "INSERT INTO copies (made_at, recovered_at) VALUES (?1, NULL)";
    copy.execute_batch("PRAGMA synchronous = FULL; PRAGMA journal_mode = MEMORY;")?;
    copy.execute(mark, [time(made_at)])
        .map_err(|error| failed(part, error))?;
    copy.close().map_err(|(_, error)| failed(part, error))?;
    file.sync_all().map_err(|error| unwritten(part, &error))?;
    let bytes = file.metadata().map(|metadata| metadata.len());
    bytes.map_err(|error| unwritten(part, &error))
}

/// A copy that could not be written says nothing about the store: its writer goes on.
fn failed(part: &Path, error: rusqlite::Error) -> Error {
    Error::Place(format!(
        "the backup {} was not written: {error}",
        part.display()
    ))
}

fn unwritten(to: &Path, error: &std::io::Error) -> Error {
    Error::Place(match error.kind() {
        ErrorKind::AlreadyExists => format!(
            "there is already something at {}: a backup replaces nothing",
            to.display()
        ),
        _ => format!("the backup {} cannot be written: {error}", to.display()),
    })
}

/// What an earlier attempt may have left.
fn remove_part(part: &Path) -> Result<(), Error> {
    match std::fs::remove_file(part) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(unwritten(part, &error)),
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Whether somebody may work with the store.
///
/// # Errors
/// [`Error::Copy`] for a copy with which nobody has said that it was restored.
pub(super) fn check(connection: &Connection, path: &Path, copied: Copied) -> Result<(), Error> {
    let sql = "SELECT made_at FROM copies WHERE recovered_at IS NULL ORDER BY made_at DESC LIMIT 1";
    let made_at: Option<i64> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    let Some(made_at) = made_at else {
        return Ok(());
    };
    match copied {
        Copied::Leave => Ok(()),
        Copied::Refuse => Err(Error::Copy {
            path: path.display().to_string(),
            made_at: Timestamp::from_microsecond(made_at).unwrap_or_default(),
        }),
        Copied::Recover => {
            // Together: a process that dies here must not begin the next time as if nothing had been restored.
            connection.execute_batch("BEGIN IMMEDIATE")?;
            let sql = "UPDATE copies SET recovered_at = ?1 WHERE recovered_at IS NULL";
            connection.execute(sql, params![time(Timestamp::now())])?;
            effects::check_first(connection)?;
            connection.execute_batch("COMMIT")?;
            Ok(())
        }
    }
}

/// The stores beside a damaged one, newest first: what it can be restored from.
pub(super) fn stores_beside(path: &Path) -> Vec<PathBuf> {
    let Ok(folder) = std::fs::read_dir(open::folder_of(path)) else {
        return Vec::new();
    };
    let mut found: Vec<_> = folder
        .flatten()
        .map(|entry| entry.path())
        .filter(|other| other.file_name() != path.file_name() && is_store(other))
        .filter_map(|other| Some((std::fs::metadata(&other).ok()?.modified().ok()?, other)))
        .collect();
    found.sort();
    let newest = found.into_iter().rev().take(NAMED_MAX);
    newest.map(|(_, path)| path).collect()
}

/// Whether the header of a file says that it is a store of ours.
fn is_store(path: &Path) -> bool {
    use std::io::Read;
    let mut header = [0; HEADER_BYTES];
    let is_file = path.is_file();
    let read =
        is_file && File::open(path).is_ok_and(|mut file| file.read_exact(&mut header).is_ok());
    let mark = i64::from(u32::from_be_bytes([
        header[68], header[69], header[70], header[71],
    ]));
    read && header.starts_with(b"SQLite format 3\0")
        && [schema::APPLICATION_ID, schema::APPLICATION_ID_SANDBOX].contains(&mark)
}

//! Opening: the folder, the lock, the file, the settings of each connection, and whether they took effect.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{Options, backup, erase, schema};
use crate::failpoints::{self, Plant};
use crate::store::{Error, Kind};

/// How long the writer waits for somebody who has the file open with another tool.
const WRITER_WAITS: Duration = Duration::from_secs(30);
/// How long a checkpoint may hold up the writer while it waits for readers.
const CHECKPOINT_WAITS: Duration = Duration::from_millis(200);
/// How long a reader waits, for example while another process recovers the log.
pub(super) const READER_WAITS: Duration = Duration::from_secs(5);
/// The value of `PRAGMA synchronous` for FULL: each commit is flushed.
const SYNCHRONOUS_FULL: i64 = 2;

/// What a store that writes begins with.
pub(super) struct Opened {
    pub(super) lock: File,
    pub(super) writer: Connection,
    pub(super) checkpoints: Connection,
}

/// Locks and opens the file, makes it or brings it to the current format, and checks it.
pub(super) fn to_write(path: &Path, options: &Options) -> Result<Opened, Error> {
    check_folder(path)?;
    let lock = lock(path)?;
    create(path)?;
    let writer = writer(path, options.kind)?;
    check_pages(&writer, path, options)?;
    schema::migrate(&writer, path, options.kind)?;
    backup::check(&writer, path, options.copied)?;
    match erase::clean_if_due(&writer) {
        Ok(()) => {}
        // It stays due, and the daemon must not be kept from its work by somebody who looks into the store.
        Err(error @ (Error::Refused(_) | Error::Full)) => {
            tracing::warn!(%error, "the store still holds old pages of who was erased");
        }
        Err(error) => return Err(error),
    }
    let checkpoints = checkpoints(path)?;
    // The write-ahead log has its name by now. SQLite flushes that, too, but goes on when it cannot.
    sync_folder(path)?;
    Ok(Opened {
        lock,
        writer,
        checkpoints,
    })
}

/// Whether the file can be read as it is.
pub(super) fn check_to_read(path: &Path, kind: Kind) -> Result<(), Error> {
    check_folder(path)?;
    if !path.exists() {
        return Err(Error::Place(format!(
            "there is no store at {}",
            path.display()
        )));
    }
    let connection = reader(path)?;
    let format = schema::format(&connection, path)?;
    schema::check_kind(&connection, path, kind)?;
    if format != schema::current() {
        return Err(Error::Schema(format!(
            "{} was made by an older ondo (format {format}, this one reads {}): start `ondo run` once",
            path.display(),
            schema::current()
        )));
    }
    Ok(())
}

/// The connection of the writer.
pub(super) fn writer(path: &Path, kind: Kind) -> Result<Connection, Error> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, WRITER_WAITS)?;
    // Whose file it is comes first: nothing may be changed in the database of another program.
    schema::format(&connection, path)?;
    schema::check_kind(&connection, path, kind)?;
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(|error| schema::opening(error, path))?;
    if mode != "wal" {
        return Err(Error::Place(format!(
            "{} is on a file system that cannot keep a write-ahead log (a network drive?): use a local disk",
            path.display()
        )));
    }
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;",
    )?;
    if failpoints::is_planted(Plant::SynchronousNormal) {
        connection.execute_batch("PRAGMA synchronous = NORMAL;")?;
        return Ok(connection);
    }
    // INVARIANT: a commit that was answered is on the disk. Without FULL, a power cut takes answered events with it.
    if schema::number(&connection, "synchronous")? != SYNCHRONOUS_FULL {
        return Err(Error::Io(
            "the store cannot be set to flush each commit".to_string(),
        ));
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The connection of the checkpoints. It flushes as the writer does: the log is thrown away after it.
fn checkpoints(path: &Path) -> Result<Connection, Error> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, CHECKPOINT_WAITS)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;")?;
    Ok(connection)
}

/// A connection that reads and cannot write.
pub(super) fn reader(path: &Path) -> Result<Connection, Error> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, READER_WAITS)?;
    connection
        .execute_batch("PRAGMA query_only = ON;")
        .map_err(|error| schema::opening(error, path))?;
    Ok(connection)
}

pub(super) fn connect(
    path: &Path,
    access: OpenFlags,
    waits: Duration,
) -> Result<Connection, Error> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| schema::opening(error, path))?;
    connection.busy_timeout(waits)?;
    // The last connection would move the log into the file when it closes, even after a flush has failed.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Sorting must not leave bodies in temporary files.
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;")?;
    Ok(connection)
}

fn check_folder(path: &Path) -> Result<(), Error> {
    let (shown, folder) = (path.display(), folder_of(path));
    if path.is_dir() {
        return Err(Error::Place(format!(
            "the store should be a file, but {shown} is a folder"
        )));
    }
    if folder.is_dir() {
        return Ok(());
    }
    let folder_shown = folder.display();
    Err(Error::Place(if folder.exists() {
        format!("the store should be at {shown}, but {folder_shown} is not a folder")
    } else {
        format!(
            "the store should be at {shown}, but there is no folder {folder_shown}: mkdir -p {folder_shown}"
        )
    }))
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Keeps other processes out until the file it returns is dropped. The lock of a process that died is gone with it.
fn lock(path: &Path) -> Result<File, Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    let file = private().create(true).truncate(false).open(&lock);
    let file = file.map_err(|error| unwritable(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(Error::Place(format!(
            "{} cannot be locked: {error}",
            lock.display()
        ))),
    }
}

/// Makes the file if there is none, for the user of the process alone: it will hold the data of people.
fn create(path: &Path) -> Result<(), Error> {
    match private().create_new(true).open(path) {
        Ok(_) => {
            // Without this a power cut could take the name of the file away.
            sync_folder(path)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(unwritable(path, &error)),
    }
}

/// Flushes the names of the files in the folder of a path.
pub(super) fn sync_folder(path: &Path) -> Result<(), Error> {
    let synced = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
    synced.map_err(|error| {
        Error::Io(format!(
            "the folder of {} cannot be flushed: {error}",
            path.display()
        ))
    })
}

pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// What it means that a file beside the store, or the store itself, cannot be made.
pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    let folder = folder_of(path).display();
    let found = match error.kind() {
        ErrorKind::PermissionDenied => {
            format!("the folder {folder} may not be written by this user")
        }
        ErrorKind::ReadOnlyFilesystem => {
            format!("the folder {folder} is on a read-only file system")
        }
        ErrorKind::StorageFull => format!("the disk of the folder {folder} is full"),
        _ => error.to_string(),
    };
    Error::Place(format!(
        "there can be no store at {}: {found}",
        path.display()
    ))
}

/// Looks at every page, unless the file is so large that a restart would take long.
fn check_pages(connection: &Connection, path: &Path, options: &Options) -> Result<(), Error> {
    let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if bytes > options.check_bytes_max {
        tracing::info!(bytes, "the store is large and not checked for damage");
        return Ok(());
    }
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| schema::opening(error, path))?;
    if found == "ok" {
        return Ok(());
    }
    Err(schema::damaged(path, &found))
}

//! The store as the checker reads it: by SQL, beside the daemon, never written.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

/// Whoever is looked up in its own time does not count as work.
const LEFT: &str = "SELECT (SELECT count(*) FROM events WHERE state IN ('received', 'enriching'))
    + (SELECT count(*) FROM runs WHERE state IN ('ready', 'waiting', 'queued')
       AND coalesce(reason, '') NOT LIKE 'nobody knows whether%')";

/// Opens the store of a data folder.
///
/// # Errors
/// If it is none.
pub fn open(data: &Path) -> Result<Connection, String> {
    let path = data.join("ondo.db");
    let said = |error: rusqlite::Error| format!("{}: {error}", path.display());
    let store =
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(said)?;
    store.busy_timeout(Duration::from_secs(10)).map_err(said)?;
    Ok(store)
}

/// One number.
///
/// # Errors
/// If the question cannot be answered.
pub fn count(store: &Connection, question: &str) -> Result<i64, String> {
    store
        .query_row(question, [], |row| row.get(0))
        .map_err(|error| format!("{question}: {error}"))
}

/// So many runs and events can go on by themselves at once.
///
/// # Errors
/// If the store cannot be read.
pub fn left(data: &Path) -> Result<i64, String> {
    count(&open(data)?, LEFT)
}

/// Waits until nothing can go on by itself at once.
///
/// # Errors
/// If that takes longer than the patience: with what is left.
pub fn wait_until_quiet(data: &Path, patience: Duration) -> Result<(), String> {
    wait_for(data, LEFT, 0, patience)
}

/// Waits until a question has this answer.
///
/// # Errors
/// If that takes longer than the patience.
pub fn wait_for(
    data: &Path,
    question: &str,
    wanted: i64,
    patience: Duration,
) -> Result<(), String> {
    let store = open(data)?;
    let begun = Instant::now();
    loop {
        let found = count(&store, question)?;
        if found == wanted {
            return Ok(());
        }
        if begun.elapsed() > patience {
            return Err(format!(
                "after {patience:?}, {found} instead of {wanted}: {question}\n{}",
                standing(&store)
            ));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What stands where, for people.
fn standing(store: &Connection) -> String {
    let question = "SELECT state || ' ' || count(*) || ' ' || coalesce(max(reason), '') FROM runs GROUP BY state";
    let rows = store.prepare(question).and_then(|mut query| {
        let rows = query.query_map([], |row| row.get::<_, String>(0))?;
        rows.collect::<Result<Vec<_>, _>>()
    });
    rows.map_or_else(|error| error.to_string(), |rows| rows.join("\n"))
}

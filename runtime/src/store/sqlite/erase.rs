//! Erasing a person: everything that mentions them, in one transaction; then the pages and the log that held it before.
//!
//! An event that mentions the person is emptied with all its runs: what was asked and answered on its behalf is about the
//! same person. Keys and messages are replaced only where they mention them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::codec::{RUN_STATES, limit, time, word};
use super::reads::all;
use super::{forget, schema};
use crate::failpoints::{self, Point};
use crate::store::person::Person;
use crate::store::{Counts, EffectState, Erase, Erased, Erasure, Error, EventId, RunId, RunState};

/// What stands where a text mentioned the person.
pub(in crate::store) const ERASED: &str = "erased";
/// Up to this size the file is cleaned in memory; beyond it a temporary file is used, which holds nothing of the person.
const CLEAN_IN_MEMORY_BYTES_MAX: i64 = 256 << 20;

/// How often it is tried to empty the log, and the pause between two tries.
const LOG_TRIES_MAX: usize = 50;
const LOG_PAUSE: Duration = Duration::from_millis(100);

/// Carries an order out. An error other than [`Error::Refused`] and [`Error::Full`] means that the store cannot be trusted.
pub(super) fn erase(connection: &Connection, erase: &Erase) -> Result<Erased, Error> {
    let person = Person::new(&erase.text).map_err(Error::Refused)?;
    if person.is_in(erase.note.as_bytes()) || person.is_in(erase.who.as_bytes()) {
        return Err(Error::Refused(
            "the note and the name stay for ever: they must not mention the person".to_owned(),
        ));
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let erased = written(connection, erase, &person);
    let end = match &erased {
        Ok(Erased::Done(_)) => "COMMIT",
        _ => "ROLLBACK",
    };
    // A transaction that failed may have ended by itself.
    if !connection.is_autocommit() {
        connection.execute_batch(end)?;
    }
    let erased = erased?;
    if matches!(erased, Erased::Done(_)) {
        failpoints::pass(Point::InErase);
        clean_if_due(connection).map_err(|error| match error {
            Error::Full => Error::Refused(
                "the person is erased, but there is no room to clean the old pages: free as much as the store is large and repeat it"
                    .to_owned(),
            ),
            other => other,
        })?;
    }
    Ok(erased)
}

fn written(connection: &Connection, erase: &Erase, person: &Person) -> Result<Erased, Error> {
    let mut found = Found::default();
    find_events(connection, person, &mut found)?;
    find_runs(connection, person, &mut found)?;
    let (runs, events) = unfinished(connection, &found)?;
    let is_in_the_way = !runs.is_empty() || !events.is_empty();
    if is_in_the_way && !erase.dry_run && !erase.cancel {
        return Ok(Erased::Unfinished { runs, events });
    }
    forget::emptying(connection, true)?;
    for run in &runs {
        cancel(connection, run, time(erase.at))?;
    }
    let mut counts = Counts::default();
    for n in found.events.values() {
        counts.events += 1;
        empty_event(connection, *n, person, &mut counts)?;
    }
    rest(connection, person, &mut counts)?;
    forget::emptying(connection, false)?;
    if erase.dry_run {
        return Ok(Erased::Would(counts));
    }
    connection.execute("UPDATE keeping SET clean_due = 1", [])?;
    let proof = Erasure::new(erase, counts);
    let counts_json =
        serde_json::to_string(&counts).map_err(|error| Error::Refused(error.to_string()))?;
    connection.execute(
        "INSERT INTO erasures (at, who, note, salt, digest, counts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            time(proof.at),
            proof.who,
            proof.note,
            proof.salt,
            proof.digest,
            counts_json
        ],
    )?;
    Ok(Erased::Done(counts))
}

/// Events that are about the person, by id, with their place.
#[derive(Default)]
struct Found {
    events: BTreeMap<String, i64>,
}

impl Found {
    fn add(&mut self, connection: &Connection, event: &str) -> Result<(), Error> {
        if !self.events.contains_key(event) {
            let sql = "SELECT n FROM events WHERE id = ?1";
            for n in all(connection, sql, [event], |row| Ok(row.get(0)?))? {
                self.events.insert(event.to_owned(), n);
            }
        }
        Ok(())
    }
}

fn find_events(connection: &Connection, person: &Person, found: &mut Found) -> Result<(), Error> {
    let sql = "SELECT id, n, body, payload, headers, args, key, reason, enrich FROM events";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if mentions(row, 2..9, person)? {
            found.events.insert(row.get(0)?, row.get(1)?);
        }
    }
    let sql = "SELECT event, detail FROM passed";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut events = BTreeSet::new();
    while let Some(row) = rows.next()? {
        if mentions(row, 1..2, person)? {
            events.insert(row.get::<_, String>(0)?);
        }
    }
    events
        .iter()
        .try_for_each(|event| found.add(connection, event))
}

fn find_runs(connection: &Connection, person: &Person, found: &mut Found) -> Result<(), Error> {
    let mut events = BTreeSet::new();
    for (sql, columns) in [
        (
            "SELECT event, once_key, order_key, reason, step FROM runs",
            1..5,
        ),
        (
            "SELECT runs.event, journal.request_url, journal.request_body, journal.answer, journal.message, journal.key
             FROM journal JOIN runs ON runs.id = journal.run",
            1..6,
        ),
    ] {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if mentions(row, columns.clone(), person)? {
                events.insert(row.get::<_, String>(0)?);
            }
        }
    }
    events
        .iter()
        .try_for_each(|event| found.add(connection, event))
}

/// Whether one of the columns, texts and bytes alike, mentions the person.
fn mentions(
    row: &rusqlite::Row<'_>,
    mut columns: std::ops::Range<usize>,
    person: &Person,
) -> Result<bool, Error> {
    columns.try_fold(false, |found, column| {
        let value = row.get_ref(column)?;
        let bytes = value.as_bytes_or_null().map_err(rusqlite::Error::from)?;
        Ok(found || person.is_in_column(bytes))
    })
}

/// What must end first.
fn unfinished(connection: &Connection, found: &Found) -> Result<(Vec<RunId>, Vec<EventId>), Error> {
    let (mut runs, mut events) = (Vec::new(), Vec::new());
    for event in found.events.keys() {
        let sql = "SELECT id FROM runs WHERE event = ?1
                   AND state IN ('ready', 'waiting', 'queued', 'in_doubt') ORDER BY n";
        runs.extend(all(connection, sql, [event], |row| Ok(RunId(row.get(0)?)))?);
        let sql = "SELECT id FROM events WHERE id = ?1 AND state IN ('received', 'enriching')";
        events.extend(all(connection, sql, [event], |row| {
            Ok(EventId(row.get(0)?))
        })?);
    }
    Ok((runs, events))
}

/// Ends a run that has not ended. What it held and had not brought about is free.
fn cancel(connection: &Connection, run: &RunId, at: i64) -> Result<(), Error> {
    let sql = "UPDATE runs SET state = ?2, due = NULL, reason = 'the person was erased', ended_at = ?3 WHERE id = ?1";
    connection.execute(
        sql,
        params![run.0, word(RUN_STATES, &RunState::Cancelled)?, at],
    )?;
    // What was under way when the process ended may have happened.
    let sql = "UPDATE effects SET state = 'doubt' WHERE run = ?1 AND state = 'claimed' AND EXISTS (
                   SELECT 1 FROM journal WHERE journal.run = ?1 AND journal.key = effects.key AND kind = 'intent'
                   AND NOT EXISTS (SELECT 1 FROM journal AS later WHERE later.run = ?1 AND later.step = journal.step
                       AND later.iteration = journal.iteration AND later.seq > journal.seq))";
    connection.execute(sql, [&run.0])?;
    super::effects::release(connection, run, EffectState::Skipped)
}

fn empty_event(
    connection: &Connection,
    n: i64,
    person: &Person,
    counts: &mut Counts,
) -> Result<(), Error> {
    let of_runs =
        "(SELECT runs.id FROM runs JOIN events ON runs.event = events.id WHERE events.n = ?1)";
    let count = |sql: &str| -> Result<u64, Error> {
        let count: i64 = connection.query_row(sql, [n], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    counts.runs += count(&format!("SELECT count(*) FROM {of_runs}"))?;
    counts.records += count(&format!(
        "SELECT count(*) FROM journal WHERE run IN {of_runs}"
    ))?;
    forget::empty(connection, n)?;
    connection.execute("UPDATE events SET body_digest = NULL WHERE n = ?1", [n])?;
    let of_event = format!("n = {n}");
    let of_journal = format!(
        "run IN (SELECT runs.id FROM runs JOIN events ON runs.event = events.id WHERE events.n = {n})"
    );
    let of_runs = format!("event = (SELECT id FROM events WHERE n = {n})");
    for (table, column, of) in [
        ("events", "reason", &of_event),
        ("events", "args", &of_event),
        ("runs", "reason", &of_runs),
        ("runs", "step", &of_runs),
        ("journal", "request_url", &of_journal),
        ("journal", "message", &of_journal),
    ] {
        let with = if column == "args" { "[]" } else { ERASED };
        replace(connection, table, column, of, person, |_| with.to_owned())?;
    }
    for (table, column, of) in [
        ("events", "key", &of_event),
        ("runs", "once_key", &of_runs),
        ("runs", "order_key", &of_runs),
        ("journal", "key", &of_journal),
        ("passed", "detail", &of_runs),
    ] {
        counts.keys += replace(connection, table, column, of, person, hidden)?;
    }
    Ok(())
}

/// What stands by itself, beside events.
fn rest(connection: &Connection, person: &Person, counts: &mut Counts) -> Result<(), Error> {
    for (table, column) in [("once", "key"), ("effects", "key"), ("effects", "marker")] {
        counts.keys += replace(connection, table, column, "TRUE", person, hidden)?;
    }
    for (table, column) in [("audit", "note"), ("audit", "subject"), ("pauses", "note")] {
        counts.notes += replace(connection, table, column, "TRUE", person, |_| {
            ERASED.to_owned()
        })?;
    }
    let sql = "SELECT n, body, reason, hook FROM rejects";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut rejects: Vec<i64> = Vec::new();
    while let Some(row) = rows.next()? {
        if mentions(row, 1..4, person)? {
            rejects.push(row.get(0)?);
        }
    }
    for n in &rejects {
        connection.execute("DELETE FROM rejects WHERE n = ?1", [n])?;
    }
    counts.rejects += rejects.len() as u64;
    Ok(())
}

/// Puts something else where the texts of a column mention the person. Says how many texts those were.
fn replace(
    connection: &Connection,
    table: &str,
    column: &str,
    of: &str,
    person: &Person,
    with: impl Fn(&str) -> String,
) -> Result<u64, Error> {
    // Names of ours; the texts are parameters.
    let sql = format!("SELECT DISTINCT {column} FROM {table} WHERE {of} AND {column} IS NOT NULL");
    let texts: Vec<String> = connection
        .prepare(&sql)?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut count = 0;
    for text in texts.iter().filter(|text| person.is_in(text.as_bytes())) {
        let sql = format!("UPDATE {table} SET {column} = ?1 WHERE {of} AND {column} = ?2");
        connection.execute(&sql, params![with(text), text])?;
        count += 1;
    }
    Ok(count)
}

/// A key that nobody can read and that no other key is: the random bytes in it are kept nowhere.
pub(in crate::store) fn hidden(key: &str) -> String {
    let digest = Sha256::new()
        .chain_update(Uuid::now_v7().as_bytes())
        .chain_update(Uuid::now_v7().as_bytes())
        .chain_update(key.as_bytes())
        .finalize();
    let hex: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{ERASED}:{hex}")
}

/// Cleans the pages and the log if an erasure was written since they were last cleaned, also before a power cut.
///
/// # Errors
/// [`Error::Refused`] if somebody reads the store for so long that the log cannot be emptied.
pub(super) fn clean_if_due(connection: &Connection) -> Result<(), Error> {
    if schema::number_of(connection, "SELECT clean_due FROM keeping")? == 0 {
        return Ok(());
    }
    let bytes = schema::number(connection, "page_count")?
        .saturating_mul(schema::number(connection, "page_size")?);
    let in_memory = bytes <= CLEAN_IN_MEMORY_BYTES_MAX;
    let place = if in_memory { "MEMORY" } else { "FILE" };
    connection.execute_batch(&format!("PRAGMA temp_store = {place}; VACUUM;"))?;
    connection.execute_batch("PRAGMA temp_store = MEMORY;")?;
    empty_log(connection)?;
    connection.execute("UPDATE keeping SET clean_due = 0", [])?;
    Ok(())
}

/// Moves the whole log into the file and cuts it to nothing.
fn empty_log(connection: &Connection) -> Result<(), Error> {
    for _ in 0..LOG_TRIES_MAX {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: bool = connection.query_row(sql, [], |row| row.get(0))?;
        if !is_busy {
            return Ok(());
        }
        // The other connection may be at a checkpoint just then. Nobody is woken when it ends.
        std::thread::sleep(LOG_PAUSE);
    }
    Err(Error::Refused(
        "the person is erased, but somebody reads the store and the old log is still there: end `ondo history` and the like and repeat it"
            .to_owned(),
    ))
}

/// Proofs, newest first.
pub(super) fn erasures(connection: &Connection, count: usize) -> Result<Vec<Erasure>, Error> {
    let sql = "SELECT * FROM erasures ORDER BY n DESC LIMIT ?1";
    all(connection, sql, [limit(count)], |row| {
        let counts: String = row.get("counts")?;
        Ok(Erasure {
            at: super::codec::get_time(row, "at")?,
            who: row.get("who")?,
            note: row.get("note")?,
            salt: row.get("salt")?,
            digest: row.get("digest")?,
            counts: serde_json::from_str(&counts)
                .map_err(|error| Error::Schema(format!("the store is damaged: {error}")))?,
        })
    })
}

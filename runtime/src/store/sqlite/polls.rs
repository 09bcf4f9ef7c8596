//! Sources that are asked: how far, and what they brought.

use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::codec::{get_time, get_time_or_none, time};
use super::reads::all;
use super::writes::{insert_event, prepare};
use crate::store::{Cursor, Error, Event, EventId, Written};

/// Whether a key is known, and when it was last shown. What a source shows again and again is no repetition worth counting.
pub(super) const KNOWN: &str =
    "SELECT coalesce(seen_at, at) FROM events WHERE identity = ?1 AND key = ?2 AND bundle = ?3";
/// That it was shown again is written this often at most.
const SEEN_EVERY_MICROSECONDS: i64 = 3_600_000_000;

pub(super) fn poll(
    connection: &Connection,
    cursor: &Cursor,
    events: &[Event],
) -> Result<Written, Error> {
    let mut new: Vec<EventId> = Vec::new();
    for event in events {
        let known: Option<i64> = prepare(connection, KNOWN)?
            .query_row(params![event.identity, event.key, event.bundle], |row| {
                row.get(0)
            })
            .optional()?;
        let Some(seen) = known else {
            insert_event(connection, event)?;
            new.push(event.id.clone());
            continue;
        };
        let now = time(event.at);
        // A key must not be free while the source still shows it: the same thing would happen again.
        if now.saturating_sub(seen) > SEEN_EVERY_MICROSECONDS {
            let sql =
                "UPDATE events SET seen_at = ?1 WHERE identity = ?2 AND key = ?3 AND bundle = ?4";
            prepare(connection, sql)?.execute(params![
                now,
                event.identity,
                event.key,
                event.bundle
            ])?;
        }
    }
    let sql = "INSERT INTO cursors (identity, event, value, since, page, began_at)
               VALUES (:identity, :event, :value, :since, :page, :began_at)
               ON CONFLICT (identity, event) DO UPDATE SET value = excluded.value, since = excluded.since,
                   page = excluded.page, began_at = excluded.began_at";
    prepare(connection, sql)?.execute(named_params! {
        ":identity": cursor.identity,
        ":event": cursor.event,
        ":value": cursor.value,
        ":since": time(cursor.since),
        ":page": cursor.page,
        ":began_at": cursor.began_at.map(time),
    })?;
    Ok(Written::Polled(new))
}

pub(super) fn cursors(connection: &Connection) -> Result<Vec<Cursor>, Error> {
    let sql = "SELECT * FROM cursors ORDER BY identity, event";
    all(connection, sql, [], |row| {
        Ok(Cursor {
            identity: row.get("identity")?,
            event: row.get("event")?,
            value: row.get("value")?,
            since: get_time(row, "since")?,
            page: row.get("page")?,
            began_at: get_time_or_none(row, "began_at")?,
        })
    })
}

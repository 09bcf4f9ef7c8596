//! Sources that are asked: how far, and what they brought.

use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::codec::{get_time, get_time_or_none, time};
use super::reads::all;
use super::writes::{insert_event, prepare};
use crate::store::{Cursor, Error, Event, EventId, Written};

/// Whether a key is known. What a source shows again and again is no repetition worth counting.
pub(super) const KNOWN: &str =
    "SELECT 1 FROM events WHERE identity = ?1 AND key = ?2 AND bundle = ?3";

pub(super) fn poll(
    connection: &Connection,
    cursor: &Cursor,
    events: &[Event],
) -> Result<Written, Error> {
    let mut new: Vec<EventId> = Vec::new();
    for event in events {
        let known = prepare(connection, KNOWN)?
            .query_row(params![event.identity, event.key, event.bundle], |_| Ok(()))
            .optional()?;
        if known.is_none() {
            insert_event(connection, event)?;
            new.push(event.id.clone());
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

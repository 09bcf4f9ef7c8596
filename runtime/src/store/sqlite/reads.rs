//! Reading: a few connections that cannot write, and a function for each question.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::codec::{
    EVENT_STATES, RECORD_KINDS, RUN_STATES, get_pairs, get_time, get_time_or_none, limit,
    limit as rows, meaning, unknown,
};
use super::open;
use super::writes::RECORD_FORMAT;
use crate::store::{
    Error, Event, EventId, Passed, PassedWhy, Record, Reject, Run, RunId, ShownRequest, Version,
};

/// How many connections are kept for the next reader. More are opened if more threads read at once.
const KEPT_MAX: usize = 4;

// The list is that of the partial index, word for word: otherwise SQLite would not use it.
pub(super) const UNFINISHED_EVENTS: &str =
    "SELECT id FROM events WHERE state IN ('received', 'enriching') ORDER BY n LIMIT ?1";
pub(super) const UNFINISHED_RUNS: &str =
    "SELECT id FROM runs INDEXED BY runs_unfinished WHERE state IN ('ready', 'waiting', 'queued', 'in_doubt')
     AND n > coalesce((SELECT n FROM runs WHERE id = ?1), 0) ORDER BY n LIMIT ?2";

/// Connections for readers.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Readers {
        Readers {
            path: path.to_path_buf(),
            idle: Mutex::default(),
        }
    }

    /// Reads with a connection nobody else uses.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open::reader(&self.path)?,
        };
        let result = read(&connection);
        let mut idle = self.idle();
        if result.is_ok() && idle.len() < KEPT_MAX {
            idle.push(connection);
        }
        result
    }

    /// Lets the idle connections go.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn event(connection: &Connection, id: &EventId) -> Result<Option<Event>, Error> {
    Ok(all(
        connection,
        "SELECT * FROM events WHERE id = ?1",
        [&id.0],
        to_event,
    )?
    .pop())
}

pub(super) fn events(connection: &Connection, limit: usize) -> Result<Vec<Event>, Error> {
    all(
        connection,
        "SELECT * FROM events ORDER BY n DESC LIMIT ?1",
        [rows(limit)],
        to_event,
    )
}

pub(super) fn last_key(connection: &Connection, identity: &str) -> Result<Option<String>, Error> {
    let sql =
        "SELECT key FROM events WHERE identity = ?1 AND key IS NOT NULL ORDER BY key DESC LIMIT 1";
    Ok(all(connection, sql, [identity], |row| Ok(row.get(0)?))?.pop())
}

pub(super) fn unfinished_events(
    connection: &Connection,
    count: usize,
) -> Result<Vec<EventId>, Error> {
    all(connection, UNFINISHED_EVENTS, [limit(count)], |row| {
        Ok(EventId(row.get(0)?))
    })
}

pub(super) fn run(connection: &Connection, id: &RunId) -> Result<Option<Run>, Error> {
    Ok(all(
        connection,
        "SELECT * FROM runs WHERE id = ?1",
        [&id.0],
        to_run,
    )?
    .pop())
}

/// Runs whose id begins or ends with a part of it. The end is looked for in the ids alone, without the rest of the rows.
pub(super) fn runs_named(
    connection: &Connection,
    part: &str,
    limit: usize,
) -> Result<Vec<RunId>, Error> {
    let sql = "SELECT id FROM runs
               WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1
               ORDER BY id DESC LIMIT ?2";
    all(connection, sql, params![part, rows(limit)], |row| {
        Ok(RunId(row.get(0)?))
    })
}

pub(super) fn unfinished_runs(
    connection: &Connection,
    after: Option<&RunId>,
    rows_max: usize,
) -> Result<Vec<RunId>, Error> {
    let after = after.map(|run| &run.0);
    all(
        connection,
        UNFINISHED_RUNS,
        params![after, limit(rows_max)],
        |row| Ok(RunId(row.get(0)?)),
    )
}

pub(super) fn runs_of(connection: &Connection, event: &EventId) -> Result<Vec<Run>, Error> {
    all(
        connection,
        "SELECT * FROM runs WHERE event = ?1 ORDER BY n",
        [&event.0],
        to_run,
    )
}

pub(super) fn passed(connection: &Connection, event: &EventId) -> Result<Vec<Passed>, Error> {
    all(
        connection,
        "SELECT * FROM passed WHERE event = ?1 ORDER BY n",
        [&event.0],
        to_passed,
    )
}

pub(super) fn journal(connection: &Connection, run: &RunId) -> Result<Vec<Record>, Error> {
    all(
        connection,
        "SELECT * FROM journal WHERE run = ?1 ORDER BY seq",
        [&run.0],
        to_record,
    )
}

pub(super) fn rejects(connection: &Connection, limit: usize) -> Result<Vec<Reject>, Error> {
    let sql = "SELECT at, hook, reason, body FROM rejects ORDER BY n DESC LIMIT ?1";
    all(connection, sql, [rows(limit)], |row| {
        Ok(Reject {
            at: get_time(row, "at")?,
            hook: row.get("hook")?,
            reason: row.get("reason")?,
            body: row.get("body")?,
        })
    })
}

pub(super) fn active(connection: &Connection) -> Result<Vec<(String, Version)>, Error> {
    let sql = "SELECT bundle, version FROM active ORDER BY bundle";
    all(connection, sql, [], |row| {
        Ok((row.get(0)?, Version(row.get(1)?)))
    })
}

pub(super) fn sources(connection: &Connection, version: &Version) -> Result<Option<String>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT sources FROM versions WHERE version = ?1")?;
    Ok(statement
        .query_row([&version.0], |row| row.get(0))
        .optional()?)
}

/// All rows of a question.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    to: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    connection
        .prepare_cached(sql)?
        .query_and_then(params, to)?
        .collect()
}

fn to_event(row: &Row<'_>) -> Result<Event, Error> {
    Ok(Event {
        id: EventId(row.get("id")?),
        at: get_time(row, "at")?,
        bundle: row.get("bundle")?,
        account: row.get("account")?,
        connector: row.get("connector")?,
        name: row.get("name")?,
        args: get_pairs(row, "args")?,
        key: row.get("key")?,
        identity: row.get("identity")?,
        headers: get_pairs(row, "headers")?,
        body: row.get("body")?,
        payload: row.get("payload")?,
        enrich: row.get("enrich")?,
        state: meaning(EVENT_STATES, row, "state")?,
        reason: row.get("reason")?,
        repeats: row.get("repeats")?,
        conflicts: row.get("conflicts")?,
    })
}

/// A run from a row of `runs`.
pub(super) fn to_run(row: &Row<'_>) -> Result<Run, Error> {
    Ok(Run {
        id: RunId(row.get("id")?),
        event: EventId(row.get("event")?),
        bundle: row.get("bundle")?,
        rule: row.get("rule")?,
        version: Version(row.get("version")?),
        created_at: get_time(row, "created_at")?,
        state: meaning(RUN_STATES, row, "state")?,
        due: get_time_or_none(row, "due")?,
        reason: row.get("reason")?,
        step: row.get("step")?,
        ended_at: get_time_or_none(row, "ended_at")?,
        once_key: row.get("once_key")?,
        order_key: row.get("order_key")?,
        redrive_of: row.get::<_, Option<String>>("redrive_of")?.map(RunId),
        check_first: row.get("check_first")?,
        origin: row.get("origin")?,
    })
}

fn to_passed(row: &Row<'_>) -> Result<Passed, Error> {
    let why: String = row.get("why")?;
    let detail: String = row.get("detail")?;
    let why = match why.as_str() {
        "filtered" => PassedWhy::Filtered(detail),
        "duplicate" => PassedWhy::Duplicate {
            key: detail,
            first: RunId(row.get("first")?),
        },
        "failed" => PassedWhy::Failed(detail),
        other => return Err(unknown("reason", other)),
    };
    Ok(Passed {
        event: EventId(row.get("event")?),
        bundle: row.get("bundle")?,
        rule: row.get("rule")?,
        why,
    })
}

pub(super) fn to_record(row: &Row<'_>) -> Result<Record, Error> {
    let format: i64 = row.get("format")?;
    if format != RECORD_FORMAT {
        return Err(unknown("record format", &format.to_string()));
    }
    let method: Option<String> = row.get("request_method")?;
    let request = match method {
        Some(method) => Some(ShownRequest {
            method,
            url: row.get("request_url")?,
            body: row.get("request_body")?,
        }),
        None => None,
    };
    Ok(Record {
        run: RunId(row.get("run")?),
        seq: row.get("seq")?,
        at: get_time(row, "at")?,
        kind: meaning(RECORD_KINDS, row, "kind")?,
        step: row.get("step")?,
        iteration: row.get("iteration")?,
        attempt: row.get("attempt")?,
        digest: row.get("digest")?,
        key: row.get("key")?,
        identity: row.get("identity")?,
        action: row.get("action")?,
        request,
        outcome: row.get("outcome")?,
        verdict: row.get("verdict")?,
        status: row.get("status")?,
        answer: row.get("answer")?,
        message: row.get("message")?,
    })
}

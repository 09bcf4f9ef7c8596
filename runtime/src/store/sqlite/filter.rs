//! The search through the history: only what is asked for becomes a condition, so that an index can serve it.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::codec::{RUN_STATES, limit, time, word};
use super::reads::{all, to_run};
use crate::store::{Error, Run, RunFilter};

const HAS_KEY: &str = "(once_key = ?N OR order_key = ?N
    OR EXISTS (SELECT 1 FROM events WHERE events.id = runs.event AND events.key = ?N))";

/// Keys are compared whole, bodies are searched. Bytes are compared, so `%` and capital letters mean themselves.
const MENTIONS: &str = "(once_key = ?N OR order_key = ?N OR EXISTS (
    SELECT 1 FROM events WHERE events.id = runs.event AND (events.key = ?N
        OR instr(events.body, CAST(?N AS BLOB)) > 0 OR instr(events.payload, CAST(?N AS BLOB)) > 0))
    OR EXISTS (SELECT 1 FROM journal WHERE journal.run = runs.id AND (
        instr(journal.request_url, ?N) > 0 OR instr(journal.request_body, CAST(?N AS BLOB)) > 0
        OR instr(journal.answer, CAST(?N AS BLOB)) > 0)))";

/// The first part of an id says whose it is, and those of one hour begin alike: people type the end of it.
const IDS_LIKE: &str = "SELECT id FROM runs WHERE id = ?1 OR substr(id, 1, length(?1)) = ?1
        OR substr(id, 5, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1
    UNION ALL
    SELECT id FROM events WHERE id = ?1 OR substr(id, 1, length(?1)) = ?1
        OR substr(id, 5, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1
    LIMIT ?2";

/// Ids of runs and events that begin or end like this.
pub(super) fn ids_like(
    connection: &Connection,
    part: &str,
    count: usize,
) -> Result<Vec<String>, Error> {
    let values = [Value::Text(part.to_owned()), Value::Integer(limit(count))];
    all(connection, IDS_LIKE, params_from_iter(values), |row| {
        Ok(row.get("id")?)
    })
}

/// Runs by filter, newest first.
pub(super) fn runs(connection: &Connection, filter: &RunFilter) -> Result<Vec<Run>, Error> {
    let (sql, values) = sql(filter)?;
    all(connection, &sql, params_from_iter(values), to_run)
}

/// The question of a filter, and its values.
pub(super) fn sql(filter: &RunFilter) -> Result<(String, Vec<Value>), Error> {
    let mut values: Vec<Value> = Vec::new();
    let mut conditions: Vec<String> = Vec::new();
    let mut states: Vec<String> = Vec::new();
    for state in &filter.states {
        values.push(Value::Text(word(RUN_STATES, state)?.to_string()));
        states.push(format!("?{}", values.len()));
    }
    match &states[..] {
        [] => {}
        [state] => conditions.push(format!("state = {state}")),
        several => conditions.push(format!("state IN ({})", several.join(", "))),
    }
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace("?N", &format!("?{}", values.len())));
    };
    if let Some(bundle) = &filter.bundle {
        add("bundle = ?N", Value::Text(bundle.clone()));
    }
    if let Some(rule) = &filter.rule {
        add("rule = ?N", Value::Text(rule.clone()));
    }
    if let Some(since) = filter.since {
        add("created_at >= ?N", Value::Integer(time(since)));
    }
    if let Some(until) = filter.until {
        add("created_at < ?N", Value::Integer(time(until)));
    }
    if let Some(key) = &filter.key {
        add(HAS_KEY, Value::Text(key.clone()));
    }
    if let Some(text) = filter.text.as_ref().filter(|text| !text.is_empty()) {
        add(MENTIONS, Value::Text(text.clone()));
    }
    add(
        "TRUE ORDER BY created_at DESC, n DESC LIMIT ?N",
        Value::Integer(limit(filter.limit)),
    );
    Ok((
        format!("SELECT * FROM runs WHERE {}", conditions.join(" AND ")),
        values,
    ))
}

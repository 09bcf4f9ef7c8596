//! The search through the history: only what is asked for becomes a condition, so that an index can serve it.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::codec::{RUN_STATES, limit, time, word};
use super::reads::{all, to_run};
use crate::store::{Error, Run, RunFilter};

/// Keys are compared whole, bodies are searched. Bytes are compared, so `%` and capital letters mean themselves.
const MENTIONS: &str = "(once_key = ?N OR order_key = ?N OR EXISTS (
    SELECT 1 FROM events WHERE events.id = runs.event AND (events.key = ?N
        OR instr(events.body, CAST(?N AS BLOB)) > 0 OR instr(events.payload, CAST(?N AS BLOB)) > 0)))";

/// Runs by filter, newest first.
pub(super) fn runs(connection: &Connection, filter: &RunFilter) -> Result<Vec<Run>, Error> {
    let (sql, values) = sql(filter)?;
    all(connection, &sql, params_from_iter(values), to_run)
}

/// The question of a filter, and its values.
pub(super) fn sql(filter: &RunFilter) -> Result<(String, Vec<Value>), Error> {
    let mut values: Vec<Value> = Vec::new();
    let mut conditions: Vec<String> = Vec::new();
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
    if let Some(state) = &filter.state {
        add(
            "state = ?N",
            Value::Text(word(RUN_STATES, state)?.to_string()),
        );
    }
    if let Some(since) = filter.since {
        add("created_at >= ?N", Value::Integer(time(since)));
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

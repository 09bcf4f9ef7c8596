//! The search through the history: only what is asked for becomes a condition, so that an index can serve it.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::codec::{RUN_STATES, limit, time, word};
use super::reads::{all, to_run};
use crate::store::{Error, Run, RunFilter};

/// Keys are compared whole.
const HAS_KEY: &str = "(once_key = ?N OR order_key = ?N OR EXISTS (
    SELECT 1 FROM events WHERE events.id = runs.event AND events.key = ?N))";

/// Bodies are searched. Bytes are compared, so `%` and capital letters mean themselves.
const MENTIONS: &str = "(once_key = ?N OR order_key = ?N
    OR EXISTS (SELECT 1 FROM events WHERE events.id = runs.event AND (events.key = ?N
        OR instr(events.body, CAST(?N AS BLOB)) > 0 OR instr(events.payload, CAST(?N AS BLOB)) > 0))
    OR EXISTS (SELECT 1 FROM journal WHERE journal.run = runs.id
        AND (instr(request_body, CAST(?N AS BLOB)) > 0 OR instr(answer, CAST(?N AS BLOB)) > 0)))";

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
    match filter.states.as_slice() {
        [] => {}
        [state] => add(
            "state = ?N",
            Value::Text(word(RUN_STATES, state)?.to_string()),
        ),
        states => {
            let words = states
                .iter()
                .map(|state| word(RUN_STATES, state))
                .collect::<Result<Vec<_>, Error>>()?;
            // The words are ours; none holds a quote.
            let words = format!("'{}'", words.join("', '"));
            add(&format!("state IN ({words}) AND ?N"), Value::Integer(1));
        }
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

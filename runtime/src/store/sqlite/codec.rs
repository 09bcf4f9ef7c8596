//! Between columns and what the store speaks of: times, states, pairs, and what SQLite's errors mean.

use jiff::Timestamp;
use rusqlite::{ErrorCode, Row};

use crate::store::{EffectState, Error, EventState, RecordKind, RunState};

/// States of events as they are written.
pub(super) const EVENT_STATES: &[(EventState, &str)] = &[
    (EventState::Received, "received"),
    (EventState::Enriching, "enriching"),
    (EventState::Routed, "routed"),
    (EventState::Unrouted, "unrouted"),
    (EventState::Dead, "dead"),
    (EventState::Erased, "erased"),
];

/// States of runs as they are written.
pub(super) const RUN_STATES: &[(RunState, &str)] = &[
    (RunState::Ready, "ready"),
    (RunState::Waiting, "waiting"),
    (RunState::Queued, "queued"),
    (RunState::InDoubt, "in_doubt"),
    (RunState::Done, "done"),
    (RunState::Stopped, "stopped"),
    (RunState::Failed, "failed"),
    (RunState::Dead, "dead"),
    (RunState::Cancelled, "cancelled"),
    (RunState::Expired, "expired"),
    (RunState::Superseded, "superseded"),
    (RunState::Filtered, "filtered"),
];

/// Kinds of records as they are written.
pub(super) const RECORD_KINDS: &[(RecordKind, &str)] = &[
    (RecordKind::Intent, "intent"),
    (RecordKind::Outcome, "outcome"),
    (RecordKind::Decision, "decision"),
    (RecordKind::End, "end"),
];

/// States of effects as they are written.
pub(super) const EFFECT_STATES: &[(EffectState, &str)] = &[
    (EffectState::Claimed, "claimed"),
    (EffectState::Applied, "applied"),
    (EffectState::Absent, "absent"),
    (EffectState::Doubt, "doubt"),
    (EffectState::Skipped, "skipped"),
];

/// How `value` is written.
pub(super) fn word<T: PartialEq>(
    words: &[(T, &'static str)],
    value: &T,
) -> Result<&'static str, Error> {
    let found = words.iter().find(|(known, _)| known == value);
    found
        .map(|(_, word)| *word)
        .ok_or_else(|| Error::Refused("a state has no written form".to_string()))
}

/// What the word in a column means.
pub(super) fn meaning<T: Copy>(
    words: &[(T, &str)],
    row: &Row<'_>,
    column: &str,
) -> Result<T, Error> {
    let word: String = row.get(column)?;
    let found = words.iter().find(|(_, known)| *known == word);
    found
        .map(|(value, _)| *value)
        .ok_or_else(|| unknown(column, &word))
}

/// The error for something a newer program may have written.
pub(super) fn unknown(column: &str, found: &str) -> Error {
    Error::Schema(format!(
        "the store holds the {column} `{found}`, which this version of ondo does not know: update ondo"
    ))
}

/// A moment as a column.
pub(super) fn time(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A moment from a column.
pub(super) fn get_time(row: &Row<'_>, column: &str) -> Result<Timestamp, Error> {
    to_time(row.get(column)?)
}

/// A moment from a column that may be empty.
pub(super) fn get_time_or_none(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, Error> {
    row.get::<_, Option<i64>>(column)?.map(to_time).transpose()
}

fn to_time(microseconds: i64) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(microseconds)
        .map_err(|_| Error::Schema(format!("the store is damaged: {microseconds} is no time")))
}

/// Names and values as a column, in their order.
pub(super) fn pairs(pairs: &[(String, String)]) -> Result<String, Error> {
    serde_json::to_string(pairs).map_err(|error| Error::Refused(error.to_string()))
}

/// Names and values from a column.
pub(super) fn get_pairs(row: &Row<'_>, column: &str) -> Result<Vec<(String, String)>, Error> {
    let json: String = row.get(column)?;
    serde_json::from_str(&json).map_err(|error| {
        Error::Schema(format!(
            "the store is damaged: its {column} cannot be read ({error})"
        ))
    })
}

/// A number of rows as SQLite takes it.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn is_index_full(error: &rusqlite::Error) -> bool {
    let found = error.sqlite_error().map(|error| error.extended_code);
    found == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

impl From<rusqlite::Error> for Error {
    /// What a write must not do is refused and leaves no trace; with everything else the disk is not to be trusted.
    fn from(error: rusqlite::Error) -> Error {
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig) => {
                Error::Refused(error.to_string())
            }
            Some(ErrorCode::DiskFull) => Error::Full,
            // The index of the log could not grow: the same, by another name.
            _ if is_index_full(&error) => Error::Full,
            _ => Error::Io(error.to_string()),
        }
    }
}

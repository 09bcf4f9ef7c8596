//! Rows of a simulated vendor put in place and looked at from outside.
//!
//! ```text
//! POST /_sandbox/rows  { "account": "hall", "set": "updates", "key": "0xb22ce428", "row": { "hash": "0xb22ce428" } }
//! GET  /_sandbox/rows?account=hall&set=updates
//! ```

use jiff::Timestamp;
use ondo_compiler::types::{Type, TypeTable};
use ondo_compiler::value::{Object, Value};
use ondo_compiler::wire;
use serde_json::{Value as Json, json};

use super::super::rows::{Change, Place, value_of};
use super::super::vendor::key_text;
use super::State;
use super::{one_or_several, parsed, text};

/// Keeps a row, or several of one key.
pub(super) fn keep(state: &State, body: &[u8]) -> Result<Json, String> {
    let body = parsed(body)?;
    let (account, set) = (text(&body, "account")?, text(&body, "set")?);
    let identity = state.target(Some(account), None)?.identity.clone();
    let key = value_of(body.get("key").unwrap_or(&Json::Null));
    let place = Place {
        identity,
        set: set.into(),
        key: key_text(&key)?,
    };
    let mut rows = Vec::new();
    for row in one_or_several(&body, "row", "rows")? {
        match value_of(row) {
            Value::Object(row) => rows.push((*row).clone()),
            _ => return Err("a row is an object".to_owned()),
        }
    }
    let count = rows.len();
    let mut memory = state.memory();
    for row in rows {
        let change = Change::Keep(place.clone(), row);
        memory.rows.change(Timestamp::now(), change)?;
    }
    Ok(json!({ "kept": count }))
}

/// The rows of a set, oldest first.
pub(super) fn shown(state: &State, query: &str) -> Result<Json, String> {
    let of = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
            .ok_or_else(|| format!("`{wanted}` is missing in the query"))
    };
    let (account, set) = (of("account")?, of("set")?);
    let identity = state.target(Some(&account), None)?.identity.clone();
    let mut memory = state.memory();
    memory.rows.let_time_pass(Timestamp::now());
    let found = memory
        .rows
        .find(&identity, &set.as_str().into(), None, None);
    Ok(found.into_iter().map(json_of).collect())
}

fn json_of(row: Object) -> Json {
    let written = wire::encode(
        &Type::Json,
        &TypeTable::default(),
        &Value::Object(row.into()),
    );
    let json = written
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    json.unwrap_or(Json::Null)
}

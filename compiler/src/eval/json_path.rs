//! `first(x, path)`, `all(x, path)`, `one(x, path)`: RFC 9535 over JSON.
//!
//! The library compares numbers as floats; the checker refuses numbers in filters, so none is ever compared.

use std::sync::Arc;

use serde_json::Value as Json;

use super::machine::{Machine, Next, wrap_json};
use super::{Failure, limits, to_json};
use crate::ir::{ExprId, Take};
use crate::value::Value;

impl Machine<'_, '_, '_> {
    #[inline(never)]
    pub(super) fn json_path(
        &mut self,
        base: ExprId,
        take: Take,
        path: &str,
    ) -> Result<Next, Failure> {
        let base = self.run(base)?;
        self.weigh(&base)?;
        let document = document(&base)?;
        self.charge(visits(&document, path)? / 8)?;
        Ok(Next::Value(select_in(&document, take, path)?))
    }
}

/// What a path finds in a value. Values with a type are looked at as the JSON they stand for.
///
/// # Errors
/// `json-path` for a path that cannot be read (the checker reads it before); `not-one` when exactly one was wanted;
/// `too-much-work` for a path that would visit too much.
pub fn select(base: &Value, take: Take, path: &str) -> Result<Value, Failure> {
    let document = document(base)?;
    visits(&document, path)?;
    select_in(&document, take, path)
}

fn document(base: &Value) -> Result<Arc<Json>, Failure> {
    match base {
        Value::Json(json) => Ok(json.clone()),
        other => Ok(Arc::new(to_json(other)?)),
    }
}

fn select_in(document: &Json, take: Take, path: &str) -> Result<Value, Failure> {
    let found = jsonpath_rust::JsonPath::query(document, path)
        .map_err(|_| Failure::new("json-path", "the path is no JSONPath of RFC 9535"))?;
    match take {
        // No match and null are null.
        Take::First => Ok(found.first().map_or(Value::Null, |json| wrap_json(json))),
        Take::All => Ok(Value::list(found.into_iter().map(wrap_json).collect())),
        Take::One => match found[..] {
            [json] => Ok(wrap_json(json)),
            _ => Err(Failure::new(
                "not-one",
                format!("the path has {} matches, wanted exactly one", found.len()),
            )),
        },
    }
}

/// How much a path can visit at most, if that is little enough.
fn visits(document: &Json, path: &str) -> Result<u64, Failure> {
    // Each `..` and each query within a filter goes through everything again for every part found before. Signs inside
    // quotes count too: that only makes the estimate larger.
    let nested = path.matches("..").count()
        + path.matches('@').count().saturating_sub(1)
        + path.matches('$').count().saturating_sub(1);
    // A plain query goes once through the document.
    let rounds = u32::try_from(nested).unwrap_or(u32::MAX).max(1);
    parts(document)
        .checked_pow(rounds)
        .filter(|visits| *visits <= limits::PATH_VISITS_MAX)
        .ok_or_else(Failure::too_much_work)
}

fn parts(json: &Json) -> u64 {
    1 + match json {
        Json::Array(items) => items.iter().map(parts).sum(),
        Json::Object(fields) => fields.values().map(parts).sum(),
        _ => 0,
    }
}

//! Which run is meant: people type the end of an id.

use crate::store::{Run, RunId, Store};

/// Shortest part of an id: less would be a guess.
const PART_MIN: usize = 6;

/// So many are named when several are meant.
const NAMED_MAX: usize = 5;

/// The whole id of a run or an event of which this is the whole, the beginning or the end. None: there is no such id.
///
/// # Errors
/// Several ids are like this, or the store cannot be read.
pub(super) fn id(store: &dyn Store, typed: &str) -> Result<Option<String>, String> {
    let has_letter = typed.chars().any(|c| c.is_ascii_alphabetic());
    let is_part = typed.len() >= PART_MIN
        // The number of an order can be the end of some id: it must never be taken for one.
        && has_letter
        && typed
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !is_part {
        return Ok(None);
    }
    let found = store
        .ids_like(typed, NAMED_MAX + 1)
        .map_err(|error| error.to_string())?;
    match &found[..] {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        several if several.iter().any(|id| id == typed) => Ok(Some(typed.to_owned())),
        several => {
            let named: Vec<&str> = several.iter().take(NAMED_MAX).map(String::as_str).collect();
            let more = if several.len() > NAMED_MAX {
                " …"
            } else {
                ""
            };
            Err(format!(
                "several ids are like `{typed}`; write more of one: {}{more}",
                named.join(", ")
            ))
        }
    }
}

/// The run that is meant.
///
/// # Errors
/// There is none, or not only one; a sentence for people.
pub(super) fn run(store: &dyn Store, typed: &str) -> Result<Run, String> {
    let help = "`ondo history` lists runs with their ids";
    let id = id(store, typed)?
        .ok_or_else(|| format!("there is no run whose id is, begins or ends like `{typed}` (at least {PART_MIN} characters, not only digits); {help}"))?;
    if id.starts_with("evt_") {
        return Err(format!("{id} is an event; `ondo show {id}` shows its runs"));
    }
    let run = store
        .run(&RunId(id.clone()))
        .map_err(|error| error.to_string())?;
    run.ok_or_else(|| format!("there is no run {id}; {help}"))
}

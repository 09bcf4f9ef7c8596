//! Which run is meant: people type the end of an id.

use crate::store::{Run, RunId, Store};

/// Shortest part of an id: less would be a guess.
const PART_MIN: usize = 6;

/// So many are named when several are meant.
const NAMED_MAX: usize = 5;

/// The whole id of a run of which this is the whole, the beginning or the end. None: there is no such run.
///
/// # Errors
/// Several ids are like this, or the store cannot be read.
pub(super) fn id(store: &dyn Store, typed: &str) -> Result<Option<RunId>, String> {
    let has_letter = typed.chars().any(|c| c.is_ascii_alphabetic());
    // The number of an order can be the end of some id: it must never be taken for one.
    if typed.len() < PART_MIN || !has_letter {
        return Ok(None);
    }
    let found = store
        .runs_named(typed, NAMED_MAX + 1)
        .map_err(|error| error.to_string())?;
    match &found[..] {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        several => {
            if let Some(whole) = several.iter().find(|id| id.0 == typed) {
                return Ok(Some(whole.clone()));
            }
            let named: Vec<&str> = several
                .iter()
                .take(NAMED_MAX)
                .map(|id| id.0.as_str())
                .collect();
            let more = if several.len() > NAMED_MAX {
                " …"
            } else {
                ""
            };
            Err(format!(
                "several runs are like `{typed}`; write more of one: {}{more}",
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
    if typed.starts_with("evt_") {
        return Err(format!(
            "{typed} is an event; `ondo show {typed}` shows its runs"
        ));
    }
    let help = "`ondo history` lists runs with their ids";
    let id = id(store, typed)?.ok_or_else(|| {
        format!("there is no run whose id is, begins or ends like `{typed}` (at least {PART_MIN} characters, not only digits); {help}")
    })?;
    let run = store.run(&id).map_err(|error| error.to_string())?;
    run.ok_or_else(|| format!("there is no run {id}; {help}"))
}

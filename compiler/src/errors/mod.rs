//! The wording of every finding: one function each, and nowhere else.
//!
//! [`ALL`] lists the codes. Each has a page in `docs/errors/` and cases in `tests/ui/`.

pub(crate) mod calls;
pub(crate) mod composite;
pub(crate) mod conditions;
pub(crate) mod csv;
pub(crate) mod data;
pub(crate) mod decls;
pub(crate) mod effects;
pub(crate) mod foreign;
pub(crate) mod lints;
pub(crate) mod names;
pub(crate) mod nearest;
pub use nearest::nearest_name;
pub(crate) mod nulls;
pub(crate) mod objects;
mod registry;
pub(crate) mod rules;
pub(crate) mod silence;
pub(crate) mod syntax;
pub(crate) mod types;

pub use registry::{ALL, ErrorInfo, find};
pub use syntax::from_grammar;

use crate::diagnostic::Diagnostic;
use nearest::Near;

/// Adds the name that was probably meant.
fn suggest(finding: Diagnostic, written: &str, near: Option<Near>) -> Diagnostic {
    let _ = written;
    let Some(near) = near else { return finding };
    match near.look_alike {
        Some((written, wanted)) => {
            let why = names::look_alike(written, wanted);
            finding.help(format!("{}: {why}", near.name)).fix(near.name)
        }
        None => finding.help(near.name.clone()).fix(near.name),
    }
}

/// `a`, `a and b`, `a, b and c`; long lists are cut.
fn a_list(items: impl IntoIterator<Item = impl Into<String>>) -> String {
    const SHOWN_MAX: usize = 12;
    let mut items: Vec<String> = items.into_iter().map(Into::into).collect();
    if items.len() > SHOWN_MAX {
        let more = items.len() - SHOWN_MAX;
        items.truncate(SHOWN_MAX);
        items.push(format!("{more} more"));
    }
    match items.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

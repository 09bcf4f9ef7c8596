//! Comments that silence a warning.

use super::registry::{ALL, find};
use super::{nearest, suggest};
use crate::diagnostic::Diagnostic;
use crate::source::Place;

pub(crate) fn form(at: Place) -> Diagnostic {
    Diagnostic::warning(
        "allow-comment",
        at,
        "behind `ondo:` in a comment stands what is allowed, and why",
        "",
    )
    .help("// ondo: allow CODE because REASON")
}

pub(crate) fn without_reason(at: Place, code: &str) -> Diagnostic {
    Diagnostic::warning(
        "allow-comment",
        at,
        format!("nothing says why `{code}` is allowed here, so it is not"),
        "no reason",
    )
    .help(format!("// ondo: allow {code} because …"))
}

pub(crate) fn unknown_code(at: Place, code: &str) -> Diagnostic {
    let finding = Diagnostic::warning(
        "allow-comment",
        at,
        format!("there is no finding `{code}`, so nothing is allowed"),
        "",
    );
    let near = nearest::nearest(code, ALL.iter().map(|info| info.code));
    suggest(finding, code, near)
}

pub(crate) fn error(at: Place, code: &str, found: Place) -> Diagnostic {
    debug_assert!(find(code).is_some(), "unknown codes were reported");
    Diagnostic::warning(
        "allow-comment",
        at,
        format!("`{code}` is an error here; errors cannot be allowed, because a bundle with one does not run"),
        "allows nothing",
    )
    .also(found, "the error")
}

pub(crate) fn unused(at: Place, code: &str) -> Diagnostic {
    Diagnostic::warning(
        "unused-allow",
        at,
        format!("`{code}` is not found here, so there is nothing to allow"),
        "allows nothing",
    )
    .help("leave the comment out")
}

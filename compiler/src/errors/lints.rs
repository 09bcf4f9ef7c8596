//! What is allowed but deserves a look.

use crate::diagnostic::Diagnostic;
use crate::source::Place;

pub(crate) fn unused(at: Place, word: &str, name: &str) -> Diagnostic {
    Diagnostic::warning("unused", at, format!("{word} `{name}` is never used"), "")
}

pub(crate) fn unused_consent(at: Place, target: &str) -> Diagnostic {
    Diagnostic::warning(
        "unused",
        at,
        format!("no rule calls `{target}`, so nothing personal is sent there"),
        "",
    )
}

pub(crate) fn shadows(at: Place, name: &str, word: &str, hidden: Option<Place>) -> Diagnostic {
    let finding = Diagnostic::warning(
        "shadows",
        at,
        format!("`{name}` hides the {word} of the same name"),
        "",
    );
    match hidden {
        Some(place) => finding.also(place, "hidden from here on"),
        None => finding,
    }
}

pub(crate) fn dollar_hole(at: Place, value: &str) -> Diagnostic {
    Diagnostic::warning(
        "dollar-hole",
        at,
        "braces alone put a value into a text, so this `$` is sent with it",
        "part of the text",
    )
    .help(format!(
        "{{{value}}}, or \\u{{24}}{{{value}}} if a dollar is meant"
    ))
}

pub(crate) fn needless_default(at: Place, text: &str) -> Diagnostic {
    Diagnostic::warning(
        "needless-default",
        at,
        format!("`{text}` is always there, so `??` never does anything"),
        "",
    )
    .help(text)
}

pub(crate) fn needless_skip(at: Place, text: &str) -> Diagnostic {
    Diagnostic::warning(
        "needless-default",
        at,
        format!("`{text}` is always there, so a plain dot is enough"),
        "never absent",
    )
}

pub(crate) fn needless_catch(at: Place, text: &str) -> Diagnostic {
    Diagnostic::warning(
        "needless-catch",
        at,
        format!("`{text}` cannot fail, so `catch` never does anything"),
        "",
    )
    .help(text)
}

pub(crate) fn needless_null_check(at: Place, text: &str, equal: bool) -> Diagnostic {
    let always = if equal { "false" } else { "true" };
    Diagnostic::warning(
        "needless-null-check",
        at,
        format!("`{text}` is always there, so this is always {always}"),
        "",
    )
}

pub(crate) fn unreachable(at: Place, before: Place) -> Diagnostic {
    Diagnostic::warning("unreachable", at, "this step is never reached", "")
        .also(before, "ends the run")
}

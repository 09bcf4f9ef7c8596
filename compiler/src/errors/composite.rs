//! Actions that are made of steps: their definitions, and what cannot follow their calls.

use super::a_list;
use crate::diagnostic::Diagnostic;
use crate::source::Place;

pub(crate) fn clause(at: Place, word: &str, title: &str) -> Diagnostic {
    Diagnostic::error(
        "made-of-steps",
        at,
        format!("`{word}` is about one call, but `{title}` is made of several"),
        "",
    )
    .help("leave it out: each call in it is repeated as far as it may be")
}

pub(crate) fn goes_on(at: Place, outcome: &str, title: &str) -> Diagnostic {
    Diagnostic::error(
        "made-of-steps",
        at,
        format!(
            "behind `on {outcome}` of `{title}` the run has to end: nothing can go on in the middle of its steps"
        ),
        "goes on",
    )
    .help("end the block with `stop` or `fail`")
}

pub(crate) fn in_test(at: Place, word: &str, title: &str, called: &[&str]) -> Diagnostic {
    let account = title.split('.').next().unwrap_or(title);
    let finding = Diagnostic::error(
        "made-of-steps",
        at,
        format!("`{word}` speaks of calls of the vendor, but `{title}` is made of several"),
        "",
    );
    match called {
        [] => finding,
        names => {
            let names = names.iter().map(|name| format!("{account}.{name}"));
            finding.help(format!("{word} {}", a_list(names)))
        }
    }
}

pub(crate) fn stop(at: Place) -> Diagnostic {
    definition(
        at,
        "`stop` ends a run, which is up to the rule, not to an action",
    )
    .help("fail \"why\", or return a value that says so")
}

pub(crate) fn foreign(at: Place, text: &str, connector: &str) -> Diagnostic {
    definition(
        at,
        format!(
            "the steps of an action call only actions of `{connector}`, and by their names alone; not `{text}`"
        ),
    )
}

pub(crate) fn no_value(at: Place, name: &str) -> Diagnostic {
    definition(
        at,
        format!("`{name}` promises a value, but its steps return none"),
    )
    .help("end the steps with: return …")
}

pub(crate) fn untyped_value(at: Place, name: &str) -> Diagnostic {
    definition(
        at,
        format!("the steps of `{name}` return a value, but its type is not written"),
    )
    .help(format!("action {name}(…) -> {{ … }} {{"))
}

pub(crate) fn after_return(at: Place) -> Diagnostic {
    definition(
        at,
        "`return` is the last of the steps, and nothing is done behind it",
    )
}

pub(crate) fn also_sends(at: Place, name: &str, what: &str) -> Diagnostic {
    definition(
        at,
        format!(
            "`{name}` is made of steps, so it has no {what} of its own; the actions that it calls have"
        ),
    )
}

pub(crate) fn not_a_read(at: Place, name: &str) -> Diagnostic {
    definition(
        at,
        format!("`{name}` is made of steps and cannot be the read that is wanted here"),
    )
}

pub(crate) fn too_many(at: Place, title: &str, most: usize) -> Diagnostic {
    definition(
        at,
        format!("`{title}` comes to more than {most} actions made of steps in one rule"),
    )
}

fn definition(at: Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("definition", at, message, "")
}

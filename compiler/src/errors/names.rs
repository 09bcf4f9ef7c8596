//! Names that mean nothing, or too much.

use super::nearest::{Near, alphabet};
use super::{a_list, suggest};
use crate::builtins;
use crate::diagnostic::Diagnostic;
use crate::source::Place;
use crate::types::Name;

pub(crate) fn unknown(
    at: Place,
    name: &str,
    event: Option<&str>,
    near: Option<Near>,
    of_event: Option<&str>,
) -> Diagnostic {
    let message = match event {
        Some(event) => format!(
            "there is no `{name}`: `{event}` has no such field, and nothing of that name is declared"
        ),
        None => format!("there is no `{name}`"),
    };
    let finding = Diagnostic::error("unknown-name", at, message, "not known here");
    match of_event {
        Some(field) => finding.help(field).fix(field),
        None if near.is_none() => {
            finding.help(called(name).unwrap_or_else(|| format!("\"{name}\", if it is a text")))
        }
        None => suggest(finding, name, near),
    }
}

/// A built-in function of this name, with the brackets that were left out.
fn called(name: &str) -> Option<String> {
    let takes_nothing = builtins::SPECIAL
        .iter()
        .find(|special| special.name == name)
        .map(|special| special.signature.starts_with("()"));
    match takes_nothing {
        Some(true) => Some(format!("{name}()")),
        None if builtins::find(name).is_none() => None,
        _ => Some(format!("{name}(…), if the function is meant")),
    }
}

/// `order.status` where the rule does not say `as order`.
pub(crate) fn event_without_alias(at: Place, name: &str, event: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-name",
        at,
        format!("the event has no name here: its fields are written alone, or it is called `{name}` with `as`"),
        "not known here",
    )
    .help(format!("on {event} as {name}"))
}

pub(crate) fn unknown_member(
    at: Place,
    name: &str,
    library: &str,
    near: Option<Near>,
) -> Diagnostic {
    let message = format!("`{library}` declares no `{name}`");
    suggest(
        Diagnostic::error("unknown-name", at, message, ""),
        name,
        near,
    )
}

pub(crate) fn ambiguous(
    at: Place,
    name: &str,
    word: &str,
    declared: Place,
    event: &str,
) -> Diagnostic {
    Diagnostic::error(
        "ambiguous-name",
        at,
        format!("`{name}` is a {word} of the bundle and a field of `{event}`"),
        "which one is meant?",
    )
    .also(declared, format!("the {word}"))
    .help(format!("event.{name}, or give the {word} another name"))
}

pub(crate) fn declared_twice(at: Place, word: &str, name: &str, first: Place) -> Diagnostic {
    Diagnostic::error(
        "declared-twice",
        at,
        format!("{word} `{name}` has the name of another declaration"),
        "again here",
    )
    .also(first, "first here")
    .help(format!("give the {word} another name"))
}

pub(crate) fn hides_builtin(at: Place, name: &str) -> Diagnostic {
    Diagnostic::warning(
        "shadows",
        at,
        format!("`{name}` is also a built-in function, which is hidden by this one"),
        "",
    )
    .help("give the function another name")
}

pub(crate) fn not_a_value(at: Place, name: &str, word: &str) -> Diagnostic {
    let help = match word {
        "function" => format!("{name}(…)"),
        "library" => format!("{name}.…"),
        _ => "use a value here".to_owned(),
    };
    Diagnostic::error(
        "not-a-value",
        at,
        format!("`{name}` is a {word}, not a value"),
        "",
    )
    .help(help)
}

pub(crate) fn table_without_key(at: Place, name: &str) -> Diagnostic {
    Diagnostic::error(
        "not-a-value",
        at,
        format!("`{name}` is a table; a value of it is looked up with a key"),
        "",
    )
    .help(format!("{name}[…]"))
}

pub(crate) fn which_account(at: Place, connector: &str, accounts: &[Name]) -> Diagnostic {
    Diagnostic::error(
        "which-account",
        at,
        format!(
            "`{connector}` has {} accounts here; which one is meant?",
            accounts.len()
        ),
        "",
    )
    .help(
        accounts
            .iter()
            .map(|name| &**name)
            .collect::<Vec<_>>()
            .join(" or "),
    )
}

pub(crate) fn unknown_connector(
    at: Place,
    name: &str,
    near: Option<Near>,
    known: &[&str],
) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-connector",
        at,
        format!("there is no account or connector `{name}`"),
        "",
    );
    match near {
        Some(near) => suggest(finding, name, Some(near)),
        None => finding.help(format!("there are {}", a_list(known.iter().copied()))),
    }
}

pub(crate) fn not_in_rules(at: Place, name: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-connector",
        at,
        format!("no rule of this bundle uses `{name}`, so no test can speak of it"),
        "",
    )
}

pub(crate) fn event_without_dot(at: Place, title: &str, suggestion: Option<&str>) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-event",
        at,
        format!("`{title}` is no event: an event has the account before a dot"),
        "whose?",
    );
    match suggestion {
        Some(suggestion) => finding.help(suggestion).fix(suggestion),
        None => finding.help("on account.event"),
    }
}

pub(crate) fn unknown_event(
    at: Place,
    name: &str,
    connector: &str,
    near: Option<Near>,
    known: &[&str],
    is_action: bool,
) -> Diagnostic {
    let message = if is_action {
        format!("`{name}` is an action of {connector}, not an event")
    } else {
        format!("{connector} has no event `{name}`")
    };
    let finding = Diagnostic::error("unknown-event", at, message, "");
    match near {
        Some(near) => suggest(finding, name, Some(near)),
        None if known.is_empty() => finding.help(format!("{connector} sends no events")),
        None => finding.help(format!("its events are {}", a_list(known.iter().copied()))),
    }
}

pub(crate) fn unknown_action(
    at: Place,
    name: &str,
    connector: &str,
    near: Option<Near>,
    known: &[&str],
    is_event: bool,
) -> Diagnostic {
    let message = if is_event {
        format!("`{name}` is an event of {connector}, not an action")
    } else {
        format!("{connector} has no action `{name}`")
    };
    let finding = Diagnostic::error("unknown-action", at, message, "");
    match near {
        Some(near) => suggest(finding, name, Some(near)),
        None if known.is_empty() => finding.help(format!("{connector} has no actions")),
        None => finding.help(format!("its actions are {}", a_list(known.iter().copied()))),
    }
}

pub(crate) fn unknown_outcome(
    at: Place,
    name: &str,
    action: &str,
    near: Option<Near>,
    known: &[Name],
) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-outcome",
        at,
        format!("`{action}` has no outcome `{name}`"),
        "",
    );
    match near {
        Some(near) => suggest(finding, name, Some(near)),
        None => {
            let known = a_list(known.iter().map(|name| &**name));
            finding.help(format!("it answers with {known}"))
        }
    }
}

/// What to say of letters that look alike.
pub(super) fn look_alike(written: char, wanted: char) -> String {
    format!(
        "the letter `{written}` here is {}{}, in the name it is {}",
        alphabet(written),
        code(written),
        format_args!("{}{}", alphabet(wanted), code(wanted)),
    )
}

fn code(letter: char) -> String {
    format!("U+{:04X}", u32::from(letter))
}

pub(crate) fn engine_connector(at: Place) -> Diagnostic {
    Diagnostic::error(
        "engine-name",
        at,
        "`ondo` is the engine itself, so no connector of a bundle can be called so",
        "",
    )
    .help("give the connector and its file another name")
}

pub(crate) fn engine_account_name(at: Place) -> Diagnostic {
    Diagnostic::error(
        "engine-name",
        at,
        "`ondo` is the engine itself, so no account can be called so",
        "",
    )
    .help("give the account another name")
}

pub(crate) fn engine_account(at: Place) -> Diagnostic {
    Diagnostic::error(
        "engine-name",
        at,
        "the engine's own events need no account",
        "",
    )
    .help("leave the line out, and write: on ondo.failed as f do …")
}

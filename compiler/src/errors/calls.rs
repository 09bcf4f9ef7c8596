//! Calls of functions and actions.

use super::nearest::Near;
use super::{a_list, foreign, suggest};
use crate::builtins::Builtin;
use crate::diagnostic::Diagnostic;
use crate::source::Place;

pub(crate) fn unknown_function(at: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-function",
        at,
        format!("there is no function `{name}`"),
        "",
    );
    match foreign::instead(name) {
        Some(ours) => finding.help(ours),
        None => suggest(finding, name, near),
    }
}

/// `Math.round(x)`
pub(crate) fn foreign_member(at: Place, object: &str, name: &str, ours: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-function",
        at,
        format!("there is no function `{object}.{name}`"),
        "",
    )
    .help(ours)
}

/// How a built-in function is called: what it takes, and an example.
pub(crate) fn usage(builtin: &Builtin) -> String {
    let (example, _) = builtin.examples.first().copied().unwrap_or_default();
    format!("{}{}, as in {example}", builtin.name, builtin.signature)
}

pub(crate) fn wants_loop(at: Place, builtin: &Builtin, text: &str, found: &str) -> Diagnostic {
    let name = builtin.name;
    let of = match name {
        "sort_by" | "min_by" | "max_by" => "price",
        "group_by" => "article",
        _ => "id",
    };
    let short = text.len() <= 40 && !text.contains('\n');
    let list = if short { text } else { "xs" };
    Diagnostic::error(
        "type-mismatch",
        at,
        format!("`{name}` takes a loop that says a key of each element, but this is {found}"),
        found,
    )
    .help(format!("{name}(x.{of} for x in {list})"))
}

/// The larger of two is asked for as if `max` took them one by one.
fn of_two(name: &str) -> Option<&'static str> {
    match name {
        "max" => Some("greatest(a, b) of two values, max([a, b, c]) of a list"),
        "min" => Some("least(a, b) of two values, min([a, b, c]) of a list"),
        "sum" => Some("a + b of two values, sum([a, b, c]) of a list"),
        _ => None,
    }
}

pub(crate) fn not_a_function(at: Place, name: &str, word: &str) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-function",
        at,
        format!("`{name}` is a {word} and cannot be called"),
        "",
    );
    match word {
        "table" => finding.help(format!("{name}[…]")),
        _ => finding,
    }
}

pub(crate) fn not_callable(at: Place, text: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-function",
        at,
        format!("`{text}` is a value and cannot be called"),
        "",
    )
}

pub(crate) fn argument_count(at: Place, name: &str, takes: usize, given: usize) -> Diagnostic {
    let word = if takes == 1 { "argument" } else { "arguments" };
    let verb = if given == 1 { "is" } else { "are" };
    Diagnostic::error(
        "wrong-arguments",
        at,
        format!("`{name}` takes {takes} {word}, but {given} {verb} given"),
        "",
    )
}

pub(crate) fn missing_argument_of(at: Place, builtin: &Builtin, param: &str) -> Diagnostic {
    Diagnostic::error(
        "missing-argument",
        at,
        format!("`{}` needs the argument `{param}`", builtin.name),
        "",
    )
    .help(usage(builtin))
}

pub(crate) fn unknown_region(at: Place, code: &str, function: &str) -> Diagnostic {
    Diagnostic::error(
        "enum-value",
        at,
        format!("`{function}` knows no region \"{code}\"; regions have two capital letters"),
        "",
    )
    .help("\"RU\", \"KZ\", \"BY\", \"UZ\", …")
}

pub(crate) fn bad_date_pattern(at: Place, flaw: &str) -> Diagnostic {
    Diagnostic::error(
        "bad-pattern",
        at,
        format!("the pattern of a date or time {flaw}"),
        "",
    )
    .help("\"%d.%m.%Y %H:%M\": day, month, year, hour, minute; %S is the second")
}

/// Adds how a built-in function is called, unless something better is said already.
pub(crate) fn with_usage(finding: Diagnostic, builtin: Option<&Builtin>) -> Diagnostic {
    match (&finding.help, builtin) {
        (Some(_), _) | (_, None) => finding,
        (None, Some(builtin)) => match of_two(builtin.name) {
            Some(help) if finding.code == "wrong-arguments" => finding.help(help),
            _ => finding.help(usage(builtin)),
        },
    }
}

pub(crate) fn unnamed_argument(at: Place, text: &str, action: &str, names: &[&str]) -> Diagnostic {
    let finding = Diagnostic::error(
        "unnamed-argument",
        at,
        format!("arguments of `{action}` have names"),
        "which one is this?",
    );
    let last = text.rsplit('.').next().unwrap_or(text);
    match names {
        [only] => finding.help(format!("{only}: {text}")),
        names if names.contains(&last) => finding.help(format!("{last}: {text}")),
        names => finding.help(format!("one of {}", a_list(names.iter().copied()))),
    }
}

pub(crate) fn action_in_expression(at: Place, callee: &str, action: &str) -> Diagnostic {
    Diagnostic::error(
        "action-in-expression",
        at,
        format!(
            "`{callee}` does something outside, so it is a step and cannot stand inside a value"
        ),
        "",
    )
    .help(format!("before this step: let {action} = {callee}(…)"))
}

pub(crate) fn recursion(at: Place, name: &str, declared: Place) -> Diagnostic {
    Diagnostic::error(
        "recursion",
        at,
        format!("`{name}` needs itself to be computed"),
        "it comes back to itself here",
    )
    .also(declared, "declared here")
}

pub(crate) fn json_path_alone(at: Place) -> Diagnostic {
    Diagnostic::error(
        "json-path",
        at,
        "a path in backticks is the last argument of `first`, `all` or `one`",
        "",
    )
    .help("first(x, `$.a.b`)")
}

pub(crate) fn bad_json_path(at: Place, reason: &str) -> Diagnostic {
    let reason = reason.lines().next_back().unwrap_or_default();
    let reason = reason.trim().trim_start_matches("= ");
    Diagnostic::error(
        "json-path",
        at,
        format!("the path cannot be read: {reason}"),
        "",
    )
    .help("paths are written as RFC 9535 says: `$.items[0].price`")
}

pub(crate) fn json_path_number(at: Place) -> Diagnostic {
    Diagnostic::error(
        "jsonpath-number",
        at,
        "numbers in a filter would lose digits when they are compared",
        "",
    )
    .help("[x for x in xs if x.price > 100]")
}

pub(crate) fn too_new(
    at: Place,
    what: &str,
    needs: &str,
    (account, has, declared): (&str, &str, Place),
) -> Diagnostic {
    Diagnostic::error(
        "too-new",
        at,
        format!("{what} is known since version {needs}, but `{account}` has {has}"),
        "",
    )
    .also(declared, format!("version {has}"))
}

/// Beside a finding that an action must not be repeated, although it has a key. `key`: the field and the first version
/// that knows it; `account`: its name, its version, where it is declared.
pub(crate) fn key_too_new(
    finding: Diagnostic,
    (field, needed): (&str, &str),
    (account, version, place): (&str, &str, Place),
) -> Diagnostic {
    finding.also(
        place,
        format!(
            "`{field}`, which would make it safe, is known since {needed}; `{account}` has {version}"
        ),
    )
}

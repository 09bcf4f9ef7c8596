//! Calls of functions and actions.

use super::nearest::Near;
use super::{a_list, suggest};
use crate::diagnostic::Diagnostic;
use crate::source::Place;

/// What functions of other languages are called here.
const FOREIGN: [(&[&str], &str); 19] = [
    (&["map", "forEach", "select"], "[f(x) for x in xs]"),
    (&["filter", "where"], "[x for x in xs if c]"),
    (&["find"], "first(x for x in xs if c)"),
    (&["some", "exists"], "any(c for x in xs)"),
    (&["every"], "all(c for x in xs)"),
    (&["reduce", "fold"], "sum(x for x in xs)"),
    (&["len", "size"], "count(xs), or length(text)"),
    (&["toString", "str", "to_string"], "string(x)"),
    (&["parseInt", "toInt", "Number"], "int(text)"),
    (&["parseFloat", "float", "toFloat"], "decimal(text)"),
    (&["toUpperCase"], "upper(text)"),
    (&["toLowerCase"], "lower(text)"),
    (&["includes", "indexOf"], "contains(text, part), or x in xs"),
    (&["substring", "substr"], "slice(text, from, to)"),
    (&["concat"], "\"{a}{b}\""),
    (&["coalesce", "ifnull", "nvl"], "a ?? b"),
    (&["isEmpty", "is_empty"], "count(xs) == 0, or text == \"\""),
    (&["avg", "average", "mean"], "round(sum(xs) / count(xs), 2)"),
    (&["today"], "date(now())"),
];

pub(crate) fn unknown_function(at: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-function",
        at,
        format!("there is no function `{name}`"),
        "",
    );
    let foreign = FOREIGN.iter().find(|(names, _)| names.contains(&name));
    match foreign {
        Some((_, ours)) => finding.help(*ours),
        None => suggest(finding, name, near),
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
    Diagnostic::error(
        "wrong-arguments",
        at,
        format!("`{name}` takes {takes} {word}, but {given} are given"),
        "",
    )
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

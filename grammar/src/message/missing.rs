//! What is missing, and what is left over.

use super::error;
use crate::SyntaxError;
use crate::ast::Span;

/// `f(a: 1 b: 2)`
pub(crate) fn missing_comma(next: Span) -> SyntaxError {
    error("missing-comma", next, "a comma is missing before this").help(",")
}

/// `rule x on …`
pub(crate) fn missing_colon(next: Span) -> SyntaxError {
    error(
        "missing-colon",
        next,
        "expected `:` between the rule's name and what starts it",
    )
    .help("rule name: on …")
}

/// `on a.b { … }`
pub(crate) fn missing_do(next: Span) -> SyntaxError {
    error(
        "missing-do",
        next,
        "expected `do` before the steps of the rule",
    )
    .label("the steps begin here")
    .help("do")
}

/// An opener without closer.
pub(crate) fn unclosed(open: Span, opener: &str, at: Span, why: &str) -> SyntaxError {
    let closer = match opener {
        "(" => ")",
        "[" => "]",
        _ => "}",
    };
    error(
        "unclosed",
        open,
        format!("`{opener}` is never closed: `{closer}` is missing"),
    )
    .label("opened here")
    .related(at, why)
    .help(closer)
}

/// `/* …` and the end of the file.
pub(crate) fn open_comment(at: Span) -> SyntaxError {
    let start = Span {
        start: at.start,
        end: at.start + 2,
    };
    error(
        "unclosed",
        start,
        "the comment is never closed: `*/` is missing",
    )
    .label("opened here")
    .help("*/")
}

/// `)` or `;` where nothing wants it.
pub(crate) fn stray(at: Span, sign: &str, place: &str) -> SyntaxError {
    match sign {
        ";" => error(
            "semicolon",
            at,
            "steps and declarations need no `;` at their end",
        ),
        "," => error(
            "statement-comma",
            at,
            format!("no comma is needed after {place}"),
        ),
        _ => error("unopened", at, format!("this `{sign}` closes nothing")),
    }
}

/// A word that holds a construct together.
pub(crate) fn missing_word(
    code: &'static str,
    next: Span,
    sentence: &str,
    help: &str,
) -> SyntaxError {
    error(code, next, sentence).help(help)
}

/// `{ phone "1" }`
pub(crate) fn missing_colon_after(next: Span, name: &str) -> SyntaxError {
    error(
        "missing-colon",
        next,
        format!("expected `:` after `{name}`"),
    )
    .help(format!("{name}:"))
}

/// What was found and what was wanted, at most three alternatives.
pub(crate) fn expected(at: Span, found: &str, wanted: &[String]) -> SyntaxError {
    let found = match found {
        "" => "the end of the file".to_owned(),
        "\n" => "the end of the line".to_owned(),
        _ => format!("`{found}`"),
    };
    match wanted {
        [] => error("expected", at, format!("{found} cannot stand here")),
        [one] => error("expected", at, format!("expected {one}, found {found}")),
        [one, two] => error(
            "expected",
            at,
            format!("expected {one} or {two}, found {found}"),
        ),
        [one, two, three, ..] => error(
            "expected",
            at,
            format!("expected {one}, {two} or {three}, found {found}"),
        ),
    }
}

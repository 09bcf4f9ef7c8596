//! Sentences about definitions of connectors.

use super::{SyntaxError, error};
use crate::ast::Span;

/// `reqest POST "/"`
pub(crate) fn no_part(at: Span, word: &str, nearest: Option<&str>) -> SyntaxError {
    let found = error(
        "expected",
        at,
        format!("expected a part of the definition, found `{word}`"),
    );
    match nearest {
        Some(nearest) => found.help(nearest),
        None => found,
    }
}

/// `effect read` in an event
pub(crate) fn misplaced_part(at: Span, word: &str, owner: &str) -> SyntaxError {
    error(
        "expected",
        at,
        format!("`{word}` has no place here: it is a part of {owner}"),
    )
}

/// `jsn { … }`
pub(crate) fn no_section(at: Span, word: &str, nearest: &str) -> SyntaxError {
    error(
        "expected",
        at,
        format!("expected a part of the message, found `{word}`"),
    )
    .help(nearest)
}

/// `answer ok status 200`
pub(crate) fn missing_verdict(at: Span, name: &str) -> SyntaxError {
    error(
        "expected",
        at,
        format!("`answer {name}` does not say whether it happened"),
    )
    .help(format!(
        "answer {name} applied …, or refused, not_sent, pending, unknown"
    ))
}

/// `status 2xx`
pub(crate) fn no_status(at: Span) -> SyntaxError {
    error("expected", at, "a status has three digits").help("status 200, 500..599")
}

/// `code 3007`
pub(crate) fn number_for_text(at: Span, number: &str) -> SyntaxError {
    error(
        "expected",
        at,
        format!("expected a text in quotes, found `{number}`"),
    )
    .help(format!("\"{number}\""))
}

/// `a?: int`
pub(crate) fn optional_name(at: Span, name: &str) -> SyntaxError {
    error(
        "expected",
        at,
        "`?` stands behind the type, not behind the name",
    )
    .help(format!("{name}: string?"))
}

/// `a: string persnal`
pub(crate) fn no_attribute(at: Span, word: &str, nearest: &str) -> SyntaxError {
    error(
        "expected",
        at,
        format!("nothing is said of a field with `{word}`"),
    )
    .help(nearest)
}

/// `a: "Caption" int`
pub(crate) fn caption_before_type(at: Span, ty: &str) -> SyntaxError {
    error("expected", at, "the caption stands behind the type").help(format!("{ty} \"…\""))
}

/// `a: int Caption`
pub(crate) fn caption_without_quotes(at: Span, word: &str) -> SyntaxError {
    error(
        "expected",
        at,
        format!("expected a text in quotes, found `{word}`"),
    )
    .help(format!("\"{word} …\""))
}

//! Operators and signs that other languages have.

use super::error;
use crate::SyntaxError;
use crate::ast::{Name, Span};
use crate::cst::{Node, Rule};

/// The explanation of an operator that another language has. None for our own.
pub(crate) fn operator_slip(sign: &Node<'_>) -> Option<SyntaxError> {
    let at = sign.span;
    Some(match sign.rule {
        Rule::slip_equals => error(
            "single-equals",
            at,
            "`=` sets a value; to compare, write `==`",
        )
        .label("compares nothing")
        .help("=="),
        Rule::slip_eq3 => error(
            "triple-equals",
            at,
            "two equals signs are enough to compare",
        )
        .label("one `=` too many")
        .help("=="),
        Rule::slip_ne3 => error("triple-equals", at, "`!=` is enough to compare")
            .label("one `=` too many")
            .help("!="),
        Rule::slip_ltgt => {
            error("symbol-not-equal", at, "\"is not equal\" is written `!=`").help("!=")
        }
        Rule::slip_and => error(
            "symbol-and",
            at,
            "conditions are joined with the word `and`",
        )
        .help("and"),
        Rule::slip_or => error(
            "symbol-and",
            at,
            "alternatives are joined with the word `or`",
        )
        .help("or"),
        Rule::slip_upper => {
            let word = sign.text.to_lowercase();
            error(
                "keyword-case",
                at,
                format!("`{word}` is written in small letters"),
            )
            .help(word)
        }
        Rule::slip_mod => error(
            "symbol-modulo",
            at,
            "`%` makes a percentage; the rest of a division is `mod`",
        )
        .label("no operator")
        .help("mod(a, b)"),
        Rule::slip_is => error("word-is", at, "to compare, write `==`")
            .label("`is` compares nothing")
            .help("=="),
        Rule::slip_is_not => error("word-is", at, "to compare, write `!=`")
            .label("`is not` compares nothing")
            .help("!="),
        _ => return None,
    })
}

/// `phone || "none"`
pub(crate) fn or_values(at: Span, left: &str, right: &str, literal: bool) -> SyntaxError {
    let found = match literal {
        true => error(
            "symbol-and",
            at,
            "what stands in for an absent value follows `??`",
        ),
        false => error(
            "symbol-and",
            at,
            "what stands in for an absent value follows `??`; conditions are joined with `or`",
        ),
    };
    found.help(format!(
        "{} ?? {}",
        double_quoted(left),
        double_quoted(right)
    ))
}

/// `a & "b"`
pub(crate) fn and_values(at: Span, left: &str, right: &str) -> SyntaxError {
    let part = |text: &str| match double_quoted(text).strip_prefix('"') {
        Some(inner) => inner.trim_end_matches('"').to_owned(),
        None => format!("{{{text}}}"),
    };
    error("symbol-and", at, "texts are joined inside of quotes").help(format!(
        "\"{}{}\"",
        part(left),
        part(right)
    ))
}

/// The text of a value, `'text'` as `"text"`.
pub(super) fn double_quoted(text: &str) -> String {
    let inner = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    match inner {
        Some(inner) => format!("\"{}\"", inner.replace('"', "\\\"")),
        None => text.to_owned(),
    }
}

/// `!x`, `NOT x`
pub(crate) fn not_slip(sign: &Node<'_>) -> SyntaxError {
    match sign.rule {
        Rule::slip_bang => error("symbol-and", sign.span, "\"not\" is a word: `not`").help("not"),
        _ => error(
            "keyword-case",
            sign.span,
            "`not` is written in small letters",
        )
        .help("not"),
    }
}

/// `a < b < c`
pub(crate) fn chained_comparison(at: Span) -> SyntaxError {
    error(
        "chained-comparison",
        at,
        "two comparisons in a row; join them with `and`",
    )
    .label("compares the result of a comparison")
    .help("a < b and b < c")
}

/// `c ? a : b`
pub(crate) fn ternary(
    text: &str,
    at: Span,
    cond: Span,
    then: Span,
    otherwise: Span,
) -> SyntaxError {
    let help = format!(
        "if {} then {} else {}",
        cond.text(text),
        then.text(text),
        otherwise.text(text)
    );
    error(
        "ternary",
        at,
        "a choice between two values is written with `if`, `then` and `else`",
    )
    .help(help)
}

/// `phone = x` where `phone: x` is meant.
pub(crate) fn equals_for_colon(at: Span, name: &Name, what: &str) -> SyntaxError {
    error(
        "equals-for-colon",
        at,
        format!("{what} and its value are joined with `:`"),
    )
    .label("`:` is wanted here")
    .help(format!("{}:", name.text))
}

/// `x as T` with `null` in a union.
pub(crate) fn null_type(at: Span, base: Option<&str>) -> SyntaxError {
    let found = error(
        "null-type",
        at,
        "a type that can be absent is written with `?`",
    )
    .label("`null` is a value, no type");
    match base {
        Some(base) => found.help(format!("{base}?")),
        None => found,
    }
}

/// `T[]`
pub(crate) fn array_type(at: Span, base: &str) -> SyntaxError {
    error(
        "array-type",
        at,
        "a list is written with brackets around the type of its elements",
    )
    .help(format!("[{base}]"))
}

/// `"a" => b`
pub(crate) fn fat_arrow(at: Span) -> SyntaxError {
    error(
        "fat-arrow",
        at,
        "a pattern and its value are joined with `->`",
    )
    .help("->")
}

/// `_ -> x`
pub(crate) fn wildcard(at: Span) -> SyntaxError {
    error(
        "wildcard",
        at,
        "the arm for all other values begins with `else`",
    )
    .help("else ->")
}

/// `None`, `True`
pub(crate) fn foreign_literal(at: Span, found: &str, word: &str) -> SyntaxError {
    error(
        "foreign-literal",
        at,
        format!("`{found}` is written `{word}`"),
    )
    .help(word)
}

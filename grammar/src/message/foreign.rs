//! Words of other languages, and words at the wrong place.

use super::error;
use crate::SyntaxError;
use crate::ast::Span;

/// A word or sign of another language.
pub(crate) fn foreign(
    code: &'static str,
    at: Span,
    sentence: &str,
    help: Option<&str>,
) -> SyntaxError {
    let found = error(code, at, sentence);
    match help {
        Some(help) => found.help(help),
        None => found,
    }
}

/// `оn` with Cyrillic letters.
pub(crate) fn lookalike_keyword(at: Span, latin: &str, strange: &str) -> SyntaxError {
    let cyrillic = strange
        .chars()
        .all(|c| ('\u{0400}'..='\u{04FF}').contains(&c));
    let alphabet = if cyrillic { "Cyrillic" } else { "foreign" };
    let letters = match strange.chars().count() {
        1 => format!("the {alphabet} letter `{strange}`"),
        _ => format!("the {alphabet} letters `{strange}`"),
    };
    error(
        "lookalike-keyword",
        at,
        format!("this looks like `{latin}`, but is written with {letters}"),
    )
    .label("not Latin")
    .help(latin)
}

/// `let x == 5`
pub(crate) fn double_equals(at: Span) -> SyntaxError {
    error(
        "double-equals",
        at,
        "`==` compares; a name gets its value with `=`",
    )
    .help("=")
}

/// `if c then stop`
pub(crate) fn then_in_steps(at: Span) -> SyntaxError {
    error(
        "missing-braces",
        at,
        "`then` chooses a value; steps stand between `{` and `}`",
    )
    .help("if condition { … }")
}

/// `if c:`
pub(crate) fn steps_colon(at: Span) -> SyntaxError {
    error(
        "missing-braces",
        at,
        "steps stand between `{` and `}`, not behind `:`",
    )
    .help("if condition { … }")
}

/// `let x = if c { … }`
pub(crate) fn braces_in_value(at: Span) -> SyntaxError {
    error(
        "missing-then",
        at,
        "braces hold steps; a value is chosen with `then` and `else`",
    )
    .help("if condition then value else other")
}

/// `10min`
pub(crate) fn duration_unit(at: Span, short: &str) -> SyntaxError {
    error(
        "bad-duration",
        at,
        "a duration is a number with `ms`, `s`, `m`, `h`, `d` or `w` directly behind it",
    )
    .help(short)
}

/// `.5`
pub(crate) fn number_without_whole(at: Span, digits: &str) -> SyntaxError {
    error(
        "foreign-literal",
        at,
        "a number begins with a digit, also before the point",
    )
    .help(format!("0.{digits}"))
}

/// `1e3`
pub(crate) fn number_with_power(at: Span, digits: &str, power: &str) -> SyntaxError {
    let found = error(
        "foreign-literal",
        at,
        "numbers are written out, without a power of ten",
    );
    match power.parse() {
        Ok(zeros @ 0..=18) => found.help(format!("{digits}{}", "0".repeat(zeros))),
        _ => found,
    }
}

/// `500RUB`
pub(crate) fn money_without_blank(at: Span, digits: &str, code: &str) -> SyntaxError {
    error(
        "foreign-literal",
        at,
        "a blank stands between an amount and its currency",
    )
    .help(format!("{digits} {}", code.to_uppercase()))
}

/// `let if = 5`
pub(crate) fn reserved_word(at: Span, word: &str) -> SyntaxError {
    error(
        "reserved-word",
        at,
        format!("`{word}` is a word of the language and cannot be a name"),
    )
    .help(format!("{word}_"))
}

/// `on error` in a block
pub(crate) fn error_outcome(at: Span) -> SyntaxError {
    error(
        "error-outcome",
        at,
        "`error` is no outcome of a call; `on error` stands behind the steps of the whole rule",
    )
    .help("} on error as e { … }")
}

/// `ruel x: …`
pub(crate) fn no_declaration(at: Span, word: &str, nearest: Option<&str>) -> SyntaxError {
    let found = error(
        "unknown-declaration",
        at,
        format!("`{word}` begins no declaration"),
    );
    match nearest {
        Some(nearest) => found.help(nearest),
        None => found.help("a rule begins with `rule NAME:` or `on account.event`"),
    }
}

/// `let x = 5` outside of a rule
pub(crate) fn step_outside(at: Span, word: &str) -> SyntaxError {
    let found = error(
        "step-outside-rule",
        at,
        format!("`{word}` begins a step, and steps stand in rules, after `do`"),
    );
    match word {
        "let" => found.help("const NAME = 5%"),
        _ => found.help("on account.event do { … }"),
    }
}

/// `foo bar`
pub(crate) fn no_step(at: Span, word: &str) -> SyntaxError {
    error("unknown-step", at, format!("`{word}` begins no step"))
        .help("account.action(name: value)")
}

/// `do a.b() c.d()`
pub(crate) fn second_step(at: Span) -> SyntaxError {
    error(
        "missing-braces",
        at,
        "one step can stand after `do`; several stand between `{` and `}`",
    )
    .help("do { … }")
}

/// `§`
pub(crate) fn unexpected_character(at: Span, sign: char) -> SyntaxError {
    error(
        "unexpected-character",
        at,
        format!("the sign `{sign}` means nothing here"),
    )
}

//! What people write from habit: numbers, sums, lists, pauses, schedules, lines of tests.

use super::error;
use crate::SyntaxError;
use crate::ast::Span;

/// `0,05`, `1 000`
pub(crate) fn number(at: Span, text: &str, written: &str) -> SyntaxError {
    error(
        "foreign-literal",
        at,
        format!(
            "a number is written with a point and without blanks, not `{}`",
            at.text(text)
        ),
    )
    .help(written)
}

/// `500 руб`, `twice`
pub(crate) fn literal(at: Span, text: &str, written: &str) -> SyntaxError {
    error(
        "foreign-literal",
        at,
        format!("`{}` is written `{written}`", at.text(text)),
    )
    .help(written)
}

/// `in ("a", "b")`
pub(crate) fn list_in_parentheses(at: Span, inner: &str) -> SyntaxError {
    error(
        "foreign-sign",
        at,
        "a list stands between `[` and `]`, not in parentheses",
    )
    .help(format!("[{}]", super::mended(inner)))
}

/// `f(a; b)`
pub(crate) fn semicolon_in_call(at: Span) -> SyntaxError {
    error(
        "semicolon",
        at,
        "between two values in parentheses stands a comma",
    )
    .help(",")
}

/// `xs[*].a`
pub(crate) fn all_elements(at: Span) -> SyntaxError {
    error(
        "foreign-sign",
        at,
        "all elements of a list are read with `for`",
    )
    .help("[x.field for x in list]")
}

/// `name!`
pub(crate) fn surely_there(at: Span) -> SyntaxError {
    error(
        "foreign-sign",
        at,
        "no sign makes a value be there; what stands in for an absent one follows `??`",
    )
    .help("value ?? \"…\"")
}

/// `[x for x in xs where c]`
pub(crate) fn filter_of_a_list(at: Span, word: &str) -> SyntaxError {
    error(
        "word-operator",
        at,
        format!("which elements are taken says `if`, not `{word}`"),
    )
    .help("[x for x in list if condition]")
}

/// `sleep 5s`
pub(crate) fn pause(at: Span, word: &str) -> SyntaxError {
    error(
        "foreign-word",
        at,
        format!("there is no `{word}` between steps; before them, `debounce` waits until an event comes no more"),
    )
    .help("on account.event as e debounce 5m per e.id do { … }")
}

/// `wait 5m` in a test
pub(crate) fn pause_in_test(at: Span, word: &str, length: &str) -> SyntaxError {
    let length = match length {
        "for" => "5m",
        _ => length,
    };
    error(
        "foreign-word",
        at,
        format!("the clock of a test goes on with `after`, not with `{word}`"),
    )
    .help(format!("after {length}"))
}

/// `rule to-till: …`
pub(crate) fn name_with_dash(at: Span, name: &str) -> SyntaxError {
    error(
        "unexpected-character",
        at,
        "a name has letters, digits and `_`, no `-`",
    )
    .help(name.replace('-', "_"))
}

/// `cron 0 4 * * *`
pub(crate) fn cron_without_quotes(at: Span, times: &str) -> SyntaxError {
    error("expected", at, "the times of `cron` stand in quotes").help(format!("cron \"{times}\""))
}

/// `every day at 04:00`
pub(crate) fn every_day(at: Span, word: &str) -> SyntaxError {
    error(
        "bad-duration",
        at,
        format!(
            "`every` is followed by a duration, not by `{word}`; a time of the clock is for `cron`"
        ),
    )
    .help("every 1h, or cron \"0 4 * * *\" for each day at four")
}

/// `account staff telegram { … }`
pub(crate) fn account_without_equals(at: Span, name: &str, connector: &str) -> SyntaxError {
    error(
        "expected",
        at,
        format!("expected `=` between the account and its system, found `{connector}`"),
    )
    .help(format!("account {name} = {connector} {{ … }}"))
}

/// `fn f(x: int) -> int { … }`
pub(crate) fn function_body(at: Span) -> SyntaxError {
    error(
        "expected",
        at,
        "a function is one value behind `=`, without braces and `return`",
    )
    .help("fn name(x: int) -> int = x + 1")
}

/// `do: …`
pub(crate) fn colon_after_do(at: Span) -> SyntaxError {
    error("expected", at, "no `:` stands behind `do`").help("do account.action(…)")
}

/// `do a.b() when c`
pub(crate) fn condition_behind(at: Span, word: &str) -> SyntaxError {
    let message = format!("a condition stands before the steps, but `{word}` comes behind them");
    error("word-operator", at, message).help("on account.event when condition do …")
}

/// `test name { … }`
pub(crate) fn name_of_a_test(at: Span, name: &str) -> SyntaxError {
    error("expected", at, "the name of a test stands in quotes").help(format!("test \"{name}\""))
}

/// `expect once a.b`
pub(crate) fn count_before_the_call(at: Span) -> SyntaxError {
    error(
        "expected",
        at,
        "how often a call is expected stands behind it",
    )
    .help("expect account.action once, 2 times, or expect no account.action")
}

/// `reply a.b = ok`
pub(crate) fn reply_arrow(at: Span) -> SyntaxError {
    error(
        "missing-arrow",
        at,
        "expected `->` between the call and what the vendor answers",
    )
    .help("->")
}

//! Steps, and the limits of nesting.

use super::error;
use crate::SyntaxError;
use crate::ast::Span;

/// `x = 5`
pub(crate) fn assignment(at: Span, name: &str) -> SyntaxError {
    error(
        "missing-let",
        at,
        format!("a new name begins with `let`; the value of `{name}` never changes afterwards"),
    )
    .help(format!("let {name} ="))
}

/// `var x = 5`
pub(crate) fn var_word(at: Span, name: &str) -> SyntaxError {
    error("missing-let", at, "in steps a new name begins with `let`").help(format!("let {name} ="))
}

/// `let x := 5`
pub(crate) fn walrus(at: Span, name: &str) -> SyntaxError {
    error("colon-equals", at, "a name gets its value with `=`").help(format!("let {name} ="))
}

/// `elif`
pub(crate) fn elif(at: Span, found: &str) -> SyntaxError {
    error("else-if", at, format!("`{found}` is written as two words")).help("else if")
}

/// `return x`
pub(crate) fn return_step(at: Span) -> SyntaxError {
    error(
        "return-step",
        at,
        "a rule returns nothing; to end it early, write `stop`",
    )
    .help("stop \"why\"")
}

/// `order.id` as a step.
pub(crate) fn value_as_step(at: Span, found: &str) -> SyntaxError {
    if found == "fail" {
        return error("value-as-step", at, "`fail` needs a reason").help("fail \"why\"");
    }
    error(
        "value-as-step",
        at,
        "a value alone does nothing; a step is a call such as `account.action(…)`",
    )
    .help(format!("let name = {found}"))
}

/// `whn status == "new"` before `do`
pub(crate) fn no_gate(at: Span, word: &str, meant: Option<&str>, rest: &str) -> SyntaxError {
    let Some(meant) = meant else {
        return error(
            "expected",
            at,
            format!("expected `do`, or a condition that begins with `when`, found `{word}`"),
        )
        .help("when condition do { … }");
    };
    let code = if word.to_lowercase() == meant {
        "keyword-case"
    } else {
        "word-operator"
    };
    let message = match meant {
        _ if code == "keyword-case" => format!("`{meant}` is written in small letters"),
        "when" => format!("the condition begins with `when`, not with `{word}`"),
        _ => format!("`{word}` means nothing here, perhaps `{meant}` is meant"),
    };
    let rest = super::mended(rest);
    let typed = match word {
        "unless" => format!("{meant} not ({rest})"),
        _ => format!("{meant} {rest}"),
    };
    let short = typed.len() < 80 && !typed.contains('\n');
    error(code, at, message).help(if short { &typed } else { meant })
}

/// `on crm.order ass order`
pub(crate) fn no_alias(at: Span, word: &str, alias: &str) -> SyntaxError {
    error(
        "word-operator",
        at,
        format!("the event gets its name with `as`, not with `{word}`"),
    )
    .help(format!("as {alias}"))
}

/// `then`, `=>` or `Do` before the steps of a rule
pub(crate) fn no_do(at: Span, found: &str) -> SyntaxError {
    let (code, message) = match found {
        "DO" | "Do" | "dO" => (
            "keyword-case",
            "`do` is written in small letters".to_owned(),
        ),
        _ => (
            "missing-do",
            format!("the steps of a rule begin with `do`, not with `{found}`"),
        ),
    };
    error(code, at, message).help("do")
}

/// `retry 3 times`
pub(crate) fn retry_times(at: Span, found: &str, count: &str) -> SyntaxError {
    error(
        "foreign-word",
        at,
        format!("`retry` is followed by the number alone, without `{found}`"),
    )
    .help(format!("retry {count}"))
}

/// `for (x of xs) {`
pub(crate) fn for_parentheses(at: Span, name: &str, list: &str) -> SyntaxError {
    error(
        "missing-in",
        at,
        "a loop is written with `for` and `in`, without parentheses",
    )
    .help(format!("for {name} in {list}"))
}

/// `account crm = retailcrm(url: …)`
pub(crate) fn settings_parentheses(at: Span, inner: &str) -> SyntaxError {
    let found = error(
        "missing-braces",
        at,
        "the settings of an account stand between `{` and `}`",
    );
    match inner {
        "" => found.help("{ name: value }"),
        _ if inner.contains('\n') => found.help("{ … }"),
        _ => found.help(format!("{{ {inner} }}")),
    }
}

/// Too many brackets in brackets.
pub(crate) fn too_deep(at: Span, most: usize) -> SyntaxError {
    error(
        "too-deep",
        at,
        format!("more than {most} levels of brackets and conditions in one another"),
    )
    .help("give inner parts a name with `let` or `fn`")
}

/// Too many operators in one expression.
pub(crate) fn chain_too_long(at: Span) -> SyntaxError {
    error(
        "too-deep",
        at,
        "this value has more than 256 parts in a row",
    )
    .help("split it with `let`")
}

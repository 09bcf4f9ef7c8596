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

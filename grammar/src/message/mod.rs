//! The sentences. Each mistake has its own function, a stable code, and a help that can be typed.

mod definitions;
mod foreign;
mod habits;
mod missing;
mod operators;
mod steps;
mod texts;

pub(crate) use definitions::*;
pub(crate) use foreign::*;
pub(crate) use habits::*;
pub(crate) use missing::*;
pub(crate) use operators::*;
pub(crate) use steps::*;
pub(crate) use texts::*;

use crate::SyntaxError;
use crate::ast::Span;

/// Every code that a [`SyntaxError`] can have, in alphabetical order: each has a page.
pub const CODES: &[&str] = &[
    "array-type",
    "bad-duration",
    "chained-comparison",
    "colon-equals",
    "double-braces",
    "double-equals",
    "else-if",
    "equals-for-colon",
    "error-outcome",
    "expected",
    "fat-arrow",
    "foreign-literal",
    "foreign-sign",
    "foreign-word",
    "keyword-case",
    "lookalike-keyword",
    "missing-arrow",
    "missing-braces",
    "missing-colon",
    "missing-comma",
    "missing-do",
    "missing-else",
    "missing-in",
    "missing-let",
    "missing-then",
    "null-type",
    "reserved-word",
    "return-step",
    "semicolon",
    "single-equals",
    "single-quotes",
    "statement-comma",
    "step-outside-rule",
    "symbol-and",
    "symbol-modulo",
    "symbol-not-equal",
    "ternary",
    "text-hole",
    "too-deep",
    "triple-equals",
    "typographic-quotes",
    "unclosed",
    "unexpected-character",
    "unknown-declaration",
    "unknown-escape",
    "unknown-step",
    "unopened",
    "unterminated-text",
    "value-as-step",
    "wildcard",
    "word-is",
    "word-operator",
];

fn error(code: &'static str, span: Span, message: impl Into<String>) -> SyntaxError {
    SyntaxError {
        code,
        message: message.into(),
        span,
        label: String::new(),
        related: None,
        help: None,
    }
}

/// The text of an operand, without the slips in it that have the same cause: `status = 'new'`, `a && b`.
fn mended(text: &str) -> String {
    if text.contains(['"', '`']) {
        return operators::double_quoted(text);
    }
    let quotes = text.matches('\'').count();
    let text = match quotes.is_multiple_of(2) && !text.contains("r'") {
        true => text.replace('\'', "\""),
        false => text.to_owned(),
    };
    text.replace(" = ", " == ")
        .replace(" && ", " and ")
        .replace(" || ", " or ")
}

impl SyntaxError {
    fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the word to type.
    pub(crate) fn help_with(self, help: String) -> Self {
        self.help(help)
    }

    /// Puts the operands around an operator that is the help, so that it can be copied.
    pub(crate) fn around(mut self, text: &str, left: Span, right: Span) -> Self {
        let (left, right) = (left.text(text), right.text(text));
        let short = left.len() + right.len() < 60 && !left.contains('\n') && !right.contains('\n');
        if short && let Some(sign) = self.help.as_mut().filter(|help| !help.contains('(')) {
            let (left, right) = (mended(left), mended(right));
            *sign = format!("{left} {sign} {right}");
        }
        self
    }

    fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }
}

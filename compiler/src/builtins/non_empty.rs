//! `non_empty`: the text without blanks at its ends, or null when nothing is left.

use super::{Builtin, Subject};
use crate::value::Value;

/// The text without blanks at its ends, or null when nothing is left.
pub(super) const NON_EMPTY: Builtin = Builtin {
    name: "non_empty",
    subject: Subject::Text,
    signature: "(text: string?) -> string?",
    summary: "The text without blanks at its ends, or null when nothing is left.",
    notes: "For systems that send an empty text where they mean nothing: `non_empty(order.comment) ?? \"нет\"`.",
    examples: &[
        ("non_empty(\"  чай \")", "\"чай\""),
        ("non_empty(\"   \") ?? \"нет\"", "\"нет\""),
        ("non_empty(null) ?? \"нет\"", "\"нет\""),
    ],
    fails: false,
    call: |args| {
        if args.given(0).is_none() {
            return Ok(Value::Null);
        }
        let text = args.text(0)?;
        Ok(match text.trim() {
            "" => Value::Null,
            trimmed => Value::text(trimmed),
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn blanks_are_nothing() {
        assert_eq!(yields(&NON_EMPTY, &[text(" \n")]), Value::Null);
        assert_eq!(yields(&NON_EMPTY, &[Value::Absent]), Value::Null);
        assert_eq!(yields(&NON_EMPTY, &[text(" чай")]), text("чай"));
    }
}

//! `trim`: the text without blanks at its ends.

use super::{Builtin, Subject};
use crate::value::Value;

/// The text without blanks at its ends.
pub(super) const TRIM: Builtin = Builtin {
    name: "trim",
    subject: Subject::Text,
    signature: "(text: string) -> string",
    summary: "The text without blanks at its ends.",
    notes: "Tabs, line ends and no-break spaces are blanks too.",
    examples: &[
        ("trim(\"  чай \")", "\"чай\""),
        ("trim(\"чай с мятой\")", "\"чай с мятой\""),
        ("trim(\" \")", "\"\""),
    ],
    fails: false,
    call: |args| Ok(Value::text(args.text(0)?.trim())),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn blanks_within_stay() {
        assert_eq!(
            yields(&TRIM, &[text(" чай\u{a0}с мятой\n")]),
            text("чай\u{a0}с мятой")
        );
    }
}

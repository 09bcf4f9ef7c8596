//! `trim`: the text without blanks at its ends.

use super::Builtin;
use crate::value::Value;

/// The text without blanks at its ends.
pub(super) const TRIM: Builtin = Builtin {
    name: "trim",
    signature: "(text: string) -> string",
    summary: "The text without blanks at its ends.",
    examples: &[("trim(\"  чай \")", "\"чай\"")],
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

//! `trim_end`: the text without blanks at its end.

use super::{Builtin, Subject};
use crate::value::Value;

/// The text without blanks at its end.
pub(super) const TRIM_END: Builtin = Builtin {
    name: "trim_end",
    subject: Subject::Text,
    signature: "(text: string) -> string",
    summary: "The text without blanks at its end.",
    notes: "Tabs, line ends and no-break spaces are blanks too.",
    examples: &[
        ("trim_end(\" чай  \")", "\" чай\""),
        ("trim_end(\"чай\")", "\"чай\""),
        ("trim_end(\" \")", "\"\""),
    ],
    fails: false,
    call: |args| Ok(Value::text(args.text(0)?.trim_end())),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn only_this_side_is_trimmed() {
        let trimmed = text("\u{a0}чай");
        assert_eq!(yields(&TRIM_END, &[text("\u{a0}чай\t")]), trimmed);
    }
}

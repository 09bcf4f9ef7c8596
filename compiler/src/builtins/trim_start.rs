//! `trim_start`: the text without blanks at its beginning.

use super::{Builtin, Subject};
use crate::value::Value;

/// The text without blanks at its beginning.
pub(super) const TRIM_START: Builtin = Builtin {
    name: "trim_start",
    subject: Subject::Text,
    signature: "(text: string) -> string",
    summary: "The text without blanks at its beginning.",
    notes: "Tabs, line ends and no-break spaces are blanks too.",
    examples: &[
        ("trim_start(\"  чай \")", "\"чай \""),
        ("trim_start(\"чай\")", "\"чай\""),
        ("trim_start(\" \")", "\"\""),
    ],
    fails: false,
    call: |args| Ok(Value::text(args.text(0)?.trim_start())),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn only_this_side_is_trimmed() {
        let trimmed = text("чай\t");
        assert_eq!(yields(&TRIM_START, &[text("\u{a0}чай\t")]), trimmed);
    }
}

//! `starts_with`: whether the text begins so.

use super::{Builtin, Subject};
use crate::value::Value;

/// Whether the text begins so.
pub(super) const STARTS_WITH: Builtin = Builtin {
    name: "starts_with",
    subject: Subject::Text,
    signature: "(text: string, start: string) -> bool",
    summary: "Whether the text begins so.",
    notes: "",
    examples: &[
        ("starts_with(\"+79991234567\", \"+7\")", "true"),
        ("starts_with(\"Чай\", \"чай\")", "false"),
        ("starts_with(\"чай\", \"\")", "true"),
    ],
    fails: false,
    call: |args| Ok(Value::Bool(args.text(0)?.starts_with(&*args.text(1)?))),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn the_beginning_decides() {
        assert_eq!(
            yields(&STARTS_WITH, &[text("+7999"), text("+7")]),
            Value::Bool(true)
        );
        assert_eq!(
            yields(&STARTS_WITH, &[text("+7999"), text("9")]),
            Value::Bool(false)
        );
    }
}

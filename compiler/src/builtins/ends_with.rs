//! `ends_with`: whether the text ends so.

use super::{Builtin, Subject};
use crate::value::Value;

/// Whether the text ends so.
pub(super) const ENDS_WITH: Builtin = Builtin {
    name: "ends_with",
    subject: Subject::Text,
    signature: "(text: string, end: string) -> bool",
    summary: "Whether the text ends so.",
    notes: "",
    examples: &[
        ("ends_with(\"заказ.xml\", \".xml\")", "true"),
        ("ends_with(\"чай\", \"Й\")", "false"),
        ("ends_with(\"чай\", \"\")", "true"),
    ],
    fails: false,
    call: |args| Ok(Value::Bool(args.text(0)?.ends_with(&*args.text(1)?))),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn the_end_decides() {
        assert_eq!(
            yields(&ENDS_WITH, &[text("a.pdf"), text(".pdf")]),
            Value::Bool(true)
        );
        assert_eq!(
            yields(&ENDS_WITH, &[text("a.pdf"), text("a")]),
            Value::Bool(false)
        );
    }
}

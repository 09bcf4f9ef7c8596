//! `split`: the parts of a text between the separators.

use super::{Builtin, Subject};
use crate::eval::{Failure, limits};
use crate::value::Value;

/// The parts of a text between the separators.
pub(super) const SPLIT: Builtin = Builtin {
    name: "split",
    subject: Subject::Text,
    signature: "(text: string, separator: string) -> [string]",
    summary: "The parts of a text between the separators.",
    notes: "",
    examples: &[
        ("split(\"чай, суп\", \", \")", "[\"чай\", \"суп\"]"),
        ("split(\"a,,b\", \",\")", "[\"a\", \"\", \"b\"]"),
        ("split(\"чай\", \",\")", "[\"чай\"]"),
    ],
    fails: true,
    call: |args| {
        let (text, separator) = (args.text(0)?, args.text(1)?);
        if separator.is_empty() {
            return Err(Failure::new("empty-text", "the separator is empty"));
        }
        let mut parts = Vec::new();
        for part in text.split(&*separator) {
            if parts.len() == limits::LIST_LENGTH_MAX {
                return Err(Failure::too_large("the list"));
            }
            parts.push(Value::text(part));
        }
        Ok(Value::list(parts))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, list, text, yields};

    #[test]
    fn empty_parts_stay() {
        assert_eq!(
            yields(&SPLIT, &[text("a,,б"), text(",")]),
            list(&[text("a"), text(""), text("б")])
        );
        assert_eq!(yields(&SPLIT, &[text(""), text(",")]), list(&[text("")]));
        assert_eq!(fails(&SPLIT, &[text("a"), text("")]), "empty-text");
    }
}

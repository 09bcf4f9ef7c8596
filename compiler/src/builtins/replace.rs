//! `replace`: the text with every occurrence of a part replaced.

use super::{Builtin, Subject};
use crate::eval::{Failure, limits};
use crate::value::Value;

/// The text with every occurrence of a part replaced.
pub(super) const REPLACE: Builtin = Builtin {
    name: "replace",
    subject: Subject::Text,
    signature: "(text: string, part: string, by: string) -> string",
    summary: "The text with every occurrence of a part replaced.",
    notes: "",
    examples: &[
        ("replace(\"8 800\", \" \", \"\")", "\"8800\""),
        ("replace(\"чай, чай\", \"чай\", \"суп\")", "\"суп, суп\""),
        ("replace(\"чай\", \"кофе\", \"суп\")", "\"чай\""),
    ],
    fails: true,
    call: |args| {
        let (text, part, by) = (args.text(0)?, args.text(1)?, args.text(2)?);
        if part.is_empty() {
            return Err(Failure::new("empty-text", "the part to replace is empty"));
        }
        // Counted first: a long text with a long replacement would not fit into memory.
        let grown = text.matches(&*part).count().saturating_mul(by.len());
        if grown.saturating_add(text.len()) > 2 * limits::TEXT_BYTES_MAX {
            return Err(Failure::too_large("the text"));
        }
        Ok(Value::text(text.replace(&*part, &by)))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn all_occurrences_go() {
        assert_eq!(
            yields(&REPLACE, &[text("8 800 555"), text(" "), text("")]),
            text("8800555")
        );
        assert_eq!(
            fails(&REPLACE, &[text("a"), text(""), text("b")]),
            "empty-text"
        );
    }

    #[test]
    fn the_result_is_bounded() {
        let long = text(&"a".repeat(1_000_000));
        assert_eq!(
            fails(&REPLACE, &[long.clone(), text("a"), long]),
            "too-large"
        );
    }
}

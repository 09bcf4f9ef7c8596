//! `join`: one text of all elements, with the separator between them.

use super::{Builtin, Subject};
use crate::eval::{Failure, display, limits};
use crate::value::Value;

/// One text of all elements, with the separator between them.
pub(super) const JOIN: Builtin = Builtin {
    name: "join",
    subject: Subject::Lists,
    signature: "(list: [T], separator: string = \"\") -> string",
    summary: "One text of all elements, with the separator between them.",
    notes: "Elements are written as inside a text.",
    examples: &[
        ("join([\"чай\", \"суп\"], \", \")", "\"чай, суп\""),
        ("join(x * 2 for x in [1, 2])", "\"24\""),
        ("join([], \", \")", "\"\""),
    ],
    fails: false,
    call: |args| {
        let separator = args.text_or(1, "")?;
        let mut joined = String::new();
        for (at, item) in args.list(0)?.iter().enumerate() {
            if at > 0 {
                joined.push_str(&separator);
            }
            joined.push_str(&display(item)?);
            if joined.len() > limits::TEXT_BYTES_MAX {
                return Err(Failure::too_large("the text"));
            }
        }
        Ok(Value::text(joined))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, text, yields};

    #[test]
    fn separators_stand_between() {
        assert_eq!(
            yields(&JOIN, &[list(&[text("Чай"), int(2)]), text(" × ")]),
            text("Чай × 2")
        );
        assert_eq!(yields(&JOIN, &[list(&[])]), text(""));
    }

    #[test]
    fn the_result_is_bounded() {
        let separator = text(&"x".repeat(10_000));
        assert_eq!(
            fails(&JOIN, &[list(&vec![int(1); 10_000]), separator]),
            "too-large"
        );
    }
}

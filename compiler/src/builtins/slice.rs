//! `slice`: the characters or elements from one position up to another, counted from 0; negative ones count from the end.

use super::args::Sequence;
use super::{Builtin, Subject};
use crate::value::Value;

/// The characters or elements from one position up to another, counted from 0; negative ones count from the end.
pub(super) const SLICE: Builtin = Builtin {
    name: "slice",
    subject: Subject::Text,
    signature: "(x: seq, from: int, to: int = null) -> seq",
    summary: "The characters or elements from one position up to another, counted from 0; negative ones count from the end.",
    notes: "Positions outside are the ends: nothing fails.",
    examples: &[
        ("slice(\"заказ\", 0, 2)", "\"за\""),
        ("slice(\"4276\", -2)", "\"76\""),
        ("slice([1, 2, 3, 4], 1, -1)", "[2, 3]"),
        ("slice(\"чай\", 5)", "\"\""),
    ],
    fails: false,
    call: |args| {
        let whole = args.sequence(0)?;
        let length = match &whole {
            Sequence::Text(text) => text.chars().count(),
            Sequence::List(items) => items.len(),
        };
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let at = |position: i64| {
            let position = if position < 0 {
                position.saturating_add(length)
            } else {
                position
            };
            usize::try_from(position.clamp(0, length)).unwrap_or(0)
        };
        let from = at(args.int(1)?);
        let count = at(args.int_or(2, length)?).saturating_sub(from);
        Ok(match whole {
            Sequence::Text(text) => {
                Value::text(text.chars().skip(from).take(count).collect::<String>())
            }
            Sequence::List(items) => {
                Value::list(items.into_iter().skip(from).take(count).collect())
            }
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, text, yields};

    #[test]
    fn positions_are_characters() {
        assert_eq!(yields(&SLICE, &[text("заказ"), int(0), int(2)]), text("за"));
        assert_eq!(yields(&SLICE, &[text("заказ"), int(-2)]), text("аз"));
    }

    #[test]
    fn what_is_outside_is_empty() {
        assert_eq!(yields(&SLICE, &[text("abc"), int(5), int(9)]), text(""));
        assert_eq!(yields(&SLICE, &[text("abc"), int(2), int(1)]), text(""));
        assert_eq!(
            yields(&SLICE, &[text("abc"), int(i64::MIN), int(i64::MAX)]),
            text("abc")
        );
    }
}

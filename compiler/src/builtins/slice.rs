//! `slice`: the characters from one position up to another, counted from 0; negative ones count from the end.

use super::Builtin;
use crate::value::Value;

/// The characters from one position up to another, counted from 0; negative ones count from the end.
pub(super) const SLICE: Builtin = Builtin {
    name: "slice",
    signature: "(text: string, from: int, to: int = null) -> string",
    summary: "The characters from one position up to another, counted from 0; negative ones count from the end.",
    examples: &[
        ("slice(\"заказ\", 0, 2)", "\"за\""),
        ("slice(\"4276\", -2)", "\"76\""),
    ],
    fails: false,
    call: |args| {
        let text = args.text(0)?;
        let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        let at = |position: i64| {
            let position = if position < 0 {
                position.saturating_add(length)
            } else {
                position
            };
            usize::try_from(position.clamp(0, length)).unwrap_or(0)
        };
        let from = at(args.int(1)?);
        let to = at(args.int_or(2, length)?);
        Ok(Value::text(
            text.chars()
                .skip(from)
                .take(to.saturating_sub(from))
                .collect::<String>(),
        ))
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

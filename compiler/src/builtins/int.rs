//! `int`: a whole number from a text, a decimal without digits behind the point, or JSON.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// A whole number from a text, a decimal without digits behind the point, or JSON.
pub(super) const INT: Builtin = Builtin {
    name: "int",
    subject: Subject::Conversions,
    signature: "(x: T) -> int",
    summary: "A whole number from a text, a decimal without digits behind the point, or JSON.",
    notes: "Blanks around do not matter; a text with anything else, and a number with digits behind the point, fail.",
    examples: &[
        ("int(\"42\")", "42"),
        ("int(3.0)", "3"),
        ("int(\"-7 \")", "-7"),
        ("int(\"сто\") catch 0", "0"),
    ],
    fails: true,
    call: |args| {
        let number = super::decimal::number_of(args.get(0))?;
        number.to_i64().map(Value::Int).ok_or_else(|| {
            Failure::new(
                "not-whole",
                "the number is not whole or does not fit an int; write `round(…)` first",
            )
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, json, num, text, yields};

    #[test]
    fn texts_are_read() {
        assert_eq!(yields(&INT, &[text("42")]), int(42));
        assert_eq!(yields(&INT, &[text(" -7 ")]), int(-7));
        assert_eq!(yields(&INT, &[json("\"15\"")]), int(15));
    }

    #[test]
    fn what_is_not_whole_fails() {
        assert_eq!(fails(&INT, &[num("2.5")]), "not-whole");
        assert_eq!(fails(&INT, &[text("99999999999999999999")]), "not-whole");
        assert_eq!(fails(&INT, &[text("x")]), "not-a-number");
        assert_eq!(fails(&INT, &[text("")]), "not-a-number");
    }
}

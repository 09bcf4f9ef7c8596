//! `string`: the value as it reads inside a text.

use super::{Builtin, Subject};
use crate::value::Value;

/// The value as it reads inside a text.
pub(super) const STRING: Builtin = Builtin {
    name: "string",
    subject: Subject::Conversions,
    signature: "(x: T) -> string",
    summary: "The value as it reads inside a text.",
    notes: "",
    examples: &[
        ("string(42)", "\"42\""),
        ("string(12.50)", "\"12.5\""),
        ("string(1290.7 RUB)", "\"1290.70\""),
        ("string(true)", "\"true\""),
    ],
    fails: false,
    call: |args| Ok(Value::text(crate::eval::display(args.get(0))?)),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, json, money, text, yields};

    #[test]
    fn values_read_as_in_a_text() {
        assert_eq!(yields(&STRING, &[int(42)]), text("42"));
        assert_eq!(yields(&STRING, &[money("1290.7", "RUB")]), text("1290.70"));
        assert_eq!(yields(&STRING, &[json("\"Гость\"")]), text("Гость"));
    }
}

//! `json_text`: a value as JSON in a text.

use super::{Builtin, Subject};
use crate::value::Value;

/// A value as JSON in a text.
pub(super) const JSON_TEXT: Builtin = Builtin {
    name: "json_text",
    subject: Subject::Json,
    signature: "(x: T?) -> string",
    summary: "A value as JSON in a text.",
    notes: "Numbers keep their digits; money is a number.",
    examples: &[
        (
            "json_text([\"чай\", \"суп\"])",
            "\"[\\\"чай\\\",\\\"суп\\\"]\"",
        ),
        (
            "json_text({ name: \"чай\" })",
            "\"\\{\\\"name\\\":\\\"чай\\\"\\}\"",
        ),
        ("json_text(null)", "\"null\""),
    ],
    fails: false,
    call: |args| Ok(Value::text(crate::eval::to_json(args.get(0))?.to_string())),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{list, money, text, yields};

    #[test]
    fn money_and_nulls_are_json() {
        assert_eq!(
            yields(&JSON_TEXT, &[list(&[money("12.5", "RUB"), Value::Null])]),
            text("[12.5,null]")
        );
    }
}

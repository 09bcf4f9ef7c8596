//! `decimal`: a number from a text, an int or JSON, exactly.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::{Num, Value};

/// A number from a text, an int or JSON, exactly.
pub(super) const DECIMAL: Builtin = Builtin {
    name: "decimal",
    subject: Subject::Conversions,
    signature: "(x: T) -> decimal",
    summary: "A number from a text, an int or JSON, exactly.",
    notes: "The point is a dot; blanks around do not matter, blanks and commas inside fail.",
    examples: &[
        ("decimal(\"12.50\")", "12.5"),
        ("decimal(7)", "7"),
        ("decimal(\"12,50\") catch 0", "0"),
        ("decimal(\"сто\") catch 0", "0"),
    ],
    fails: true,
    call: |args| Ok(Value::Num(number_of(args.get(0))?)),
};

/// The number that a value is or writes.
pub(super) fn number_of(value: &Value) -> Result<Num, Failure> {
    match value {
        Value::Int(number) => Ok(Num::from_i64(*number)),
        Value::Num(number) => Ok(*number),
        Value::Text(text) => Ok(Num::parse(text.trim())?),
        Value::Json(json) if json.is_number() || json.is_string() => {
            number_of(&crate::eval::from_json(json)?)
        }
        other => Err(Failure::wrong_kind("a number or a string", other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, json, num, text, yields};

    #[test]
    fn every_digit_counts() {
        assert_eq!(
            yields(&DECIMAL, &[text("1234567890123456789.123456789")]),
            num("1234567890123456789.123456789")
        );
        assert_eq!(yields(&DECIMAL, &[json("0.10")]), num("0.1"));
        assert_eq!(
            fails(&DECIMAL, &[text("12345678901234567890123456789012345")]),
            "too-many-digits"
        );
    }

    #[test]
    fn a_comma_is_no_point() {
        assert_eq!(fails(&DECIMAL, &[text("12,50")]), "not-a-number");
    }
}

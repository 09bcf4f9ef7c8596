//! `digits`: only the digits of a text.

use super::{Builtin, Subject};
use crate::value::Value;

/// Only the digits of a text.
pub(super) const DIGITS: Builtin = Builtin {
    name: "digits",
    subject: Subject::Text,
    signature: "(text: string) -> string",
    summary: "Only the digits of a text.",
    notes: "",
    examples: &[
        ("digits(\"8 (800) 555-35-35\")", "\"88005553535\""),
        ("digits(\"карта № 4276\")", "\"4276\""),
        ("digits(\"чай\")", "\"\""),
    ],
    fails: false,
    call: |args| {
        Ok(Value::text(
            args.text(0)?
                .chars()
                .filter(char::is_ascii_digit)
                .collect::<String>(),
        ))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn everything_else_goes() {
        assert_eq!(yields(&DIGITS, &[text("карта 4276-№1")]), text("42761"));
    }
}

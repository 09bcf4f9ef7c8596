//! `lower`: makes a text lower-case.

use super::{Builtin, Subject};
use crate::value::Value;

/// Makes a text lower-case.
pub(super) const LOWER: Builtin = Builtin {
    name: "lower",
    subject: Subject::Text,
    signature: "(text: string) -> string",
    summary: "Makes a text lower-case.",
    notes: "",
    examples: &[
        ("lower(\"ЧАЙ\")", "\"чай\""),
        ("lower(\"Tea 5\")", "\"tea 5\""),
        ("lower(\"ЁЖ\")", "\"ёж\""),
    ],
    fails: false,
    call: |args| Ok(Value::text(args.text(0)?.to_lowercase())),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn letters_of_all_alphabets_fall() {
        assert_eq!(yields(&LOWER, &[text("ЧАЙ Tea")]), text("чай tea"));
    }
}

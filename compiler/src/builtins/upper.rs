//! `upper`: makes a text upper-case.

use super::{Builtin, Subject};
use crate::value::Value;

/// Makes a text upper-case.
pub(super) const UPPER: Builtin = Builtin {
    name: "upper",
    subject: Subject::Text,
    signature: "(text: string) -> string",
    summary: "Makes a text upper-case.",
    notes: "",
    examples: &[
        ("upper(\"чай\")", "\"ЧАЙ\""),
        ("upper(\"ёж № 5\")", "\"ЁЖ № 5\""),
        ("upper(\"ß\")", "\"SS\""),
    ],
    fails: false,
    call: |args| Ok(Value::text(args.text(0)?.to_uppercase())),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn letters_of_all_alphabets_rise() {
        assert_eq!(yields(&UPPER, &[text("чай tea")]), text("ЧАЙ TEA"));
    }
}

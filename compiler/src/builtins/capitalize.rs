//! `capitalize`: the text with its first letter large; the rest stays.

use super::{Builtin, Subject};
use crate::value::Value;

/// The text with its first letter large; the rest stays.
pub(super) const CAPITALIZE: Builtin = Builtin {
    name: "capitalize",
    subject: Subject::Text,
    signature: "(text: string) -> string",
    summary: "The text with its first letter large; the rest stays.",
    notes: "What stands before the first letter stays: quotes, digits, blanks.",
    examples: &[
        ("capitalize(\"чай с мятой\")", "\"Чай с мятой\""),
        ("capitalize(\"«утро»\")", "\"«Утро»\""),
        ("capitalize(\"\")", "\"\""),
    ],
    fails: false,
    call: |args| {
        let text = args.text(0)?;
        let Some((at, letter)) = text.char_indices().find(|(_, c)| c.is_alphabetic()) else {
            return Ok(Value::Text(text));
        };
        let (before, rest) = text.split_at(at);
        let rest = &rest[letter.len_utf8()..];
        let large: String = letter.to_uppercase().collect();
        Ok(Value::text(format!("{before}{large}{rest}")))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn only_the_first_letter_grows() {
        assert_eq!(
            yields(&CAPITALIZE, &[text("чай МЯТНЫЙ")]),
            text("Чай МЯТНЫЙ")
        );
        assert_eq!(yields(&CAPITALIZE, &[text("2 чая")]), text("2 Чая"));
        assert_eq!(yields(&CAPITALIZE, &[text("№ 1")]), text("№ 1"));
    }
}

//! `title`: every word with a large first letter and small others.

use super::{Builtin, Subject};
use crate::value::Value;

/// Every word with a large first letter and small others.
pub(super) const TITLE: Builtin = Builtin {
    name: "title",
    subject: Subject::Text,
    signature: "(text: string) -> string",
    summary: "Every word with a large first letter and small others.",
    notes: "A word ends at anything but a letter, a digit or an apostrophe, so both halves of `Иванов-Петров` are large.",
    examples: &[
        ("title(\"ИВАНОВ-ПЕТРОВ иван\")", "\"Иванов-Петров Иван\""),
        ("title(\"улица 8 марта\")", "\"Улица 8 Марта\""),
        ("title(\"don't\")", "\"Don't\""),
    ],
    fails: false,
    call: |args| {
        let mut titled = String::new();
        let mut inside = false;
        for letter in args.text(0)?.chars() {
            if inside {
                titled.extend(letter.to_lowercase());
            } else {
                titled.extend(letter.to_uppercase());
            }
            inside = letter.is_alphanumeric() || inside && matches!(letter, '\'' | '’');
        }
        Ok(Value::text(titled))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn names_in_capitals_become_names() {
        assert_eq!(yields(&TITLE, &[text("ИВАНОВ ИВАН")]), text("Иванов Иван"));
        assert_eq!(yields(&TITLE, &[text("o’NEILL")]), text("O’neill"));
        assert_eq!(yields(&TITLE, &[text("")]), text(""));
    }
}

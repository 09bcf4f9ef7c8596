//! `mask`: hides letters and digits behind stars, but for the last few: for telling people apart without telling who they are.

use super::{Builtin, Subject};
use crate::value::Value;

/// Hides letters and digits behind stars, but for the last few: for telling people apart without telling who they are.
pub(super) const MASK: Builtin = Builtin {
    name: "mask",
    subject: Subject::Text,
    signature: "(text: string, keep: int = 4) -> string",
    summary: "Hides letters and digits behind stars, but for the last few: for telling people apart without telling who they are.",
    notes: "Of a short text less is kept: at most two of five letters and digits.",
    examples: &[
        ("mask(\"+79991234567\")", "\"+*******4567\""),
        ("mask(\"Иван\")", "\"***н\""),
        ("mask(\"+79991234567\", keep: 2)", "\"+*********67\""),
    ],
    fails: false,
    call: |args| {
        let text = args.text(0)?;
        let hideable = text
            .chars()
            .filter(|character| character.is_alphanumeric())
            .count();
        // Of a short text less is shown: four of five digits would be no mask.
        let keep = usize::try_from(args.int_or(1, 4)?)
            .unwrap_or(0)
            .min(hideable * 2 / 5);
        let mut left_to_hide = hideable - keep;
        let masked = text.chars().map(|character| {
            if character.is_alphanumeric() && left_to_hide > 0 {
                left_to_hide -= 1;
                '*'
            } else {
                character
            }
        });
        Ok(Value::text(masked.collect::<String>()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, text, yields};

    #[test]
    fn the_end_of_a_phone_shows() {
        assert_eq!(yields(&MASK, &[text("+79991234567")]), text("+*******4567"));
    }

    #[test]
    fn of_a_short_text_little_shows() {
        assert_eq!(yields(&MASK, &[text("Иван")]), text("***н"));
        assert_eq!(yields(&MASK, &[text("Ли"), int(100)]), text("**"));
        assert_eq!(yields(&MASK, &[text("")]), text(""));
    }
}

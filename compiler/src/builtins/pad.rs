//! `pad`: the text filled up to a length, on the left or the right; a longer text stays.

use super::{Builtin, Subject};
use crate::eval::{Failure, limits};
use crate::value::Value;

/// The text filled up to a length, on the left or the right; a longer text stays.
pub(super) const PAD: Builtin = Builtin {
    name: "pad",
    subject: Subject::Text,
    signature: "(text: string, length: int, fill: string = \" \", side: \"left\" | \"right\" = \"left\") -> string",
    summary: "The text filled up to a length, on the left or the right; a longer text stays.",
    notes: "",
    examples: &[
        ("pad(\"7\", 3, \"0\")", "\"007\""),
        ("pad(\"чай\", 5, \".\", side: \"right\")", "\"чай..\""),
        ("pad(\"12345\", 3)", "\"12345\""),
    ],
    fails: true,
    call: |args| {
        let text = args.text(0)?;
        let length = usize::try_from(args.int(1)?).unwrap_or(0);
        let fill = args.text_or(2, " ")?;
        let mut fill = fill.chars();
        let (Some(fill), None) = (fill.next(), fill.next()) else {
            return Err(Failure::new(
                "out-of-range",
                "a text is filled with a single character",
            ));
        };
        let missing = length.saturating_sub(text.chars().count());
        if missing > limits::TEXT_BYTES_MAX / fill.len_utf8() {
            return Err(Failure::too_large("the text"));
        }
        let filling: String = std::iter::repeat_n(fill, missing).collect();
        match &*args.text_or(3, "left")? {
            "left" => Ok(Value::text(filling + &text)),
            "right" => Ok(Value::text(format!("{text}{filling}"))),
            _ => Err(Failure::new(
                "unknown-mode",
                "a text is filled on its \"left\" or its \"right\"",
            )),
        }
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, text, yields};

    #[test]
    fn numbers_get_leading_zeros() {
        assert_eq!(yields(&PAD, &[text("7"), int(3), text("0")]), text("007"));
        assert_eq!(
            yields(&PAD, &[text("чай"), int(5), text("."), text("right")]),
            text("чай..")
        );
        assert_eq!(yields(&PAD, &[text("12345"), int(3)]), text("12345"));
    }

    #[test]
    fn the_length_is_bounded() {
        assert_eq!(fails(&PAD, &[text(""), int(i64::MAX)]), "too-large");
        assert_eq!(fails(&PAD, &[text(""), int(1), text("ab")]), "out-of-range");
    }
}

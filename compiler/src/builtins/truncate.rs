//! `truncate`: the text cut to at most so many characters, with a sign that something is missing.

use super::{Builtin, Subject};
use crate::value::Value;

/// The text cut to at most so many characters, with a sign that something is missing.
pub(super) const TRUNCATE: Builtin = Builtin {
    name: "truncate",
    subject: Subject::Text,
    signature: "(text: string, length: int, ending: string = \"…\") -> string",
    summary: "The text cut to at most so many characters, with a sign that something is missing.",
    notes: "The sign counts: the result is never longer than `length`. A text that fits stays as it is.",
    examples: &[
        (
            "truncate(\"Позвоните за час до доставки\", 12)",
            "\"Позвоните з…\"",
        ),
        ("truncate(\"чай\", 12)", "\"чай\""),
        ("truncate(\"чай с мятой\", 6, ending: \"\")", "\"чай с \""),
    ],
    fails: false,
    call: |args| {
        let text = args.text(0)?;
        let length = usize::try_from(args.int(1)?.max(0)).unwrap_or(usize::MAX);
        if text.chars().count() <= length {
            return Ok(Value::Text(text));
        }
        let ending = args.text_or(2, "…")?;
        let kept = length.saturating_sub(ending.chars().count());
        let cut = text.chars().take(kept).chain(ending.chars()).take(length);
        Ok(Value::text(cut.collect::<String>()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, text, yields};

    #[test]
    fn the_result_is_never_longer() {
        assert_eq!(
            yields(&TRUNCATE, &[text("чай с мятой"), int(4)]),
            text("чай…")
        );
        assert_eq!(yields(&TRUNCATE, &[text("чай"), int(3)]), text("чай"));
        assert_eq!(
            yields(&TRUNCATE, &[text("чай"), int(2), text("...")]),
            text("..")
        );
        assert_eq!(yields(&TRUNCATE, &[text("чай"), int(-1)]), text(""));
    }
}

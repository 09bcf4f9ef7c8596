//! `repeat`: the text so many times, one after the other.

use super::{Builtin, Subject};
use crate::eval::{Failure, limits};
use crate::value::Value;

/// The text so many times, one after the other.
pub(super) const REPEAT: Builtin = Builtin {
    name: "repeat",
    subject: Subject::Text,
    signature: "(text: string, times: int) -> string",
    summary: "The text so many times, one after the other.",
    notes: "Zero and negative times are an empty text.",
    examples: &[
        ("repeat(\"—\", 5)", "\"—————\""),
        ("repeat(\"ха\", 3)", "\"хахаха\""),
        ("repeat(\"чай\", 0)", "\"\""),
    ],
    fails: true,
    call: |args| {
        let text = args.text(0)?;
        let times = usize::try_from(args.int(1)?.max(0)).unwrap_or(usize::MAX);
        if text.len().saturating_mul(times) > limits::TEXT_BYTES_MAX {
            return Err(Failure::too_large("the text"));
        }
        Ok(Value::text(text.repeat(times)))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, text, yields};

    #[test]
    fn the_length_is_bounded() {
        assert_eq!(yields(&REPEAT, &[text("ой "), int(2)]), text("ой ой "));
        assert_eq!(yields(&REPEAT, &[text("ой"), int(-1)]), text(""));
        assert_eq!(yields(&REPEAT, &[text(""), int(i64::MAX)]), text(""));
        assert_eq!(fails(&REPEAT, &[text("ой"), int(i64::MAX)]), "too-large");
    }
}

//! `length`: how many characters a text has, or elements a list.

use super::args::Sequence;
use super::{Builtin, Subject};
use crate::value::Value;

/// How many characters a text has, or elements a list.
pub(super) const LENGTH: Builtin = Builtin {
    name: "length",
    subject: Subject::Text,
    signature: "(x: seq) -> int",
    summary: "How many characters a text has, or elements a list.",
    notes: "Characters are Unicode scalar values: й may be one or two of them, as it was sent; most pictures are several. Of a list it is the same as `count`.",
    examples: &[
        ("length(\"чай\")", "3"),
        ("length(\"\")", "0"),
        ("length([1, 2])", "2"),
    ],
    fails: false,
    call: |args| {
        let length = match args.sequence(0)? {
            Sequence::Text(text) => text.chars().count(),
            Sequence::List(items) => items.len(),
        };
        Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, json, list, text, yields};

    #[test]
    fn characters_count_not_bytes() {
        assert_eq!(yields(&LENGTH, &[text("чай")]), int(3));
    }

    #[test]
    fn elements_count_in_a_list() {
        assert_eq!(yields(&LENGTH, &[list(&[int(1), int(1)])]), int(2));
        assert_eq!(yields(&LENGTH, &[json("\"чай\"")]), int(3));
    }
}

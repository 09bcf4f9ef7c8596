//! `reverse`: the list or the text from its end.

use super::args::Sequence;
use super::{Builtin, Subject};
use crate::value::Value;

/// The list or the text from its end.
pub(super) const REVERSE: Builtin = Builtin {
    name: "reverse",
    subject: Subject::Lists,
    signature: "(x: seq) -> seq",
    summary: "The list or the text from its end.",
    notes: "",
    examples: &[
        ("reverse([1, 2, 3])", "[3, 2, 1]"),
        ("reverse(\"чай\")", "\"йач\""),
        ("reverse([])", "[]"),
    ],
    fails: false,
    call: |args| {
        Ok(match args.sequence(0)? {
            Sequence::Text(text) => Value::text(text.chars().rev().collect::<String>()),
            Sequence::List(mut items) => {
                items.reverse();
                Value::list(items)
            }
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, text, yields};

    #[test]
    fn the_end_comes_first() {
        assert_eq!(
            yields(&REVERSE, &[list(&[int(1), int(2)])]),
            list(&[int(2), int(1)])
        );
        assert_eq!(yields(&REVERSE, &[text("чай")]), text("йач"));
    }
}

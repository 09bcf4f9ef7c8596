//! `zip`: two lists of one length as a list of pairs.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// Two lists of one length as a list of pairs.
pub(super) const ZIP: Builtin = Builtin {
    name: "zip",
    subject: Subject::Lists,
    signature: "(left: [T], right: [K]) -> [{ left: T, right: K }]",
    summary: "Two lists of one length as a list of pairs.",
    notes: "Lists of different lengths fail: which elements belong together would be a guess. `take` makes them equal.",
    examples: &[
        (
            "zip([\"чай\", \"суп\"], [90, 250])",
            "[{ left: \"чай\", right: 90 }, { left: \"суп\", right: 250 }]",
        ),
        ("sum(p.left * p.right for p in zip([1, 2], [10, 20]))", "50"),
        ("zip([1], [\"a\", \"b\"]) catch []", "[]"),
    ],
    fails: true,
    call: |args| {
        let (left, right) = (args.list(0)?, args.list(1)?);
        if left.len() != right.len() {
            return Err(Failure::new(
                "unequal-lists",
                format!(
                    "one list has {}, the other {}: pairs need equally many",
                    left.len(),
                    right.len()
                ),
            ));
        }
        let pair =
            |(left, right)| Value::object(vec![("left".into(), left), ("right".into(), right)]);
        Ok(Value::list(left.into_iter().zip(right).map(pair).collect()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, text, yields};

    #[test]
    fn pairs_have_two_sides() {
        let pairs = yields(&ZIP, &[list(&[int(1)]), list(&[text("a")])]);
        let pair = Value::object(vec![("left".into(), int(1)), ("right".into(), text("a"))]);
        assert_eq!(pairs, list(&[pair]));
        assert_eq!(fails(&ZIP, &[list(&[int(1)]), list(&[])]), "unequal-lists");
    }
}

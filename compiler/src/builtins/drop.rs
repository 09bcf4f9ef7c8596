//! `drop`: the elements behind the first so many.

use super::{Builtin, Subject};
use crate::value::Value;

/// The elements behind the first so many.
pub(super) const DROP: Builtin = Builtin {
    name: "drop",
    subject: Subject::Lists,
    signature: "(list: [T], count: int) -> [T]",
    summary: "The elements behind the first so many.",
    notes: "A negative count drops nothing.",
    examples: &[
        ("drop([1, 2, 3], 1)", "[2, 3]"),
        ("drop([\"чай\", \"суп\"], 5)", "[]"),
        ("drop([1, 2], 0)", "[1, 2]"),
    ],
    fails: false,
    call: |args| {
        let count = usize::try_from(args.int(1)?.max(0)).unwrap_or(usize::MAX);
        Ok(Value::list(args.list(0)?.into_iter().skip(count).collect()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, yields};

    #[test]
    fn more_than_there_is_leaves_nothing() {
        assert_eq!(
            yields(&DROP, &[list(&[int(1), int(2)]), int(1)]),
            list(&[int(2)])
        );
        assert_eq!(yields(&DROP, &[list(&[int(1)]), int(i64::MAX)]), list(&[]));
        assert_eq!(yields(&DROP, &[list(&[int(1)]), int(-1)]), list(&[int(1)]));
    }
}

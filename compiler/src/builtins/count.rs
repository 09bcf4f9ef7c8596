//! `count`: how many elements a list has.

use super::{Builtin, Subject};
use crate::value::Value;

/// How many elements a list has.
pub(super) const COUNT: Builtin = Builtin {
    name: "count",
    subject: Subject::Lists,
    signature: "(list: [T]) -> int",
    summary: "How many elements a list has.",
    notes: "",
    examples: &[
        ("count([1, 2, 3])", "3"),
        ("count(x for x in [1, 2, 3] if x > 1)", "2"),
        ("count([])", "0"),
    ],
    fails: false,
    call: |args| {
        Ok(Value::Int(
            i64::try_from(args.list(0)?.len()).unwrap_or(i64::MAX),
        ))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, json, list, yields};

    #[test]
    fn elements_are_counted() {
        assert_eq!(yields(&COUNT, &[list(&[int(1), int(1)])]), int(2));
        assert_eq!(yields(&COUNT, &[json("[1, [2, 3]]")]), int(2));
    }
}

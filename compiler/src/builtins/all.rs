//! `all`: whether every element is true; true for an empty list.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// Whether every element is true; true for an empty list.
pub(super) const ALL: Builtin = Builtin {
    name: "all",
    subject: Subject::Lists,
    signature: "(list: [bool]) -> bool",
    summary: "Whether every element is true; true for an empty list.",
    notes: "Of an empty list it is true.",
    examples: &[
        ("all(x > 0 for x in [1, 2, 3])", "true"),
        ("all(x > 2 for x in [1, 2, 3])", "false"),
        ("all([])", "true"),
    ],
    fails: false,
    call: |args| {
        let mut result = true;
        for item in args.list(0)? {
            match item {
                Value::Bool(value) => result &= value,
                other => return Err(Failure::wrong_kind("a bool", &other)),
            }
        }
        Ok(Value::Bool(result))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, yields};

    #[test]
    fn one_false_is_enough_against_it() {
        assert_eq!(
            yields(&ALL, &[list(&[Value::Bool(true), Value::Bool(false)])]),
            Value::Bool(false)
        );
        assert_eq!(yields(&ALL, &[list(&[])]), Value::Bool(true));
    }

    #[test]
    fn there_is_no_truthiness() {
        assert_eq!(fails(&ALL, &[list(&[int(1)])]), "wrong-type");
    }
}

//! `any`: whether at least one element is true.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// Whether at least one element is true.
pub(super) const ANY: Builtin = Builtin {
    name: "any",
    subject: Subject::Lists,
    signature: "(list: [bool]) -> bool",
    summary: "Whether at least one element is true.",
    notes: "Of an empty list it is false.",
    examples: &[
        ("any(x > 2 for x in [1, 2, 3])", "true"),
        (
            "any(length(name) > 5 for name in [\"суп\", \"сок\"])",
            "false",
        ),
        ("any([])", "false"),
    ],
    fails: false,
    call: |args| {
        let mut result = false;
        for item in args.list(0)? {
            match item {
                Value::Bool(value) => result |= value,
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
    fn one_is_enough() {
        assert_eq!(
            yields(&ANY, &[list(&[Value::Bool(true), Value::Bool(false)])]),
            Value::Bool(true)
        );
        assert_eq!(yields(&ANY, &[list(&[])]), Value::Bool(false));
    }

    #[test]
    fn there_is_no_truthiness() {
        assert_eq!(fails(&ANY, &[list(&[int(1)])]), "wrong-type");
    }
}

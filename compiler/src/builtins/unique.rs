//! `unique`: the elements without repetitions, in the order of their first places.

use std::collections::HashSet;

use super::{Builtin, Subject};
use crate::eval::{Failure, key_text, kind};
use crate::value::Value;

/// The elements without repetitions, in the order of their first places.
pub(super) const UNIQUE: Builtin = Builtin {
    name: "unique",
    subject: Subject::Lists,
    signature: "(list: [T]) -> [T]",
    summary: "The elements without repetitions, in the order of their first places.",
    notes: "1 and 1.0 are equal, 1 and \"1\" are not. A null fails. `unique_by` compares by a key.",
    examples: &[
        ("unique([1, 2, 1])", "[1, 2]"),
        ("unique([\"чай\", \"суп\", \"чай\"])", "[\"чай\", \"суп\"]"),
        ("unique(mod(x, 2) for x in [1, 2, 3])", "[1, 0]"),
    ],
    fails: true,
    call: |args| {
        let mut seen = HashSet::new();
        let mut kept = Vec::new();
        for item in args.list(0)? {
            if seen.insert(identity(&item)?) {
                kept.push(item);
            }
        }
        Ok(Value::list(kept))
    },
};

/// What two equal values have in common. 1 and "1" are different, though they would be one key.
pub(super) fn identity(value: &Value) -> Result<(bool, String), Failure> {
    Ok((kind(value) == "a string", key_text(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, num, text, yields};

    #[test]
    fn equal_numbers_are_one() {
        assert_eq!(
            yields(&UNIQUE, &[list(&[int(1), num("1.0"), int(2), int(1)])]),
            list(&[int(1), int(2)])
        );
        assert_eq!(
            yields(&UNIQUE, &[list(&[int(1), text("1")])]),
            list(&[int(1), text("1")])
        );
    }
}

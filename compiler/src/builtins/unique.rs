//! `unique`: the elements without repetitions, in the order of their first places.

use std::collections::HashSet;

use super::Builtin;
use crate::eval::{key_text, kind};
use crate::value::Value;

/// The elements without repetitions, in the order of their first places.
pub(super) const UNIQUE: Builtin = Builtin {
    name: "unique",
    signature: "(list: [T]) -> [T]",
    summary: "The elements without repetitions, in the order of their first places.",
    examples: &[("unique([1, 2, 1])", "[1, 2]")],
    fails: true,
    call: |args| {
        let mut seen = HashSet::new();
        let mut kept = Vec::new();
        for item in args.list(0)? {
            // 1 and "1" are different, though they would be one key.
            let key = (kind(&item) == "a string", key_text(&item)?);
            if seen.insert(key) {
                kept.push(item);
            }
        }
        Ok(Value::list(kept))
    },
};

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

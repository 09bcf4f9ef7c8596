//! `flatten`: one list of all elements of the lists in a list.

use super::{Builtin, Subject};
use crate::eval::{Failure, elements, limits};
use crate::value::Value;

/// One list of all elements of the lists in a list.
pub(super) const FLATTEN: Builtin = Builtin {
    name: "flatten",
    subject: Subject::Lists,
    signature: "(list: [[T]]) -> [T]",
    summary: "One list of all elements of the lists in a list.",
    notes: "One level goes; lists inside of the inner lists stay.",
    examples: &[
        ("flatten([[1, 2], [3]])", "[1, 2, 3]"),
        ("flatten([[\"чай\"], []])", "[\"чай\"]"),
        ("flatten([x, x * 10] for x in [1, 2])", "[1, 10, 2, 20]"),
    ],
    fails: false,
    call: |args| {
        let mut flat = Vec::new();
        for inner in args.list(0)? {
            flat.extend(elements(&inner)?);
            if flat.len() > limits::LIST_LENGTH_MAX {
                return Err(Failure::too_large("the list"));
            }
        }
        Ok(Value::list(flat))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, yields};

    #[test]
    fn one_level_goes() {
        let nested = list(&[list(&[int(1), int(2)]), list(&[]), list(&[int(3)])]);
        assert_eq!(yields(&FLATTEN, &[nested]), list(&[int(1), int(2), int(3)]));
    }

    #[test]
    fn the_result_is_bounded() {
        let long = list(&vec![Value::Null; 10_000]);
        assert_eq!(fails(&FLATTEN, &[list(&vec![long; 100])]), "too-large");
    }
}

//! `last`: the last element; null for an empty list.

use super::{Builtin, Subject};
use crate::value::Value;

/// The last element; null for an empty list.
pub(super) const LAST: Builtin = Builtin {
    name: "last",
    subject: Subject::Lists,
    signature: "(list: [T]) -> T?",
    summary: "The last element; null for an empty list.",
    notes: "",
    examples: &[
        ("last([1, 2])", "2"),
        ("last([\"чай\", \"суп\"])", "\"суп\""),
        ("last([]) ?? 0", "0"),
    ],
    fails: false,
    call: |args| Ok(args.list(0)?.pop().unwrap_or(Value::Null)),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, yields};

    #[test]
    fn an_empty_list_has_none() {
        assert_eq!(yields(&LAST, &[list(&[int(1), int(2)])]), int(2));
        assert_eq!(yields(&LAST, &[list(&[])]), Value::Null);
    }
}

//! `first`: the first element; null for an empty list.

use super::{Builtin, Subject};
use crate::value::Value;

/// The first element; null for an empty list.
pub(super) const FIRST: Builtin = Builtin {
    name: "first",
    subject: Subject::Lists,
    signature: "(list: [T]) -> T?",
    summary: "The first element; null for an empty list.",
    notes: "With a path in backticks it is the first match in JSON.",
    examples: &[
        ("first([1, 2])", "1"),
        (
            "first(name for name in [\"чай\", \"суп\"] if name != \"чай\")",
            "\"суп\"",
        ),
        ("first([]) ?? 0", "0"),
    ],
    fails: false,
    call: |args| Ok(args.list(0)?.into_iter().next().unwrap_or(Value::Null)),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, yields};

    #[test]
    fn an_empty_list_has_none() {
        assert_eq!(yields(&FIRST, &[list(&[int(1), int(2)])]), int(1));
        assert_eq!(yields(&FIRST, &[list(&[])]), Value::Null);
    }
}

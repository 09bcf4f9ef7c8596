//! `find`: the first element of a list or loop; null when there is none.

use super::{Builtin, Subject};
use crate::value::Value;

/// The first element of a list or loop; null when there is none.
pub(super) const FIND: Builtin = Builtin {
    name: "find",
    subject: Subject::Lists,
    signature: "(list: [T]) -> T?",
    summary: "The first element of a list or loop; null when there is none.",
    notes: "Written over a loop with a condition: `find(i for i in order.items if i.price > 100)`.",
    examples: &[
        ("find(x for x in [1, 5, 7] if x > 3)", "5"),
        (
            "find(name for name in [\"чай\", \"суп\"] if starts_with(name, \"с\"))",
            "\"суп\"",
        ),
        ("find(x for x in [1, 2] if x > 3) ?? 0", "0"),
    ],
    fails: false,
    call: |args| Ok(args.list(0)?.into_iter().next().unwrap_or(Value::Null)),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, yields};

    #[test]
    fn nothing_found_is_null() {
        assert_eq!(yields(&FIND, &[list(&[int(5), int(7)])]), int(5));
        assert_eq!(yields(&FIND, &[list(&[])]), Value::Null);
    }
}

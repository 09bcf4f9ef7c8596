//! `compact`: the list without its nulls.

use super::{Builtin, Subject};
use crate::value::Value;

/// The list without its nulls.
pub(super) const COMPACT: Builtin = Builtin {
    name: "compact",
    subject: Subject::Lists,
    signature: "(list: [T?]) -> [T]",
    summary: "The list without its nulls.",
    notes: "",
    examples: &[
        ("compact([1, null, 2])", "[1, 2]"),
        ("compact([\"чай\", null])", "[\"чай\"]"),
        ("compact([null])", "[]"),
    ],
    fails: false,
    call: |args| {
        let items = args.list(0)?.into_iter();
        Ok(Value::list(items.filter(|item| !item.is_null()).collect()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, yields};

    #[test]
    fn nulls_go() {
        assert_eq!(
            yields(&COMPACT, &[list(&[int(1), Value::Null, int(2)])]),
            list(&[int(1), int(2)])
        );
    }
}

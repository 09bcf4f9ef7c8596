//! `take`: at most this many elements from the beginning.

use super::{Builtin, Subject};
use crate::value::Value;

/// At most this many elements from the beginning.
pub(super) const TAKE: Builtin = Builtin {
    name: "take",
    subject: Subject::Lists,
    signature: "(list: [T], count: int) -> [T]",
    summary: "At most this many elements from the beginning.",
    notes: "",
    examples: &[
        ("take([1, 2, 3], 2)", "[1, 2]"),
        ("take([\"чай\"], 5)", "[\"чай\"]"),
        ("take([1, 2], -1)", "[]"),
    ],
    fails: false,
    call: |args| {
        let mut items = args.list(0)?;
        items.truncate(usize::try_from(args.int(1)?).unwrap_or(0));
        Ok(Value::list(items))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, yields};

    #[test]
    fn fewer_is_fine() {
        assert_eq!(
            yields(&TAKE, &[list(&[int(1), int(2)]), int(1)]),
            list(&[int(1)])
        );
        assert_eq!(yields(&TAKE, &[list(&[int(1)]), int(9)]), list(&[int(1)]));
        assert_eq!(yields(&TAKE, &[list(&[int(1)]), int(-1)]), list(&[]));
    }
}

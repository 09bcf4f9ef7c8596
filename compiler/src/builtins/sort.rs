//! `sort`: the elements in their order; equal ones stay as they are.

use std::cmp::Ordering;

use super::{Builtin, Subject};
use crate::eval::compare;
use crate::value::Value;

/// The elements in their order; equal ones stay as they are.
pub(super) const SORT: Builtin = Builtin {
    name: "sort",
    subject: Subject::Lists,
    signature: "(list: [T], descending: bool = false) -> [T]",
    summary: "The elements in their order; equal ones stay as they are.",
    notes: "Texts are sorted by their characters: large letters stand before small ones, ё behind я.",
    examples: &[
        ("sort([3, 1, 2])", "[1, 2, 3]"),
        ("sort([1, 2], descending: true)", "[2, 1]"),
        ("sort([\"суп\", \"борщ\"])", "[\"борщ\", \"суп\"]"),
    ],
    fails: false,
    call: |args| {
        let mut items = args.list(0)?;
        // Sorting itself cannot fail in the middle: what has no order is found first. All elements are compared with
        // one of them, which finds every mixture of kinds and currencies.
        for item in &items {
            compare(item, &items[0])?;
        }
        items.sort_by(|left, right| compare(left, right).unwrap_or(Ordering::Equal));
        if matches!(args.get(1), Value::Bool(true)) {
            items.reverse();
        }
        Ok(Value::list(items))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, money, num, text, yields};

    #[test]
    fn numbers_sort_by_value() {
        assert_eq!(
            yields(&SORT, &[list(&[int(10), num("9.5"), int(2)])]),
            list(&[int(2), num("9.5"), int(10)])
        );
        assert_eq!(
            yields(&SORT, &[list(&[text("б"), text("а")]), Value::Bool(true)]),
            list(&[text("б"), text("а")])
        );
    }

    #[test]
    fn what_has_no_order_fails() {
        assert_eq!(fails(&SORT, &[list(&[int(1), text("a")])]), "wrong-type");
        assert_eq!(
            fails(&SORT, &[list(&[money("1", "RUB"), money("1", "USD")])]),
            "currency-mismatch"
        );
    }
}

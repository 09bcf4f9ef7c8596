//! `sort_by`: the elements of a loop in the order of their keys.

use std::cmp::Ordering;

use super::{Builtin, Subject};
use crate::eval::compare;
use crate::value::Value;

/// The elements of a loop in the order of their keys.
pub(super) const SORT_BY: Builtin = Builtin {
    name: "sort_by",
    subject: Subject::Lists,
    signature: "(loop: K for T, descending: bool = false) -> [T]",
    summary: "The elements of a loop in the order of their keys.",
    notes: "Elements with equal keys stay in the order in which they came, also with `descending: true`.",
    examples: &[
        (
            "[i.name for i in sort_by(i.price for i in [{ name: \"чай\", price: 90 }, { name: \"суп\", price: 250 }, { name: \"сок\", price: 90 }])]",
            "[\"чай\", \"сок\", \"суп\"]",
        ),
        ("sort_by(-x for x in [1, 3, 2])", "[3, 2, 1]"),
        (
            "sort_by(length(w) for w in [\"борщ\", \"сок\", \"чай\"], descending: true)",
            "[\"борщ\", \"сок\", \"чай\"]",
        ),
    ],
    fails: true,
    call: |args| {
        let mut items = args.keyed(0)?;
        // As in `sort`: what has no order is found before the sorting, which cannot fail.
        for item in &items {
            compare(&item.key, &items[0].key)?;
        }
        let descending = args.flag(1);
        items.sort_by(|left, right| {
            let order = compare(&left.key, &right.key).unwrap_or(Ordering::Equal);
            if descending { order.reverse() } else { order }
        });
        Ok(Value::list(
            items.into_iter().map(|item| item.item).collect(),
        ))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, text, yields};

    fn pair(key: Value, item: Value) -> Value {
        list(&[key, item])
    }

    #[test]
    fn equal_keys_keep_their_order() {
        let pairs = list(&[
            pair(int(2), text("суп")),
            pair(int(1), text("чай")),
            pair(int(2), text("сок")),
        ]);
        let up = list(&[text("чай"), text("суп"), text("сок")]);
        let down = list(&[text("суп"), text("сок"), text("чай")]);
        assert_eq!(yields(&SORT_BY, std::slice::from_ref(&pairs)), up);
        assert_eq!(yields(&SORT_BY, &[pairs, Value::Bool(true)]), down);
    }

    #[test]
    fn what_has_no_order_fails() {
        let mixed = list(&[pair(int(1), int(1)), pair(text("a"), int(2))]);
        assert_eq!(fails(&SORT_BY, &[mixed]), "wrong-type");
        assert_eq!(
            fails(&SORT_BY, &[list(&[pair(Value::Null, int(1))])]),
            "null-value"
        );
    }
}

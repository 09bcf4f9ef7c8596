//! `max`: the largest element; null for an empty list.

use super::{Builtin, Subject};
use crate::eval::compare;
use crate::value::Value;

/// The largest element; null for an empty list.
pub(super) const MAX: Builtin = Builtin {
    name: "max",
    subject: Subject::Lists,
    signature: "(list: [T]) -> T?",
    summary: "The largest element; null for an empty list.",
    notes: "",
    examples: &[
        ("max([3, 1, 2])", "3"),
        ("max(length(w) for w in [\"чай\", \"борщ\"])", "4"),
        ("max([]) ?? 0", "0"),
    ],
    fails: false,
    call: |args| {
        let mut items = args.list(0)?.into_iter();
        let Some(mut best) = items.next() else {
            return Ok(Value::Null);
        };
        // A single element is compared with itself, so that what has no order fails in every list.
        compare(&best, &best)?;
        for item in items {
            if compare(&item, &best)?.is_gt() {
                best = item;
            }
        }
        Ok(best)
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, money, num, yields};

    #[test]
    fn numbers_money_and_texts_have_an_order() {
        assert_eq!(yields(&MAX, &[list(&[int(3), num("1"), int(2)])]), int(3));
        let prices = list(&[money("1", "RUB"), money("3", "RUB")]);
        assert_eq!(yields(&MAX, &[prices]), money("3", "RUB"));
    }

    #[test]
    fn an_empty_list_has_none() {
        assert_eq!(yields(&MAX, &[list(&[])]), Value::Null);
    }

    #[test]
    fn currencies_do_not_mix() {
        let prices = list(&[money("1", "RUB"), money("3", "USD")]);
        assert_eq!(fails(&MAX, &[prices]), "currency-mismatch");
    }
}

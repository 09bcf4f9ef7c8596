//! `max`: the largest element; null for an empty list.

use std::cmp::Ordering;

use super::args::extreme;
use super::{Builtin, Subject};
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
        let best = extreme(args.list(0)?, |item| item, Ordering::Greater)?;
        Ok(best.unwrap_or(Value::Null))
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

//! `sum`: adds up numbers, money of one currency, or durations; 0 for an empty list.

use super::{Builtin, Subject};
use crate::eval::add;
use crate::value::Value;

/// Adds up numbers, money of one currency, or durations; 0 for an empty list.
pub(super) const SUM: Builtin = Builtin {
    name: "sum",
    subject: Subject::Lists,
    signature: "(list: [num]) -> num",
    summary: "Adds up numbers, money of one currency, or durations; 0 for an empty list.",
    notes: "",
    examples: &[
        ("sum([1, 2, 3])", "6"),
        ("sum(x * 2 for x in [1, 2])", "6"),
        ("sum([10 RUB, 0.50 RUB])", "10.50 RUB"),
        ("sum([])", "0"),
    ],
    fails: true,
    call: |args| {
        let mut items = args.list(0)?.into_iter();
        let Some(first) = items.next() else {
            return Ok(Value::Int(0));
        };
        // Adding nothing to a single element checks that it is something that can be added.
        items.try_fold(add(&first, &zero_like(&first))?, |total, item| {
            add(&total, &item)
        })
    },
};

fn zero_like(value: &Value) -> Value {
    match value {
        Value::Duration(_) => Value::Duration(jiff::SignedDuration::ZERO),
        _ => Value::Int(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, money, num, text, yields};

    #[test]
    fn numbers_and_money_add_up() {
        assert_eq!(yields(&SUM, &[list(&[int(1), num("2.5")])]), num("3.5"));
        assert_eq!(
            yields(&SUM, &[list(&[money("1", "RUB"), money("2", "RUB")])]),
            money("3", "RUB")
        );
    }

    #[test]
    fn nothing_is_zero() {
        assert_eq!(yields(&SUM, &[list(&[])]), int(0));
        assert_eq!(yields(&SUM, &[Value::Null]), int(0));
    }

    #[test]
    fn currencies_do_not_mix() {
        assert_eq!(
            fails(&SUM, &[list(&[money("1", "RUB"), money("2", "KZT")])]),
            "currency-mismatch"
        );
        assert_eq!(fails(&SUM, &[list(&[text("a")])]), "wrong-type");
    }
}

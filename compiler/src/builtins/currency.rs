//! `currency`: the currency of money; null without one.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The currency of money; null without one.
pub(super) const CURRENCY: Builtin = Builtin {
    name: "currency",
    subject: Subject::Numbers,
    signature: "(x: money) -> string?",
    summary: "The currency of money; null without one.",
    notes: "",
    examples: &[
        ("currency(12.50 RUB)", "\"RUB\""),
        ("currency(money(1)) ?? \"-\"", "\"-\""),
    ],
    fails: false,
    call: |args| match args.get(0) {
        Value::Money(money) => Ok(money.currency.clone().map_or(Value::Null, Value::Text)),
        other => Err(Failure::wrong_kind("money", other)),
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{money, text, yields};

    #[test]
    fn unnamed_money_has_none() {
        assert_eq!(yields(&CURRENCY, &[money("5", "RUB")]), text("RUB"));
        assert_eq!(yields(&CURRENCY, &[money("5", "")]), Value::Null);
    }
}

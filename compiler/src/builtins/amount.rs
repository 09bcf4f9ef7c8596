//! `amount`: the amount of money as a plain number.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::{Num, Value};

/// The amount of money as a plain number.
pub(super) const AMOUNT: Builtin = Builtin {
    name: "amount",
    subject: Subject::Numbers,
    signature: "(x: money) -> decimal",
    summary: "The amount of money as a plain number.",
    notes: "",
    examples: &[
        ("amount(12.50 RUB)", "12.5"),
        ("amount(12.50 RUB) * 2", "25"),
    ],
    fails: false,
    call: |args| match args.get(0) {
        Value::Money(money) => Ok(Value::Num(money.amount)),
        Value::Int(0) => Ok(Value::Num(Num::ZERO)),
        other => Err(Failure::wrong_kind("money", other)),
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{money, num, yields};

    #[test]
    fn the_currency_goes() {
        assert_eq!(yields(&AMOUNT, &[money("12.5", "RUB")]), num("12.5"));
    }
}

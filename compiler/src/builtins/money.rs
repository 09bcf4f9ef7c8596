//! `money`: money of a number, of this currency or of none.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::types::Name;
use crate::value::{Money, Value};

/// Money of a number, of this currency or of none.
pub(super) const MONEY: Builtin = Builtin {
    name: "money",
    subject: Subject::Conversions,
    signature: "(x: T, currency: string = null) -> money",
    summary: "Money of a number, of this currency or of none.",
    notes: "",
    examples: &[
        ("money(12.50, \"RUB\")", "12.50 RUB"),
        ("money(\"7\", \"KZT\")", "7 KZT"),
        ("money(\"сто\") catch 0", "0"),
    ],
    fails: true,
    call: |args| {
        let currency = match args.given(1) {
            None => None,
            Some(_) => Some(currency_code(args.text(1)?)?),
        };
        match args.get(0) {
            Value::Money(money) if currency.is_none() => Ok(Value::Money(money.clone())),
            Value::Money(money) if money.currency == currency || money.currency.is_none() => {
                Ok(Value::Money(Money::new(money.amount, currency)))
            }
            Value::Money(money) => Err(crate::value::MoneyError::CurrencyMismatch(
                money.currency.clone(),
                currency,
            )
            .into()),
            other => Ok(Value::Money(Money::new(
                super::decimal::number_of(other)?,
                currency,
            ))),
        }
    },
};

/// Three capital letters, as ISO 4217 has them.
fn currency_code(code: Name) -> Result<Name, Failure> {
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(code);
    }
    Err(Failure::new(
        "unknown-currency",
        "a currency has three capital letters, like \"RUB\"",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, money, num, text, yields};

    #[test]
    fn numbers_and_texts_become_money() {
        assert_eq!(
            yields(&MONEY, &[num("12.5"), text("RUB")]),
            money("12.5", "RUB")
        );
        assert_eq!(yields(&MONEY, &[text("12.50")]), money("12.5", ""));
    }

    #[test]
    fn money_keeps_its_currency() {
        assert_eq!(yields(&MONEY, &[money("1", "RUB")]), money("1", "RUB"));
        assert_eq!(
            yields(&MONEY, &[money("1", ""), text("RUB")]),
            money("1", "RUB")
        );
        assert_eq!(
            fails(&MONEY, &[money("1", "USD"), text("RUB")]),
            "currency-mismatch"
        );
    }

    #[test]
    fn a_currency_is_a_code() {
        assert_eq!(fails(&MONEY, &[int(1), text("руб")]), "unknown-currency");
    }
}

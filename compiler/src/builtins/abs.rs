//! `abs`: the number without its sign.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The number without its sign.
pub(super) const ABS: Builtin = Builtin {
    name: "abs",
    subject: Subject::Numbers,
    signature: "(x: num) -> num",
    summary: "The number without its sign.",
    notes: "",
    examples: &[
        ("abs(-5)", "5"),
        ("abs(2.5)", "2.5"),
        ("abs(-5 RUB)", "5 RUB"),
    ],
    fails: false,
    call: |args| {
        Ok(match args.get(0) {
            Value::Int(number) => Value::Int(number.checked_abs().ok_or_else(|| {
                Failure::new("int-overflow", "the result does not fit an int of 64 bits")
            })?),
            Value::Num(number) => Value::Num(number.abs()),
            Value::Money(money) if money.amount.is_negative() => Value::Money(money.neg()),
            Value::Money(money) => Value::Money(money.clone()),
            Value::Duration(span) if span.is_negative() => Value::Duration(
                span.checked_neg()
                    .ok_or_else(|| Failure::new("date-range", "the duration is too long"))?,
            ),
            Value::Duration(span) => Value::Duration(*span),
            other => return Err(Failure::wrong_kind("a number", other)),
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, money, num, yields};

    #[test]
    fn the_sign_goes() {
        assert_eq!(yields(&ABS, &[num("-2.5")]), num("2.5"));
        assert_eq!(yields(&ABS, &[money("-3", "RUB")]), money("3", "RUB"));
    }

    #[test]
    fn the_smallest_int_has_no_opposite() {
        assert_eq!(fails(&ABS, &[int(i64::MIN)]), "int-overflow");
    }
}

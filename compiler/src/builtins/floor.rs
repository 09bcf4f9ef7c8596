//! `floor`: the next whole number below.
//!
//! Right above a division it needs no exact quotient: `floor(a / b)`.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::{Rounding, Value};

/// The next whole number below.
pub(super) const FLOOR: Builtin = Builtin {
    name: "floor",
    subject: Subject::Numbers,
    signature: "(x: num) -> num",
    summary: "The next whole number below.",
    notes: "Above a division it needs no exact quotient.",
    examples: &[
        ("floor(2.9)", "2"),
        ("floor(-2.1)", "-3"),
        ("floor(10 / 3)", "3"),
    ],
    fails: false,
    call: |args| {
        Ok(match args.get(0) {
            Value::Int(number) => Value::Int(*number),
            Value::Num(number) => Value::Num(number.round(0, Rounding::Floor)?),
            Value::Money(money) => Value::Money(money.round(0, Rounding::Floor)?),
            other => return Err(Failure::wrong_kind("a number", other)),
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{money, num, yields};

    #[test]
    fn below_is_below_also_for_negative_numbers() {
        assert_eq!(yields(&FLOOR, &[num("2.9")]), num("2"));
        assert_eq!(yields(&FLOOR, &[num("-2.1")]), num("-3"));
        assert_eq!(yields(&FLOOR, &[money("9.99", "RUB")]), money("9", "RUB"));
    }
}

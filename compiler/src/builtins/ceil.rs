//! `ceil`: the next whole number above.
//!
//! Right above a division it needs no exact quotient: `ceil(a / b)`.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::{Rounding, Value};

/// The next whole number above.
pub(super) const CEIL: Builtin = Builtin {
    name: "ceil",
    subject: Subject::Numbers,
    signature: "(x: num) -> num",
    summary: "The next whole number above.",
    notes: "Above a division it needs no exact quotient.",
    examples: &[
        ("ceil(2.1)", "3"),
        ("ceil(-2.9)", "-2"),
        ("ceil(10 / 3)", "4"),
    ],
    fails: false,
    call: |args| {
        Ok(match args.get(0) {
            Value::Int(number) => Value::Int(*number),
            Value::Num(number) => Value::Num(number.round(0, Rounding::Ceiling)?),
            Value::Money(money) => Value::Money(money.round(0, Rounding::Ceiling)?),
            other => return Err(Failure::wrong_kind("a number", other)),
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, num, yields};

    #[test]
    fn above_is_above_also_for_negative_numbers() {
        assert_eq!(yields(&CEIL, &[num("2.1")]), num("3"));
        assert_eq!(yields(&CEIL, &[num("-2.9")]), num("-2"));
        assert_eq!(yields(&CEIL, &[int(4)]), int(4));
    }
}

//! `mod`: the remainder of a division, with the sign of the divisor, as in spreadsheets.

use super::{Builtin, Subject};
use crate::value::{Money, Num, Value};

/// The remainder of a division, with the sign of the divisor, as in spreadsheets.
pub(super) const MOD: Builtin = Builtin {
    name: "mod",
    subject: Subject::Numbers,
    signature: "(x: num, by: num) -> num",
    summary: "The remainder of a division, with the sign of the divisor, as in spreadsheets.",
    notes: "",
    examples: &[
        ("mod(7, 3)", "1"),
        ("mod(-7, 3)", "2"),
        ("mod(7.5, 2)", "1.5"),
    ],
    fails: true,
    call: |args| {
        Ok(match (args.get(0), args.get(1)) {
            (Value::Int(x), Value::Int(by)) => {
                let rest = Num::from_i64(*x).modulo(Num::from_i64(*by))?;
                // The remainder is smaller than the divisor, which is an int.
                rest.to_i64().map_or(Value::Num(rest), Value::Int)
            }
            (Value::Money(x), Value::Money(by)) => {
                let currency = x.common_currency(by)?;
                Value::Money(Money::new(x.amount.modulo(by.amount)?, currency))
            }
            _ => Value::Num(args.num(0)?.modulo(args.num(1)?)?),
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, num, yields};

    #[test]
    fn the_remainder_has_the_sign_of_the_divisor() {
        assert_eq!(yields(&MOD, &[int(-7), int(3)]), int(2));
        assert_eq!(yields(&MOD, &[num("7.5"), int(2)]), num("1.5"));
        assert_eq!(yields(&MOD, &[int(i64::MIN), int(-1)]), int(0));
    }

    #[test]
    fn by_zero_there_is_no_remainder() {
        assert_eq!(fails(&MOD, &[int(7), int(0)]), "division-by-zero");
    }
}

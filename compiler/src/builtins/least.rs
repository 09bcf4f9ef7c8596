//! `least`: the smaller of two values.

use super::{Builtin, Subject};
use crate::eval::compare;

/// The smaller of two values.
pub(super) const LEAST: Builtin = Builtin {
    name: "least",
    subject: Subject::Numbers,
    signature: "(a: T, b: T) -> T",
    summary: "The smaller of two values.",
    notes: "Of a list it is `min`.",
    examples: &[
        ("least(3, 2)", "2"),
        ("least(2.5, 2)", "2"),
        ("least(100 RUB, 50 RUB)", "50 RUB"),
    ],
    fails: true,
    call: |args| {
        let (a, b) = (args.get(0), args.get(1));
        let chosen = if compare(a, b)?.is_gt() { b } else { a };
        Ok(chosen.clone())
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, money, text, yields};

    #[test]
    fn money_is_compared_in_one_currency() {
        let (one, two) = (money("1", "RUB"), money("2", "RUB"));
        let expected = one.clone();
        assert_eq!(yields(&LEAST, &[one.clone(), two]), expected);
        assert_eq!(
            fails(&LEAST, &[one, money("2", "USD")]),
            "currency-mismatch"
        );
        assert_eq!(fails(&LEAST, &[int(1), text("1")]), "wrong-type");
    }
}

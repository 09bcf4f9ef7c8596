//! `greatest`: the larger of two values.

use super::{Builtin, Subject};
use crate::eval::compare;

/// The larger of two values.
pub(super) const GREATEST: Builtin = Builtin {
    name: "greatest",
    subject: Subject::Numbers,
    signature: "(a: T, b: T) -> T",
    summary: "The larger of two values.",
    notes: "Of a list it is `max`.",
    examples: &[
        ("greatest(3, 2)", "3"),
        ("greatest(2.5, 2)", "2.5"),
        ("greatest(\"борщ\", \"чай\")", "\"чай\""),
    ],
    fails: true,
    call: |args| {
        let (a, b) = (args.get(0), args.get(1));
        let chosen = if compare(a, b)?.is_lt() { b } else { a };
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
        let expected = two.clone();
        assert_eq!(yields(&GREATEST, &[one.clone(), two]), expected);
        assert_eq!(
            fails(&GREATEST, &[one, money("2", "USD")]),
            "currency-mismatch"
        );
        assert_eq!(fails(&GREATEST, &[int(1), text("1")]), "wrong-type");
    }
}

//! `clamp`: the value, but not below the second and not above the third.

use super::{Builtin, Subject};
use crate::eval::{Failure, compare};

/// The value, but not below the second and not above the third.
pub(super) const CLAMP: Builtin = Builtin {
    name: "clamp",
    subject: Subject::Numbers,
    signature: "(x: T, low: T, high: T) -> T",
    summary: "The value, but not below the second and not above the third.",
    notes: "",
    examples: &[
        ("clamp(150, 0, 100)", "100"),
        ("clamp(-1, 0, 100)", "0"),
        ("clamp(50 RUB, 1 RUB, 100 RUB)", "50 RUB"),
    ],
    fails: true,
    call: |args| {
        let [x, low, high] = [0, 1, 2].map(|at| args.get(at));
        if compare(low, high)?.is_gt() {
            return Err(Failure::new(
                "out-of-range",
                "the lower limit is above the upper one",
            ));
        }
        let value = if compare(x, low)?.is_lt() {
            low
        } else if compare(x, high)?.is_gt() {
            high
        } else {
            x
        };
        Ok(value.clone())
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, money, yields};

    #[test]
    fn limits_hold() {
        assert_eq!(yields(&CLAMP, &[int(150), int(0), int(100)]), int(100));
        assert_eq!(yields(&CLAMP, &[int(-1), int(0), int(100)]), int(0));
        assert_eq!(
            yields(
                &CLAMP,
                &[money("5", "RUB"), money("1", "RUB"), money("9", "RUB")]
            ),
            money("5", "RUB")
        );
    }

    #[test]
    fn crossed_limits_are_a_failure() {
        assert_eq!(fails(&CLAMP, &[int(1), int(9), int(3)]), "out-of-range");
    }
}

//! `duration`: so many seconds as a duration.

use jiff::SignedDuration;

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::{Num, Rounding, Value};

/// So many seconds as a duration.
pub(super) const DURATION: Builtin = Builtin {
    name: "duration",
    subject: Subject::Dates,
    signature: "(seconds: num) -> duration",
    summary: "So many seconds as a duration.",
    notes: "",
    examples: &[
        ("duration(90) == 1m30s", "true"),
        ("duration(0.5) + 1s == duration(1.5)", "true"),
    ],
    fails: true,
    call: |args| {
        let nanos = args.num(0)?.mul(Num::from_i64(1_000_000_000))?;
        let nanos = nanos.round(0, Rounding::HalfAwayFromZero)?.to_i64();
        nanos
            .map(|nanos| Value::Duration(SignedDuration::from_nanos(nanos)))
            .ok_or_else(|| Failure::new("date-range", "the duration is too long"))
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, int, num, yields};

    #[test]
    fn parts_of_a_second_stay() {
        assert_eq!(
            yields(&DURATION, &[num("61.5")]),
            Value::Duration("1m 1.5s".parse().unwrap())
        );
        assert_eq!(fails(&DURATION, &[int(i64::MAX)]), "date-range");
    }
}

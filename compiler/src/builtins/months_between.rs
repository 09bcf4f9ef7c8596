//! `months_between`: how many whole months lie between two dates or moments; negative when the second is the earlier one.

use jiff::Unit;

use super::{Builtin, Subject};
use crate::eval::time;
use crate::value::Value;

/// How many whole months lie between two dates or moments; negative when the second is the earlier one.
pub(super) const MONTHS_BETWEEN: Builtin = Builtin {
    name: "months_between",
    subject: Subject::Dates,
    signature: "(from: T, to: T) -> int",
    summary: "How many whole months lie between two dates or moments; negative when the second is the earlier one.",
    notes: "From the 31st a month is whole on the last day of a shorter month only when that month has ended.",
    examples: &[
        (
            "months_between(date(\"2026-01-15\"), date(\"2026-11-21\"))",
            "10",
        ),
        (
            "months_between(date(\"2026-01-15\"), date(\"2026-02-14\"))",
            "0",
        ),
        (
            "months_between(date(\"2026-11-21\"), date(\"2025-11-21\"))",
            "-12",
        ),
    ],
    fails: true,
    call: |args| {
        let span = time::between(args.get(0), args.get(1), Unit::Month)?;
        Ok(Value::Int(i64::from(span.get_months())))
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, int, moment, yields};

    #[test]
    fn a_date_and_a_moment_do_not_mix() {
        let day = Value::Date("2026-11-21".parse().unwrap());
        let moment = moment("2026-11-21T10:00:00+03:00");
        assert_eq!(
            fails(&MONTHS_BETWEEN, &[day.clone(), moment.clone()]),
            "wrong-type"
        );
        assert_eq!(yields(&MONTHS_BETWEEN, &[day.clone(), day]), int(0));
        assert_eq!(yields(&MONTHS_BETWEEN, &[moment.clone(), moment]), int(0));
    }

    #[test]
    fn centuries_can_be_crossed() {
        let (first, last) = ("0001-01-01".parse().unwrap(), "9999-12-31".parse().unwrap());
        let Value::Int(count) = yields(&MONTHS_BETWEEN, &[Value::Date(first), Value::Date(last)])
        else {
            panic!("no number")
        };
        assert!(count > 0);
    }
}

//! `days_between`: how many whole days lie between two dates or moments; negative when the second is the earlier one.

use jiff::Unit;

use super::{Builtin, Subject};
use crate::eval::time;
use crate::value::Value;

/// How many whole days lie between two dates or moments; negative when the second is the earlier one.
pub(super) const DAYS_BETWEEN: Builtin = Builtin {
    name: "days_between",
    subject: Subject::Dates,
    signature: "(from: T, to: T) -> int",
    summary: "How many whole days lie between two dates or moments; negative when the second is the earlier one.",
    notes: "A difference in hours and minutes is a duration: `b - a`. Moments are compared in the zone of the first.",
    examples: &[
        (
            "days_between(date(\"2026-11-21\"), date(\"2026-12-01\"))",
            "10",
        ),
        (
            "days_between(date(\"2026-11-21\"), date(\"2026-11-20\"))",
            "-1",
        ),
        (
            "days_between(datetime(\"2026-11-21T23:00:00+03:00\"), datetime(\"2026-11-22T22:00:00+03:00\"))",
            "0",
        ),
    ],
    fails: true,
    call: |args| {
        let span = time::between(args.get(0), args.get(1), Unit::Day)?;
        Ok(Value::Int(i64::from(span.get_days())))
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
            fails(&DAYS_BETWEEN, &[day.clone(), moment.clone()]),
            "wrong-type"
        );
        assert_eq!(yields(&DAYS_BETWEEN, &[day.clone(), day]), int(0));
        assert_eq!(yields(&DAYS_BETWEEN, &[moment.clone(), moment]), int(0));
    }

    #[test]
    fn the_whole_calendar_can_be_crossed() {
        let (first, last) = (
            "-009999-01-01".parse().unwrap(),
            "9999-12-31".parse().unwrap(),
        );
        let Value::Int(count) = yields(&DAYS_BETWEEN, &[Value::Date(first), Value::Date(last)])
        else {
            panic!("no number")
        };
        assert!(count > 0);
    }
}

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
    use crate::builtins::months_between::MONTHS_BETWEEN;
    use crate::builtins::testing::{fails, int, moment, yields};
    use crate::builtins::years_between::YEARS_BETWEEN;

    const ALL: [Builtin; 3] = [DAYS_BETWEEN, MONTHS_BETWEEN, YEARS_BETWEEN];

    #[test]
    fn a_date_and_a_moment_do_not_mix() {
        let day = Value::Date("2026-11-21".parse().unwrap());
        let moment = moment("2026-11-21T10:00:00+03:00");
        for function in &ALL {
            let mixed = [day.clone(), moment.clone()];
            assert_eq!(fails(function, &mixed), "wrong-type");
            assert_eq!(yields(function, &[day.clone(), day.clone()]), int(0));
            assert_eq!(yields(function, &[moment.clone(), moment.clone()]), int(0));
        }
    }

    #[test]
    fn the_whole_calendar_can_be_crossed() {
        let last = Value::Date("9999-12-31".parse().unwrap());
        let cases = [
            (DAYS_BETWEEN, "-009999-01-01", 7_304_483),
            // From the very first day jiff looks for a month behind the last one.
            (MONTHS_BETWEEN, "0001-01-01", 119_987),
            (YEARS_BETWEEN, "-009999-01-01", 19_998),
        ];
        for (function, first, expected) in cases {
            let first = Value::Date(first.parse().unwrap());
            assert_eq!(yields(&function, &[first, last.clone()]), int(expected));
        }
    }
}

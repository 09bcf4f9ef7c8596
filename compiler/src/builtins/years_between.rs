//! `years_between`: how many whole years lie between two dates or moments: the age of somebody born on the first.

use jiff::Unit;

use super::{Builtin, Subject};
use crate::eval::time;
use crate::value::Value;

/// How many whole years lie between two dates or moments: the age of somebody born on the first.
pub(super) const YEARS_BETWEEN: Builtin = Builtin {
    name: "years_between",
    subject: Subject::Dates,
    signature: "(from: T, to: T) -> int",
    summary: "How many whole years lie between two dates or moments: the age of somebody born on the first.",
    notes: "The birthday itself counts: whoever was born on 21 November is a year older on 21 November.",
    examples: &[
        (
            "years_between(date(\"1990-11-21\"), date(\"2026-11-21\"))",
            "36",
        ),
        (
            "years_between(date(\"1990-11-22\"), date(\"2026-11-21\"))",
            "35",
        ),
        (
            "years_between(date(\"2026-11-21\"), date(\"2020-01-01\"))",
            "-6",
        ),
    ],
    fails: true,
    call: |args| {
        let span = time::between(args.get(0), args.get(1), Unit::Year)?;
        Ok(Value::Int(i64::from(span.get_years())))
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
            fails(&YEARS_BETWEEN, &[day.clone(), moment.clone()]),
            "wrong-type"
        );
        assert_eq!(yields(&YEARS_BETWEEN, &[day.clone(), day]), int(0));
        assert_eq!(yields(&YEARS_BETWEEN, &[moment.clone(), moment]), int(0));
    }

    #[test]
    fn the_whole_calendar_can_be_crossed() {
        let (first, last) = (
            "-009999-01-01".parse().unwrap(),
            "9999-12-31".parse().unwrap(),
        );
        let Value::Int(count) = yields(&YEARS_BETWEEN, &[Value::Date(first), Value::Date(last)])
        else {
            panic!("no number")
        };
        assert!(count > 0);
    }
}

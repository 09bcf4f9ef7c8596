//! `add_days`: a date or moment so many days later, or earlier, at the same time of day.

use jiff::Span;

use super::{Builtin, Subject};
use crate::eval::{Failure, time};
use crate::value::Value;

/// A date or moment so many days later, or earlier, at the same time of day.
pub(super) const ADD_DAYS: Builtin = Builtin {
    name: "add_days",
    subject: Subject::Dates,
    signature: "(x: T, days: int) -> T",
    summary: "A date or moment so many days later, or earlier, at the same time of day.",
    notes: "Days are those of the calendar: over a change to summer time a day has 23 hours. `x + 24h` counts hours.",
    examples: &[
        (
            "string(add_days(date(\"2026-02-27\"), 2))",
            "\"2026-03-01\"",
        ),
        (
            "string(add_days(date(\"2026-11-21\"), -21))",
            "\"2026-10-31\"",
        ),
        (
            "format(add_days(datetime(\"2026-11-21T10:00:00+03:00\"), 1), \"%d.%m %H:%M\")",
            "\"22.11 10:00\"",
        ),
    ],
    fails: true,
    call: |args| {
        let days = Span::new()
            .try_days(args.int(1)?)
            .map_err(|_| time::out_of_calendar())?;
        let moved = match args.get(0) {
            Value::Date(date) => date.checked_add(days).map(Value::Date),
            Value::DateTime(moment) => moment.checked_add(days).map(Value::DateTime),
            other => return Err(Failure::wrong_kind("a date or datetime", other)),
        };
        moved.map_err(|_| time::out_of_calendar())
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, int, yields};

    #[test]
    fn the_time_of_day_stays_over_summer_time() {
        let zone = |text: &str| Value::DateTime(text.parse().unwrap());
        let before = zone("2026-03-28T10:00:00+01:00[Europe/Berlin]");
        let after = zone("2026-03-29T10:00:00+02:00[Europe/Berlin]");
        assert_eq!(yields(&ADD_DAYS, &[before, int(1)]), after);
    }

    #[test]
    fn the_calendar_has_an_end() {
        let day = Value::Date("2026-11-21".parse().unwrap());
        assert_eq!(
            fails(&ADD_DAYS, &[day.clone(), int(i64::MAX)]),
            "date-range"
        );
        assert_eq!(fails(&ADD_DAYS, &[day, int(4_000_000)]), "date-range");
        assert_eq!(fails(&ADD_DAYS, &[int(1), int(1)]), "wrong-type");
    }
}

//! `add_months`: a date or moment some months later, or earlier; the last day of the month where the day does not exist.

use jiff::Span;

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// A date or moment some months later, or earlier; the last day of the month where the day does not exist.
pub(super) const ADD_MONTHS: Builtin = Builtin {
    name: "add_months",
    subject: Subject::Dates,
    signature: "(x: T, months: int) -> T",
    summary: "A date or moment some months later, or earlier; the last day of the month where the day does not exist.",
    notes: "",
    examples: &[
        (
            "string(add_months(date(\"2026-01-31\"), 1))",
            "\"2026-02-28\"",
        ),
        (
            "string(add_months(date(\"2026-03-31\"), -1))",
            "\"2026-02-28\"",
        ),
        (
            "string(add_months(date(\"2024-02-29\"), 12))",
            "\"2025-02-28\"",
        ),
    ],
    fails: true,
    call: |args| {
        let out_of_calendar = |_| Failure::new("date-range", "the date is out of the calendar");
        let months = Span::new()
            .try_months(args.int(1)?)
            .map_err(out_of_calendar)?;
        Ok(match args.get(0) {
            Value::Date(date) => Value::Date(date.checked_add(months).map_err(out_of_calendar)?),
            Value::DateTime(moment) => {
                Value::DateTime(moment.checked_add(months).map_err(out_of_calendar)?)
            }
            other => return Err(Failure::wrong_kind("a date or datetime", other)),
        })
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, int, yields};

    #[test]
    fn short_months_end_earlier() {
        let day = |text: &str| Value::Date(text.parse().unwrap());
        assert_eq!(
            yields(&ADD_MONTHS, &[day("2026-01-31"), int(1)]),
            day("2026-02-28")
        );
        assert_eq!(
            yields(&ADD_MONTHS, &[day("2026-03-31"), int(-1)]),
            day("2026-02-28")
        );
        assert_eq!(
            fails(&ADD_MONTHS, &[day("2026-03-31"), int(i64::MAX)]),
            "date-range"
        );
        assert_eq!(
            fails(&ADD_MONTHS, &[day("9999-12-31"), int(1)]),
            "date-range"
        );
    }
}

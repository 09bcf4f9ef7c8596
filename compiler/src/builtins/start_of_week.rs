//! `start_of_week`: the first day of the week of a date, or the first moment of it.

use super::{Builtin, Subject};
use crate::eval::time;

/// The first day of the week of a date, or the first moment of it.
pub(super) const START_OF_WEEK: Builtin = Builtin {
    name: "start_of_week",
    subject: Subject::Dates,
    signature: "(x: T) -> T",
    summary: "The first day of the week of a date, or the first moment of it.",
    notes: "A week begins on Monday. A moment becomes the first one of that day in its own zone.",
    examples: &[
        (
            "string(start_of_week(date(\"2026-11-21\")))",
            "\"2026-11-16\"",
        ),
        (
            "string(start_of_week(date(\"2026-11-16\")))",
            "\"2026-11-16\"",
        ),
        (
            "format(start_of_week(datetime(\"2026-11-21T10:00:00+03:00\")), \"%d.%m %H:%M\")",
            "\"16.11 00:00\"",
        ),
    ],
    fails: true,
    call: |args| {
        time::first_day(args.get(0), |date| {
            date.checked_sub(
                jiff::Span::new().days(i64::from(date.weekday().to_monday_zero_offset())),
            )
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, moment, text, yields};

    #[test]
    fn only_dates_have_one() {
        assert_eq!(fails(&START_OF_WEEK, &[text("2026-11-21")]), "wrong-type");
        let first = yields(&START_OF_WEEK, &[moment("2026-11-21T10:00:00+03:00")]);
        assert_eq!(yields(&START_OF_WEEK, std::slice::from_ref(&first)), first);
    }
}

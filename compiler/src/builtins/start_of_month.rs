//! `start_of_month`: the first day of the month of a date, or the first moment of it.

use super::{Builtin, Subject};
use crate::eval::time;

/// The first day of the month of a date, or the first moment of it.
pub(super) const START_OF_MONTH: Builtin = Builtin {
    name: "start_of_month",
    subject: Subject::Dates,
    signature: "(x: T) -> T",
    summary: "The first day of the month of a date, or the first moment of it.",
    notes: "A moment becomes the first one of that day in its own zone.",
    examples: &[
        (
            "string(start_of_month(date(\"2026-11-21\")))",
            "\"2026-11-01\"",
        ),
        (
            "string(start_of_month(date(\"2026-11-01\")))",
            "\"2026-11-01\"",
        ),
        (
            "format(start_of_month(datetime(\"2026-11-21T10:00:00+03:00\")), \"%d.%m %H:%M\")",
            "\"01.11 00:00\"",
        ),
    ],
    fails: true,
    call: |args| time::first_day(args.get(0), |date| Ok(date.first_of_month())),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, moment, text, yields};

    #[test]
    fn only_dates_have_one() {
        assert_eq!(fails(&START_OF_MONTH, &[text("2026-11-21")]), "wrong-type");
        let first = yields(&START_OF_MONTH, &[moment("2026-11-21T10:00:00+03:00")]);
        assert_eq!(yields(&START_OF_MONTH, std::slice::from_ref(&first)), first);
    }
}

//! `start_of_year`: the first day of the year of a date, or the first moment of it.

use super::{Builtin, Subject};
use crate::eval::time;

/// The first day of the year of a date, or the first moment of it.
pub(super) const START_OF_YEAR: Builtin = Builtin {
    name: "start_of_year",
    subject: Subject::Dates,
    signature: "(x: T) -> T",
    summary: "The first day of the year of a date, or the first moment of it.",
    notes: "A moment becomes the first one of that day in its own zone.",
    examples: &[
        (
            "string(start_of_year(date(\"2026-11-21\")))",
            "\"2026-01-01\"",
        ),
        (
            "string(start_of_year(date(\"2026-01-01\")))",
            "\"2026-01-01\"",
        ),
        (
            "format(start_of_year(datetime(\"2026-11-21T10:00:00+03:00\")), \"%d.%m.%Y\")",
            "\"01.01.2026\"",
        ),
    ],
    fails: true,
    call: |args| time::first_day(args.get(0), |date| Ok(date.first_of_year())),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, moment, text, yields};

    #[test]
    fn only_dates_have_one() {
        assert_eq!(fails(&START_OF_YEAR, &[text("2026-11-21")]), "wrong-type");
        let first = yields(&START_OF_YEAR, &[moment("2026-11-21T10:00:00+03:00")]);
        assert_eq!(yields(&START_OF_YEAR, std::slice::from_ref(&first)), first);
    }
}

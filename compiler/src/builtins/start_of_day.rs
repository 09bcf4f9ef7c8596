//! `start_of_day`: the beginning of the moment's day, as its own zone has it.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The beginning of the moment's day, as its own zone has it.
pub(super) const START_OF_DAY: Builtin = Builtin {
    name: "start_of_day",
    subject: Subject::Dates,
    signature: "(moment: datetime) -> datetime",
    summary: "The beginning of the moment's day, as its own zone has it.",
    notes: "",
    examples: &[
        (
            "format(start_of_day(datetime(\"2026-11-21T10:00:00+03:00\")), \"%d.%m %H:%M\")",
            "\"21.11 00:00\"",
        ),
        (
            "start_of_day(datetime(\"2026-11-21T02:00:00+03:00\")) == datetime(\"2026-11-20T21:00:00Z\")",
            "true",
        ),
    ],
    fails: false,
    call: |args| match args.get(0) {
        Value::DateTime(moment) => moment
            .start_of_day()
            .map(Value::DateTime)
            .map_err(|_| Failure::new("date-range", "the date is out of the calendar")),
        other => Err(Failure::wrong_kind("a datetime", other)),
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, moment, text, yields};

    #[test]
    fn the_zone_of_the_moment_counts() {
        let midnight = moment("2026-11-21T00:00:00+03:00");
        assert_eq!(
            yields(&START_OF_DAY, &[moment("2026-11-21T23:59:00+03:00")]),
            midnight
        );
        assert_eq!(fails(&START_OF_DAY, &[text("сегодня")]), "wrong-type");
    }
}

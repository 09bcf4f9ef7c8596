//! `combine`: the moment of a day at a time, in this zone or the bundle's.

use super::{Builtin, Subject};
use crate::eval::{Failure, time};
use crate::value::Value;

/// The moment of a day at a time, in this zone or the bundle's.
pub(super) const COMBINE: Builtin = Builtin {
    name: "combine",
    subject: Subject::Dates,
    signature: "(day: date, clock: time, zone: string = null) -> datetime",
    summary: "The moment of a day at a time, in this zone or the bundle's.",
    notes: "A time that a change to summer time leaves out is an hour later; one that comes twice is the first.",
    examples: &[
        (
            "combine(date(\"2026-11-21\"), time(\"10:00\"), zone: \"Europe/Moscow\")",
            "datetime(\"2026-11-21T10:00:00+03:00\")",
        ),
        (
            "combine(date(\"2026-11-21\"), time(\"10:00\"), zone: \"UTC\")",
            "datetime(\"2026-11-21T10:00:00Z\")",
        ),
        (
            "combine(date(datetime(\"2026-11-21T23:15:00+03:00\")), time(\"04:00\"))",
            "datetime(\"2026-11-21T04:00:00+03:00\")",
        ),
    ],
    fails: true,
    call: |args| {
        let (Value::Date(day), Value::Time(clock)) = (args.get(0), args.get(1)) else {
            let wrong = match args.get(0) {
                Value::Date(_) => ("a time", args.get(1)),
                other => ("a date", other),
            };
            return Err(Failure::wrong_kind(wrong.0, wrong.1));
        };
        let zone = time::zone(&args.text_or(2, args.scope.zone)?)?;
        day.to_datetime(*clock)
            .to_zoned(zone)
            .map(Value::DateTime)
            .map_err(|_| time::out_of_calendar())
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, int, text, yields};

    #[test]
    fn a_time_that_does_not_exist_is_later() {
        let day = Value::Date("2026-03-29".parse().unwrap());
        let clock = Value::Time("02:30".parse().unwrap());
        let Value::DateTime(moment) =
            yields(&COMBINE, &[day.clone(), clock, text("Europe/Berlin")])
        else {
            panic!("no moment")
        };
        assert_eq!(moment.time(), "03:30".parse().unwrap());
        assert_eq!(fails(&COMBINE, &[day, text("x")]), "wrong-type");
        assert_eq!(fails(&COMBINE, &[int(1), text("x")]), "wrong-type");
    }
}

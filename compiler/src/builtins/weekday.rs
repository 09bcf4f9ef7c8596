//! `weekday`: the day of the week of a date or moment: 1 is Monday, 7 is Sunday.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The day of the week of a date or moment: 1 is Monday, 7 is Sunday.
pub(super) const WEEKDAY: Builtin = Builtin {
    name: "weekday",
    subject: Subject::Dates,
    signature: "(x: T) -> int",
    summary: "The day of the week of a date or moment: 1 is Monday, 7 is Sunday.",
    notes: "",
    examples: &[
        ("weekday(date(\"2026-11-21\"))", "6"),
        ("weekday(date(\"2026-11-16\"))", "1"),
        ("weekday(datetime(\"2026-11-22T10:00:00+03:00\"))", "7"),
    ],
    fails: false,
    call: |args| {
        let part = match args.get(0) {
            Value::Date(date) => date.weekday().to_monday_one_offset(),
            Value::DateTime(moment) => moment.weekday().to_monday_one_offset(),
            other => return Err(Failure::wrong_kind("a date or datetime", other)),
        };
        Ok(Value::Int(i64::from(part)))
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, int, moment, yields};

    #[test]
    fn the_week_begins_on_monday() {
        assert_eq!(
            yields(&WEEKDAY, &[moment("2026-11-21T10:00:00+03:00")]),
            int(6)
        );
        assert_eq!(
            yields(&WEEKDAY, &[Value::Date("2026-11-23".parse().unwrap())]),
            int(1)
        );
        assert_eq!(fails(&WEEKDAY, &[int(1)]), "wrong-type");
    }
}

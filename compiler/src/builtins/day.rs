//! `day`: the day of a date or moment.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The day of a date or moment.
pub(super) const DAY: Builtin = Builtin {
    name: "day",
    subject: Subject::Dates,
    signature: "(x: T) -> int",
    summary: "The day of a date or moment.",
    notes: "",
    examples: &[
        ("day(date(\"2026-11-21\"))", "21"),
        ("day(datetime(\"2026-11-21T23:30:00+03:00\"))", "21"),
    ],
    fails: false,
    call: |args| {
        let part = match args.get(0) {
            Value::Date(date) => date.day(),
            Value::DateTime(moment) => moment.day(),
            other => return Err(Failure::wrong_kind("a date or datetime", other)),
        };
        Ok(Value::Int(i64::from(part)))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, moment, text, yields};

    #[test]
    fn the_zone_of_the_moment_counts() {
        assert_eq!(
            yields(&DAY, &[moment("2026-11-21T00:30:00+03:00")]),
            int(21)
        );
        assert_eq!(fails(&DAY, &[text("2026-11-21")]), "wrong-type");
    }
}

//! `year`: the year of a date or moment.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The year of a date or moment.
pub(super) const YEAR: Builtin = Builtin {
    name: "year",
    subject: Subject::Dates,
    signature: "(x: T) -> int",
    summary: "The year of a date or moment.",
    notes: "",
    examples: &[
        ("year(date(\"2026-11-21\"))", "2026"),
        ("year(datetime(\"2026-12-31T23:59:00+03:00\"))", "2026"),
    ],
    fails: false,
    call: |args| {
        let part = match args.get(0) {
            Value::Date(date) => date.year(),
            Value::DateTime(moment) => moment.year(),
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
            yields(&YEAR, &[moment("2026-11-21T00:30:00+03:00")]),
            int(2026)
        );
        assert_eq!(fails(&YEAR, &[text("2026-11-21")]), "wrong-type");
    }
}

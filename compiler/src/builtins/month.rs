//! `month`: the month of a date or moment.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The month of a date or moment.
pub(super) const MONTH: Builtin = Builtin {
    name: "month",
    subject: Subject::Dates,
    signature: "(x: T) -> int",
    summary: "The month of a date or moment.",
    notes: "",
    examples: &[
        ("month(date(\"2026-11-21\"))", "11"),
        ("month(datetime(\"2026-01-05T23:30:00+03:00\"))", "1"),
    ],
    fails: false,
    call: |args| {
        let part = match args.get(0) {
            Value::Date(date) => date.month(),
            Value::DateTime(moment) => moment.month(),
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
            yields(&MONTH, &[moment("2026-11-21T00:30:00+03:00")]),
            int(11)
        );
        assert_eq!(fails(&MONTH, &[text("2026-11-21")]), "wrong-type");
    }
}

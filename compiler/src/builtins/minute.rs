//! `minute`: the minute of a time or moment.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The minute of a time or moment.
pub(super) const MINUTE: Builtin = Builtin {
    name: "minute",
    subject: Subject::Dates,
    signature: "(x: T) -> int",
    summary: "The minute of a time or moment.",
    notes: "",
    examples: &[
        ("minute(time(\"10:05\"))", "5"),
        ("minute(datetime(\"2026-11-21T23:30:00+03:00\"))", "30"),
    ],
    fails: false,
    call: |args| {
        let part = match args.get(0) {
            Value::Time(time) => time.minute(),
            Value::DateTime(moment) => moment.minute(),
            other => return Err(Failure::wrong_kind("a time or datetime", other)),
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
            yields(&MINUTE, &[moment("2026-11-21T10:05:00+03:00")]),
            int(5)
        );
        assert_eq!(fails(&MINUTE, &[text("10:05")]), "wrong-type");
    }
}

//! `hour`: the hour of a time or moment.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The hour of a time or moment.
pub(super) const HOUR: Builtin = Builtin {
    name: "hour",
    subject: Subject::Dates,
    signature: "(x: T) -> int",
    summary: "The hour of a time or moment.",
    notes: "",
    examples: &[
        ("hour(time(\"10:05\"))", "10"),
        ("hour(datetime(\"2026-11-21T23:30:00+03:00\"))", "23"),
    ],
    fails: false,
    call: |args| {
        let part = match args.get(0) {
            Value::Time(time) => time.hour(),
            Value::DateTime(moment) => moment.hour(),
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
            yields(&HOUR, &[moment("2026-11-21T10:05:00+03:00")]),
            int(10)
        );
        assert_eq!(fails(&HOUR, &[text("10:05")]), "wrong-type");
    }
}

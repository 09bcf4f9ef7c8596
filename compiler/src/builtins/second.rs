//! `second`: the second of a time or moment.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The second of a time or moment.
pub(super) const SECOND: Builtin = Builtin {
    name: "second",
    subject: Subject::Dates,
    signature: "(x: T) -> int",
    summary: "The second of a time or moment.",
    notes: "",
    examples: &[
        ("second(time(\"10:05:30\"))", "30"),
        ("second(datetime(\"2026-11-21T10:05:07+03:00\"))", "7"),
    ],
    fails: false,
    call: |args| {
        let part = match args.get(0) {
            Value::Time(time) => time.second(),
            Value::DateTime(moment) => moment.second(),
            other => return Err(Failure::wrong_kind("a time or datetime", other)),
        };
        Ok(Value::Int(i64::from(part)))
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{int, moment, yields};

    #[test]
    fn parts_of_a_second_do_not_count() {
        let clock = Value::Time("10:05:59.999".parse().unwrap());
        assert_eq!(yields(&SECOND, &[clock]), int(59));
        assert_eq!(
            yields(&SECOND, &[moment("2026-11-21T10:05:07+03:00")]),
            int(7)
        );
    }
}

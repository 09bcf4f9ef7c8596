//! `time`: a time of day from a text (`10:00`, or by a pattern) or from a moment, as its own zone has it.

use jiff::fmt::strtime;

use super::{Builtin, Subject};
use crate::eval::{Failure, time};
use crate::value::Value;

/// A time of day from a text (`10:00`, or by a pattern) or from a moment, as its own zone has it.
pub(super) const TIME: Builtin = Builtin {
    name: "time",
    subject: Subject::Dates,
    signature: "(x: T, pattern: string = null) -> time",
    summary: "A time of day from a text (`10:00`, or by a pattern) or from a moment, as its own zone has it.",
    notes: "",
    examples: &[
        ("string(time(\"10:00\"))", "\"10:00:00\""),
        ("string(time(\"9:05 PM\", \"%I:%M %p\"))", "\"21:05:00\""),
        (
            "string(time(\"полдень\") catch time(\"12:00\"))",
            "\"12:00:00\"",
        ),
    ],
    fails: true,
    call: |args| {
        let clock = match args.get(0) {
            Value::Time(clock) => Some(*clock),
            Value::DateTime(moment) => Some(moment.time()),
            Value::Text(text) => match args.given(1) {
                None => time::parse_time(text.trim()),
                Some(_) => strtime::parse(&*args.text(1)?, text.trim())
                    .and_then(|parts| parts.to_time())
                    .ok(),
            },
            other => return Err(Failure::wrong_kind("a string or a datetime", other)),
        };
        clock
            .map(Value::Time)
            .ok_or_else(|| Failure::new("not-a-time", "the text is no time of this form"))
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, moment, text, yields};

    #[test]
    fn texts_and_moments_have_a_time() {
        let ten = Value::Time("10:00".parse().unwrap());
        assert_eq!(yields(&TIME, &[text("10:00")]), ten);
        assert_eq!(yields(&TIME, &[text("10 ч 00"), text("%H ч %M")]), ten);
        assert_eq!(yields(&TIME, &[moment("2026-11-21T10:00:00+03:00")]), ten);
    }

    #[test]
    fn anything_else_fails() {
        assert_eq!(fails(&TIME, &[text("25:00")]), "not-a-time");
        assert_eq!(fails(&TIME, &[text("полдень")]), "not-a-time");
    }
}

//! `seconds`: a duration in seconds.

use super::{Builtin, Subject};
use crate::eval::{Failure, span_seconds};
use crate::value::Value;

/// A duration in seconds.
pub(super) const SECONDS: Builtin = Builtin {
    name: "seconds",
    subject: Subject::Dates,
    signature: "(x: duration) -> decimal",
    summary: "A duration in seconds.",
    notes: "",
    examples: &[
        ("seconds(1m30s)", "90"),
        ("seconds(1h) / 60", "60"),
        ("seconds(500ms)", "0.5"),
    ],
    fails: false,
    call: |args| match args.get(0) {
        Value::Duration(span) => Ok(Value::Num(span_seconds(*span)?)),
        other => Err(Failure::wrong_kind("a duration", other)),
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{num, yields};

    #[test]
    fn parts_of_a_second_stay() {
        let span = Value::Duration("1m 1.5s".parse().unwrap());
        assert_eq!(yields(&SECONDS, &[span]), num("61.5"));
    }
}

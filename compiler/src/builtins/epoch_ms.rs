//! `epoch_ms`: the moment as milliseconds since 1970.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The moment as milliseconds since 1970.
pub(super) const EPOCH_MS: Builtin = Builtin {
    name: "epoch_ms",
    subject: Subject::Dates,
    signature: "(moment: datetime) -> int",
    summary: "The moment as milliseconds since 1970.",
    notes: "Parts of a millisecond are cut off.",
    examples: &[
        (
            "epoch_ms(datetime(\"2026-11-21T07:00:00Z\"))",
            "1795244400000",
        ),
        ("epoch_ms(datetime(\"1970-01-01T00:00:00.5Z\"))", "500"),
    ],
    fails: false,
    call: |args| match args.get(0) {
        Value::DateTime(moment) => Ok(Value::Int(moment.timestamp().as_millisecond())),
        other => Err(Failure::wrong_kind("a datetime", other)),
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, moment, yields};

    #[test]
    fn zones_do_not_matter() {
        assert_eq!(
            yields(&EPOCH_MS, &[moment("2026-11-21T10:00:00+03:00")]),
            int(1795244400000)
        );
        assert_eq!(fails(&EPOCH_MS, &[int(1)]), "wrong-type");
    }
}

//! `epoch_s`: the moment as seconds since 1970.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The moment as seconds since 1970.
pub(super) const EPOCH_S: Builtin = Builtin {
    name: "epoch_s",
    subject: Subject::Dates,
    signature: "(moment: datetime) -> int",
    summary: "The moment as seconds since 1970.",
    notes: "Parts of a second are cut off.",
    examples: &[
        ("epoch_s(datetime(\"2026-11-21T07:00:00Z\"))", "1795244400"),
        ("epoch_s(datetime(\"1970-01-01T03:00:00+03:00\"))", "0"),
    ],
    fails: false,
    call: |args| match args.get(0) {
        Value::DateTime(moment) => Ok(Value::Int(moment.timestamp().as_second())),
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
            yields(&EPOCH_S, &[moment("2026-11-21T10:00:00+03:00")]),
            int(1795244400)
        );
        assert_eq!(fails(&EPOCH_S, &[int(1)]), "wrong-type");
    }
}

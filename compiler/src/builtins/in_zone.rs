//! `in_zone`: the same moment as the clocks of a zone show it.

use super::{Builtin, Subject};
use crate::eval::{Failure, time};
use crate::value::Value;

/// The same moment as the clocks of a zone show it.
pub(super) const IN_ZONE: Builtin = Builtin {
    name: "in_zone",
    subject: Subject::Dates,
    signature: "(moment: datetime, zone: string) -> datetime",
    summary: "The same moment as the clocks of a zone show it.",
    notes: "Zones have IANA names.",
    examples: &[
        (
            "format(in_zone(datetime(\"2026-11-21T07:00:00Z\"), \"Asia/Yekaterinburg\"), \"%H:%M\")",
            "\"12:00\"",
        ),
        (
            "hour(in_zone(datetime(\"2026-11-21T07:00:00Z\"), \"UTC\"))",
            "7",
        ),
    ],
    fails: true,
    call: |args| match args.get(0) {
        Value::DateTime(moment) => {
            let zone = time::zone(&args.text(1)?)?;
            Ok(Value::DateTime(moment.with_time_zone(zone)))
        }
        other => Err(Failure::wrong_kind("a datetime", other)),
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, moment, text, yields};

    #[test]
    fn the_moment_stays() {
        let ten = moment("2026-11-21T10:00:00+03:00");
        let there = yields(&IN_ZONE, &[ten.clone(), text("Asia/Yekaterinburg")]);
        assert_eq!(there, ten);
        assert_eq!(
            crate::eval::display(&there).unwrap(),
            "2026-11-21T12:00:00+05:00"
        );
        assert_eq!(fails(&IN_ZONE, &[ten, text("Тверь")]), "unknown-zone");
    }
}

//! `format`: a date, time or moment as a text by a pattern like `%d.%m.%Y %H:%M`, moments in this zone.

use jiff::fmt::strtime;

use super::{Builtin, Subject};
use crate::eval::{Failure, time};
use crate::value::Value;

/// A date, time or moment as a text by a pattern like `%d.%m.%Y %H:%M`, moments in this zone.
pub(super) const FORMAT: Builtin = Builtin {
    name: "format",
    subject: Subject::Dates,
    signature: "(x: T, pattern: string, zone: string = null) -> string",
    summary: "A date, time or moment as a text by a pattern like `%d.%m.%Y %H:%M`, moments in this zone.",
    notes: "The parts of the pattern are those of `datetime`; names of months and days are English. Digits are not allowed in it.",
    examples: &[
        (
            "format(date(\"2026-11-21\"), \"%d.%m.%Y\")",
            "\"21.11.2026\"",
        ),
        (
            "format(datetime(\"2026-11-21T07:00:00Z\"), \"%d.%m в %H:%M\", zone: \"Europe/Moscow\")",
            "\"21.11 в 10:00\"",
        ),
        ("format(time(\"10:05\"), \"%H-%M\")", "\"10-05\""),
    ],
    fails: true,
    call: |args| {
        let pattern = args.text(1)?;
        if pattern.len() > PATTERN_BYTES_MAX || pattern.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(no_pattern());
        }
        let shown = match args.get(0) {
            Value::Date(date) => strtime::format(&*pattern, *date),
            Value::Time(time) => strtime::format(&*pattern, *time),
            Value::DateTime(moment) => match args.given(2) {
                None => strtime::format(&*pattern, moment),
                Some(_) => {
                    let zone = time::zone(&args.text(2)?)?;
                    strtime::format(&*pattern, &moment.with_time_zone(zone))
                }
            },
            other => return Err(Failure::wrong_kind("a date, time or datetime", other)),
        };
        shown.map(Value::text).map_err(|_| no_pattern())
    },
};

/// Longer than any form of a date. Digits in a pattern are widths, which could make a text of any length.
const PATTERN_BYTES_MAX: usize = 200;

fn no_pattern() -> Failure {
    Failure::new(
        "bad-pattern",
        "the pattern is no form for this value, like \"%d.%m.%Y %H:%M\"",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, moment, text, yields};

    #[test]
    fn patterns_place_the_parts() {
        let ten = moment("2026-11-21T10:05:00+03:00");
        assert_eq!(
            yields(&FORMAT, &[ten.clone(), text("%d.%m.%Y в %H:%M")]),
            text("21.11.2026 в 10:05")
        );
        assert_eq!(
            yields(&FORMAT, &[ten, text("%H:%M"), text("UTC")]),
            text("07:05")
        );
    }

    #[test]
    fn a_part_that_is_not_there_fails() {
        let day = Value::Date("2026-11-21".parse().unwrap());
        assert_eq!(fails(&FORMAT, &[day.clone(), text("%H:%M")]), "bad-pattern");
        assert_eq!(fails(&FORMAT, &[day.clone(), text("%")]), "bad-pattern");
        assert_eq!(fails(&FORMAT, &[day, text("%99999999d")]), "bad-pattern");
    }
}

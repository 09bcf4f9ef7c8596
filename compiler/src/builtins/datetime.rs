//! `datetime`: a moment from a text (ISO 8601, or by a pattern like `%d.%m.%Y %H:%M`) or from the start of a date, in this zone where it says none.

use jiff::Zoned;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::{Builtin, Subject};
use crate::eval::{Failure, time};
use crate::value::Value;

/// A moment from a text (ISO 8601, or by a pattern like `%d.%m.%Y %H:%M`) or from the start of a date, in this zone where it says none.
pub(super) const DATETIME: Builtin = Builtin {
    name: "datetime",
    subject: Subject::Dates,
    signature: "(x: T, pattern: string = null, zone: string = null) -> datetime",
    summary: "A moment from a text (ISO 8601, or by a pattern like `%d.%m.%Y %H:%M`) or from the start of a date, in this zone where it says none.",
    notes: "In the pattern, `%d %m %Y %H %M %S` are the parts of a date and a time, `%z` an offset such as +0300, `%b` a month as Nov. A date alone needs `date(…)` or becomes its own beginning when it is a date already.",
    examples: &[
        (
            "datetime(\"2026-11-21T10:00:00+03:00\")",
            "datetime(\"2026-11-21T07:00:00Z\")",
        ),
        (
            "datetime(\"21.11.2026 10:00\", \"%d.%m.%Y %H:%M\", zone: \"Europe/Moscow\")",
            "datetime(\"2026-11-21T10:00:00+03:00\")",
        ),
        (
            "datetime(date(\"2026-11-21\"))",
            "datetime(\"2026-11-21T00:00:00+03:00\")",
        ),
        ("datetime(\"вчера\") catch null", "null"),
    ],
    fails: true,
    call: |args| {
        let zone_name = args.text_or(2, args.scope.zone)?;
        let zone = time::zone(&zone_name)?;
        let moment = match args.get(0) {
            Value::DateTime(moment) if args.given(2).is_some() => Some(moment.with_time_zone(zone)),
            Value::DateTime(moment) => Some(moment.clone()),
            Value::Date(date) => date.to_zoned(zone).ok(),
            Value::Text(text) => match args.given(1) {
                None => time::parse_datetime(text.trim(), &zone_name),
                Some(_) => by_pattern(&args.text(1)?, text.trim(), zone),
            },
            other => return Err(Failure::wrong_kind("a string or a date", other)),
        };
        moment
            .map(Value::DateTime)
            .ok_or_else(|| Failure::new("not-a-date", "the text is no date and time of this form"))
    },
};

/// Without an offset in the text the zone decides.
fn by_pattern(pattern: &str, text: &str, zone: TimeZone) -> Option<Zoned> {
    let parts = strtime::parse(pattern, text).ok()?;
    if parts.offset().is_some() || parts.iana_time_zone().is_some() || parts.timestamp().is_some() {
        return parts.to_zoned().ok();
    }
    parts.to_datetime().ok()?.to_zoned(zone).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, moment, text, yields};

    #[test]
    fn iso_and_patterns_are_read() {
        let ten = moment("2026-11-21T10:00:00+03:00");
        assert_eq!(yields(&DATETIME, &[text("2026-11-21T10:00:00+03:00")]), ten);
        assert_eq!(yields(&DATETIME, &[text("2026-11-21 10:00:00")]), ten);
        assert_eq!(
            yields(
                &DATETIME,
                &[text("21.11.2026 10:00"), text("%d.%m.%Y %H:%M")]
            ),
            ten
        );
        assert_eq!(
            yields(
                &DATETIME,
                &[
                    text("21.11.2026 07:00"),
                    text("%d.%m.%Y %H:%M"),
                    text("UTC")
                ]
            ),
            ten
        );
        assert_eq!(
            yields(
                &DATETIME,
                &[
                    text("2026-11-21T10:00:00 +0300"),
                    text("%Y-%m-%dT%H:%M:%S %z")
                ]
            ),
            ten
        );
    }

    #[test]
    fn a_day_begins_in_its_zone() {
        let day = Value::Date("2026-11-21".parse().unwrap());
        assert_eq!(
            yields(&DATETIME, &[day]),
            moment("2026-11-21T00:00:00+03:00")
        );
    }

    #[test]
    fn anything_else_fails() {
        assert_eq!(fails(&DATETIME, &[text("завтра")]), "not-a-date");
        assert_eq!(fails(&DATETIME, &[text("2026-11-21")]), "not-a-date");
        assert_eq!(
            fails(&DATETIME, &[text("2026-02-30T10:00:00Z")]),
            "not-a-date"
        );
        assert_eq!(fails(&DATETIME, &[text("x"), text("%")]), "not-a-date");
        assert_eq!(
            fails(&DATETIME, &[text("x"), Value::Null, text("Москва")]),
            "unknown-zone"
        );
    }
}

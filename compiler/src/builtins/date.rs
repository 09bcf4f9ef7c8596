//! `date`: a day from a text (`2026-11-21`, or by a pattern like `%d.%m.%Y`) or from a moment, as its own zone has it.

use jiff::fmt::strtime;

use super::{Builtin, Subject};
use crate::eval::{Failure, time};
use crate::value::Value;

/// A day from a text (`2026-11-21`, or by a pattern like `%d.%m.%Y`) or from a moment, as its own zone has it.
pub(super) const DATE: Builtin = Builtin {
    name: "date",
    subject: Subject::Dates,
    signature: "(x: T, pattern: string = null) -> date",
    summary: "A day from a text (`2026-11-21`, or by a pattern like `%d.%m.%Y`) or from a moment, as its own zone has it.",
    notes: "A text that is no date of this form fails.",
    examples: &[
        ("string(date(\"2026-11-21\"))", "\"2026-11-21\""),
        (
            "string(date(\"21.11.2026\", \"%d.%m.%Y\"))",
            "\"2026-11-21\"",
        ),
        (
            "string(date(datetime(\"2026-11-21T23:15:00+03:00\")))",
            "\"2026-11-21\"",
        ),
        (
            "string(date(\"завтра\") catch date(\"2026-11-21\"))",
            "\"2026-11-21\"",
        ),
    ],
    fails: true,
    call: |args| {
        let date = match args.get(0) {
            Value::Date(date) => Some(*date),
            Value::DateTime(moment) => Some(moment.date()),
            Value::Text(text) => match args.given(1) {
                None => time::parse_date(text.trim()),
                Some(_) => strtime::parse(&*args.text(1)?, text.trim())
                    .and_then(|parts| parts.to_date())
                    .ok(),
            },
            other => return Err(Failure::wrong_kind("a string or a datetime", other)),
        };
        date.map(Value::Date)
            .ok_or_else(|| Failure::new("not-a-date", "the text is no date of this form"))
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, moment, text, yields};

    #[test]
    fn texts_and_moments_have_a_day() {
        let day = Value::Date("2026-11-21".parse().unwrap());
        assert_eq!(yields(&DATE, &[text("2026-11-21")]), day);
        assert_eq!(yields(&DATE, &[text("21.11.2026"), text("%d.%m.%Y")]), day);
        assert_eq!(yields(&DATE, &[moment("2026-11-21T00:30:00+03:00")]), day);
    }

    #[test]
    fn a_day_that_is_not_in_the_calendar_fails() {
        assert_eq!(fails(&DATE, &[text("2026-02-30")]), "not-a-date");
        assert_eq!(fails(&DATE, &[text("")]), "not-a-date");
        assert_eq!(fails(&DATE, &[text("21.11.2026")]), "not-a-date");
    }
}

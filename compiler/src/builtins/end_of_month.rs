//! `end_of_month`: the last day of the month of a date.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The last day of the month of a date.
pub(super) const END_OF_MONTH: Builtin = Builtin {
    name: "end_of_month",
    subject: Subject::Dates,
    signature: "(day: date) -> date",
    summary: "The last day of the month of a date.",
    notes: "",
    examples: &[
        (
            "string(end_of_month(date(\"2026-02-10\")))",
            "\"2026-02-28\"",
        ),
        (
            "string(end_of_month(date(\"2024-02-10\")))",
            "\"2024-02-29\"",
        ),
        ("day(end_of_month(date(\"2026-11-21\")))", "30"),
    ],
    fails: false,
    call: |args| match args.get(0) {
        Value::Date(date) => Ok(Value::Date(date.last_of_month())),
        other => Err(Failure::wrong_kind("a date", other)),
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn the_last_month_of_the_calendar_has_one() {
        let day = |text: &str| Value::Date(text.parse().unwrap());
        assert_eq!(
            yields(&END_OF_MONTH, &[day("9999-12-01")]),
            day("9999-12-31")
        );
        assert_eq!(fails(&END_OF_MONTH, &[text("x")]), "wrong-type");
    }
}

//! `years_between`: how many whole years lie between two dates or moments: the age of somebody born on the first.

use jiff::Unit;

use super::{Builtin, Subject};
use crate::eval::time;
use crate::value::Value;

/// How many whole years lie between two dates or moments: the age of somebody born on the first.
pub(super) const YEARS_BETWEEN: Builtin = Builtin {
    name: "years_between",
    subject: Subject::Dates,
    signature: "(from: T, to: T) -> int",
    summary: "How many whole years lie between two dates or moments: the age of somebody born on the first.",
    notes: "The birthday itself counts: whoever was born on 21 November is a year older on 21 November.",
    examples: &[
        (
            "years_between(date(\"1990-11-21\"), date(\"2026-11-21\"))",
            "36",
        ),
        (
            "years_between(date(\"1990-11-22\"), date(\"2026-11-21\"))",
            "35",
        ),
        (
            "years_between(date(\"2026-11-21\"), date(\"2020-01-01\"))",
            "-6",
        ),
    ],
    fails: true,
    call: |args| {
        let span = time::between(args.get(0), args.get(1), Unit::Year)?;
        Ok(Value::Int(i64::from(span.get_years())))
    },
};

//! `months_between`: how many whole months lie between two dates or moments; negative when the second is the earlier one.

use jiff::Unit;

use super::{Builtin, Subject};
use crate::eval::time;
use crate::value::Value;

/// How many whole months lie between two dates or moments; negative when the second is the earlier one.
pub(super) const MONTHS_BETWEEN: Builtin = Builtin {
    name: "months_between",
    subject: Subject::Dates,
    signature: "(from: T, to: T) -> int",
    summary: "How many whole months lie between two dates or moments; negative when the second is the earlier one.",
    notes: "From the 31st a month is whole on the last day of a shorter month only when that month has ended.",
    examples: &[
        (
            "months_between(date(\"2026-01-15\"), date(\"2026-11-21\"))",
            "10",
        ),
        (
            "months_between(date(\"2026-01-15\"), date(\"2026-02-14\"))",
            "0",
        ),
        (
            "months_between(date(\"2026-11-21\"), date(\"2025-11-21\"))",
            "-12",
        ),
    ],
    fails: true,
    call: |args| {
        let span = time::between(args.get(0), args.get(1), Unit::Month)?;
        Ok(Value::Int(i64::from(span.get_months())))
    },
};

//! `from_epoch_ms`: the moment so many milliseconds after the beginning of 1970, in the bundle's zone.

use jiff::Timestamp;

use super::{Builtin, Subject};
use crate::eval::{Failure, time};
use crate::value::Value;

/// The moment so many milliseconds after the beginning of 1970, in the bundle's zone.
pub(super) const FROM_EPOCH_MS: Builtin = Builtin {
    name: "from_epoch_ms",
    subject: Subject::Dates,
    signature: "(milliseconds: int) -> datetime",
    summary: "The moment so many milliseconds after the beginning of 1970, in the bundle's zone.",
    notes: "",
    examples: &[
        (
            "from_epoch_ms(1795244400500) == datetime(\"2026-11-21T07:00:00.5Z\")",
            "true",
        ),
        (
            "format(from_epoch_ms(0), \"%Y\", zone: \"UTC\")",
            "\"1970\"",
        ),
    ],
    fails: true,
    call: |args| {
        let timestamp = Timestamp::from_millisecond(args.int(0)?)
            .map_err(|_| Failure::new("date-range", "the moment is out of the calendar"))?;
        Ok(Value::DateTime(
            timestamp.to_zoned(time::zone(args.scope.zone)?),
        ))
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, int, yields};

    #[test]
    fn the_zone_is_the_bundles() {
        let ten = yields(&FROM_EPOCH_MS, &[int(1795244400000)]);
        assert_eq!(
            crate::eval::display(&ten).unwrap(),
            "2026-11-21T10:00:00+03:00"
        );
        assert_eq!(fails(&FROM_EPOCH_MS, &[int(i64::MAX)]), "date-range");
    }
}

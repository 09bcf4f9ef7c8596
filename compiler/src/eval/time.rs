//! Reading and writing dates, times and moments.

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{Span, Unit, Zoned};

use super::Failure;
use crate::value::Value;

/// The zone with an IANA name. The database is part of the binary.
///
/// # Errors
/// `unknown-zone`.
pub fn zone(name: &str) -> Result<TimeZone, Failure> {
    if name == "UTC" {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        Failure::new(
            "unknown-zone",
            "there is no time zone of this name; \"Europe/Moscow\" is one",
        )
    })
}

/// `2026-11-21`
pub fn parse_date(text: &str) -> Option<Date> {
    // The library would also take the date of a whole timestamp.
    (text.len() == "2026-11-21".len())
        .then(|| text.parse().ok())
        .flatten()
}

/// `10:00` or `10:00:00`
pub fn parse_time(text: &str) -> Option<Time> {
    if !text.contains(':') || text.len() > "10:00:00.123456789".len() {
        return None;
    }
    text.parse().ok()
}

/// `2026-11-21T10:00:00+03:00`, also with a blank for the `T`, with `Z`, or without an offset: then the zone decides.
/// A date alone is no moment.
pub fn parse_datetime(text: &str, zone_name: &str) -> Option<Zoned> {
    let pieces = Pieces::parse(text).ok()?;
    let local = pieces.date().to_datetime(pieces.time()?);
    let written = match pieces.to_time_zone() {
        Ok(Some(zone)) => Some(zone),
        Ok(None) => pieces.to_numeric_offset().map(TimeZone::fixed),
        Err(_) => return None,
    };
    // With an offset and a zone, the offset says which moment it is.
    if let (Some(offset), Some(zone)) = (pieces.to_numeric_offset(), &written) {
        let timestamp = offset.to_timestamp(local).ok()?;
        return Some(timestamp.to_zoned(zone.clone()));
    }
    let zone = match written {
        Some(zone) => zone,
        None => zone(zone_name).ok()?,
    };
    local.to_zoned(zone).ok()
}

/// `2026-11-21T10:00:00+03:00`: what every vendor reads.
pub fn with_offset(moment: &Zoned) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}

/// What a date or moment cannot be moved to.
pub(crate) fn out_of_calendar() -> Failure {
    Failure::new("date-range", "the date is out of the calendar")
}

/// The time from one date or moment to another, in this unit and smaller ones. Moments are looked at in the zone of the
/// first.
pub(crate) fn between(from: &Value, to: &Value, unit: Unit) -> Result<Span, Failure> {
    let span = match (from, to) {
        (Value::Date(from), Value::Date(to)) => from.until((unit, *to)),
        (Value::DateTime(from), Value::DateTime(to)) => {
            let to = to.with_time_zone(from.time_zone().clone());
            from.until((unit, &to))
        }
        (Value::Date(_), other) => return Err(Failure::wrong_kind("a date", other)),
        (Value::DateTime(_), other) => return Err(Failure::wrong_kind("a datetime", other)),
        (other, _) => return Err(Failure::wrong_kind("a date or datetime", other)),
    };
    span.map_err(|_| out_of_calendar())
}

/// The first day of a period of a date, or its first moment.
pub(crate) fn first_day(
    value: &Value,
    first: impl Fn(Date) -> Result<Date, jiff::Error>,
) -> Result<Value, Failure> {
    match value {
        Value::Date(date) => first(*date).map(Value::Date),
        Value::DateTime(moment) => first(moment.date())
            .and_then(|date| date.to_zoned(moment.time_zone().clone()))
            .map(Value::DateTime),
        other => return Err(Failure::wrong_kind("a date or datetime", other)),
    }
    .map_err(|_| out_of_calendar())
}

/// What is wrong with a pattern like `%d.%m.%Y`, whatever it is used for. Nothing: it may still not fit a value.
pub(crate) fn pattern_flaw(pattern: &str) -> Option<&'static str> {
    if !pattern.contains('%') {
        return Some("has no part of one: parts begin with a percent sign");
    }
    let moment = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    match jiff::fmt::strtime::format(pattern, &moment) {
        Ok(_) => None,
        Err(_) => Some("has a part that does not exist"),
    }
}

//! Dates and times in the forms that vendors write.

use jiff::civil::{Date, Time};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::types::Name;
use crate::value::Num;

/// The zone with this IANA name; UTC for an unknown one (the checker has refused it before).
pub(crate) fn zone_named(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// `2026-11-21`
pub(crate) fn read_date(text: &str, pattern: Option<&Name>) -> Option<Date> {
    match pattern {
        Some(pattern) => BrokenDownTime::parse(pattern.as_bytes(), text)
            .ok()?
            .to_date()
            .ok(),
        None => text.parse().ok(),
    }
}

/// `10:00`, `10:00:00`
pub(crate) fn read_time(text: &str, pattern: Option<&Name>) -> Option<Time> {
    match pattern {
        Some(pattern) => BrokenDownTime::parse(pattern.as_bytes(), text)
            .ok()?
            .to_time()
            .ok(),
        None => text.parse().ok(),
    }
}

/// `2026-11-21T10:00:00+03:00`. Where neither an offset nor a zone is written, it is a moment of `zone`.
pub(crate) fn read_moment(text: &str, pattern: Option<&Name>, zone: &TimeZone) -> Option<Zoned> {
    let Some(pattern) = pattern else {
        return read_natural(text, zone);
    };
    let (zone, pattern) = zone_of_pattern(pattern, zone);
    if pattern.is_empty() {
        return read_natural(text, &zone);
    }
    let parsed = BrokenDownTime::parse(pattern.as_bytes(), text).ok()?;
    if parsed.timestamp().is_some() {
        return Some(parsed.to_timestamp().ok()?.to_zoned(zone.clone()));
    }
    if parsed.offset().is_some() || parsed.iana_time_zone().is_some() {
        return parsed.to_zoned().ok();
    }
    parsed.to_datetime().ok()?.to_zoned(zone).ok()
}

fn read_natural(text: &str, zone: &TimeZone) -> Option<Zoned> {
    let pieces = Pieces::parse(text).ok()?;
    let local = pieces.date().to_datetime(pieces.time()?);
    let zone = match (pieces.to_time_zone().ok()?, pieces.to_numeric_offset()) {
        (Some(zone), _) => zone,
        (None, Some(offset)) => TimeZone::fixed(offset),
        (None, None) => zone.clone(),
    };
    local.to_zoned(zone).ok()
}

/// `[UTC]%H:%M` is a time in UTC, wherever the account is; `[UTC]` alone is the natural form of a moment in UTC.
fn zone_of_pattern<'p>(pattern: &'p str, zone: &TimeZone) -> (TimeZone, &'p str) {
    let own = pattern
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'));
    match own {
        Some((name, rest)) => (zone_named(name), rest),
        None => (zone.clone(), pattern),
    }
}

/// A number of milliseconds (or seconds, `per_second` 1) since 1970.
pub(crate) fn read_epoch(number: Num, per_second: i64, zone: &TimeZone) -> Option<Zoned> {
    let number = number.to_i64()?;
    let moment = if per_second == 1 {
        Timestamp::from_second(number)
    } else {
        Timestamp::from_millisecond(number)
    };
    Some(moment.ok()?.to_zoned(zone.clone()))
}

/// ISO 8601: `PT5M`.
pub(crate) fn read_duration(text: &str) -> Option<SignedDuration> {
    text.parse().ok()
}

/// A date by the vendor's pattern. `None`: the pattern wants more than a date has.
pub(crate) fn write_date(date: Date, pattern: Option<&Name>) -> Option<String> {
    match pattern {
        Some(pattern) => strtime::format(pattern.as_bytes(), date).ok(),
        None => Some(date.to_string()),
    }
}

/// A time of day by the vendor's pattern.
pub(crate) fn write_time(time: Time, pattern: Option<&Name>) -> Option<String> {
    match pattern {
        Some(pattern) => strtime::format(pattern.as_bytes(), time).ok(),
        None => Some(time.to_string()),
    }
}

/// A moment by the vendor's pattern: in `zone` unless the pattern writes the offset itself. Without a pattern
/// `2026-11-21T10:00:00+03:00`.
pub(crate) fn write_moment(
    moment: &Zoned,
    pattern: Option<&Name>,
    zone: &TimeZone,
) -> Option<String> {
    let Some(pattern) = pattern else {
        return Some(
            moment
                .timestamp()
                .display_with_offset(moment.offset())
                .to_string(),
        );
    };
    let (zone, pattern) = zone_of_pattern(pattern, zone);
    if pattern.is_empty() {
        // With `Z`, which is what vendors show who want UTC.
        return Some(moment.timestamp().to_string());
    }
    let says_zone = ["%z", "%:z", "%Z", "%Q", "%:Q", "%s"]
        .iter()
        .any(|part| pattern.contains(part));
    let shown = if says_zone {
        moment.clone()
    } else {
        moment.with_time_zone(zone)
    };
    strtime::format(pattern.as_bytes(), &shown).ok()
}

//! When a schedule is due: the moments of `every` and `cron`, on either side of a change of clocks.
//!
//! ```
//! use ondo_compiler::schedule::Times;
//!
//! let four = Times::cron("0 4 * * *", "Europe/Moscow").unwrap();
//! let next = four.after("2026-11-22T00:00:00Z".parse().unwrap()).unwrap();
//! assert_eq!(next.to_string(), "2026-11-22T01:00:00Z");
//! ```

use std::collections::VecDeque;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::ir::{Misfire, Trigger};

/// A time that is found later than this was missed.
const LATE_MAX: SignedDuration = SignedDuration::from_secs(60);
/// How far back missed times are looked for; of what is older only the first is seen.
const BACK_MAX: SignedDuration = SignedDuration::from_hours(31 * 24);
/// How many missed times are made up for by `misfire all`: the newest.
pub const MISFIRE_ALL_MAX: usize = 100;
/// The shortest `every`.
pub const EVERY_MIN: SignedDuration = SignedDuration::from_secs(1);

/// The moments of a schedule.
#[derive(Debug, Clone)]
pub enum Times {
    /// Multiples of a length since 1970 in UTC, so that they are the same after a restart and a reload.
    Every(SignedDuration),
    /// Five fields in a time zone.
    Cron(Box<croner::Cron>, TimeZone),
}

impl Times {
    /// The moments of a trigger; none if it is no schedule.
    pub fn of(trigger: &Trigger) -> Option<Self> {
        match trigger {
            Trigger::Every(length) => Some(Self::Every(*length)),
            Trigger::Cron { spec, zone } => Self::cron(spec, zone),
            Trigger::Event { .. } => None,
        }
    }

    /// Five fields (minute hour day month weekday) in an IANA zone; none if they are no schedule, or the zone is not known.
    pub fn cron(spec: &str, zone: &str) -> Option<Self> {
        let zone = TimeZone::get(zone).ok()?;
        let cron = spec.parse().ok()?;
        Some(Self::Cron(Box::new(cron), zone))
    }

    /// The first moment after this one; none if there never is one (30 February).
    ///
    /// A local time that the clocks skip is due when they have been put forward, one that comes twice is due once.
    pub fn after(&self, at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(length) => {
                let length = (*length).max(EVERY_MIN).as_millis();
                let next = (i128::from(at.as_millisecond()).div_euclid(length) + 1) * length;
                Timestamp::from_millisecond(i64::try_from(next).ok()?).ok()
            }
            Self::Cron(cron, zone) => {
                let at = at.to_zoned(zone.clone());
                let next = cron.find_next_occurrence(&at, false).ok()?;
                Some(next.timestamp())
            }
        }
    }

    /// Which of the moments from `first` until `now` are carried out now, oldest first.
    pub fn due(&self, first: Timestamp, now: Timestamp, misfire: Misfire) -> Vec<Timestamp> {
        let keep = match misfire {
            Misfire::All => MISFIRE_ALL_MAX,
            Misfire::Once | Misfire::Skip => 1,
        };
        let mut due = VecDeque::new();
        let mut next = Some(first).filter(|first| *first <= now);
        let oldest = now.checked_sub(BACK_MAX).unwrap_or(first);
        while let Some(at) = next {
            if due.len() == keep {
                due.pop_front();
            }
            due.push_back(at);
            next = self
                .after(at.max(oldest))
                .filter(|next| *next > at && *next <= now);
        }
        if misfire == Misfire::Skip {
            due.retain(|at| now.duration_since(*at) <= LATE_MAX);
        }
        due.into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn cron(spec: &str, zone: &str) -> Times {
        Times::cron(spec, zone).unwrap()
    }

    fn from(times: &Times, start: &str, count: usize) -> Vec<String> {
        let mut at = at(start);
        (0..count)
            .map(|_| {
                at = times.after(at).unwrap();
                at.to_string()
            })
            .collect()
    }

    #[test]
    fn every_is_aligned_whenever_it_begins() {
        let times = Times::Every(SignedDuration::from_mins(5));
        let wanted = ["2026-11-22T10:05:00Z", "2026-11-22T10:10:00Z"];
        assert_eq!(from(&times, "2026-11-22T10:00:00Z", 2), wanted);
        assert_eq!(from(&times, "2026-11-22T10:04:59.9Z", 2), wanted);
    }

    #[test]
    fn cron_has_a_zone() {
        assert_eq!(
            from(
                &cron("0 4 * * 1-5", "Asia/Yekaterinburg"),
                "2026-11-20T00:00:00Z",
                2
            ),
            ["2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z"],
            "Monday to Friday; the 20th's is over"
        );
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_due_when_they_have_been_put_forward() {
        assert_eq!(
            from(
                &cron("30 2 * * *", "America/New_York"),
                "2026-03-07T12:00:00Z",
                2
            ),
            ["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"]
        );
    }

    #[test]
    fn a_time_that_comes_twice_is_due_once() {
        assert_eq!(
            from(
                &cron("30 1 * * *", "America/New_York"),
                "2026-10-31T12:00:00Z",
                2
            ),
            ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
        );
    }

    #[test]
    fn each_half_hour_comes_also_when_clocks_change() {
        for day in ["2026-03-08T04:00:00Z", "2026-11-01T04:00:00Z"] {
            let mut last = at(day);
            let times = cron("*/30 * * * *", "America/New_York");
            for _ in 0..20 {
                let next = times.after(last).unwrap();
                assert_eq!(next.duration_since(last), SignedDuration::from_mins(30));
                last = next;
            }
        }
    }

    #[test]
    fn a_day_that_never_comes_has_no_time() {
        assert_eq!(
            cron("0 0 30 2 *", "UTC").after(at("2026-01-01T00:00:00Z")),
            None
        );
        assert!(Times::cron("61 * * * *", "UTC").is_none());
        assert!(Times::cron("0 4 * * *", "Europe/Mosow").is_none());
    }

    #[test]
    fn what_was_missed_is_made_up_for_as_the_rule_says() {
        let times = Times::Every(SignedDuration::from_hours(1));
        let first = at("2026-11-22T01:00:00Z");
        let due = |now: &str, misfire| -> Vec<String> {
            let due = times.due(first, at(now), misfire);
            due.iter().map(ToString::to_string).collect()
        };
        assert_eq!(due("2026-11-22T00:59:59Z", Misfire::All), [""; 0]);
        for misfire in [Misfire::Skip, Misfire::Once, Misfire::All] {
            assert_eq!(
                due("2026-11-22T01:00:01Z", misfire),
                ["2026-11-22T01:00:00Z"]
            );
        }
        let late = "2026-11-22T03:30:00Z";
        assert_eq!(due(late, Misfire::Skip), [""; 0]);
        assert_eq!(due(late, Misfire::Once), ["2026-11-22T03:00:00Z"]);
        let all = [
            "2026-11-22T01:00:00Z",
            "2026-11-22T02:00:00Z",
            "2026-11-22T03:00:00Z",
        ];
        assert_eq!(due(late, Misfire::All), all);
        assert_eq!(
            due("2027-11-22T03:30:00Z", Misfire::All).len(),
            MISFIRE_ALL_MAX
        );
    }

    #[test]
    fn a_time_missed_long_ago_is_still_one() {
        let yearly = cron("0 0 1 1 *", "UTC");
        let first = at("2026-01-01T00:00:00Z");
        let due = yearly.due(first, at("2026-06-01T00:00:00Z"), Misfire::Once);
        assert_eq!(due, [first]);
    }
}

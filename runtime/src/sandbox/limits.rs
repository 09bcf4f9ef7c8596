//! How many calls a simulated vendor takes: the connector's `limit`, per account, with a count of what came too fast.
//!
//! A limit without `burst` is a window that slides: so many calls in any time of that length. With `burst` it is a bucket
//! that holds so many calls and is filled evenly. What the way does to the distance between two calls is not the
//! caller's fault: a tenth of the window, or one call of the bucket, is forgiven.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::catalog::Limit;
use ondo_compiler::types::Name;

/// Calls of an account whose moments are remembered.
const MOMENTS_MAX: usize = 10_000;

/// The meters of all accounts.
#[derive(Debug)]
pub(super) struct Meters {
    /// Whether what comes too fast is refused; it is counted in any case.
    pub(super) enforced: bool,
    by_identity: HashMap<Name, Meter>,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            enforced: true,
            by_identity: HashMap::new(),
        }
    }
}

impl Meters {
    /// The meter of an account.
    pub(super) fn of(&mut self, identity: &Name) -> &mut Meter {
        self.by_identity.entry(identity.clone()).or_default()
    }

    /// A call comes in. Seconds to wait if it comes too fast and the limits are kept.
    pub(super) fn admit(
        &mut self,
        identity: &Name,
        limits: &[Limit],
        now: Timestamp,
    ) -> Option<u64> {
        let enforced = self.enforced;
        let meter = self.of(identity);
        meter.calls += 1;
        let wait = meter.wait(limits, now);
        if wait.is_some() {
            meter.too_fast += 1;
        }
        match wait {
            Some(wait) if enforced => Some(seconds_up(wait)),
            _ => {
                meter.take(limits, now);
                None
            }
        }
    }
}

/// What is known of the calls of one account.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// All that came.
    pub(super) calls: u64,
    /// Those that came too fast.
    pub(super) too_fast: u64,
    /// Being answered now.
    pub(super) in_flight: u64,
    /// The most at once.
    pub(super) in_flight_most: u64,
    /// The most in one window of the limit with this place.
    pub(super) most: Vec<u64>,
    /// Moments of the calls that were taken, oldest first.
    taken: VecDeque<Timestamp>,
    /// For each limit: when its bucket will be full again.
    full_at: Vec<Timestamp>,
}

impl Meter {
    /// How long to wait; none: it may go.
    fn wait(&self, limits: &[Limit], now: Timestamp) -> Option<SignedDuration> {
        let mut longest: Option<SignedDuration> = None;
        for (place, limit) in limits.iter().enumerate() {
            let wait = match (limit.rate, limit.burst) {
                (Some((calls, per)), Some(burst)) => {
                    let interval = per / i32::try_from(calls.max(1)).unwrap_or(i32::MAX);
                    let full_at = self.full_at.get(place).copied().unwrap_or(now);
                    let ahead = full_at.duration_since(now);
                    // As many as fit, and one that is forgiven.
                    let room = interval * i32::try_from(burst.max(1)).unwrap_or(i32::MAX);
                    (ahead > room).then(|| ahead - room + interval)
                }
                (Some((calls, per)), None) => {
                    let window = per - per / 10;
                    let since = now.checked_sub(window).unwrap_or(Timestamp::MIN);
                    let calls = usize::try_from(calls.max(1)).unwrap_or(usize::MAX);
                    let nth = self.taken.len().checked_sub(calls);
                    let nth = nth.and_then(|place| self.taken.get(place));
                    nth.filter(|at| **at > since)
                        .map(|at| per - now.duration_since(*at))
                }
                (None, _) => None,
            };
            longest = longest.max(wait);
            if let Some(most) = limit.concurrency
                && self.in_flight > most
            {
                longest = longest.max(Some(SignedDuration::from_secs(1)));
            }
        }
        longest
    }

    fn take(&mut self, limits: &[Limit], now: Timestamp) {
        if self.taken.len() == MOMENTS_MAX {
            self.taken.pop_front();
        }
        self.taken.push_back(now);
        self.full_at.resize(limits.len(), Timestamp::MIN);
        self.most.resize(limits.len(), 0);
        let places = limits.iter().zip(&mut self.full_at).zip(&mut self.most);
        for ((limit, full_at), most) in places {
            let Some((calls, per)) = limit.rate else {
                continue;
            };
            let interval = per / i32::try_from(calls.max(1)).unwrap_or(i32::MAX);
            *full_at = (*full_at).max(now).checked_add(interval).unwrap_or(now);
            let since = now.checked_sub(per).unwrap_or(Timestamp::MIN);
            let first = self.taken.partition_point(|at| *at <= since);
            *most = (*most).max((self.taken.len() - first) as u64);
        }
    }

    /// A request begins to be answered.
    pub(super) fn enter(&mut self) {
        self.in_flight += 1;
        self.in_flight_most = self.in_flight_most.max(self.in_flight);
    }

    /// It is answered, or nobody waits for it any more.
    pub(super) fn leave(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }
}

/// Whole seconds, at least one.
fn seconds_up(wait: SignedDuration) -> u64 {
    let up = (wait.as_millis().max(1) + 999) / 1000;
    u64::try_from(up).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap()
    }

    fn limit(calls: u64, per: i64, burst: Option<u64>) -> Vec<Limit> {
        vec![Limit {
            rate: Some((calls, SignedDuration::from_secs(per))),
            burst,
            concurrency: None,
        }]
    }

    /// Which of these calls are refused, with the seconds that they are told to wait.
    fn refused(limits: &[Limit], moments: impl IntoIterator<Item = i64>) -> Vec<(i64, u64)> {
        let mut meters = Meters::default();
        let refused = moments.into_iter().filter_map(|ms| {
            let wait = meters.admit(&"a".into(), limits, at(ms));
            wait.map(|wait| (ms, wait))
        });
        refused.collect()
    }

    #[test]
    fn an_even_rate_is_taken_and_its_window_may_be_used_up_at_once() {
        let limits = limit(10, 1, None);
        assert_eq!(refused(&limits, (0..100).map(|call| call * 100)), []);
        assert_eq!(refused(&limits, [0; 10]), []);
        assert_eq!(refused(&limits, [0; 11]), [(0, 1)]);
        // Some jitter of the way is forgiven, a faster rate is not.
        assert_eq!(refused(&limits, (0..100).map(|call| call * 92)), []);
        assert_ne!(refused(&limits, (0..100).map(|call| call * 80)), []);
    }

    #[test]
    fn a_bucket_takes_its_burst_and_then_the_even_rate() {
        let limits = limit(300, 60, Some(20));
        let burst = (0..20).map(|_| 0);
        let even = (1..100).map(|call| call * 200);
        assert_eq!(refused(&limits, burst.chain(even)), []);
        let found = refused(&limits, [0; 25]);
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn what_is_refused_uses_nothing_up() {
        let limits = limit(2, 10, None);
        let calls = [0, 0, 100, 200, 300, 10_000];
        assert_eq!(refused(&limits, calls), [(100, 10), (200, 10), (300, 10)]);
    }

    #[test]
    fn calls_at_once_are_counted_and_the_surplus_is_refused() {
        let limits = [Limit {
            rate: None,
            burst: None,
            concurrency: Some(2),
        }];
        let mut meters = Meters::default();
        let mut wait = Vec::new();
        for _ in 0..3 {
            meters.of(&"a".into()).enter();
            wait.push(meters.admit(&"a".into(), &limits, at(0)));
        }
        assert_eq!(wait, [None, None, Some(1)]);
        let meter = meters.of(&"a".into());
        assert_eq!((meter.in_flight_most, meter.too_fast), (3, 1));
    }

    #[test]
    fn limits_that_are_not_kept_are_counted_all_the_same() {
        let limits = limit(1, 60, None);
        let mut meters = Meters {
            enforced: false,
            ..Meters::default()
        };
        for ms in [0, 1, 2] {
            assert_eq!(meters.admit(&"a".into(), &limits, at(ms)), None);
        }
        let meter = meters.of(&"a".into());
        assert_eq!((meter.calls, meter.too_fast), (3, 2));
        assert_eq!(meter.most, [3]);
    }
}

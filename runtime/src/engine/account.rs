//! What the calls of one account share, across rules and bundles: rate, concurrency, pauses, the token, the circuit.
//!
//! Equal identity is one account. Who wants to call stands in one queue, so nobody is overtaken.

use std::collections::VecDeque;

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use ondo_compiler::catalog::Limit;
use ondo_compiler::value::Secret;

use super::circuit::{Circuit, Health};
use super::parked::Parked;
use super::sources::SourceKey;
use super::state::CallPlace;
use crate::store::{EventId, RunId};

/// Calls in flight of an account whose connector names no limit of its own: enough to keep a vendor busy, few enough
/// to leave sockets for the others.
const CONCURRENCY_DEFAULT: u64 = 64;
/// Longest pause after rate limits in a row, unless the vendor names a longer one.
const RATE_PAUSE_MAX: SignedDuration = SignedDuration::from_secs(60);
/// A vendor counts calls when they come to it, and one may be longer on its way than those behind it (the first makes the
/// connection). So much longer, or a tenth of the rate's time if that is less, without more calls in that time than it takes.
const WAY_MARGIN: SignedDuration = SignedDuration::from_millis(100);
/// A token is renewed this long before its life ends: the call that carries it takes time too.
const TOKEN_MARGIN: SignedDuration = SignedDuration::from_secs(10);

/// Who makes a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Caller {
    /// A step of a run.
    Run(RunId, CallPlace),
    /// The read that completes an event.
    Event(EventId),
    /// The question to a source.
    Poll(SourceKey),
}

/// Why a call has to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Admission {
    /// It may go.
    Go,
    /// Not before this moment, for this reason.
    Until(Timestamp, &'static str),
    /// Until another call ends.
    Full,
    /// Until a person lets the account go on: it says why.
    Held(String),
}

/// A token that was exchanged.
#[derive(Debug, Clone)]
struct Token {
    secret: Secret,
    /// `None`: until the vendor refuses it.
    ends: Option<Timestamp>,
    number: u64,
}

/// One rate: at most `burst` calls at once, then one per `interval`.
#[derive(Debug, Clone)]
struct Rate {
    interval: SignedDuration,
    burst: i32,
    /// When the next call would be due if all had come evenly.
    next: Timestamp,
}

/// State shared by the calls of one account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    rates: Vec<Rate>,
    concurrency: u64,
    in_flight: u64,
    paused_until: Option<Timestamp>,
    paused_by: &'static str,
    /// Whether its vendor can be reached and answers.
    pub(super) health: Health,
    /// A bare connection is being made.
    pub(super) probing: bool,
    rate_limits: u32,
    /// A person has stopped it: why.
    pub(super) held: Option<String>,
    token: Option<Token>,
    tokens_made: u64,
    /// A token exchange is under way.
    pub(super) exchanging: bool,
    /// Callers that hold a place and wait for the token.
    pub(super) token_waiters: Vec<Caller>,
    /// Callers that wait for a place, first come first served.
    pub(super) waiters: VecDeque<Caller>,
    /// Runs behind them: a vendor that is down for long must not fill the memory that others need.
    pub(super) parked: Parked,
    /// How many of those come back now.
    pub(super) coming: usize,
}

impl Account {
    pub(super) fn new(limits: &[Limit]) -> Self {
        let mut account = Self {
            rates: Vec::new(),
            concurrency: CONCURRENCY_DEFAULT,
            in_flight: 0,
            paused_until: None,
            paused_by: "",
            health: Health::default(),
            probing: false,
            rate_limits: 0,
            held: None,
            token: None,
            tokens_made: 0,
            exchanging: false,
            token_waiters: Vec::new(),
            waiters: VecDeque::new(),
            parked: Parked::default(),
            coming: 0,
        };
        account.set_limits(limits);
        account
    }

    /// Takes over limits, for example of a newer version of the connector.
    pub(super) fn set_limits(&mut self, limits: &[Limit]) {
        let next = self.rates.iter().map(|rate| rate.next).max();
        self.rates = limits
            .iter()
            .filter_map(|limit| {
                let (calls, per) = limit.rate?;
                Some(Rate {
                    interval: interval(calls, per),
                    burst: i32::try_from(limit.burst.unwrap_or(1).max(1)).unwrap_or(i32::MAX),
                    next: next.unwrap_or(Timestamp::MIN),
                })
            })
            .collect();
        self.concurrency = limits
            .iter()
            .filter_map(|limit| limit.concurrency)
            .min()
            .unwrap_or(CONCURRENCY_DEFAULT)
            .max(1);
    }

    /// Whether a call may go now.
    pub(super) fn admission(&self, now: Timestamp) -> Admission {
        if let Some(reason) = &self.held {
            return Admission::Held(reason.clone());
        }
        if let Some(until) = self.paused_until
            && until > now
        {
            return Admission::Until(until, self.paused_by);
        }
        let concurrency = match self.health.circuit(now) {
            // One by one, until it is known that calls come to an end.
            Circuit::Closed if self.health.careful => 1,
            Circuit::Closed => self.concurrency,
            Circuit::Open(until) => return Admission::Until(until, "circuit"),
            // One call at a time probes the way.
            Circuit::Probing if self.probing => return Admission::Full,
            Circuit::Probing => 1,
        };
        if self.in_flight >= concurrency {
            return Admission::Full;
        }
        let free_at = self.rates.iter().map(Rate::free_at).max();
        match free_at {
            Some(free_at) if free_at > now => Admission::Until(free_at, "rate limit"),
            _ => Admission::Go,
        }
    }

    /// Takes a place; [`Account::leave`] gives it back.
    pub(super) fn enter(&mut self, now: Timestamp) {
        self.in_flight += 1;
        for rate in &mut self.rates {
            rate.next = later(rate.next.max(now), rate.interval);
        }
    }

    /// Gives a place back.
    pub(super) fn leave(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// When the pause ends, if there is one.
    pub(super) fn paused_until(&self) -> Option<Timestamp> {
        self.paused_until
    }

    /// The vendor asks to wait this long. From the fourth time in a row on the pause also grows by itself.
    pub(super) fn rate_limited(&mut self, now: Timestamp, pause: SignedDuration) {
        // Calls that were in flight when the first was refused say the same once more, and count once.
        if self.paused_until.is_none_or(|until| until <= now) {
            self.rate_limits = self.rate_limits.saturating_add(1);
        }
        let doublings = self.rate_limits.saturating_sub(3).min(6);
        let grown = SignedDuration::from_secs(1 << doublings).min(RATE_PAUSE_MAX);
        self.pause(later(now, pause.max(grown)), "rate limit");
    }

    /// The vendor answered something else than "wait".
    pub(super) fn not_rate_limited(&mut self) {
        self.rate_limits = 0;
    }

    fn pause(&mut self, until: Timestamp, why: &'static str) {
        if self.paused_until.is_none_or(|earlier| earlier < until) {
            self.paused_until = Some(until);
            self.paused_by = why;
        }
    }

    /// The token and its number, if it can still be used.
    pub(super) fn token(&self, now: Timestamp) -> Option<(Secret, u64)> {
        let token = self.token.as_ref()?;
        if token.ends.is_some_and(|ends| ends <= now) {
            return None;
        }
        Some((token.secret.clone(), token.number))
    }

    /// A token was exchanged.
    pub(super) fn set_token(
        &mut self,
        secret: Secret,
        now: Timestamp,
        lives: Option<SignedDuration>,
    ) {
        self.tokens_made += 1;
        let ends = lives.map(|lives| {
            // A vendor whose tokens live shorter than the margin gets half of the life.
            later(
                now,
                if lives > TOKEN_MARGIN * 2 {
                    lives - TOKEN_MARGIN
                } else {
                    lives / 2
                },
            )
        });
        self.token = Some(Token {
            secret,
            ends,
            number: self.tokens_made,
        });
    }

    /// The vendor refused the token with this number. A newer one stays: somebody has renewed it meanwhile.
    pub(super) fn drop_token(&mut self, number: u64) {
        if self
            .token
            .as_ref()
            .is_some_and(|token| token.number == number)
        {
            self.token = None;
        }
    }
}

impl Rate {
    /// The moment from which a call is within the rate.
    fn free_at(&self) -> Timestamp {
        self.next
            .checked_sub(self.interval * (self.burst - 1))
            .unwrap_or(Timestamp::MIN)
    }
}

/// The time between two calls of a rate, in whole microseconds as [`later`].
fn interval(calls: u64, per: SignedDuration) -> SignedDuration {
    let calls = i128::from(calls.max(1));
    let per = per + WAY_MARGIN.min(per / 10);
    let micros = (per.as_micros() + calls - 1) / calls;
    SignedDuration::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}

/// `now + pause`, at the end of time at most.
///
/// Rounded up to whole microseconds, in which the machine's clock goes: at a moment between two of them the clock would
/// still say "too early", again and again.
pub(super) fn later(now: Timestamp, pause: SignedDuration) -> Timestamp {
    let whole = TimestampRound::new()
        .smallest(Unit::Microsecond)
        .mode(RoundMode::Ceil);
    now.checked_add(pause)
        .and_then(|moment| moment.round(whole))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap_or_default()
    }

    fn ten_per_second(burst: Option<u64>) -> Account {
        Account::new(&[Limit {
            rate: Some((10, SignedDuration::from_secs(1))),
            burst,
            concurrency: None,
        }])
    }

    #[test]
    fn calls_come_evenly_within_the_rate() {
        let mut account = ten_per_second(None);
        assert_eq!(account.admission(at(0)), Admission::Go);
        account.enter(at(0));
        assert_eq!(
            account.admission(at(0)),
            Admission::Until(at(110), "rate limit")
        );
        assert_eq!(account.admission(at(110)), Admission::Go);
    }

    #[test]
    fn a_rate_that_divides_no_second_lets_the_next_call_go_at_its_moment() {
        let mut account = Account::new(&[Limit {
            rate: Some((30, SignedDuration::from_secs(1))),
            burst: Some(2),
            concurrency: None,
        }]);
        account.enter(at(0));
        account.enter(at(0));
        let Admission::Until(until, _) = account.admission(at(0)) else {
            panic!("the burst is used up");
        };
        // The clock of the machine has no nanoseconds.
        let clock = Timestamp::from_microsecond(until.as_microsecond()).unwrap_or_default();
        assert_eq!(account.admission(clock), Admission::Go);
    }

    #[test]
    fn a_burst_goes_at_once_and_is_paid_back() {
        let mut account = ten_per_second(Some(3));
        for _ in 0..3 {
            assert_eq!(account.admission(at(0)), Admission::Go);
            account.enter(at(0));
        }
        assert_eq!(
            account.admission(at(0)),
            Admission::Until(at(110), "rate limit")
        );
    }

    #[test]
    fn a_call_that_was_longer_on_its_way_does_not_make_too_many() {
        let mut account = ten_per_second(None);
        let mut came: Vec<i64> = Vec::new();
        for ms in 0..10_000 {
            if account.admission(at(ms)) == Admission::Go {
                account.enter(at(ms));
                account.leave();
                // The first makes the connection.
                came.push(ms + if came.is_empty() { 99 } else { 0 });
            }
        }
        for (place, start) in came.iter().enumerate() {
            let within = came[place..].iter().filter(|ms| **ms < start + 1_000);
            let within = within.count();
            assert!(within <= 10, "{within} calls from {start} ms on");
        }
        assert!(came.len() >= 90, "{} calls in ten seconds", came.len());
    }

    #[test]
    fn in_any_second_no_more_calls_than_rate_and_burst() {
        let mut account = ten_per_second(Some(5));
        let mut calls: Vec<i64> = Vec::new();
        for ms in 0..5_000 {
            if account.admission(at(ms)) == Admission::Go {
                account.enter(at(ms));
                account.leave();
                calls.push(ms);
            }
        }
        for start in 0..4_000 {
            let within = calls
                .iter()
                .filter(|ms| (start..start + 1_000).contains(*ms))
                .count();
            assert!(within <= 15, "{within} calls from {start} ms on");
        }
        assert!(calls.len() >= 49, "{} calls in five seconds", calls.len());
    }

    #[test]
    fn a_full_account_waits_for_a_call_to_end() {
        let mut account = Account::new(&[Limit {
            rate: None,
            burst: None,
            concurrency: Some(1),
        }]);
        account.enter(at(0));
        assert_eq!(account.admission(at(0)), Admission::Full);
        account.leave();
        assert_eq!(account.admission(at(0)), Admission::Go);
    }

    #[test]
    fn an_open_circuit_is_probed_by_one_call_at_a_time() {
        let mut account = Account::new(&[]);
        for _ in 0..5 {
            account.health.connect_failed(at(0));
        }
        assert_eq!(
            account.admission(at(0)),
            Admission::Until(at(1_000), "circuit")
        );
        account.enter(at(1_000));
        assert_eq!(account.admission(at(1_000)), Admission::Full);
        account.leave();
        account.health.call_ended(at(1_000), false);
        account.enter(at(1_000));
        assert_eq!(account.admission(at(1_000)), Admission::Go);
    }

    #[test]
    fn a_named_pause_is_kept_and_a_shorter_one_does_not_end_it() {
        let mut account = Account::new(&[]);
        account.rate_limited(at(0), SignedDuration::from_secs(30));
        account.rate_limited(at(0), SignedDuration::from_secs(2));
        assert_eq!(
            account.admission(at(5_000)),
            Admission::Until(at(30_000), "rate limit")
        );
    }

    #[test]
    fn pauses_in_a_row_grow_and_refusals_of_one_moment_count_once() {
        let mut account = Account::new(&[]);
        let mut now = at(0);
        let mut pauses = Vec::new();
        for _ in 0..12 {
            for _ in 0..5 {
                account.rate_limited(now, SignedDuration::from_secs(1));
            }
            let until = account.paused_until().unwrap_or(now);
            pauses.push(until.duration_since(now).as_secs());
            now = until;
        }
        assert_eq!(pauses, [1, 1, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
    }

    #[test]
    fn a_token_is_not_used_in_the_last_seconds_of_its_life() {
        let mut account = Account::new(&[]);
        account.set_token(Secret::new("t"), at(0), Some(SignedDuration::from_mins(15)));
        assert!(account.token(at(889_000)).is_some());
        assert!(account.token(at(890_000)).is_none());
    }

    #[test]
    fn a_refused_token_does_not_end_its_successor() {
        let mut account = Account::new(&[]);
        account.set_token(Secret::new("old"), at(0), None);
        let old = account.token(at(0)).map_or(0, |(_, number)| number);
        account.drop_token(old);
        assert!(account.token(at(0)).is_none());
        account.set_token(Secret::new("new"), at(0), None);
        account.drop_token(old);
        assert!(account.token(at(0)).is_some());
    }
}

//! The circuit of an account: opens when its vendor cannot be reached or fails, and is tried with what may be tried.
//!
//! ```text
//! closed -> five connections in a row could not be made      -> open
//!        -> half of at least 20 calls in 30 s had no clear end -> open
//! open   -> 1 s, 2 s, 4 s … 60 s -> one probe -> reached -> closed
//!                                              -> not    -> open, longer
//! ```
//!
//! A probe is a call that may be repeated. Where only unsafe ones wait, a connection is made and nothing is sent: nobody's
//! bonus is a probe. Waiting uses up no attempts.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::account::later;

/// So many connections that could not be made in a row open the circuit.
const CONNECT_FAILURES_MAX: u32 = 5;
/// Calls that are looked at.
const WINDOW: SignedDuration = SignedDuration::from_secs(30);
/// Fewer calls say nothing.
const CALLS_MIN: usize = 20;
/// Of so many calls at most is kept what they came to.
const CALLS_KEPT: usize = 1_000;
/// Longest time an open circuit waits before the next probe.
const PAUSE_MAX: SignedDuration = SignedDuration::from_secs(60);

/// Whether calls may go, as far as their vendor's health decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Circuit {
    /// They may.
    Closed,
    /// None may before this moment.
    Open(Timestamp),
    /// One probe may.
    Probing,
}

/// What is known of a vendor's health.
#[derive(Debug, Clone, Default)]
pub(super) struct Health {
    /// Connections in a row that could not be made.
    connect_failures: u32,
    /// When calls ended, and whether without a clear end.
    calls: VecDeque<(Timestamp, bool)>,
    /// Until when the circuit is open. None: it is closed.
    opened_until: Option<Timestamp>,
    /// How often in a row it was opened.
    openings: u32,
    /// It was closed by a bare connection: whether calls come to an end is not known yet.
    pub(super) careful: bool,
}

impl Health {
    pub(super) fn circuit(&self, now: Timestamp) -> Circuit {
        match self.opened_until {
            None => Circuit::Closed,
            Some(until) if until > now => Circuit::Open(until),
            Some(_) => Circuit::Probing,
        }
    }

    /// The last connections could not be made.
    pub(super) fn is_unreachable(&self) -> bool {
        self.connect_failures > 0
    }

    /// A connection could not be made. Yields whether it is the first since the vendor was reached: people are told once.
    pub(super) fn connect_failed(&mut self, now: Timestamp) -> bool {
        self.connect_failures = self.connect_failures.saturating_add(1);
        if self.opened_until.is_some() || self.connect_failures >= CONNECT_FAILURES_MAX {
            self.open(now);
        }
        self.connect_failures == 1
    }

    /// The vendor could be reached. Yields whether it could not before.
    pub(super) fn connected(&mut self) -> bool {
        std::mem::take(&mut self.connect_failures) > 0
    }

    /// A call has ended. `failed`: without a clear end.
    pub(super) fn call_ended(&mut self, now: Timestamp, failed: bool) {
        if self.circuit(now) == Circuit::Probing {
            return match failed {
                true => self.open(now),
                false => self.close(),
            };
        }
        if self.careful && !failed {
            return self.close();
        }
        let begins = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        while self.calls.len() >= CALLS_KEPT
            || self.calls.front().is_some_and(|(at, _)| *at < begins)
        {
            self.calls.pop_front();
        }
        self.calls.push_back((now, failed));
        let failures = self.calls.iter().filter(|(_, failed)| *failed).count();
        let is_half = failures * 2 >= self.calls.len();
        if failed && self.calls.len() >= CALLS_MIN && is_half && self.opened_until.is_none() {
            self.open(now);
        }
    }

    /// A connection could be made, and nothing was sent. Calls go again; one more failure says that they should not.
    pub(super) fn probed(&mut self, now: Timestamp) {
        let failures = match self.calls.iter().any(|(_, failed)| *failed) {
            true => CALLS_MIN - 1,
            false => 0,
        };
        let openings = self.openings;
        self.close();
        self.openings = openings;
        self.careful = true;
        self.calls
            .extend(std::iter::repeat_n((now, true), failures));
    }

    fn open(&mut self, now: Timestamp) {
        let doublings = self.openings.min(6);
        let pause = SignedDuration::from_secs(1 << doublings).min(PAUSE_MAX);
        self.openings = self.openings.saturating_add(1);
        self.opened_until = Some(later(now, pause));
    }

    fn close(&mut self) {
        self.opened_until = None;
        self.openings = 0;
        self.careful = false;
        self.calls.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap_or_default()
    }

    fn failed(count: usize) -> Health {
        let mut health = Health::default();
        for _ in 0..count {
            health.call_ended(at(0), true);
        }
        health
    }

    #[test]
    fn five_connections_that_could_not_be_made_open_it_for_a_growing_time() {
        let mut health = Health::default();
        for _ in 0..4 {
            health.connect_failed(at(0));
        }
        assert_eq!(health.circuit(at(0)), Circuit::Closed);
        health.connect_failed(at(0));
        assert_eq!(health.circuit(at(0)), Circuit::Open(at(1)));
        assert_eq!(health.circuit(at(1)), Circuit::Probing);
        health.connect_failed(at(1));
        assert_eq!(health.circuit(at(1)), Circuit::Open(at(3)));
    }

    #[test]
    fn twenty_calls_without_a_clear_end_open_it() {
        assert_eq!(failed(19).circuit(at(0)), Circuit::Closed);
        assert_eq!(failed(20).circuit(at(0)), Circuit::Open(at(1)));
    }

    #[test]
    fn fewer_failures_than_half_leave_it_closed() {
        let mut health = Health::default();
        for number in 0..100 {
            health.call_ended(at(0), number % 3 == 0);
        }
        assert_eq!(health.circuit(at(0)), Circuit::Closed);
    }

    #[test]
    fn failures_of_an_earlier_half_minute_do_not_count() {
        let mut health = failed(19);
        health.call_ended(at(31), true);
        assert_eq!(health.circuit(at(31)), Circuit::Closed);
    }

    #[test]
    fn a_probe_that_gets_through_closes_it_and_one_that_does_not_opens_it_longer() {
        let mut health = failed(20);
        health.call_ended(at(1), true);
        assert_eq!(health.circuit(at(1)), Circuit::Open(at(3)));
        health.call_ended(at(3), false);
        assert_eq!(health.circuit(at(3)), Circuit::Closed);
    }

    #[test]
    fn after_a_bare_connection_one_more_failure_opens_it_longer() {
        let mut health = failed(20);
        health.probed(at(1));
        assert_eq!(health.circuit(at(1)), Circuit::Closed);
        health.call_ended(at(1), true);
        assert_eq!(health.circuit(at(1)), Circuit::Open(at(3)));
    }

    #[test]
    fn after_a_bare_connection_a_call_that_gets_through_forgets_the_failures() {
        let mut health = failed(20);
        health.probed(at(1));
        assert!(health.careful);
        health.call_ended(at(1), false);
        assert!(!health.careful);
        health.call_ended(at(1), true);
        assert_eq!(health.circuit(at(1)), Circuit::Closed);
    }

    #[test]
    fn the_longest_pause_is_a_minute() {
        let mut health = failed(20);
        let mut pause = SignedDuration::ZERO;
        for _ in 0..40 {
            let Circuit::Open(until) = health.circuit(at(0)) else {
                panic!("closed");
            };
            health.call_ended(until, true);
            let Circuit::Open(next) = health.circuit(until) else {
                panic!("closed");
            };
            pause = next.duration_since(until);
            assert!(pause <= SignedDuration::from_secs(60), "{pause}");
        }
        assert_eq!(pause, SignedDuration::from_secs(60));
    }
}

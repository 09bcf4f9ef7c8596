//! What goes wrong at a simulated vendor until it is told to stop: for every call, every third, or one in ten.
//!
//! ```text
//! loyalty.addBonus: applied then timeout every 3
//! crm: status 503 10%
//! *: latency 300ms
//! ```

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use ondo_compiler::catalog;

use super::Reply;

/// A fault, and the calls that it strikes.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The account's name, or the connector's. `None`: any.
    account: Option<String>,
    /// `None`: any.
    action: Option<String>,
    what: What,
    when: When,
    /// As it was written.
    text: String,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// Instead of the answer.
    Reply(Reply),
    /// The answer ends in the middle of its body. It happened.
    Half,
    /// The body of the answer takes this long. It happened.
    Slow(SignedDuration),
    /// The answer begins so much later.
    Latency(SignedDuration),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum When {
    Always,
    Every(u64),
    /// In hundred calls.
    Share(u64),
}

impl Fault {
    /// The account (or connector) and the action that it names.
    pub(super) fn target(&self) -> (Option<&str>, Option<&str>) {
        (self.account.as_deref(), self.action.as_deref())
    }

    fn is_for(&self, names: &[&str], action: &str) -> bool {
        let account = self.account.as_deref();
        account.is_none_or(|account| names.contains(&account))
            && self.action.as_deref().is_none_or(|own| own == action)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let example = "write it like `loyalty.addBonus: applied then timeout every 3`";
        let (target, what) = text
            .split_once(':')
            .ok_or_else(|| format!("a fault names an account and what goes wrong: {example}"))?;
        let (account, action) = match target.trim() {
            "*" => (None, None),
            target => match target.split_once('.') {
                Some((account, action)) => (Some(account), Some(action)),
                None => (Some(target), None),
            },
        };
        let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
        if [account, action]
            .into_iter()
            .flatten()
            .any(|name| !is_name(name))
        {
            return Err(format!(
                "`{}` is no account or action: {example}",
                target.trim()
            ));
        }
        let words: Vec<&str> = what.split_whitespace().collect();
        let (what, when) = when_of(&words)?;
        Ok(Self {
            account: account.map(str::to_owned),
            action: action.map(str::to_owned),
            what: what_of(what)?,
            when,
            text: text.trim().to_owned(),
        })
    }
}

/// `… every 3`, `… 10%`, or nothing.
fn when_of<'w>(words: &'w [&'w str]) -> Result<(&'w [&'w str], When), String> {
    if let [what @ .., "every", count] = words {
        let count = count.parse::<u64>().ok().filter(|count| *count > 0);
        let count = count.ok_or("behind `every` stands a whole number: `every 3`")?;
        return Ok((what, When::Every(count)));
    }
    if let [what @ .., share] = words
        && let Some(share) = share.strip_suffix('%')
    {
        let share = share.parse::<u64>().ok().filter(|share| *share <= 100);
        let share = share.ok_or("a share is a whole number of percent: `10%`")?;
        return Ok((what, When::Share(share)));
    }
    Ok((words, When::Always))
}

fn what_of(words: &[&str]) -> Result<What, String> {
    let length = |text: &str| {
        let length = catalog::duration(text).filter(|length| *length <= LENGTH_MAX);
        length.ok_or_else(|| {
            format!("`{text}` is no time up to ten minutes: write it like 300ms or 2s")
        })
    };
    Ok(match words {
        ["timeout"] => What::Reply(Reply::Timeout),
        ["reset"] => What::Reply(Reply::Reset),
        ["applied", "then", "timeout"] => What::Reply(Reply::AppliedThenTimeout),
        ["applied", "then", "reset"] => What::Reply(Reply::AppliedThenReset),
        ["status", status] => {
            let status = status.parse::<u16>().ok();
            let status = status.filter(|status| (200..600).contains(status));
            let status = status.ok_or("behind `status` stands a number from 200 to 599")?;
            What::Reply(Reply::Status(status, Vec::new()))
        }
        ["rate_limited"] => What::Reply(Reply::RateLimited(1)),
        ["rate_limited", pause] => {
            let seconds = length(pause)?.as_secs().max(1);
            What::Reply(Reply::RateLimited(u64::try_from(seconds).unwrap_or(1)))
        }
        ["half"] => What::Half,
        ["slow", time] => What::Slow(length(time)?),
        ["latency", time] => What::Latency(length(time)?),
        other => {
            return Err(format!(
                "`{}` is no fault: one of timeout, reset, applied then timeout, applied then reset, status 503, \
                 rate_limited 5s, half, slow 2s, latency 300ms",
                other.join(" ")
            ));
        }
    })
}

/// Longest latency; a vendor that is later than this is silent.
const LENGTH_MAX: SignedDuration = SignedDuration::from_mins(10);
/// Faults that one sandbox may have at once.
const FAULTS_MAX: usize = 1_000;

/// The faults of a sandbox, with their counts.
#[derive(Debug, Default)]
pub(super) struct Faults {
    seed: u64,
    all: Vec<Counted>,
}

/// A fault and how often it was asked and struck.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) fault: Fault,
    pub(super) calls: u64,
    pub(super) struck: u64,
}

/// What goes wrong with one call.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Struck {
    pub(super) latency: SignedDuration,
    pub(super) what: Option<What>,
}

impl Faults {
    /// Shares are drawn by this number: the same number, the same calls.
    pub(super) fn set_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// One more, behind the others.
    pub(super) fn add(&mut self, fault: Fault) -> Result<(), String> {
        if self.all.len() == FAULTS_MAX {
            return Err(format!("there are {FAULTS_MAX} faults already"));
        }
        self.all.push(Counted {
            fault,
            calls: 0,
            struck: 0,
        });
        Ok(())
    }

    /// Nothing goes wrong any more.
    pub(super) fn clear(&mut self) {
        self.all.clear();
    }

    pub(super) fn all(&self) -> &[Counted] {
        &self.all
    }

    /// What goes wrong with a call: all latencies together, and of the rest the first that strikes.
    pub(super) fn strike(&mut self, names: &[&str], action: &str) -> Struck {
        let mut struck = Struck::default();
        for (place, counted) in self.all.iter_mut().enumerate() {
            if !counted.fault.is_for(names, action) {
                continue;
            }
            counted.calls += 1;
            let strikes = match counted.fault.when {
                When::Always => true,
                When::Every(count) => counted.calls % count == 0,
                When::Share(share) => drawn(self.seed, place as u64, counted.calls) % 100 < share,
            };
            if !strikes {
                continue;
            }
            match &counted.fault.what {
                What::Latency(length) => {
                    counted.struck += 1;
                    struck.latency = struck.latency.saturating_add(*length);
                }
                what if struck.what.is_none() => {
                    counted.struck += 1;
                    struck.what = Some(what.clone());
                }
                _ => {}
            }
        }
        struck
    }
}

/// A number that looks drawn and is always the same for the same fault and call (SplitMix64).
fn drawn(seed: u64, place: u64, call: u64) -> u64 {
    let mut bits = seed
        .wrapping_add(place.wrapping_mul(0xa076_1d64_78bd_642f))
        .wrapping_add(call.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn faults(texts: &[&str]) -> Faults {
        let mut faults = Faults::default();
        for text in texts {
            faults.add(text.parse().unwrap()).unwrap();
        }
        faults
    }

    /// Which of so many calls are struck.
    fn struck(faults: &mut Faults, calls: usize) -> Vec<usize> {
        let strikes = |call: &usize| {
            let _ = call;
            faults
                .strike(&["loyalty", "plazius"], "addBonus")
                .what
                .is_some()
        };
        (1..=calls).filter(strikes).collect()
    }

    #[test]
    fn every_third_call_is_struck() {
        let mut faults = faults(&["loyalty.addBonus: applied then timeout every 3"]);
        assert_eq!(struck(&mut faults, 9), [3, 6, 9]);
        assert_eq!(faults.all()[0].calls, 9);
        assert_eq!(faults.all()[0].struck, 3);
    }

    #[test]
    fn a_share_is_drawn_and_repeats_with_the_seed() {
        let drawn = |seed| {
            let mut faults = faults(&["plazius: status 503 10%"]);
            faults.set_seed(seed);
            struck(&mut faults, 2_000)
        };
        let first = drawn(7);
        assert_eq!(first, drawn(7));
        assert_ne!(first, drawn(8));
        assert!((140..260).contains(&first.len()), "{}", first.len());
    }

    #[test]
    fn latencies_add_up_and_of_the_rest_the_first_counts() {
        let mut faults = faults(&[
            "*: latency 300ms",
            "loyalty: latency 1s",
            "loyalty.addBonus: half",
            "loyalty.addBonus: reset",
            "other: timeout",
        ]);
        let found = faults.strike(&["loyalty"], "addBonus");
        assert_eq!(found.latency, SignedDuration::from_millis(1_300));
        assert_eq!(found.what, Some(What::Half));
        let found = faults.strike(&["till"], "createOrder");
        assert_eq!(found.latency, SignedDuration::from_millis(300));
        assert_eq!(found.what, None);
        faults.clear();
        assert_eq!(faults.strike(&["loyalty"], "addBonus"), Struck::default());
    }

    #[test]
    fn what_is_no_fault_is_said_in_words() {
        for (text, wanted) in [
            ("timeout", "names an account and what goes wrong"),
            ("loyalty.: timeout", "`loyalty.` is no account or action"),
            ("loyalty: explode", "`explode` is no fault: one of timeout"),
            ("loyalty: reset every 0", "`every 3`"),
            ("loyalty: reset 200%", "`10%`"),
            ("loyalty: status 99", "a number from 200 to 599"),
            (
                "loyalty: latency long",
                "`long` is no time up to ten minutes",
            ),
            ("loyalty: slow 1h", "`1h` is no time up to ten minutes"),
        ] {
            let found = text.parse::<Fault>().unwrap_err();
            assert!(found.contains(wanted), "{text}: {found}");
        }
    }
}

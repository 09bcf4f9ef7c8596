//! F2, F7, F8: the process dies at an exact system call, or the call fails. Needs strace.

use std::time::Duration;

use super::bed::{Bed, Ended, STRIKES_OF_BED, Then, is_there, share_of};
use super::{Outcome, Settings, full};
use crate::check::Verdict;
use crate::rng::Rng;

/// SIGKILL.
const KILLED: i32 = 9;

/// System calls, by how many of them in one thread the strike is chosen, and how many strikes: more than the 300 that shall
/// hit, because some calls are not made so often.
const DEADLY: &[(&str, u64, u64)] = &[
    ("fsync,fdatasync", 30, 100),
    ("pwrite64", 80, 120),
    ("writev", 25, 45),
    ("sendto", 10, 10),
    ("write", 40, 22),
    ("recvfrom", 12, 22),
    ("read", 40, 11),
];

/// Calls that fail once, with an I/O error.
const FAILING: &[(&str, u64, u64)] = &[
    ("fsync,fdatasync", 25, 156),
    ("pwrite64", 60, 156),
    ("pread64", 20, 156),
];

/// Calls that find no room from then on.
const WITHOUT_ROOM: &[(&str, u64, u64)] = &[("pwrite64", 60, 165)];

/// A call and which one of its thread.
type Strike = (&'static str, u64);

fn strikes(settings: &Settings, name: &str, table: &[(&'static str, u64, u64)]) -> Vec<Strike> {
    let mut rng = Rng::new(settings.seed, name);
    let mut all: Vec<Strike> = Vec::new();
    for (calls, below, count) in table {
        all.extend((0..*count).map(|_| (*calls, 1 + rng.pick(*below))));
    }
    share_of(&all, settings)
}

/// Deliveries of every class.
fn acts(_: usize, rng: &mut Rng) -> &'static str {
    ["keyed", "give", "bonus", "all", "none"][rng.pick(5) as usize]
}

/// What is counted.
#[derive(Default)]
struct Counts {
    struck: u64,
    missed: u64,
    at_start: u64,
    went_on: u64,
}

fn strike_all(
    settings: &Settings,
    name: &str,
    strikes: &[Strike],
    inject: impl Fn(u64) -> String,
    judge: impl Fn(&mut Bed, &Strike, &Ended, &mut Counts),
) -> Result<(Verdict, Counts), String> {
    let mut verdict = Verdict::default();
    let mut counts = Counts::default();
    for (number, strikes) in strikes.chunks(STRIKES_OF_BED).enumerate() {
        let bed_name = format!("{name} {number}");
        let mut bed = Bed::new(settings, &bed_name, strikes.len() + 1, Duration::ZERO, acts)?;
        // Each fourth store is struck while it is made; the others, while they are used.
        if number % 4 != 3 {
            bed.prepare();
        }
        for strike in strikes {
            let setup = bed.traced(strike.0, &inject(strike.1));
            let ended = bed.strike(&setup, &Then::Wait)?;
            judge(&mut bed, strike, &ended, &mut counts);
        }
        verdict.add(bed.finish(settings));
        eprintln!(
            "  {} struck ({} while starting), {} not reached",
            counts.struck, counts.at_start, counts.missed
        );
    }
    if counts.struck == 0 {
        verdict.broke("none", "no strike hit: nothing was tested".to_owned());
    }
    Ok((verdict, counts))
}

fn acknowledged(verdict: &Verdict) -> u64 {
    let found = verdict.counts.get("acknowledged in all");
    found.copied().unwrap_or(0)
}

/// F2.
pub(super) fn kills(settings: &Settings) -> Result<Outcome, String> {
    if !is_there("strace") {
        return Ok(Outcome::Skipped("no strace".to_owned()));
    }
    let strikes = strikes(settings, "F2", DEADLY);
    let (verdict, counts) = strike_all(
        settings,
        "F2",
        &strikes,
        |when| format!("signal=SIGKILL:when={when}"),
        |bed, strike, ended, counts| match ended.by_signal(KILLED) {
            true => {
                counts.struck += 1;
                counts.at_start += u64::from(!ended.listened);
            }
            false => not_reached(bed, strike, ended, counts),
        },
    )?;
    Ok(Outcome::Done {
        done: format!(
            "{} kills at exact system calls ({} while starting), {} not reached, {} events acknowledged",
            counts.struck,
            counts.at_start,
            counts.missed,
            acknowledged(&verdict)
        ),
        verdict,
    })
}

/// The call was not made as often as it takes: then nothing may be wrong with the process.
fn not_reached(bed: &mut Bed, strike: &Strike, ended: &Ended, counts: &mut Counts) {
    counts.missed += 1;
    if !ended.listened {
        let text = format!("no clean start before {strike:?}: {}", ended.said);
        bed.verdict.broke("P1", text);
    }
}

/// F7.
pub(super) fn errors(settings: &Settings) -> Result<Outcome, String> {
    if !is_there("strace") {
        return Ok(Outcome::Skipped("no strace".to_owned()));
    }
    let strikes = strikes(settings, "F7", FAILING);
    let (verdict, counts) = strike_all(
        settings,
        "F7",
        &strikes,
        |when| format!("error=EIO:when={when}"),
        |bed, strike, ended, counts| {
            let Some(at) = bed.injected_at() else {
                return not_reached(bed, strike, ended, counts);
            };
            counts.struck += 1;
            counts.at_start += u64::from(!ended.listened);
            // What could not be read can be asked again; what could not be written or flushed must end the process.
            if strike.0 == "pread64" || bed.hit_no_data() {
                counts.went_on += u64::from(ended.listened && ended.status.is_none());
                return;
            }
            bed.judge_answers(at, strike.0);
            if !ended.by_failing() {
                let text = format!(
                    "{strike:?} failed, and the process ended with {:?}",
                    ended.status
                );
                bed.verdict.broke("P1", text);
            }
        },
    )?;
    Ok(Outcome::Done {
        done: format!(
            "{} flushes, writes and reads failed ({} while starting; {} reads did not end the process), {} not reached, {} events acknowledged",
            counts.struck,
            counts.at_start,
            counts.went_on,
            counts.missed,
            acknowledged(&verdict)
        ),
        verdict,
    })
}

/// F8.
pub(super) fn without_room(settings: &Settings) -> Result<Outcome, String> {
    if !is_there("strace") {
        return Ok(Outcome::Skipped("no strace".to_owned()));
    }
    let strikes = strikes(settings, "F8", WITHOUT_ROOM);
    let (mut verdict, counts) = strike_all(
        settings,
        "F8",
        &strikes,
        |when| format!("error=ENOSPC:when={when}+"),
        |bed, strike, ended, counts| {
            if bed.injected_at().is_none() {
                return not_reached(bed, strike, ended, counts);
            }
            counts.struck += 1;
            counts.at_start += u64::from(!ended.listened);
            let went_on = ended.listened && ended.status.is_none();
            counts.went_on += u64::from(went_on);
            if !went_on && !ended.by_failing() {
                let text = format!("{strike:?} found no room: ended with {:?}", ended.status);
                bed.verdict.broke("P9", text);
            }
        },
    )?;
    let done = format!(
        "{} times no room from one write on ({} while starting; {} went on and refused), {} not reached, {} events acknowledged",
        counts.struck,
        counts.at_start,
        counts.went_on,
        counts.missed,
        acknowledged(&verdict)
    );
    let filled = full::run(settings, &mut verdict)?;
    Ok(Outcome::Done {
        done: format!("{done}; {filled}"),
        verdict,
    })
}

//! F13: outcomes that nobody knows, end to end: surfaced at once, never repeated silently, looked up where that is possible.

use std::collections::HashMap;
use std::time::Duration;

use super::{Folder, Outcome, Settings, setup};
use crate::check::{self, Verdict};
use crate::load::{Load, Mix};
use crate::rng::Rng;
use crate::sink::{Sink, Toxic};

/// Unknown outcomes of calls that can be looked up, and as many of calls that cannot.
const UNKNOWN: u64 = 1_050;
/// Longest time from an unknown outcome to a run that shows it.
const SURFACED_WITHIN_US: i64 = 5_000_000;

/// Half happened, half did not; nobody is told. Calls that may be repeated get through.
fn plan(seed: u64) -> impl Fn(&str, &str, usize) -> Toxic + Send + Sync {
    move |action, mark, before| {
        let is_unsafe = action == "/bonus" || action == "/give";
        if !is_unsafe || before > 0 {
            return Toxic::None;
        }
        match Rng::new(seed, mark).percent(50) {
            true => Toxic::AppliedSilent,
            false => Toxic::Silent,
        }
    }
}

/// Up to two minutes when all is tried; otherwise the history is up to date.
fn lag(seed: u64, full: bool) -> impl Fn(&str) -> Duration + Send + Sync {
    move |mark| match full {
        true => Duration::from_secs(Rng::new(seed, &format!("{mark} lag")).pick(121)),
        false => Duration::ZERO,
    }
}

pub(super) fn run(settings: &Settings) -> Result<Outcome, String> {
    let mut rng = Rng::new(settings.seed, "F13");
    let full = settings.share >= 100;
    let unknown = settings.of(UNKNOWN);
    // Four calls get through for each that does not, so that the vendor is not taken for dead.
    let mix = Mix {
        all: 0,
        keyed: 60,
        give: 20,
        bonus: 20,
    };
    let load = Load::new(&mut rng, unknown as usize * 5, mix);
    let sink = Sink::start(plan(settings.seed), lag(settings.seed, full))
        .map_err(|error| error.to_string())?;
    let mut folder = Folder::new()?;
    let setup = setup(settings, &folder, &sink)?;
    let daemon = setup.start()?;
    load.send(daemon.addr, 4, Duration::from_millis(60)).join();
    check::quiet(&setup.store(), false, Duration::from_secs(300))?;
    let left = match full {
        true => check::quiet(&setup.store(), true, Duration::from_secs(600))?,
        false => 0,
    };
    drop(daemon);
    let ledger = sink.ledger();
    let mut verdict = check::check(&setup.store(), &load.log(), &ledger, true);
    if left > 0 {
        verdict.broke("P3", format!("{left} runs are still looked up"));
    }
    let surfaced = surfaced(&setup.store(), &mut verdict)?;
    let silent = ledger
        .iter()
        .filter(|entry| matches!(entry.toxic, Toxic::AppliedSilent | Toxic::Silent))
        .count() as u64;
    if surfaced != silent {
        verdict.broke(
            "P5",
            format!("{silent} calls were not answered, {surfaced} surfaced"),
        );
    }
    let (shown, again) = bonuses(&ledger, &mut verdict, full);
    folder.judge(settings, &verdict);
    let doubts = verdict.counts.get("in doubt").copied().unwrap_or(0);
    Ok(Outcome::Done {
        done: format!(
            "{silent} unknown outcomes, {surfaced} surfaced within 5 s; {doubts} in doubt for a person, {shown} found in the history, {again} sent once more"
        ),
        verdict,
    })
}

/// How many unknown outcomes there are, each of which its run showed in time: by the outcome's own time, and that of the run.
fn surfaced(store: &std::path::Path, verdict: &mut Verdict) -> Result<u64, String> {
    let connection = check::open(store)?;
    let first = "FROM journal WHERE verdict = 'unknown' AND action IN ('sink.give', 'sink.bonus')";
    let all = check::number(&connection, &format!("SELECT count(*) {first}"))?;
    // The attempt is cut at three seconds; what is written later than five behind its intent surfaced late.
    let late = format!(
        "SELECT count(*) {first} AND at - (SELECT max(at) FROM journal AS intent WHERE intent.run = journal.run
             AND intent.step = journal.step AND intent.kind = 'intent' AND intent.seq < journal.seq) > {}",
        3_000_000 + SURFACED_WITHIN_US
    );
    let late = check::number(&connection, &late)?;
    if late > 0 {
        verdict.broke(
            "P5",
            format!("{late} unknown outcomes surfaced later than 5 s"),
        );
    }
    Ok(all)
}

/// Bonuses: found in the history, or sent once more, and never done twice or lost.
fn bonuses(ledger: &[crate::sink::Entry], verdict: &mut Verdict, full: bool) -> (u64, u64) {
    let mut by_mark: HashMap<&str, (u64, u64)> = HashMap::new();
    for entry in ledger.iter().filter(|entry| entry.action == "/bonus") {
        let (sent, done) = by_mark.entry(&entry.mark).or_default();
        *sent += 1;
        *done += u64::from(entry.applied);
    }
    let mut shown = 0;
    let mut again = 0;
    for (mark, (sent, done)) in by_mark {
        match (sent, done) {
            (1, 1) => shown += 1,
            (2, 1) => again += 1,
            (_, 0) if full => verdict.broke("P5", format!("{mark} is lost")),
            (_, 0) => {}
            _ => verdict.broke("P5", format!("{mark} was done {done} times")),
        }
    }
    (shown, again)
}

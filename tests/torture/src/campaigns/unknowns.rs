//! F13: outcomes that nobody knows, end to end: surfaced at once, never repeated silently, looked up where that is possible.

use std::collections::HashMap;
use std::time::Duration;

use super::{Folder, Outcome, Settings, setup};
use crate::check::{self, Verdict};
use crate::load::{Load, Mix};
use crate::rng::Rng;
use crate::sink::{Entry, Sink, Toxic};

/// Unknown outcomes of calls that can be looked up, and as many of calls that cannot.
const UNKNOWN: u64 = 1_050;
/// `timeout 3s` of the rules.
const ATTEMPT_US: i64 = 3_000_000;
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
    let silent: Vec<&Entry> = ledger
        .iter()
        .filter(|entry| matches!(entry.toxic, Toxic::AppliedSilent | Toxic::Silent))
        .collect();
    let surfaced = surfaced(&setup.store(), &sink, &silent, &mut verdict)?;
    let silent = silent.len();
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

/// How many of the calls that nobody answered have an unknown outcome in the store, each in time: from the moment when the
/// vendor got the call, by the vendor's clock.
fn surfaced(
    store: &std::path::Path,
    sink: &Sink,
    silent: &[&Entry],
    verdict: &mut Verdict,
) -> Result<u64, String> {
    let connection = check::open(store)?;
    let sql = "SELECT events.key || '/' || journal.step, min(journal.at) FROM journal
               JOIN runs ON runs.id = journal.run JOIN events ON events.id = runs.event
               WHERE journal.verdict = 'unknown' AND journal.action IN ('sink.give', 'sink.bonus')
               GROUP BY journal.run, journal.step";
    let mut query = connection.prepare(sql).map_err(|error| error.to_string())?;
    let rows = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|error| error.to_string())?;
    let shown: HashMap<String, i64> = rows
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    let mut surfaced = 0;
    for entry in silent {
        let Some(at) = shown.get(&entry.mark) else {
            verdict.broke(
                "P5",
                format!("{} was not answered and not shown", entry.mark),
            );
            continue;
        };
        surfaced += 1;
        let after = at - sink.wall_us(entry) - ATTEMPT_US;
        if after > SURFACED_WITHIN_US {
            let text = format!("{} surfaced {after} us after its timeout", entry.mark);
            verdict.broke("P5", text);
        }
    }
    Ok(surfaced)
}

/// Bonuses: found in the history, or sent once more, and never done twice or lost.
fn bonuses(ledger: &[Entry], verdict: &mut Verdict, full: bool) -> (u64, u64) {
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

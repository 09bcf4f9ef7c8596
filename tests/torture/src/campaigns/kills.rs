//! F1: `kill -9` at any moment, under load of every class, again and again.

use std::thread;
use std::time::{Duration, Instant};

use super::{Folder, Outcome, Settings, setup};
use crate::check;
use crate::daemon::between;
use crate::load::{Load, MIX};
use crate::rng::Rng;
use crate::sink::{Sink, Toxic};

/// Kills.
const CYCLES: u64 = 300;
/// Deliveries of a cycle.
const EVENTS_OF_CYCLE: u64 = 210;
/// Deliveries at the same time.
const SENDERS: usize = 4;
/// Between two deliveries of one sender: 200 a second in all.
const PACE: Duration = Duration::from_millis(20);

/// A few answers go wrong on top of the kills.
pub(super) fn some_toxics(seed: u64) -> impl Fn(&str, &str, usize) -> Toxic + Send + Sync {
    move |_, mark, before| {
        let mut rng = Rng::new(seed, &format!("{mark}#{before}"));
        match rng.pick(200) {
            0 => Toxic::AppliedSilent,
            1 => Toxic::ResetAfter,
            2 => Toxic::AppliedBroken,
            3 => Toxic::Broken,
            4 => Toxic::HalfBody,
            5 => Toxic::Limited,
            6 => Toxic::ClosedAfter,
            _ => Toxic::None,
        }
    }
}

pub(super) fn run(settings: &Settings) -> Result<Outcome, String> {
    let mut rng = Rng::new(settings.seed, "F1");
    let cycles = settings.of(CYCLES);
    let load = Load::new(&mut rng, (cycles * EVENTS_OF_CYCLE) as usize, MIX);
    let sink = Sink::start(some_toxics(settings.seed), |_| Duration::ZERO)
        .map_err(|error| error.to_string())?;
    let mut folder = Folder::new()?;
    let setup = setup(settings, &folder, &sink)?;
    let mut recoveries: Vec<Duration> = Vec::new();
    let mut begun = Instant::now();
    for cycle in 0..cycles {
        let daemon = setup.start()?;
        if cycle > 0 {
            recoveries.push(daemon.started_in);
        }
        let sending = load.send(daemon.addr, SENDERS, PACE);
        thread::sleep(between(&mut rng, 200, 2_000));
        daemon.kill();
        sending.stop();
        if begun.elapsed() > Duration::from_secs(10) {
            begun = Instant::now();
            eprintln!(
                "  {}/{cycles} kills, {} acknowledged",
                cycle + 1,
                load.acknowledged()
            );
        }
    }
    sink.heal();
    let daemon = setup.start()?;
    load.send(daemon.addr, SENDERS * 2, Duration::ZERO).join();
    let patience = match settings.share {
        100 => Duration::from_secs(900),
        _ => Duration::from_secs(60),
    };
    let left = check::quiet(&setup.store(), settings.share == 100, patience)?;
    let left = match settings.share {
        100 => left,
        _ => check::quiet(&setup.store(), false, Duration::from_secs(30))?,
    };
    drop(daemon);
    let mut verdict = check::check(&setup.store(), &load.log(), &sink.ledger(), left == 0);
    if left > 0 {
        verdict.broke(
            "P3",
            format!("{left} runs or events were still going at the end"),
        );
    }
    folder.judge(settings, &verdict);
    recoveries.sort();
    let median = recoveries
        .get(recoveries.len() / 2)
        .copied()
        .unwrap_or_default();
    let longest = recoveries.last().copied().unwrap_or_default();
    let of = |name: &str| verdict.counts.get(name).copied().unwrap_or(0);
    Ok(Outcome::Done {
        done: format!(
            "{cycles} kills, {} events acknowledged, {} runs, {} calls, {} in doubt; recovery {} ms median, {} ms longest",
            of("acknowledged"),
            of("runs"),
            of("calls"),
            of("in doubt"),
            median.as_millis(),
            longest.as_millis()
        ),
        verdict,
    })
}

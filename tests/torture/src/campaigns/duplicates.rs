//! F14: one delivery in many copies at the same time is one event.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use super::{Folder, Outcome, Settings, setup};
use crate::bundle;
use crate::check::{self, Verdict};
use crate::http::Connection;
use crate::sink::{Sink, Toxic};

/// Different deliveries.
const IDS: u64 = 2_000;
/// Copies of each.
const COPIES: usize = 20;

pub(super) fn run(settings: &Settings) -> Result<Outcome, String> {
    let ids = settings.of(IDS);
    let sink = Sink::start(|_, _, _| Toxic::None, |_| Duration::ZERO)
        .map_err(|error| error.to_string())?;
    let mut folder = Folder::new()?;
    let setup = setup(settings, &folder, &sink)?;
    let daemon = setup.start()?;
    let barrier = Arc::new(Barrier::new(COPIES));
    let seed = settings.seed;
    let threads: Vec<_> = (0..COPIES)
        .map(|_| {
            let (barrier, to) = (Arc::clone(&barrier), daemon.addr);
            thread::spawn(move || {
                let mut connection = Connection::open(to);
                let mut acknowledged = 0_u64;
                for id in 0..ids {
                    // All copies leave at the same moment.
                    barrier.wait();
                    let body = bundle::order(&format!("копия-{seed}-{id}"), "g", "give");
                    let answer = connection
                        .as_mut()
                        .and_then(|one| one.post(&bundle::hook(), &body));
                    if answer.is_some_and(|answer| (200..300).contains(&answer.status())) {
                        acknowledged += 1;
                    }
                }
                acknowledged
            })
        })
        .collect();
    let acknowledged: u64 = threads
        .into_iter()
        .map(|thread| thread.join().unwrap_or(0))
        .sum();
    check::quiet(&setup.store(), false, Duration::from_secs(120))?;
    let connection = check::open(&setup.store())?;
    let events = check::number(&connection, "SELECT count(*) FROM events")?;
    let repeats = check::number(&connection, "SELECT coalesce(sum(repeats), 0) FROM events")?;
    let runs = check::number(
        &connection,
        "SELECT count(*) FROM runs WHERE state = 'done'",
    )?;
    drop(daemon);
    let mut verdict = Verdict::default();
    let copies = ids * COPIES as u64;
    if events != ids {
        verdict.broke("P2", format!("{ids} deliveries are {events} events"));
    }
    if acknowledged != copies {
        verdict.broke(
            "P2",
            format!("{acknowledged} of {copies} copies were answered 2xx"),
        );
    }
    if events + repeats != copies {
        verdict.broke("P2", format!("{repeats} repetitions were counted"));
    }
    let calls = sink.ledger().len() as u64;
    if calls != ids || runs != ids {
        verdict.broke(
            "P5",
            format!("{calls} calls and {runs} runs for {ids} deliveries"),
        );
    }
    folder.judge(settings, &verdict);
    Ok(Outcome::Done {
        done: format!("{ids} ids × {COPIES} copies: {events} events, {calls} calls"),
        verdict,
    })
}

//! F14: a vendor that sends one delivery over twenty connections at the same moment makes one event of it.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use super::{Context, PATIENCE, Stage};
use crate::bundle::{Rule, delivery};
use crate::check::Evidence;
use crate::http::Client;
use crate::load::{Answer, Delivery, post};
use crate::report::Outcome;
use crate::seed::Seed;
use crate::sink::{Arrival, Class};
use crate::store;
use crate::toxic::Toxic;

/// Copies of each delivery.
const COPIES: u64 = 20;
/// Groups whose runs keep their order.
const GROUPS: u64 = 50;

pub(super) fn run(context: &Context) -> Result<Outcome, String> {
    let begun = Instant::now();
    let ids = context.size.of(200, 2_000);
    let stage = Stage::new(
        context,
        Arc::new(|_: &Arrival| Toxic::None),
        Arc::new(|_| Duration::ZERO),
    )?;
    stage.bundle(
        "storm",
        "v1",
        &[Rule::new("put", &[Class::Idempotent]).ordered()],
    )?;
    let daemon = stage.setup.start()?;

    // All copies of a number leave together, and the numbers come in an order of their own.
    let mut numbers: Vec<u64> = (1..=ids).collect();
    let mut seed = Seed::of(context.seed, "order", 0);
    for index in (1..numbers.len()).rev() {
        let other = usize::try_from(seed.below(index as u64 + 1)).unwrap_or(0);
        numbers.swap(index, other);
    }
    let numbers = Arc::new(numbers);
    let barrier = Arc::new(Barrier::new(usize::try_from(COPIES).unwrap_or(1)));
    let addr = stage.setup.addr;
    let senders: Vec<_> = (0..COPIES)
        .map(|_| {
            let (numbers, barrier) = (numbers.clone(), barrier.clone());
            thread::spawn(move || {
                let mut client = Client::new(addr, Duration::from_secs(30));
                let mut answers = Vec::new();
                for id in numbers.iter() {
                    let body = delivery(*id, "put", &(id % GROUPS).to_string());
                    barrier.wait();
                    answers.push(post(
                        &mut client,
                        *id,
                        &Delivery {
                            bundle: "storm".to_owned(),
                            body,
                        },
                    ));
                }
                answers
            })
        })
        .collect();
    let mut answers: Vec<Answer> = Vec::new();
    for sender in senders {
        answers.extend(sender.join().map_err(|_| "a sender panicked")?);
    }
    store::wait_until_quiet(stage.data(), PATIENCE)?;
    let evidence = Evidence::collect(answers, stage.sink.arrivals(), stage.data())?;
    drop(daemon);

    let mut outcome = Outcome::new("F14", context.seed);
    outcome.count("copies", evidence.answers.len());
    outcome.count("events", evidence.events.len());
    outcome.count("effects", evidence.arrivals.len());
    outcome.take(&evidence);
    if evidence.events.len() as u64 != ids {
        outcome.broken(
            "P2",
            None,
            format!("{ids} numbers are {} events", evidence.events.len()),
        );
    }
    for id in 1..=ids {
        let firsts = evidence
            .answers
            .iter()
            .filter(|a| a.id == id && a.status / 100 == 2 && !a.duplicate)
            .count();
        if firsts != 1 {
            outcome.broken(
                "P2",
                Some(id),
                format!("{firsts} of its copies were called the first one"),
            );
        }
    }
    Ok(outcome.since(begun))
}

//! The simulator: a seed decides when batches reach the disk, what the vendor does and says, when time passes, when a
//! new version comes and when the process dies. What was promised must hold at every request and at the end.
//!
//! A failing seed is printed; `ONDO_SIM_SEED=17 cargo test sim` repeats it, `ONDO_SIM_SEEDS=100000` runs more of them.
#![allow(
    clippy::unwrap_used,
    reason = "a simulation that cannot go on has to stop"
)]

mod checks;
mod outage;
mod person;
mod process;
mod programs;
mod vendor;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use world::World;

/// Seeds of an ordinary test run.
const SEEDS: u64 = 150;
/// A long run says where it is after so many.
const PROGRESS: u64 = 2_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn what_is_promised_holds_for_every_seed() {
    if let Some(seed) = number("ONDO_SIM_SEED") {
        return World::new(seed).run();
    }
    let seeds = number("ONDO_SIM_SEEDS").unwrap_or(SEEDS);
    let first = number("ONDO_SIM_FIRST").unwrap_or(0);
    let begun = std::time::Instant::now();
    let next = AtomicU64::new(first);
    let broken: Mutex<Vec<u64>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds {
                        return;
                    }
                    if seed > first && (seed - first).is_multiple_of(PROGRESS) {
                        let broken = broken.lock().unwrap();
                        let (count, took) = (seed - first, begun.elapsed());
                        eprintln!("{count} seeds, {took:.0?}; broke a promise: {broken:?}");
                    }
                    let outcome = std::panic::catch_unwind(|| World::new(seed).run());
                    if outcome.is_err() {
                        broken.lock().unwrap().push(seed);
                    }
                }
            });
        }
    });
    let took = begun.elapsed();
    println!(
        "{seeds} seeds from {first}: {} broke a promise; {took:.1?}, {:.1?} for a seed",
        broken.lock().unwrap().len(),
        took / u32::try_from(seeds.max(1)).unwrap_or(u32::MAX)
    );
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "seeds that broke a promise: {broken:?}");
}

#[test]
fn equal_seeds_give_equal_histories() {
    let (mut left, mut right) = (World::new(42), World::new(42));
    left.run();
    right.run();
    assert_eq!(left.history(), right.history());
    assert!(!left.history().is_empty());
}

#[test]
fn the_simulation_meets_every_kind_of_trouble() {
    let mut seen = world::Seen::default();
    for seed in 0..60 {
        let mut world = World::new(seed);
        world.run();
        seen.add(&world.seen);
    }
    for (what, count) in seen.counts() {
        assert!(count > 0, "no {what} in sixty histories");
    }
}

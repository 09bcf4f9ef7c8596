//! F3: the process dies at named places, for every class of action. Needs a binary with the feature `failpoints`.

use std::process::Command;
use std::time::Duration;

use super::bed::{Bed, STRIKES_OF_BED, Then, share_of};
use super::{Outcome, Settings};
use crate::check::Verdict;
use crate::rng::Rng;

/// Deaths at each place, of each class: more than the 600 that shall be, because some places are not reached.
const DEATHS: u64 = 11;
/// SIGABRT.
const ABORTED: i32 = 6;

/// What the deliveries lead to: calls that may be repeated; unsafe ones; unsafe ones that can be looked up; all of them with
/// order and shared keys.
const CLASSES: [&str; 4] = ["keyed", "give", "bonus", "all"];

/// The places, and by how many passings they are chosen.
const POINTS: [(&str, u64); 15] = [
    ("before-intent", 6),
    ("after-intent", 6),
    ("after-connect", 6),
    ("after-first-byte", 6),
    ("after-last-byte", 6),
    ("after-headers", 6),
    ("after-body", 6),
    ("before-outcome", 6),
    ("after-outcome", 6),
    ("in-group-commit", 20),
    ("in-checkpoint", 1),
    ("in-migration", 1),
    ("in-reload", 1),
    ("in-forget", 1),
    ("in-erase", 1),
];

/// Whether a binary dies at places at all.
pub(super) fn has_failpoints(settings: &Settings) -> bool {
    let status = Command::new(&settings.failpoints)
        .arg("--version")
        .env("ONDO_FAILPOINT", "start:1")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
    status.is_ok_and(|status| status.code().is_none())
}

pub(super) fn run(settings: &Settings) -> Result<Outcome, String> {
    if !has_failpoints(settings) {
        return Ok(Outcome::Skipped(format!(
            "{} has no failpoints; cargo build -p ondo --features failpoints --target-dir target/failpoints",
            settings.failpoints.display()
        )));
    }
    let settings = &Settings {
        ondo: settings.failpoints.clone(),
        ..settings.clone()
    };
    let mut rng = Rng::new(settings.seed, "F3");
    let mut all = Vec::new();
    for class in CLASSES {
        for round in 0..DEATHS {
            for (point, passings) in POINTS {
                // Calls that may be repeated have no intents.
                if class == "keyed" && point.ends_with("intent") {
                    continue;
                }
                all.push((class, point, 1 + (rng.pick(passings) + round) % passings));
            }
        }
    }
    let chosen = share_of(&all, settings);
    let mut verdict = Verdict::default();
    let (mut died, mut missed) = (0_u64, Vec::new());
    for class in CLASSES {
        let (fresh, rest): (Vec<_>, Vec<_>) = chosen
            .iter()
            .filter(|(of, _, _)| *of == class)
            .partition(|(_, point, _)| *point == "in-migration");
        let beds = fresh
            .chunks(1)
            .chain(rest.chunks(STRIKES_OF_BED))
            .enumerate();
        for (number, strikes) in beds {
            let name = format!("F3 {class} {number}");
            let slow = Duration::from_millis(25);
            let mut bed = Bed::new(settings, &name, strikes.len() + 1, slow, |_, _| class)?;
            for (order, (_, point, count)) in strikes.iter().enumerate() {
                let mut setup = bed.setup.clone();
                let plan = format!("{point}:{count}");
                setup.env.push(("ONDO_FAILPOINT".to_owned(), plan.clone()));
                let then = match *point {
                    "in-checkpoint" => Then::Terminate,
                    "in-reload" => Then::Reload(order as u64 + 1),
                    "in-erase" => Then::Erase,
                    "in-forget" => {
                        let kept = ("ONDO_KEEP_BODIES".to_owned(), "0m".to_owned());
                        setup.env.push(kept);
                        Then::Wait
                    }
                    _ => Then::Wait,
                };
                let ended = bed.strike(&setup, &then)?;
                match ended.by_signal(ABORTED) {
                    true => died += 1,
                    false => missed.push(format!("{class} {plan}")),
                }
                if !ended.listened && !ended.by_signal(ABORTED) {
                    let text = format!("no start before {plan}: {}", ended.said);
                    bed.verdict.broke("P1", text);
                }
            }
            verdict.add(bed.finish(settings));
            eprintln!("  {class}: {died} deaths, {} not reached", missed.len());
        }
    }
    if died == 0 {
        verdict.broke("none", "nobody died: nothing was tested".to_owned());
    }
    for missed in &missed {
        eprintln!("  not reached: {missed}");
    }
    let acknowledged = verdict
        .counts
        .get("acknowledged in all")
        .copied()
        .unwrap_or(0);
    Ok(Outcome::Done {
        done: format!(
            "{died} deaths at {} places with 4 kinds of load, {} times the place was not reached, {acknowledged} events acknowledged",
            POINTS.len(),
            missed.len()
        ),
        verdict,
    })
}

//! F4: power cuts. The disk is a file; an atomic copy of it is what a disk holds when the power goes.
//!
//! ```text
//! ext4 in a file (direct I/O) on XFS with reflinks ── cp --reflink ──> the cut: mounted, its journal replayed, judged
//! ```
//!
//! The daemon runs on: the load's log and the vendor's ledger are taken before the copy, so that everything in them must be
//! in it. Two planted bugs must lose something, or the harness would see nothing.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::{Folder, Outcome, Settings, failpoints, setup};
use crate::check::{self, Verdict};
use crate::daemon::{Setup, between};
use crate::disk::{self, Mounted};
use crate::load::{Delivery, Load, MIX};
use crate::rng::Rng;
use crate::sink::{Sink, Toxic};

/// With fewer cuts a control that loses nothing says nothing.
const CONTROL_CUTS_MIN: u64 = 20;

/// Cuts.
const CUTS: u64 = 60;
/// Deliveries for each.
const EVENTS_OF_CUT: u64 = 250;

pub(super) fn run(settings: &Settings) -> Result<Outcome, String> {
    let needed = ["losetup", "mkfs.xfs", "mkfs.ext4", "mount", "cp"];
    if let Some(why) = disk::missing(&needed) {
        return Ok(Outcome::Skipped(why));
    }
    let folder = Folder::new()?;
    let outer_file = folder.path().join("outer");
    sparse(&outer_file, 6 << 30)?;
    let shown = outer_file.display().to_string();
    disk::command("mkfs.xfs", &["-q", "-m", "reflink=1", &shown])?;
    let outer = Mounted::file(&outer_file, &folder.path().join("outer.d"), "defaults")?;
    let cuts = settings.of(CUTS);
    let (verdict, cut, lost) = cut_all(settings, outer.path(), "", cuts)?;
    let mut verdict = verdict;
    if lost > 0 {
        verdict.broke("P1", format!("{lost} acknowledged events lost"));
    }
    let mut done = format!("{cuts} power cuts, {cut} acknowledged events looked for, {lost} lost");
    if failpoints::has_failpoints(settings) {
        let planted = Settings {
            ondo: settings.failpoints.clone(),
            ..settings.clone()
        };
        for plant in ["synchronous-normal", "answer-before-commit"] {
            let cuts = (cuts / 3).max(3);
            let (_, looked, lost) = cut_all(&planted, outer.path(), plant, cuts)?;
            done.push_str(&format!(
                "; control {plant}: {lost} of {looked} lost in {cuts} cuts"
            ));
            // A few cuts may all fall where nothing is on its way.
            if lost == 0 && cuts >= CONTROL_CUTS_MIN {
                let text = format!("the harness did not notice {plant}");
                verdict.broke("P1", text);
            }
        }
    } else {
        done.push_str("; controls skipped: no binary with failpoints");
    }
    drop(outer);
    Ok(Outcome::Done { done, verdict })
}

/// Yields what was found, how many acknowledged events were looked for in all, and how many of them were lost.
fn cut_all(
    settings: &Settings,
    disks: &Path,
    plant: &str,
    cuts: u64,
) -> Result<(Verdict, u64, u64), String> {
    let image = disks.join("image");
    let _ = fs::remove_file(&image);
    sparse(&image, 512 << 20)?;
    disk::command("mkfs.ext4", &["-q", "-F", &image.display().to_string()])?;
    let live = Mounted::file(&image, &disks.join("live"), "data=ordered")?;
    let mut rng = Rng::new(settings.seed, &format!("F4 {plant}"));
    let load = Load::new(&mut rng, (cuts * EVENTS_OF_CUT) as usize, MIX);
    let sink = Sink::start(|_, _, _| Toxic::None, |_| Duration::ZERO)
        .map_err(|error| error.to_string())?;
    let scratch = Folder::new()?;
    let mut setup = Setup {
        folder: live.path().to_owned(),
        ..setup(settings, &scratch, &sink)?
    };
    crate::bundle::write(&setup.bundles()).map_err(|error| error.to_string())?;
    if !plant.is_empty() {
        let planted = ("ONDO_PLANT".to_owned(), plant.to_owned());
        setup.env.push(planted);
    }
    let daemon = setup.start()?;
    let mut verdict = Verdict::default();
    let (mut looked, mut lost) = (0, 0);
    for cut in 0..cuts {
        // Only until the cut: while it is judged, the load must not run out.
        let sending = load.send(daemon.addr, 4, Duration::from_millis(8));
        thread::sleep(between(&mut rng, 100, 600));
        if load.is_empty() {
            verdict.broke("none", format!("the load ended before cut {cut}"));
            break;
        }
        let (log, ledger) = (load.log(), sink.ledger());
        let copy = disks.join("cut");
        let (from, to) = (image.display().to_string(), copy.display().to_string());
        disk::command("cp", &["--reflink=always", &from, &to])?;
        sending.stop();
        let after = sink.ledger();
        {
            let mounted = Mounted::file(&copy, &disks.join("cut.d"), "defaults")?;
            let store = mounted.path().join("data/ondo.db");
            let gone = missing(&store, &log)?;
            lost += gone;
            looked += log.iter().filter(|one| one.acknowledged > 0).count() as u64;
            if plant.is_empty() {
                // What had reached the vendor before the cut has its intent on the disk; what the disk says was done, the
                // vendor had done by the end of the copy.
                let mut found = check::check(&store, &log, &ledger, false);
                found
                    .broken
                    .retain(|promise, _| matches!(*promise, "P1" | "P2" | "P5"));
                verdict.add(found.recounted());
                let mut found = check::check(&store, &log, &after, false);
                found.broken.retain(|promise, _| *promise == "P6");
                verdict.add(found.recounted());
            }
        }
        let _ = fs::remove_file(&copy);
        if cut % 10 == 9 {
            eprintln!(
                "  {} cuts, {looked} looked for, {lost} lost, {}",
                cut + 1,
                verdict.line()
            );
        }
    }
    daemon.kill();
    drop(live);
    Ok((verdict, looked, lost))
}

/// How many acknowledged events a store does not hold. A store that is no store holds none.
fn missing(store: &Path, log: &[Delivery]) -> Result<u64, String> {
    let acknowledged = log.iter().filter(|one| one.acknowledged > 0);
    let Ok(keys) = keys(store) else {
        return Ok(acknowledged.count() as u64);
    };
    Ok(acknowledged.filter(|one| !keys.contains(&one.id)).count() as u64)
}

fn keys(store: &Path) -> Result<HashSet<String>, String> {
    let connection = check::open(store)?;
    let mut query = connection
        .prepare("SELECT key FROM events WHERE key IS NOT NULL")
        .map_err(|error| error.to_string())?;
    let rows = query
        .query_map([], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    rows.collect::<Result<HashSet<String>, _>>()
        .map_err(|error| error.to_string())
}

fn sparse(path: &Path, bytes: u64) -> Result<(), String> {
    let file = fs::File::create(path).map_err(|error| error.to_string())?;
    file.set_len(bytes).map_err(|error| error.to_string())
}

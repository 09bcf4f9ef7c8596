//! A small disk that is filled and drained while deliveries come. A part of F8; needs root.

use std::fs;
use std::thread;
use std::time::Duration;

use super::{Folder, Settings, setup};
use crate::check::{self, Verdict};
use crate::daemon::Setup;
use crate::disk::{self, Mounted};
use crate::load::{Load, MIX};
use crate::rng::Rng;
use crate::sink::{Sink, Toxic};

/// Fillings.
const ROUNDS: u64 = 50;
/// Of the disk.
const BYTES: u64 = 48 << 20;

/// Says what was done.
pub(super) fn run(settings: &Settings, verdict: &mut Verdict) -> Result<String, String> {
    if let Some(why) = disk::missing(&["mount"]) {
        return Ok(format!("small disk skipped: {why}"));
    }
    let rounds = settings.of(ROUNDS);
    let mut rng = Rng::new(settings.seed, "F8 disk");
    let load = Load::new(&mut rng, (rounds * 200) as usize, MIX);
    let sink = Sink::start(|_, _, _| Toxic::None, |_| Duration::ZERO)
        .map_err(|error| error.to_string())?;
    let folder = Folder::new()?;
    let plain = setup(settings, &folder, &sink)?;
    let small = Mounted::memory(&format!("{BYTES}"), &folder.path().join("small"))?;
    let mut setup = Setup {
        folder: small.path().to_owned(),
        ..plain
    };
    crate::bundle::write(&setup.bundles()).map_err(|error| error.to_string())?;
    for (name, value) in [("ONDO_DISK_FREE", "4M"), ("ONDO_DISK_RESERVE", "4M")] {
        setup.env.push((name.to_owned(), value.to_owned()));
    }
    let filler = small.path().join("filler");
    let (mut refused, mut resumed, mut ended) = (0, 0, 0);
    let mut daemon = setup.start()?;
    for _ in 0..rounds {
        let sending = load.send(daemon.addr, 3, Duration::from_millis(5));
        thread::sleep(Duration::from_millis(150));
        // Down to less than the daemon wants to be free; sometimes to nothing.
        let rest = rng.pick(3) * (1 << 20);
        fill(&filler, small.path(), rest)?;
        thread::sleep(Duration::from_millis(1_200));
        let before = load.acknowledged();
        thread::sleep(Duration::from_millis(400));
        refused += u64::from(load.acknowledged() == before);
        let _ = fs::remove_file(&filler);
        let mut back = false;
        for _ in 0..60 {
            thread::sleep(Duration::from_millis(50));
            back = load.acknowledged() > before || load.is_empty();
            if back || daemon.has_ended() {
                break;
            }
        }
        sending.stop();
        if daemon.has_ended() {
            ended += 1;
            drop(daemon);
            daemon = setup.start()?;
        } else if back {
            resumed += 1;
        } else {
            let text = "deliveries were still refused 3 s after the disk had room again";
            verdict.broke("P9", text.to_owned());
        }
    }
    // Judged at the end: beside a running daemon the records are of different moments.
    load.send(daemon.addr, 4, Duration::ZERO).join();
    let left = check::quiet(&setup.store(), false, Duration::from_secs(60))?;
    drop(daemon);
    let found = check::check(&setup.store(), &load.log(), &sink.ledger(), left == 0);
    verdict.add(found);
    drop(small);
    Ok(format!(
        "a small disk filled {rounds} times: {refused} times all deliveries refused, {resumed} times accepted again without a start, {ended} times ended and started; {} events acknowledged",
        load.acknowledged()
    ))
}

/// Fills a disk to this rest.
fn fill(filler: &std::path::Path, disk: &std::path::Path, rest: u64) -> Result<(), String> {
    use std::io::Write;
    let shown = disk.display().to_string();
    let text = disk::command("df", &["-B1", "--output=avail", &shown])?;
    let free: u64 = text
        .lines()
        .last()
        .and_then(|line| line.trim().parse().ok())
        .ok_or("df says no number")?;
    let mut file = fs::File::create(filler).map_err(|error| error.to_string())?;
    let chunk = vec![0_u8; 64 << 10];
    let mut left = free.saturating_sub(rest);
    while left > 0 {
        let count = left.min(chunk.len() as u64) as usize;
        // Somebody else may have taken the room: then it is full.
        if file.write_all(&chunk[..count]).is_err() {
            break;
        }
        left -= count as u64;
    }
    Ok(())
}

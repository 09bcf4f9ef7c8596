//! What the machine works on right now, in a small file beside the store, and how often a process ended over what.
//!
//! The note is written without waiting for the disk: it is there for the next process when this one is killed or fails, which
//! is what it is for. A power cut may leave an older note; one note alone has no consequence.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use crate::engine::{DEATHS_MAX, Machine, Notes};

/// Holds the id of what is worked on, or blanks.
const WORKING: &str = "working";
/// Holds a line `COUNT ID` for each run and event over which processes in a row have ended.
const DEATHS: &str = "deaths";
/// Longest id, and the size of the note.
const NOTE_BYTES: usize = 128;
/// So many lines are kept, the newest.
const LINES_MAX: usize = 1_000;

/// The note of this process.
struct Working {
    file: File,
    /// What it says.
    id: String,
    /// A note that cannot be written is said once; the work goes on without it.
    has_failed: bool,
}

impl Working {
    fn write(&mut self, id: &str) {
        let mut note = [b' '; NOTE_BYTES];
        let bytes = id.as_bytes();
        let length = bytes.len().min(NOTE_BYTES);
        note[..length].copy_from_slice(&bytes[..length]);
        if let Err(error) = self.file.write_all_at(&note, 0)
            && !self.has_failed
        {
            self.has_failed = true;
            tracing::warn!(%error, "what is worked on cannot be noted");
        }
        id.clone_into(&mut self.id);
    }
}

impl Notes for Working {
    fn begins(&mut self, id: &str) {
        if self.id != id {
            self.write(id);
        }
        #[cfg(debug_assertions)]
        end_if_asked(id);
    }

    fn rests(&mut self) {
        if !self.id.is_empty() {
            self.write("");
        }
    }
}

/// Tests end the process over a run or an event of their choice: its id, or the beginning of it.
#[cfg(debug_assertions)]
fn end_if_asked(id: &str) {
    let asked = std::env::var("ONDO_TEST_ABORT_OVER").is_ok_and(|over| id.starts_with(&over));
    if asked {
        std::process::abort();
    }
}

/// Counts what the last process ended over, puts aside what processes have ended over too often, and takes notes from now
/// on. Without a folder there is no next process to tell.
pub(super) fn take_up(machine: &mut Machine, folder: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(folder.join(WORKING))?;
    let mut note = Vec::new();
    Read::by_ref(&mut file)
        .take(NOTE_BYTES as u64)
        .read_to_end(&mut note)?;
    let note = String::from_utf8_lossy(&note).trim().to_owned();
    let mut deaths = read(&folder.join(DEATHS))?;
    // Only deaths in a row count: a process that is killed now and then is always at something.
    let known = deaths.len();
    deaths.retain(|(count, id)| *id == note || *count >= DEATHS_MAX);
    if note.is_empty() && deaths.len() < known {
        write(folder, &deaths)?;
    }
    if !note.is_empty() {
        let count = match deaths.iter().position(|(_, id)| *id == note) {
            Some(place) => deaths.remove(place).0.saturating_add(1),
            None => 1,
        };
        tracing::warn!(
            id = note,
            count,
            "the last process ended while it worked on this"
        );
        deaths.push((count, note));
        let surplus = deaths.len().saturating_sub(LINES_MAX);
        deaths.drain(..surplus);
        write(folder, &deaths)?;
    }
    let mut working = Working {
        file,
        id: String::new(),
        has_failed: false,
    };
    working.write("");
    let aside = deaths
        .into_iter()
        .filter(|(count, _)| *count >= DEATHS_MAX)
        .map(|(_, id)| id);
    machine.put_aside(aside, Box::new(working));
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<(u32, String)>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let line = |line: &str| {
        let (count, id) = line.split_once(' ')?;
        Some((count.parse().ok()?, id.to_owned()))
    };
    Ok(text.lines().filter_map(line).collect())
}

/// Beside it first, then in its place: half a file is never read.
fn write(folder: &Path, deaths: &[(u32, String)]) -> io::Result<()> {
    let text: String = deaths
        .iter()
        .map(|(count, id)| format!("{count} {id}\n"))
        .collect();
    let beside = folder.join("deaths.new");
    std::fs::write(&beside, text)?;
    File::open(&beside)?.sync_all()?;
    std::fs::rename(beside, folder.join(DEATHS))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;
    use crate::engine::Limits;

    fn machine() -> Machine {
        Machine::new(1, Limits::default())
    }

    fn note(folder: &Path) -> String {
        let text = std::fs::read_to_string(folder.join(WORKING)).unwrap();
        text.trim().to_owned()
    }

    #[test]
    fn deaths_in_a_row_are_counted_until_there_were_enough() {
        let dir = tempfile::tempdir().unwrap();
        for count in 1..=DEATHS_MAX {
            std::fs::write(dir.path().join(WORKING), "run_1").unwrap();
            take_up(&mut machine(), dir.path()).unwrap();
            assert_eq!(note(dir.path()), "");
            let deaths = read(&dir.path().join(DEATHS)).unwrap();
            assert_eq!(deaths, [(count, "run_1".to_owned())]);
        }
        take_up(&mut machine(), dir.path()).unwrap();
        let deaths = read(&dir.path().join(DEATHS)).unwrap();
        assert_eq!(deaths, [(DEATHS_MAX, "run_1".to_owned())]);
    }

    #[test]
    fn a_death_over_something_else_begins_the_count_anew() {
        let dir = tempfile::tempdir().unwrap();
        for id in ["run_1", "run_1", "run_2", "run_1"] {
            std::fs::write(dir.path().join(WORKING), id).unwrap();
            take_up(&mut machine(), dir.path()).unwrap();
        }
        let deaths = read(&dir.path().join(DEATHS)).unwrap();
        assert_eq!(deaths, [(1, "run_1".to_owned())]);
    }

    #[test]
    fn only_the_newest_deaths_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let lines: String = (0..LINES_MAX)
            .map(|n| format!("{DEATHS_MAX} run_{n}\n"))
            .collect();
        std::fs::write(dir.path().join(DEATHS), lines).unwrap();
        std::fs::write(dir.path().join(WORKING), "evt_new").unwrap();
        take_up(&mut machine(), dir.path()).unwrap();
        let deaths = read(&dir.path().join(DEATHS)).unwrap();
        assert_eq!(deaths.len(), LINES_MAX);
        assert_eq!(deaths[0].1, "run_1");
        assert_eq!(deaths[LINES_MAX - 1].1, "evt_new");
    }

    #[test]
    fn a_file_that_is_no_list_is_an_empty_one() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(
            dir.path().join(DEATHS),
            "x\n\n-1 run_1\n99999999999 run_2\n",
        )
        .unwrap();
        take_up(&mut machine(), dir.path()).unwrap();
        assert_eq!(read(&dir.path().join(DEATHS)).unwrap(), []);
    }
}

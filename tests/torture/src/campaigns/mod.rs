//! The campaigns. A new one is a file and a line in the table.

mod bed;
mod calls;
mod duplicates;
mod failpoints;
mod full;
mod kills;
mod power;
mod reloads;
mod toxics;
mod unknowns;

use std::path::{Path, PathBuf};

use crate::check::Verdict;
use crate::daemon::Setup;
use crate::sink::Sink;

/// What a campaign is given.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Decides what can be decided.
    pub seed: u64,
    /// The binary.
    pub ondo: PathBuf,
    /// A binary with the feature `failpoints`, if there is one.
    pub failpoints: PathBuf,
    /// Percent of the full number.
    pub share: u64,
    /// Keep the folders of what failed.
    pub keep: bool,
}

impl Settings {
    /// This share of the full number, at least one.
    pub fn of(&self, full: u64) -> u64 {
        (full * self.share / 100).max(1)
    }
}

/// How much of the full numbers is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// This much of each.
    Percent(u64),
    /// What each campaign does in a few minutes for all.
    Quick,
}

/// What came of a campaign.
#[derive(Debug)]
pub enum Outcome {
    /// It was carried out.
    Done {
        /// What was done, in figures.
        done: String,
        /// What was found.
        verdict: Verdict,
    },
    /// This machine cannot do it: why.
    Skipped(String),
}

/// A campaign.
#[derive(Debug)]
pub struct Campaign {
    /// Its name in the fault matrix.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
    /// Percent of the full number that `quick` does.
    pub quick: u64,
    /// Does it.
    pub run: fn(&Settings) -> Result<Outcome, String>,
}

/// All of them.
pub const ALL: &[Campaign] = &[
    Campaign {
        name: "F1",
        what: "kill -9 under load",
        quick: 3,
        run: kills::run,
    },
    Campaign {
        name: "F2",
        what: "kill at exact system calls",
        quick: 2,
        run: calls::kills,
    },
    Campaign {
        name: "F3",
        what: "death at named places, for every class",
        quick: 3,
        run: failpoints::run,
    },
    Campaign {
        name: "F4",
        what: "power cuts",
        quick: 5,
        run: power::run,
    },
    Campaign {
        name: "F7",
        what: "a flush, a write or a read fails",
        quick: 1,
        run: calls::errors,
    },
    Campaign {
        name: "F8",
        what: "no room on the disk",
        quick: 1,
        run: calls::without_room,
    },
    Campaign {
        name: "F12",
        what: "toxic answers, each classified",
        quick: 4,
        run: toxics::run,
    },
    Campaign {
        name: "F13",
        what: "unknown outcomes of unsafe calls, looked up",
        quick: 3,
        run: unknowns::run,
    },
    Campaign {
        name: "F14",
        what: "copies of one delivery at the same time",
        quick: 10,
        run: duplicates::run,
    },
    Campaign {
        name: "F19",
        what: "reloads and kills while events are in flight",
        quick: 5,
        run: reloads::run,
    },
];

/// A folder that is deleted at the end, unless something was found in it and it shall be kept.
pub struct Folder {
    folder: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl Folder {
    /// A new one.
    pub fn new() -> Result<Self, String> {
        let folder = tempfile::Builder::new()
            .prefix("ondo-torture-")
            .tempdir()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            path: folder.path().to_owned(),
            folder: Some(folder),
        })
    }

    /// Where.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps it if something was found and it shall be kept.
    pub fn judge(&mut self, settings: &Settings, verdict: &Verdict) {
        if settings.keep
            && verdict.count > 0
            && let Some(folder) = self.folder.take()
        {
            eprintln!("kept: {}", folder.keep().display());
        }
    }
}

/// The setup of a campaign in its folder.
pub fn setup(settings: &Settings, folder: &Folder, sink: &Sink) -> Result<Setup, String> {
    Setup::new(&settings.ondo, folder.path(), sink.addr).map_err(|error| error.to_string())
}

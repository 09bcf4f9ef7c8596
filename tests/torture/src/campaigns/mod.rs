//! The campaigns. A new one is a file here and a line in [`CAMPAIGNS`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::bundle::{Bundles, HOOK_SECRET, Rule};
use crate::daemon::{Setup, free_address};
use crate::report::Outcome;
use crate::sink::{Lag, Plan, Sink};

mod f14;

/// How much a campaign does.
#[derive(Debug, Clone)]
pub struct Size {
    /// Its main number (kills, calls, points), if somebody has said one.
    pub count: Option<u64>,
    /// The small numbers of every change, or the large ones of a release.
    pub quick: bool,
}

impl Size {
    /// What was asked for, or the usual number.
    #[must_use]
    pub fn of(&self, quick: u64, release: u64) -> u64 {
        self.count
            .unwrap_or(if self.quick { quick } else { release })
    }
}

/// What every campaign is given.
#[derive(Debug, Clone)]
pub struct Context {
    /// The binary of the daemon.
    pub ondo: PathBuf,
    /// By which everything is drawn.
    pub seed: u64,
    /// How much is done.
    pub size: Size,
}

/// One row of the fault matrix.
pub struct Campaign {
    /// `F14`.
    pub name: &'static str,
    /// What is done to the daemon.
    pub fault: &'static str,
    /// The promises that it is about.
    pub promises: &'static str,
    /// Carries it out.
    pub run: fn(&Context) -> Result<Outcome, String>,
}

/// Every campaign, in the order of the matrix.
pub const CAMPAIGNS: &[Campaign] = &[Campaign {
    name: "F14",
    fault: "many copies of one delivery at the same moment",
    promises: "P2 P7",
    run: f14::run,
}];

/// A scratch folder with bundles, a store and a sink.
pub struct Stage {
    /// Goes away with the stage.
    pub folder: tempfile::TempDir,
    /// The vendor.
    pub sink: Sink,
    /// What the daemon reads.
    pub bundles: Bundles,
    /// How it is started.
    pub setup: Setup,
}

impl Stage {
    /// A stage whose sink behaves as the plan says.
    ///
    /// # Errors
    /// If folders or ports cannot be had.
    pub fn new(context: &Context, plan: Arc<Plan>, lag: Arc<Lag>) -> Result<Stage, String> {
        let said = |error: std::io::Error| error.to_string();
        let sink = Sink::start(plan, lag).map_err(said)?;
        let folder = tempfile::Builder::new()
            .prefix("ondo-torture-")
            .tempdir()
            .map_err(said)?;
        let bundles = Bundles {
            folder: folder.path().join("bundles"),
            sink: format!("http://{}", sink.addr),
        };
        let setup = Setup {
            ondo: context.ondo.clone(),
            before: Vec::new(),
            bundles: bundles.folder.clone(),
            data: folder.path().join("data"),
            addr: free_address().map_err(said)?,
            env: vec![("TORTURE_HOOK".to_owned(), HOOK_SECRET.to_owned())],
        };
        Ok(Stage {
            folder,
            sink,
            bundles,
            setup,
        })
    }

    /// Writes a bundle.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn bundle(&self, name: &str, mark: &str, rules: &[Rule]) -> Result<(), String> {
        self.bundles
            .write(name, mark, rules)
            .map_err(|error| error.to_string())
    }

    /// Where the store lies.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.setup.data
    }
}

/// How long a daemon may take to work off what it has.
pub const PATIENCE: Duration = Duration::from_secs(600);

//! `ondo doubt resolve RUN --applied | --absent | --skip --note TEXT`.

use super::super::history::open;
use super::super::orders::{Why, tell};
use super::super::{Exit, Kept, find, unable};
use crate::shell::control::{Decision, Wish};

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("decision").required(true).args(["applied", "absent", "skip"]))]
pub(in super::super) struct Args {
    /// The run, or the beginning or end of its id
    run: String,
    /// It happened: the run goes on behind it
    #[arg(long)]
    applied: bool,
    /// It did not happen: it is sent once more, with the same key
    #[arg(long)]
    absent: bool,
    /// Leave it out, whether it happened or not: the run goes on behind it
    #[arg(long)]
    skip: bool,
    /// The step, when several are in doubt: `addBonus`, `addBonus#2` in a loop
    #[arg(long, value_name = "STEP")]
    step: Option<String>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    kept: Kept,
}

pub(in super::super) fn main(args: &Args) -> Exit {
    let found = open(&args.kept.data.data, args.kept.sandbox)
        .and_then(|store| find::run(&*store, &args.run));
    let run = match found {
        Ok(run) => run.id.0,
        Err(message) => return unable(message),
    };
    let decision = match (args.applied, args.absent) {
        (true, _) => Decision::Applied,
        (_, true) => Decision::Absent,
        _ => Decision::Skip,
    };
    let order = Wish::Decide {
        run,
        step: args.step.clone(),
        decision,
    };
    tell(&args.kept, &args.why, order)
}

//! `ondo cancel RUN --note TEXT`: ends a run that has not ended.

use super::history::open;
use super::orders::{Why, tell};
use super::{Exit, Kept, find, unable};
use crate::shell::control::Wish;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The run, or the beginning or end of its id
    run: String,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    kept: Kept,
}

pub(super) fn main(args: &Args) -> Exit {
    let found = open(&args.kept.data.data, args.kept.sandbox)
        .and_then(|store| find::run(&*store, &args.run));
    match found {
        Ok(run) => tell(&args.kept, &args.why, Wish::Cancel { run: run.id.0 }),
        Err(message) => unable(message),
    }
}

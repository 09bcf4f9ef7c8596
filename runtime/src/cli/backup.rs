//! `ondo backup FILE`: a copy of the store, also beside a running daemon. It replaces nothing.

use std::path::PathBuf;

use super::history::open;
use super::{Exit, Kept, print, unable};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The new file; there must be none of this name
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    kept: Kept,
}

pub(super) fn main(args: &Args) -> Exit {
    let copied = open(&args.kept.data.data, args.kept.sandbox)
        .and_then(|store| store.backup(&args.file).map_err(|error| error.to_string()));
    match copied {
        Ok(backup) => {
            print(&format!(
                "{} holds everything that was stored until {}, {} bytes\n",
                args.file.display(),
                super::text::moment_with_zone(backup.made_at),
                backup.bytes
            ));
            eprintln!(
                "to go on from it: put it in place of `ondo.db`, and start with `ondo run --recovered`"
            );
            Exit::Done
        }
        Err(message) => unable(message),
    }
}

//! `ondo ir FILE`: what a bundle was compiled to. For those who work on Ondo, and for the curious.

use std::path::PathBuf;

use ondo_compiler::ir_text;

use super::{Exit, print, unable};
use crate::bundle;
use crate::report::{self, Style};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file or a folder
    path: PathBuf,
}

pub(super) fn main(args: &Args) -> Exit {
    let found = match bundle::load(&args.path) {
        Ok(found) => found,
        Err(error) => return unable(error),
    };
    if let Some(error) = found.errors.first() {
        return unable(error);
    }
    let mut exit = Exit::Done;
    for bundle in &found.bundles {
        let checked = bundle::compile(bundle);
        if let Some(ready) = &checked.ready {
            print(&ir_text::print(&ready.program));
        } else {
            let style = Style::of_stderr();
            eprintln!(
                "{}",
                report::full(&checked.findings, &checked.sources, style)
            );
            exit = Exit::No;
        }
    }
    exit
}

//! `ondo ir FILE`: what a bundle was compiled to. For those who work on Ondo, and for the curious.

use std::fmt::Write;
use std::path::PathBuf;

use ondo_compiler::ir::Program;

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
            print(&program(&ready.program));
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

/// Everything but the catalog and the texts. Expressions by number, as the rules refer to them.
fn program(program: &Program) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "bundle {}", program.bundle);
    let _ = writeln!(
        out,
        "zone {} currency {:?}",
        program.timezone, program.currency
    );
    for account in &program.accounts {
        let _ = writeln!(out, "account {} = {}", account.name, account.connector);
        for (name, value) in &account.settings {
            let _ = writeln!(out, "  {name}: {value:?}");
        }
    }
    for (index, function) in program.functions.iter().enumerate() {
        let _ = writeln!(out, "fn {index} {function:?}");
    }
    for (index, table) in program.tables.iter().enumerate() {
        let _ = writeln!(out, "table {index} {table:?}");
    }
    for rule in &program.rules {
        let _ = writeln!(out, "rule {}", rule.name);
        let _ = writeln!(out, "  on {:?}", rule.trigger);
        for (slot, path) in rule.read_set.paths.iter().enumerate() {
            let _ = writeln!(out, "  slot {slot} {}", path.path.join("."));
        }
        for (id, text) in rule.when.iter().flat_map(|when| &when.terms) {
            let _ = writeln!(out, "  when #{} {text}", id.0);
        }
        let _ = writeln!(out, "  {:?}", rule.once);
        for step in &rule.body {
            let _ = writeln!(out, "  {step:?}");
        }
        if let Some((_, steps)) = &rule.on_error {
            for step in steps {
                let _ = writeln!(out, "  on error {step:?}");
            }
        }
    }
    for (index, expr) in program.exprs.nodes.iter().enumerate() {
        let _ = writeln!(out, "#{index} {expr:?}");
    }
    out
}

//! The command line: one file for each verb.
//!
//! Exit codes of all verbs: 0 done; 1 the answer is no (findings, refused); 2 could not do it (usage, input, network,
//! store). `run` adds 3 (attempts cut at the end) and 78 (nothing loadable).

mod audit;
mod backup;
mod cancel;
mod check;
mod connectors;
mod demo;
mod doubt;
mod effects;
mod erase;
mod explain;
mod find;
mod fmt;
mod history;
mod hooks;
mod import;
mod ir;
mod junit;
mod keep;
mod mask;
mod orders;
mod pause;
mod people;
mod polled;
mod redrive;
mod run;
mod send;
mod show;
mod show_text;
mod test;
mod text;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failpoints::{self, Point};

/// What a verb ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// The answer is no.
    No,
    /// Could not do it.
    Unable,
    /// Attempts were cut at the end of the grace.
    Cut,
    /// Nothing loadable, and no last good version.
    NothingToRun,
}

impl Exit {
    /// The number that scripts see.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::Unable => 2,
            Exit::Cut => 3,
            Exit::NothingToRun => 78,
        }
    }
}

/// Integrations between business systems as text: checked, tried offline, carried out durably.
#[derive(Debug, Parser)]
#[command(
    name = "ondo",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// See it at work: a daemon, a store, real HTTP, and vendors that are played on this machine.
    Demo(demo::Args),
    /// Check bundles: every field, type, currency and effect, without running anything.
    Check(check::Args),
    /// Write bundles and connectors in the one style.
    Fmt(fmt::Args),
    /// Run the tests in bundles: the real engine, simulated vendors, a clock that does not wait.
    Test(test::Args),
    /// Run the bundles of a directory.
    Run(run::Args),
    /// Make a connector from the vendor's own documents.
    Import(import::Args),
    /// Print the addresses to enter at the vendors.
    Hooks(hooks::Args),
    /// Send an event to a running daemon, signed as the vendor would.
    Send(send::Args),
    /// List runs, newest first.
    History(history::Args),
    /// Show an event or a run: what came in, which rules acted or not and why, every attempt.
    Show(show::Args),
    /// Calls of which nobody knows whether they happened: list them, say what became of them.
    Doubt(doubt::Args),
    /// Do an ended run again: what was done is not repeated.
    Redrive(redrive::Args),
    /// End a run that has not ended.
    Cancel(cancel::Args),
    /// Let a rule or an account stand still for a time; list what does.
    Pause(pause::Args),
    /// Let a rule or an account that was paused go on.
    Resume(pause::ResumeArgs),
    /// List who decided what: doubts, redrives, cancelled runs, pauses.
    Audit(audit::Args),
    /// List the effects that were brought about, or are held, or are in doubt.
    Effects(effects::Args),
    /// Take everything about a person away, and keep a proof.
    Erase(erase::Args),
    /// Copy the store to a file, also while a daemon works.
    Backup(backup::Args),
    /// Show what the systems offer: settings, events, actions, every field, error codes.
    Connectors(connectors::Args),
    /// Print what a bundle was compiled to.
    Ir(ir::Args),
    /// Explain a message by its code, or a function by its name.
    Explain(explain::Args),
}

/// Where the store is.
#[derive(Debug, Clone, clap::Args)]
struct Data {
    /// Folder of the store
    #[arg(
        long,
        value_name = "DIR",
        default_value = "./ondo-data",
        env = "ONDO_DATA"
    )]
    data: PathBuf,
}

/// Which store is looked into.
#[derive(Debug, Clone, clap::Args)]
struct Kept {
    #[command(flatten)]
    data: Data,
    /// What `ondo run --sandbox` did: its store is a folder of its own
    #[arg(long)]
    sandbox: bool,
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    failpoints::pass(Point::Start);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            // `--help` and `--version` are answers, not mistakes.
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let exit = match cli.verb {
        Verb::Demo(args) => demo::main(&args),
        Verb::Check(args) => check::main(&args),
        Verb::Fmt(args) => fmt::main(&args),
        Verb::Test(args) => test::main(&args),
        Verb::Run(args) => run::main(args),
        Verb::Import(args) => import::main(&args),
        Verb::Hooks(args) => hooks::main(&args),
        Verb::Send(args) => send::main(&args),
        Verb::History(args) => history::main(&args),
        Verb::Show(args) => show::main(&args),
        Verb::Doubt(args) => doubt::main(&args),
        Verb::Redrive(args) => redrive::main(&args),
        Verb::Cancel(args) => cancel::main(&args),
        Verb::Pause(args) => pause::main(&args),
        Verb::Resume(args) => pause::resume(&args),
        Verb::Audit(args) => audit::main(&args),
        Verb::Effects(args) => effects::main(&args),
        Verb::Erase(args) => erase::main(&args),
        Verb::Backup(args) => backup::main(&args),
        Verb::Connectors(args) => connectors::main(&args),
        Verb::Ir(args) => ir::main(&args),
        Verb::Explain(args) => explain::main(&args),
    };
    ExitCode::from(exit.code())
}

/// How many lines are wanted.
fn count(text: &str) -> Result<usize, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no number; write how many, for example 50"))
}

/// Says why something could not be done.
fn unable(message: impl std::fmt::Display) -> Exit {
    eprintln!("error: {message}");
    Exit::Unable
}

/// Prints a result. A closed pipe (`ondo history | head`) ends the process quietly.
fn print(text: &str) {
    use std::io::Write;
    // JSON leaves control characters beyond ASCII as they are, and a terminal obeys them.
    let is_obeyed = |c: char| matches!(c, '\u{7f}'..='\u{9f}');
    let shown: std::borrow::Cow<'_, str> = match text.contains(is_obeyed) {
        false => text.into(),
        true => text
            .chars()
            .map(|c| match is_obeyed(c) {
                true => format!("\\u{:04x}", u32::from(c)),
                false => c.to_string(),
            })
            .collect::<String>()
            .into(),
    };
    if std::io::stdout().write_all(shown.as_bytes()).is_err() {
        std::process::exit(0);
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}

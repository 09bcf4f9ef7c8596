//! Runs campaigns, prints one line for each, and writes the table of faults, counts and violations.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::campaigns::{Campaign, Outcome, Settings, Share};

/// Runs them one after the other.
pub fn run(
    chosen: &[&Campaign],
    settings: &Settings,
    share: Share,
    write: Option<&Path>,
) -> ExitCode {
    let mut rows = Vec::new();
    let mut broken = false;
    for campaign in chosen {
        let begun = Instant::now();
        let settings = &Settings {
            share: match share {
                Share::Percent(share) => share,
                Share::Quick => campaign.quick,
            },
            ..settings.clone()
        };
        eprintln!(
            "{}: {} (seed {}, {} %)",
            campaign.name, campaign.what, settings.seed, settings.share
        );
        let outcome = (campaign.run)(settings);
        let seconds = begun.elapsed().as_secs();
        let line = match &outcome {
            Ok(Outcome::Done { done, verdict }) => {
                broken |= verdict.count > 0;
                for (promise, all) in &verdict.broken {
                    for what in all {
                        println!("  {promise}: {what}");
                    }
                }
                format!("{done}: {}", verdict.line())
            }
            Ok(Outcome::Skipped(why)) => format!("skipped: {why}"),
            Err(why) => {
                broken = true;
                format!("could not be carried out: {why}")
            }
        };
        println!(
            "{:4} seed {} {seconds} s {line}",
            campaign.name, settings.seed
        );
        rows.push((*campaign, outcome, settings.share, seconds));
    }
    if let Some(path) = write
        && let Err(error) = std::fs::write(path, table(&rows, settings))
    {
        eprintln!("error: {}: {error}", path.display());
        return ExitCode::from(2);
    }
    ExitCode::from(u8::from(broken))
}

type Row<'a> = (&'a Campaign, Result<Outcome, String>, u64, u64);

fn table(rows: &[Row<'_>], settings: &Settings) -> String {
    let commit = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .output();
    let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let mut text = format!(
        "# Faults\n\nWhat `ondo-torture` did to the binary of commit `{}`, with seed {}. `ondo-torture all --write FILE` writes this table.\n\n\
         | fault | what | share | done | violations | seconds |\n|---|---|---|---|---|---|\n",
        commit.unwrap_or_default(),
        settings.seed
    );
    for (campaign, outcome, share, seconds) in rows {
        let (done, violations) = match outcome {
            Ok(Outcome::Done { done, verdict }) => (done.clone(), verdict.count.to_string()),
            Ok(Outcome::Skipped(why)) => (format!("skipped: {why}"), "–".to_owned()),
            Err(why) => (why.clone(), "not judged".to_owned()),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {share} % | {done} | {violations} | {seconds} |",
            campaign.name, campaign.what
        );
    }
    text
}

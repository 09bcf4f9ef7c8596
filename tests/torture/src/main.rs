//! `ondo-torture`: the campaigns as a command.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use ondo_torture::campaigns::{CAMPAIGNS, Campaign, Context, Size};

/// Breaks the daemon on purpose and checks what it promised.
#[derive(Debug, Parser)]
struct Args {
    /// `quick`: all campaigns, small. `all`: all campaigns, as for a release. Or one by its name: `F14`
    #[arg(value_name = "CAMPAIGN")]
    campaign: String,
    /// By which everything is drawn; without it a new one
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The binary of the daemon
    #[arg(long, value_name = "PATH")]
    ondo: Option<PathBuf>,
    /// Its main number: kills, calls, points
    #[arg(long, value_name = "N", visible_aliases = ["cycles", "points", "cuts", "ids", "calls", "reloads"])]
    count: Option<u64>,
    /// Tell everything about the events of the first violations
    #[arg(long)]
    explain: bool,
    /// One JSON object per campaign
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let seed = args.seed.unwrap_or_else(|| {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        now.as_secs() % 1_000_000
    });
    let Some(ondo) = args.ondo.clone().or_else(beside) else {
        eprintln!("there is no `ondo` beside this program: build it, or name it with --ondo PATH");
        return ExitCode::from(2);
    };
    let chosen: Vec<&Campaign> = match args.campaign.as_str() {
        "quick" | "all" => CAMPAIGNS.iter().collect(),
        name => CAMPAIGNS
            .iter()
            .filter(|one| one.name.eq_ignore_ascii_case(name))
            .collect(),
    };
    if chosen.is_empty() {
        let names: Vec<&str> = CAMPAIGNS.iter().map(|one| one.name).collect();
        eprintln!(
            "there is no campaign `{}`: write quick, all, or one of {}",
            args.campaign,
            names.join(", ")
        );
        return ExitCode::from(2);
    }
    let context = Context {
        ondo,
        seed,
        size: Size {
            count: args.count,
            quick: args.campaign == "quick",
        },
    };
    let mut worst = 0;
    for campaign in chosen {
        match (campaign.run)(&context) {
            Ok(outcome) => {
                match args.json {
                    true => println!("{}", outcome.json()),
                    false => println!("{}", outcome.line()),
                }
                if !outcome.is_good() {
                    eprintln!("{}", outcome.details(args.explain));
                    worst = worst.max(1);
                }
            }
            Err(error) => {
                eprintln!(
                    "{:<4} could not be carried out (seed {seed}): {error}",
                    campaign.name
                );
                worst = 2;
            }
        }
    }
    ExitCode::from(worst)
}

/// The daemon that was built with this program.
fn beside() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let ondo = own.parent()?.join("ondo");
    ondo.is_file().then_some(ondo)
}

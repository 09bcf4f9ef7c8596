//! `ondo-torture`: hurts a running `ondo` and decides whether it kept its promises.
//!
//! It links nothing of the engine. The verdict comes from three records that the daemon does not write: what the load
//! generator was answered, what the sink's ledger holds, and the store read by SQL. One seed decides the rest of a run:
//! `ondo-torture F1 --seed 7` repeats it.
//!
//! ```text
//! load ─> ondo run ─> sink          nemesis: kills, reloads, toxics
//!   │        │          │
//!   log     store     ledger ──────> check: P1 … P8
//! ```

#![allow(unreachable_pub, reason = "a program exports nothing")]

mod bundle;
mod campaigns;
mod check;
mod daemon;
mod disk;
mod http;
mod load;
mod mutants;
mod report;
mod rng;
mod sink;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use campaigns::{Settings, Share};

/// Hurts a running ondo and decides whether it kept its promises.
#[derive(Debug, Parser)]
#[command(name = "ondo-torture", version)]
struct Cli {
    /// A campaign (F1, F12 …), `quick`, `all`, `list`, or `mutants`
    #[arg(value_name = "CAMPAIGN")]
    campaign: String,
    /// Decides what can be decided; printed with the verdict
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The binary that is hurt
    #[arg(long, value_name = "PATH", default_value = "target/debug/ondo")]
    ondo: PathBuf,
    /// The same with the feature `failpoints`, for the faults that need it
    #[arg(
        long,
        value_name = "PATH",
        default_value = "target/failpoints/debug/ondo"
    )]
    failpoints: PathBuf,
    /// How much of the full number, in percent
    #[arg(long, value_name = "PERCENT")]
    share: Option<u64>,
    /// Write the table of results into this file
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Keep the folders of what failed
    #[arg(long)]
    keep: bool,
    /// Of the planted bugs only these numbers
    #[arg(long, value_name = "NUMBER")]
    only: Vec<u32>,
    /// Where the trees with planted bugs are built; else target/mutants
    #[arg(long, value_name = "FOLDER")]
    target: Option<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.campaign == "mutants" {
        let wishes = mutants::Wishes {
            only: &cli.only,
            target: cli.target.as_deref(),
            write: cli.write.as_deref(),
        };
        return match mutants::run(&wishes) {
            Ok(all_caught) => ExitCode::from(u8::from(!all_caught)),
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(2)
            }
        };
    }
    let ondo = match cli.ondo.canonicalize() {
        Ok(ondo) => ondo,
        Err(error) => {
            eprintln!(
                "error: {}: {error}; build it with `cargo build`",
                cli.ondo.display()
            );
            return ExitCode::from(2);
        }
    };
    let (chosen, share) = match cli.campaign.as_str() {
        "list" => {
            for campaign in campaigns::ALL {
                println!("{:4} {}", campaign.name, campaign.what);
            }
            return ExitCode::SUCCESS;
        }
        "all" => (
            campaigns::ALL.iter().collect(),
            Share::Percent(cli.share.unwrap_or(100)),
        ),
        "quick" => (
            campaigns::ALL.iter().collect(),
            cli.share.map_or(Share::Quick, Share::Percent),
        ),
        name => match campaigns::ALL
            .iter()
            .find(|known| known.name.eq_ignore_ascii_case(name))
        {
            Some(campaign) => (vec![campaign], Share::Percent(cli.share.unwrap_or(100))),
            None => {
                eprintln!("error: there is no campaign `{name}`; `ondo-torture list` names them");
                return ExitCode::from(2);
            }
        },
    };
    let settings = Settings {
        seed: cli.seed,
        ondo,
        failpoints: cli.failpoints,
        share: 100,
        keep: cli.keep,
    };
    report::run(&chosen, &settings, share, cli.write.as_deref())
}

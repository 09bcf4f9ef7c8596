//! `ondo pause`, `ondo resume`: a rule or an account stands still for a time. Its events are kept.

use clap::Subcommand;
use serde_json::{Value, json};

use super::history::open;
use super::orders::{Why, place_args, tell};
use super::text::moment;
use super::{Exit, Kept, print, unable};
use crate::shell::control::{Standing, Wish};
use crate::store::{Pause, Paused};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The rule begins nothing until it is resumed; its events are kept
    Rule(Named),
    /// No calls go to the account until it is resumed; calls under way end
    Account(Named),
    /// List what is paused
    List(List),
}

#[derive(Debug, clap::Args)]
pub(super) struct ResumeArgs {
    #[command(subcommand)]
    what: Resumed,
}

#[derive(Debug, Subcommand)]
enum Resumed {
    /// The rule goes on, with what came meanwhile
    Rule(Named),
    /// Calls go to the account again
    Account(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// `BUNDLE/NAME`
    #[arg(value_name = "BUNDLE/NAME", value_parser = named)]
    name: (String, String),
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    kept: Kept,
}

#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    kept: Kept,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

fn named(text: &str) -> Result<(String, String), String> {
    match text.split_once('/').or_else(|| text.split_once('.')) {
        Some((bundle, name)) if !bundle.is_empty() && !name.is_empty() => {
            Ok((bundle.to_owned(), name.to_owned()))
        }
        _ => Err("write the bundle and the name: `BUNDLE/NAME`".to_owned()),
    }
}

pub(super) fn main(args: &Args) -> Exit {
    match &args.what {
        What::Rule(named) => order(named, rule, Wish::Pause),
        What::Account(named) => order(named, account, Wish::Pause),
        What::List(args) => match listed(args) {
            Ok(()) => Exit::Done,
            Err(message) => unable(message),
        },
    }
}

pub(super) fn resume(args: &ResumeArgs) -> Exit {
    match &args.what {
        Resumed::Rule(named) => order(named, rule, Wish::Resume),
        Resumed::Account(named) => order(named, account, Wish::Resume),
    }
}

fn rule(bundle: String, name: String) -> Standing {
    Standing::Rule { bundle, name }
}

fn account(bundle: String, name: String) -> Standing {
    Standing::Account { bundle, name }
}

fn order(named: &Named, kind: fn(String, String) -> Standing, wish: fn(Standing) -> Wish) -> Exit {
    let (bundle, name) = named.name.clone();
    tell(&named.kept, &named.why, wish(kind(bundle, name)))
}

fn listed(args: &List) -> Result<(), String> {
    let store = open(&args.kept.data.data, args.kept.sandbox)?;
    let pauses = store.pauses().map_err(|error| error.to_string())?;
    if args.json {
        let rows: Vec<Value> = pauses.iter().map(to_json).collect();
        print(&format!("{:#}\n", json!({ "pauses": rows })));
        return Ok(());
    }
    if pauses.is_empty() {
        eprintln!("nothing is paused");
    }
    for pause in &pauses {
        print(&format!(
            "{}  since {}, by {}: {}\n  ondo resume {} --note \"…\"{}\n",
            pause.what,
            moment(pause.at),
            pause.who,
            pause.note,
            pause.what,
            place_args(&args.kept)
        ));
    }
    Ok(())
}

fn to_json(pause: &Pause) -> Value {
    let (kind, bundle, name) = match &pause.what {
        Paused::Rule { bundle, rule } => ("rule", bundle, rule),
        Paused::Account { bundle, account } => ("account", bundle, account),
    };
    json!({
        "kind": kind,
        "bundle": bundle,
        "name": name,
        "since": pause.at.to_string(),
        "who": pause.who,
        "note": pause.note,
    })
}

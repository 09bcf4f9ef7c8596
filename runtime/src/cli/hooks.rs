//! `ondo hooks [DIR]`: the addresses to enter at the vendors. Secrets are named, never printed.

use std::path::PathBuf;
use std::sync::Arc;

use ondo_compiler::ir::{Program, SettingValue};
use serde_json::{Value, json};

use super::{Exit, print, unable};
use crate::bundle::{self, Bundle};
use crate::ingest::{Address, addresses};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Directory of bundles, as `ondo run` has it, or a file
    #[arg(value_name = "DIR", required_unless_present = "data")]
    bundles: Option<PathBuf>,
    /// Take the active versions from the store in this folder
    #[arg(long, value_name = "DIR", conflicts_with = "bundles")]
    data: Option<PathBuf>,
    /// Address and secrets that `ondo run --sandbox` takes
    #[arg(long)]
    sandbox: bool,
    /// What stands before the paths, as the vendors see it
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    base: String,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn main(args: &Args) -> Exit {
    let bundles = match bundles_of(args) {
        Ok(bundles) => bundles,
        Err(message) => return unable(message),
    };
    let mut exit = Exit::Done;
    let mut rows: Vec<(Arc<Program>, Address)> = Vec::new();
    for bundle in &bundles {
        match bundle::compile(bundle).ready {
            Some(ready) => rows.extend(
                addresses(&ready.program)
                    .into_iter()
                    .map(|address| (Arc::clone(&ready.program), address)),
            ),
            None => {
                eprintln!(
                    "error: `{}` does not check; see `ondo check {}`",
                    bundle.name, bundle.path
                );
                exit = Exit::No;
            }
        }
    }
    let base = args.base.trim_end_matches('/');
    if args.json {
        let hooks: Vec<Value> = rows
            .iter()
            .map(|(program, row)| to_json(program, row, base))
            .collect();
        print(&format!("{:#}\n", json!({ "hooks": hooks })));
    } else {
        for (program, row) in &rows {
            print(&format!(
                "{}  {}\n",
                url(program, row, base),
                row.events.join(", ")
            ));
        }
        if rows.is_empty() && exit == Exit::Done {
            eprintln!("no bundle takes webhooks");
        }
    }
    exit
}

fn bundles_of(args: &Args) -> Result<Vec<Bundle>, String> {
    if let Some(path) = &args.bundles {
        let found = bundle::runnable(path).map_err(|error| error.to_string())?;
        return match found.errors.first() {
            Some(error) => Err(error.to_string()),
            None => Ok(found.bundles),
        };
    }
    let folder = args.data.clone().unwrap_or_default();
    let store = super::history::open(&folder, args.sandbox)?;
    let active = store.active().map_err(|error| error.to_string())?;
    let mut bundles = Vec::new();
    for (_, version) in active {
        let sources = store.sources(&version).map_err(|error| error.to_string())?;
        bundles.extend(sources.and_then(|text| bundle::from_stored(&text)));
    }
    Ok(bundles)
}

fn url(program: &Program, row: &Address, base: &str) -> String {
    match &row.path_secret {
        Some(setting) => {
            let name = secret_name(program, row, setting);
            format!("{base}{}/<{name}>", row.path)
        }
        None => format!("{base}{}", row.path),
    }
}

fn to_json(program: &Program, row: &Address, base: &str) -> Value {
    json!({
        "bundle": row.bundle,
        "account": row.account,
        "connector": row.connector,
        "url": format!("{base}{}", row.path),
        "ends_with_secret": row.path_secret.as_ref().map(|setting| secret_name(program, row, setting)),
        "events": row.events,
    })
}

/// The variable whose value ends the address.
fn secret_name(program: &Program, row: &Address, setting: &str) -> String {
    let account = program
        .accounts
        .iter()
        .find(|account| *account.name == *row.account);
    let given = account
        .into_iter()
        .flat_map(|account| &account.settings)
        .find(|(name, _)| **name == *setting)
        .map(|(_, value)| value);
    match given {
        Some(SettingValue::Secret(name) | SettingValue::Env(name)) => name.to_string(),
        Some(SettingValue::Value(_)) => setting.to_owned(),
        None => {
            let declared = account.is_some_and(|account| account.declared);
            let owner = if declared {
                &row.account
            } else {
                &row.connector
            };
            format!("{owner}_{setting}").to_uppercase()
        }
    }
}

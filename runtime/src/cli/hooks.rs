//! `ondo hooks [DIR]`: the addresses to enter at the vendors, and what the daemon asks for by itself. Secrets are named,
//! never printed.

use std::path::PathBuf;
use std::sync::Arc;

use ondo_compiler::ir::{Expr, ExprId, Exprs, Op, Program, SettingValue};
use ondo_compiler::value::Value as Constant;
use serde_json::{Value, json};

use super::{Exit, polled, print, unable};
use crate::bundle::{self, Bundle};
use crate::ingest::{Address, addresses};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Directory of bundles, as `ondo run` has it, or a file
    #[arg(
        value_name = "DIR",
        help = "Directory of bundles, as `ondo run` has it, or a file [default: bundles]"
    )]
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
    let is_url = reqwest::Url::parse(&args.base)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !is_url {
        return unable(format!(
            "`--base {}` is no URL; write for example `--base https://hooks.example.com`",
            args.base
        ));
    }
    let bundles = match bundles_of(args) {
        Ok(bundles) => bundles,
        Err(message) => return unable(message),
    };
    let mut exit = Exit::Done;
    let mut rows: Vec<(Arc<Program>, Address)> = Vec::new();
    let mut asked: Vec<polled::Row> = Vec::new();
    for bundle in &bundles {
        match bundle::compile(bundle).ready {
            Some(ready) => {
                let program = &ready.program;
                let found = addresses(program).into_iter();
                rows.extend(found.map(|address| (Arc::clone(program), address)));
                asked.extend(polled::rows(program));
            }
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
            .map(|(program, row)| to_json(program, row, base, args.sandbox))
            .collect();
        let polls: Vec<Value> = asked.iter().map(polled::Row::json).collect();
        print(&format!(
            "{:#}\n",
            json!({ "hooks": hooks, "polls": polls })
        ));
    } else {
        for (program, row) in &rows {
            print(&format!(
                "{}  {}\n",
                url(program, row, base, args.sandbox),
                row.events.join(", ")
            ));
            let proofs = proofs(program, row, args.sandbox);
            if !proofs.is_empty() {
                print(&format!("  with {}\n", proofs.join(", or ")));
            }
        }
        for row in &asked {
            print(&format!("{}\n", row.line()));
        }
        if rows.is_empty() && asked.is_empty() && exit == Exit::Done {
            eprintln!("no bundle takes webhooks");
        }
    }
    exit
}

fn bundles_of(args: &Args) -> Result<Vec<Bundle>, String> {
    if args.data.is_none() {
        let default = PathBuf::from("bundles");
        let path = args.bundles.as_ref().unwrap_or(&default);
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

fn url(program: &Program, row: &Address, base: &str, sandbox: bool) -> String {
    match &row.path_secret {
        Some(setting) => {
            let name = secret_name(program, row, setting);
            match sandbox {
                true => format!("{base}{}/sandbox:{name}", row.path),
                false => format!("{base}{}/<{name}>", row.path),
            }
        }
        None => format!("{base}{}", row.path),
    }
}

fn to_json(program: &Program, row: &Address, base: &str, sandbox: bool) -> Value {
    json!({
        "bundle": row.bundle,
        "account": row.account,
        "connector": row.connector,
        "url": format!("{base}{}", row.path),
        "ends_with_secret": row.path_secret.as_ref().map(|setting| secret_name(program, row, setting)),
        "events": row.events,
        "headers": proofs(program, row, sandbox),
    })
}

/// Headers by which a delivery proves who sent it, as far as the definition's `verify` says it in a way that can be told:
/// `header("X") == setting`, perhaps with a prefix taken off.
fn proofs(program: &Program, row: &Address, sandbox: bool) -> Vec<String> {
    let Some(connector) = program.catalog.connectors.get(&*row.connector) else {
        return Vec::new();
    };
    let Some(verify) = connector.hook.as_ref().and_then(|hook| hook.verify) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut open = vec![verify];
    while let Some(id) = open.pop() {
        match connector.exprs.get(id) {
            Expr::And(left, right) | Expr::Or(left, right) => open.extend([*right, *left]),
            Expr::Binary {
                op: Op::Eq,
                left,
                right,
            } => {
                let exprs = &connector.exprs;
                let read = header_of(exprs, *left)
                    .zip(proof_of(exprs, *right))
                    .or_else(|| header_of(exprs, *right).zip(proof_of(exprs, *left)));
                let Some(((header, prefix), (setting, digest))) = read else {
                    continue;
                };
                let given = is_given(program, row, &setting);
                if !connector.settings.contains_key(&*setting) || !given {
                    continue;
                }
                let name = secret_name(program, row, &setting);
                let value = match sandbox {
                    true => format!("sandbox:{name}"),
                    false => format!("${name}"),
                };
                found.push(match digest {
                    Some(digest) => {
                        format!("`{header}: {prefix}`{digest} of the body with {value}")
                    }
                    None => format!("`{header}: {prefix}{value}`"),
                });
            }
            _ => {}
        }
    }
    found
}

/// A header and what stands before its value: `replace(header("Authorization") ?? "", "Bearer ", "")`.
fn header_of(exprs: &Exprs, id: ExprId) -> Option<(String, String)> {
    match exprs.get(id) {
        Expr::Input(name) => Some((titled(name.strip_prefix("header ")?), String::new())),
        Expr::Coalesce(value, _) => header_of(exprs, *value),
        Expr::Builtin { builtin, args } if builtin.name == "replace" => match &args[..] {
            [Some(value), Some(prefix), Some(_)] => {
                let (header, _) = header_of(exprs, *value)?;
                match exprs.get(*prefix) {
                    Expr::Const(Constant::Text(prefix)) => Some((header, prefix.to_string())),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}

/// A setting, and how the body is signed with it: `hex(hmac_sha256(body, hmac))`.
fn proof_of(exprs: &Exprs, id: ExprId) -> Option<(String, Option<String>)> {
    match exprs.get(id) {
        Expr::Input(name) => Some((name.to_string(), None)),
        Expr::Builtin { builtin, args } if matches!(builtin.name, "hex" | "base64") => {
            let Expr::Builtin {
                builtin: digest,
                args,
            } = exprs.get((*args.first()?)?)
            else {
                return None;
            };
            match exprs.get((*args.get(1)?)?) {
                Expr::Input(name) if digest.name.starts_with("hmac_") => {
                    let said = format!("{} of {}", builtin.name, digest.name);
                    Some((name.to_string(), Some(said)))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// `x-token` as people write it: `X-Token`.
fn titled(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}

/// Whether the account has a value for the setting; one that is not declared may have any.
fn is_given(program: &Program, row: &Address, setting: &str) -> bool {
    let account = program
        .accounts
        .iter()
        .find(|account| *account.name == *row.account);
    account.is_none_or(|account| {
        !account.declared || account.settings.iter().any(|(name, _)| **name == *setting)
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

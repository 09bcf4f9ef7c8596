//! `ondo erase TEXT --note …`: everything that mentions a person goes; a proof that does not say who it was stays.

use std::io::Read;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;

use super::history;
use super::orders::{self, Why, give, is_running, place_args, quoted};
use super::{Exit, Kept, print, unable};
use crate::shell::control::{Reply, Wish, of_this_process};
use crate::shell::{STORE_FILE, store_folder};
use crate::store::{Copied, Counts, Erase, Error, Kind, Options, open_with};

/// A run that was cancelled may have told of it: an event of its own mentions the person too.
const ROUNDS_MAX: usize = 5;

/// Longest text that is read from standard input.
const TEXT_BYTES_MAX: u64 = 4_096;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What everything about the person mentions: a phone in any written form, an e-mail, an id; `-` reads it from standard
    /// input, so that it stays in no history of a shell
    #[arg(value_name = "TEXT")]
    text: String,
    /// Why, in your words, without the person: it is kept
    #[arg(long, value_name = "TEXT", value_parser = orders::note, required_unless_present = "dry_run")]
    note: Option<String>,
    /// Who decides; else the user of this process
    #[arg(long = "as", value_name = "NAME")]
    by: Option<String>,
    /// Also cancel runs about the person that have not ended
    #[arg(long)]
    cancel: bool,
    /// Count what would go, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// In this copy of a store, which was made with `ondo backup`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "sandbox"])]
    backup: Option<PathBuf>,
    #[command(flatten)]
    kept: Kept,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn main(args: &Args) -> Exit {
    let why = Why {
        note: args.note.clone().unwrap_or_default(),
        by: args.by.clone(),
    };
    let person = match typed(&args.text) {
        Ok(person) => person,
        Err(message) => return unable(message),
    };
    let reply = match &args.backup {
        Some(file) => here(args, &person, &why, file.clone(), Copied::Leave),
        None => in_store(args, &person, &why),
    };
    match reply {
        Ok(Reply::Erased(counts)) => {
            say(args, &counts);
            Exit::Done
        }
        Ok(Reply::Unfinished { runs, events }) => unfinished(args, &runs, &events),
        Ok(other) => orders::said(&other),
        Err(message) => unable(message),
    }
}

/// The text, from standard input for `-`.
fn typed(text: &str) -> Result<String, String> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut line = String::new();
    std::io::stdin()
        .take(TEXT_BYTES_MAX)
        .read_to_string(&mut line)
        .map_err(|error| format!("cannot read standard input: {error}"))?;
    Ok(line.trim().to_owned())
}

/// By the daemon, or without one.
fn in_store(args: &Args, person: &str, why: &Why) -> Result<Reply, String> {
    history::open(&args.kept.data.data, args.kept.sandbox)?;
    if !is_running(&args.kept) {
        let folder = store_folder(&args.kept.data.data, args.kept.sandbox);
        return here(args, person, why, folder.join(STORE_FILE), Copied::Refuse);
    }
    let order = || Wish::Erase {
        text: person.to_owned(),
        dry_run: args.dry_run,
    };
    let mut reply = give(&args.kept, why, order())?;
    for _ in 0..ROUNDS_MAX {
        let Reply::Unfinished { runs, .. } = &reply else {
            break;
        };
        if !args.cancel || runs.is_empty() {
            break;
        }
        for run in runs.clone() {
            let cancelled = give(&args.kept, why, Wish::Cancel { run: run.clone() })?;
            match cancelled {
                Reply::Done { text, .. } => eprintln!("{text}"),
                // It may have ended by itself meanwhile: the next round sees.
                other => eprintln!("{run}: {}", refusal(&other)),
            }
        }
        reply = give(&args.kept, why, order())?;
    }
    Ok(reply)
}

fn refusal(reply: &Reply) -> &str {
    match reply {
        Reply::Refused(why) | Reply::Failed(why) => why,
        _ => "it was not cancelled",
    }
}

/// By this process, which holds the store alone meanwhile.
fn here(
    args: &Args,
    person: &str,
    why: &Why,
    file: PathBuf,
    copied: Copied,
) -> Result<Reply, String> {
    if !file.is_file() {
        return Err(format!("there is no file `{}`", file.display()));
    }
    let options = Options {
        kind: match args.kept.sandbox {
            true => Kind::Sandbox,
            false => Kind::Live,
        },
        copied,
        ..Options::default()
    };
    let store = open_with(&file, options).map_err(|error| error.to_string())?;
    let erased = store.erase(&Erase {
        text: person.to_owned(),
        who: of_this_process(why.by.as_deref()),
        note: why.note.clone(),
        at: Timestamp::now(),
        cancel: args.cancel,
        dry_run: args.dry_run,
    });
    let closed = store.close().map_err(|error| error.to_string());
    let reply = match erased {
        Ok(erased) => erased.into(),
        Err(Error::Refused(why)) => Reply::Refused(why),
        Err(error) => return Err(error.to_string()),
    };
    closed.map(|()| reply)
}

fn say(args: &Args, counts: &Counts) {
    if args.json {
        print(&format!(
            "{:#}\n",
            json!({ "dry_run": args.dry_run, "erased": counts })
        ));
        return;
    }
    let word = if args.dry_run { "would go" } else { "are gone" };
    print(&format!(
        "{} events, {} runs, {} records of journals, {} rejects, {} keys, {} notes {word}\n",
        counts.events, counts.runs, counts.records, counts.rejects, counts.keys, counts.notes
    ));
    if !args.dry_run {
        eprintln!(
            "copies of the store are files of their own: `ondo erase TEXT --backup FILE --note …` for each of them"
        );
    }
}

fn unfinished(args: &Args, runs: &[String], events: &[String]) -> Exit {
    if args.json {
        print(&format!(
            "{:#}\n",
            json!({ "dry_run": args.dry_run, "unfinished": { "runs": runs, "events": events } })
        ));
    }
    let mut named: Vec<&str> = runs.iter().chain(events).map(String::as_str).collect();
    let more = named.len().saturating_sub(10);
    named.truncate(10);
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    eprintln!(
        "error: nothing was erased: {}{more} have not ended; wait for them, or cancel them with it: `ondo erase {} --cancel --note …{}`",
        named.join(", "),
        quoted(&args.text),
        place_args(&args.kept)
    );
    Exit::No
}

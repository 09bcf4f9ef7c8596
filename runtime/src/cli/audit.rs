//! `ondo audit`: who decided what, newest first, also who was erased on whose order. Nothing in it is changed, but for what mentions a person who is erased.

use serde_json::{Value, json};

use super::history::open;
use super::text::{moment, one_line};
use super::{Exit, Kept, count, mask, print, unable};
use crate::store::{self, Audit, Erasure};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    kept: Kept,
    /// At most this many
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = count)]
    limit: usize,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn main(args: &Args) -> Exit {
    match listed(args) {
        Ok(()) => Exit::Done,
        Err(message) => unable(message),
    }
}

fn listed(args: &Args) -> Result<(), String> {
    let store = open(&args.kept.data.data, args.kept.sandbox)?;
    let said = |error: store::Error| error.to_string();
    let mut lines = store.audit(args.limit).map_err(said)?;
    lines.extend(store.erasures(args.limit).map_err(said)?.iter().map(erased));
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    lines.truncate(args.limit);
    if args.json {
        let rows: Vec<Value> = lines
            .iter()
            .map(|line| {
                json!({
                    "at": line.at.to_string(),
                    "who": line.who,
                    "what": line.what,
                    "subject": line.subject,
                    "note": mask::text(&line.note),
                })
            })
            .collect();
        print(&format!("{:#}\n", json!({ "audit": rows })));
        return Ok(());
    }
    if lines.is_empty() {
        eprintln!("nobody has decided anything yet");
    }
    for line in &lines {
        print(&format!(
            "{}  {}  {}  {}  {}\n",
            moment(line.at),
            one_line(&line.who, 100),
            line.what,
            one_line(&line.subject, 200),
            one_line(&mask::text(&line.note), 300)
        ));
    }
    Ok(())
}

/// The proof of an erasure as a line. It cannot say who it was.
fn erased(proof: &Erasure) -> Audit {
    Audit {
        at: proof.at,
        who: proof.who.clone(),
        what: "erased".to_owned(),
        subject: format!(
            "a person: {} events, {} runs",
            proof.counts.events, proof.counts.runs
        ),
        note: proof.note.clone(),
    }
}

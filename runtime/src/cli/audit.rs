//! `ondo audit`: who decided what, newest first. Nothing in it is ever changed.

use serde_json::{Value, json};

use super::history::open;
use super::text::{moment, one_line};
use super::{Exit, Kept, count, mask, print, unable};

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
    let lines = store.audit(args.limit).map_err(|error| error.to_string())?;
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

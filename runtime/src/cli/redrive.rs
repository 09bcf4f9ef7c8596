//! `ondo redrive RUN…`: an ended run is done again, and what was done is not repeated. First comes a receipt.
//!
//! ```text
//! ondo redrive run_… --note "касса снова отвечает"
//! ondo redrive --state dead --rule bonus.bonus --since 2h --all --note "…"
//! ```

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::history::{check_rule, open, state};
use super::orders::{self, Why, give};
use super::text::parse_moment;
use super::{Exit, Kept, count, find, print, unable};
use crate::shell::control::{ReceiptLine, Reply, Texts, Will, Wish};
use crate::store::{Run, RunFilter, RunState, Store};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The runs, or the beginnings or ends of their ids; or say which with `--state`, `--rule` …
    #[arg(value_name = "RUN", conflicts_with_all = ["state", "rule", "since", "until", "text"])]
    runs: Vec<String>,
    /// All runs in this state: `dead`, `failed`, `expired`, `cancelled`; several with commas
    #[arg(long, value_parser = state, value_delimiter = ',')]
    state: Vec<RunState>,
    /// All runs of this rule: `RULE` or `BUNDLE.RULE`
    #[arg(long)]
    rule: Option<String>,
    /// All runs that were created since: `2h`, `2026-11-21`
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    since: Option<Timestamp>,
    /// All runs that were created before
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    until: Option<Timestamp>,
    /// All runs with this in their event, a request or an answer
    #[arg(long)]
    text: Option<String>,
    /// At most this many, the newest
    #[arg(long, value_name = "NUMBER", default_value = "1000", value_parser = count)]
    limit: usize,
    /// Yes, all of them
    #[arg(long)]
    all: bool,
    /// So many begin in a second
    #[arg(long, value_name = "NUMBER", default_value = "5", value_parser = rate)]
    per_second: u32,
    /// Do this step and those behind it again, also if they were done
    #[arg(long, value_name = "STEP")]
    from: Option<String>,
    /// With which texts of the bundle
    #[arg(long, value_enum, default_value_t)]
    bundle: Texts,
    /// Print the receipt and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Also what may happen a second time and cannot be undone; only for runs that are named
    #[arg(long, conflicts_with_all = ["state", "rule", "since", "until", "text"])]
    yes_repeat_money: bool,
    /// Why, in your words: it is kept in the audit
    #[arg(long, value_name = "TEXT", value_parser = orders::note, required_unless_present = "dry_run")]
    note: Option<String>,
    /// Who decides; else the user of this process
    #[arg(long = "as", value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    kept: Kept,
    /// Print a line of JSON for each run
    #[arg(long)]
    json: bool,
}

fn rate(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(rate @ 1..=1_000) => Ok(rate),
        _ => Err("write a number from 1 to 1000".to_owned()),
    }
}

pub(super) fn main(args: &Args) -> Exit {
    let runs = match chosen(args) {
        Ok(runs) => runs,
        Err(message) => return unable(message),
    };
    if runs.is_empty() {
        eprintln!("no run that has ended is like this; nothing was done");
        return Exit::Done;
    }
    if runs.len() > 1 && !args.all && !args.dry_run {
        return unable(format!(
            "{} runs are meant; look with `--dry-run`, and say `--all` if all of them shall be done again",
            runs.len()
        ));
    }
    let pause = Duration::from_secs(1) / args.per_second;
    let mut failed = 0;
    for (at, run) in runs.iter().enumerate() {
        let begun = Instant::now();
        match one(args, run) {
            Ok(true) => {}
            Ok(false) => failed += 1,
            // Without a daemon the others cannot be done either.
            Err(message) if at == 0 => return unable(message),
            Err(message) => {
                eprintln!("{at} of {} were done", runs.len());
                return unable(message);
            }
        }
        if at + 1 < runs.len() {
            std::thread::sleep(pause.saturating_sub(begun.elapsed()));
        }
    }
    if runs.len() > 1 {
        let done = runs.len() - failed;
        let word = if args.dry_run { "can be" } else { "are" };
        eprintln!("{done} of {} {word} done again, {failed} not", runs.len());
    }
    match failed {
        0 => Exit::Done,
        _ => Exit::No,
    }
}

/// The runs that are meant, the oldest first: that is the order in which they came.
fn chosen(args: &Args) -> Result<Vec<Run>, String> {
    let store = open(&args.kept.data.data, args.kept.sandbox)?;
    if !args.runs.is_empty() {
        let mut runs: Vec<Run> = Vec::new();
        for typed in &args.runs {
            let run = find::run(&*store, typed)?;
            if !runs.iter().any(|known| known.id == run.id) {
                runs.push(run);
            }
        }
        return Ok(runs);
    }
    if args.state.is_empty() && args.rule.is_none() && args.text.is_none() && args.since.is_none() {
        return Err(
            "say which run: its id, or with `--state`, `--rule`, `--since`, `--text`".to_owned(),
        );
    }
    if let Some(state) = args.state.iter().find(|state| !state.is_ended()) {
        return Err(format!(
            "only runs that have ended can be done again, and `{}` is no end",
            state.word()
        ));
    }
    by_filter(args, &*store)
}

fn by_filter(args: &Args, store: &dyn Store) -> Result<Vec<Run>, String> {
    if let Some(rule) = &args.rule {
        check_rule(store, rule)?;
    }
    let (bundle, rule) = match args.rule.as_deref().map(|rule| rule.rsplit_once('.')) {
        Some(Some((bundle, rule))) => (Some(bundle.to_owned()), Some(rule.to_owned())),
        Some(None) => (None, args.rule.clone()),
        None => (None, None),
    };
    // What is done is done: it is done again only by its name. What a later event replaced has nothing to do either.
    let usual = [
        RunState::Dead,
        RunState::Failed,
        RunState::Expired,
        RunState::Cancelled,
    ];
    let filter = RunFilter {
        bundle,
        rule,
        states: match args.state.is_empty() {
            true => usual.to_vec(),
            false => args.state.clone(),
        },
        since: args.since,
        until: args.until,
        key: None,
        text: args.text.clone(),
        limit: args.limit,
    };
    let said = |error: crate::store::Error| error.to_string();
    let mut runs = Vec::new();
    for run in store.runs(&filter).map_err(said)? {
        let newer = store.runs_of(&run.event).map_err(said)?;
        // The newest of a chain stands for all of it.
        if !newer
            .iter()
            .any(|newer| newer.redrive_of.as_ref() == Some(&run.id))
        {
            runs.push(run);
        }
    }
    runs.reverse();
    Ok(runs)
}

/// One run. Yields whether it is done again, or could be; an error ends everything.
fn one(args: &Args, run: &Run) -> Result<bool, String> {
    let why = Why {
        note: args.note.clone().unwrap_or_default(),
        by: args.by.clone(),
    };
    let order = |dry_run| Wish::Redrive {
        run: run.id.0.clone(),
        from: args.from.clone(),
        bundle: args.bundle,
        dry_run,
        yes_repeat_money: args.yes_repeat_money,
    };
    let receipt = match give(&args.kept, &why, order(true))? {
        Reply::Receipt(receipt) => receipt,
        Reply::Refused(refused) => return Ok(refuse(args, run, &refused)),
        other => return Err(unexpected(&other)),
    };
    let needs_yes =
        !args.yes_repeat_money && receipt.iter().any(|line| line.will == Will::RepeatsMoney);
    if !args.json {
        print(&in_words(run, &receipt));
    }
    if args.dry_run {
        if args.json {
            say_json(run, None, &receipt, None);
        }
        return Ok(true);
    }
    if needs_yes {
        let refused = "nothing was done: something may happen a second time, and cannot be undone; look at the vendor, and say `--yes-repeat-money` if it shall";
        if args.json {
            say_json(run, None, &receipt, Some(refused));
        } else {
            eprintln!("error: {}: {refused}", run.id);
        }
        return Ok(false);
    }
    match give(&args.kept, &why, order(false))? {
        Reply::Redriven { run: new, receipt } => {
            if args.json {
                say_json(run, Some(&new), &receipt, None);
            } else {
                print(&format!("  -> {new}\n"));
            }
            Ok(true)
        }
        Reply::Refused(refused) => Ok(refuse(args, run, &refused)),
        other => Err(unexpected(&other)),
    }
}

fn unexpected(reply: &Reply) -> String {
    match reply {
        Reply::Failed(why) => why.clone(),
        other => format!("the daemon answered what was not asked: {other:?}"),
    }
}

fn refuse(args: &Args, run: &Run, refused: &str) -> bool {
    if args.json {
        say_json(run, None, &[], Some(refused));
    } else {
        eprintln!("error: {}: {refused}", run.id);
    }
    false
}

fn say_json(run: &Run, new: Option<&str>, receipt: &[ReceiptLine], refused: Option<&str>) {
    let line: Value = json!({
        "run": run.id.0,
        "redriven_as": new,
        "receipt": receipt,
        "refused": refused,
    });
    print(&format!("{line}\n"));
}

fn in_words(run: &Run, receipt: &[ReceiptLine]) -> String {
    let mut text = format!(
        "{}  {}.{}, {}\n",
        run.id,
        run.bundle,
        run.rule,
        run.state.word()
    );
    for line in receipt {
        let place = match line.iteration.as_str() {
            "" => line.step.clone(),
            iteration => format!("{}#{iteration}", line.step),
        };
        let will = match line.will {
            Will::Skipped => "skipped",
            Will::Safe => "safe to send",
            Will::ReadBack => "looked up first",
            Will::RepeatsMoney => "WOULD HAPPEN AGAIN",
        };
        text.push_str(&format!(
            "  {will:<18}  {place}: {} ({})\n",
            line.action, line.why
        ));
    }
    text.push_str(match receipt.is_empty() {
        true => "  it sent nothing: everything is evaluated anew\n",
        false => "  what it never came to is evaluated anew\n",
    });
    text
}

//! `ondo doubt list`: for each call in doubt what was sent, how much it moves, why nobody knows, and what to type.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::history::open;
use super::super::orders::place_args;
use super::super::show::{Attempt, Story, story};
use super::super::text::{moment, one_line};
use super::super::{Exit, Kept, mask, print, unable};
use crate::engine::LOOKED_UP;
use crate::store::{self, RecordKind, Run, RunFilter, RunState, Store};

/// So many runs of each kind are listed.
const RUNS_MAX: usize = 1_000;

#[derive(Debug, clap::Args)]
pub(in super::super) struct Args {
    #[command(flatten)]
    kept: Kept,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// A call of which nobody knows.
struct Doubt {
    run: Run,
    /// `step`, or `step#iteration`.
    place: String,
    since: Timestamp,
    why: String,
    /// Nothing, for a call that the run has not come to in this store.
    sent: Option<Attempt>,
}

pub(in super::super) fn main(args: &Args) -> Exit {
    match listed(args) {
        Ok(()) => Exit::Done,
        Err(message) => unable(message),
    }
}

fn listed(args: &Args) -> Result<(), String> {
    let store = open(&args.kept.data.data, args.kept.sandbox)?;
    let said = |error: store::Error| error.to_string();
    let of_state = |state| -> Result<Vec<Run>, String> {
        let filter = RunFilter {
            states: vec![state],
            limit: RUNS_MAX,
            ..RunFilter::default()
        };
        store.runs(&filter).map_err(said)
    };
    let mut doubts = Vec::new();
    for run in of_state(RunState::InDoubt)? {
        doubts.extend(doubts_of(&*store, run)?);
    }
    let mut looked_up = Vec::new();
    for run in of_state(RunState::Waiting)? {
        if run
            .reason
            .as_deref()
            .is_some_and(|why| why.starts_with(LOOKED_UP))
        {
            looked_up.extend(doubts_of(&*store, run)?);
        }
    }
    if args.json {
        let shown = json!({
            "doubts": doubts.iter().map(to_json).collect::<Vec<_>>(),
            "looked_up": looked_up.iter().map(to_json).collect::<Vec<_>>(),
        });
        print(&format!("{shown:#}\n"));
        return Ok(());
    }
    if doubts.is_empty() && looked_up.is_empty() {
        eprintln!("nothing is in doubt");
        return Ok(());
    }
    for doubt in &doubts {
        let of_run = doubts.iter().filter(|other| other.run.id == doubt.run.id);
        let step = match of_run.count() {
            1 => String::new(),
            _ => format!(" --step '{}'", doubt.place),
        };
        print(&in_words(
            doubt,
            &format!("{step}{}", place_args(&args.kept)),
        ));
    }
    if !looked_up.is_empty() {
        print("being looked up at the vendor, nothing to do:\n\n");
    }
    for doubt in &looked_up {
        print(&head(doubt));
    }
    Ok(())
}

/// The calls of a run of which nobody knows, oldest first. A run that is in doubt has at least one.
fn doubts_of(store: &dyn Store, run: Run) -> Result<Vec<Doubt>, String> {
    let told = story(store, &run.id.0, false).map_err(|error| error.to_string())?;
    let attempts = told.map(of_story).unwrap_or_default();
    let mut last: Vec<Attempt> = Vec::new();
    for attempt in attempts {
        let at_place = |known: &Attempt| {
            (&known.record.step, &known.record.iteration)
                == (&attempt.record.step, &attempt.record.iteration)
        };
        match last.iter().position(at_place) {
            // What was read to look a call up stands under its step, and is no attempt of it.
            Some(at) if last[at].record.action != attempt.record.action => {}
            Some(at) => last[at] = attempt,
            None => last.push(attempt),
        }
    }
    last.retain(is_unknown);
    let why = run.reason.as_deref().map(mask::text).unwrap_or_default();
    let mut doubts: Vec<Doubt> = last
        .into_iter()
        .map(|attempt| Doubt {
            run: run.clone(),
            place: place_of(&attempt),
            since: attempt.record.at,
            why: why.clone(),
            sent: Some(attempt),
        })
        .collect();
    if doubts.is_empty() && run.state == RunState::InDoubt {
        doubts.push(Doubt {
            place: run.step.clone().unwrap_or_default(),
            since: run.created_at,
            why,
            sent: None,
            run,
        });
    }
    Ok(doubts)
}

fn of_story(story: Story) -> Vec<Attempt> {
    story
        .runs
        .into_iter()
        .flat_map(|(_, attempts)| attempts)
        .filter(|attempt| attempt.record.kind != RecordKind::End)
        .collect()
}

fn is_unknown(attempt: &Attempt) -> bool {
    attempt.open
        || matches!(
            attempt.record.verdict.as_deref(),
            Some("unknown" | "pending")
        )
}

fn place_of(attempt: &Attempt) -> String {
    match attempt.record.iteration.as_str() {
        "" => attempt.record.step.clone(),
        iteration => format!("{}#{iteration}", attempt.record.step),
    }
}

fn head(doubt: &Doubt) -> String {
    let run = &doubt.run;
    let mut text = String::new();
    let amount = doubt.sent.as_ref().and_then(|sent| sent.amount.as_ref());
    let _ = writeln!(
        text,
        "{}  since {}\n  {}.{}  {}{}{}",
        run.id,
        moment(doubt.since),
        run.bundle,
        run.rule,
        doubt.place,
        doubt
            .sent
            .as_ref()
            .map(|sent| format!(": {}", sent.record.action))
            .unwrap_or_default(),
        amount
            .map(|amount| format!(", amount {amount}"))
            .unwrap_or_default(),
    );
    let _ = writeln!(text, "  {}", one_line(&doubt.why, 300));
    text
}

fn in_words(doubt: &Doubt, place: &str) -> String {
    let mut text = head(doubt);
    if let Some(request) = doubt.sent.as_ref().map(|sent| &sent.request)
        && let Value::Object(fields) = request
    {
        let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or("");
        let _ = writeln!(
            text,
            "  sent: {} {}",
            field("method"),
            one_line(field("url"), 300)
        );
        let body = match &fields["body"] {
            Value::Null => String::new(),
            Value::String(body) => body.clone(),
            body => body.to_string(),
        };
        if !body.is_empty() {
            let _ = writeln!(text, "        {}", one_line(&body, 1_000));
        }
    }
    let command = |way: &str| {
        format!(
            "ondo doubt resolve {} {way} --note \"…\"{place}",
            doubt.run.id
        )
    };
    let _ = writeln!(
        text,
        "  Look at the vendor, then type one of these:\n    {}   # it happened\n    {}    # it did not: it is sent once more\n    {}      # leave it out\n",
        command("--applied"),
        command("--absent"),
        command("--skip"),
    );
    text
}

fn to_json(doubt: &Doubt) -> Value {
    let sent = doubt.sent.as_ref();
    json!({
        "run": doubt.run.id.0,
        "event": doubt.run.event.0,
        "bundle": doubt.run.bundle,
        "rule": doubt.run.rule,
        "since": doubt.since.to_string(),
        "step": sent.map_or(doubt.place.as_str(), |sent| sent.record.step.as_str()),
        "iteration": sent.map_or("", |sent| sent.record.iteration.as_str()),
        "action": sent.map(|sent| sent.record.action.as_str()),
        "amount": sent.and_then(|sent| sent.amount.as_deref()),
        "request": sent.map(|sent| &sent.request),
        "why": doubt.why,
        "due": doubt.run.due.map(|at| at.to_string()),
    })
}

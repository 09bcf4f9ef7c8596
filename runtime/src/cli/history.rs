//! `ondo history`: runs, newest first. Reads the store beside a running daemon.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::people::People;
use super::text::{self, RUN_STATES, event_state, moment, one_line, run_state};
use super::{Exit, Kept, count, mask, print, unable};
use crate::bundle;
use crate::shell::{STORE_FILE, store_folder};
use crate::store::{self, Event, Reject, Run, RunFilter, RunState, Store};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    kept: Kept,
    /// Only this rule: `RULE` or `BUNDLE.RULE`
    #[arg(long)]
    rule: Option<String>,
    /// Only this bundle
    #[arg(long)]
    bundle: Option<String>,
    /// Only runs in this state; several with commas or again
    #[arg(long, value_parser = state, value_delimiter = ',')]
    state: Vec<RunState>,
    /// Only what was created since: `2h`, `2026-11-21`, `2026-11-21T10:00`
    #[arg(long, value_name = "WHEN", value_parser = text::parse_moment)]
    since: Option<Timestamp>,
    /// Only what was created before this moment
    #[arg(long, value_name = "WHEN", value_parser = text::parse_moment)]
    until: Option<Timestamp>,
    /// Only runs with exactly this value of `once per` or `ordered by`, or with this key of their event
    #[arg(long)]
    key: Option<String>,
    /// Only runs with this in their event, a request or an answer, for example an order's number
    #[arg(long)]
    text: Option<String>,
    /// At most this many
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = count)]
    limit: usize,
    /// List events instead, also those on which no rule acted; of the newest 10,000
    #[arg(long, conflicts_with_all = ["rule", "state"])]
    events: bool,
    /// List deliveries that could not be read
    #[arg(long, conflicts_with_all = ["rule", "bundle", "state", "since", "until", "key", "text", "events"])]
    rejects: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn state(word: &str) -> Result<RunState, String> {
    let known = RUN_STATES
        .iter()
        .find(|(_, name)| *name == word.replace(['-', ' '], "_"));
    known.map(|(state, _)| *state).ok_or_else(|| {
        let all: Vec<&str> = RUN_STATES.iter().map(|(_, name)| *name).collect();
        format!("states are {}", all.join(", "))
    })
}

pub(super) fn main(args: &Args) -> Exit {
    match listed(args) {
        Ok(()) => Exit::Done,
        Err(message) => unable(message),
    }
}

/// Opens the store in a folder to read it, also beside a daemon.
pub(super) fn open(data: &Path, sandbox: bool) -> Result<Arc<dyn Store>, String> {
    let file_of = |sandbox| store_folder(data, sandbox).join(STORE_FILE);
    let file = file_of(sandbox);
    if !file.is_file() {
        let folder = store_folder(data, sandbox);
        let help = match (sandbox, file_of(!sandbox).is_file()) {
            (false, true) => "`--sandbox` shows what the sandbox did",
            (true, true) => "without `--sandbox` you see what happened at the vendors",
            (_, false) => "say where it is with `--data DIR`",
        };
        return Err(format!(
            "there is no store in `{}`; {help}",
            folder.display()
        ));
    }
    let kind = match sandbox {
        true => store::Kind::Sandbox,
        false => store::Kind::Live,
    };
    store::open_to_read(&file, kind).map_err(|error| error.to_string())
}

fn listed(args: &Args) -> Result<(), String> {
    let store = open(&args.kept.data.data, args.kept.sandbox)?;
    let said = |error: store::Error| error.to_string();
    if args.events {
        let events = events(&*store, args).map_err(said)?;
        if args.json {
            let rows: Vec<Value> = events.iter().map(event_json).collect();
            print(&format!("{:#}\n", json!({ "events": rows })));
        } else {
            events.iter().for_each(|event| print(&event_line(event)));
        }
        return Ok(());
    }
    if args.rejects {
        let rejects = store.rejects(args.limit).map_err(said)?;
        if args.json {
            let rows: Vec<Value> = rejects.iter().map(reject_json).collect();
            print(&format!("{:#}\n", json!({ "rejects": rows })));
        } else {
            rejects
                .iter()
                .for_each(|reject| print(&reject_line(reject)));
        }
        return Ok(());
    }
    if let Some(rule) = &args.rule {
        check_rule(&*store, rule)?;
    }
    let (bundle, rule) = match args.rule.as_deref().map(|rule| rule.rsplit_once('.')) {
        Some(Some((bundle, rule))) => (Some(bundle.to_owned()), Some(rule.to_owned())),
        Some(None) => (args.bundle.clone(), args.rule.clone()),
        None => (args.bundle.clone(), None),
    };
    let filter = RunFilter {
        bundle,
        rule,
        states: args.state.clone(),
        since: args.since,
        until: args.until,
        key: args.key.clone(),
        text: args.text.clone(),
        limit: args.limit,
    };
    let mut runs = store.runs(&filter).map_err(said)?;
    for run in &mut runs {
        hide_people(&*store, run).map_err(said)?;
    }
    if args.json {
        let rows: Vec<Value> = runs.iter().map(run_json).collect();
        print(&format!("{:#}\n", json!({ "runs": rows })));
    } else if runs.is_empty() {
        eprintln!("no runs");
        let asks_for_one = args.text.is_some() || args.key.is_some();
        let events = match asks_for_one && args.rule.is_none() && args.state.is_empty() {
            true => events(&*store, args).map_err(said)?,
            false => Vec::new(),
        };
        if !events.is_empty() {
            eprintln!("but these events, on which no rule acted; `ondo show EVENT` says why:");
            events.iter().for_each(|event| print(&event_line(event)));
        }
    } else {
        let width = runs
            .iter()
            .map(|run| run.bundle.chars().count() + run.rule.chars().count() + 1)
            .max()
            .unwrap_or(0);
        runs.iter().for_each(|run| print(&run_line(run, width)));
    }
    Ok(())
}

/// Events that are looked through for a text or a time.
const EVENTS_LOOKED_THROUGH: usize = 10_000;

/// The events that are asked for, newest first.
pub(super) fn events_with(
    store: &dyn Store,
    fits: impl Fn(&Event) -> bool,
    limit: usize,
) -> Result<Vec<Event>, store::Error> {
    let mut events = store.events(EVENTS_LOOKED_THROUGH)?;
    events.retain(fits);
    events.truncate(limit);
    Ok(events)
}

fn events(store: &dyn Store, args: &Args) -> Result<Vec<Event>, store::Error> {
    let is_plain = args.bundle.is_none()
        && args.key.is_none()
        && args.text.is_none()
        && args.since.is_none()
        && args.until.is_none();
    if is_plain {
        return store.events(args.limit);
    }
    let fits = |event: &Event| {
        args.bundle
            .as_ref()
            .is_none_or(|bundle| event.bundle == *bundle)
            && args.since.is_none_or(|since| event.at >= since)
            && args.until.is_none_or(|until| event.at < until)
            && args
                .key
                .as_ref()
                .is_none_or(|key| event.key.as_ref() == Some(key))
            && args.text.as_ref().is_none_or(|text| mentions(event, text))
    };
    events_with(store, fits, args.limit)
}

/// Whether a text stands in an event's key or in what it brought.
pub(super) fn mentions(event: &Event, text: &str) -> bool {
    let is_in = |bytes: &[u8]| {
        let bytes = String::from_utf8_lossy(bytes);
        bytes.contains(text)
    };
    event.key.as_deref().is_some_and(|key| key.contains(text))
        || is_in(&event.body)
        || event.payload.as_deref().is_some_and(is_in)
}

/// A reason may be a rule's own words with a name in it: `fail "no order of {name}"`.
fn hide_people(store: &dyn Store, run: &mut Run) -> Result<(), store::Error> {
    let texts = [&mut run.reason, &mut run.once_key, &mut run.order_key];
    if texts.iter().all(|text| text.is_none()) {
        return Ok(());
    }
    if let Some(event) = store.event(&run.event)? {
        let people = People::by_name(&event);
        texts.into_iter().for_each(|text| people.mask_some(text));
    }
    Ok(())
}

/// Whether there is, or was, such a rule.
pub(super) fn check_rule(store: &dyn Store, typed: &str) -> Result<(), String> {
    let said = |error: store::Error| error.to_string();
    let mut known = BTreeSet::new();
    for (name, version) in store.active().map_err(said)? {
        let sources = store.sources(&version).map_err(said)?;
        let bundle = sources.and_then(|sources| bundle::from_stored(&sources));
        let ready = bundle.and_then(|bundle| bundle::compile(&bundle).ready);
        let rules = ready.iter().flat_map(|ready| &ready.program.rules);
        known.extend(rules.map(|rule| format!("{name}.{}", rule.name)));
    }
    let is_it =
        |name: &str| name == typed || name.rsplit_once('.').is_some_and(|(_, rule)| rule == typed);
    if known.iter().any(|name| is_it(name)) {
        return Ok(());
    }
    // One that is gone may still have runs.
    let filter = RunFilter {
        bundle: typed.rsplit_once('.').map(|(bundle, _)| bundle.to_owned()),
        rule: Some(
            typed
                .rsplit_once('.')
                .map_or(typed, |(_, rule)| rule)
                .to_owned(),
        ),
        limit: 1,
        ..RunFilter::default()
    };
    if !store.runs(&filter).map_err(said)?.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = known.into_iter().collect();
    Err(format!(
        "there is no rule `{typed}`; rules are {}",
        all.join(", ")
    ))
}

fn run_line(run: &Run, width: usize) -> String {
    let name = format!("{}.{}", run.bundle, run.rule);
    let key = run
        .once_key
        .as_deref()
        .or(run.order_key.as_deref())
        .unwrap_or("");
    let reason = run.reason.as_deref().map(mask::text).unwrap_or_default();
    let line = format!(
        "{}  {:<9}  {name:<width$}  {}",
        moment(run.created_at),
        run_state(run.state),
        run.id
    );
    with_tail(line, [mask::text(key), one_line(&reason, 60)])
}

fn event_line(event: &Event) -> String {
    let reason = event.reason.as_deref().unwrap_or("");
    let line = format!(
        "{}  {:<9}  {}.{}  {}  {}",
        moment(event.at),
        event_state(event.state),
        event.connector,
        event.name,
        event.bundle,
        event.id
    );
    with_tail(line, [one_line(&mask::text(reason), 60)])
}

fn reject_line(reject: &Reject) -> String {
    let line = format!("{}  {}  {}", moment(reject.at), reject.hook, reject.reason);
    let body = String::from_utf8_lossy(&reject.body);
    with_tail(line, [one_line(&mask::raw(&body), 200)])
}

/// Columns that may be empty come last.
fn with_tail<const N: usize>(mut line: String, tail: [String; N]) -> String {
    for column in tail.iter().filter(|column| !column.is_empty()) {
        line.push_str("  ");
        line.push_str(&one_line(column, 200));
    }
    line.push('\n');
    line
}

/// A run as `history --json` and `show --json` have it.
pub(super) fn run_json(run: &Run) -> Value {
    json!({
        "id": run.id.0,
        "event": run.event.0,
        "bundle": run.bundle,
        "rule": run.rule,
        "version": run.version.0,
        "created_at": run.created_at.to_string(),
        "state": run_state(run.state),
        "due": run.due.map(|at| at.to_string()),
        "reason": run.reason.as_deref().map(mask::text),
        "step": run.step,
        "ended_at": run.ended_at.map(|at| at.to_string()),
        "once_key": run.once_key.as_deref().map(mask::text),
        "redrive_of": run.redrive_of.as_ref().map(|run| &run.0),
        "order_key": run.order_key.as_deref().map(mask::text),
    })
}

fn reject_json(reject: &Reject) -> Value {
    json!({
        "at": reject.at.to_string(),
        "hook": reject.hook,
        "reason": reject.reason,
        "body": mask::raw(&String::from_utf8_lossy(&reject.body)),
    })
}

/// An event without its body.
pub(super) fn event_json(event: &Event) -> Value {
    json!({
        "id": event.id.0,
        "at": event.at.to_string(),
        "bundle": event.bundle,
        "account": event.account,
        "connector": event.connector,
        "name": event.name,
        "state": event_state(event.state),
        "reason": event.reason.as_deref().map(mask::text),
        "repeats": event.repeats,
        "conflicts": event.conflicts,
    })
}

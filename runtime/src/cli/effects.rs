//! `ondo effects`: the ledger of what cannot be taken back, across runs and bundles.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::history::open;
use super::text::{moment, one_line, parse_moment};
use super::{Exit, Kept, count, mask, print, unable};
use crate::store::{Effect, EffectFilter, EffectState};

const STATES: [(EffectState, &str); 5] = [
    (EffectState::Claimed, "claimed"),
    (EffectState::Applied, "applied"),
    (EffectState::Absent, "absent"),
    (EffectState::Doubt, "doubt"),
    (EffectState::Skipped, "skipped"),
];

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    kept: Kept,
    /// Only those whose key or marker holds this
    #[arg(long)]
    key: Option<String>,
    /// Only those of this action: `CONNECTOR.ACTION`
    #[arg(long)]
    action: Option<String>,
    /// Only those in this state: `claimed` (a run brings it about), `applied`, `absent`, `doubt`, `skipped`
    #[arg(long, value_parser = state)]
    state: Option<EffectState>,
    /// Only those since: `2h`, `2026-11-21`
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    since: Option<Timestamp>,
    /// At most this many, newest first
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = count)]
    limit: usize,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

fn state(word: &str) -> Result<EffectState, String> {
    let known = STATES.iter().find(|(_, name)| *name == word);
    known.map(|(state, _)| *state).ok_or_else(|| {
        let all: Vec<&str> = STATES.iter().map(|(_, name)| *name).collect();
        format!("states are {}", all.join(", "))
    })
}

fn word(state: EffectState) -> &'static str {
    let known = STATES.iter().find(|(known, _)| *known == state);
    known.map_or("?", |(_, word)| word)
}

pub(super) fn main(args: &Args) -> Exit {
    match listed(args) {
        Ok(()) => Exit::Done,
        Err(message) => unable(message),
    }
}

fn listed(args: &Args) -> Result<(), String> {
    let store = open(&args.kept.data.data, args.kept.sandbox)?;
    let filter = EffectFilter {
        state: args.state,
        action: args.action.clone(),
        key: args.key.clone(),
        since: args.since,
        limit: args.limit,
    };
    let effects = store.effects(&filter).map_err(|error| error.to_string())?;
    if args.json {
        let rows: Vec<Value> = effects.iter().map(to_json).collect();
        print(&format!("{:#}\n", json!({ "effects": rows })));
        return Ok(());
    }
    if effects.is_empty() {
        eprintln!("no effects");
    }
    for effect in &effects {
        print(&format!(
            "{}  {:<8}  {}  {}  {}\n",
            moment(effect.at),
            word(effect.state),
            effect.action,
            effect.run,
            one_line(&mask::text(&effect.key), 100)
        ));
    }
    Ok(())
}

fn to_json(effect: &Effect) -> Value {
    json!({
        "at": effect.at.to_string(),
        "state": word(effect.state),
        "action": effect.action,
        "key": mask::text(&effect.key),
        "marker": effect.marker.as_deref().map(mask::text),
        "run": effect.run.0,
        "step": effect.step,
        "iteration": effect.iteration,
        "event": effect.event.0,
    })
}

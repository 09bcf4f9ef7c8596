//! Expectations against what happened, and the words for what happened instead.

use ondo_compiler::catalog::ENGINE;
use ondo_compiler::ir::{CalledAction, Occurs};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;

use super::compare::{Difference, differences, shown};
use super::world::World;
use crate::engine::readback;
use crate::sandbox::Sent;
use crate::store::{Event, PassedWhy, Run, RunState, Store};

/// Calls that are shown when none is as expected.
const CALLS_SHOWN_MAX: usize = 5;
/// Longest value that is shown with a call.
const VALUE_LENGTH_MAX: usize = 60;

/// What has happened so far.
pub(super) struct Played {
    pub(super) world: World,
    /// Those of `given`, in the order in which they came in.
    pub(super) events: Vec<Event>,
    /// Where `in order` goes on among the calls.
    next_in_order: usize,
}

impl Played {
    pub(super) fn new(world: World) -> Self {
        Self {
            world,
            events: Vec::new(),
            next_in_order: 0,
        }
    }

    /// Checks `expect CALL`. Empty: it was met.
    pub(super) fn call(
        &mut self,
        action: &CalledAction,
        args: &[(Name, Value)],
        occurs: Occurs,
    ) -> Vec<String> {
        let sent = self.calls();
        let begin = match occurs {
            Occurs::InOrder => self.next_in_order,
            _ => 0,
        };
        let matching: Vec<usize> = (begin..sent.len())
            .filter(|at| self.is_of(&sent[*at], action))
            .filter(|at| differs(&sent[*at], args).is_empty())
            .collect();
        match (occurs, matching.as_slice()) {
            (Occurs::InOrder, [first, ..]) => {
                self.next_in_order = first + 1;
                Vec::new()
            }
            (Occurs::Any, [_, ..]) => Vec::new(),
            (Occurs::Times(wanted), found) if found.len() as u64 == wanted => Vec::new(),
            (Occurs::Times(wanted), found) if !found.is_empty() => {
                let mut lines = vec![format!(
                    "sent {}, expected {}",
                    times(found.len() as u64),
                    times(wanted)
                )];
                lines.extend(found.iter().map(|at| told_call(&sent[*at])));
                lines
            }
            _ => self.instead(&sent, begin, action, args),
        }
    }

    /// Checks `expect no ACTION`.
    pub(super) fn no_call(&self, action: &CalledAction) -> Vec<String> {
        let sent = self.calls();
        let found = sent.iter().filter(|sent| self.is_of(sent, action));
        let mut lines: Vec<String> = found.map(told_call).collect();
        if !lines.is_empty() {
            lines.insert(0, format!("sent {}", times(lines.len() as u64)));
        }
        lines
    }

    /// Checks `expect run STATE`: all runs of the last event that made any.
    pub(super) fn run(&self, state: &str) -> Result<Vec<String>, String> {
        for event in self.world.events()?.iter().rev() {
            // What the engine says of the runs is not what the test speaks of, unless it said it itself.
            let given = self.events.iter().any(|given| given.id == event.id);
            if event.connector == ENGINE && !given {
                continue;
            }
            let runs = self.world.runs_of(event)?;
            if runs.is_empty() {
                continue;
            }
            let mut others = runs.iter().filter(|run| word(run.state) != state);
            return Ok(match others.next() {
                None => Vec::new(),
                Some(run) => vec![format!("the run of `{}` is {}", run.rule, word(run.state))],
            });
        }
        Ok(vec!["no event made a run".to_owned()])
    }

    /// Checks `expect no run`: the last event made none.
    pub(super) fn no_run(&self) -> Result<Vec<String>, String> {
        let all = self.world.events()?;
        let Some(event) = self.events.last().or(all.last()) else {
            return Ok(Vec::new());
        };
        let runs = self.world.runs_of(event)?;
        // What a gate held back behind `debounce` did not act.
        let acted = |run: &&Run| run.state != RunState::Filtered;
        Ok(runs
            .iter()
            .filter(acted)
            .map(|run| format!("`{}` ran", run.rule))
            .collect())
    }

    /// Requests that the vendor would refuse by its own documents.
    pub(super) fn problems(&self) -> Vec<String> {
        let sent = self.world.vendors.sent();
        let wrong = sent.iter().filter(|sent| !sent.problems.is_empty());
        wrong
            .map(|sent| {
                let what = sent.action.as_deref().unwrap_or(&sent.path);
                format!(
                    "the vendor would refuse {}.{what}: {}",
                    sent.connector,
                    sent.problems.join("; ")
                )
            })
            .collect()
    }

    /// What became of every event, for a test that failed.
    pub(super) fn told(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for event in &self.world.events().unwrap_or_default() {
            let store = &self.world.store;
            let passed = store.passed(&event.id).unwrap_or_default();
            for passed in passed {
                let why = why(&passed.why);
                lines.push(format!("note: `{}` did not act: {why}", passed.rule));
            }
            for run in self.world.runs_of(event).unwrap_or_default() {
                lines.push(told_run(&run));
            }
            if let Some(reason) = &event.reason {
                lines.push(format!("note: {reason}"));
            }
        }
        lines.dedup();
        lines.extend(self.repetitions());
        lines
    }

    /// Events of `given` that were known already.
    fn repetitions(&self) -> Vec<String> {
        let all = self.world.events().unwrap_or_default();
        let is_known = |event: &&Event| all.iter().all(|known| known.id != event.id);
        let repeated = self.events.iter().filter(is_known);
        let told = repeated.map(|event| {
            let key = event.key.as_deref().unwrap_or_default();
            let name = &event.name;
            format!("note: `{name}` was given again with the key `{key}`: a repetition, of which no rule hears")
        });
        told.collect()
    }

    pub(super) fn calls(&self) -> Vec<Sent> {
        let mut sent = self.world.vendors.sent();
        sent.retain(|sent| sent.action.is_some());
        sent.iter_mut().for_each(|sent| self.take_marker_off(sent));
        sent
    }

    /// An author writes what a call says, not by what the engine recognises it.
    fn take_marker_off(&self, sent: &mut Sent) {
        let catalog = &self.world.program.catalog;
        let connector = catalog.connectors.get(&sent.connector);
        let action = connector
            .zip(sent.action.as_ref())
            .and_then(|(connector, name)| connector.actions.get(name));
        let Some((_, marker, _)) = action.and_then(readback::of_action) else {
            return;
        };
        for (name, value) in &mut sent.args {
            if *name == marker.arg
                && let Value::Text(text) = value
            {
                *value = Value::text(readback::without_marker(marker, text));
            }
        }
    }

    fn is_of(&self, sent: &Sent, action: &CalledAction) -> bool {
        let account = &self.world.accounts[action.account.0 as usize];
        sent.identity == account.identity && sent.action.as_ref() == Some(&action.action)
    }

    /// The calls of the action with what differs; all calls if there is none of it.
    fn instead(
        &self,
        sent: &[Sent],
        begin: usize,
        action: &CalledAction,
        args: &[(Name, Value)],
    ) -> Vec<String> {
        let of_action: Vec<&Sent> = sent[begin.min(sent.len())..]
            .iter()
            .filter(|sent| self.is_of(sent, action))
            .collect();
        if of_action.is_empty() {
            let mut lines = vec![match sent.len() {
                0 => "nothing was sent".to_owned(),
                _ if begin > 0 => "not sent after the calls before; all calls:".to_owned(),
                _ => format!("`{}` was not sent; what was:", action.title),
            }];
            lines.extend(sent.iter().take(CALLS_SHOWN_MAX).map(told_call));
            return lines;
        }
        let mut lines = vec!["sent, but with other values:".to_owned()];
        for sent in of_action.iter().take(CALLS_SHOWN_MAX) {
            lines.push(told_call(sent));
            for Difference {
                path,
                expected,
                sent,
            } in differs(sent, args)
            {
                lines.push(format!("  - {path}: {expected}"));
                lines.push(match sent {
                    Some(sent) => format!("  + {path}: {sent}"),
                    None => format!("  + {path} was not sent"),
                });
            }
        }
        lines
    }
}

fn differs(sent: &Sent, args: &[(Name, Value)]) -> Vec<Difference> {
    let of = |name: &Name| {
        let found = sent.args.iter().find(|(known, _)| known == name);
        found.map_or(&Value::Absent, |(_, value)| value)
    };
    args.iter()
        .flat_map(|(name, value)| differences(name, value, of(name)))
        .collect()
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

/// `plazius.addBonus(amount: 64.53, comment: "Order 7") answered 200`
fn told_call(sent: &Sent) -> String {
    let args: Vec<String> = sent
        .args
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| format!("{name}: {}", cut(&shown(value))))
        .collect();
    let answered = match (sent.status, sent.applied) {
        (Some(status), _) => format!("answered {status}"),
        (None, true) => "applied, not answered".to_owned(),
        (None, false) => "not answered".to_owned(),
    };
    format!("{}({}) {answered}", title(sent), args.join(", "))
}

/// `loyalty.addBonus`; the connector's name for an account that is not declared.
pub(super) fn title(sent: &Sent) -> String {
    let action = sent.action.as_deref().unwrap_or_default();
    let owner = match &*sent.account {
        "default" => &sent.connector,
        _ => &sent.account,
    };
    format!("{owner}.{action}")
}

fn cut(text: &str) -> String {
    if text.chars().count() <= VALUE_LENGTH_MAX {
        return text.to_owned();
    }
    let cut: String = text.chars().take(VALUE_LENGTH_MAX - 1).collect();
    format!("{cut}…")
}

fn told_run(run: &Run) -> String {
    let mut line = format!("note: the run of `{}` is {}", run.rule, word(run.state));
    if let Some(reason) = &run.reason {
        line.push_str(&format!(": {reason}"));
    }
    line
}

pub(super) fn why(why: &PassedWhy) -> String {
    match why {
        // A gate that is no condition says itself why: `overlap skip`: … has not ended.
        PassedWhy::Filtered(why) if why.starts_with('`') => why.clone(),
        PassedWhy::Filtered(term) => format!("`{term}` was false"),
        PassedWhy::Duplicate { key, .. } => format!("it had acted for `{key}` already"),
        PassedWhy::Failed(reason) => reason.clone(),
    }
}

pub(super) fn word(state: RunState) -> &'static str {
    match state {
        RunState::Ready => "ready",
        RunState::Waiting => "waiting",
        RunState::Queued => "queued",
        RunState::InDoubt => "in_doubt",
        RunState::Done => "done",
        RunState::Stopped => "stopped",
        RunState::Failed => "failed",
        RunState::Dead => "dead",
        RunState::Cancelled => "cancelled",
        RunState::Expired => "expired",
        RunState::Superseded => "superseded",
        RunState::Filtered => "filtered",
    }
}

//! What the engine says of a bundle's own runs: `on ondo.failed`, `on ondo.in_doubt`, `on ondo.expired`.
//!
//! An alert is an event like any other. It is written in the batch that moves the run, so a crash can neither lose it nor
//! raise it twice; everything behind it (routing, runs, the journal) knows nothing of alerts.

use ondo_compiler::catalog::ENGINE;
use ondo_compiler::ir::{Program, Rule, Trigger};
use serde_json::json;

use super::ResolvedAccount;
use super::machine::Machine;
use super::runs::rule_of;
use crate::store::{Event, EventId, EventState, Run, RunId, RunState};

/// The event that tells of this state.
fn event_of(state: RunState) -> Option<&'static str> {
    match state {
        RunState::Failed | RunState::Dead => Some("failed"),
        RunState::InDoubt => Some("in_doubt"),
        RunState::Expired => Some("expired"),
        _ => None,
    }
}

/// The account and the name of the event that a rule waits for.
fn source(rule: &Rule) -> Option<(usize, &str)> {
    match &rule.trigger {
        Trigger::Event { account, event, .. } => Some((account.0 as usize, event)),
        Trigger::Every(_) | Trigger::Cron { .. } => None,
    }
}

fn waits_for_the_engine(program: &Program, rule: &Rule) -> bool {
    source(rule)
        .and_then(|(account, _)| program.accounts.get(account))
        .is_some_and(|account| *account.connector == *ENGINE)
}

/// `crm.order`, `retailcrm.order` without an account, `every 5m`.
fn trigger(program: &Program, rule: &Rule) -> String {
    match &rule.trigger {
        Trigger::Event { account, event, .. } => {
            let account = program.accounts.get(account.0 as usize);
            let name = account.map_or("", |account| match account.declared {
                true => &account.name,
                false => &account.connector,
            });
            format!("{name}.{event}")
        }
        Trigger::Every(length) => format!("every {length:#}"),
        Trigger::Cron { spec, .. } => format!("cron \"{spec}\""),
    }
}

impl Machine {
    /// A run has come to where it is: whoever waits for that hears of it.
    pub(super) fn alert(&mut self, id: &RunId) {
        let Some(slot) = self.runs.get(id) else {
            return;
        };
        // A run can be in doubt again, at another call: its journal has grown by then.
        let seq = slot.journal().len();
        let (run, bundle) = (&slot.run, slot.bundle.as_ref());
        let rule = bundle.and_then(|bundle| {
            let rule = rule_of(&bundle.program, &run.rule)?;
            Some((&bundle.program, rule))
        });
        let Some((program, rule)) = rule else {
            return;
        };
        let key = format!("{id}/{seq}");
        if let Some(alert) = self.alert_of(run, program, rule, &key) {
            self.raise_alert(alert);
        }
    }

    /// What is said of a run that ended when it was made. An event is routed again only if nobody heard of the first
    /// time, when the run may have had another id.
    pub(super) fn alert_new(&mut self, run: &Run, program: &Program, rule: &Rule) {
        let key = format!("{}/{}", run.event, run.rule);
        if let Some(alert) = self.alert_of(run, program, rule, &key) {
            self.raise_alert(alert);
        }
    }

    fn raise_alert(&mut self, alert: Event) {
        let id = self.ids.event_id(self.now);
        self.raise(Event { id, ..alert });
    }

    /// Its id is given when it is raised.
    fn alert_of(&self, run: &Run, program: &Program, rule: &Rule, key: &str) -> Option<Event> {
        let name = event_of(run.state)?;
        // An alarm that does not get through must not set off the next one.
        if waits_for_the_engine(program, rule) {
            return None;
        }
        let account = self.listening(&run.bundle, name)?;
        let mut payload = json!({
            "run": run.id.0,
            "bundle": run.bundle,
            "rule": run.rule,
            "trigger": trigger(program, rule),
            "step": run.step,
            "reason": run.reason,
            "at": self.now.to_string(),
        });
        match run.state {
            RunState::Failed => payload["kind"] = "failed".into(),
            RunState::Dead => payload["kind"] = "dead".into(),
            _ => {}
        }
        Some(Event {
            id: EventId(String::new()),
            at: self.now,
            bundle: run.bundle.clone(),
            account: account.name.to_string(),
            connector: account.connector.to_string(),
            name: name.to_owned(),
            args: Vec::new(),
            key: Some(format!("{name} {key}")),
            identity: account.identity.to_string(),
            headers: Vec::new(),
            body: payload.to_string().into_bytes(),
            payload: None,
            enrich: None,
            state: EventState::Received,
            reason: None,
            repeats: 0,
            conflicts: 0,
        })
    }

    /// The engine's account in the active version of a bundle, if a rule of it waits for this event.
    fn listening(&self, bundle: &str, event: &str) -> Option<&ResolvedAccount> {
        let version = self.active.get(bundle)?;
        let bundle = self.bundles.get(&(bundle.to_owned(), version.clone()))?;
        let program = &bundle.program;
        let (account, _) = program
            .rules
            .iter()
            .filter(|rule| waits_for_the_engine(program, rule))
            .filter_map(source)
            .find(|(_, wanted)| *wanted == event)?;
        bundle.accounts.get(account)
    }
}

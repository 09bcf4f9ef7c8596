//! A person says what became of a step in doubt.
//!
//! ```text
//! in doubt -> it happened  -> the next step; its result is lost
//!          -> it did not   -> it is sent again, with the same key and marker
//!          -> leave it out -> the next step; nothing is known of it
//! ```
//!
//! A decision is a record of the step, so that a replay comes to the same as the process that heard it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use ondo_compiler::wire::Verdict;

use super::attempts::{self, CONFIRMED_ABSENT, SKIPPED, verdict_name};
use super::interpreter::{self, Calls, Cx, Halted, Next};
use super::machine::Machine;
use super::orders::{Answer, By, Decision, Kept};
use super::runs::{rule_of, slots};
use super::state::{Bundle, Phase};
use super::{prepare, readback, redrive, schedules};
use crate::store::{EffectState, Record, RecordKind, RunState, Write};

impl Machine {
    /// Writes down what a person knows of a step.
    pub(super) fn decide(
        &mut self,
        by: &By,
        kept: Kept,
        place: Option<(String, String)>,
        decision: Decision,
    ) -> Result<(), String> {
        let id = kept.run.id.clone();
        let slot = self.runs.get(&id).ok_or_else(|| {
            format!("{id} is not in doubt; `ondo show {id}` says where it stands")
        })?;
        if !matches!(slot.phase, Phase::InDoubt) || slot.unflushed > 0 || slot.cancel.is_some() {
            let reason = slot.run.reason.as_deref().unwrap_or("it goes on");
            return Err(format!("{id} is not in doubt: {reason}"));
        }
        let version = (kept.run.bundle.clone(), kept.run.version.clone());
        let bundle = self.bundles.get(&version).cloned();
        let bundle = bundle.ok_or("its version of the bundle is not loaded")?;
        let mut doubts = doubts_of(&bundle, &kept, self.restored.map(|restored| restored.at))?;
        let known: Vec<String> = doubts.iter().map(shown_place).collect();
        let known = known.join(", ");
        if let Some((step, iteration)) = &place {
            doubts.retain(|doubt| doubt.step == *step && doubt.iteration == *iteration);
        }
        let doubt = match (doubts.len(), doubts.pop()) {
            (1, Some(doubt)) => doubt,
            (0, _) => {
                return Err(format!(
                    "in {id} is in doubt: {known}; say it with `--step`"
                ));
            }
            _ => {
                return Err(format!(
                    "several are in doubt in {id}: {known}; say which with `--step`"
                ));
            }
        };
        let record = decided(&bundle, &kept, &doubt, (decision, by));
        let effect_state = match decision {
            Decision::Applied => EffectState::Applied,
            Decision::Absent => EffectState::Claimed,
            Decision::Skip => EffectState::Skipped,
        };
        self.write_of(
            &id,
            Write::Settle {
                identity: record.identity.clone(),
                action: record.action.clone(),
                key: record.key.clone(),
                run: id.clone(),
                state: effect_state,
            },
        );
        let shown = shown_place(&doubt);
        let (what, text) = match decision {
            Decision::Applied => (
                "confirmed applied",
                format!("{shown} counts as done; {id} goes on behind it"),
            ),
            Decision::Absent => (
                "confirmed absent",
                format!("{shown} is sent again, with the same key"),
            ),
            Decision::Skip => (
                "left out",
                format!("{shown} is left out; {id} goes on behind it"),
            ),
        };
        let step = doubt.step.clone();
        let record = Record {
            at: self.now,
            ..record
        };
        self.write_of(&id, Write::Journal(record));
        self.audit(by, what, &format!("{id} {shown}"));
        self.move_run(&id, RunState::Ready, None, None, Some(step));
        self.set_phase(&id, Phase::Committing);
        self.answer_after(
            by.number,
            Answer::Done {
                run: Some((id.clone(), RunState::Ready)),
                text,
            },
        );
        self.wake_effect_waiters(&id);
        Ok(())
    }
}

/// What nobody knows of a run. In a parallel loop that can be several calls.
fn doubts_of(
    bundle: &Arc<Bundle>,
    kept: &Kept,
    restored_at: Option<Timestamp>,
) -> Result<Vec<Halted>, String> {
    let program = &bundle.program;
    let rule = rule_of(program, &kept.run.rule);
    let rule = rule.ok_or("its rule is not in its version of the bundle")?;
    let slots = slots(bundle, rule, &kept.event).map_err(|failure| failure.message)?;
    let next = interpreter::next(Cx {
        program,
        accounts: &bundle.accounts,
        rule,
        run: &kept.run,
        slots: &slots,
        journal: &kept.journal,
        now: schedules::time_of(&kept.event),
        restored_at,
        valid_until: None,
        under_way: &[],
    });
    let first = match next {
        Next::InDoubt(doubt)
        | Next::Calls(Calls {
            doubt: Some(doubt), ..
        }) => doubt,
        _ => return Err("nothing of it is in doubt".to_owned()),
    };
    let place_of = |record: &Record| (record.step.clone(), record.iteration.clone());
    let mut last: BTreeMap<(String, String), (&Record, &Record)> = BTreeMap::new();
    for record in kept
        .journal
        .iter()
        .filter(|record| record.kind != RecordKind::End)
    {
        // Of a step the first record is of the call itself, the last one says where it stands.
        last.entry(place_of(record)).or_insert((record, record)).1 = record;
    }
    last.remove(&(first.step.clone(), first.iteration.clone()));
    let others = last.into_values().filter(|(own, last)| {
        last.verdict.as_deref() == Some("unknown")
            && !attempts::repeatable(redrive::class_of(program, rule, own))
    });
    let others = others.map(|(own, _)| Halted {
        step: own.step.clone(),
        iteration: own.iteration.clone(),
        action: own.action.clone(),
        reason: first.reason.clone(),
    });
    let mut doubts: Vec<Halted> = others.collect();
    doubts.insert(0, first.clone());
    Ok(doubts)
}

fn shown_place(halted: &Halted) -> String {
    match halted.iteration.is_empty() {
        true => halted.step.clone(),
        false => format!("{}#{}", halted.step, halted.iteration),
    }
}

/// The record of a decision.
fn decided(
    bundle: &Bundle,
    kept: &Kept,
    doubt: &Halted,
    (decision, by): (Decision, &By),
) -> Record {
    let own = kept.journal.iter().rfind(|record| {
        record.kind != RecordKind::End
            && record.step == doubt.step
            && record.iteration == doubt.iteration
            && record.action == doubt.action
    });
    let (connector, action) = doubt.action.split_once('.').unwrap_or_default();
    let definition = prepare::definition(&bundle.program, connector, action);
    let has_result = definition.is_ok_and(|(_, action)| readback::has_result(action));
    let (outcome, verdict, said) = match decision {
        Decision::Applied if has_result => ("ok", Some(Verdict::AppliedResultLost), "it happened"),
        Decision::Applied => ("ok", Some(Verdict::Applied), "it happened"),
        Decision::Absent => (
            CONFIRMED_ABSENT,
            Some(Verdict::NotSent),
            "it did not happen",
        ),
        Decision::Skip => (SKIPPED, None, "it is left out"),
    };
    Record {
        run: kept.run.id.clone(),
        seq: kept.journal.len() as u32,
        at: kept.run.created_at,
        kind: RecordKind::Decision,
        step: doubt.step.clone(),
        iteration: doubt.iteration.clone(),
        attempt: own.map_or(0, |own| own.attempt),
        digest: own.map(|own| own.digest.clone()).unwrap_or_default(),
        key: own.map(|own| own.key.clone()).unwrap_or_default(),
        identity: own.map(|own| own.identity.clone()).unwrap_or_default(),
        action: doubt.action.clone(),
        request: None,
        outcome: Some(outcome.to_owned()),
        verdict: verdict.map(|verdict| verdict_name(verdict).to_owned()),
        status: None,
        answer: None,
        message: Some(format!("{} says: {said} ({})", by.who, by.note)),
    }
}

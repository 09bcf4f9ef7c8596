//! A run that ended is done again: a new run of the same event, with the same effect keys.
//!
//! ```text
//! step of the run before it       -> in the new run
//! done                            -> taken over with its result
//! refused, never sent             -> sent
//! nobody knows, may be repeated   -> sent, with the same key and bytes
//! nobody knows, can be looked up  -> looked up first
//! nobody knows, moves money       -> only with a yes; done, from `--from` on: the same
//! ```
//!
//! What was never come to is evaluated anew, so that a mended bundle reaches a run that died. What is taken over stands in
//! the new run's journal from the beginning; nothing else tells a redriven run from another.

use std::collections::BTreeMap;

use ondo_compiler::ir::{Call, Class, Program, Rule, Step};
use ondo_compiler::wire::Verdict;

use super::Command;
use super::attempts::{REPEAT_ORDERED, SKIPPED, verdict_name};
use super::machine::Machine;
use super::orders::{Answer, By, Kept, ReceiptLine, Will};
use super::runs::{rule_of, slots};
use super::schedules;
use super::state::{After, Body, Phase};
use crate::store::{EventState, Record, RecordKind, Run, RunId, RunState, Version, Write, Written};

/// How a run shall be done again.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) version: Version,
    pub(super) from: Option<String>,
    pub(super) yes_repeat_money: bool,
    pub(super) dry_run: bool,
}

impl Machine {
    /// Does an ended run again.
    pub(super) fn redrive(&mut self, by: &By, kept: Kept, wish: &Wish) -> Result<(), String> {
        let old = &kept.run;
        if !old.state.is_ended() || self.runs.contains_key(&old.id) {
            return Err(format!(
                "{} has not ended; `ondo show {}` says what it waits for",
                old.id, old.id
            ));
        }
        if kept.event.state == EventState::Erased {
            return Err(format!(
                "the bodies of {} are gone (--keep-bodies): do by hand what is missing",
                kept.event.id
            ));
        }
        let version = (old.bundle.clone(), wish.version.clone());
        let bundle = self.bundles.get(&version).cloned();
        let bundle = bundle
            .ok_or_else(|| format!("version {} of {} is not loaded", wish.version.0, old.bundle))?;
        let rule = rule_of(&bundle.program, &old.rule);
        let rule = rule.ok_or_else(|| {
            format!(
                "there is no rule `{}` in this version; try `--bundle recorded`",
                old.rule
            )
        })?;
        let (journal, receipt) = taken_over(&bundle.program, rule, &kept.journal, wish)?;
        if wish.dry_run {
            self.commands.push(Command::Answer {
                number: by.number,
                result: Ok(Answer::Receipt(receipt)),
            });
            return Ok(());
        }
        let repeated: Vec<String> = receipt
            .iter()
            .filter(|line| line.will == Will::RepeatsMoney)
            .map(|line| line.step.clone())
            .collect();
        if !repeated.is_empty() && !wish.yes_repeat_money {
            return Err(format!(
                "{} may happen a second time; say --yes-repeat-money if it shall",
                repeated.join(", ")
            ));
        }
        let slots = slots(&bundle, rule, &kept.event).map_err(|failure| failure.message)?;
        let mut run = Run {
            id: self.ids.run_id(self.now),
            version: wish.version.clone(),
            created_at: self.now,
            state: RunState::Ready,
            due: None,
            reason: None,
            step: None,
            ended_at: None,
            redrive_of: Some(old.id.clone()),
            check_first: old.check_first
                || self
                    .restored
                    .is_some_and(|restored| restored.may_have_seen(old, &kept.event)),
            ..old.clone()
        };
        // It comes after all that wait for its order key already.
        if let Some(head) = self.head_before(&run) {
            run.reason = Some(format!("waits behind {head}"));
            run.state = RunState::Queued;
        }
        let mut taken: Vec<Record> = Vec::with_capacity(journal.len());
        for (seq, record) in journal.into_iter().enumerate() {
            let is_ordered = record.outcome.as_deref() == Some(REPEAT_ORDERED);
            taken.push(Record {
                run: run.id.clone(),
                seq: seq as u32,
                // A person's order is of this moment, what it is about is older.
                at: if is_ordered { self.now } else { record.at },
                ..record
            });
        }
        let subject = format!("{} as {}", old.id, run.id);
        let write = self.write(Write::Redrive {
            run: Box::new(run.clone()),
            journal: taken.clone(),
            audit: self.audit_of(by, "redriven", &subject),
        });
        let body = Body {
            event_at: schedules::time_of(&kept.event),
            slots,
            journal: taken,
        };
        let id: RunId = run.id.clone();
        self.keep(run, Some(bundle), Some(body), Phase::Committing);
        self.touch(&id);
        self.after(After::Redriven {
            write,
            run: id,
            number: by.number,
            receipt,
        });
        Ok(())
    }

    /// The store has made the run, or the event was taken away since it was read.
    pub(super) fn redriven(
        &mut self,
        (number, run): (u64, RunId),
        receipt: Vec<ReceiptLine>,
        written: Option<&Written>,
    ) {
        let result = match written {
            Some(Written::Gone) => {
                self.forget(&run);
                Err(
                    "the bodies of its event are gone (--keep-bodies): do by hand what is missing"
                        .to_owned(),
                )
            }
            _ => Ok(Answer::Redriven { run, receipt }),
        };
        self.commands.push(Command::Answer { number, result });
    }
}

/// What the new run begins with, and what it will do with each step that the old one came to.
fn taken_over(
    program: &Program,
    rule: &Rule,
    journal: &[Record],
    wish: &Wish,
) -> Result<(Vec<Record>, Vec<ReceiptLine>), String> {
    let mut places: Vec<(&str, &str)> = Vec::new();
    let mut by_place: BTreeMap<(&str, &str), Vec<&Record>> = BTreeMap::new();
    for record in journal {
        // What `on error` did belongs to the end of the old run.
        if record.kind == RecordKind::End || record.step.starts_with(super::interpreter::ON_ERROR) {
            continue;
        }
        let place = (record.step.as_str(), record.iteration.as_str());
        if !by_place.contains_key(&place) {
            places.push(place);
        }
        by_place.entry(place).or_default().push(record);
    }
    if let Some(from) = &wish.from
        && !places.iter().any(|(step, _)| step == from)
    {
        let mut known: Vec<&str> = places.iter().map(|(step, _)| *step).collect();
        known.dedup();
        let known = match known.is_empty() {
            true => "it came to none".to_owned(),
            false => format!("it came to {}", known.join(", ")),
        };
        return Err(format!("the run never came to a step `{from}`; {known}"));
    }
    let mut kept: Vec<Record> = Vec::new();
    let mut receipt: Vec<ReceiptLine> = Vec::new();
    let mut again = false;
    for (step, iteration) in places {
        again |= wish.from.as_deref() == Some(step);
        let records = &by_place[&(step, iteration)];
        let Some(first) = records.first() else {
            continue;
        };
        let (will, why, taken) = fate(class_of(program, rule, first), records, again);
        kept.extend(taken);
        receipt.push(ReceiptLine {
            step: step.to_owned(),
            iteration: iteration.to_owned(),
            action: first.action.clone(),
            will,
            why: why.to_owned(),
        });
    }
    // The journal is in the order of time, which several places may share.
    kept.sort_by_key(|record| record.seq);
    Ok((kept, receipt))
}

/// What happens to a step: what is said of it, and the records that the new run begins with. `again`: also if it was done.
fn fate(class: Class, records: &[&Record], again: bool) -> (Will, &'static str, Vec<Record>) {
    let all = || records.iter().map(|record| (*record).clone()).collect();
    let has = |verdict: Verdict| {
        let named = Some(verdict_name(verdict));
        records
            .iter()
            .any(|record| record.verdict.as_deref() == named)
    };
    let is_left_out = records
        .last()
        .is_some_and(|last| last.outcome.as_deref() == Some(SKIPPED));
    let done = has(Verdict::Applied) || has(Verdict::AppliedResultLost);
    let is_open = records
        .last()
        .is_some_and(|last| last.kind == RecordKind::Intent);
    let unknown = (has(Verdict::Unknown) || has(Verdict::Pending) || is_open) && !done;
    if (done || is_left_out) && !again {
        let why = match is_left_out {
            true => "a person left it out",
            false if !has(Verdict::Applied) => {
                "it was done, but its result is lost: a step that needs it fails again; `--from` does it anew"
            }
            false => "it was done; its result is taken over",
        };
        return (Will::Skipped, why, all());
    }
    let own = || {
        let action = records.first().map(|first| &first.action);
        // What was asked behind the last send is asked anew; what was found before it still counts.
        let is_own = |record: &&Record| Some(&record.action) == action;
        let last = records.iter().rposition(is_own);
        let upto = records.iter().take(last.unwrap_or(0) + 1);
        upto.filter(|record| record.kind != RecordKind::Intent)
            .map(|record| (*record).clone())
            .collect()
    };
    match class {
        Class::Read => (Will::Safe, "it only reads", Vec::new()),
        Class::Harmless => (Will::Safe, "it may be repeated", Vec::new()),
        Class::Idempotent => (Will::Safe, "a repetition changes nothing", Vec::new()),
        // The digest of what was sent stays: another request with the same key is not sent.
        Class::Keyed if unknown || done => (
            Will::Safe,
            "the vendor knows the key and does it once",
            ordered(records, true),
        ),
        _ if !done && !unknown => (Will::Safe, "it certainly did not happen", Vec::new()),
        Class::UnsafeReadback if !done => (
            Will::ReadBack,
            "nobody knows whether it happened: the vendor is asked first",
            own(),
        ),
        Class::Unsafe if !done && has(Verdict::Pending) => (
            Will::ReadBack,
            "it was accepted: the vendor is asked what became of it",
            own(),
        ),
        _ if done => (
            Will::RepeatsMoney,
            "it was done; it would happen a second time",
            ordered(records, false),
        ),
        _ => (
            Will::RepeatsMoney,
            "nobody knows whether it happened; it may happen a second time",
            ordered(records, false),
        ),
    }
}

/// The record by which the new run knows that a step was ordered again.
fn ordered(records: &[&Record], same_bytes: bool) -> Vec<Record> {
    let Some(last) = records.last() else {
        return Vec::new();
    };
    let digest = match same_bytes {
        true => last.digest.clone(),
        false => String::new(),
    };
    vec![Record {
        kind: RecordKind::Decision,
        action: records[0].action.clone(),
        digest,
        request: None,
        outcome: Some(REPEAT_ORDERED.to_owned()),
        verdict: None,
        status: None,
        answer: None,
        message: Some("it is sent again by a person's order".to_owned()),
        ..(*last).clone()
    }]
}

/// The class of a step's call: as the rule has it now, else as its connector says, else the most careful one.
pub(super) fn class_of(program: &Program, rule: &Rule, record: &Record) -> Class {
    if let Some(call) = find(&rule.body, &record.step) {
        return call.class;
    }
    let (connector, action) = record.action.split_once('.').unwrap_or_default();
    let connector = program.catalog.connectors.get(connector);
    let action = connector.and_then(|connector| connector.actions.get(action));
    action
        .and_then(|action| action.effect.class)
        .unwrap_or(Class::Unsafe)
}

/// The call of this step.
fn find<'a>(steps: &'a [Step], id: &str) -> Option<&'a Call> {
    steps.iter().find_map(|step| match step {
        Step::Call(call) if *call.id == *id => Some(&**call),
        Step::Call(call) => call
            .handlers
            .iter()
            .find_map(|handler| find(&handler.body, id)),
        Step::Composite(composite) => find(&composite.steps, id),
        Step::If {
            then, otherwise, ..
        } => find(then, id).or_else(|| find(otherwise, id)),
        Step::Match {
            arms, otherwise, ..
        } => arms
            .iter()
            .find_map(|(_, steps)| find(steps, id))
            .or_else(|| find(otherwise, id)),
        Step::For { body, .. } => find(body, id),
        Step::Let { .. } | Step::Stop(..) | Step::Fail(..) => None,
    })
}

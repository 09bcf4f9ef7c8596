//! The effect ledger, redriven runs, pauses and the audit in memory.

use super::tables::{Tables, Undo, restore, whole_microseconds};
use crate::store::{
    Audit, Effect, EffectState, Error, EventState, Pause, Paused, Record, Run, RunId, Taken,
    Written,
};

/// Identity, action and key.
pub(super) type EffectKey = (String, String, String);

fn key_of(effect: &Effect) -> EffectKey {
    (
        effect.identity.clone(),
        effect.action.clone(),
        effect.key.clone(),
    )
}

impl Tables {
    pub(super) fn claim(
        &mut self,
        mut effect: Effect,
        again: bool,
        undo: &mut Vec<Undo>,
    ) -> Written {
        let key = key_of(&effect);
        if let Some(by) = self.effects.get(&key) {
            let is_own = by.run == effect.run && (again || by.state != EffectState::Applied);
            if !is_own && by.state != EffectState::Absent {
                let record = match by.state {
                    EffectState::Applied => self.applied(by),
                    _ => None,
                };
                let by = by.clone();
                return Written::Taken(Box::new(Taken { by, record }));
            }
        }
        effect.at = whole_microseconds(effect.at);
        let before = self.effects.insert(key.clone(), effect);
        undo.push(Box::new(move |tables| match before {
            Some(before) => drop(tables.effects.insert(key, before)),
            None => drop(tables.effects.remove(&key)),
        }));
        Written::Claimed
    }

    fn applied(&self, by: &Effect) -> Option<Record> {
        let is_applied = |record: &&Record| {
            let verdict = record.verdict.as_deref();
            (&record.step, &record.iteration) == (&by.step, &by.iteration)
                && matches!(verdict, Some("applied" | "applied_result_lost"))
        };
        if self.emptied.contains(&by.run) {
            return None;
        }
        let journal = self.journals.get(&by.run)?;
        journal.iter().rfind(is_applied).cloned()
    }

    pub(super) fn settle(
        &mut self,
        key: EffectKey,
        run: &RunId,
        state: EffectState,
        undo: &mut Vec<Undo>,
    ) {
        let Some(effect) = self.effects.get_mut(&key) else {
            return;
        };
        if effect.run != *run || effect.state == EffectState::Applied {
            return;
        }
        let before = std::mem::replace(&mut effect.state, state);
        undo.push(Box::new(move |tables| {
            if let Some(effect) = tables.effects.get_mut(&key) {
                effect.state = before;
            }
        }));
    }

    pub(super) fn release(&mut self, run: &RunId, doubts: EffectState, undo: &mut Vec<Undo>) {
        let held = self.effects.values().filter(|effect| effect.run == *run);
        let become_of = |effect: &Effect| match effect.state {
            EffectState::Claimed => Some((key_of(effect), EffectState::Absent)),
            EffectState::Doubt => Some((key_of(effect), doubts)),
            EffectState::Applied | EffectState::Absent | EffectState::Skipped => None,
        };
        let changed: Vec<(EffectKey, EffectState)> = held.filter_map(become_of).collect();
        for (key, state) in changed {
            self.settle(key, run, state, undo);
        }
    }

    pub(super) fn redrive(
        &mut self,
        mut run: Run,
        journal: Vec<Record>,
        audit: Audit,
        undo: &mut Vec<Undo>,
    ) -> Result<Written, Error> {
        let place = self.event_places.get(&run.event);
        if place.is_none_or(|place| self.events[*place].state == EventState::Erased) {
            return Ok(Written::Gone);
        }
        if self.run_places.contains_key(&run.id) {
            return Err(Error::Refused(format!("run {} exists already", run.id)));
        }
        run.created_at = whole_microseconds(run.created_at);
        run.due = run.due.map(whole_microseconds);
        run.ended_at = run.ended_at.map(whole_microseconds);
        let (id, event) = (run.id.clone(), run.event.clone());
        let (from, to) = (run.redrive_of.clone(), run.id.clone());
        let place = self.runs.len();
        self.run_places.insert(id.clone(), place);
        self.runs_of_event
            .entry(event.clone())
            .or_default()
            .push(place);
        self.runs.push(run);
        undo.push(Box::new(move |tables| {
            tables.runs.pop();
            tables.run_places.remove(&id);
            if let Some(of_event) = tables.runs_of_event.get_mut(&event) {
                of_event.pop();
            }
        }));
        for record in journal {
            self.append(record, undo)?;
        }
        for effect in self.effects.values_mut() {
            if Some(&effect.run) == from.as_ref() {
                effect.run = to.clone();
                let key = key_of(effect);
                let from = from.clone();
                undo.push(Box::new(move |tables| {
                    if let (Some(effect), Some(from)) = (tables.effects.get_mut(&key), from) {
                        effect.run = from;
                    }
                }));
            }
        }
        self.keep_audit(audit, undo);
        Ok(Written::Done)
    }

    pub(super) fn check_first(&mut self, undo: &mut Vec<Undo>) {
        for place in 0..self.runs.len() {
            let run = &mut self.runs[place];
            if !run.state.is_ended() && !run.check_first {
                run.check_first = true;
                undo.push(Box::new(move |tables| {
                    tables.runs[place].check_first = false;
                }));
            }
        }
    }

    pub(super) fn keep_audit(&mut self, mut audit: Audit, undo: &mut Vec<Undo>) {
        audit.at = whole_microseconds(audit.at);
        self.audit.push(audit);
        undo.push(Box::new(|tables| drop(tables.audit.pop())));
    }

    pub(super) fn pause(&mut self, mut pause: Pause, undo: &mut Vec<Undo>) {
        pause.at = whole_microseconds(pause.at);
        let what = pause.what.clone();
        let before = self.pauses.insert(what.clone(), pause);
        undo.push(Box::new(move |tables| {
            restore(&mut tables.pauses, what, before);
        }));
    }

    pub(super) fn unpause(&mut self, what: Paused, undo: &mut Vec<Undo>) {
        let before = self.pauses.remove(&what);
        undo.push(Box::new(move |tables| {
            restore(&mut tables.pauses, what, before);
        }));
    }
}

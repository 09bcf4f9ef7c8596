//! Forgetting and erasing in memory: all at once, as it is few.

use std::collections::HashSet;

use jiff::Timestamp;

use super::tables::{Tables, Undo, key_of, whole_microseconds};
use crate::store::person::Person;
use crate::store::{
    Counts, Effect, EffectFilter, EffectState, Erase, Erased, Erasure, Error, Event, EventId,
    EventState, Forget, PassedWhy, RecordKind, Run, RunId, RunState, Written,
};

/// What stands where a text mentioned the person.
const ERASED: &str = "erased";

impl Tables {
    pub(super) fn effects_by(&self, filter: &EffectFilter) -> Vec<Effect> {
        let is_wanted = |effect: &&Effect| {
            let holds = |key: &String| {
                effect.key.contains(key)
                    || effect
                        .marker
                        .as_ref()
                        .is_some_and(|marker| marker.contains(key))
            };
            filter.state.is_none_or(|state| state == effect.state)
                && filter
                    .action
                    .as_ref()
                    .is_none_or(|action| *action == effect.action)
                && filter.key.as_ref().is_none_or(holds)
                && filter.since.is_none_or(|since| effect.at >= since)
        };
        let mut found: Vec<Effect> = self.effects.values().filter(is_wanted).cloned().collect();
        found.sort_by_key(|effect| std::cmp::Reverse(effect.at));
        found.truncate(filter.limit);
        found
    }

    pub(super) fn forget(
        &mut self,
        what: Forget,
        before: Timestamp,
        undo: &mut Vec<Undo>,
    ) -> Written {
        let as_it_was = self.clone();
        let rows = match what {
            Forget::Bodies => self.forget_bodies(before),
            Forget::Rejects => {
                let count = self.rejects.len();
                self.rejects.retain(|reject| reject.at >= before);
                count - self.rejects.len()
            }
            Forget::Keys => self.forget_keys(before),
            Forget::Once => {
                let count = self.once.len();
                self.once
                    .retain(|_, (_, until)| until.is_none_or(|until| until > before));
                count - self.once.len()
            }
            Forget::Journals => self.forget_journals(before),
            Forget::Effects => self.forget_effects(before),
            Forget::Versions => {
                let needed: HashSet<_> = self
                    .active
                    .values()
                    .chain(self.runs.iter().map(|run| &run.version))
                    .cloned()
                    .collect();
                let count = self.versions.len();
                self.versions
                    .retain(|version, (_, at)| *at >= before || needed.contains(version));
                count - self.versions.len()
            }
        };
        undo.push(Box::new(move |tables| *tables = as_it_was));
        Written::Forgot { rows, next: None }
    }

    fn runs_of<'a>(&'a self, event: &'a EventId) -> impl Iterator<Item = &'a Run> {
        self.runs.iter().filter(move |run| run.event == *event)
    }

    fn all_ended(&self, event: &EventId, before: Timestamp) -> bool {
        self.runs_of(event)
            .all(|run| run.state.is_ended() && run.ended_at.is_none_or(|at| at < before))
    }

    fn forget_bodies(&mut self, before: Timestamp) -> usize {
        let may_go = |event: &&Event| {
            let is_known = matches!(
                event.state,
                EventState::Routed | EventState::Unrouted | EventState::Dead
            );
            is_known && event.at < before && self.all_ended(&event.id, before)
        };
        let ids: Vec<EventId> = self
            .events
            .iter()
            .filter(may_go)
            .map(|event| event.id.clone())
            .collect();
        ids.iter().map(|id| self.empty(id)).sum()
    }

    /// Takes the bodies of an event and of its runs away.
    fn empty(&mut self, id: &EventId) -> usize {
        let runs: Vec<RunId> = self.runs_of(id).map(|run| run.id.clone()).collect();
        let mut rows = 1;
        for run in runs {
            for record in self.journals.entry(run.clone()).or_default() {
                if let Some(request) = &mut record.request {
                    request.body.clear();
                }
                record.answer = None;
                rows += 1;
            }
            self.emptied.insert(run);
        }
        if let Some(place) = self.event_places.get(id) {
            let event = &mut self.events[*place];
            event.body.clear();
            event.payload = None;
            event.enrich = None;
            event.headers.clear();
            event.state = EventState::Erased;
        }
        rows
    }

    fn forget_keys(&mut self, before: Timestamp) -> usize {
        let greatest = |identity: &str| {
            let of_identity = self
                .events
                .iter()
                .filter(|event| event.identity == identity);
            of_identity.filter_map(|event| event.key.as_ref()).max()
        };
        let may_go = |event: &&Event| {
            let seen = self.seen.get(&event.id).copied().unwrap_or(event.at);
            event.key.is_some()
                && seen < before
                && !matches!(event.state, EventState::Received | EventState::Enriching)
                && self.runs_of(&event.id).all(|run| run.state.is_ended())
                && event.key.as_ref() < greatest(&event.identity)
        };
        let old: HashSet<EventId> = self
            .events
            .iter()
            .filter(may_go)
            .map(|event| event.id.clone())
            .collect();
        for event in self
            .events
            .iter_mut()
            .filter(|event| old.contains(&event.id))
        {
            event.key = None;
            self.seen.remove(&event.id);
        }
        self.stand_anew();
        old.len()
    }

    fn forget_journals(&mut self, before: Timestamp) -> usize {
        let may_go = |event: &&Event| {
            event.key.is_none()
                && event.at < before
                && !matches!(event.state, EventState::Received | EventState::Enriching)
                && self.all_ended(&event.id, before)
        };
        let old: HashSet<EventId> = self
            .events
            .iter()
            .filter(may_go)
            .map(|event| event.id.clone())
            .collect();
        let count = self.events.len() + self.runs.len();
        for run in self.runs.iter().filter(|run| old.contains(&run.event)) {
            self.journals.remove(&run.id);
            self.emptied.remove(&run.id);
        }
        self.events.retain(|event| !old.contains(&event.id));
        self.runs.retain(|run| !old.contains(&run.event));
        self.passed.retain(|event, _| !old.contains(event));
        self.stand_anew();
        count - self.events.len() - self.runs.len()
    }

    fn forget_effects(&mut self, before: Timestamp) -> usize {
        let unfinished: HashSet<RunId> = self
            .runs
            .iter()
            .filter(|run| !run.state.is_ended())
            .map(|run| run.id.clone())
            .collect();
        let count = self.effects.len();
        self.effects
            .retain(|_, effect| effect.at >= before || unfinished.contains(&effect.run));
        count - self.effects.len()
    }

    /// Says anew where everything stands, after something was taken out of the middle.
    fn stand_anew(&mut self) {
        self.event_places.clear();
        self.keys.clear();
        for (place, event) in self.events.iter().enumerate() {
            self.event_places.insert(event.id.clone(), place);
            if let Some(key) = key_of(event) {
                self.keys.insert(key, place);
            }
        }
        self.run_places.clear();
        self.runs_of_event.clear();
        self.run_of_rule.clear();
        for (place, run) in self.runs.iter().enumerate() {
            self.run_places.insert(run.id.clone(), place);
            let of_event = self.runs_of_event.entry(run.event.clone()).or_default();
            of_event.push(place);
            if run.redrive_of.is_none() {
                let of_rule = (run.event.clone(), run.bundle.clone(), run.rule.clone());
                self.run_of_rule.insert(of_rule, place);
            }
        }
    }

    pub(super) fn erase(&mut self, erase: &Erase) -> Result<Erased, Error> {
        let person = Person::new(&erase.text).map_err(Error::Refused)?;
        if person.is_in(erase.note.as_bytes()) || person.is_in(erase.who.as_bytes()) {
            return Err(Error::Refused(
                "the note and the name stay for ever: they must not mention the person".to_owned(),
            ));
        }
        let about: HashSet<EventId> = self
            .events
            .iter()
            .filter(|event| self.is_about(event, &person))
            .map(|event| event.id.clone())
            .collect();
        let is_about = |run: &&Run| about.contains(&run.event) && !run.state.is_ended();
        let runs: Vec<RunId> = self
            .runs
            .iter()
            .filter(is_about)
            .map(|run| run.id.clone())
            .collect();
        let is_new = |event: &&Event| {
            about.contains(&event.id)
                && matches!(event.state, EventState::Received | EventState::Enriching)
        };
        let events: Vec<EventId> = self
            .events
            .iter()
            .filter(is_new)
            .map(|event| event.id.clone())
            .collect();
        let is_in_the_way = !runs.is_empty() || !events.is_empty();
        if is_in_the_way && !erase.dry_run && !erase.cancel {
            return Ok(Erased::Unfinished { runs, events });
        }
        let mut erased = self.clone();
        for run in &runs {
            erased.cancel(run, erase.at);
        }
        let counts = erased.erase_all(&about, &person);
        if erase.dry_run {
            return Ok(Erased::Would(counts));
        }
        let mut proof = Erasure::new(erase, counts);
        proof.at = whole_microseconds(proof.at);
        erased.erasures.push(proof);
        *self = erased;
        Ok(Erased::Done(counts))
    }

    fn cancel(&mut self, id: &RunId, at: Timestamp) {
        if let Some(place) = self.run_places.get(id) {
            let run = &mut self.runs[*place];
            run.state = RunState::Cancelled;
            run.due = None;
            run.reason = Some("the person was erased".to_owned());
            run.ended_at = Some(whole_microseconds(at));
        }
        // What was under way when the process ended may have happened.
        let journal = self.journals.get(id).cloned().unwrap_or_default();
        let is_open = |key: &str| {
            let intent = journal
                .iter()
                .rfind(|record| record.kind == RecordKind::Intent && record.key == key);
            intent.is_some_and(|intent| {
                !journal.iter().any(|later| {
                    later.seq > intent.seq
                        && later.step == intent.step
                        && later.iteration == intent.iteration
                })
            })
        };
        for effect in self.effects.values_mut() {
            if effect.run == *id && effect.state == EffectState::Claimed && is_open(&effect.key) {
                effect.state = EffectState::Doubt;
            }
        }
        self.release(id, EffectState::Skipped, &mut Vec::new());
    }

    fn is_about(&self, event: &Event, person: &Person) -> bool {
        let text = |text: &Option<String>| person.is_in_column(text.as_deref().map(str::as_bytes));
        let pairs = |pairs: &[(String, String)]| {
            pairs
                .iter()
                .any(|(_, value)| person.is_in(value.as_bytes()))
        };
        let in_event = person.is_in(&event.body)
            || person.is_in_column(event.payload.as_deref())
            || pairs(&event.headers)
            || pairs(&event.args)
            || text(&event.key)
            || text(&event.reason)
            || text(&event.enrich);
        let in_passed = self
            .passed
            .get(&event.id)
            .into_iter()
            .flatten()
            .any(|passed| {
                person.is_in(match &passed.why {
                    PassedWhy::Filtered(detail) | PassedWhy::Failed(detail) => detail.as_bytes(),
                    PassedWhy::Duplicate { key, .. } => key.as_bytes(),
                })
            });
        let in_run = |run: &Run| {
            text(&run.once_key)
                || text(&run.order_key)
                || text(&run.reason)
                || self
                    .journals
                    .get(&run.id)
                    .into_iter()
                    .flatten()
                    .any(|record| {
                        record.request.as_ref().is_some_and(|request| {
                            person.is_in(request.url.as_bytes()) || person.is_in(&request.body)
                        }) || person.is_in_column(record.answer.as_deref())
                            || text(&record.message)
                            || person.is_in(record.key.as_bytes())
                    })
        };
        in_event || in_passed || self.runs_of(&event.id).any(in_run)
    }

    fn erase_all(&mut self, about: &HashSet<EventId>, person: &Person) -> Counts {
        let mut counts = Counts::default();
        for id in about {
            counts.events += 1;
            self.empty(id);
            let runs: Vec<RunId> = self.runs_of(id).map(|run| run.id.clone()).collect();
            counts.runs += runs.len() as u64;
            for run in runs {
                for record in self.journals.entry(run).or_default() {
                    counts.records += 1;
                    if let Some(request) = &mut record.request {
                        replace(&mut request.url, person, ERASED);
                    }
                    replace_some(&mut record.message, person, ERASED);
                    counts.keys += replace(&mut record.key, person, ERASED);
                }
            }
        }
        for event in self
            .events
            .iter_mut()
            .filter(|event| about.contains(&event.id))
        {
            let hidden = format!("{ERASED}:{}", event.id);
            counts.keys += replace_some(&mut event.key, person, &hidden);
            replace_some(&mut event.reason, person, ERASED);
            event
                .args
                .retain(|(_, value)| !person.is_in(value.as_bytes()));
        }
        for run in self
            .runs
            .iter_mut()
            .filter(|run| about.contains(&run.event))
        {
            let hidden = format!("{ERASED}:{}", run.id);
            counts.keys += replace_some(&mut run.once_key, person, &hidden);
            counts.keys += replace_some(&mut run.order_key, person, &hidden);
            replace_some(&mut run.reason, person, ERASED);
        }
        for passed in self.passed.values_mut().flatten() {
            let (PassedWhy::Filtered(text)
            | PassedWhy::Failed(text)
            | PassedWhy::Duplicate { key: text, .. }) = &mut passed.why;
            counts.keys += replace(text, person, ERASED);
        }
        let once = std::mem::take(&mut self.once);
        for ((bundle, rule, mut key), holds) in once {
            let hidden = format!("{ERASED}:{}", holds.0);
            counts.keys += replace(&mut key, person, &hidden);
            self.once.insert((bundle, rule, key), holds);
        }
        let effects = std::mem::take(&mut self.effects);
        for ((identity, action, _), mut effect) in effects {
            let hidden = format!("{ERASED}:{}:{}", effect.run, effect.step);
            counts.keys += replace(&mut effect.key, person, &hidden);
            counts.keys += replace_some(&mut effect.marker, person, ERASED);
            self.effects
                .insert((identity, action, effect.key.clone()), effect);
        }
        for audit in &mut self.audit {
            counts.notes += replace(&mut audit.note, person, ERASED);
            counts.notes += replace(&mut audit.subject, person, ERASED);
        }
        for pause in self.pauses.values_mut() {
            counts.notes += replace(&mut pause.note, person, ERASED);
        }
        let rejects = self.rejects.len();
        self.rejects.retain(|reject| {
            !person.is_in(&reject.body)
                && !person.is_in(reject.reason.as_bytes())
                && !person.is_in(reject.hook.as_bytes())
        });
        counts.rejects += (rejects - self.rejects.len()) as u64;
        self.stand_anew();
        counts
    }
}

/// Puts something else where a text mentions the person. 1 if it did.
fn replace(text: &mut String, person: &Person, with: &str) -> u64 {
    let found = person.is_in(text.as_bytes());
    if found {
        with.clone_into(text);
    }
    u64::from(found)
}

fn replace_some(text: &mut Option<String>, person: &Person, with: &str) -> u64 {
    text.as_mut().map_or(0, |text| replace(text, person, with))
}

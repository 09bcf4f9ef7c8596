//! What the store in memory holds, and each change of it. A change that is refused is taken back, step by step.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use jiff::Timestamp;

use super::effects::EffectKey;
use crate::store::{
    Audit, Cursor, Effect, Erasure, Error, Event, EventId, EventState, Passed, PassedWhy, Pause,
    Paused, REJECTS_MAX, Record, Reject, Routed, Run, RunFilter, RunId, Version, Write, Written,
};

/// Where something stands in the order of arrival.
type Place = usize;

/// Everything the store holds.
#[derive(Clone, Default)]
pub(super) struct Tables {
    pub(super) events: Vec<Event>,
    pub(super) event_places: HashMap<EventId, Place>,
    /// By identity, key and bundle.
    pub(super) keys: HashMap<(String, String, String), Place>,
    /// When a key was last shown again.
    pub(super) seen: HashMap<EventId, Timestamp>,
    /// Runs whose bodies are gone.
    pub(super) emptied: HashSet<RunId>,
    /// By identity and event.
    pub(super) cursors: BTreeMap<(String, String), Cursor>,
    pub(super) runs: Vec<Run>,
    pub(super) run_places: HashMap<RunId, Place>,
    /// By event, in the order in which they were made.
    pub(super) runs_of_event: HashMap<EventId, Vec<Place>>,
    /// By event, bundle and rule.
    pub(super) run_of_rule: HashMap<(EventId, String, String), Place>,
    /// By bundle, rule and key: who was first, and until when nobody else may.
    pub(super) once: HashMap<(String, String, String), (RunId, Option<Timestamp>)>,
    pub(super) passed: HashMap<EventId, Vec<Passed>>,
    pub(super) journals: HashMap<RunId, Vec<Record>>,
    pub(super) rejects: VecDeque<Reject>,
    /// Sources, and when they came.
    pub(super) versions: HashMap<Version, (String, Timestamp)>,
    pub(super) active: BTreeMap<String, Version>,
    pub(super) effects: BTreeMap<EffectKey, Effect>,
    pub(super) audit: Vec<Audit>,
    pub(super) pauses: HashMap<Paused, Pause>,
    pub(super) erasures: Vec<Erasure>,
}

/// Takes one change back. A refused batch runs those of its earlier writes, last first.
pub(super) type Undo = Box<dyn FnOnce(&mut Tables)>;

impl Tables {
    /// Applies all changes of a batch, or none if one is refused.
    pub(super) fn apply_batch(&mut self, batch: Vec<Write>) -> Result<Vec<Written>, Error> {
        let mut undo = Vec::new();
        let written: Result<Vec<Written>, Error> = batch
            .into_iter()
            .map(|write| self.apply(write, &mut undo))
            .collect();
        if written.is_err() {
            undo.into_iter().rev().for_each(|step| step(self));
        }
        written
    }

    fn apply(&mut self, write: Write, undo: &mut Vec<Undo>) -> Result<Written, Error> {
        match write {
            Write::Ingest(event) => return self.ingest(event, undo),
            Write::Poll { cursor, events } => return self.poll(cursor, events, undo),
            Write::Reject(reject) => self.reject(reject, undo),
            Write::Payload { event, payload } => {
                self.change_event(&event, undo)?.payload = Some(payload)
            }
            Write::Route {
                event,
                state,
                reason,
                runs,
                passed,
            } => {
                let routed_event = self.change_event(&event, undo)?;
                routed_event.state = state;
                routed_event.reason = reason;
                let was_not_fetched =
                    routed_event.enrich.is_some() && routed_event.payload.is_none();
                if state == EventState::Dead && was_not_fetched {
                    self.give_key_back(&event, undo);
                }
                let routed = runs
                    .into_iter()
                    .map(|(run, until)| self.route(&event, run, until, undo))
                    .collect::<Result<_, _>>()?;
                for passed in passed {
                    self.pass(passed, undo);
                }
                return Ok(Written::Routed(routed));
            }
            Write::Journal(record) => self.append(record, undo)?,
            Write::RunState {
                run,
                state,
                due,
                reason,
                step,
                at,
            } => {
                let place = self.run_place(&run)?;
                let moved = &mut self.runs[place];
                let before = moved.clone();
                moved.state = state;
                moved.due = due.map(whole_microseconds);
                moved.reason = reason;
                moved.step = step;
                moved.ended_at = state.is_ended().then(|| whole_microseconds(at));
                undo.push(Box::new(move |tables| tables.runs[place] = before));
            }
            Write::Admit {
                run,
                once_until,
                at,
            } => {
                let admitted = self.admit(*run, once_until, at, undo)?;
                return Ok(Written::Routed(vec![admitted]));
            }
            Write::Claim { effect, again } => return Ok(self.claim(effect, again, undo)),
            Write::Settle {
                identity,
                action,
                key,
                run,
                state,
            } => self.settle((identity, action, key), &run, state, undo),
            Write::Release { run, doubts } => self.release(&run, doubts, undo),
            Write::Redrive {
                run,
                journal,
                audit,
            } => return self.redrive(*run, journal, audit, undo),
            Write::CheckFirst => self.check_first(undo),
            Write::Audit(audit) => self.keep_audit(audit, undo),
            Write::Pause(pause) => self.pause(pause, undo),
            Write::Unpause(paused) => self.unpause(paused, undo),
            Write::Activate {
                bundle,
                version,
                sources,
                at,
            } => self.activate(bundle, version, (sources, at), undo),
            Write::Forget { what, before, .. } => return Ok(self.forget(what, before, undo)),
        }
        Ok(Written::Done)
    }

    fn ingest(&mut self, mut event: Event, undo: &mut Vec<Undo>) -> Result<Written, Error> {
        event.at = whole_microseconds(event.at);
        let key = key_of(&event);
        if let Some(place) = key.as_ref().and_then(|key| self.keys.get(key)).copied() {
            let first = &mut self.events[place];
            let (repeats, conflicts) = (first.repeats, first.conflicts);
            first.repeats = repeats.saturating_add(1);
            first.conflicts = conflicts.saturating_add(u32::from(first.body != event.body));
            let first = first.id.clone();
            self.see(first, event.at, undo);
            undo.push(Box::new(move |tables| {
                tables.events[place].repeats = repeats;
                tables.events[place].conflicts = conflicts;
            }));
            return Ok(Written::Duplicate(self.events[place].id.clone()));
        }
        if self.event_places.contains_key(&event.id) {
            return Err(Error::Refused(format!("event {} exists already", event.id)));
        }
        let place = self.events.len();
        let id = event.id.clone();
        self.event_places.insert(id.clone(), place);
        if let Some(key) = key.clone() {
            self.keys.insert(key, place);
        }
        self.events.push(event);
        let added = id.clone();
        undo.push(Box::new(move |tables| {
            tables.events.pop();
            tables.event_places.remove(&added);
            if let Some(key) = key {
                tables.keys.remove(&key);
            }
        }));
        Ok(Written::Ingested(id))
    }

    fn poll(
        &mut self,
        mut cursor: Cursor,
        events: Vec<Event>,
        undo: &mut Vec<Undo>,
    ) -> Result<Written, Error> {
        let mut new = Vec::new();
        for event in events {
            let known = key_of(&event).and_then(|key| self.keys.get(&key)).copied();
            match known {
                Some(place) => self.see(self.events[place].id.clone(), event.at, undo),
                None => {
                    new.push(event.id.clone());
                    self.ingest(event, undo)?;
                }
            }
        }
        cursor.since = whole_microseconds(cursor.since);
        cursor.began_at = cursor.began_at.map(whole_microseconds);
        let source = (cursor.identity.clone(), cursor.event.clone());
        let before = self.cursors.insert(source.clone(), cursor);
        undo.push(Box::new(move |tables| {
            match before {
                Some(before) => tables.cursors.insert(source, before),
                None => tables.cursors.remove(&source),
            };
        }));
        Ok(Written::Polled(new))
    }

    /// Its key was shown again.
    fn see(&mut self, event: EventId, at: Timestamp, undo: &mut Vec<Undo>) {
        let before = self.seen.insert(event.clone(), at);
        undo.push(Box::new(move |tables| {
            restore(&mut tables.seen, event, before)
        }));
    }

    /// If the event comes again it is a new one.
    fn give_key_back(&mut self, id: &EventId, undo: &mut Vec<Undo>) {
        let Some(place) = self.event_places.get(id).copied() else {
            return;
        };
        // What the event was comes back with the undoing of its new state.
        let key = key_of(&self.events[place]);
        self.events[place].key = None;
        if let Some(key) = key {
            self.keys.remove(&key);
            undo.push(Box::new(move |tables| {
                tables.keys.insert(key, place);
            }));
        }
    }

    fn reject(&mut self, mut reject: Reject, undo: &mut Vec<Undo>) {
        reject.at = whole_microseconds(reject.at);
        self.rejects.push_back(reject);
        let oldest = if self.rejects.len() > REJECTS_MAX {
            self.rejects.pop_front()
        } else {
            None
        };
        undo.push(Box::new(move |tables| {
            tables.rejects.pop_back();
            if let Some(oldest) = oldest {
                tables.rejects.push_front(oldest);
            }
        }));
    }

    /// The event as something to change; what it was comes back if the batch is refused.
    fn change_event(&mut self, id: &EventId, undo: &mut Vec<Undo>) -> Result<&mut Event, Error> {
        let place = *self
            .event_places
            .get(id)
            .ok_or_else(|| Error::Refused(format!("there is no event {id}")))?;
        let event = &mut self.events[place];
        let before = event.clone();
        undo.push(Box::new(move |tables| tables.events[place] = before));
        Ok(event)
    }

    fn run_place(&self, id: &RunId) -> Result<Place, Error> {
        self.run_places
            .get(id)
            .copied()
            .ok_or_else(|| Error::Refused(format!("there is no run {id}")))
    }

    fn route(
        &mut self,
        event: &EventId,
        mut run: Run,
        until: Option<Timestamp>,
        undo: &mut Vec<Undo>,
    ) -> Result<Routed, Error> {
        if run.event != *event {
            return Err(Error::Refused(format!(
                "run {} is of event {}, not of {event}",
                run.id, run.event
            )));
        }
        run.created_at = whole_microseconds(run.created_at);
        run.due = run.due.map(whole_microseconds);
        run.ended_at = run.ended_at.map(whole_microseconds);
        let of_rule = (event.clone(), run.bundle.clone(), run.rule.clone());
        if let Some(place) = self.run_of_rule.get(&of_rule) {
            return Ok(Routed::Created(self.runs[*place].id.clone()));
        }
        if let Some(first) = self.decided_duplicate(&run) {
            return Ok(Routed::Duplicate(first));
        }
        if let Some(first) = self.once_taken(&run, run.created_at) {
            let why = PassedWhy::Duplicate {
                key: run.once_key.unwrap_or_default(),
                first: first.clone(),
            };
            self.pass(
                Passed {
                    event: event.clone(),
                    bundle: run.bundle,
                    rule: run.rule,
                    why,
                },
                undo,
            );
            return Ok(Routed::Duplicate(first));
        }
        if self.run_places.contains_key(&run.id) {
            return Err(Error::Refused(format!("run {} exists already", run.id)));
        }
        self.take_once(&run, until, undo);
        // A run of another event has the same origin: its delivery's key was forgotten since, so this one is new.
        let is_taken = |other: &Run| {
            other.origin == run.origin
                && other.bundle == run.bundle
                && other.rule == run.rule
                && other.event != run.event
        };
        let anew = !run.origin.is_empty() && self.runs.iter().any(is_taken);
        if anew {
            run.origin = String::new();
        }
        let passed_before = self.passed.get(event).cloned();
        if let Some(passed) = self.passed.get_mut(event) {
            passed.retain(|passed| (&passed.bundle, &passed.rule) != (&run.bundle, &run.rule));
        }
        let (id, event) = (run.id.clone(), event.clone());
        self.run_places.insert(id.clone(), self.runs.len());
        self.run_of_rule.insert(of_rule.clone(), self.runs.len());
        let of_event = self.runs_of_event.entry(event.clone()).or_default();
        of_event.push(self.runs.len());
        self.runs.push(run);
        let added = id.clone();
        undo.push(Box::new(move |tables| {
            tables.runs.pop();
            tables.run_places.remove(&added);
            tables.run_of_rule.remove(&of_rule);
            if let Some(of_event) = tables.runs_of_event.get_mut(&event) {
                of_event.pop();
            }
            restore(&mut tables.passed, event, passed_before);
        }));
        Ok(match anew {
            true => Routed::Anew(id),
            false => Routed::Created(id),
        })
    }

    /// Who was first, if an earlier routing of the same event found this rule a duplicate. That decision stays.
    fn decided_duplicate(&self, run: &Run) -> Option<RunId> {
        self.passed
            .get(&run.event)?
            .iter()
            .find_map(|passed| match &passed.why {
                PassedWhy::Duplicate { first, .. }
                    if passed.bundle == run.bundle && passed.rule == run.rule =>
                {
                    Some(first.clone())
                }
                _ => None,
            })
    }

    /// Who else holds the `once` key of the run.
    fn once_taken(&self, run: &Run, at: Timestamp) -> Option<RunId> {
        let key = (run.bundle.clone(), run.rule.clone(), run.once_key.clone()?);
        let (first, until) = self.once.get(&key)?;
        let expired = until.is_some_and(|until| until <= at);
        (!expired && *first != run.id).then(|| first.clone())
    }

    fn take_once(&mut self, run: &Run, until: Option<Timestamp>, undo: &mut Vec<Undo>) {
        let Some(key) = run.once_key.clone() else {
            return;
        };
        let taken = (run.bundle.clone(), run.rule.clone(), key);
        let holds = (run.id.clone(), until.map(whole_microseconds));
        let before = self.once.insert(taken.clone(), holds);
        undo.push(Box::new(move |tables| {
            restore(&mut tables.once, taken, before)
        }));
    }

    /// Lets a run go on behind `debounce`.
    fn admit(
        &mut self,
        run: Run,
        until: Option<Timestamp>,
        at: Timestamp,
        undo: &mut Vec<Undo>,
    ) -> Result<Routed, Error> {
        let place = self.run_place(&run.id)?;
        if let Some(first) = self.once_taken(&run, whole_microseconds(at)) {
            return Ok(Routed::Duplicate(first));
        }
        self.take_once(&run, until, undo);
        let admitted = &mut self.runs[place];
        let before = admitted.clone();
        admitted.state = run.state;
        admitted.due = run.due.map(whole_microseconds);
        admitted.reason = run.reason;
        admitted.step = run.step;
        admitted.once_key = run.once_key;
        admitted.order_key = run.order_key;
        undo.push(Box::new(move |tables| tables.runs[place] = before));
        Ok(Routed::Created(run.id))
    }

    fn pass(&mut self, passed: Passed, undo: &mut Vec<Undo>) {
        let of_rule = (
            passed.event.clone(),
            passed.bundle.clone(),
            passed.rule.clone(),
        );
        if self.run_of_rule.contains_key(&of_rule) {
            return;
        }
        let event = passed.event.clone();
        let before = self.passed.get(&event).cloned();
        let all = self.passed.entry(event.clone()).or_default();
        match all
            .iter_mut()
            .find(|other| (&other.bundle, &other.rule) == (&passed.bundle, &passed.rule))
        {
            Some(other) => *other = passed,
            None => all.push(passed),
        }
        undo.push(Box::new(move |tables| {
            restore(&mut tables.passed, event, before)
        }));
    }

    pub(super) fn append(&mut self, mut record: Record, undo: &mut Vec<Undo>) -> Result<(), Error> {
        self.run_place(&record.run)?;
        record.at = whole_microseconds(record.at);
        let run = record.run.clone();
        let journal = self.journals.entry(run.clone()).or_default();
        if usize::try_from(record.seq).ok() != Some(journal.len()) {
            let (seq, next) = (record.seq, journal.len());
            return Err(Error::Refused(format!(
                "record {seq} of run {run}: the next one is {next}"
            )));
        }
        journal.push(record);
        undo.push(Box::new(move |tables| {
            tables.journals.entry(run).or_default().pop();
        }));
        Ok(())
    }

    fn activate(
        &mut self,
        bundle: String,
        version: Version,
        sources: (String, Timestamp),
        undo: &mut Vec<Undo>,
    ) {
        if !self.versions.contains_key(&version) {
            self.versions.insert(version.clone(), sources);
            let added = version.clone();
            undo.push(Box::new(move |tables| {
                tables.versions.remove(&added);
            }));
        }
        let before = self.active.insert(bundle.clone(), version);
        undo.push(Box::new(move |tables| {
            match before {
                Some(before) => tables.active.insert(bundle, before),
                None => tables.active.remove(&bundle),
            };
        }));
    }

    /// Whether the filter wants the run.
    pub(super) fn wanted(&self, run: &Run, filter: &RunFilter) -> bool {
        let fits = |wanted: &Option<String>, found: &String| {
            wanted.as_ref().is_none_or(|wanted| wanted == found)
        };
        fits(&filter.bundle, &run.bundle)
            && fits(&filter.rule, &run.rule)
            && (filter.states.is_empty() || filter.states.contains(&run.state))
            && filter.since.is_none_or(|since| run.created_at >= since)
            && filter.until.is_none_or(|until| run.created_at < until)
            && filter.key.as_ref().is_none_or(|key| self.has_key(run, key))
            && filter
                .text
                .as_ref()
                .is_none_or(|text| text.is_empty() || self.mentions(run, text))
    }

    fn event_of(&self, run: &Run) -> Option<&Event> {
        let place = self.event_places.get(&run.event)?;
        Some(&self.events[*place])
    }

    fn has_key(&self, run: &Run, text: &str) -> bool {
        let is_text = |key: &Option<String>| key.as_deref() == Some(text);
        is_text(&run.once_key)
            || is_text(&run.order_key)
            || self.event_of(run).is_some_and(|event| is_text(&event.key))
    }

    fn mentions(&self, run: &Run, text: &str) -> bool {
        let holds = |bytes: &[u8]| {
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        };
        let in_record = |record: &Record| {
            let request = record.request.as_ref();
            request.is_some_and(|request| holds(&request.body))
                || record.answer.as_deref().is_some_and(holds)
        };
        self.has_key(run, text)
            || self.event_of(run).is_some_and(|event| {
                holds(&event.body) || event.payload.as_deref().is_some_and(holds)
            })
            || self
                .journals
                .get(&run.id)
                .is_some_and(|journal| journal.iter().any(in_record))
    }
}

pub(super) fn key_of(event: &Event) -> Option<(String, String, String)> {
    let key = event.key.clone()?;
    Some((event.identity.clone(), key, event.bundle.clone()))
}

/// Puts back what a map held under a key.
pub(super) fn restore<K: std::hash::Hash + Eq, V>(
    map: &mut HashMap<K, V>,
    key: K,
    before: Option<V>,
) {
    match before {
        Some(before) => map.insert(key, before),
        None => map.remove(&key),
    };
}

/// The moment without what is finer than a store keeps.
pub(super) fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

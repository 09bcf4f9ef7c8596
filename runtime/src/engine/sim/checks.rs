//! What must hold at every request, and at the end.

use std::collections::{BTreeMap, BTreeSet};

use super::programs::{BESIDE, STEPS, is_unsafe};
use super::vendor::{Fate, Request};
use super::world::{Seen, World};
use crate::engine::attempts::{CONFIRMED_ABSENT, SKIPPED};
use crate::engine::paces;
use crate::store::{
    Event, EventId, EventState, PassedWhy, Record, RecordKind, Run, RunFilter, RunState, Store,
};

/// Event, rule, step and version of a mark.
fn parts(mark: &str) -> [&str; 4] {
    let parts: Vec<&str> = mark.split('.').collect();
    parts.try_into().unwrap()
}

/// `a` of `give-a`.
fn part_of(step: &str) -> Option<&str> {
    step.split_once('-').map(|(_, part)| part)
}

/// Whether the vendor may have done it, for all that is known.
fn doubtful(fate: Fate) -> bool {
    !matches!(
        fate,
        Fate::NotSent | Fate::Refused | Fate::Unauthorised | Fate::Limited { .. }
    )
}

impl World {
    fn run_of(&self, mark: &str) -> Run {
        let [event, rule, ..] = parts(mark);
        let runs = self.store.runs_of(&EventId(event.to_owned())).unwrap();
        // The last one: those before it have ended.
        let run = runs.into_iter().rfind(|run| run.rule == rule);
        run.unwrap_or_else(|| panic!("P8: {mark} was sent by a run that is not on disk"))
    }

    pub(super) fn runs(&self) -> Vec<Run> {
        let filter = RunFilter {
            limit: 10_000,
            ..RunFilter::default()
        };
        self.store.runs(&filter).unwrap()
    }

    /// The records of the step that a mark stands for.
    fn records_of(&self, run: &Run, step: &str) -> Vec<Record> {
        let (step, iteration) = match step.split_once('-') {
            Some((step, part)) => {
                let index = ["a", "b", "c", "d"].iter().position(|known| *known == part);
                (step, index.unwrap().to_string())
            }
            None => (step, String::new()),
        };
        self.store
            .journal(&run.id)
            .unwrap()
            .into_iter()
            .filter(|record| record.kind != RecordKind::End)
            .filter(|record| record.step == step && record.iteration == iteration)
            .collect()
    }

    /// At every request.
    pub(super) fn check_request(&self, request: &Request) {
        let mark = &request.mark;
        let [_, rule, step, version] = parts(mark);
        if rule == "enrich" {
            return;
        }
        let run = self.run_of(mark);
        // The question for a job is what the vendor said, perhaps to the run before this one.
        let is_taken_over = step == "asked" && run.redrive_of.is_some();
        assert!(
            run.version.0 == version || is_taken_over,
            "P8: {mark} is of another version than its run"
        );
        assert!(
            !run.state.is_ended(),
            "{mark} was sent by a run that has ended"
        );
        assert_ne!(
            run.state,
            RunState::InDoubt,
            "P5: {mark} was sent by a run in doubt"
        );

        let earlier: Vec<&Request> = self
            .by_mark
            .get(mark)
            .into_iter()
            .flatten()
            .map(|number| &self.requests[*number])
            .collect();
        for other in &earlier {
            assert_eq!(
                other.body, request.body,
                "P4: {mark} changed between two attempts"
            );
            assert_ne!(other.fate, Fate::Open, "{mark} is under way twice");
        }
        if step == "asked" {
            let accepted = self
                .records_of(&run, "start")
                .iter()
                .any(|record| record.verdict.as_deref() == Some("pending"));
            assert!(accepted, "{mark} was asked before its job was on disk");
        }
        if request.action == "bonus" {
            let doubts = earlier.iter().filter(|other| doubtful(other.fate)).count();
            let absent = self
                .records_of(&run, step)
                .iter()
                .filter(|record| record.outcome.as_deref() == Some("readback_absent"))
                .count();
            let ordered = self.confirmed_absent(&run, step);
            assert!(
                doubts <= 1 + ordered,
                "P5: {mark} was sent after two doubts"
            );
            assert!(
                doubts == 0 || absent >= 3 || ordered > 0,
                "P5: {mark} was sent again after {absent} looks"
            );
        }
        if is_unsafe(&request.action) {
            let doubts = earlier.iter().filter(|other| doubtful(other.fate)).count();
            assert!(
                doubts <= self.confirmed_absent(&run, step),
                "P5: {mark} was sent again after {:?}",
                earlier.iter().map(|other| other.fate).collect::<Vec<_>>()
            );
            let records = self.records_of(&run, step);
            let last = records.last().map(|record| record.kind);
            assert_eq!(
                last,
                Some(RecordKind::Intent),
                "P5: {mark} was sent without an intent on disk"
            );
        }

        if rule == "fan" {
            self.check_beside(request, &run);
        }
        // What comes before in the rule has its outcome on disk.
        let of_iteration = |other: &str| {
            rule != "fan" || other.split_once('-').map(|(_, part)| part) == part_of(step)
        };
        let steps = STEPS
            .iter()
            .find(|(name, _)| *name == rule)
            .map_or(&[][..], |(_, steps)| steps);
        if steps.contains(&step) && !(rule == "guarded" && step == "look") {
            let before = steps.iter().take_while(|before| **before != step);
            for before in before.filter(|before| of_iteration(before)) {
                let done = self.records_of(&run, before).iter().any(|record| {
                    matches!(
                        record.verdict.as_deref(),
                        Some("applied" | "applied_result_lost")
                    ) || record.outcome.as_deref() == Some(SKIPPED)
                });
                assert!(
                    done,
                    "P4: {mark} was sent before the outcome of {before} was on disk"
                );
            }
        }

        if rule == "gated" {
            self.check_turn(&run, mark);
        } else if let Some(key) = &run.order_key {
            for other in self.runs() {
                let ahead = other.rule == run.rule
                    && other.order_key.as_ref() == Some(key)
                    && other.id < run.id;
                assert!(
                    !ahead || other.state.is_ended(),
                    "P7: {mark} overtook {} ({:?})",
                    other.id,
                    other.state
                );
            }
        }
        if run.step.as_deref() == Some(paces::GATE) {
            // The clock may have been set back after the moment had come.
            let due = run.due.unwrap_or(self.now);
            assert!(
                due <= self.latest,
                "{mark} was sent before its moment {due}"
            );
        }
        if rule == "perishable" {
            let event = self.store.event(&run.event).unwrap().unwrap();
            let age = self.now.duration_since(event.at);
            assert!(age.as_secs() <= 600, "{mark} was sent too late: {age}");
        }
    }

    /// How often a person said of a step that it had not happened.
    fn confirmed_absent(&self, run: &Run, step: &str) -> usize {
        let records = self.records_of(run, step).into_iter();
        let said = |record: &Record| record.outcome.as_deref() == Some(CONFIRMED_ABSENT);
        records.filter(said).count()
    }

    /// At every request of a loop whose iterations are under way at the same time.
    fn check_beside(&self, request: &Request, run: &Run) {
        let [event, rule, step, _] = parts(&request.mark);
        let of_run = self.requests.iter().filter(|other| {
            let [other_event, other_rule, ..] = parts(&other.mark);
            other_event == event && other_rule == rule && other.fate == Fate::Open
        });
        assert!(
            of_run.count() < BESIDE,
            "more than {BESIDE} calls of {} are under way",
            run.id
        );
        let journal = self.store.journal(&run.id).unwrap();
        let is_decided = journal
            .iter()
            .any(|record| record.kind == RecordKind::Decision);
        if is_decided || run.redrive_of.is_some() {
            return;
        }
        // Nothing begins behind a failure: what is under way now had begun before it.
        let part = part_of(step).unwrap();
        let begun_at = ["give", "put"]
            .iter()
            .flat_map(|step| self.records_of(run, &format!("{step}-{part}")))
            .map(|record| record.seq)
            .min();
        for other in ["a", "b", "c", "d"].iter().filter(|other| **other != part) {
            for record in self.records_of(run, &format!("give-{other}")) {
                let outcome = record.outcome.as_deref().unwrap_or_default();
                let ends = matches!(outcome, "rejected" | "partly")
                    || (record.verdict.as_deref() == Some("unknown"));
                assert!(
                    !ends || begun_at.is_some_and(|begun_at| begun_at < record.seq),
                    "{} began after {} of {other}",
                    request.mark,
                    outcome
                );
            }
        }
    }

    /// Behind `debounce` runs come in the order in which their silence is over, but still one at a time.
    fn check_turn(&self, run: &Run, mark: &str) {
        assert!(
            run.order_key.is_some(),
            "{mark} was sent before its gates were asked"
        );
        for other in self.runs() {
            let began = !self.store.journal(&other.id).unwrap().is_empty();
            let going = other.order_key == run.order_key && began && !other.state.is_ended();
            assert!(
                other.rule != run.rule || other.id == run.id || !going,
                "P7: {mark} was sent while {} goes on ({:?})",
                other.id,
                other.state
            );
        }
    }

    /// When nothing is left to do.
    pub(super) fn check_end(&self) {
        for event in &self.events {
            let stored = self.store.event(&event.id).unwrap().unwrap();
            if stored.state == EventState::Dead {
                assert!(
                    stored.reason.is_some(),
                    "P3: {} is dead without a reason",
                    event.id
                );
                // A clock that is put on by days uses up the three days in which a read is repeated, whatever it last came to.
                let clock_used_it_up = self.seen.has("clock set")
                    && stored
                        .reason
                        .as_ref()
                        .is_some_and(|reason| reason.contains(" ended as "));
                assert!(
                    self.read_was_refused(&event.id) || clock_used_it_up,
                    "P1: {} is dead for no reason: {stored:?}",
                    event.id
                );
                continue;
            }
            assert_eq!(
                stored.state,
                EventState::Routed,
                "P1: {} was not routed",
                event.id
            );
            let runs = self.store.runs_of(&event.id).unwrap();
            let passed = self.store.passed(&event.id).unwrap();
            for (rule, _) in STEPS {
                let first = |run: &&Run| run.rule == rule && run.redrive_of.is_none();
                let made = runs.iter().filter(first).count();
                let kept = passed.iter().filter(|passed| passed.rule == rule).count();
                assert_eq!(
                    made + kept,
                    1,
                    "P2: {rule} has {made} runs for {}",
                    event.id
                );
            }
        }
        let runs = self.runs();
        for run in &runs {
            self.check_state(run, &runs);
            let is_last = |other: &&Run| other.redrive_of.as_ref() == Some(&run.id);
            self.check_ledger(run, runs.iter().find(is_last).is_none());
        }
        self.check_versions();
        self.check_shared();
        let mut gated: Vec<&Run> = runs.iter().filter(|run| run.rule == "gated").collect();
        gated.retain(|run| run.once_key.is_some());
        for run in &gated {
            let last = self.store.event(&run.event).unwrap().unwrap();
            let body = String::from_utf8(last.body).unwrap();
            assert!(!body.contains(r#""group":"c""#), "{run:?} was not filtered");
        }
        let once: Vec<&Option<String>> = runs
            .iter()
            .filter(|run| run.rule == "once" && run.redrive_of.is_none())
            .map(|run| &run.once_key)
            .collect();
        let distinct: BTreeSet<_> = once.iter().collect();
        assert_eq!(once.len(), distinct.len(), "once per group acted twice");
    }

    fn read_was_refused(&self, event: &EventId) -> bool {
        let reads = self.by_mark.get(&format!("{event}.enrich.fetch.none"));
        reads.into_iter().flatten().any(|number| {
            matches!(
                self.requests[*number].fate,
                Fate::Refused | Fate::Unauthorised
            )
        })
    }

    fn check_state(&self, run: &Run, runs: &[Run]) {
        match run.state {
            RunState::InDoubt => {
                assert!(
                    run.reason.is_some() && run.step.is_some(),
                    "P3: {run:?} says not why"
                );
            }
            RunState::Queued => {
                let holder = runs.iter().find(|other| {
                    other.rule == run.rule
                        && other.order_key == run.order_key
                        && other.id < run.id
                        && other.state == RunState::InDoubt
                });
                assert!(
                    holder.is_some(),
                    "P3: {} is queued behind nobody in doubt",
                    run.id
                );
                assert!(run.reason.is_some(), "P3: {} says not behind whom", run.id);
            }
            RunState::Waiting => {
                let reason = run.reason.as_deref().unwrap_or_default();
                let holder = reason.split_once("is in doubt in ").map(|(_, run)| run);
                let holder = runs
                    .iter()
                    .find(|other| Some(other.id.0.as_str()) == holder);
                assert!(
                    holder.is_some_and(|holder| holder.state == RunState::InDoubt),
                    "P3: {} is stuck: {run:?}",
                    run.id
                );
            }
            state => assert!(state.is_ended(), "P3: {} is stuck: {run:?}", run.id),
        }
    }

    /// A redriven run of another version has other marks; what it does is the same effect.
    fn check_versions(&self) {
        let mut by_step: BTreeMap<&str, u32> = BTreeMap::new();
        for (mark, effects) in &self.effects {
            let (step, _) = mark.rsplit_once('.').unwrap();
            let [_, _, name, _] = parts(mark);
            if is_unsafe(name) || name == "bonus" {
                *by_step.entry(step).or_default() += effects;
            }
        }
        for (step, effects) in by_step {
            assert!(effects <= 1, "P5: {step} happened {effects} times");
        }
    }

    /// One effect for each key, whichever run came first.
    fn check_shared(&self) {
        for group in ["a", "b", "c"] {
            let effects = self.shared_effects(group);
            assert!(effects <= 1, "P5: the key {group} was used {effects} times");
        }
    }

    fn shared_effects(&self, group: &str) -> u32 {
        let is_of_group = |event: &&Event| {
            let body = String::from_utf8(event.body.clone()).unwrap();
            body.contains(&format!(r#""group":"{group}""#))
        };
        let of_group = self.events.iter().filter(is_of_group);
        of_group
            .flat_map(|event| {
                let mark = format!("{}.shared.give.", event.id);
                let effects = self.effects.iter();
                effects.filter(move |(known, _)| known.starts_with(&mark))
            })
            .map(|(_, count)| *count)
            .sum()
    }

    /// `is_last`: no person let it be done again.
    fn check_ledger(&self, run: &Run, is_last: bool) {
        let journal = self.store.journal(&run.id).unwrap();
        for (number, record) in journal.iter().enumerate() {
            assert_eq!(
                record.seq as usize, number,
                "the journal of {} has a gap",
                run.id
            );
        }
        let steps = STEPS
            .iter()
            .find(|(name, _)| *name == run.rule)
            .map_or(&[][..], |(_, steps)| steps);
        for step in steps {
            let mark = format!("{}.{}.{step}.{}", run.event, run.rule, run.version.0);
            let mut effects = self.effects.get(&mark).copied().unwrap_or(0);
            let records = self.records_of(run, step);
            let taken_over = records.iter().any(|record| {
                let said = record.message.as_deref().unwrap_or_default();
                said.starts_with("done already by")
            });
            if run.redrive_of.is_some() || taken_over {
                // It may have been done by the run before, in another version, or by another run with the key.
                let event = self.store.event(&run.event).unwrap().unwrap();
                let body = String::from_utf8(event.body).unwrap();
                let group = ["a", "b", "c"]
                    .into_iter()
                    .find(|group| body.contains(&format!(r#""group":"{group}""#)));
                let of_step = format!("{}.{}.{step}.", run.event, run.rule);
                effects = match run.rule == "shared" {
                    true => self.shared_effects(group.unwrap()),
                    false => self
                        .effects
                        .iter()
                        .filter(|(known, _)| known.starts_with(&of_step))
                        .map(|(_, count)| *count)
                        .sum(),
                };
            }
            let decided = records
                .iter()
                .any(|record| record.kind == RecordKind::Decision);
            let left_out = records
                .iter()
                .any(|record| record.outcome.as_deref() == Some(SKIPPED));
            let by_person = decided || run.state == RunState::Cancelled;
            let verdicts: Vec<&str> = records
                .iter()
                .filter_map(|record| record.verdict.as_deref())
                .collect();
            let open = records
                .last()
                .is_some_and(|last| last.kind == RecordKind::Intent);
            let is_unsafe = is_unsafe(step);
            if *step == "bonus" {
                assert!(effects <= 1, "P5: {mark} happened {effects} times");
                assert!(!open, "P5: {mark} has an intent without an outcome");
                let done = matches!(verdicts.last(), Some(&"applied" | &"applied_result_lost"));
                assert!(
                    by_person
                        || (verdicts.contains(&"unknown") && !done)
                            == (run.state == RunState::InDoubt
                                && run.step.as_deref() == Some("bonus")),
                    "P5: an unknown outcome of {mark} is not in doubt"
                );
            }
            if verdicts.contains(&"applied") || verdicts.contains(&"applied_result_lost") {
                assert!(
                    effects >= 1,
                    "P6: {mark} is recorded as applied, the vendor has it not"
                );
            }
            if is_unsafe {
                assert!(effects <= 1, "P5: {mark} happened {effects} times");
                assert!(!open, "P5: {mark} has an intent without an outcome");
                let surely_not = verdicts
                    .iter()
                    .all(|verdict| matches!(*verdict, "refused" | "not_sent"));
                if surely_not && is_last && run.rule != "shared" {
                    assert_eq!(
                        effects, 0,
                        "P6: {mark} is recorded as not done, the vendor has it"
                    );
                }
                let unknown = verdicts.contains(&"unknown");
                assert!(
                    by_person
                        || unknown
                            == (run.state == RunState::InDoubt
                                && run.step.as_deref() == step.split('-').next()
                                && verdicts.last() == Some(&"unknown")),
                    "P5: an unknown outcome of {mark} is not in doubt"
                );
            }
            let submitted = records
                .iter()
                .filter(|record| record.kind != RecordKind::Decision)
                .filter(|record| !record.action.ends_with(".result"))
                .filter(|record| !record.action.ends_with(".operations"));
            let mut keys: Vec<(&str, &str)> = submitted
                .map(|record| (record.key.as_str(), record.digest.as_str()))
                .collect();
            keys.dedup();
            assert!(
                keys.len() <= 1,
                "P4: {mark} has two keys or digests: {keys:?}"
            );
            if run.state == RunState::Done && run.rule != "guarded" && !left_out {
                assert!(effects >= 1, "P4: {} is done, but {mark} is not", run.id);
            }
        }
    }

    /// In which states the runs ended.
    pub(super) fn states_seen(&self) -> Seen {
        let mut seen = Seen::default();
        for run in self.runs() {
            match run.state {
                RunState::InDoubt => {
                    seen.note("in doubt");
                    if run
                        .reason
                        .as_ref()
                        .is_some_and(|reason| reason.contains("had no result"))
                    {
                        seen.note("gave up");
                    }
                }
                RunState::Queued => seen.note("queued"),
                RunState::Expired => seen.note("expired"),
                RunState::Dead => seen.note("dead"),
                RunState::Failed => seen.note("failed"),
                RunState::Filtered => seen.note("filtered"),
                _ => {}
            }
        }
        for event in &self.events {
            for passed in self.store.passed(&event.id).unwrap() {
                if matches!(passed.why, PassedWhy::Duplicate { .. }) {
                    seen.note("duplicate");
                }
            }
        }
        for run in self.runs() {
            for record in self.store.journal(&run.id).unwrap() {
                let said = record.message.as_deref().unwrap_or_default();
                if said.starts_with("done already by") {
                    seen.note("taken over");
                }
            }
        }
        seen
    }
}

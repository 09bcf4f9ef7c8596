//! Rules that time starts. Each time that is due becomes an event of its own, so that everything behind it (routing,
//! runs, the journal) knows nothing of schedules.
//!
//! The event's key is the scheduled time: a restart, or a clock that is set back, finds it known and starts nothing twice.

use jiff::Timestamp;
use ondo_compiler::ir::{Misfire, Program, Rule, Trigger};
use ondo_compiler::schedule::Times;
use ondo_compiler::types::Name;

use super::History;
use super::machine::Machine;
use super::state::{After, Timer, Work};
use crate::store::{Event, EventState, RunId, Write};

/// Name of the events; they have neither an account nor a connector.
const EVENT: &str = "schedule";
/// Argument that names the rule.
const RULE: &str = "rule";
/// Order key of the runs: those of a rule do not overlap.
pub(super) const ORDER_KEY: &str = "schedule";
/// How many runs of a rule may wait for each other with `overlap queue`.
const QUEUE_MAX: usize = 1_000;

/// A rule of an active version that time starts.
#[derive(Debug)]
pub(super) struct Schedule {
    times: Times,
    misfire: Misfire,
    identity: String,
    /// None: there is no time any more.
    next: Option<Timestamp>,
}

/// What the events of a rule's schedule have as their identity; none if time does not start it. Another schedule of the
/// same rule is another identity: nothing of it was missed.
pub(super) fn identity_of(program: &Program, rule: &Rule) -> Option<String> {
    let schedule = match &rule.trigger {
        Trigger::Every(length) => format!("every {length:#}"),
        Trigger::Cron { spec, zone } => format!("cron \"{spec}\" in {zone}"),
        Trigger::Event { .. } => return None,
    };
    Some(format!("{}.{} {schedule}", program.bundle, rule.name))
}

pub(super) fn is_schedule(rule: &Rule) -> bool {
    matches!(rule.trigger, Trigger::Every(_) | Trigger::Cron { .. })
}

/// The rule that an event of a schedule is for.
pub(super) fn rule_of(event: &Event) -> Option<&str> {
    if !event.connector.is_empty() || event.name != EVENT {
        return None;
    }
    let rule = event.args.iter().find(|(name, _)| name == RULE);
    rule.map(|(_, rule)| rule.as_str())
}

/// Whether the event is a time of this rule.
pub(super) fn starts(rule: &Rule, event: &Event) -> bool {
    is_schedule(rule) && rule_of(event) == Some(&*rule.name)
}

/// From when `valid for` counts: the scheduled time, else when the event came.
pub(super) fn time_of(event: &Event) -> Timestamp {
    let scheduled = rule_of(event).and(event.key.as_deref());
    scheduled
        .and_then(|time| time.parse().ok())
        .unwrap_or(event.at)
}

impl Machine {
    /// Begins with the schedules of a version. One that stays as it was goes on; the others count from now, or from
    /// where an earlier process ended.
    pub(super) fn set_schedules(&mut self, program: &Program, history: &History) {
        let bundle = program.bundle.to_string();
        let mut before = self.end_schedules(&bundle);
        for rule in &program.rules {
            let Some((times, identity)) = Times::of(&rule.trigger).zip(identity_of(program, rule))
            else {
                continue;
            };
            let known = before.iter_mut().find(|known| known.identity == identity);
            let next = match known {
                Some(known) => known.next,
                None => {
                    let last = history.scheduled.iter().find(|(of, _)| *of == identity);
                    times.after(last.map_or(self.now, |(_, last)| (*last).min(self.now)))
                }
            };
            let key = (bundle.clone(), rule.name.clone());
            if let Some(next) = next {
                let timer = Timer::Schedule(key.0.clone(), key.1.clone());
                self.timers.insert((next, timer));
            }
            let schedule = Schedule {
                times,
                misfire: rule.misfire,
                identity,
                next,
            };
            self.schedules.insert(key, schedule);
        }
    }

    /// A bundle starts nothing by itself any more. Yields what it had.
    pub(super) fn end_schedules(&mut self, bundle: &str) -> Vec<Schedule> {
        let all = std::mem::take(&mut self.schedules);
        let (ended, kept) = all
            .into_iter()
            .partition::<std::collections::BTreeMap<_, _>, _>(|((of, _), _)| of == bundle);
        self.schedules = kept;
        ended
            .into_iter()
            .map(|((bundle, rule), schedule)| {
                if let Some(next) = schedule.next {
                    self.timers.remove(&(next, Timer::Schedule(bundle, rule)));
                }
                schedule
            })
            .collect()
    }

    /// All runs of earlier processes are known: those that wait for others go on, what was due meanwhile is started.
    pub(super) fn begin_schedules(&mut self) {
        self.recovered = true;
        let held = self.runs.values();
        let held = held.filter(|slot| matches!(slot.phase, super::state::Phase::Queued));
        let mut held: Vec<RunId> = held.map(|slot| slot.run.id.clone()).collect();
        held.sort();
        self.work.extend(held.into_iter().map(Work::Advance));
        let all = self.schedules.keys().cloned();
        let work = all.map(|(bundle, rule)| Work::Schedule(bundle, rule));
        self.work.extend(work);
    }

    /// A scheduled time has come, or several were missed.
    pub(super) fn schedule_due(&mut self, bundle: String, rule: Name) {
        // What is due while it drains is for the next process.
        if self.draining || !self.recovered {
            return;
        }
        let now = self.now;
        let Some(schedule) = self.schedules.get_mut(&(bundle.clone(), rule.clone())) else {
            return;
        };
        let Some(first) = schedule.next.filter(|next| *next <= now) else {
            return;
        };
        let due = schedule.times.due(first, now, schedule.misfire);
        schedule.next = schedule.times.after(now);
        let identity = schedule.identity.clone();
        if let Some(next) = schedule.next {
            let timer = Timer::Schedule(bundle.clone(), rule.clone());
            self.timers.insert((next, timer));
        }
        for time in due {
            let event = Event {
                id: self.ids.event_id(now),
                at: now,
                bundle: bundle.clone(),
                account: String::new(),
                connector: String::new(),
                name: EVENT.to_owned(),
                args: vec![(RULE.to_owned(), rule.to_string())],
                key: Some(time.to_string()),
                identity: identity.clone(),
                headers: Vec::new(),
                body: format!(r#"{{"scheduled":"{time}"}}"#).into_bytes(),
                payload: None,
                enrich: None,
                state: EventState::Received,
                reason: None,
                repeats: 0,
                conflicts: 0,
            };
            self.raise(event);
        }
    }

    /// Stores an event of the engine's own, then takes it in.
    pub(super) fn raise(&mut self, event: Event) {
        let write = self.write(Write::Ingest(event.clone()));
        self.after(After::Raised {
            write,
            event: Box::new(event),
        });
    }

    pub(super) fn store_again(&mut self) {
        for event in std::mem::take(&mut self.unstored) {
            self.raise(event);
        }
    }

    /// Why a scheduled time makes no run: an earlier one has not ended.
    pub(super) fn overlaps(&self, event: &Event, rule: &Rule) -> Option<String> {
        let order = (
            event.bundle.clone(),
            rule.name.to_string(),
            ORDER_KEY.to_owned(),
        );
        let going = self.orders.get(&order)?;
        let first = going.head()?;
        if !rule.overlap_queue {
            return Some(format!("`overlap skip`: {first} has not ended"));
        }
        (going.len() >= QUEUE_MAX).then(|| {
            format!("`overlap queue`: {QUEUE_MAX} runs wait already, {first} is the first")
        })
    }
}

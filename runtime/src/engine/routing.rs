//! Routing: which rules act for an event, and what becomes of the others.
//!
//! Pure but for the ids, so a crash before the commit only repeats it.

use std::sync::Arc;

use jiff::Timestamp;
use ondo_compiler::eval::{self, Failure, Frame, Scope};
use ondo_compiler::ir::{ExprId, Once, Program, Rule, Trigger};
use ondo_compiler::types::Type;
use ondo_compiler::value::Value;
use ondo_compiler::wire;

use super::account::later;
use super::machine::Machine;
use super::restored::{of_delivery, of_thing};
use super::runs::slots;
use super::state::{After, Body, Bundle, Phase};
use super::{Command, Notice};
use super::{calm, paces, schedules, sources};
use crate::store::{
    Event, EventId, EventState, Passed, PassedWhy, Routed, Run, RunState, Version, Write,
};

/// What the gates of a rule say to an event.
#[derive(Debug)]
pub(super) enum Judgement {
    /// A term of `when` was false: its text.
    Filtered(String),
    /// A condition or key has no value.
    Failed(String),
    /// It acts.
    Acts {
        once_key: Option<String>,
        /// End of `once … within`.
        once_until: Option<Timestamp>,
        order_key: Option<String>,
    },
}

/// Whether a rule listens to an event: same account (or one of equal identity, where events are asked for), the event or a
/// child of it, equal arguments.
fn listens(bundle: &Bundle, rule: &Rule, event: &Event) -> bool {
    let program = &bundle.program;
    let Trigger::Event {
        account,
        event: wanted,
        args,
        ..
    } = &rule.trigger
    else {
        return schedules::starts(rule, event);
    };
    let Some(account) = bundle.accounts.get(account.0 as usize) else {
        return false;
    };
    let is_same = || *account.identity == *event.identity && sources::is_asked_for(program, event);
    if *account.connector != *event.connector || *account.name != *event.account && !is_same() {
        return false;
    }
    if !is_or_child_of(program, &event.connector, &event.name, wanted) {
        return false;
    }
    args.iter().all(|(name, value)| {
        let wanted = eval::display(value).unwrap_or_default();
        event
            .args
            .iter()
            .any(|(given, text)| *given == **name && *text == wanted)
    })
}

fn is_or_child_of(program: &Program, connector: &str, name: &str, wanted: &str) -> bool {
    let Some(connector) = program.catalog.connectors.get(connector) else {
        return name == wanted;
    };
    let mut at = name;
    // The bound only keeps a broken catalog from hanging.
    for _ in 0..=connector.events.len() {
        if at == wanted {
            return true;
        }
        match connector
            .events
            .get(at)
            .and_then(|event| event.parent.as_deref())
        {
            Some(parent) => at = parent,
            None => return false,
        }
    }
    false
}

/// What is wrong with an event of which no rule could read anything: it is no object, and everybody wants one.
fn wrong_shape(bundle: &Bundle, event: &Event) -> Option<String> {
    let program = &bundle.program;
    let found = no_object(event.payload.as_deref().unwrap_or(&event.body))?;
    let connector = program.catalog.connectors.get(&*event.connector)?;
    // The author's type, or the connector's.
    let tables = [&program.types, &program.catalog.types];
    let wants_object = |ty: &Type| tables.iter().any(|types| types.object(ty).is_some());
    let mut listening = program
        .rules
        .iter()
        .filter(|rule| listens(bundle, rule, event))
        .filter_map(|rule| match &rule.trigger {
            Trigger::Event { payload, .. } => Some(payload),
            _ => None,
        })
        .peekable();
    let by_rules = listening.peek().is_some() && listening.all(wants_object);
    let fits_nothing = event.name == wire::UNKNOWN_EVENT;
    let by_definition = connector
        .events
        .get(&*event.name)
        .is_some_and(|event| wants_object(&event.payload));
    (by_rules || by_definition || fits_nothing)
        .then(|| format!("the event is {found}, wanted an object: no rule can read it"))
}

/// What JSON is that is no object. `[]` stands for an empty one.
fn no_object(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.trim_ascii();
    match text.first()? {
        b'{' => None,
        b'[' if text[1..].trim_ascii_start().starts_with(b"]") => None,
        b'[' => Some("a list"),
        b'"' => Some("a text"),
        b't' | b'f' => Some("true or false"),
        b'n' => Some("null"),
        _ => Some("a number"),
    }
}

/// Goes through the gates of a rule behind `debounce`: `when`, `once per`, `ordered by`. `created_at` is `now()` of the
/// run, `within` counts from `now`.
pub(super) fn judge(
    program: &Program,
    rule: &Rule,
    slots: &[Value],
    created_at: Timestamp,
    now: Timestamp,
) -> Judgement {
    let judged = try_judge(program, rule, slots, created_at, now);
    judged.unwrap_or_else(|failure| Judgement::Failed(failure.message))
}

fn try_judge(
    program: &Program,
    rule: &Rule,
    slots: &[Value],
    created_at: Timestamp,
    now: Timestamp,
) -> Result<Judgement, Failure> {
    let mut frame = Frame::new(rule.local_count);
    let mut value = |expr: ExprId| {
        let scope = scope(program, rule, slots, created_at);
        eval::eval(&scope, &mut frame, expr)
    };
    for (term, text) in rule.when.iter().flat_map(|when| &when.terms) {
        if value(*term)? != Value::Bool(true) {
            return Ok(Judgement::Filtered(text.to_string()));
        }
    }
    let (once_key, once_until) = match &rule.once {
        Once::PerEvent => (None, None),
        Once::Per { key, within, .. } => (
            Some(eval::key_text(&value(*key)?)?),
            within.map(|within| later(now, within)),
        ),
    };
    let order_key = match rule.ordered_by {
        Some(key) => Some(eval::key_text(&value(key)?)?),
        None => None,
    };
    Ok(Judgement::Acts {
        once_key,
        once_until,
        order_key,
    })
}

/// What the gates of a rule can see.
pub(super) fn scope<'a>(
    program: &'a Program,
    rule: &'a Rule,
    slots: &'a [Value],
    created_at: Timestamp,
) -> Scope<'a> {
    Scope {
        exprs: &program.exprs,
        program: Some(program),
        inputs: &[],
        slots,
        read_set: Some(&rule.read_set),
        now: created_at,
        step_time: created_at,
        zone: &program.timezone,
    }
}

impl Machine {
    /// Routes an event whose payload is known.
    pub(super) fn route(&mut self, event: &Event) {
        let version = self.active.get(&event.bundle).cloned();
        let loaded = version.and_then(|version| {
            let bundle = self.bundles.get(&(event.bundle.clone(), version.clone()))?;
            Some((version, Arc::clone(bundle)))
        });
        let Some((version, bundle)) = loaded else {
            let reason = format!("the bundle `{}` is not loaded", event.bundle);
            return self.write_route(
                event,
                EventState::Unrouted,
                Some(reason),
                Vec::new(),
                Vec::new(),
            );
        };
        if let Some(reason) = wrong_shape(&bundle, event) {
            return self.bury(event, reason);
        }
        let mut runs = Vec::new();
        let mut passed = Vec::new();
        let mut listeners = 0;
        for rule in &bundle.program.rules {
            if !listens(&bundle, rule, event) {
                continue;
            }
            listeners += 1;
            let read = slots(&bundle, rule, event).and_then(|slots| {
                let calm = calm::key_of(&bundle.program, rule, &slots, self.now)?;
                Ok((slots, calm))
            });
            let (slots, calm) = match read {
                Ok(read) => read,
                Err(failure) => {
                    let run = self.failed_run(event, (&bundle, &version), rule, failure.message);
                    runs.push((run, None));
                    continue;
                }
            };
            let mut body = Some(Body {
                event_at: schedules::time_of(event),
                slots,
                journal: Vec::new(),
            });
            if let Some((key, silence)) = calm {
                // The other gates are asked when the silence is over: the last event decides.
                let first = self.end_calm(&key, event);
                let mut run = self.new_run(event, &version, rule);
                self.begin_calm(key, &mut run, silence, first);
                let bundle = Some(Arc::clone(&bundle));
                self.keep(run.clone(), bundle, body, Phase::Committing);
                self.touch(&run.id);
                runs.push((run, None));
                continue;
            }
            let slots = body.as_ref().map_or(&[][..], |body| &body.slots[..]);
            match judge(&bundle.program, rule, slots, self.now, self.now) {
                Judgement::Filtered(term) => passed.push(Passed {
                    event: event.id.clone(),
                    bundle: event.bundle.clone(),
                    rule: rule.name.to_string(),
                    why: PassedWhy::Filtered(term),
                }),
                Judgement::Failed(reason) => {
                    let run = self.failed_run(event, (&bundle, &version), rule, reason);
                    runs.push((run, None));
                }
                Judgement::Acts {
                    once_key,
                    once_until,
                    mut order_key,
                } => {
                    if schedules::is_schedule(rule) {
                        if let Some(why) = self.overlaps(event, rule) {
                            passed.push(Passed {
                                event: event.id.clone(),
                                bundle: event.bundle.clone(),
                                rule: rule.name.to_string(),
                                why: PassedWhy::Filtered(why),
                            });
                            continue;
                        }
                        order_key = Some(schedules::ORDER_KEY.to_owned());
                    }
                    let mut run = self.new_run(event, &version, rule);
                    if let (Some(key), None) = (&once_key, once_until) {
                        run.origin = of_thing(event, key);
                        self.doubt_what_was_restored(&mut run, event);
                    }
                    run.once_key = once_key;
                    run.order_key = order_key;
                    if let Some((due, reason)) = self.pace(&event.bundle, rule) {
                        run.state = RunState::Waiting;
                        run.due = Some(due);
                        run.reason = Some(reason);
                        run.step = Some(paces::GATE.to_owned());
                    }
                    if let Some(head) = self.head_before(&run) {
                        run.state = RunState::Queued;
                        run.reason = Some(format!("waits behind {head}"));
                        body = None;
                    }
                    self.keep(
                        run.clone(),
                        Some(Arc::clone(&bundle)),
                        body,
                        Phase::Committing,
                    );
                    self.touch(&run.id);
                    runs.push((run, once_until));
                }
            }
        }
        let state = if listeners == 0 {
            EventState::Unrouted
        } else {
            EventState::Routed
        };
        let reason = (listeners == 0).then(|| match schedules::rule_of(event) {
            Some(rule) => format!("there is no schedule `{rule}` any more"),
            None if event.name == wire::UNKNOWN_EVENT => format!(
                "nothing in the definition of {} fits this delivery, so no rule can listen to it",
                event.connector
            ),
            None => format!("no rule listens to {}.{}", event.account, event.name),
        });
        self.write_route(event, state, reason, runs, passed);
    }

    fn new_run(&mut self, event: &Event, version: &Version, rule: &Rule) -> Run {
        let mut run = Run {
            id: self.ids.run_id(self.now),
            event: event.id.clone(),
            bundle: event.bundle.clone(),
            rule: rule.name.to_string(),
            version: version.clone(),
            created_at: self.now,
            state: RunState::Ready,
            due: None,
            reason: None,
            step: None,
            ended_at: None,
            once_key: None,
            order_key: None,
            redrive_of: None,
            check_first: false,
            origin: of_delivery(event),
        };
        self.doubt_what_was_restored(&mut run, event);
        run
    }

    /// Whether its effects may be there already is known when it has its origin.
    fn doubt_what_was_restored(&self, run: &mut Run, event: &Event) {
        let restored = self.restored;
        run.check_first = restored.is_some_and(|restored| restored.may_have_seen(run, event));
    }

    /// A run that ended when it was made, and what is said of it.
    fn failed_run(
        &mut self,
        event: &Event,
        (bundle, version): (&Bundle, &Version),
        rule: &Rule,
        reason: String,
    ) -> Run {
        let mut run = self.new_run(event, version, rule);
        run.state = RunState::Failed;
        run.reason = Some(reason);
        run.ended_at = Some(self.now);
        self.alert_new(&run, &bundle.program, rule);
        run
    }

    /// An event that cannot be used.
    pub(super) fn bury(&mut self, event: &Event, reason: String) {
        self.after(After::Tell(Box::new(Notice::EventDead {
            event: event.id.clone(),
            reason: reason.clone(),
        })));
        self.write_route(
            event,
            EventState::Dead,
            Some(reason),
            Vec::new(),
            Vec::new(),
        );
    }

    fn write_route(
        &mut self,
        event: &Event,
        state: EventState,
        reason: Option<String>,
        runs: Vec<(Run, Option<Timestamp>)>,
        passed: Vec<Passed>,
    ) {
        let made = runs.iter().map(|(run, _)| run.clone()).collect();
        let write = self.write(Write::Route {
            event: event.id.clone(),
            state,
            reason,
            runs,
            passed,
        });
        self.after(After::Routed {
            write,
            event: event.id.clone(),
            runs: made,
        });
    }

    /// A routing is on disk: the store has decided which runs exist.
    pub(super) fn routed(&mut self, event: &EventId, runs: Vec<Run>, decided: &[Routed]) {
        self.arrival_ended(event);
        for (run, decided) in runs.into_iter().zip(decided) {
            match decided {
                Routed::Created(id) | Routed::Anew(id) if *id == run.id => {
                    if matches!(decided, Routed::Anew(_))
                        && let Some(slot) = self.runs.get_mut(id)
                    {
                        slot.run.origin = String::new();
                    }
                    self.commands
                        .push(Command::Tell(Notice::RunCreated(run.clone())));
                    if run.state.is_ended() {
                        self.commands.push(Command::Tell(Notice::RunMoved(run)));
                    }
                }
                Routed::Created(earlier) | Routed::Anew(earlier) => {
                    // The event was routed before, by a process that died before it heard of it.
                    self.forget(&run.id);
                    if !self.runs.contains_key(earlier) {
                        self.fetch(earlier.clone());
                    }
                }
                Routed::Duplicate(_) => {
                    self.forget(&run.id);
                    self.give_back_pace(&run, run.due.unwrap_or(run.created_at));
                }
            }
        }
    }
}

//! Events on their way to the rules. One that carries only an id first makes the read that completes it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::eval;
use ondo_compiler::ir::{AccountId, Class, Retry};
use ondo_compiler::types::Name;
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{self, Classified, HttpAnswer, Verdict};

use super::account::{Caller, later};
use super::attempts::{self, NOT_ALLOWED, RATE_LIMITED, TOKEN_EXPIRED};
use super::machine::Machine;
use super::poison::{DEATHS_MAX, QUARANTINED};
use super::prepare::{self, PreparedCall};
use super::retry;
use super::state::{Bundle, Timer};
use crate::store::{Event, EventId, EventState, Write};

/// Time limit of a read that completes an event, unless the connector names one.
const READ_TIMEOUT: SignedDuration = SignedDuration::from_secs(30);

/// An event that is not routed yet.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) event: Arc<Event>,
    pub(super) bundle: Option<Arc<Bundle>>,
    pub(super) prepared: Option<Box<PreparedCall>>,
    reads: Reads,
}

/// What came of the reads so far. Kept in memory only: a restart begins anew.
#[derive(Debug, Default)]
struct Reads {
    due: Option<Timestamp>,
    first_at: Option<Timestamp>,
    /// Repetitions that used up an attempt.
    repetitions: u32,
    renewed: bool,
    /// It waits for its read, or its routing is being written.
    under_way: bool,
}

/// The read as it is stored with the event.
struct Read {
    action: Name,
    args: Vec<(Name, Value)>,
    field: Option<Name>,
}

fn stored_read(text: &str) -> Result<Read, String> {
    let broken = |what: &str| format!("the stored read of the event is broken: {what}");
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|_| broken("it is not JSON"))?;
    let action = json.get("action").and_then(serde_json::Value::as_str);
    let action = action.ok_or_else(|| broken("no action"))?.into();
    let field = json
        .get("field")
        .and_then(serde_json::Value::as_str)
        .map(Name::from);
    let mut args = Vec::new();
    if let Some(given) = json.get("args").and_then(serde_json::Value::as_object) {
        for (name, value) in given {
            let value = eval::from_json(value).map_err(|failure| broken(&failure.message))?;
            args.push((name.as_str().into(), value));
        }
    }
    Ok(Read {
        action,
        args,
        field,
    })
}

impl Machine {
    /// Takes an event in.
    pub(super) fn arrive(&mut self, event: Event) {
        let unfinished = matches!(event.state, EventState::Received | EventState::Enriching);
        let is_known = self.arrivals.contains_key(&event.id) || self.recent.has(&event.id);
        if !unfinished || self.draining || is_known {
            return;
        }
        let id = event.id.clone();
        let arrival = Arrival {
            event: Arc::new(event),
            bundle: None,
            prepared: None,
            reads: Reads::default(),
        };
        self.arrivals.insert(id.clone(), arrival);
        self.go_on_with_event(&id);
    }

    /// Routes an event, or makes the read that it needs first.
    pub(super) fn go_on_with_event(&mut self, id: &EventId) {
        let now = self.now;
        if self.draining {
            return;
        }
        self.works_on(&id.0);
        let is_poison = self.is_poison(&id.0);
        let Some(arrival) = self.arrivals.get_mut(id) else {
            return;
        };
        if arrival.reads.under_way {
            return;
        }
        if let Some(due) = arrival.reads.due
            && due > now
        {
            self.timers.insert((due, Timer::Event(id.clone())));
            return;
        }
        arrival.reads.under_way = true;
        if is_poison {
            let event = Arc::clone(&arrival.event);
            let reason = format!("{QUARANTINED} {DEATHS_MAX} times while it worked on this event");
            return self.bury(&event, reason);
        }
        let Some(read) = arrival
            .event
            .enrich
            .clone()
            .filter(|_| arrival.event.payload.is_none())
        else {
            let event = Arc::clone(&arrival.event);
            return self.route(&event);
        };
        let event_bundle = arrival.event.bundle.clone();
        let account_name = arrival.event.account.clone();
        let event = Arc::clone(&arrival.event);
        let bundle = self
            .active
            .get(&event_bundle)
            .and_then(|version| self.bundles.get(&(event_bundle.clone(), version.clone())))
            .cloned();
        let Some(bundle) = bundle else {
            return self.route(&event);
        };
        let place = bundle
            .accounts
            .iter()
            .position(|account| *account.name == account_name);
        let Some(place) = place else {
            return self.bury(&event, format!("there is no account `{account_name}`"));
        };
        let identity = bundle.accounts[place].identity.clone();
        match prepare_read(&bundle, AccountId(place as u32), &read, now) {
            Ok(call) => {
                if let Some(arrival) = self.arrivals.get_mut(id) {
                    arrival.prepared = Some(Box::new(call));
                    arrival.bundle = Some(bundle);
                    arrival.reads.first_at.get_or_insert(now);
                }
                self.want_place(Caller::Event(id.clone()), &identity);
            }
            Err(reason) => self.bury(&event, reason),
        }
    }

    /// A read that completes an event ended.
    pub(super) fn read_over(
        &mut self,
        id: &EventId,
        classified: &Classified,
        answer: Option<&HttpAnswer>,
    ) {
        let now = self.now;
        let Some(arrival) = self.arrivals.get_mut(id) else {
            return;
        };
        let Some(call) = arrival.prepared.take() else {
            return;
        };
        let Some(bundle) = arrival.bundle.clone() else {
            return;
        };
        if let (Verdict::Applied, Some(answer)) = (classified.verdict, answer) {
            let event = Arc::clone(&arrival.event);
            return match payload(&bundle, &call, &event, answer) {
                Ok(payload) => self.complete(id, payload),
                Err(reason) => self.bury(&event, reason),
            };
        }
        let outcome = if classified.verdict != Verdict::Refused {
            classified.outcome.to_string()
        } else if classified.renew && call.needs_token && !arrival.reads.renewed {
            TOKEN_EXPIRED.to_owned()
        } else if classified.pause.is_some() {
            RATE_LIMITED.to_owned()
        } else {
            classified.outcome.to_string()
        };
        arrival.reads.renewed = outcome == TOKEN_EXPIRED;
        let elapsed = now.duration_since(arrival.reads.first_at.unwrap_or(now));
        let pause = retry::may_repeat(&call.retry, arrival.reads.repetitions, elapsed).then(|| {
            let longest = retry::pause_max(&call.retry, arrival.reads.repetitions + 1, None);
            retry::jittered(&call.retry, longest, self.ids.next_u64())
        });
        let paused_until = bundle
            .accounts
            .get(call.account.0 as usize)
            .and_then(|account| self.accounts.get(&account.identity))
            .and_then(|account| account.paused_until());
        let Some(due) = read_again(classified, &outcome, paused_until, now, pause) else {
            let verdict = attempts::verdict_name(classified.verdict);
            let reason = format!(
                "{} ended as {verdict}: {}",
                call.full_action(),
                classified.message
            );
            let event = Arc::clone(&arrival.event);
            return self.bury(&event, reason);
        };
        if !matches!(outcome.as_str(), TOKEN_EXPIRED | RATE_LIMITED) {
            arrival.reads.repetitions += 1;
        }
        arrival.reads.due = Some(due);
        arrival.reads.under_way = false;
        self.timers.insert((due, Timer::Event(id.clone())));
    }

    /// The payload is known: it is stored in the batch that routes the event.
    fn complete(&mut self, id: &EventId, payload: Vec<u8>) {
        let Some(arrival) = self.arrivals.get_mut(id) else {
            return;
        };
        Arc::make_mut(&mut arrival.event).payload = Some(payload.clone());
        let event = Arc::clone(&arrival.event);
        self.write(Write::Payload {
            event: id.clone(),
            payload,
        });
        self.route(&event);
    }
}

/// When a read that completes an event is made again, if it is.
fn read_again(
    classified: &Classified,
    outcome: &str,
    paused_until: Option<Timestamp>,
    now: Timestamp,
    pause: Option<SignedDuration>,
) -> Option<Timestamp> {
    match outcome {
        TOKEN_EXPIRED => Some(now),
        NOT_ALLOWED => None,
        RATE_LIMITED => Some(paused_until.unwrap_or(now).max(now)),
        _ => match classified.verdict {
            Verdict::NotSent | Verdict::Unknown | Verdict::AppliedResultLost => {
                pause.map(|pause| later(now, pause))
            }
            Verdict::Refused | Verdict::Applied | Verdict::Pending => None,
        },
    }
}

fn prepare_read(
    bundle: &Bundle,
    account: AccountId,
    stored: &str,
    now: Timestamp,
) -> Result<PreparedCall, String> {
    let read = stored_read(stored)?;
    read_call(bundle, account, &read.action, read.args, "enrich", now)
}

/// A read that belongs to no run. `step`: what it is for.
pub(super) fn read_call(
    bundle: &Bundle,
    account: AccountId,
    action_name: &Name,
    args: Vec<(Name, Value)>,
    step: &str,
    now: Timestamp,
) -> Result<PreparedCall, String> {
    let program = &bundle.program;
    let resolved = &bundle.accounts[account.0 as usize];
    let (connector, action) = prepare::definition(program, &resolved.connector, action_name)
        .map_err(|failure| failure.message)?;
    let needs_token = prepare::has_exchange(connector);
    let request = wire::build_request(
        &prepare::wire_cx(program, &resolved.settings, now),
        connector,
        action,
        &args,
        needs_token.then(|| Secret::new("")).as_ref(),
    )
    .map_err(|failure| failure.message)?;
    Ok(PreparedCall {
        step: step.to_owned(),
        iteration: String::new(),
        attempt: 1,
        wait: None,
        account,
        connector: resolved.connector.clone(),
        action: action_name.clone(),
        class: Class::Read,
        retry: Retry::default(),
        args,
        key: String::new(),
        timeout: action.timeout.unwrap_or(READ_TIMEOUT),
        now,
        step_time: now,
        digest: String::new(),
        request,
        needs_token,
        key_ends: None,
        question: None,
        in_parallel: false,
        claims: super::ledger::Claims::Nothing,
        marker: None,
        ordered_again: false,
    })
}

/// The payload in the answer of the read.
fn payload(
    bundle: &Bundle,
    call: &PreparedCall,
    event: &Event,
    answer: &HttpAnswer,
) -> Result<Vec<u8>, String> {
    let read = stored_read(event.enrich.as_deref().unwrap_or_default())?;
    let program = &bundle.program;
    let settings = bundle.settings(call.account);
    let (connector, action) = prepare::definition(program, &call.connector, &call.action)
        .map_err(|failure| failure.message)?;
    let cx = prepare::wire_cx(program, settings, call.now);
    wire::payload_of_answer(&cx, connector, action, read.field.as_ref(), answer)
        .map_err(|failure| failure.message)
}

//! From a call that is due to its outcome: a place at the account, a token, the intent, the send, the answer.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::ir::Program;
use ondo_compiler::types::Name;
use ondo_compiler::value::Secret;
use ondo_compiler::wire::{self, Classified, HttpAnswer, Observed, Verdict};

use super::account::{Account, Admission, Caller, later};
use super::attempts::{self, NOT_ALLOWED, RATE_LIMITED, TOKEN_EXPIRED};
use super::machine::Machine;
use super::prepare::{self, PreparedCall};
use super::redact;
use super::standing;
use super::state::{Bundle, CallPlace, Flight, Making, Outgoing, Purpose, Stage, Timer, Work};
use super::{Command, Notice};
use crate::client::PRIVATE_ADDRESS;
use crate::store::{Record, RecordKind, RunId, RunState, ShownRequest};

/// A wait for the account that is at least this long is shown as the run's state.
const SHOWN_WAIT_MIN: SignedDuration = SignedDuration::from_secs(1);
/// So much of an answer is kept.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What came of a call, as it is recorded.
pub(super) struct Finding {
    pub(super) outcome: String,
    pub(super) verdict: Verdict,
    pub(super) message: String,
}

impl Machine {
    /// Stands in the account's queue.
    pub(super) fn want_place(&mut self, caller: Caller, identity: &Name) {
        let now = self.now;
        let account = self
            .accounts
            .entry(identity.clone())
            .or_insert_with(|| Account::new(&[]));
        let admission = account.admission(now);
        account.waiters.push_back(caller.clone());
        if let (Admission::Until(until, why), Caller::Run(id, place)) = (admission, &caller)
            && until.duration_since(now) >= SHOWN_WAIT_MIN
        {
            self.show_queue(id, place, until, why);
        }
        self.work.push_back(Work::Pump(identity.clone()));
    }

    /// Lets people see that a run waits for its account, unless another call of it is on its way.
    fn show_queue(&mut self, id: &RunId, place: &CallPlace, until: Timestamp, why: &str) {
        let Some(slot) = self.runs.get(id) else {
            return;
        };
        let is_on_its_way =
            |making: &Making| matches!(making.stage, Stage::Sending(_) | Stage::Calling);
        let is_shown = slot.run.state == RunState::Waiting && slot.run.due == Some(until);
        if is_shown || slot.calls.values().any(is_on_its_way) {
            return;
        }
        if let Some(Making { call, .. }) = slot.calls.get(place) {
            let reason = format!("{why} of {}", call.connector);
            let step = call.step.clone();
            self.move_run(id, RunState::Waiting, Some(until), Some(reason), Some(step));
        }
    }

    /// Gives places to those who wait, as long as there are any.
    pub(super) fn pump(&mut self, identity: &Name) {
        if self.draining {
            return;
        }
        let now = self.now;
        loop {
            let Some(account) = self.accounts.get_mut(identity) else {
                return;
            };
            if account.waiters.is_empty() {
                return;
            }
            match account.admission(now) {
                Admission::Go => {}
                Admission::Until(until, _) => {
                    self.timers
                        .insert((until, Timer::Account(identity.clone())));
                    return;
                }
                Admission::Full => return,
            }
            let Some(caller) = account.waiters.pop_front() else {
                return;
            };
            account.enter(now);
            if self.wants_place(&caller) {
                self.has_place(caller, identity);
            } else {
                self.leave_place(identity);
            }
        }
    }

    /// Gives a place back.
    pub(super) fn leave_place(&mut self, identity: &Name) {
        if let Some(account) = self.accounts.get_mut(identity) {
            account.leave();
            self.work.push_back(Work::Pump(identity.clone()));
        }
    }

    /// The call that a caller wants to make.
    fn call_of(&self, caller: &Caller) -> Option<(Arc<Bundle>, &PreparedCall)> {
        match caller {
            Caller::Run(id, place) => {
                let slot = self.runs.get(id)?;
                Some((slot.bundle.clone()?, &*slot.calls.get(place)?.call))
            }
            Caller::Event(id) => {
                let arrival = self.arrivals.get(id)?;
                Some((arrival.bundle.clone()?, arrival.prepared.as_deref()?))
            }
            Caller::Poll(key) => {
                let asking = self.asking(key)?;
                Some((Arc::clone(&asking.bundle), &asking.call))
            }
        }
    }

    /// Whether a caller still stands in the queue: its run may have gone on without it.
    fn wants_place(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Run(id, place) => {
                let making = self.runs.get(id).and_then(|slot| slot.calls.get(place));
                making.is_some_and(|making| matches!(making.stage, Stage::Place))
            }
            Caller::Event(_) | Caller::Poll(_) => self.call_of(caller).is_some(),
        }
    }

    /// Whether the call of a caller was let go already, or is not wanted any more.
    fn is_let_go(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Run(id, place) => {
                let making = self.runs.get(id).and_then(|slot| slot.calls.get(place));
                making
                    .is_none_or(|making| matches!(making.stage, Stage::Sending(_) | Stage::Calling))
            }
            Caller::Event(_) | Caller::Poll(_) => false,
        }
    }

    fn set_stage(&mut self, caller: &Caller, stage: Stage) {
        if let Caller::Run(id, place) = caller
            && let Some(slot) = self.runs.get_mut(id)
            && let Some(making) = slot.calls.get_mut(place)
        {
            making.stage = stage;
        }
    }

    fn has_place(&mut self, caller: Caller, identity: &Name) {
        let Some((bundle, call)) = self.call_of(&caller) else {
            return;
        };
        if !call.needs_token {
            return self.send_call(caller, identity, None);
        }
        let account_id = call.account;
        let Some(account) = self.accounts.get_mut(identity) else {
            return;
        };
        if let Some(token) = account.token(self.now) {
            return self.send_call(caller, identity, Some(token));
        }
        account.token_waiters.push(caller.clone());
        let exchanging = account.exchanging;
        self.set_stage(&caller, Stage::Token);
        if !exchanging {
            self.exchange(bundle, account_id, identity);
        }
    }

    /// Sends a call that has a place and its token; an unsafe one when its intent is on disk.
    pub(super) fn send_call(
        &mut self,
        caller: Caller,
        identity: &Name,
        token: Option<(Secret, u64)>,
    ) {
        let now = self.now;
        if self.is_let_go(&caller) {
            // It stood in two queues, and the other one was faster.
            return self.leave_place(identity);
        }
        if self.draining {
            // Nothing of it is on disk: the next process begins here.
            return self.leave_place(identity);
        }
        let paused_until = self
            .accounts
            .get(identity)
            .and_then(|account| account.paused_until());
        if paused_until.is_some_and(|until| until > now) {
            // Somebody was told to wait while this one waited for the token.
            self.leave_place(identity);
            self.set_stage(&caller, Stage::Place);
            return self.want_place(caller, identity);
        }
        let Some((bundle, call)) = self.call_of(&caller) else {
            return self.leave_place(identity);
        };
        if let Caller::Run(id, place) = &caller
            && standing::too_late(call, self.valid_until(id), now).is_some()
        {
            self.leave_place(identity);
            if let Some(slot) = self.runs.get_mut(id) {
                slot.calls.remove(place);
            }
            return self.work.push_back(Work::Advance(id.clone()));
        }
        let mut request = call.request.clone();
        if let Some((secret, _)) = &token {
            let settings = bundle
                .accounts
                .get(call.account.0 as usize)
                .map_or(&[][..], |account| &account.settings);
            match call.authorised(&bundle.program, settings, secret) {
                Ok(authorised) => request = authorised,
                Err(failure) => {
                    self.leave_place(identity);
                    return self.attempt_over(&caller, &not_sent(failure.message), None);
                }
            }
        }
        let repeatable = attempts::repeatable(call.class);
        let outgoing = Outgoing {
            request,
            timeout: call.timeout,
            fresh_connection: !repeatable,
            flight: Flight {
                identity: identity.clone(),
                purpose: Purpose::Call {
                    caller: caller.clone(),
                    token,
                },
            },
        };
        let Caller::Run(id, _) = &caller else {
            return self.send(outgoing);
        };
        // A run that waits for a result is also seen to wait while it asks.
        let asks = call.question.is_some();
        let wants_intent = !asks && (!repeatable || call.in_parallel || bundle.uses_step_time);
        let intent = wants_intent.then(|| {
            let mut record = self.record_of(id, call, identity);
            // `step_time()` of later attempts is the time of the first record.
            record.at = call.step_time.min(now);
            record.kind = RecordKind::Intent;
            record.request = Some(shown(call));
            record
        });
        let step = call.step.clone();
        let waited = self
            .runs
            .get(id)
            .is_some_and(|slot| slot.run.state != RunState::Ready);
        if waited && !asks {
            self.move_run(id, RunState::Ready, None, None, Some(step));
        }
        match intent {
            Some(record) => {
                self.record(id, record);
                self.set_stage(&caller, Stage::Sending(Box::new(outgoing)));
            }
            None => {
                self.set_stage(&caller, Stage::Calling);
                self.send(outgoing);
            }
        }
    }

    /// The intent is on disk.
    pub(super) fn intended(&mut self, outgoing: Outgoing) {
        let Purpose::Call { caller, .. } = &outgoing.flight.purpose else {
            return self.send(outgoing);
        };
        if !self.draining {
            return self.send(outgoing);
        }
        self.leave_place(&outgoing.flight.identity);
        self.attempt_over(caller, &not_sent("the process was ending".to_owned()), None);
    }

    /// A call ended.
    pub(super) fn observed(&mut self, number: u64, observed: &Observed) {
        let Some(flight) = self.calls.remove(&number) else {
            return;
        };
        let identity = flight.identity;
        match flight.purpose {
            Purpose::Exchange { bundle, account } => {
                self.exchanged(&identity, &bundle, account, observed)
            }
            Purpose::Call { caller, token } => {
                self.leave_place(&identity);
                self.observed_of(&identity, &caller, token, observed);
            }
        }
    }

    /// What was seen of a caller's call. `token`: the number of the one that it carried.
    pub(super) fn observed_of(
        &mut self,
        identity: &Name,
        caller: &Caller,
        token: Option<(Secret, u64)>,
        observed: &Observed,
    ) {
        let Some((bundle, call)) = self.call_of(caller) else {
            return;
        };
        let secret = token.as_ref().map(|(secret, _)| secret);
        let settings = bundle.accounts.get(call.account.0 as usize);
        let settings = settings.map_or(&[][..], |account| &account.settings);
        let secrets = redact::secrets(settings.iter().chain(&call.args), secret);
        let observed = &*redact::redacted(observed, &secrets);
        let classified = classify(&bundle, call, observed, self.now);
        self.note_health(identity, caller, observed, &classified);
        if classified.renew
            && let (Some((_, number)), Some(account)) = (token, self.accounts.get_mut(identity))
        {
            account.drop_token(number);
        }
        let answer = match observed {
            Observed::Answer(answer) => Some(answer),
            _ => None,
        };
        self.attempt_over(caller, &classified, answer);
    }

    /// What an attempt says about the account as a whole.
    fn note_health(
        &mut self,
        identity: &Name,
        caller: &Caller,
        observed: &Observed,
        classified: &Classified,
    ) {
        let now = self.now;
        let Some(account) = self.accounts.get_mut(identity) else {
            return;
        };
        let news = match observed {
            Observed::NotSent { reason } => account.connect_failed(now).then_some(Some(reason)),
            Observed::Answer(_) => account.connected().then_some(None),
            Observed::NoAnswer { .. } => None,
            // A source is asked again and again: its trouble is said once.
            Observed::NotAllowed { .. } if matches!(caller, Caller::Poll(_)) => None,
            Observed::NotAllowed { .. } => Some(Some(&classified.message)),
        };
        match classified.pause {
            Some(pause) => account.rate_limited(now, pause),
            None if matches!(observed, Observed::Answer(_)) => account.not_rate_limited(),
            None => {}
        }
        if let Some(reason) = news {
            self.tell_of(identity, reason.map(String::as_str));
        }
    }

    /// Says that calls of an account wait for its vendor, or that they go through again.
    pub(super) fn tell_of(&mut self, identity: &Name, unreachable: Option<&str>) {
        let account = self
            .bundles
            .values()
            .flat_map(|bundle| &bundle.accounts)
            .filter(|account| account.identity == *identity)
            .min_by(|a, b| a.name.cmp(&b.name));
        if let Some(account) = account {
            self.commands.push(Command::Tell(Notice::Reach {
                account: account.name.clone(),
                connector: account.connector.clone(),
                unreachable: unreachable.map(str::to_owned),
            }));
        }
    }

    /// Records what came of an attempt and goes on.
    pub(super) fn attempt_over(
        &mut self,
        caller: &Caller,
        classified: &Classified,
        answer: Option<&HttpAnswer>,
    ) {
        let (id, place) = match caller {
            Caller::Run(id, place) => (id, place),
            Caller::Event(id) => return self.read_over(id, classified, answer),
            Caller::Poll(key) => return self.page_over(key, classified, answer),
        };
        let Some(slot) = self.runs.get_mut(id) else {
            return;
        };
        let Some(Making { call, .. }) = slot.calls.remove(place) else {
            return;
        };
        if let Some(question) = &call.question {
            return self.question_over(id, &call, question, classified, answer);
        }
        let journal = self
            .runs
            .get(id)
            .and_then(|slot| slot.body.as_ref())
            .map_or(&[][..], |body| &body.journal);
        let of_step: Vec<&Record> = journal
            .iter()
            .filter(|earlier| {
                earlier.kind != RecordKind::End
                    && earlier.step == call.step
                    && earlier.iteration == call.iteration
            })
            .collect();
        let finding = Finding {
            outcome: attempts::recorded_outcome(classified, call.needs_token, &of_step),
            verdict: classified.verdict,
            message: classified.message.clone(),
        };
        self.attempt_ended(id, &call, finding, answer);
    }

    /// Records what came of a call and goes on.
    pub(super) fn attempt_ended(
        &mut self,
        id: &RunId,
        call: &PreparedCall,
        finding: Finding,
        answer: Option<&HttpAnswer>,
    ) {
        let Some(identity) = self.identity_of(id, call) else {
            return;
        };
        let mut record = self.record_of(id, call, &identity);
        let journal = self
            .runs
            .get(id)
            .and_then(|slot| slot.body.as_ref())
            .map_or(&[][..], |body| &body.journal);
        let intended = journal
            .iter()
            .rfind(|earlier| earlier.step == call.step && earlier.iteration == call.iteration)
            .is_some_and(|last| last.kind == RecordKind::Intent);
        record.outcome = Some(finding.outcome);
        record.verdict = Some(attempts::verdict_name(finding.verdict).to_owned());
        record.message = Some(finding.message);
        if !intended {
            record.request = Some(shown(call));
        }
        if let Some(answer) = answer {
            record.status = Some(answer.status);
            let kept = answer.body.len().min(ANSWER_BYTES_MAX);
            record.answer = Some(answer.body[..kept].to_vec());
        }
        self.record(id, record);
        self.after_attempt(id);
    }

    /// A record of this call's current attempt, with nothing said about what came of it.
    fn record_of(&self, id: &RunId, call: &PreparedCall, identity: &Name) -> Record {
        let seq = self
            .runs
            .get(id)
            .and_then(|slot| slot.body.as_ref())
            .map_or(0, |body| body.journal.len() as u32);
        Record {
            run: id.clone(),
            seq,
            at: self.now,
            kind: RecordKind::Outcome,
            step: call.step.clone(),
            iteration: call.iteration.clone(),
            attempt: call.attempt,
            digest: call.digest.clone(),
            key: call.key.clone(),
            identity: identity.to_string(),
            action: call.full_action(),
            request: None,
            outcome: None,
            verdict: None,
            status: None,
            answer: None,
            message: None,
        }
    }
}

fn shown(call: &PreparedCall) -> ShownRequest {
    ShownRequest {
        method: call.request.method.to_string(),
        url: call.request.shown_url.clone(),
        body: if call.request.secret_body {
            Vec::new()
        } else {
            call.request.body.clone()
        },
    }
}

pub(super) fn not_sent(message: String) -> Classified {
    Classified {
        outcome: "not_sent".into(),
        verdict: Verdict::NotSent,
        value: ondo_compiler::value::Value::Null,
        pause: None,
        renew: false,
        message,
    }
}

/// What to write so that an account may call one's own network.
fn private_address(program: &Program, call: &PreparedCall) -> String {
    let account = program.accounts.get(call.account.0 as usize);
    match account.filter(|account| account.declared) {
        Some(account) => format!(
            "{PRIVATE_ADDRESS}; if it is your own network, write `privateNetwork: true` in `account {} = {}`",
            account.name, account.connector
        ),
        None => format!(
            "{PRIVATE_ADDRESS}; if it is your own network, set {}_PRIVATENETWORK=true",
            call.connector.to_uppercase()
        ),
    }
}

/// What an attempt means, by the connector's definition.
fn classify(
    bundle: &Bundle,
    call: &PreparedCall,
    observed: &Observed,
    now: Timestamp,
) -> Classified {
    let program = &bundle.program;
    let settings = bundle
        .accounts
        .get(call.account.0 as usize)
        .map_or(&[][..], |account| &account.settings);
    match prepare::definition(program, &call.connector, &call.action) {
        Ok((connector, action)) => {
            let cx = prepare::wire_cx(program, settings, now);
            let mut classified = wire::classify(&cx, connector, action, observed);
            if classified.message == PRIVATE_ADDRESS {
                classified.message = private_address(program, call);
            }
            classified
        }
        Err(failure) => Classified {
            verdict: Verdict::Unknown,
            outcome: "unreadable".into(),
            ..not_sent(failure.message)
        },
    }
}

/// When a read that completes an event is made again, if it is.
pub(super) fn read_again(
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

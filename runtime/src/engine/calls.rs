//! How a call that has a place at its account goes out: its token, its intent, the send.

use std::sync::Arc;

use ondo_compiler::types::Name;
use ondo_compiler::value::Secret;

use super::account::Caller;
use super::answers::not_sent;
use super::attempts;
use super::ledger::Claims;
use super::machine::Machine;
use super::prepare::PreparedCall;
use super::standing;
use super::state::{Bundle, Flight, Outgoing, Purpose, Stage, Work};
use crate::store::{Record, RecordKind, RunId, RunState, ShownRequest};

impl Machine {
    /// The call that a caller wants to make.
    pub(super) fn call_of(&self, caller: &Caller) -> Option<(Arc<Bundle>, &PreparedCall)> {
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

    /// Whether the call of a caller was let go already, or is not wanted any more.
    fn is_let_go(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Run(id, place) => {
                let making = self.runs.get(id).and_then(|slot| slot.calls.get(place));
                making.is_none_or(|making| {
                    matches!(
                        making.stage,
                        Stage::Claiming | Stage::Sending(_) | Stage::Calling
                    )
                })
            }
            Caller::Event(_) | Caller::Poll(_) => false,
        }
    }

    pub(super) fn set_stage(&mut self, caller: &Caller, stage: Stage) {
        if let Caller::Run(id, place) = caller
            && let Some(slot) = self.runs.get_mut(id)
            && let Some(making) = slot.calls.get_mut(place)
        {
            making.stage = stage;
        }
    }

    /// Goes on with a call that has got its place.
    pub(super) fn has_place(&mut self, caller: Caller, identity: &Name) {
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
        if let Caller::Run(id, place) = &caller
            && call.claims == Claims::First
            && !self.is_claimed(id, place)
        {
            return self.claim(id.clone(), place.clone(), identity, token);
        }
        let mut request = call.request.clone();
        if let Some((secret, _)) = &token {
            let settings = bundle.settings(call.account);
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
        let rides = call.claims == Claims::WithIntent;
        let claim = rides.then(|| self.claim_of(id, call, identity)).flatten();
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
                if let Some(claim) = claim {
                    self.write_of(id, claim);
                }
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

    /// A record of this call's current attempt, with nothing said about what came of it.
    pub(super) fn record_of(&self, id: &RunId, call: &PreparedCall, identity: &Name) -> Record {
        let seq = self
            .runs
            .get(id)
            .map_or(0, |slot| slot.journal().len() as u32);
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

/// The request of a call as people may see it.
pub(super) fn shown(call: &PreparedCall) -> ShownRequest {
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

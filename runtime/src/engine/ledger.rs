//! The effect ledger: an effect with the author's `key` is brought about once, whichever run or bundle comes first.
//!
//! ```text
//! call with a key -> claim on disk -> ours           -> intent, send
//!                                  -> applied by R    -> done: its result is taken over
//!                                  -> R is at it      -> waits for R, visibly
//! ```
//!
//! What moves money without a key of the author's stands in the ledger too: its own key cannot be anybody else's, so its
//! claim rides with the intent.

use jiff::SignedDuration;
use ondo_compiler::ir::{Call, Class};
use ondo_compiler::types::Name;
use ondo_compiler::value::Secret;
use ondo_compiler::wire::Verdict;

use super::account::{Caller, later};
use super::attempts::{verdict_name, verdict_named};
use super::machine::Machine;
use super::prepare::PreparedCall;
use super::state::{After, CallPlace, Held, Making, Stage, Work};
use crate::store::{Effect, EffectState, Record, Run, RunId, RunState, Taken, Write, Written};

/// The ledger is asked again after this although the run that holds an effect was not heard of.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(6);
/// The same where the holder has let go of it while the ledger was answering.
const ASK_AGAIN_SOON: SignedDuration = SignedDuration::from_secs(1);
/// How the reason of a run begins that waits for another one's effect.
const HELD: &str = "the effect with the same key";
/// Recorded where another run has brought the effect about and its journal is gone.
const DONE_BEFORE: &str = "ok";
/// Recorded where a person left the effect out in another run.
const LEFT_OUT: &str = "left_out";

/// How a call stands in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claims {
    /// Not at all: it may happen any number of times.
    Nothing,
    /// Its key is its own: the claim is written with the intent.
    WithIntent,
    /// Another run may have the same key: nothing is sent before the claim is on disk.
    First,
}

impl Claims {
    /// How the calls of a step stand in it.
    pub(super) fn of(call: &Call, run: &Run) -> Self {
        let again = run.redrive_of.is_some() && call.class != Class::Read;
        match call.class {
            _ if call.key.is_some() || again => Claims::First,
            Class::Unsafe | Class::UnsafeReadback => Claims::WithIntent,
            _ => Claims::Nothing,
        }
    }

    /// For a question about the step: what it finds out is written down, but it claims nothing.
    pub(super) fn of_question(self) -> Self {
        match self {
            Claims::Nothing => Claims::Nothing,
            Claims::WithIntent | Claims::First => Claims::WithIntent,
        }
    }
}

/// Whether a run waits for another one's effect. A new process does not know who is to be told of it: it asks at once.
pub(super) fn is_held(run: &Run) -> bool {
    let reason = run.reason.as_deref().unwrap_or_default();
    run.state == RunState::Waiting && reason.starts_with(HELD)
}

/// A claim that is being written.
#[derive(Debug)]
pub(super) struct Claiming {
    /// The place of its write in the batch.
    pub(super) write: usize,
    run: RunId,
    place: CallPlace,
    identity: Name,
    token: Option<(Secret, u64)>,
}

impl Machine {
    /// Whether the effect of a call is known to be its run's.
    pub(super) fn is_claimed(&self, id: &RunId, place: &CallPlace) -> bool {
        let making = self.runs.get(id).and_then(|slot| slot.calls.get(place));
        making.is_some_and(|making| making.claimed)
    }

    /// The write that claims the effect of a call.
    pub(super) fn claim_of(
        &self,
        id: &RunId,
        call: &PreparedCall,
        identity: &Name,
    ) -> Option<Write> {
        let run = &self.runs.get(id)?.run;
        let effect = Effect {
            identity: identity.to_string(),
            action: call.effect_action(),
            key: call.key.clone(),
            run: run.id.clone(),
            step: call.step.clone(),
            iteration: call.iteration.clone(),
            event: run.event.clone(),
            at: self.now,
            state: EffectState::Claimed,
            digest: call.digest.clone(),
            marker: call.marker.clone(),
        };
        Some(Write::Claim {
            effect,
            again: call.ordered_again,
        })
    }

    /// Claims the effect of a call that has its place and token. Nothing is sent before the ledger has answered.
    pub(super) fn claim(
        &mut self,
        id: RunId,
        place: CallPlace,
        identity: &Name,
        token: Option<(Secret, u64)>,
    ) {
        let making = self.runs.get(&id).and_then(|slot| slot.calls.get(&place));
        let claim = making.and_then(|making| self.claim_of(&id, &making.call, identity));
        let Some(claim) = claim else {
            return self.leave_place(identity);
        };
        self.set_stage(&Caller::Run(id.clone(), place.clone()), Stage::Claiming);
        let write = self.write(claim);
        self.touch(&id);
        self.after(After::Claimed(Box::new(Claiming {
            write,
            run: id,
            place,
            identity: identity.clone(),
            token,
        })));
    }

    /// The ledger has answered.
    pub(super) fn claimed(&mut self, claiming: Claiming, written: Option<&Written>) {
        let Claiming {
            run,
            place,
            identity,
            token,
            ..
        } = claiming;
        let slot = self.runs.get_mut(&run);
        let making = slot.and_then(|slot| slot.calls.get_mut(&place));
        let Some(making) = making else {
            // Its run has gone on without it meanwhile.
            return self.leave_place(&identity);
        };
        if let Some(Written::Taken(taken)) = written {
            let call = making.call.clone();
            self.leave_place(&identity);
            if let Some(slot) = self.runs.get_mut(&run) {
                slot.calls.remove(&place);
            }
            return self.taken(&run, &call, &identity, taken);
        }
        making.claimed = true;
        making.stage = Stage::Place;
        self.send_call(Caller::Run(run, place), &identity, token);
    }

    /// Another run holds the effect.
    fn taken(&mut self, id: &RunId, call: &PreparedCall, identity: &Name, taken: &Taken) {
        let by = &taken.by;
        let other_content = match by.digest == call.digest {
            true => "",
            false => ", with other content",
        };
        let (verdict, outcome, said) = match by.state {
            EffectState::Applied => {
                let record = taken.record.as_ref();
                let lost = verdict_name(Verdict::AppliedResultLost);
                let verdict = record.and_then(|record| record.verdict.clone());
                let outcome = record.and_then(|record| record.outcome.clone());
                let said = format!(
                    "done already by {} ({}{other_content}): the key is the same",
                    by.run, by.step
                );
                (
                    verdict.unwrap_or_else(|| lost.to_owned()),
                    outcome.unwrap_or_else(|| DONE_BEFORE.to_owned()),
                    said,
                )
            }
            EffectState::Skipped => (
                verdict_name(Verdict::Refused).to_owned(),
                LEFT_OUT.to_owned(),
                format!(
                    "not sent: a person left the effect with this key out in {}",
                    by.run
                ),
            ),
            EffectState::Claimed | EffectState::Doubt | EffectState::Absent => {
                return self.hold(id, call, by);
            }
        };
        let mut record = self.record_of(id, call, identity);
        record.outcome = Some(outcome);
        record.verdict = Some(verdict);
        record.message = Some(said);
        // What a question found out is no answer to the call itself.
        let own = taken.record.as_ref();
        if let Some(own) = own.filter(|own| own.action == record.action) {
            record.status = own.status;
            record.answer = own.answer.clone();
        }
        self.record(id, record);
        self.after_attempt(id);
    }

    /// Waits until the run that holds the effect has brought it about, or has ended.
    fn hold(&mut self, id: &RunId, call: &PreparedCall, by: &Effect) {
        let doing = match by.state {
            EffectState::Doubt => "is in doubt in",
            _ => "is under way in",
        };
        let pause = match self.is_at_it(by) {
            true => ASK_AGAIN_AFTER,
            false => ASK_AGAIN_SOON,
        };
        let held = Held {
            reason: format!("{HELD} {doing} {}", by.run),
            until: later(self.now, pause),
        };
        if let Some(slot) = self.runs.get_mut(id) {
            slot.held.insert(call.place(), held);
        }
        let waiters = self.effect_waiters.entry(by.run.clone()).or_default();
        waiters.insert(id.clone());
        self.after_attempt(id);
    }

    /// Whether the holder of an effect has yet to say what becomes of it. If it has said so while the ledger's answer was on
    /// its way, it woke nobody, and will not do so again.
    fn is_at_it(&self, by: &Effect) -> bool {
        let Some(slot) = self.runs.get(&by.run) else {
            return false;
        };
        let says = |record: &Record| {
            let verdict = record.verdict.as_deref().and_then(verdict_named);
            record.step == by.step
                && record.iteration == by.iteration
                && matches!(verdict, Some(Verdict::Applied | Verdict::AppliedResultLost))
        };
        let is_decided = slot
            .body
            .as_ref()
            .is_some_and(|body| body.journal.iter().any(says));
        !slot.run.state.is_ended() && !is_decided
    }

    /// Why a call of a run is held back.
    pub(super) fn held_at(&self, id: &RunId, call: &PreparedCall) -> Option<&Held> {
        self.runs.get(id)?.held.get(&call.place())
    }

    /// Writes down what an attempt, or a question about it, says of the effect.
    pub(super) fn settle_effect(
        &mut self,
        id: &RunId,
        call: &PreparedCall,
        identity: &Name,
        verdict: Verdict,
    ) {
        let state = match verdict {
            _ if call.claims == Claims::Nothing => return,
            Verdict::Applied | Verdict::AppliedResultLost => EffectState::Applied,
            Verdict::Unknown => EffectState::Doubt,
            // Claimed until the run has ended: it may be sent again.
            Verdict::NotSent | Verdict::Refused | Verdict::Pending => return,
        };
        self.write_of(
            id,
            Write::Settle {
                identity: identity.to_string(),
                action: call.effect_action(),
                key: call.key.clone(),
                run: id.clone(),
                state,
            },
        );
        if state == EffectState::Applied {
            self.wake_effect_waiters(id);
        }
    }

    /// A run has brought something about, or has ended: those who wait for its effects ask the ledger again. What it has
    /// written comes to the disk before their claims.
    pub(super) fn wake_effect_waiters(&mut self, holder: &RunId) {
        for id in self.effect_waiters.remove(holder).unwrap_or_default() {
            let Some(slot) = self.runs.get_mut(&id) else {
                continue;
            };
            slot.held.clear();
            let is_under_way = slot
                .calls
                .values()
                .any(|making: &Making| !matches!(making.stage, Stage::Place));
            if !is_under_way {
                slot.run.due = None;
            }
            self.work.push_back(Work::Advance(id));
        }
    }
}

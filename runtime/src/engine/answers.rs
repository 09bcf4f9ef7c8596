//! From what was seen of a call to its verdict, and from that to the journal.

use jiff::Timestamp;
use ondo_compiler::ir::Program;
use ondo_compiler::types::Name;
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{self, Classified, HttpAnswer, Observed, Verdict};

use super::account::Caller;
use super::attempts;
use super::calls::shown;
use super::machine::Machine;
use super::prepare::{self, Asks, PreparedCall};
use super::redact;
use super::state::{Bundle, Making, Purpose, Slot};
use super::{Command, Notice};
use crate::client::PRIVATE_ADDRESS;
use crate::store::{Record, RecordKind, RunId};

/// So much of an answer is kept.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What came of a call, as it is recorded.
pub(super) struct Finding {
    pub(super) outcome: String,
    pub(super) verdict: Verdict,
    pub(super) message: String,
}

impl Machine {
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
            Purpose::Probe => self.probed(&identity, observed),
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
        match caller {
            Caller::Run(run, _) => self.works_on(&run.0),
            Caller::Event(event) => self.works_on(&event.0),
            Caller::Poll(_) => {}
        }
        let Some((bundle, call)) = self.call_of(caller) else {
            return;
        };
        let secret = token.as_ref().map(|(secret, _)| secret);
        let settings = bundle.settings(call.account);
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
            Observed::NotSent { reason } => {
                account.health.connect_failed(now).then_some(Some(reason))
            }
            Observed::Answer(_) => account.health.connected().then_some(None),
            Observed::NoAnswer { .. } => None,
            // A source is asked again and again: its trouble is said once.
            Observed::NotAllowed { .. } if matches!(caller, Caller::Poll(_)) => None,
            Observed::NotAllowed { .. } => Some(Some(&classified.message)),
        };
        let failed = match observed {
            Observed::NoAnswer { .. } => Some(true),
            Observed::Answer(_) => Some(classified.verdict == Verdict::Unknown),
            Observed::NotSent { .. } | Observed::NotAllowed { .. } => None,
        };
        if let Some(failed) = failed {
            account.health.call_ended(now, failed);
        }
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
        match &call.question {
            Some(Asks::Result(question)) => {
                return self.question_over(id, &call, question, classified, answer);
            }
            Some(Asks::Happened(question)) => {
                return self.read_back(id, &call, question, classified, answer);
            }
            None => {}
        }
        let journal = self.runs.get(id).map_or(&[][..], Slot::journal);
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
        let journal = self.runs.get(id).map_or(&[][..], Slot::journal);
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
        self.settle_effect(id, call, &identity, finding.verdict);
        self.record(id, record);
        self.after_attempt(id);
    }
}

/// What is known of a call that certainly did not go out.
pub(super) fn not_sent(message: String) -> Classified {
    Classified {
        outcome: "not_sent".into(),
        verdict: Verdict::NotSent,
        value: Value::Null,
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
    let settings = bundle.settings(call.account);
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

//! What a run does after a call: handlers, values, refusals that nobody handles.

use ondo_compiler::ir::Call;
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire;

use super::interpreter::{Error, Halt, Replay};
use super::prepare::{self, PreparedCall};
use super::readback;
use crate::store::{Record, RecordKind, RunState};

impl<'a> Replay<'a> {
    /// The applied call of another place of this run with the same author's key: it is this very effect.
    pub(super) fn twin(&self, call: &Call, prepared: &PreparedCall) -> Option<&'a Record> {
        call.key?;
        let identity = &self.cx.accounts.get(prepared.account.0 as usize)?.identity;
        let action = prepared.full_action();
        let same = |record: &&Record| {
            record.key == prepared.key && record.action == action && *record.identity == **identity
        };
        let is_applied = |record: &&Record| {
            let verdict = record.verdict.as_deref();
            matches!(record.kind, RecordKind::Outcome | RecordKind::Decision)
                && matches!(verdict, Some("applied" | "applied_result_lost"))
        };
        let applied = self.cx.journal.iter().filter(is_applied);
        for record in applied {
            let place = (record.step.as_str(), record.iteration.as_str());
            let of_step = self.by_step.get(&place).map_or(&[][..], Vec::as_slice);
            // What a job came to is recorded with the action that asked, behind the submission.
            if same(&record) || of_step.iter().any(same) {
                return Some(record);
            }
        }
        None
    }

    /// Goes on after a call that has its outcome.
    pub(super) fn outcome(
        &mut self,
        call: &'a Call,
        step: &str,
        record: &'a Record,
        used_up: bool,
    ) -> Result<(), Halt> {
        let outcome = record.outcome.as_deref().unwrap_or_default();
        let handler = call
            .handlers
            .iter()
            .find(|handler| &*handler.outcome == outcome);
        if outcome == "ok" || handler.is_some() {
            // Reading the answer again is the dearest part of a replay.
            let wants_value = (outcome == "ok" && call.bind.is_some())
                || handler.is_some_and(|handler| handler.bind.is_some());
            let value = if wants_value {
                self.answer_of(call, record)
            } else {
                Value::Null
            };
            if outcome == "ok"
                && let Some(local) = call.bind
            {
                self.set(local, value.clone());
            }
            let Some(handler) = handler else {
                return Ok(());
            };
            if let Some(local) = handler.bind {
                self.set(local, value);
            }
            self.steps(&handler.body)?;
            if outcome != "ok"
                && let Some(local) = call.bind
            {
                self.set(local, Value::Null);
            }
            return Ok(());
        }
        let message = record.message.as_deref().unwrap_or("no message");
        let verdict = record.verdict.as_deref().unwrap_or_default();
        let (state, reason) = match verdict {
            "applied" => (
                RunState::Failed,
                format!("{step} answered `{outcome}`, which no `on {outcome}` handles: {message}"),
            ),
            "refused" => (
                RunState::Dead,
                format!("{step} was refused (`{outcome}`): {message}"),
            ),
            "not_sent" => (
                RunState::Dead,
                format!("{step} could not be sent: {message}"),
            ),
            _ if used_up => (
                RunState::Dead,
                match record.attempt {
                    1 => format!("{step} was tried once, without a clear answer: {message}"),
                    count => format!(
                        "{step} was tried {count} times, the last without a clear answer: {message}"
                    ),
                },
            ),
            _ => (
                RunState::Dead,
                format!("{step} ended as `{outcome}`: {message}"),
            ),
        };
        Err(Error::halt(state, outcome, Some(step), reason))
    }

    /// Goes on after a call that happened, but whose answer could not be read.
    pub(super) fn result_lost(
        &mut self,
        call: &'a Call,
        step: &str,
        record: &'a Record,
    ) -> Result<(), Halt> {
        let outcome = record.outcome.as_deref().unwrap_or_default();
        if call
            .handlers
            .iter()
            .any(|handler| &*handler.outcome == outcome)
        {
            return self.outcome(call, step, record, false);
        }
        if call.bind.is_none() {
            return Ok(());
        }
        let message = record.message.as_deref().unwrap_or("no message");
        let reason = format!("{step} happened, but its result is lost: {message}");
        Err(Error::halt(
            RunState::Failed,
            "result-lost",
            Some(step),
            reason,
        ))
    }

    /// The value of a call's outcome. What a read-back found says nothing but that it happened.
    fn answer_of(&self, call: &Call, record: &Record) -> Value {
        match readback::is_answer(self.cx.program, call, record) {
            true => Value::Null,
            false => self.recorded_value(record),
        }
    }

    /// Decodes a recorded answer with the connector's definition, the same way as when it came.
    pub(super) fn recorded_value(&self, record: &Record) -> Value {
        let (Some(status), Some(body)) = (record.status, &record.answer) else {
            return Value::Null;
        };
        let program = self.cx.program;
        // The result of a job was answered to another action than the step's own.
        let Some((connector, action)) = record.action.split_once('.') else {
            return Value::Null;
        };
        let Ok((connector, action)) = prepare::definition(program, connector, action) else {
            return Value::Null;
        };
        let settings: &[(Name, Value)] = self
            .cx
            .accounts
            .iter()
            .find(|account| *account.identity == *record.identity)
            .map_or(&[], |account| &account.settings);
        let cx = prepare::wire_cx(program, settings, self.cx.run.created_at);
        let observed = wire::Observed::Answer(wire::HttpAnswer {
            status,
            headers: Vec::new(),
            body: body.clone(),
            complete: true,
        });
        wire::classify(&cx, connector, action, &observed).value
    }
}

//! Jobs as a vendor plays them: handed in now, done when somebody asks.
//!
//! ```text
//! reply till.createOrder -> ok { orderGuid: "f4ce" }      accepted; the question is answered with this
//! reply till.createOrder -> accepted then rejected { … }  the same in full: what follows is for the questions
//! ```

use ondo_compiler::catalog::{Action, Answer, Connector, Verdict};
use ondo_compiler::ir::Expr;
use ondo_compiler::types::Name;
use ondo_compiler::value::{Object, Value};
use ondo_compiler::wire::{self, Cx, HttpAnswer, Observed, RequestCheck};
use uuid::Uuid;

use super::{Reply, State};
use crate::engine::ResolvedAccount;

/// Jobs that are remembered; older ones are forgotten.
const JOBS_MAX: usize = 1_000;

/// A job that was accepted.
#[derive(Debug)]
pub(super) struct Job {
    identity: Name,
    submitted: Name,
    asks: Name,
    /// What a question for it is called with.
    args: Vec<(Name, Value)>,
    /// None: what is planned next for the submitted action.
    result: Option<Reply>,
}

/// The answer to a submission whose result is planned, by its pattern and value: accepted. None: the reply is what the
/// vendor says at once.
pub(super) fn accept<'a>(
    state: &State,
    cx: &Cx<'_>,
    connector: &Connector,
    account: &ResolvedAccount,
    action: &'a Action,
    check: &RequestCheck,
    reply: &Reply,
) -> Option<(&'a Answer, Value)> {
    let Reply::Outcome(outcome, value) = reply else {
        return None;
    };
    let job = action.job.as_ref()?;
    let ask = job.ask.as_ref()?;
    let question = connector.actions.get(&ask.action)?;
    let handed_in = |known: &&Answer| known.verdict == Verdict::Pending;
    let is_result = question.answers.iter().any(|known| known.name == *outcome);
    let mut pending = action.answers.iter().filter(handed_in);
    let pending = match is_result {
        true => pending.next()?,
        false => pending.find(|known| known.name == *outcome)?,
    };
    let mut accepted = match value {
        Some(Value::Object(value)) if !is_result => (**value).clone(),
        _ => Object::default(),
    };
    let mut memory = state.memory();
    if let Some(Expr::Field { name, .. }) = job.id.map(|id| connector.exprs.get(id))
        && accepted.get(name).is_null()
    {
        let id = Uuid::from_u128(memory.jobs.len() as u128 + 1);
        accepted.set(name.clone(), Value::text(id.to_string()));
    }
    let accepted = Value::object(accepted.fields);
    // As the client reads it, so that both sides mean the same job.
    let (status, _, body) = wire::answer_bytes(cx, connector, pending, Some(&accepted)).ok()?;
    let answer = Observed::Answer(HttpAnswer {
        status,
        headers: Vec::new(),
        body,
        complete: true,
    });
    let read = wire::classify(cx, connector, action, &answer);
    let mut inputs = check.args.clone();
    inputs.push(("answer".into(), read.value));
    let id = wire::compute(cx, connector, &inputs, job.id?).ok()?;
    inputs.push(("id".into(), id));
    let args = ask.args.iter().filter_map(|(name, value)| {
        let value = wire::compute(cx, connector, &inputs, *value).ok()?;
        (!value.is_null()).then(|| (name.clone(), value))
    });
    let job = Job {
        identity: account.identity.clone(),
        submitted: action.name.clone(),
        asks: ask.action.clone(),
        args: args.collect(),
        result: is_result.then(|| reply.clone()),
    };
    if memory.jobs.len() == JOBS_MAX {
        memory.jobs.remove(0);
    }
    memory.jobs.push(job);
    Some((pending, accepted))
}

/// What is planned for the question of a job. None: nothing, or it is no question.
pub(super) fn result(
    state: &State,
    account: &ResolvedAccount,
    action: &Action,
    check: &RequestCheck,
) -> Option<Reply> {
    let is_asked_for = |job: &Job| {
        job.identity == account.identity
            && job.asks == action.name
            && job.args.iter().all(|wanted| check.args.contains(wanted))
    };
    let submitted = {
        let memory = state.memory();
        // The ids of forgotten jobs may come again: the newest one is meant.
        let job = memory.jobs.iter().rfind(|job| is_asked_for(job))?;
        if job.result.is_some() {
            return job.result.clone();
        }
        job.submitted.clone()
    };
    state.next(account, &submitted)
}

//! From a step of a rule to a call that can be sent: account, arguments, effect key, request.

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::catalog::{Action, Connector, Invocation, Job};
use ondo_compiler::eval::{self, Failure};
use ondo_compiler::ir::{AccountId, Call, Class, Program, Retry};
use ondo_compiler::types::Name;
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{self, HttpRequest};
use uuid::Uuid;

use super::attempts::{self, Wait};
use super::interpreter::Replay;
use super::ledger::Claims;
use super::restored::digest_of;
use super::state::{CallPlace, settings_of};
use super::{jobs, readback};
use crate::store::{Record, RecordKind, Run};

/// Code of the failure when a repetition would send something else than the first attempt.
pub(super) const DIGEST_CHANGED: &str = "digest-changed";
/// Time limit of a call for which neither the author nor the connector names one.
const TIMEOUT_DEFAULT: SignedDuration = SignedDuration::from_secs(30);
/// We wait this much longer than the vendor says it needs: giving up first manufactures doubt.
const TIMEOUT_MARGIN: SignedDuration = SignedDuration::from_secs(5);

/// What a question asks about an attempt.
#[derive(Debug, Clone)]
pub(super) enum Asks {
    /// What became of what was accepted.
    Result(jobs::Question),
    /// Whether it happened at all.
    Happened(readback::Question),
}

impl Asks {
    fn submitted(&self) -> &Name {
        match self {
            Asks::Result(question) => &question.submitted,
            Asks::Happened(question) => &question.submitted,
        }
    }

    /// When it is due.
    pub(super) fn first_at(&self) -> Timestamp {
        match self {
            Asks::Result(question) => question.first_at,
            Asks::Happened(question) => question.first_at,
        }
    }

    /// Why its run waits.
    pub(super) fn reason(&self) -> String {
        match self {
            Asks::Result(question) => question.reason(),
            Asks::Happened(question) => question.reason(),
        }
    }
}

/// A call that is due, without what proves who we are.
#[derive(Debug, Clone)]
pub(super) struct PreparedCall {
    pub(super) step: String,
    pub(super) iteration: String,
    /// From 1.
    pub(super) attempt: u32,
    /// What it waits for, if it is a repetition.
    pub(super) wait: Option<Wait>,
    pub(super) account: AccountId,
    pub(super) connector: Name,
    pub(super) action: Name,
    pub(super) class: Class,
    pub(super) retry: Retry,
    pub(super) args: Vec<(Name, Value)>,
    pub(super) key: String,
    pub(super) timeout: SignedDuration,
    /// `now()` of the connector's expressions.
    pub(super) now: Timestamp,
    /// `step_time()`; also the time of the intent.
    pub(super) step_time: Timestamp,
    /// The request; its token, if it needs one, is a stand-in.
    pub(super) request: HttpRequest,
    pub(super) digest: String,
    /// The connector exchanges a token.
    pub(super) needs_token: bool,
    /// When the vendor forgets the key of an attempt whose effect nobody knows.
    pub(super) key_ends: Option<Timestamp>,
    /// It is no attempt of its step, but a question about one.
    pub(super) question: Option<Asks>,
    /// Other calls of its run may be under way beside it.
    pub(super) in_parallel: bool,
    /// How it stands in the effect ledger.
    pub(super) claims: Claims,
    /// What makes it recognisable at the vendor.
    pub(super) marker: Option<String>,
    /// A person ordered it although it was done before.
    pub(super) ordered_again: bool,
}

impl PreparedCall {
    /// `connector.action`
    pub(super) fn full_action(&self) -> String {
        format!("{}.{}", self.connector, self.action)
    }

    /// `connector.action` of what the step is about, as the effect ledger knows it.
    pub(super) fn effect_action(&self) -> String {
        format!("{}.{}", self.connector, self.effect())
    }

    /// The action that the step is about: for a question, the one that it asks about.
    pub(super) fn effect(&self) -> &Name {
        match &self.question {
            Some(question) => question.submitted(),
            None => &self.action,
        }
    }

    /// Where it stands in its run.
    pub(super) fn place(&self) -> CallPlace {
        CallPlace {
            step: self.step.clone(),
            iteration: self.iteration.clone(),
        }
    }

    /// Whether it stands there.
    pub(super) fn is_at(&self, place: &CallPlace) -> bool {
        self.step == place.step && self.iteration == place.iteration
    }

    /// The request with the real token.
    pub(super) fn authorised(
        &self,
        program: &Program,
        settings: &[(Name, Value)],
        token: &Secret,
    ) -> Result<HttpRequest, Failure> {
        let (connector, action) = definition(program, &self.connector, &self.action)?;
        let cx = wire_cx(program, settings, self.now);
        wire::build_request(&cx, connector, action, &self.args, Some(token))
    }
}

/// What messages of an account are written and read with.
pub(super) fn wire_cx<'a>(
    program: &'a Program,
    settings: &'a [(Name, Value)],
    now: Timestamp,
) -> wire::Cx<'a> {
    wire::Cx {
        catalog: &program.catalog,
        settings,
        zone: &program.timezone,
        now,
    }
}

/// Whether the connector exchanges a token.
pub(super) fn has_exchange(connector: &Connector) -> bool {
    connector
        .auth
        .as_ref()
        .is_some_and(|auth| auth.exchange.is_some())
}

/// Where a call stands in its run.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepPlace<'a> {
    pub(super) step: &'a str,
    pub(super) iteration: &'a str,
    pub(super) records: &'a [&'a Record],
    pub(super) wait: Option<Wait>,
}

/// What the author wrote in a call, evaluated.
struct Written {
    account: AccountId,
    args: Vec<(Name, Value)>,
    /// The effect key.
    key: String,
    /// What makes the effect recognisable at the vendor.
    marker: String,
    step_time: Timestamp,
}

fn written(replay: &mut Replay<'_>, call: &Call, place: StepPlace<'_>) -> Result<Written, Failure> {
    let cx = replay.cx;
    let step_time = place.records.first().map_or(cx.now, |first| first.at);
    let Value::Account(account) = replay.eval(call.account, step_time)? else {
        return Err(failure(
            "not-an-account",
            "the account of a call is not an account",
        ));
    };
    let mut args = Vec::with_capacity(call.args.len());
    for arg in &call.args {
        let value = replay.eval(arg.value, step_time)?;
        if value == Value::Absent || (arg.omit_null && value.is_null()) {
            continue;
        }
        args.push((arg.name.clone(), value));
    }
    let written_key = match call.key {
        Some(key) => Some(eval::key_text(&replay.eval(key, step_time)?)?),
        None => None,
    };
    let (_, action) = definition(cx.program, &call.connector, &call.action)?;
    let key = match written_key {
        Some(key) => key,
        None => effect_key(cx.run, place.step, place.iteration),
    };
    let key = place_key(action, call.class, &mut args, key);
    let marker = readback::marker_of(cx.run, &action.name, &key);
    readback::mark(action, &mut args, &marker)?;
    Ok(Written {
        account,
        args,
        key,
        marker,
        step_time,
    })
}

/// How long an answer is waited for: as the author says, else a little longer than the vendor needs.
fn timeout_of(call: &Call, action: &Action) -> SignedDuration {
    match (call.timeout, action.timeout) {
        (Some(timeout), _) => timeout,
        (None, Some(vendors_own)) => vendors_own + TIMEOUT_MARGIN,
        (None, None) => TIMEOUT_DEFAULT,
    }
}

fn last_attempt(records: &[&Record]) -> u32 {
    let attempts = records.iter().map(|record| record.attempt);
    attempts.max().unwrap_or(0)
}

/// Evaluates what a call needs.
pub(super) fn prepare(
    replay: &mut Replay<'_>,
    call: &Call,
    place: StepPlace<'_>,
) -> Result<PreparedCall, Failure> {
    let cx = replay.cx;
    let Written {
        account,
        args,
        key,
        marker,
        step_time,
    } = written(replay, call, place)?;
    let (connector, action) = definition(cx.program, &call.connector, &call.action)?;
    let key_ends = match (call.class, action.effect.window) {
        (Class::Keyed, Some(window)) => place
            .records
            .iter()
            .find(|record| record.verdict.as_deref() == Some("unknown"))
            .map(|first| super::account::later(first.at, window)),
        _ => None,
    };
    let settings = settings_of(replay.cx.accounts, account);
    let now = cx.run.created_at;
    let needs_token = has_exchange(connector);
    let request = wire::build_request(
        &wire_cx(cx.program, settings, now),
        connector,
        action,
        &args,
        needs_token.then(|| Secret::new("")).as_ref(),
    )?;
    let digest = wire::digest(&request);
    let digest_before = place
        .records
        .iter()
        .map(|record| &record.digest)
        .find(|digest| !digest.is_empty());
    if digest_before.is_some_and(|before| *before != digest) {
        return Err(Failure {
            code: DIGEST_CHANGED,
            message: format!(
                "{} would now send something else than at its first attempt; nothing was sent",
                place.step
            ),
            place: None,
        });
    }
    Ok(PreparedCall {
        step: place.step.to_owned(),
        iteration: place.iteration.to_owned(),
        attempt: last_attempt(place.records) + 1,
        wait: place.wait,
        account,
        connector: call.connector.clone(),
        action: call.action.clone(),
        class: call.class,
        retry: call.retry.clone(),
        args,
        key,
        timeout: timeout_of(call, action),
        now,
        step_time,
        request,
        digest,
        needs_token,
        key_ends,
        question: None,
        in_parallel: replay.loops > 0,
        claims: Claims::of(call, cx.run),
        marker: readback::of_action(action).map(|_| marker),
        ordered_again: place.records.last().is_some_and(|last| {
            last.kind == RecordKind::Decision
                && last.outcome.as_deref() == Some(attempts::REPEAT_ORDERED)
        }),
    })
}

/// The question for the result of a step whose call was accepted with this value. None: the answer names no job.
pub(super) fn prepare_question(
    replay: &mut Replay<'_>,
    call: &Call,
    place: StepPlace<'_>,
    (job, ask): (&Job, &Invocation),
    (answer, accepted_at): (Value, Timestamp),
) -> Result<Option<PreparedCall>, Failure> {
    let mut written = written(replay, call, place)?;
    let (connector, action) = definition(replay.cx.program, &call.connector, &call.action)?;
    let settings = settings_of(replay.cx.accounts, written.account);
    let wire = wire_cx(replay.cx.program, settings, replay.cx.run.created_at);
    fill_in(&wire, (connector, action), &mut written.args)?;
    written.args.push(("answer".into(), answer));
    let id = match job.id {
        Some(id) => wire::compute(&wire, connector, &written.args, id)?,
        None => Value::Null,
    };
    let Some(question) = jobs::Question::new(job, &call.action, &id, accepted_at) else {
        return Ok(None);
    };
    written.args.push(("id".into(), id));
    let inputs = std::mem::take(&mut written.args);
    let question = Asks::Result(question);
    asking(replay, (call, place), written, (ask, &inputs), question).map(Some)
}

/// The question whether a step's call happened. `records`: all of the step's. None: it cannot be asked.
pub(super) fn prepare_readback(
    replay: &mut Replay<'_>,
    call: &Call,
    place: StepPlace<'_>,
    records: &[&Record],
) -> Result<Option<PreparedCall>, Failure> {
    let mut written = written(replay, call, place)?;
    let (connector, action) = definition(replay.cx.program, &call.connector, &call.action)?;
    let Some((readback, _, found)) = readback::of_action(action) else {
        return Ok(None);
    };
    let settings = settings_of(replay.cx.accounts, written.account);
    let wire = wire_cx(replay.cx.program, settings, replay.cx.run.created_at);
    fill_in(&wire, (connector, action), &mut written.args)?;
    let args = std::mem::take(&mut written.args);
    let question = readback::question(
        (readback, found),
        action,
        (args, &written.marker),
        (call, replay.cx.run, replay.cx.now),
        records,
    );
    let inputs = question.inputs().to_vec();
    let question = Asks::Happened(question);
    asking(
        replay,
        (call, place),
        written,
        (&readback.read, &inputs),
        question,
    )
    .map(Some)
}

/// The arguments that were left out, as they were sent. One without a default is absent, whatever setting has its name.
fn fill_in(
    wire: &wire::Cx<'_>,
    (connector, action): (&Connector, &Action),
    args: &mut Vec<(Name, Value)>,
) -> Result<(), Failure> {
    for field in &action.args.fields {
        if args.iter().any(|(name, _)| *name == field.name) {
            continue;
        }
        let value = match field.default {
            Some(default) => wire::compute(wire, connector, args, default)?,
            None => Value::Absent,
        };
        args.push((field.name.clone(), value));
    }
    Ok(())
}

/// A read about a step, with arguments that are computed from `inputs`.
fn asking(
    replay: &Replay<'_>,
    (call, place): (&Call, StepPlace<'_>),
    written: Written,
    (read, inputs): (&Invocation, &[(Name, Value)]),
    question: Asks,
) -> Result<PreparedCall, Failure> {
    let cx = replay.cx;
    let (connector, action) = definition(cx.program, &call.connector, &read.action)?;
    let now = cx.run.created_at;
    let settings = settings_of(cx.accounts, written.account);
    let wire = wire_cx(cx.program, settings, now);
    let mut args = Vec::with_capacity(read.args.len());
    for (name, expr) in &read.args {
        let value = wire::compute(&wire, connector, inputs, *expr)?;
        if value != Value::Absent {
            args.push((name.clone(), value));
        }
    }
    let needs_token = has_exchange(connector);
    let token = needs_token.then(|| Secret::new(""));
    let request = wire::build_request(&wire, connector, action, &args, token.as_ref())?;
    Ok(PreparedCall {
        step: place.step.to_owned(),
        iteration: place.iteration.to_owned(),
        attempt: last_attempt(place.records),
        wait: Some(Wait::Result),
        account: written.account,
        connector: call.connector.clone(),
        action: read.action.clone(),
        class: Class::Read,
        retry: Retry::default(),
        args,
        key: written.key,
        timeout: timeout_of(call, action),
        now,
        step_time: written.step_time,
        digest: wire::digest(&request),
        request,
        needs_token,
        key_ends: None,
        question: Some(question),
        in_parallel: replay.loops > 0,
        claims: Claims::of(call, cx.run).of_question(),
        marker: None,
        ordered_again: false,
    })
}

/// The effect key: the same for every attempt, and for a redrive.
fn effect_key(run: &Run, step: &str, iteration: &str) -> String {
    digest_of(&[run.origin(), &run.bundle, &run.rule, step, iteration])
}

/// Puts the key where the vendor expects it, unless the author has given one there. Yields the key that is sent.
fn place_key(action: &Action, class: Class, args: &mut Vec<(Name, Value)>, key: String) -> String {
    let Some(path) = &action.effect.key else {
        return key;
    };
    let Some((first, rest)) = path.split_first() else {
        return key;
    };
    if class != Class::Keyed {
        return key;
    }
    let index = args.iter().position(|(name, _)| name == first);
    let root = index.map_or(Value::Absent, |index| args[index].1.clone());
    if let Some(given) = given_key(&root, rest) {
        return given;
    }
    let key = match action.effect.key_form.as_deref() {
        Some("uuid5") if Uuid::try_parse(&key).is_err() => {
            Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes())
                .hyphenated()
                .to_string()
        }
        _ => key,
    };
    let value = with_key(root, rest, Value::text(key.as_str()));
    match index {
        Some(index) => args[index].1 = value,
        None => args.push((first.clone(), value)),
    }
    key
}

fn given_key(root: &Value, path: &[Name]) -> Option<String> {
    let mut at = root;
    for name in path {
        let Value::Object(object) = at else {
            return None;
        };
        at = object.get(name);
    }
    if at.is_null() {
        None
    } else {
        eval::key_text(at).ok()
    }
}

fn with_key(root: Value, path: &[Name], key: Value) -> Value {
    let Some((first, rest)) = path.split_first() else {
        return key;
    };
    let mut object = match root {
        Value::Object(object) => (*object).clone(),
        _ => ondo_compiler::value::Object::default(),
    };
    let inner = object.get(first).clone();
    object.set(first.clone(), with_key(inner, rest, key));
    Value::Object(std::sync::Arc::new(object))
}

/// The connector and action of a call.
pub(super) fn definition<'a>(
    program: &'a Program,
    connector: &str,
    action: &str,
) -> Result<(&'a Connector, &'a Action), Failure> {
    let found = program
        .catalog
        .connectors
        .get(connector)
        .and_then(|found| found.actions.get(action).map(|action| (found, action)));
    found.ok_or_else(|| {
        failure(
            "unknown-action",
            &format!("there is no action {connector}.{action}"),
        )
    })
}

pub(super) fn failure(code: &'static str, message: &str) -> Failure {
    Failure {
        code,
        message: message.to_owned(),
        place: None,
    }
}

/// The intents without an outcome, one for each place that has one.
pub(super) fn open_attempts(journal: &[Record]) -> Vec<Record> {
    let records = journal
        .iter()
        .filter(|record| record.kind != RecordKind::End);
    let mut open: Vec<Record> = Vec::new();
    for record in records {
        open.retain(|known| known.step != record.step || known.iteration != record.iteration);
        if record.kind == RecordKind::Intent {
            open.push(record.clone());
        }
    }
    open
}

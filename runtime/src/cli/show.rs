//! `ondo show ID`: the whole story of an event or a run. "Where is order 5012?"

use std::sync::Arc;

use ondo_compiler::catalog::Catalog;
use ondo_compiler::ir::{Program, Trigger};
use ondo_compiler::types::Type;
use serde_json::{Value, json};

use super::history::{event_json, open, run_json};
use super::mask::Known;
use super::people::People;
use super::{Exit, Kept, find, mask, print, show_text, text, unable};
use crate::bundle;
use crate::store::{
    Event, EventId, Passed, PassedWhy, Record, RecordKind, Run, RunFilter, RunId, Store,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// `evt_…` or `run_…`, as `ondo history` prints them
    id: String,
    #[command(flatten)]
    kept: Kept,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Show personal data as it is
    #[arg(long)]
    raw: bool,
}

/// Everything there is to tell.
pub(super) struct Story {
    /// What came in.
    pub(super) event: Event,
    /// Its payload as it may be shown.
    pub(super) payload: Value,
    /// Runs with their attempts.
    pub(super) runs: Vec<(Run, Vec<Attempt>)>,
    /// Rules that did not act, and why.
    pub(super) passed: Vec<(Passed, String)>,
}

/// One attempt of a call, from its records.
pub(super) struct Attempt {
    /// The record of its outcome, or of its intent while nothing is known.
    pub(super) record: Record,
    /// There is no outcome on disk.
    pub(super) open: bool,
    /// What was sent, as it may be shown.
    pub(super) request: Value,
    /// What was answered, as it may be shown.
    pub(super) answer: Value,
    /// The money that the request names first.
    pub(super) amount: Option<String>,
}

pub(super) fn main(args: &Args) -> Exit {
    let store = match open(&args.kept.data.data, args.kept.sandbox) {
        Ok(store) => store,
        Err(message) => return unable(message),
    };
    let id = match id_of(&*store, &args.id) {
        Ok(id) => id,
        Err(message) => {
            eprintln!("error: {message}");
            return Exit::No;
        }
    };
    match story(&*store, &id, args.raw) {
        Ok(Some(story)) if args.json => {
            print(&format!("{:#}\n", to_json(&story)));
            Exit::Done
        }
        Ok(Some(story)) => {
            print(&show_text::story(&story));
            Exit::Done
        }
        Ok(None) => {
            let other = open(&args.kept.data.data, !args.kept.sandbox)
                .ok()
                .and_then(|other| story(&*other, &id, false).ok().flatten());
            let help = match (other, args.kept.sandbox) {
                (Some(_), false) => "it was in the sandbox: add `--sandbox`",
                (Some(_), true) => "it was not in the sandbox: leave `--sandbox` out",
                (None, _) => "`ondo history` lists what is",
            };
            eprintln!("error: `{id}` is not in the store; {help}");
            Exit::No
        }
        Err(error) => unable(error),
    }
}

/// What was typed, or the event of the one run that it finds: `5012`.
fn id_of(store: &dyn Store, typed: &str) -> Result<String, String> {
    if typed.starts_with("evt_") {
        return Ok(typed.to_owned());
    }
    match find::id(store, typed)? {
        Some(id) => return Ok(id.0),
        None if typed.starts_with("run_") => return Ok(typed.to_owned()),
        None => {}
    }
    let filter = RunFilter {
        text: Some(typed.to_owned()),
        limit: 2,
        ..RunFilter::default()
    };
    let runs = store.runs(&filter).map_err(|error| error.to_string())?;
    match &runs[..] {
        [] => {
            let fits = |event: &Event| super::history::mentions(event, typed);
            let events = super::history::events_with(store, fits, 2);
            match &events.map_err(|error| error.to_string())?[..] {
                [event] => {
                    eprintln!(
                        "`{typed}` was found in {}, on which no rule acted",
                        event.id
                    );
                    Ok(event.id.0.clone())
                }
                [] => Err(format!(
                    "`{typed}` is no id (`evt_…` or `run_…`), and neither a run nor an event has it; `ondo history --events` lists events"
                )),
                _ => Err(format!(
                    "no run has `{typed}`, but several events have; `ondo history --events --text {typed}` lists them"
                )),
            }
        }
        [run] => {
            eprintln!("`{typed}` was found in {}", run.id);
            Ok(run.event.0.clone())
        }
        _ => Err(format!(
            "`{typed}` is no id, and several runs have it; choose one from `ondo history --text {typed}`"
        )),
    }
}

/// Reads the story of an event, or of one run and its event.
pub(super) fn story(
    store: &dyn Store,
    id: &str,
    raw: bool,
) -> Result<Option<Story>, crate::store::Error> {
    let only = match id.starts_with("run_") {
        true => match store.run(&RunId(id.to_owned()))? {
            Some(run) => Some(run),
            None => return Ok(None),
        },
        false => None,
    };
    let event = match &only {
        Some(run) => run.event.clone(),
        None => EventId(id.to_owned()),
    };
    let Some(event) = store.event(&event)? else {
        return Ok(None);
    };
    let passed = match &only {
        Some(_) => Vec::new(),
        None => store.passed(&event.id)?,
    };
    let runs = match only {
        Some(run) => vec![run],
        None => store.runs_of(&event.id)?,
    };
    let lens = Lens {
        program: program_of(store, &runs, &event),
        catalog: bundle::catalog(),
        raw,
    };
    let payload = lens.payload(&event);
    let people = match raw {
        true => People::default(),
        false => lens.people(&event),
    };
    let mut event = event;
    people.mask_some(&mut event.reason);
    let mut with_attempts = Vec::new();
    for mut run in runs {
        let journal = store.journal(&run.id)?;
        let mut attempts = lens.attempts(journal);
        for attempt in &mut attempts {
            people.mask_json(&mut attempt.request);
            people.mask_json(&mut attempt.answer);
            people.mask_some(&mut attempt.record.message);
        }
        for text in [&mut run.reason, &mut run.once_key, &mut run.order_key] {
            people.mask_some(text);
        }
        with_attempts.push((run, attempts));
    }
    Ok(Some(Story {
        event,
        payload,
        runs: with_attempts,
        passed: passed
            .into_iter()
            .map(|passed| {
                let why = why(store, &passed)?;
                Ok((passed, people.mask(&why)))
            })
            .collect::<Result<_, crate::store::Error>>()?,
    }))
}

/// Why a rule did not act. Where another run took its key, what that one came to: "acted" would be untrue of many.
fn why(store: &dyn Store, passed: &Passed) -> Result<String, crate::store::Error> {
    let PassedWhy::Duplicate { first, .. } = &passed.why else {
        return Ok(text::why(&passed.why, None));
    };
    let Some(run) = store.run(first)? else {
        return Ok(text::why(&passed.why, None));
    };
    let certainly_not = |record: &Record| match record.kind {
        RecordKind::End => true,
        RecordKind::Intent => false,
        RecordKind::Outcome | RecordKind::Decision => {
            matches!(record.verdict.as_deref(), Some("not_sent" | "refused"))
        }
    };
    let journal = store.journal(first)?;
    let mut last_of_attempts: Vec<&Record> = Vec::new();
    for record in &journal {
        let same = |known: &&Record| {
            (&known.step, &known.iteration, known.attempt)
                == (&record.step, &record.iteration, record.attempt)
        };
        match last_of_attempts.iter().position(same) {
            Some(place) => last_of_attempts[place] = record,
            None => last_of_attempts.push(record),
        }
    }
    let first = text::First {
        state: run.state,
        sent: !last_of_attempts.iter().all(|record| certainly_not(record)),
    };
    Ok(text::why(&passed.why, Some(first)))
}

/// The program that knows the event's type: that of a run, else the active one of the bundle.
fn program_of(store: &dyn Store, runs: &[Run], event: &Event) -> Option<Arc<Program>> {
    let active = store.active().unwrap_or_default();
    let version = runs.first().map(|run| run.version.clone()).or_else(|| {
        active
            .into_iter()
            .find(|(bundle, _)| *bundle == event.bundle)
            .map(|(_, version)| version)
    })?;
    let sources = store.sources(&version).ok()??;
    let bundle = bundle::from_stored(&sources)?;
    bundle::compile(&bundle).ready.map(|ready| ready.program)
}

/// Knows what is personal.
struct Lens {
    program: Option<Arc<Program>>,
    catalog: Arc<Catalog>,
    raw: bool,
}

impl Lens {
    fn catalog(&self) -> &Catalog {
        self.program
            .as_ref()
            .map_or(&self.catalog, |program| &program.catalog)
    }

    fn payload(&self, event: &Event) -> Value {
        let bytes = event.payload.as_ref().unwrap_or(&event.body);
        let (ty, types, known) = self.type_of(event);
        self.body(bytes, ty.as_ref(), types, known)
    }

    /// What the event says of people.
    fn people(&self, event: &Event) -> People {
        let (ty, types, known) = self.type_of(event);
        People::of(event, ty.as_ref(), types, known)
    }

    fn type_of(&self, event: &Event) -> (Option<Type>, &ondo_compiler::types::TypeTable, Known) {
        let types = self.program.as_ref().map(|program| &program.types);
        if let (Some(ty), Some(types)) = (self.authors_type(event), types) {
            return (Some(ty), types, Known::ByName);
        }
        let connector = self.catalog().connectors.get(&*event.connector);
        let ty = connector
            .and_then(|connector| connector.events.get(&*event.name))
            .map(|event| event.payload.clone());
        (ty, &self.catalog().types, Known::Marked)
    }

    /// The type that a rule gives a webhook's payload.
    fn authors_type(&self, event: &Event) -> Option<Type> {
        let rules = &self.program.as_ref()?.rules;
        rules.iter().find_map(|rule| match &rule.trigger {
            Trigger::Event {
                event: name,
                args,
                payload,
                ..
            } if **name == *event.name && args.len() == event.args.len() && !args.is_empty() => {
                Some(payload.clone())
            }
            _ => None,
        })
    }

    fn attempts(&self, journal: Vec<Record>) -> Vec<Attempt> {
        let mut attempts: Vec<Attempt> = Vec::new();
        for record in journal {
            let (connector, action) = record.action.split_once('.').unwrap_or(("", ""));
            let connector = self.catalog().connectors.get(connector);
            let action = connector.and_then(|connector| connector.actions.get(action));
            let sent = action
                .and_then(|action| action.request.as_ref())
                .and_then(|request| {
                    request.sections.iter().find(|section| {
                        use ondo_grammar::ast::Place;
                        matches!(section.place, Place::Json | Place::Form | Place::Text)
                    })
                });
            let types = &self.catalog().types;
            let amount = record.request.as_ref().and_then(|request| {
                let body: Value = serde_json::from_slice(&request.body).ok()?;
                amount_in(&body, &sent?.ty, types)
            });
            let request = match &record.request {
                Some(request) => json!({
                    "method": request.method,
                    "url": self.line(&request.url),
                    "body": self.body(&request.body, sent.map(|section| &section.ty), types, Known::Marked),
                }),
                None => Value::Null,
            };
            let body = action.zip(connector).and_then(|(action, connector)| {
                connector
                    .answers_of(action)
                    .find(|answer| record.outcome.as_deref() == Some(&*answer.name))
                    .and_then(|answer| answer.body.as_ref())
            });
            let answer = match &record.answer {
                Some(bytes) => {
                    self.body(bytes, body.map(|section| &section.ty), types, Known::Marked)
                }
                None => Value::Null,
            };
            let same_call = attempts.iter_mut().find(|known| {
                known.open
                    && known.record.step == record.step
                    && known.record.iteration == record.iteration
                    && known.record.attempt == record.attempt
            });
            let open = record.kind == RecordKind::Intent;
            match same_call {
                Some(known) if !open => {
                    if request != Value::Null {
                        known.request = request;
                    }
                    known.amount = amount.or(known.amount.take());
                    known.answer = answer;
                    known.open = false;
                    known.record = record;
                }
                _ => attempts.push(Attempt {
                    record,
                    open,
                    request,
                    answer,
                    amount,
                }),
            }
        }
        attempts
    }

    /// JSON and forms by their fields, other text as it is, anything else as its size.
    fn body(
        &self,
        bytes: &[u8],
        ty: Option<&Type>,
        types: &ondo_compiler::types::TypeTable,
        known: Known,
    ) -> Value {
        if bytes.is_empty() {
            return Value::Null;
        }
        if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
            return if self.raw {
                value
            } else {
                mask::json(&value, ty, types, known)
            };
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return format!("{} bytes that are no text", bytes.len()).into();
        };
        if !mask::is_form(text) {
            return match self.raw {
                true => text.into(),
                false => mask::raw(text).into(),
            };
        }
        let object = ty.and_then(|ty| types.object(ty));
        form_urlencoded::parse(bytes)
            .map(|(name, value)| {
                let field = object.and_then(|object| object.field(&name));
                let ty = field.map(|field| &field.ty);
                let parsed = serde_json::from_str::<Value>(&value)
                    .ok()
                    .filter(|parsed| parsed.is_object() || parsed.is_array());
                let value = parsed.unwrap_or_else(|| Value::String(value.into_owned()));
                let hidden = field.map_or_else(|| mask::is_personal(&name), |field| field.personal);
                let shown = if self.raw {
                    value
                } else if hidden {
                    mask::hide(&value)
                } else {
                    mask::json(&value, ty, types, known)
                };
                (name.into_owned(), shown)
            })
            .collect()
    }

    fn line(&self, text: &str) -> String {
        if self.raw {
            text.to_owned()
        } else {
            mask::text(text)
        }
    }
}

/// The first amount of money in a body of this type.
fn amount_in(body: &Value, ty: &Type, types: &ondo_compiler::types::TypeTable) -> Option<String> {
    let object = types.object(ty)?;
    let is_money = |ty: &Type| match ty {
        Type::Nullable(inner) => matches!(**inner, Type::Money(_)),
        ty => matches!(ty, Type::Money(_)),
    };
    object.fields.iter().find_map(|field| {
        let value = body.get(&*field.name)?;
        match value {
            Value::Number(number) if is_money(&field.ty) => Some(number.to_string()),
            Value::String(text) if is_money(&field.ty) => Some(text.clone()),
            Value::Object(_) => amount_in(value, &field.ty, types),
            _ => None,
        }
    })
}

fn to_json(story: &Story) -> Value {
    let mut event = event_json(&story.event);
    event["payload"] = story.payload.clone();
    let runs: Vec<Value> = story
        .runs
        .iter()
        .map(|(run, attempts)| {
            let mut shown = run_json(run);
            shown["attempts"] = attempts.iter().map(attempt_json).collect();
            shown
        })
        .collect();
    let passed: Vec<Value> = story
        .passed
        .iter()
        .map(|(passed, why)| json!({ "bundle": passed.bundle, "rule": passed.rule, "why": mask::text(why) }))
        .collect();
    json!({ "event": event, "runs": runs, "passed": passed })
}

fn attempt_json(attempt: &Attempt) -> Value {
    let record = &attempt.record;
    json!({
        "at": record.at.to_string(),
        "kind": match record.kind {
            RecordKind::Intent => "intent",
            RecordKind::Outcome => "outcome",
            RecordKind::Decision => "decision",
            RecordKind::End => "end",
        },
        "step": record.step,
        "iteration": record.iteration,
        "attempt": record.attempt,
        "action": record.action,
        "request": attempt.request,
        "outcome": record.outcome,
        "verdict": record.verdict,
        "status": record.status,
        "answer": attempt.answer,
        "message": record.message.as_deref().map(mask::text),
    })
}

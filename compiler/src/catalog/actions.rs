//! Actions: what can be asked of a system, and what repeating it does.
//!
//! ```text
//! action addBonus "Начисление бонусов гостю" {
//!   request POST "/b2b/v1/loyalty/guests/addBonus" json { amount: money where amount > 0, comment: string }
//!   answer ok applied status 200 empty
//!   effect unsafe readback getBonusHistory(guest, organization) marker comment suffix found … complete when …
//! }
//! ```

use std::sync::Arc;

use ondo_grammar::ast::{self, ActionPart};

use super::answers::lower_answer;
use super::build::Cx;
use super::events::{invocation, lower_param};
use super::requests::lower_request;
use super::sound;
use super::{
    Action, Answer, Connector, Effect, Invocation, Job, Marker, Readback, Steps, Verdict, errors,
};
use crate::diagnostic::Diagnostic;
use crate::errors::composite as wording;
use crate::ir::Class;
use crate::types::{Field, Name, ObjectType, Type};

const CLASSES: &[(&str, Class)] = &[
    ("read", Class::Read),
    ("harmless", Class::Harmless),
    ("idempotent", Class::Idempotent),
    ("keyed", Class::Keyed),
    ("unsafe", Class::Unsafe),
];

/// `action NAME { … }`
pub(super) fn lower_action(action: &ast::ActionDef, cx: &mut Cx<'_>) -> Action {
    let mut lowered = Action {
        name: action.name.text.as_str().into(),
        caption: action
            .caption
            .as_ref()
            .map(|caption| caption.text.as_str().into()),
        args: Arc::default(),
        request: None,
        answers: Vec::new(),
        effect: Effect {
            class: None,
            key: None,
            key_form: None,
            window: None,
            readback: None,
        },
        raises: None,
        timeout: None,
        since: None,
        examples: Vec::new(),
        job: None,
        steps: None,
        place: cx.place(action.name.span),
    };
    for part in &action.parts {
        if let ActionPart::Request(request) = part {
            let (request, args) = lower_request(request, &[], cx);
            lowered.request = Some(request);
            lowered.args = Arc::new(args);
        }
    }
    if lowered.request.is_none() {
        lowered.args = Arc::new(params_object(action, cx));
    }
    let args: Vec<Name> = lowered
        .args
        .fields
        .iter()
        .map(|field| field.name.clone())
        .collect();
    for part in &action.parts {
        lower_part(part, action, &args, &mut lowered, cx);
    }
    if lowered.steps.is_some() {
        only_steps(action, cx);
    }
    sound::once_in_action(action, cx);
    let says_nothing = lowered.request.is_none() && lowered.steps.is_none();
    if says_nothing && !cx.is_broken(action.span) {
        let found = errors::definition(lowered.place, "an action says what it sends");
        cx.report(found.help("request POST \"/path\" json { }"));
    }
    lowered
}

fn lower_part(
    part: &ActionPart,
    action: &ast::ActionDef,
    args: &[Name],
    lowered: &mut Action,
    cx: &mut Cx<'_>,
) {
    match part {
        ActionPart::Request(_) => {}
        ActionPart::Answer(answer) => {
            let answer = lower_answer(answer, args, cx);
            lowered.answers.push(answer);
        }
        ActionPart::Effect(effect) => {
            sound::effect(effect, &lowered.args, cx);
            lowered.effect = lower_effect(effect, args, cx);
        }
        ActionPart::Raises(event) => lowered.raises = Some(event.text.as_str().into()),
        ActionPart::Timeout(timeout) => lowered.timeout = cx.duration(timeout),
        ActionPart::Since(version) => lowered.since = Some(version.text.as_str().into()),
        ActionPart::Example(file) => lowered.examples.push(file.text.as_str().into()),
        ActionPart::Job(job) => {
            if (job.id.is_none() || job.ask.is_none()) && !cx.is_broken(job.span) {
                let finding = errors::definition(
                    lowered.place,
                    "a job says what its id is and how its result is asked for",
                );
                let help = "job { id answer.id  ask READ(id: id)  every 2s  give up after 10m }";
                cx.report(finding.help(help));
            }
            lowered.job = Some(lower_job(job, args, cx));
        }
        ActionPart::Steps { .. } => {
            let result = action
                .result
                .as_ref()
                .map_or(Type::Null, |result| cx.lower_type(result, &[]));
            lowered.steps = Some(Box::new(Steps {
                result,
                definition: action.clone(),
            }));
        }
    }
}

/// What the calls of an action have cannot be said of the action that calls them.
fn only_steps(action: &ast::ActionDef, cx: &mut Cx<'_>) {
    for part in &action.parts {
        let (what, span) = match part {
            ActionPart::Request(request) => ("request", request.span),
            ActionPart::Answer(answer) => ("answer", answer.span),
            ActionPart::Effect(effect) => ("effect", effect.span),
            ActionPart::Timeout(timeout) => ("time limit", timeout.span),
            ActionPart::Job(job) => ("job", job.span),
            _ => continue,
        };
        let place = cx.place(span);
        cx.report(wording::also_sends(place, &action.name.text, what));
    }
    for (at, param) in action.params.iter().enumerate() {
        let first = action.params[..at]
            .iter()
            .find(|known| known.name.text == param.name.text);
        if let Some(first) = first {
            let (place, first) = (cx.place(param.name.span), cx.place(first.name.span));
            let name = &param.name.text;
            cx.report(errors::duplicate(place, Some(first), "parameter", name));
        }
    }
}

/// Parameters of a composite action as the fields of its arguments.
fn params_object(action: &ast::ActionDef, cx: &mut Cx<'_>) -> ObjectType {
    let fields = action.params.iter().map(|param| {
        let param = lower_param(param, cx);
        let mut field = Field::new(param.name, param.ty);
        field.caption = param.caption;
        field.default = param.default;
        field.place = Some(param.place);
        field
    });
    ObjectType {
        fields: fields.collect(),
        one_of: Vec::new(),
    }
}

fn lower_effect(effect: &ast::Effect, args: &[Name], cx: &mut Cx<'_>) -> Effect {
    let class = CLASSES
        .iter()
        .find(|(word, _)| *word == effect.class.text)
        .map(|(_, class)| *class);
    if class.is_none() {
        let words: Vec<&str> = CLASSES.iter().map(|(word, _)| *word).collect();
        let at = cx.place(effect.class.span);
        cx.report(errors::unknown_word(
            at,
            "effect",
            &effect.class.text,
            &words,
        ));
    }
    let readback = effect
        .readback
        .as_ref()
        .and_then(|readback| lower_readback(readback, args, cx));
    let key = effect.key.as_ref().map(|path| {
        if let Some(first) = path.names.first()
            && !args.iter().any(|arg| **arg == *first.text)
        {
            let nearest = errors::nearest(&first.text, args.iter().map(|arg| &**arg));
            let at = cx.place(first.span);
            cx.report(errors::unknown_name(at, &first.text, nearest));
        }
        path.names
            .iter()
            .map(|name| name.text.as_str().into())
            .collect()
    });
    Effect {
        class: match (class, &readback) {
            (Some(Class::Unsafe), Some(_)) => Some(Class::UnsafeReadback),
            (class, _) => class,
        },
        key,
        key_form: effect
            .key_form
            .as_ref()
            .map(|form| form.text.as_str().into()),
        window: effect
            .window
            .as_ref()
            .and_then(|window| cx.duration(window)),
        readback: readback.map(Box::new),
    }
}

/// The fields of the read's answer are checked when all actions are known: here any name may be one.
fn lower_readback(readback: &ast::Readback, args: &[Name], cx: &mut Cx<'_>) -> Option<Readback> {
    let mut names = args.to_vec();
    names.extend(["sent_at".into(), "marker".into()]);
    let read = invocation(&readback.call, &names, cx)?;
    let marker = readback.marker.as_ref().map(|(arg, form)| {
        if !args.iter().any(|known| **known == *arg.text) {
            let nearest = errors::nearest(&arg.text, args.iter().map(|known| &**known));
            let at = cx.place(arg.span);
            cx.report(errors::unknown_name(at, &arg.text, nearest));
        }
        if !matches!(form.text.as_str(), "suffix" | "prefix") {
            let at = cx.place(form.span);
            cx.report(errors::unknown_word(
                at,
                "place of a marker",
                &form.text,
                &["suffix", "prefix"],
            ));
        }
        Marker {
            arg: arg.text.as_str().into(),
            suffix: form.text != "prefix",
        }
    });
    Some(Readback {
        read,
        marker,
        found: readback.found.as_ref().map(|found| cx.lower_open(found)),
        complete: readback
            .complete
            .as_ref()
            .map(|complete| cx.lower_open(complete)),
        settle: readback
            .settle
            .as_ref()
            .and_then(|settle| cx.duration(settle)),
    })
}

fn lower_job(job: &ast::Job, args: &[Name], cx: &mut Cx<'_>) -> Job {
    let mut names = args.to_vec();
    names.extend(["answer".into(), "id".into()]);
    Job {
        id: job.id.as_ref().map(|id| cx.lower_expr(id, &names)),
        ask: job.ask.as_ref().and_then(|ask| invocation(ask, &names, cx)),
        every: job.every.as_ref().and_then(|every| cx.duration(every)),
        give_up: job.give_up.as_ref().and_then(|limit| cx.duration(limit)),
    }
}

/// Actions and events that definitions name must exist, and reads must be reads with arguments of theirs.
pub(super) fn check_references(connector: &mut Connector, cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for event in connector.events.values() {
        let enriched = event
            .accepts
            .iter()
            .filter_map(|accept| accept.then.as_ref());
        enriched.for_each(|enrich| check_read(&enrich.read, connector, &mut found));
        if let Some(poll) = &event.poll {
            check_read(&poll.read, connector, &mut found);
            if let Some(then) = &poll.then {
                check_read(&then.read, connector, &mut found);
            }
        }
    }
    for action in connector.actions.values() {
        if let Some(readback) = &action.effect.readback {
            check_read(&readback.read, connector, &mut found);
        }
        if let Some(job) = &action.job {
            check_job(job, action, connector, &mut found);
        }
        if let Some(event) = &action.raises
            && !connector.events.contains_key(event)
        {
            let nearest = errors::nearest(event, connector.events.keys().map(|name| &**name));
            found.push(errors::unknown_part(action.place, "event", event, nearest));
        }
    }
    for name in connector.sandbox.keys() {
        if !connector.actions.contains_key(name) {
            let nearest = errors::nearest(name, connector.actions.keys().map(|name| &**name));
            found.push(errors::unknown_part(
                connector.place,
                "action",
                name,
                nearest,
            ));
        }
    }
    found.extend(super::sandbox::check(connector));
    cx.diagnostics.extend(found);
}

/// What is asked for again and again must be a read, and there must be an answer that starts it.
fn check_job(job: &Job, action: &Action, connector: &Connector, found: &mut Vec<Diagnostic>) {
    let accepts = |answer: &Answer| answer.verdict == Verdict::Pending;
    if !action.answers.iter().any(accepts) {
        let finding = errors::definition(
            action.place,
            "a job begins with an answer that is `pending`, and there is none",
        );
        found.push(finding.help("answer accepted pending status 202 json { id: string -> id }"));
    }
    let Some(ask) = &job.ask else {
        return;
    };
    check_read(ask, connector, found);
    if let Some(asked) = connector.actions.get(&ask.action)
        && connector.class(asked) != Class::Read
    {
        let finding = errors::definition(
            ask.place,
            "the result of a job is asked for again and again, so the question has to be a read",
        );
        found.push(finding.help("effect read"));
    }
}

fn check_read(read: &Invocation, connector: &Connector, found: &mut Vec<Diagnostic>) {
    let Some(action) = connector.actions.get(&read.action) else {
        let nearest = errors::nearest(&read.action, connector.actions.keys().map(|name| &**name));
        found.push(errors::unknown_part(
            read.place,
            "action",
            &read.action,
            nearest,
        ));
        return;
    };
    if action.steps.is_some() {
        found.push(wording::not_a_read(read.place, &read.action));
    }
    for (arg, _) in &read.args {
        if action.args.field(arg).is_none() {
            let names = action.args.fields.iter().map(|field| &*field.name);
            let nearest = errors::nearest(arg, names);
            found.push(errors::unknown_argument(
                read.place,
                &read.action,
                arg,
                nearest,
            ));
        }
    }
}

//! What definitions say must hold together: reads that are asked again are reads, fields that are named are there, and
//! nothing is said twice. Each of these would only be noticed when the vendor is spoken to.

use std::sync::Arc;

use ondo_grammar::ast::{self, ActionPart, EventPart, PollPart, Span};

use super::build::Cx;
use super::{Action, Answer, Connector, Enrich, Invocation, Poll, errors};
use crate::diagnostic::Diagnostic;
use crate::ir::Class;
use crate::types::{Field, ObjectType, Type, TypeTable};

/// How keys are made.
const KEY_FORMS: &[&str] = &["uuid5"];

/// Looks at a whole connector: every action is known now.
pub(super) fn check(connector: &Connector, cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for event in connector.events.values() {
        let enriched = event
            .accepts
            .iter()
            .filter_map(|accept| accept.then.as_ref());
        enriched.for_each(|enrich| check_enrich(enrich, connector, cx.types, &mut found));
        if let Some(poll) = &event.poll {
            check_poll(poll, connector, cx.types, &mut found);
        }
    }
    for action in connector.actions.values() {
        if let Some(readback) = &action.effect.readback {
            let why =
                "what is read back is read when nobody knows what happened, so it has to be a read";
            check_read(&readback.read, why, connector, cx.types, &mut found);
        }
        if let Some(ask) = action.job.as_ref().and_then(|job| job.ask.as_ref()) {
            check_arguments(ask, connector, cx.types, &mut found);
        }
        never_reached(&action.answers, &mut found);
    }
    never_reached(&connector.answers, &mut found);
    cx.diagnostics.extend(found);
}

fn check_enrich(
    enrich: &Enrich,
    connector: &Connector,
    types: &TypeTable,
    found: &mut Vec<Diagnostic>,
) {
    let why = "what completes a delivery may be asked for again, so it has to be a read";
    check_read(&enrich.read, why, connector, types, found);
    if let Some(field) = &enrich.field {
        field_of_answer(&enrich.read, field, connector, types, found);
    }
}

fn check_poll(poll: &Poll, connector: &Connector, types: &TypeTable, found: &mut Vec<Diagnostic>) {
    let why = "a source is asked again and again, so the question has to be a read";
    check_read(&poll.read, why, connector, types, found);
    if let Some(then) = &poll.then {
        check_enrich(then, connector, types, found);
    }
    let Some(items) = &poll.items else { return };
    let Some(field) = field_of_answer(&poll.read, items, connector, types, found) else {
        return;
    };
    let ty = types.resolve(types.resolve(&field.ty).non_null());
    if !matches!(ty, Type::List(_) | Type::Json | Type::Unknown) {
        found.push(errors::definition(
            poll.read.place,
            format!("`{items}` of the answer is no list, and a poll reads a list of events"),
        ));
    }
}

/// The action of an invocation, unless it is unknown or made of steps, which is said elsewhere.
fn asked<'a>(read: &Invocation, connector: &'a Connector) -> Option<&'a Action> {
    let action = connector.actions.get(&read.action)?;
    action.steps.is_none().then_some(action)
}

fn check_read(
    read: &Invocation,
    why: &str,
    connector: &Connector,
    types: &TypeTable,
    found: &mut Vec<Diagnostic>,
) {
    let Some(action) = asked(read, connector) else {
        return;
    };
    if connector.class(action) != Class::Read {
        let finding = errors::definition(read.place, why);
        found.push(finding.help(format!("effect read, in action `{}`", read.action)));
    }
    check_arguments(read, connector, types, found);
}

/// What the action cannot do without has to be given.
fn check_arguments(
    read: &Invocation,
    connector: &Connector,
    types: &TypeTable,
    found: &mut Vec<Diagnostic>,
) {
    let Some(action) = asked(read, connector) else {
        return;
    };
    // A mistyped name is the likely cause of one that is missing, and is said elsewhere.
    if read
        .args
        .iter()
        .any(|(given, _)| action.args.field(given).is_none())
    {
        return;
    }
    let is_given = |name: &str| read.args.iter().any(|(given, _)| **given == *name);
    let groups = &action.args.one_of;
    for field in &action.args.fields {
        let in_group = groups.iter().any(|group| group.contains(&field.name));
        if is_needed(field, types) && !in_group && !is_given(&field.name) {
            let message = format!("`{}` cannot be asked without `{}`", read.action, field.name);
            let finding = errors::definition(read.place, message);
            found.push(finding.help(format!("{}: …", field.name)));
        }
    }
}

fn is_needed(field: &Field, types: &TypeTable) -> bool {
    let ty = types.resolve(&field.ty);
    let may_be_absent = ty.is_nullable() || matches!(ty, Type::List(_) | Type::Map(_));
    !may_be_absent
        && field.default.is_none()
        && field.computed.is_none()
        && field.required_if.is_none()
}

/// A field of what an action answers when it is done.
fn field_of_answer(
    read: &Invocation,
    name: &str,
    connector: &Connector,
    types: &TypeTable,
    found: &mut Vec<Diagnostic>,
) -> Option<Field> {
    let action = asked(read, connector)?;
    let outcomes = connector.outcomes(action);
    let done = outcomes.iter().find(|outcome| &*outcome.name == "ok")?;
    let object: Option<Arc<ObjectType>> = types.object(&done.value).cloned();
    let fields = object.map_or_else(Vec::new, |object| object.fields.clone());
    if let Some(field) = fields.iter().find(|field| &*field.name == name) {
        return Some(field.clone());
    }
    let nearest = errors::nearest(name, fields.iter().map(|field| &*field.name));
    found.push(errors::no_part_of_answer(
        read.place,
        &read.action,
        name,
        nearest,
    ));
    None
}

/// An answer behind one that takes everything with its status never counts.
fn never_reached(answers: &[Answer], found: &mut Vec<Diagnostic>) {
    for (index, answer) in answers.iter().enumerate() {
        let before = answers[..index].iter();
        let taker = before
            .filter(|before| before.when.is_none() && before.body.is_none())
            .find(|before| covers(&before.statuses, &answer.statuses));
        if let Some(taker) = taker {
            let message = format!(
                "this answer never counts: `{}` before it takes every answer with such a status",
                taker.name
            );
            let finding = errors::definition(answer.place, message);
            found.push(finding.also(taker.place, "this one is first"));
        }
    }
}

fn covers(all: &[(u16, u16)], some: &[(u16, u16)]) -> bool {
    if all.is_empty() {
        return true;
    }
    let inside =
        |(first, last): &(u16, u16)| all.iter().any(|(from, to)| from <= first && last <= to);
    !some.is_empty() && some.iter().all(inside)
}

// ------------------------------------------------------------------------------------------------ said where it is read

/// `status 599..500`
pub(super) fn statuses(answer: &ast::Answer, cx: &mut Cx<'_>) {
    for (first, last) in &answer.statuses {
        if first > last {
            let at = cx.place(answer.name.span);
            let message = format!("`status {first}..{last}` ends before it begins");
            let finding = errors::definition(at, message);
            cx.report(finding.help(format!("status {last}..{first}")));
        }
    }
}

/// `effect keyed order.key as uuid5`, `marker comment suffix`: the names lead to fields that can hold a text.
pub(super) fn effect(effect: &ast::Effect, args: &ObjectType, cx: &mut Cx<'_>) {
    if let Some(key) = &effect.key {
        key_path(key, args, cx);
    }
    if let Some(form) = &effect.key_form
        && !KEY_FORMS.contains(&form.text.as_str())
    {
        let at = cx.place(form.span);
        cx.report(errors::unknown_word(
            at,
            "way to make a key",
            &form.text,
            KEY_FORMS,
        ));
    }
    let marker = effect.readback.as_ref().and_then(|one| one.marker.as_ref());
    if let Some((arg, _)) = marker
        && let Some(field) = args.field(&arg.text)
        && !matches!(
            cx.types.resolve(cx.types.resolve(&field.ty).non_null()),
            Type::Text | Type::Json | Type::Unknown
        )
    {
        let at = cx.place(arg.span);
        let message = format!("a marker is put into a text, and `{}` is none", arg.text);
        cx.report(errors::definition(at, message));
    }
}

/// The names behind the first one, which is an argument.
fn key_path(key: &ast::Path, args: &ObjectType, cx: &mut Cx<'_>) {
    let mut names = key.names.iter();
    let Some(first) = names.next().and_then(|first| args.field(&first.text)) else {
        return;
    };
    let mut ty = first.ty.clone();
    for name in names {
        let Some(object) = cx.types.object(&ty).cloned() else {
            return;
        };
        let Some(field) = object.field(&name.text) else {
            let nearest = errors::nearest(&name.text, object.fields.iter().map(|one| &*one.name));
            let at = cx.place(name.span);
            cx.report(errors::unknown_name(at, &name.text, nearest));
            return;
        };
        ty = field.ty.clone();
    }
}

/// Parts of an event that can be said once.
pub(super) fn once_in_event(event: &ast::EventDef, cx: &mut Cx<'_>) {
    let parts = event.parts.iter().filter_map(|part| {
        Some(match part {
            EventPart::Payload(ty) => ("payload", ty.span),
            EventPart::Key(key) => ("key", key.span),
            EventPart::Entity(entity) => ("entity", entity.span),
            EventPart::OrderedBy(key) => ("ordered by", key.span),
            EventPart::Poll(poll) => ("poll", poll.span),
            EventPart::Accept(_) | EventPart::Example(_) => return None,
        })
    });
    once(parts, cx);
}

/// Lines of a poll.
pub(super) fn once_in_poll(poll: &ast::Poll, cx: &mut Cx<'_>) {
    let parts = poll.parts.iter().filter_map(|part| {
        Some(match part {
            PollPart::OnDemand => return None,
            PollPart::Every(every) => ("every", every.span),
            PollPart::Read { call, .. } => ("read", call.span),
            PollPart::Payload(payload) => ("payload", payload.span),
            PollPart::Then(read, _) => ("then", read.span),
            PollPart::Cursor(cursor) => ("cursor", cursor.span),
            PollPart::Start(word) => ("start", word.span),
            PollPart::Keeps(keeps) => ("keeps", keeps.span),
            PollPart::More(more) => ("more", more.span),
            PollPart::Skip(skip) => ("skip", skip.span),
        })
    });
    once(parts, cx);
}

/// Parts of an action that can be said once.
pub(super) fn once_in_action(action: &ast::ActionDef, cx: &mut Cx<'_>) {
    let parts = action.parts.iter().filter_map(|part| {
        Some(match part {
            ActionPart::Request(request) => ("request", request.span),
            ActionPart::Effect(effect) => ("effect", effect.span),
            ActionPart::Raises(event) => ("raises", event.span),
            ActionPart::Timeout(timeout) => ("timeout", timeout.span),
            ActionPart::Since(version) => ("since", version.span),
            ActionPart::Job(job) => ("job", job.span),
            ActionPart::Answer(_) | ActionPart::Example(_) | ActionPart::Steps { .. } => {
                return None;
            }
        })
    });
    once(parts, cx);
}

fn once<'a>(parts: impl Iterator<Item = (&'a str, Span)>, cx: &mut Cx<'_>) {
    let mut seen: Vec<(&str, Span)> = Vec::new();
    for (word, span) in parts {
        match seen.iter().find(|(known, _)| *known == word) {
            Some((_, first)) => {
                let (at, first) = (cx.place(span), cx.place(*first));
                cx.report(errors::duplicate(at, Some(first), "part", word));
            }
            None => seen.push((word, span)),
        }
    }
}

//! Events and the deliveries they come from.
//!
//! ```text
//! event order "Заказ" {
//!   payload Order
//!   accept post json { order: Order -> payload }
//!   accept post form { id: int } then getOrder(id: id, by: "id") -> order
//!   entity id
//! }
//! ```

use ondo_grammar::ast::{self, EventPart, ExprKind, HookPart, PollPart};

use super::build::Cx;
use super::literals::count_of;
use super::requests::{collect_holes, lower_section};
use super::sound;
use super::{Accept, Connector, Enrich, Entity, Event, Hook, Invocation, Param, Poll, errors};
use crate::ir::Expr;
use crate::types::{Name, ObjectType, Type};

/// `event NAME { … }`
pub(super) fn lower_event(event: &ast::EventDef, cx: &mut Cx<'_>) -> Event {
    let mut lowered = Event {
        name: event.name.text.as_str().into(),
        parent: event
            .parent
            .as_ref()
            .map(|parent| parent.text.as_str().into()),
        params: event
            .params
            .iter()
            .map(|param| lower_param(param, cx))
            .collect(),
        caption: event
            .caption
            .as_ref()
            .map(|caption| caption.text.as_str().into()),
        payload: Type::Unknown,
        accepts: Vec::new(),
        key: None,
        entity: None,
        ordered_by: None,
        poll: None,
        examples: Vec::new(),
        place: cx.place(event.name.span),
    };
    sound::once_in_event(event, cx);
    let payload = event.parts.iter().find_map(|part| match part {
        EventPart::Payload(ty) => Some(ty),
        _ => None,
    });
    match payload {
        Some(ty) => lowered.payload = cx.lower_type(ty, &[]),
        None if event.parent.is_none() && !cx.is_broken(event.span) => {
            let found = errors::definition(lowered.place, "an event says what it brings");
            cx.report(found.help("payload json"));
        }
        None => {}
    }
    let fields = field_names(&lowered.payload, cx);
    for part in &event.parts {
        match part {
            EventPart::Payload(_) => {}
            EventPart::Accept(accept) => {
                let accept = lower_accept(accept, cx);
                lowered.accepts.push(accept);
            }
            EventPart::Key(key) => lowered.key = Some(cx.lower_expr(key, &fields)),
            EventPart::Entity(entity) => {
                lowered.entity = Some(Entity {
                    expr: entity.clone(),
                    lowered: cx.lower_expr(entity, &fields),
                    place: cx.place(entity.span),
                });
            }
            EventPart::OrderedBy(key) => lowered.ordered_by = Some(cx.lower_expr(key, &fields)),
            EventPart::Poll(poll) => lowered.poll = lower_poll(poll, cx),
            EventPart::Example(file) => lowered.examples.push(file.text.as_str().into()),
        }
    }
    lowered
}

/// A parameter of an event or a composite action.
pub(super) fn lower_param(param: &ast::Param, cx: &mut Cx<'_>) -> Param {
    Param {
        name: param.name.text.as_str().into(),
        ty: cx.lower_type(&param.ty, &[]),
        caption: param
            .caption
            .as_ref()
            .map(|caption| caption.text.as_str().into()),
        default: param
            .default
            .as_ref()
            .map(|default| cx.lower_expr(default, &[])),
        place: cx.place(param.name.span),
    }
}

fn field_names(payload: &Type, cx: &Cx<'_>) -> Vec<Name> {
    let object = cx.types.object(payload);
    object.map_or_else(Vec::new, |object| {
        object
            .fields
            .iter()
            .map(|field| field.name.clone())
            .collect()
    })
}

fn lower_accept(accept: &ast::Accept, cx: &mut Cx<'_>) -> Accept {
    let section = lower_section(&accept.section, &[], cx);
    let mut holes = ObjectType::default();
    collect_holes(&section, cx, &mut holes);
    let mut names: Vec<Name> = holes
        .fields
        .iter()
        .map(|field| field.name.clone())
        .collect();
    if let Some(each) = &accept.each {
        if holes.field(&each.text).is_none() {
            let nearest = errors::nearest(&each.text, names.iter().map(|name| &**name));
            let at = cx.place(each.span);
            cx.report(errors::unknown_name(at, &each.text, nearest));
        }
        names.push("item".into());
    }
    let when = accept.when.as_ref().map(|when| cx.lower_expr(when, &names));
    let then = accept.then.as_ref().and_then(|(call, field)| {
        Some(Enrich {
            read: invocation(call, &names, cx)?,
            field: field.as_ref().map(|field| field.text.as_str().into()),
        })
    });
    let has_payload = holes.field("payload").is_some();
    if then.is_none() && accept.each.is_none() && !has_payload {
        let at = cx.place(accept.span);
        let found = errors::definition(
            at,
            "this delivery does not say which part of it is the payload",
        );
        cx.report(found.help("-> payload"));
    }
    let method = accept.method.text.to_uppercase();
    Accept {
        method: if method == "ANY" {
            "*".into()
        } else {
            method.into()
        },
        section,
        when,
        then,
        each: accept.each.as_ref().map(|each| each.text.as_str().into()),
    }
}

/// `getOrder(id: id, by: "id")`, also `getBonusHistory(guest, organization)`, where a bare name is an argument of the
/// same name.
pub(super) fn invocation(call: &ast::Expr, names: &[Name], cx: &mut Cx<'_>) -> Option<Invocation> {
    let place = cx.place(call.span);
    let ExprKind::Call { callee, args } = &call.kind else {
        cx.report(errors::definition(
            place,
            "a call of an action of this connector is wanted here",
        ));
        return None;
    };
    let ExprKind::Name(action) = &callee.kind else {
        cx.report(errors::definition(
            place,
            "a call of an action of this connector is wanted here",
        ));
        return None;
    };
    let mut lowered = Vec::new();
    for arg in args {
        let name = match (&arg.name, &arg.value.kind) {
            (Some(name), _) => name.text.as_str(),
            (None, ExprKind::Name(name)) => name.as_str(),
            (None, _) => {
                let at = cx.place(arg.value.span);
                cx.report(errors::definition(
                    at,
                    "an argument of an action has a name before its value",
                ));
                continue;
            }
        };
        let value = cx.lower_expr(&arg.value, names);
        lowered.push((Name::from(name), value));
    }
    Some(Invocation {
        action: action.as_str().into(),
        args: lowered,
        place: cx.place(callee.span),
    })
}

fn lower_poll(poll: &ast::Poll, cx: &mut Cx<'_>) -> Option<Poll> {
    let names: Vec<Name> = ["items", "item", "answer", "cursor", "since", "page"]
        .map(Name::from)
        .to_vec();
    let read = poll.parts.iter().find_map(|part| match part {
        PollPart::Read { call, items } => Some((call, items)),
        _ => None,
    });
    sound::once_in_poll(poll, cx);
    let Some((call, items)) = read else {
        if cx.is_broken(poll.span) {
            return None;
        }
        let at = cx.place(poll.span);
        let found = errors::definition(at, "a poll says which read it repeats");
        cx.report(found.help("read getOrders() -> orders"));
        return None;
    };
    let mut lowered = Poll {
        every: None,
        on_demand: false,
        read: invocation(call, &names, cx)?,
        items: items.as_ref().map(|items| items.text.as_str().into()),
        payload: None,
        then: None,
        cursor: None,
        start_waiting: false,
        keeps: None,
        more: None,
        skip: None,
    };
    for part in &poll.parts {
        match part {
            PollPart::Read { .. } => {}
            PollPart::Every(every) => lowered.every = cx.duration(every),
            PollPart::OnDemand => lowered.on_demand = true,
            PollPart::Then(call, field) => {
                lowered.then = invocation(call, &names, cx).map(|read| Enrich {
                    read,
                    field: field.as_ref().map(|field| field.text.as_str().into()),
                });
            }
            PollPart::Payload(payload) => lowered.payload = Some(cx.lower_expr(payload, &names)),
            PollPart::Cursor(cursor) => lowered.cursor = Some(cx.lower_expr(cursor, &names)),
            PollPart::Start(word) => match word.text.as_str() {
                "now" => {}
                "waiting" => lowered.start_waiting = true,
                other => {
                    let at = cx.place(word.span);
                    cx.report(errors::unknown_word(
                        at,
                        "start of a poll",
                        other,
                        &["now", "waiting"],
                    ));
                }
            },
            PollPart::Keeps(keeps) => lowered.keeps = cx.duration(keeps),
            PollPart::More(more) => lowered.more = Some(cx.lower_expr(more, &names)),
            PollPart::Skip(skip) => lowered.skip = Some(cx.lower_expr(skip, &names)),
        }
    }
    Some(lowered)
}

/// `hook { … }`. Several `verify` must all hold.
pub(super) fn lower_hook(hook: &ast::Hook, connector: &Connector, cx: &mut Cx<'_>) -> Hook {
    let mut lowered = Hook {
        path_secret: None,
        verify: None,
        answer: None,
    };
    if connector.hook.is_some() {
        let at = cx.place(hook.span);
        cx.report(errors::duplicate(at, None, "definition", "hook"));
    }
    for part in &hook.parts {
        match part {
            HookPart::SecretInPath(name) => {
                if !connector.settings.contains_key(name.text.as_str()) {
                    let nearest =
                        errors::nearest(&name.text, connector.settings.keys().map(|name| &**name));
                    let at = cx.place(name.span);
                    cx.report(errors::unknown_part(at, "setting", &name.text, nearest));
                }
                lowered.path_secret = Some(name.text.as_str().into());
            }
            HookPart::Verify(expr) => {
                let condition = cx.lower_expr(expr, &["body".into()]);
                lowered.verify = Some(match lowered.verify {
                    None => condition,
                    Some(before) => {
                        let place = cx.place(expr.span);
                        cx.exprs.add(Expr::And(before, condition), place)
                    }
                });
            }
            HookPart::Answer { status, body } => {
                let status = count_of(status).and_then(|status| u16::try_from(status).ok());
                let body = body.as_ref().map(|body| lower_section(body, &[], cx).ty);
                lowered.answer = Some((status.unwrap_or(200), body));
            }
        }
    }
    lowered
}

/// What an event does not say itself it has from what it is a kind of.
pub(super) fn inherit(connector: &mut Connector, cx: &mut Cx<'_>) {
    let names: Vec<Name> = connector.events.keys().cloned().collect();
    // A parent may have a parent: as many rounds as there are events settle every chain.
    for _ in 0..names.len() {
        for name in &names {
            let Some(parent) = connector
                .events
                .get(name)
                .and_then(|event| event.parent.clone())
            else {
                continue;
            };
            let Some(parent) = connector.events.get(&parent).cloned() else {
                continue;
            };
            let Some(event) = connector.events.get_mut(name) else {
                continue;
            };
            if event.payload == Type::Unknown {
                event.payload = parent.payload;
            }
            event.key = event.key.or(parent.key);
            event.ordered_by = event.ordered_by.or(parent.ordered_by);
            event.entity = event.entity.take().or(parent.entity);
            if event.params.is_empty() {
                event.params = parent.params;
            }
        }
    }
    for event in connector.events.values() {
        if let Some(parent) = &event.parent
            && !connector.events.contains_key(parent)
        {
            let nearest = errors::nearest(parent, connector.events.keys().map(|name| &**name));
            cx.report(errors::unknown_part(event.place, "event", parent, nearest));
        }
    }
}

//! Definitions of connectors: settings, authentication, webhooks, answers, events. Actions are in `actions.rs`.

use super::{Cx, actions, caption, expr, items, must, name, recover, str, types};
use crate::ast::{
    Accept, Answer, Auth, AuthPart, Code, Definition, EventDef, EventPart, Hook, HookPart, Limit,
    Method, Name, Place, Poll, PollPart, Request, Section, SettingDef,
};
use crate::cst::{Node, Rule};
use crate::message;

/// A part of a connector. None for what is no definition.
pub(super) fn definition(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<Definition> {
    Some(match node.rule {
        Rule::setting_def => Definition::Setting(SettingDef {
            name: name(must(node, Rule::name)),
            ty: items::some_type(cx, node),
            identity: node.has(Rule::kw_identity),
            default: node
                .get(Rule::default)
                .map(|default| expr::first(cx, default)),
            caption: caption(cx, node),
        }),
        Rule::auth => Definition::Auth(Auth {
            name: name(must(node, Rule::name)),
            parts: parts(cx, node, auth_part),
        }),
        Rule::hook => Definition::Hook(Hook {
            parts: parts(cx, node, hook_part),
            span: node.span,
        }),
        Rule::answer => Definition::Answer(answer(cx, node)),
        Rule::code => {
            let mut texts = node
                .all(Rule::plain)
                .map(|plain| str(cx, plain))
                .collect::<Vec<_>>()
                .into_iter();
            Definition::Code(Code {
                code: texts.next()?,
                caption: texts.next()?,
            })
        }
        Rule::limit => Definition::Limit(limit(cx, node)),
        Rule::event_def => Definition::Event(Box::new(event(cx, node))),
        Rule::action_def => Definition::Action(Box::new(actions::action(cx, node))),
        Rule::sandbox => Definition::Sandbox(actions::sandbox(cx, node)),
        _ => return None,
    })
}

/// The parts that `read` understands, in order; broken ones are reported and left out.
pub(super) fn parts<T>(
    cx: &mut Cx<'_>,
    node: &Node<'_>,
    read: impl Fn(&mut Cx<'_>, &Node<'_>) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::new();
    for child in node.children() {
        match child.rule {
            Rule::bad_part => {
                let span = recover::trimmed(cx.text, cx.scan, child.span);
                let error = recover::explain(cx.text, cx.scan, span, Rule::only_part);
                cx.errors.push(error);
            }
            _ => found.extend(read(cx, child)),
        }
    }
    found
}

fn auth_part(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<AuthPart> {
    Some(match node.rule {
        Rule::request => AuthPart::Request(request(cx, node)),
        Rule::auth_token => {
            let mut values = expr::all(cx, node).into_iter();
            AuthPart::Token {
                value: values.next()?,
                lives: values.next(),
            }
        }
        Rule::auth_send => AuthPart::Send(sections(cx, node)),
        Rule::auth_renew => AuthPart::Renew(expr::first(cx, node)),
        _ => return None,
    })
}

fn hook_part(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<HookPart> {
    Some(match node.rule {
        Rule::hook_secret => HookPart::SecretInPath(name(must(node, Rule::name))),
        Rule::hook_verify => HookPart::Verify(expr::first(cx, node)),
        Rule::hook_answer => {
            let status = expr::first(cx, node);
            HookPart::Answer {
                status,
                body: sections(cx, node).into_iter().next(),
            }
        }
        _ => return None,
    })
}

/// `request POST "/…" json { … }`
pub(super) fn request(cx: &mut Cx<'_>, node: &Node<'_>) -> Request {
    let word = must(node, Rule::method);
    let method = match word.get(Rule::name) {
        Some(fixed) => Method::Fixed(name(fixed)),
        None => Method::Computed(expr::first(cx, word)),
    };
    let path = expr::expr(cx, must(node, Rule::text));
    Request {
        span: node.span,
        method,
        path,
        sections: sections(cx, node),
    }
}

/// All sections among the children.
pub(super) fn sections(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Section> {
    node.all(Rule::section)
        .filter_map(|section| section.children().first())
        .map(|inner| section(cx, inner))
        .collect()
}

fn section(cx: &mut Cx<'_>, node: &Node<'_>) -> Section {
    let word = node.children().first().unwrap_or(node);
    let place = match word.text {
        "path" => Place::Path,
        "query" => Place::Query,
        "headers" => Place::Headers,
        "form" => Place::Form,
        "json" => Place::Json,
        "text" => Place::Text,
        _ => Place::Empty,
    };
    Section {
        place,
        span: word.span,
        pattern: types::first(cx, node),
        hole: hole(node),
    }
}

/// The name behind `->`.
pub(super) fn hole(node: &Node<'_>) -> Option<Name> {
    node.get(Rule::attr_hole)
        .map(|hole| name(must(hole, Rule::name)))
}

/// `answer NAME VERDICT …`
pub(super) fn answer(cx: &mut Cx<'_>, node: &Node<'_>) -> Answer {
    let mut names = node.all(Rule::name).map(name);
    let first = names.next().unwrap_or_else(|| name(node));
    let verdict = names.next().unwrap_or_else(|| first.clone());
    let statuses = node
        .all(Rule::statuses)
        .flat_map(|list| list.all(Rule::status))
        .map(status)
        .collect();
    let body = sections(cx, node).into_iter().next();
    let when = node
        .get(Rule::answer_when)
        .map(|when| expr::first(cx, when));
    Answer {
        span: node.span,
        name: first,
        verdict,
        statuses,
        body,
        when,
        caption: caption(cx, node),
    }
}

fn status(node: &Node<'_>) -> (u16, u16) {
    let mut codes = node
        .all(Rule::status_code)
        .map(|code| code.text.parse().unwrap_or(0));
    let first = codes.next().unwrap_or(0);
    (first, codes.next().unwrap_or(first))
}

fn limit(cx: &mut Cx<'_>, node: &Node<'_>) -> Limit {
    let mut limit = Limit {
        span: node.span,
        rate: None,
        per: None,
        burst: None,
        concurrency: None,
    };
    for child in node.children() {
        let mut values = expr::all(cx, child).into_iter();
        match child.rule {
            Rule::limit_rate => (limit.rate, limit.per) = (values.next(), values.next()),
            Rule::limit_burst => limit.burst = values.next(),
            Rule::limit_concurrency => limit.concurrency = values.next(),
            _ => {}
        }
    }
    limit
}

fn event(cx: &mut Cx<'_>, node: &Node<'_>) -> EventDef {
    EventDef {
        name: name(must(node, Rule::name)),
        parent: node
            .get(Rule::event_is)
            .map(|is| name(must(is, Rule::name))),
        params: items::params(cx, node),
        caption: caption(cx, node),
        parts: parts(cx, node, event_part),
        span: node.span,
    }
}

fn event_part(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<EventPart> {
    Some(match node.rule {
        Rule::event_payload => EventPart::Payload(items::some_type(cx, node)),
        Rule::event_accept => EventPart::Accept(Box::new(accept(cx, node)?)),
        Rule::event_key => EventPart::Key(expr::first(cx, node)),
        Rule::event_entity => EventPart::Entity(expr::first(cx, node)),
        Rule::event_ordered => EventPart::OrderedBy(expr::first(cx, node)),
        Rule::poll => EventPart::Poll(Poll {
            span: node.span,
            parts: parts(cx, node, poll_part),
        }),
        Rule::example => EventPart::Example(str(cx, must(node, Rule::plain))),
        _ => return None,
    })
}

fn accept(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<Accept> {
    let section = sections(cx, node).into_iter().next()?;
    let mut accept = Accept {
        span: node.span,
        method: name(must(node, Rule::name)),
        section,
        when: None,
        then: None,
        each: None,
    };
    for child in node.children() {
        match child.rule {
            Rule::accept_when => accept.when = Some(expr::first(cx, child)),
            Rule::accept_then => accept.then = Some((expr::first(cx, child), hole(child))),
            Rule::accept_each => accept.each = Some(name(must(child, Rule::name))),
            _ => {}
        }
    }
    Some(accept)
}

fn poll_part(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<PollPart> {
    Some(match node.rule {
        Rule::poll_every => PollPart::Every(expr::first(cx, node)),
        Rule::poll_asked => PollPart::OnDemand,
        Rule::accept_then => PollPart::Then(expr::first(cx, node), hole(node)),
        Rule::poll_read => PollPart::Read {
            call: expr::first(cx, node),
            items: hole(node),
        },
        Rule::poll_payload => PollPart::Payload(expr::first(cx, node)),
        Rule::poll_cursor => PollPart::Cursor(expr::first(cx, node)),
        Rule::poll_start => PollPart::Start(name(must(node, Rule::name))),
        Rule::poll_keeps => PollPart::Keeps(expr::first(cx, node)),
        Rule::poll_more => PollPart::More(expr::first(cx, node)),
        Rule::poll_skip => PollPart::Skip(expr::first(cx, node)),
        Rule::stray_sign => {
            cx.errors
                .push(message::stray(node.span, node.text, "a part"));
            return None;
        }
        _ => return None,
    })
}

//! Rules: what starts them, what holds them back.

use super::{Cx, alias, caption, expr, must, name, path, recover, steps, str, types};
use crate::ast::{Block, Gate, GateKind, Name, OnError, Rule as AstRule, Span, Trigger};
use crate::cst::{Node, Rule};
use crate::{message, slips};

/// `rule NAME "caption": on … do …`
pub(super) fn rule(cx: &mut Cx<'_>, node: &Node<'_>) -> AstRule {
    let head = node.get(Rule::rule_head);
    let (rule_name, rule_caption) = match head {
        Some(head) => (head.get(Rule::name).map(name), caption(cx, head)),
        None => (None, None),
    };
    if let Some(missing) = head.and_then(|head| head.get(Rule::missing_colon)) {
        cx.errors.push(message::missing_colon(recover::next_word(
            cx.text,
            missing.span.start,
        )));
    }
    let mut found = AstRule {
        name: rule_name,
        caption: rule_caption,
        trigger: Trigger::Error,
        gates: Vec::new(),
        body: Block::default(),
        on_error: None,
        trigger_span: Span::default(),
    };
    let broken_head = node.has(Rule::bad_trigger) || node.has(Rule::bad_gate);
    for child in node.children() {
        match child.rule {
            Rule::trigger_event | Rule::trigger_every | Rule::trigger_cron => {
                found.trigger_span = child.span;
                found.trigger = trigger(cx, child);
            }
            Rule::bad_trigger => {
                found.trigger_span = recover::trimmed(cx.text, cx.scan, child.span);
                cx.broken(child, Rule::only_trigger);
            }
            Rule::bad_gate => found.gates.extend(bad_gate(cx, child)),
            Rule::slip_if | Rule::slip_gate => found.gates.extend(slip_gate(cx, child)),
            Rule::body => found.body = body(cx, child, broken_head),
            Rule::on_error => found.on_error = Some(on_error(cx, child)),
            Rule::rule_head => {}
            _ => found.gates.push(Gate {
                span: child.span,
                kind: gate(cx, child),
            }),
        }
    }
    found
}

fn trigger(cx: &mut Cx<'_>, node: &Node<'_>) -> Trigger {
    match node.rule {
        Rule::trigger_every => Trigger::Every(expr::first(cx, node)),
        Rule::trigger_cron => {
            let mut texts = node
                .all(Rule::plain)
                .map(|plain| str(cx, plain))
                .collect::<Vec<_>>()
                .into_iter();
            match texts.next() {
                Some(spec) => Trigger::Cron {
                    spec,
                    zone: texts.next(),
                },
                None => Trigger::Error,
            }
        }
        _ => Trigger::Event {
            path: path(must(node, Rule::path)),
            args: node
                .get(Rule::call)
                .map(|call| expr::args(cx, call))
                .unwrap_or_default(),
            alias: alias(node).or_else(|| slip_alias(cx, node)),
            ty: types::first(cx, node),
        },
    }
}

fn gate(cx: &mut Cx<'_>, node: &Node<'_>) -> GateKind {
    let mut values = expr::all(cx, node).into_iter();
    let first = values.next();
    let second = values.next();
    let word = || node.get(Rule::name).map(name);
    let found = match (node.rule, first) {
        (Rule::gate_once, None) => Some(GateKind::OncePerEvent),
        (Rule::gate_misfire, _) => word().map(GateKind::Misfire),
        (Rule::gate_overlap, _) => word().map(GateKind::Overlap),
        (Rule::gate_when, Some(cond)) => Some(GateKind::When(cond)),
        (Rule::gate_once, Some(key)) => Some(GateKind::OncePer {
            key,
            within: second,
        }),
        (Rule::gate_at_most, Some(count)) => second.map(|per| GateKind::AtMost { count, per }),
        (Rule::gate_ordered, Some(key)) => Some(GateKind::OrderedBy(key)),
        (Rule::gate_debounce, Some(silence)) => Some(GateKind::Debounce {
            silence,
            per: second,
        }),
        (Rule::gate_poll, Some(every)) => Some(GateKind::PollEvery(every)),
        (Rule::gate_valid, Some(time)) => Some(GateKind::ValidFor(time)),
        _ => None,
    };
    found.unwrap_or_else(|| GateKind::When(cx.error_expr(node.span)))
}

/// A gate that could not be read: what it is by its word, with a value that could not be read. The steps behind it are
/// still checked, and it is no second `when`.
fn bad_gate(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<Gate> {
    let span = recover::trimmed(cx.text, cx.scan, node.span);
    let error = recover::explain(cx.text, cx.scan, span, Rule::only_gate);
    cx.errors.push(error);
    unread_gate(
        cx,
        recover::next_word(cx.text, span.start).text(cx.text),
        span,
    )
}

fn unread_gate(cx: &mut Cx<'_>, word: &str, span: Span) -> Option<Gate> {
    let value = cx.error_expr(span);
    let kind = match word {
        "when" => GateKind::When(value),
        "once" => GateKind::OncePer {
            key: value,
            within: None,
        },
        "ordered" => GateKind::OrderedBy(value),
        "poll" => GateKind::PollEvery(value),
        "valid" => GateKind::ValidFor(value),
        _ => return None,
    };
    Some(Gate { span, kind })
}

/// `if x == 1`, `whn x == 1`, `onec per x`: what is meant is read, so that the rest of the rule is checked.
fn slip_gate(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<Gate> {
    let at = recover::next_word(cx.text, node.span.start);
    let word = at.text(cx.text);
    let meant = slips::gate_meant(word);
    let value = node.get(Rule::expr);
    let rest = Span {
        start: at.end,
        end: node.span.end,
    };
    cx.errors
        .push(message::no_gate(at, word, meant, rest.text(cx.text).trim()));
    match (meant, value) {
        (Some("when"), Some(value)) => Some(Gate {
            span: node.span,
            kind: GateKind::When(expr::expr(cx, value)),
        }),
        (meant, _) => unread_gate(cx, meant.unwrap_or(""), node.span),
    }
}

/// `on crm.order ass order`
fn slip_alias(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<Name> {
    let slip = node.get(Rule::slip_alias)?;
    let word = must(slip, Rule::slip_as);
    let alias = name(must(slip, Rule::name));
    cx.errors
        .push(message::no_alias(word.span, word.text, &alias.text));
    Some(alias)
}

/// After a broken head it is not sure that `do` is missing: perhaps it is what could not be read.
fn body(cx: &mut Cx<'_>, node: &Node<'_>, broken_head: bool) -> Block {
    if let Some(slip) = node.get(Rule::slip_do) {
        cx.errors.push(message::no_do(slip.span, slip.text));
    }
    if let Some(missing) = node.get(Rule::missing_do).filter(|_| !broken_head) {
        cx.errors.push(message::missing_do(recover::next_word(
            cx.text,
            missing.span.start,
        )));
    }
    steps::block_or_step(cx, node)
}

fn on_error(cx: &mut Cx<'_>, node: &Node<'_>) -> OnError {
    OnError {
        alias: alias(node),
        block: steps::block_or_step(cx, node),
        span: node.span,
    }
}

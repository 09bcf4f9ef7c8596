//! Rules: what starts them, what holds them back.

use super::{Cx, alias, caption, expr, must, name, path, recover, steps, str, types};
use crate::ast::{Block, Gate, GateKind, OnError, Rule as AstRule, Span, Trigger};
use crate::cst::{Node, Rule};
use crate::message;

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
            Rule::bad_gate => found.gates.push(bad_gate(cx, child)),
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
            alias: alias(node),
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

/// A gate that could not be read is a condition that could not be read: the steps behind it are still checked.
fn bad_gate(cx: &mut Cx<'_>, node: &Node<'_>) -> Gate {
    let span = recover::trimmed(cx.text, cx.scan, node.span);
    let error = recover::explain(cx.text, cx.scan, span, Rule::only_gate);
    cx.errors.push(error);
    Gate {
        span,
        kind: GateKind::When(cx.error_expr(span)),
    }
}

/// After a broken head it is not sure that `do` is missing: perhaps it is what could not be read.
fn body(cx: &mut Cx<'_>, node: &Node<'_>, broken_head: bool) -> Block {
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

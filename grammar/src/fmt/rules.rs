//! Rules and their steps.

use super::doc::{Doc, group, nest, nil, text};
use super::pieces::Cx;
use super::{bodies, spaced};
use crate::cst::{Node, Rule};

/// A rule's head is one line as long as it was written so and fits; else what starts it, every gate and `do` have lines of
/// their own.
pub(super) fn rule(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let kids = node.children();
    let at = kids.iter().position(|kid| kid.rule == Rule::body);
    let (head, rest) = kids.split_at(at.unwrap_or(kids.len()));
    let Some((body, rest)) = rest.split_first() else {
        return spaced::kids(cx, kids);
    };
    let [kw_do, steps @ ..] = body.children() else {
        return spaced::kids(cx, kids);
    };
    let mut lines = Vec::new();
    for (number, kid) in head.iter().enumerate() {
        let is_gate = number > 0 && kid.rule != Rule::trigger_event && !is_schedule(kid.rule);
        let line = Doc::Concat(vec![
            if number > 0 { Doc::Line(" ") } else { nil() },
            spaced::node(cx, kid),
        ]);
        lines.push(if is_gate { nest(line) } else { line });
    }
    lines.extend([Doc::Line(" "), cx.word(kw_do)]);
    let head_span = node.span.start..kw_do.span.end;
    let broken = cx.new_line(head_span.start, head_span.end);
    let mut parts = vec![group(broken, Doc::Concat(lines)), text(" ")];
    parts.push(spaced::kids(cx, steps));
    for kid in rest {
        parts.extend([Doc::Hard, spaced::node(cx, kid)]);
    }
    Doc::Concat(parts)
}

fn is_schedule(rule: Rule) -> bool {
    matches!(rule, Rule::trigger_every | Rule::trigger_cron)
}

/// A call, and what may follow it on lines of its own: `timeout`, `retry`, `key`, `on OUTCOME`.
pub(super) fn call(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let is_clause = |kid: &Node<'_>| {
        matches!(
            kid.rule,
            Rule::clause_timeout
                | Rule::clause_never
                | Rule::clause_retry
                | Rule::clause_backoff
                | Rule::clause_key
                | Rule::clause_on
        )
    };
    let kids = node.children();
    let cut = kids.iter().position(is_clause).unwrap_or(kids.len());
    let (head, clauses) = kids.split_at(cut);
    let own_lines = match (head.last(), clauses.first()) {
        (Some(head), Some(clause)) => cx.new_line(head.span.end, clause.span.start),
        _ => false,
    };
    let mut tail = Vec::new();
    for clause in clauses {
        tail.extend([Doc::Line(" "), spaced::node(cx, clause)]);
    }
    let tail = group(own_lines, nest(Doc::Concat(tail)));
    Doc::Concat(vec![spaced::kids(cx, head), tail])
}

/// `if c { … } else { … }`: with an `else`, all blocks are broken.
pub(super) fn if_step(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let kids = node.children();
    let broken = node.has(Rule::else_if) || node.has(Rule::kw_else);
    branches(cx, kids, broken)
}

fn branches(cx: &Cx<'_>, kids: &[Node<'_>], broken: bool) -> Doc {
    let mut parts = Vec::new();
    for (number, kid) in kids.iter().enumerate() {
        if number > 0 {
            parts.push(text(" "));
        }
        parts.push(match kid.rule {
            Rule::block => bodies::braced(cx, kid, broken),
            Rule::else_if => branches(cx, kid.children(), broken),
            _ => spaced::node(cx, kid),
        });
    }
    Doc::Concat(parts)
}

/// `reply tver.createOrder -> applied then timeout`
pub(super) fn reply(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let mut parts = Vec::new();
    for (number, kid) in node.children().iter().enumerate() {
        parts.push(match kid.rule {
            Rule::kw_then => Doc::Line(" "),
            _ if number > 0 => text(" "),
            _ => nil(),
        });
        parts.push(spaced::node(cx, kid));
    }
    group(cx.has_comment(node.span), nest(Doc::Concat(parts)))
}

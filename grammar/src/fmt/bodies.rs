//! Blocks of lines: steps, rows of tables, the parts of definitions.

use super::doc::{Doc, group, nest, nil, text};
use super::pieces::Cx;
use super::{lists, rows, spaced};
use crate::cst::{Node, Rule};

/// A head and lines between braces. A single line may stay on the line of its braces where it was written there.
pub(super) fn body(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let always = matches!(
        node.rule,
        Rule::step_match
            | Rule::table_rows
            | Rule::sandbox
            | Rule::event_def
            | Rule::action_def
            | Rule::test
    );
    braced(cx, node, always)
}

/// A body; `broken`: on lines of its own in any case.
pub(super) fn braced(cx: &Cx<'_>, node: &Node<'_>, broken: bool) -> Doc {
    let kids = node.children();
    let at = kids.iter().position(|kid| kid.rule == Rule::lbrace);
    let (head, braces) = kids.split_at(at.unwrap_or(kids.len()));
    let [open, members @ .., close] = braces else {
        return spaced::kids(cx, kids);
    };
    let head = match head {
        [] => nil(),
        _ => Doc::Concat(vec![spaced::kids(cx, head), text(" ")]),
    };
    let Some(first) = members.first() else {
        return Doc::Concat(vec![head, lists::empty(cx, open, close)]);
    };
    let broken = broken
        || members.len() > 1
        || lists::begins_line(cx, open, first)
        || lists::has_comment(cx, open, close);
    let parts: Vec<(&Node<'_>, bool)> = members
        .iter()
        .map(|member| (member, cx.empty_line_above(member)))
        .collect();
    let within = vec![Doc::Line(" "), lines(cx, &parts), cx.before(close)];
    let braces = vec![
        cx.word(open),
        nest(Doc::Concat(within)),
        Doc::Line(" "),
        cx.bare_word(close),
    ];
    Doc::Concat(vec![head, group(broken, Doc::Concat(braces))])
}

/// One line for each node; true: an empty line above it.
pub(super) fn lines(cx: &Cx<'_>, nodes: &[(&Node<'_>, bool)]) -> Doc {
    let mut parts = Vec::new();
    for (number, doc) in rows::columns(cx, nodes).into_iter().enumerate() {
        if number > 0 {
            parts.push(Doc::Hard);
            parts.extend(nodes[number].1.then_some(Doc::Empty));
        }
        parts.push(doc);
    }
    Doc::Concat(parts)
}

/// `request POST "/…" json { … }`: several parts get a line each when one of them is broken.
pub(super) fn request(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let is_part = |kid: &Node<'_>| kid.rule == Rule::section;
    tail_of_lines(cx, node, is_part)
}

/// `readback getHistory(…)` with what it says about the answer.
pub(super) fn readback(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let is_part = |kid: &Node<'_>| {
        matches!(
            kid.rule,
            Rule::marker | Rule::found | Rule::complete | Rule::settle
        )
    };
    tail_of_lines(cx, node, is_part)
}

fn tail_of_lines(cx: &Cx<'_>, node: &Node<'_>, is_part: impl Fn(&Node<'_>) -> bool) -> Doc {
    let kids = node.children();
    let cut = kids.iter().position(is_part).unwrap_or(kids.len());
    let (head, parts) = kids.split_at(cut);
    let own_lines = match (head.last(), parts.first()) {
        (Some(head), Some(part)) => cx.new_line(head.span.end, part.span.start),
        _ => return spaced::kids(cx, kids),
    };
    if parts.len() == 1 && !own_lines {
        return spaced::kids(cx, kids);
    }
    let nodes: Vec<(&Node<'_>, bool)> = parts.iter().map(|part| (part, false)).collect();
    let mut tail = Vec::new();
    for doc in rows::columns(cx, &nodes) {
        tail.extend([Doc::Line(" "), doc]);
    }
    let tail = group(own_lines, nest(Doc::Concat(tail)));
    Doc::Concat(vec![spaced::kids(cx, head), tail])
}

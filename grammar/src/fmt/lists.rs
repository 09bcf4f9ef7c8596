//! What stands between brackets: arguments, fields, elements, arms.
//!
//! On one line while it fits. What begins a new line behind its opener stays broken: one part on each line, a comma at the
//! end.

use super::doc::{Doc, group, nest, nil, text};
use super::pieces::{Cx, first_word};
use super::{rows, spaced};
use crate::ast::Span;
use crate::cst::{Node, Rule};

/// `( … )`, `[ … ]`, `{ … }` with commas between.
pub(super) fn bracketed(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let kids = node.children();
    let [open, inner @ .., close] = kids else {
        return spaced::kids(cx, kids);
    };
    if node.rule == Rule::call
        && let Some(doc) = hugged(cx, open, inner, close)
    {
        return doc;
    }
    let loops = inner.iter().any(has_comprehension);
    let pad = match node.rule {
        Rule::object | Rule::type_object | Rule::settings => " ",
        Rule::list if loops => " ",
        _ => "",
    };
    if inner.is_empty() {
        return empty(cx, open, close);
    }
    let broken = begins_line(cx, open, &inner[0]) || has_comment(cx, open, close);
    let parts: Vec<(&Node<'_>, bool)> = inner
        .iter()
        .filter(|kid| kid.rule != Rule::comma)
        .map(|kid| (kid, cx.empty_line_above(kid)))
        .collect();
    let mut docs = rows::columns(cx, &parts).into_iter();
    let mut within = vec![Doc::Line(pad)];
    let mut comma_at_end = node.rule != Rule::paren && !loops;
    let last = inner.len() - 1;
    for (number, kid) in inner.iter().enumerate() {
        if kid.rule == Rule::comma {
            if number < last {
                within.extend([text(","), cx.comments_of(kid), Doc::Line(" ")]);
            } else {
                within.extend([
                    if comma_at_end {
                        Doc::IfBroken(",", "")
                    } else {
                        nil()
                    },
                    cx.comments_of(kid),
                ]);
                comma_at_end = false;
            }
            continue;
        }
        if number > 0 && inner[number - 1].rule != Rule::comma {
            within.push(Doc::Line(" "));
        }
        if number > 0 && cx.empty_line_above(kid) {
            within.push(Doc::Empty);
        }
        within.extend(docs.next());
    }
    if comma_at_end {
        within.push(Doc::IfBroken(",", ""));
    }
    within.push(cx.before(close));
    let parts = vec![
        cx.word(open),
        nest(Doc::Concat(within)),
        Doc::Line(pad),
        cx.bare_word(close),
    ];
    group(broken, Doc::Concat(parts))
}

/// Nothing but comments between the brackets.
pub(super) fn empty(cx: &Cx<'_>, open: &Node<'_>, close: &Node<'_>) -> Doc {
    let mut parts = vec![cx.word(open), nest(cx.before(close))];
    if has_comment(cx, open, close) {
        parts.push(Doc::Hard);
    }
    parts.push(cx.bare_word(close));
    Doc::Concat(parts)
}

/// Whether the author began a new line behind an opener.
pub(super) fn begins_line(cx: &Cx<'_>, open: &Node<'_>, first: &Node<'_>) -> bool {
    cx.new_line(open.span.end, first_word(first).span.start)
}

/// Whether a comment that ends a line stands between two brackets.
pub(super) fn has_comment(cx: &Cx<'_>, open: &Node<'_>, close: &Node<'_>) -> bool {
    cx.has_comment(Span {
        start: open.span.end,
        end: close.span.start,
    })
}

fn has_comprehension(node: &Node<'_>) -> bool {
    node.rule == Rule::comprehension || (node.rule == Rule::arg && node.has(Rule::comprehension))
}

/// `createOrder(order: { … })`: a single object or list opens with its call.
fn hugged(cx: &Cx<'_>, open: &Node<'_>, inner: &[Node<'_>], close: &Node<'_>) -> Option<Doc> {
    let (arg, comma) = match inner {
        [arg] => (arg, None),
        [arg, comma] if comma.rule == Rule::comma => (arg, Some(comma)),
        _ => return None,
    };
    let [head @ .., value] = arg.children() else {
        return None;
    };
    let brackets = value
        .get(Rule::operand)
        .filter(|operand| value.children().len() == 1 && operand.children().len() == 1)
        .and_then(|operand| operand.children().first())
        .filter(|primary| matches!(primary.rule, Rule::object | Rule::list))?;
    let before = Span {
        start: open.span.end,
        end: brackets.span.start,
    };
    let behind = Span {
        start: brackets.span.end,
        end: close.span.start,
    };
    let commented = cx.has_comment(before) || cx.has_comment(behind);
    if commented || cx.new_line(before.start, before.end) {
        return None;
    }
    let mut parts = vec![cx.word(open)];
    if !head.is_empty() {
        parts.extend([spaced::kids(cx, head), text(" ")]);
    }
    parts.push(bracketed(cx, brackets));
    parts.extend(comma.map(|comma| cx.comments_of(comma)));
    parts.push(cx.word(close));
    Some(Doc::Concat(parts))
}

/// `match x { "a" -> v  else -> w }`
pub(super) fn match_value(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let kids = node.children();
    let at = kids.iter().position(|kid| kid.rule == Rule::lbrace);
    let (head, brackets) = kids.split_at(at.unwrap_or(kids.len()));
    let [open, arms @ .., close] = brackets else {
        return spaced::kids(cx, kids);
    };
    let head = Doc::Concat(vec![spaced::kids(cx, head), text(" ")]);
    let Some(first) = arms.first() else {
        return Doc::Concat(vec![head, empty(cx, open, close)]);
    };
    let broken = begins_line(cx, open, first) || has_comment(cx, open, close);
    let parts: Vec<(&Node<'_>, bool)> = arms
        .iter()
        .map(|arm| (arm, cx.empty_line_above(arm)))
        .collect();
    let mut within = vec![Doc::Line(" ")];
    for (number, doc) in rows::columns(cx, &parts).into_iter().enumerate() {
        if number > 0 {
            within.push(Doc::Line("  "));
            within.extend(parts[number].1.then_some(Doc::Empty));
        }
        within.push(doc);
    }
    within.push(cx.before(close));
    let arms = vec![
        cx.word(open),
        nest(Doc::Concat(within)),
        Doc::Line(" "),
        cx.bare_word(close),
    ];
    Doc::Concat(vec![head, group(broken, Doc::Concat(arms))])
}

/// `A | B`
pub(super) fn union(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let Some((first, rest)) = alternatives(cx, node) else {
        return spaced::kids(cx, node.children());
    };
    let inner = Doc::Concat(vec![first, nest(rest)]);
    group(cx.has_comment(node.span), inner)
}

/// The type of a declaration, with the blank before it: many alternatives get a line each.
pub(super) fn declared_type(cx: &Cx<'_>, node: &Node<'_>, begins_line: bool) -> Doc {
    match alternatives(cx, node) {
        Some((first, rest)) if node.children().len() > 2 => {
            let inner = vec![Doc::Line(" "), Doc::IfBroken("| ", ""), first, rest];
            let broken = begins_line || cx.has_comment(node.span);
            group(broken, nest(Doc::Concat(inner)))
        }
        _ => Doc::Concat(vec![text(" "), spaced::node(cx, node)]),
    }
}

/// The first alternative and the others. A sign before the first is left out.
fn alternatives(cx: &Cx<'_>, node: &Node<'_>) -> Option<(Doc, Doc)> {
    if node.rule != Rule::r#type {
        return None;
    }
    let (sign, kids) = match node.children() {
        [sign, kids @ ..] if sign.rule == Rule::pipe => (Some(sign), kids),
        kids => (None, kids),
    };
    let (first, rest) = kids.split_first()?;
    let dropped = sign.map_or_else(nil, |sign| cx.comments_of(sign));
    let first = Doc::Concat(vec![dropped, spaced::node(cx, first)]);
    let mut parts = Vec::new();
    for kid in rest {
        parts.push(if kid.rule == Rule::pipe {
            Doc::Line(" ")
        } else {
            text(" ")
        });
        parts.push(spaced::node(cx, kid));
    }
    Some((first, Doc::Concat(parts)))
}

/// `{ [string]: T }`
pub(super) fn map_type(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let mut parts = vec![text("{ [")];
    for kid in node.children() {
        match kid.rule {
            Rule::comma => parts.push(cx.comments_of(kid)),
            Rule::r#type | Rule::rbrace => parts.extend([text(" "), spaced::node(cx, kid)]),
            _ => parts.push(spaced::node(cx, kid)),
        }
    }
    Doc::Concat(parts)
}

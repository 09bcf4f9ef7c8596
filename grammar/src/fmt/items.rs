//! Declarations, one below the other.

use super::doc::{Doc, group, nest, text};
use super::pieces::Cx;
use super::{bodies, lists, spaced};
use crate::cst::{Node, Rule};

/// The whole file.
pub(super) fn file(cx: &Cx<'_>, file: &Node<'_>) -> Doc {
    let (items, ends): (Vec<_>, Vec<_>) = file
        .children()
        .iter()
        .partition(|kid| kid.rule != Rule::EOI);
    let mut parts = vec![bodies::lines(cx, &spread(cx, &items))];
    if !items.is_empty() {
        parts.push(Doc::Hard);
    }
    parts.extend(ends.iter().map(|end| cx.before(end)));
    Doc::Concat(parts)
}

/// `connector NAME { … }`
pub(super) fn connector(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let kids = node.children();
    let at = kids.iter().position(|kid| kid.rule == Rule::lbrace);
    let (head, braces) = kids.split_at(at.unwrap_or(kids.len()));
    let [open, items @ .., close] = braces else {
        return spaced::kids(cx, kids);
    };
    let head = Doc::Concat(vec![spaced::kids(cx, head), text(" ")]);
    if items.is_empty() {
        return Doc::Concat(vec![head, lists::empty(cx, open, close)]);
    }
    let items: Vec<&Node<'_>> = items.iter().collect();
    let within = vec![
        Doc::Hard,
        bodies::lines(cx, &spread(cx, &items)),
        cx.before(close),
    ];
    let braces = vec![
        cx.word(open),
        nest(Doc::Concat(within)),
        Doc::Hard,
        cx.bare_word(close),
    ];
    Doc::Concat(vec![head, group(true, Doc::Concat(braces))])
}

/// An empty line around every declaration of several lines; elsewhere as the author wrote it.
fn spread<'n, 'i>(cx: &Cx<'_>, items: &[&'n Node<'i>]) -> Vec<(&'n Node<'i>, bool)> {
    let mut above_is_long = false;
    let mut spread = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let long = cx.several_lines(item);
        let apart = number > 0 && (long || above_is_long || cx.empty_line_above(item));
        spread.push((*item, apart));
        above_is_long = long;
    }
    spread
}

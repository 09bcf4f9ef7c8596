//! What has no layout of its own: words with one blank between them, and signs where people expect them.

use super::doc::{Doc, group, nest, nil, text};
use super::pieces::{Cx, is_word};
use super::{bodies, exprs, items, lists, rows, rules};
use crate::cst::{Node, Rule};

/// Any node.
pub(super) fn node(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    if is_word(node) {
        return cx.word(node);
    }
    let kids = node.children();
    match node.rule {
        Rule::expr | Rule::tight => exprs::operators(cx, node),
        Rule::if_value => exprs::if_value(cx, node),
        Rule::comprehension => exprs::comprehension(cx, kids),
        Rule::field_optional => Doc::Concat(vec![text("?."), self::kids(cx, kids)]),
        Rule::index_optional => Doc::Concat(vec![text("?["), self::kids(cx, kids)]),
        Rule::match_value => lists::match_value(cx, node),
        Rule::list
        | Rule::object
        | Rule::call
        | Rule::params
        | Rule::settings
        | Rule::type_object
        | Rule::paren => lists::bracketed(cx, node),
        Rule::method => glued(cx, kids),
        Rule::r#type => lists::union(cx, node),
        Rule::type_map => lists::map_type(cx, node),
        Rule::patterns | Rule::allow => commas(cx, node),
        Rule::arm
        | Rule::step_arm
        | Rule::member_field
        | Rule::field_value
        | Rule::setting
        | Rule::param
        | Rule::arg
        | Rule::account
        | Rule::constant
        | Rule::type_decl
        | Rule::setting_def
        | Rule::answer
        | Rule::code
        | Rule::event_accept => rows::alone(cx, node),
        Rule::block
        | Rule::table_rows
        | Rule::step_match
        | Rule::auth
        | Rule::hook
        | Rule::poll
        | Rule::job
        | Rule::sandbox
        | Rule::sandbox_action
        | Rule::verbs
        | Rule::event_def
        | Rule::action_def
        | Rule::test => bodies::body(cx, node),
        Rule::connector => items::connector(cx, node),
        Rule::rule_decl => rules::rule(cx, node),
        Rule::step_let | Rule::step_call => rules::call(cx, node),
        Rule::step_if => rules::if_step(cx, node),
        Rule::request => bodies::request(cx, node),
        Rule::readback => bodies::readback(cx, node),
        Rule::test_reply => rules::reply(cx, node),
        _ => self::kids(cx, kids),
    }
}

/// Nodes with one blank between them, where one belongs.
pub(super) fn kids(cx: &Cx<'_>, kids: &[Node<'_>]) -> Doc {
    let mut parts = Vec::new();
    for (number, kid) in kids.iter().enumerate() {
        // `answer … json { … } when …`: the condition goes to a line of its own before anything in it breaks.
        if number > 0 && kid.rule == Rule::answer_when {
            let condition = Doc::Concat(vec![Doc::Line(" "), node(cx, kid)]);
            parts.push(group(false, nest(condition)));
            continue;
        }
        if number > 0 && !is_tight(&kids[number - 1], kid) {
            parts.push(text(" "));
        }
        // A caption may be as long as the vendor likes.
        if kid.rule == Rule::plain && number > 1 && number + 1 == kids.len() {
            parts.push(caption(cx, kid));
        } else {
            parts.push(node(cx, kid));
        }
    }
    Doc::Concat(parts)
}

/// A text that may reach beyond the width.
pub(super) fn caption(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    match cx.word(node) {
        Doc::Concat(parts) => Doc::Concat(parts.into_iter().map(as_caption).collect()),
        other => as_caption(other),
    }
}

fn as_caption(doc: Doc) -> Doc {
    match doc {
        Doc::Text(written) => Doc::Caption(written),
        Doc::Concat(parts) => Doc::Concat(parts.into_iter().map(as_caption).collect()),
        other => other,
    }
}

/// Nodes without anything between them.
fn glued(cx: &Cx<'_>, kids: &[Node<'_>]) -> Doc {
    Doc::Concat(kids.iter().map(|kid| node(cx, kid)).collect())
}

/// `"cash", "courier-cash"`: may break behind a comma.
fn commas(cx: &Cx<'_>, whole: &Node<'_>) -> Doc {
    let kids = whole.children();
    let mut parts = Vec::new();
    for (number, kid) in kids.iter().enumerate() {
        let after_comma = number > 0 && kids[number - 1].rule == Rule::comma;
        parts.push(match kid.rule {
            _ if after_comma => Doc::Line(" "),
            _ if number > 0 && kid.rule != Rule::comma => text(" "),
            _ => nil(),
        });
        parts.push(node(cx, kid));
    }
    group(cx.has_comment(whole.span), nest(Doc::Concat(parts)))
}

/// Whether nothing stands between two neighbours.
fn is_tight(left: &Node<'_>, right: &Node<'_>) -> bool {
    let before = matches!(
        right.rule,
        Rule::comma
            | Rule::colon
            | Rule::question
            | Rule::call
            | Rule::params
            | Rule::rparen
            | Rule::rbracket
            | Rule::dot
            | Rule::range
            | Rule::field
            | Rule::field_optional
            | Rule::index
            | Rule::index_optional
    );
    let behind = matches!(
        left.rule,
        Rule::lparen | Rule::lbracket | Rule::dot | Rule::dots | Rule::range
    );
    before || behind
}

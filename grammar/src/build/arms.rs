//! Arms of `match`, rows of tables, and their patterns.

use super::{Cx, expr, literals, must, str};
use crate::ast::{Arm, Pattern, PatternKind, Span};
use crate::cst::{Node, Rule};
use crate::message;

/// All arms among the children; broken ones are reported and left out.
pub(super) fn arms(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Arm> {
    let mut arms = Vec::new();
    for child in node.children() {
        match child.rule {
            Rule::arm => arms.push(arm(cx, child)),
            Rule::bad_arm => cx.broken(child, Rule::only_arm),
            _ => {}
        }
    }
    arms
}

fn arm(cx: &mut Cx<'_>, node: &Node<'_>) -> Arm {
    let patterns = patterns(cx, node);
    let value = expr::first(cx, node);
    // A comma after the value is no part of the arm.
    let span = Span {
        start: node.span.start,
        end: value.span.end,
    };
    Arm {
        span,
        patterns,
        value,
    }
}

/// The patterns before an arrow. Empty for `else`.
pub(super) fn patterns(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Pattern> {
    if let Some(slip) = node.get(Rule::slip_fat_arrow) {
        cx.errors.push(message::fat_arrow(slip.span));
    }
    let wildcard = |pattern: &&Node<'_>| pattern.text == "_";
    let list = must(node, Rule::patterns);
    if let Some(found) = list.all(Rule::pattern).find(wildcard) {
        cx.errors.push(message::wildcard(found.span));
        return Vec::new();
    }
    list.all(Rule::pattern)
        .map(|pattern| one(cx, pattern))
        .collect()
}

fn one(cx: &mut Cx<'_>, node: &Node<'_>) -> Pattern {
    let kind = match node.children().first() {
        Some(child) => match child.rule {
            Rule::pattern_text => PatternKind::Text(str(cx, child).text),
            Rule::pattern_number if child.text.contains('.') => {
                PatternKind::Decimal(literals::digits(child.text))
            }
            Rule::pattern_number => PatternKind::Int(literals::digits(child.text)),
            Rule::null => PatternKind::Null,
            Rule::bool => PatternKind::Bool(child.text == "true"),
            Rule::name => PatternKind::Name(child.text.to_owned()),
            _ => PatternKind::Text(literals::wrong_quotes(cx, child)),
        },
        None => PatternKind::Error,
    };
    Pattern {
        span: node.span,
        kind,
    }
}

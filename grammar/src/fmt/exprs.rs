//! Operators, conditions, comprehensions.

use super::doc::{Doc, group, nest, text};
use super::pieces::Cx;
use super::spaced;
use crate::cst::{Node, Rule};

/// `a ?? b`: breaks before its loosest operators first.
///
/// ```text
/// when order.status == "assembling"
///   and order.totalSumm >= MIN_ORDER
/// ```
pub(super) fn operators(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let mut operands: Vec<Doc> = Vec::new();
    let mut signs: Vec<(&Node<'_>, usize)> = Vec::new();
    let mut prefixes: Vec<Doc> = Vec::new();
    let mut negated = false;
    for kid in node.children() {
        match kid.rule {
            // `- -x`: two signs without a blank would be another word.
            Rule::op_neg => {
                if negated {
                    prefixes.push(text(" "));
                }
                prefixes.push(cx.word(kid));
            }
            Rule::op_not | Rule::op_fail => prefixes.extend([cx.word(kid), text(" ")]),
            Rule::operand | Rule::bare => {
                prefixes.push(spaced::node(cx, kid));
                operands.push(Doc::Concat(std::mem::take(&mut prefixes)));
            }
            _ => signs.push((kid, looseness(kid.rule))),
        }
        negated = kid.rule == Rule::op_neg;
    }
    if signs.is_empty() {
        return operands.pop().unwrap_or_else(|| Doc::Concat(Vec::new()));
    }
    let broken = cx.has_comment(node.span);
    chain(cx, &mut operands.into_iter(), &signs, broken)
}

fn chain(
    cx: &Cx<'_>,
    operands: &mut impl Iterator<Item = Doc>,
    signs: &[(&Node<'_>, usize)],
    broken: bool,
) -> Doc {
    let Some(loosest) = signs.iter().map(|(_, level)| *level).min() else {
        return operands.next().unwrap_or_else(|| Doc::Concat(Vec::new()));
    };
    let mut pieces = signs.split(|(_, level)| *level == loosest);
    let mut parts = vec![chain(
        cx,
        operands,
        pieces.next().unwrap_or_default(),
        false,
    )];
    let splits = signs.iter().filter(|(_, level)| *level == loosest);
    let mut rest = Vec::new();
    for ((sign, _), piece) in splits.zip(pieces) {
        rest.extend([Doc::Line(" "), spaced::node(cx, sign), text(" ")]);
        rest.push(chain(cx, operands, piece, false));
    }
    parts.push(nest(Doc::Concat(rest)));
    group(broken, Doc::Concat(parts))
}

/// Higher binds closer.
fn looseness(sign: Rule) -> usize {
    match sign {
        Rule::op_catch => 0,
        Rule::op_coalesce => 1,
        Rule::op_or => 2,
        Rule::op_and => 3,
        Rule::op_add | Rule::op_sub => 5,
        Rule::op_mul | Rule::op_div => 6,
        _ => 4,
    }
}

/// `if c then a else b`
pub(super) fn if_value(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    let mut parts = Vec::new();
    for (number, kid) in node.children().iter().enumerate() {
        parts.push(match kid.rule {
            Rule::kw_then | Rule::kw_else => Doc::Line(" "),
            _ if number > 0 => text(" "),
            _ => Doc::Concat(Vec::new()),
        });
        parts.push(spaced::node(cx, kid));
    }
    group(cx.has_comment(node.span), nest(Doc::Concat(parts)))
}

/// `for x in xs if c`: a line for each word when its list is broken.
pub(super) fn comprehension(cx: &Cx<'_>, kids: &[Node<'_>]) -> Doc {
    let cut = kids
        .iter()
        .position(|kid| kid.rule == Rule::kw_if)
        .unwrap_or(kids.len());
    let mut parts = vec![spaced::kids(cx, &kids[..cut])];
    if cut < kids.len() {
        parts.extend([Doc::Line(" "), spaced::kids(cx, &kids[cut..])]);
    }
    Doc::Concat(parts)
}

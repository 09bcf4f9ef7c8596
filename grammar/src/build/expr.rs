//! Expressions: the flat list of operands and operators becomes a tree by one table of binding strengths.

use super::{Cx, arms, key, must, name, separators, str, types};
use crate::ast::{Arg, BinaryOp, Entry, Expr, ExprKind, Name, Span, UnaryOp};
use crate::cst::{Node, Rule};
use crate::{SyntaxError, message, recover};

use super::literals;

/// More operators or dots in one expression than anybody writes; the tree is as deep as they are many.
const CHAIN_MAX: usize = 256;

/// How strongly `fail` holds its reason: all but `catch` belongs to it.
const FAIL: u8 = 2;
const NOT: u8 = 5;
const COMPARE: u8 = 6;
const NEGATE: u8 = 9;

/// Loosest first, as [`BinaryOp`] says.
fn strength(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Catch => 1,
        BinaryOp::Coalesce => 2,
        BinaryOp::Or => 3,
        BinaryOp::And => 4,
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
            COMPARE
        }
        BinaryOp::In | BinaryOp::NotIn | BinaryOp::Matches => COMPARE,
        BinaryOp::Add | BinaryOp::Sub => 7,
        BinaryOp::Mul | BinaryOp::Div => 8,
    }
}

/// `expr`, `tight`, `operand`, `bare` and everything that can stand in them.
pub(crate) fn expr(cx: &mut Cx<'_>, node: &Node<'_>) -> Expr {
    match node.rule {
        Rule::expr | Rule::tight => {
            if node.children().len() > 2 * CHAIN_MAX {
                cx.errors.push(message::chain_too_long(node.span));
                return cx.error_expr(node.span);
            }
            let mut at = 0;
            let value = operators(cx, node.children(), &mut at, 0);
            match node.get(Rule::slip_ternary) {
                Some(ternary) => question(cx, value, ternary),
                None => value,
            }
        }
        Rule::operand | Rule::bare => chain(cx, node),
        _ => primary(cx, node),
    }
}

/// `missing` where the grammar gives no expression.
pub(crate) fn first(cx: &mut Cx<'_>, node: &Node<'_>) -> Expr {
    match node.children().iter().find(|child| is_expr(child.rule)) {
        Some(child) => expr(cx, child),
        None => cx.error_expr(node.span),
    }
}

/// All expressions among the children.
pub(super) fn all(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Expr> {
    node.children()
        .iter()
        .filter(|child| is_expr(child.rule))
        .map(|child| expr(cx, child))
        .collect()
}

pub(super) fn is_expr(kind: Rule) -> bool {
    matches!(kind, Rule::expr | Rule::tight | Rule::operand | Rule::bare)
}

/// One level of the climb: an operand, then every operator that holds at least as strongly as `least`.
fn operators(cx: &mut Cx<'_>, parts: &[Node<'_>], at: &mut usize, least: u8) -> Expr {
    let mut left = prefixed(cx, parts, at);
    let mut compared = false;
    while let Some(sign) = parts.get(*at) {
        let Some(op) = binary(sign) else { break };
        if strength(op) < least {
            break;
        }
        *at += 1;
        let right = operators(cx, parts, at, strength(op) + 1);
        if let Some(slip) = message::operator_slip(sign) {
            // `status = 'new'`: one message whose help mends both.
            let quotes = |error: &SyntaxError| {
                error.code == "single-quotes" && [left.span, right.span].contains(&error.span)
            };
            cx.errors.retain(|error| !quotes(error));
            let literal = is_literal(&left) || is_literal(&right);
            let joins_values = match sign.rule {
                Rule::slip_or => !is_condition(&left) && !is_condition(&right),
                Rule::slip_and => literal,
                _ => false,
            };
            if joins_values {
                left = values_joined(cx, sign, left, right);
                continue;
            }
            cx.errors.push(slip.around(cx.text, left.span, right.span));
        }
        if strength(op) == COMPARE && std::mem::replace(&mut compared, strength(op) == COMPARE) {
            cx.errors.push(message::chained_comparison(sign.span));
        }
        let span = left.span.to(right.span);
        let kind = ExprKind::Binary {
            op,
            op_span: sign.span,
            left: Box::new(left),
            right: Box::new(right),
        };
        left = cx.expr(span, kind);
    }
    left
}

/// Surely true or false.
fn is_condition(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Bool(_)
        | ExprKind::Unary {
            op: UnaryOp::Not, ..
        } => true,
        ExprKind::Binary { op, .. } => (strength(BinaryOp::Or)..=COMPARE).contains(&strength(*op)),
        _ => false,
    }
}

fn is_literal(value: &Expr) -> bool {
    matches!(
        value.kind,
        ExprKind::Text(_)
            | ExprKind::Int(_)
            | ExprKind::Decimal(_)
            | ExprKind::Percent(_)
            | ExprKind::Money { .. }
            | ExprKind::Null
    )
}

/// `phone || "none"` and `a & "b"`: values are joined, not conditions. What cannot be known is not checked further.
fn values_joined(cx: &mut Cx<'_>, sign: &Node<'_>, left: Expr, right: Expr) -> Expr {
    let literal = is_literal(&left) || is_literal(&right);
    let (left_text, right_text) = (left.span.text(cx.text), right.span.text(cx.text));
    let either = sign.rule == Rule::slip_or;
    cx.errors.push(match either {
        true => message::or_values(sign.span, left_text, right_text, literal),
        false => message::and_values(sign.span, left_text, right_text),
    });
    let span = left.span.to(right.span);
    if !(either && is_literal(&right)) {
        return cx.error_expr(span);
    }
    cx.expr(
        span,
        ExprKind::Binary {
            op: BinaryOp::Coalesce,
            op_span: sign.span,
            left: Box::new(left),
            right: Box::new(right),
        },
    )
}

fn prefixed(cx: &mut Cx<'_>, parts: &[Node<'_>], at: &mut usize) -> Expr {
    let Some(part) = parts.get(*at) else {
        return cx.error_expr(parts.last().map_or(Span::default(), |last| last.span));
    };
    *at += 1;
    let op = match part.rule {
        Rule::op_neg => UnaryOp::Neg,
        Rule::op_not => UnaryOp::Not,
        Rule::slip_bang | Rule::slip_upper_not => {
            cx.errors.push(message::not_slip(part));
            UnaryOp::Not
        }
        Rule::op_fail => {
            let reason = operators(cx, parts, at, FAIL);
            let span = part.span.to(reason.span);
            return cx.expr(span, ExprKind::Fail(Box::new(reason)));
        }
        _ => return expr(cx, part),
    };
    let operand = operators(cx, parts, at, if op == UnaryOp::Neg { NEGATE } else { NOT });
    let span = part.span.to(operand.span);
    cx.expr(
        span,
        ExprKind::Unary {
            op,
            operand: Box::new(operand),
        },
    )
}

/// The meaning of a sign, slips included.
fn binary(sign: &Node<'_>) -> Option<BinaryOp> {
    Some(match sign.rule {
        Rule::op_catch => BinaryOp::Catch,
        Rule::op_coalesce => BinaryOp::Coalesce,
        Rule::op_or | Rule::slip_or => BinaryOp::Or,
        Rule::slip_upper if sign.text == "OR" => BinaryOp::Or,
        Rule::op_and | Rule::slip_and | Rule::slip_upper => BinaryOp::And,
        Rule::op_eq | Rule::slip_eq3 | Rule::slip_equals | Rule::slip_is => BinaryOp::Eq,
        Rule::op_ne | Rule::slip_ne3 | Rule::slip_ltgt | Rule::slip_is_not => BinaryOp::Ne,
        Rule::op_lt => BinaryOp::Lt,
        Rule::op_le => BinaryOp::Le,
        Rule::op_gt => BinaryOp::Gt,
        Rule::op_ge => BinaryOp::Ge,
        Rule::op_in => BinaryOp::In,
        Rule::op_not_in => BinaryOp::NotIn,
        Rule::op_matches => BinaryOp::Matches,
        Rule::op_add => BinaryOp::Add,
        Rule::op_sub => BinaryOp::Sub,
        Rule::op_mul => BinaryOp::Mul,
        Rule::op_div | Rule::slip_mod => BinaryOp::Div,
        _ => return None,
    })
}

/// `c ? a : b` of other languages, read as `if c then a else b`.
fn question(cx: &mut Cx<'_>, cond: Expr, ternary: &Node<'_>) -> Expr {
    let span = cond.span.to(ternary.span);
    let mut branches = all(cx, ternary).into_iter();
    let (Some(then), Some(otherwise)) = (branches.next(), branches.next()) else {
        return cx.error_expr(span);
    };
    cx.errors.push(message::ternary(
        cx.text,
        ternary.span,
        cond.span,
        then.span,
        otherwise.span,
    ));
    cx.expr(
        span,
        ExprKind::If {
            cond: Box::new(cond),
            then: Box::new(then),
            otherwise: Box::new(otherwise),
        },
    )
}

/// A primary with its fields, indices, calls and casts.
fn chain(cx: &mut Cx<'_>, node: &Node<'_>) -> Expr {
    let Some((head, tails)) = node.children().split_first() else {
        return cx.error_expr(node.span);
    };
    if tails.len() > CHAIN_MAX {
        cx.errors.push(message::chain_too_long(node.span));
        return cx.error_expr(node.span);
    }
    let mut value = primary(cx, head);
    for tail in tails {
        let span = value.span.to(tail.span);
        let base = Box::new(value);
        let kind = match tail.rule {
            Rule::field | Rule::field_optional => {
                let name = key(cx, must(tail, Rule::key));
                ExprKind::Field {
                    base,
                    name,
                    optional: tail.rule == Rule::field_optional,
                }
            }
            Rule::index | Rule::index_optional => {
                let index = Box::new(first(cx, tail));
                ExprKind::Index {
                    base,
                    index,
                    optional: tail.rule == Rule::index_optional,
                }
            }
            Rule::call => ExprKind::Call {
                callee: base,
                args: args(cx, tail),
            },
            _ => ExprKind::Cast {
                value: base,
                ty: types::ty(cx, must(tail, Rule::r#type)),
            },
        };
        value = cx.expr(span, kind);
    }
    value
}

/// The arguments between parentheses.
pub(super) fn args(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Arg> {
    separators(cx, node);
    node.all(Rule::arg).map(|arg| one_arg(cx, arg)).collect()
}

fn one_arg(cx: &mut Cx<'_>, node: &Node<'_>) -> Arg {
    let name = node.get(Rule::key).map(|node| key(cx, node));
    if let (Some(slip), Some(name)) = (node.get(Rule::slip_arg_equals), &name) {
        cx.errors
            .push(message::equals_for_colon(slip.span, name, "an argument"));
    }
    let value = first(cx, node);
    let value = match node.get(Rule::comprehension) {
        Some(tail) => comprehension(cx, node_span(&value, tail), value, tail, false),
        None => value,
    };
    Arg { name, value }
}

fn node_span(value: &Expr, tail: &Node<'_>) -> Span {
    value.span.to(tail.span)
}

fn comprehension(
    cx: &mut Cx<'_>,
    span: Span,
    value: Expr,
    tail: &Node<'_>,
    bracketed: bool,
) -> Expr {
    let var = name(must(tail, Rule::name));
    let mut parts = all(cx, tail).into_iter();
    let list = match parts.next() {
        Some(list) => list,
        None => cx.error_expr(tail.span),
    };
    let cond = parts.next().map(Box::new);
    cx.expr(
        span,
        ExprKind::Comprehension {
            value: Box::new(value),
            var,
            list: Box::new(list),
            cond,
            bracketed,
        },
    )
}

fn primary(cx: &mut Cx<'_>, node: &Node<'_>) -> Expr {
    let span = node.span;
    let kind = match node.rule {
        Rule::null => ExprKind::Null,
        Rule::bool => ExprKind::Bool(node.text == "true"),
        Rule::omit => ExprKind::Omit,
        Rule::name => bare_name(cx, node),
        Rule::secret => ExprKind::Secret(str(cx, must(node, Rule::plain))),
        Rule::env => ExprKind::Env(str(cx, must(node, Rule::plain))),
        Rule::text => ExprKind::Text(literals::text(cx, node)),
        Rule::paren => {
            // The parentheses belong to the place of what they hold.
            let inner = first(cx, node);
            return Expr { span, ..inner };
        }
        Rule::list => return list(cx, node),
        Rule::object => ExprKind::Object(entries(cx, node)),
        Rule::if_value => match <[Expr; 3]>::try_from(all(cx, node)) {
            Ok([cond, then, otherwise]) => ExprKind::If {
                cond: Box::new(cond),
                then: Box::new(then),
                otherwise: Box::new(otherwise),
            },
            Err(_) => ExprKind::Error,
        },
        Rule::match_value => {
            let subject = Box::new(first(cx, node));
            ExprKind::Match {
                subject,
                arms: arms::arms(cx, node),
            }
        }
        _ => literals::literal(cx, node),
    };
    cx.expr(span, kind)
}

/// A name; `None`, `nil`, `True` of other languages are explained and read as what they mean.
fn bare_name(cx: &mut Cx<'_>, node: &Node<'_>) -> ExprKind {
    let (kind, word) = match node.text {
        "None" | "nil" | "NULL" | "undefined" | "Null" => (ExprKind::Null, "null"),
        "True" | "TRUE" => (ExprKind::Bool(true), "true"),
        "False" | "FALSE" => (ExprKind::Bool(false), "false"),
        text => return ExprKind::Name(text.to_owned()),
    };
    cx.errors
        .push(message::foreign_literal(node.span, node.text, word));
    kind
}

fn list(cx: &mut Cx<'_>, node: &Node<'_>) -> Expr {
    if let Some(tail) = node.get(Rule::comprehension) {
        let value = first(cx, node);
        return comprehension(cx, node.span, value, tail, true);
    }
    let values = all(cx, node);
    cx.expr(node.span, ExprKind::List(values))
}

fn entries(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Entry> {
    separators(cx, node);
    node.all(Rule::entry)
        .flat_map(|entry| entry.children().first())
        .map(|entry| one_entry(cx, entry))
        .collect()
}

fn one_entry(cx: &mut Cx<'_>, node: &Node<'_>) -> Entry {
    match node.rule {
        Rule::spread => Entry::Spread(first(cx, node)),
        Rule::field_value => {
            let name = field_name(cx, node);
            Entry::Field {
                name,
                value: first(cx, node),
                short: false,
            }
        }
        _ => {
            let kind = ExprKind::Name(node.text.to_owned());
            Entry::Field {
                name: name(node),
                value: cx.expr(node.span, kind),
                short: true,
            }
        }
    }
}

/// The name before a colon; `=` in its place is explained.
pub(super) fn field_name(cx: &mut Cx<'_>, node: &Node<'_>) -> Name {
    let name = key(cx, must(node, Rule::key));
    if let Some(slip) = node.get(Rule::slip_object_equals) {
        cx.errors
            .push(message::equals_for_colon(slip.span, &name, "a field"));
    }
    name
}

/// An expression where the grammar found a broken piece instead.
pub(super) fn broken(cx: &mut Cx<'_>, node: &Node<'_>) -> Expr {
    let span = recover::trimmed(cx.text, cx.scan, node.span);
    let error = recover::explain(cx.text, cx.scan, span, Rule::only_expr);
    cx.errors.push(error);
    cx.error_expr(span)
}

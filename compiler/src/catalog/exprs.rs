//! Expressions of definitions: no types, names become inputs.
//!
//! `organization` is `Expr::Input("organization")`, `header("X-Token")` is `Expr::Input("header x-token")`,
//! `query("id")` is `Expr::Input("query id")`. What a name holds is up to the place: settings, arguments, holes.

mod calls;

use std::sync::Arc;

use ondo_grammar::ast::{self, BinaryOp, ExprKind, PatternKind, Span, TextPart, UnaryOp};

use self::calls::call;
use super::errors;
use super::literals::{duration, text_of};
use crate::diagnostic::Diagnostic;
use crate::ir::{Entry, Expr, ExprId, Exprs, LocalId, Op};
use crate::source::{FileId, Place};
use crate::types::Name;
use crate::value::{Money, Num, Value};

/// What lowering an expression needs from its surroundings.
pub(super) struct ExprCx<'a> {
    /// The file that the expression stands in.
    pub(super) file: FileId,
    /// The connector's expressions.
    pub(super) exprs: &'a mut Exprs,
    /// How many locals any of them uses.
    pub(super) local_count: &'a mut u32,
    /// Names that may be used. `None`: any.
    pub(super) names: Option<&'a [Name]>,
    /// Names of loops around the expression, innermost last.
    pub(super) locals: Vec<(Name, LocalId)>,
    /// Where findings go.
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl ExprCx<'_> {
    fn place(&self, span: Span) -> Place {
        Place {
            file: self.file,
            span,
        }
    }

    fn add(&mut self, expr: Expr, span: Span) -> ExprId {
        let at = self.place(span);
        self.exprs.add(expr, at)
    }

    /// A piece that was reported; never evaluated, because a broken catalog is not run.
    fn broken(&mut self, found: Diagnostic, span: Span) -> ExprId {
        self.diagnostics.push(found);
        self.add(Expr::Const(Value::Null), span)
    }

    fn bind(&mut self, name: &str) -> LocalId {
        let local = LocalId(self.locals.len() as u32);
        self.locals.push((name.into(), local));
        *self.local_count = (*self.local_count).max(local.0 + 1);
        local
    }
}

/// The expression over inputs. What cannot be said is reported.
pub(super) fn lower_expr(expr: &ast::Expr, cx: &mut ExprCx<'_>) -> ExprId {
    lower_then(expr, cx, Box::new(|_, id| id))
}

/// The rest of a chain: what follows the value of an expression up to the end of `.a.b[c]`.
type Rest<'e> = Box<dyn FnOnce(&mut ExprCx<'_>, ExprId) -> ExprId + 'e>;

/// Lowers a chain from its base outwards, because `a?.b.c` skips all that follows the `?`.
fn lower_then<'e>(expr: &'e ast::Expr, cx: &mut ExprCx<'_>, rest: Rest<'e>) -> ExprId {
    let span = expr.span;
    match &expr.kind {
        ExprKind::Field {
            base,
            name,
            optional,
        } => {
            let field: Name = name.text.as_str().into();
            link(
                base,
                *optional,
                span,
                cx,
                Box::new(move |cx, base| {
                    let id = cx.add(Expr::Field { base, name: field }, span);
                    rest(cx, id)
                }),
            )
        }
        ExprKind::Index {
            base,
            index,
            optional,
        } => link(
            base,
            *optional,
            span,
            cx,
            Box::new(move |cx, base| {
                let index = lower_expr(index, cx);
                let id = cx.add(Expr::Index { base, index }, span);
                rest(cx, id)
            }),
        ),
        ExprKind::Call { callee, args } => match &callee.kind {
            ExprKind::Field {
                base,
                name,
                optional,
            } => link(
                base,
                *optional,
                span,
                cx,
                Box::new(move |cx, base| {
                    let id = call(name.text.as_str(), name.span, Some(base), args, span, cx);
                    rest(cx, id)
                }),
            ),
            ExprKind::Name(name) => {
                let id = call(name, callee.span, None, args, span, cx);
                rest(cx, id)
            }
            _ => {
                let found = errors::no_place_here(cx.place(callee.span), "a call of this");
                cx.broken(found, span)
            }
        },
        _ => {
            let id = lower_plain(expr, cx);
            rest(cx, id)
        }
    }
}

/// One link of a chain; with `?` the rest is skipped when the base is null.
fn link<'e>(
    base: &'e ast::Expr,
    optional: bool,
    span: Span,
    cx: &mut ExprCx<'_>,
    rest: Rest<'e>,
) -> ExprId {
    if !optional {
        return lower_then(base, cx, rest);
    }
    lower_then(
        base,
        cx,
        Box::new(move |cx, value| {
            let bind = cx.bind("");
            let local = cx.add(Expr::Local(bind), span);
            let then = rest(cx, local);
            cx.locals.pop();
            cx.add(Expr::Chain { value, bind, then }, span)
        }),
    )
}

fn lower_plain(expr: &ast::Expr, cx: &mut ExprCx<'_>) -> ExprId {
    let span = expr.span;
    let at = cx.place(span);
    let node = match &expr.kind {
        ExprKind::Null => Expr::Const(Value::Null),
        ExprKind::Bool(value) => Expr::Const(Value::Bool(*value)),
        ExprKind::Int(text) => match text.parse() {
            Ok(value) => Expr::Const(Value::Int(value)),
            Err(_) => {
                return cx.broken(
                    errors::unreadable(at, "whole number", "it is too long"),
                    span,
                );
            }
        },
        ExprKind::Decimal(text) => match number(text) {
            Some(value) => Expr::Const(Value::Num(value)),
            None => return cx.broken(errors::unreadable(at, "number", "it is too long"), span),
        },
        ExprKind::Percent(text) => match percent(text) {
            Some(value) => Expr::Const(Value::Num(value)),
            None => return cx.broken(errors::unreadable(at, "percentage", "it is too long"), span),
        },
        ExprKind::Money { amount, currency } => match number(amount) {
            Some(amount) => Expr::Const(Value::Money(Money {
                amount,
                currency: Some(currency.text.as_str().into()),
            })),
            None => return cx.broken(errors::unreadable(at, "amount", "it is too long"), span),
        },
        ExprKind::Duration(text) => match duration(text) {
            Some(length) => Expr::Const(Value::Duration(length)),
            None => {
                return cx.broken(
                    errors::unreadable(at, "duration", "write it like 1h30m"),
                    span,
                );
            }
        },
        ExprKind::Text(parts) => return lower_text(parts, span, cx),
        ExprKind::Raw(text) => Expr::Const(Value::text(text.as_str())),
        ExprKind::Name(name) => return lower_name(name, span, cx),
        ExprKind::Omit => Expr::Omit,
        ExprKind::Unary { op, operand } => {
            let operand = lower_expr(operand, cx);
            match op {
                UnaryOp::Neg => Expr::Neg(operand),
                UnaryOp::Not => Expr::Not(operand),
            }
        }
        ExprKind::Binary {
            op, left, right, ..
        } => return lower_binary(*op, left, right, span, cx),
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => {
            let cond = lower_expr(cond, cx);
            let then = lower_expr(then, cx);
            Expr::If(cond, then, lower_expr(otherwise, cx))
        }
        ExprKind::Match { subject, arms } => return lower_match(subject, arms, span, cx),
        ExprKind::List(items) => {
            Expr::List(items.iter().map(|item| lower_expr(item, cx)).collect())
        }
        ExprKind::Comprehension { .. } => match lower_loop(expr, cx, |_, _, value| value) {
            Some(node) => node,
            None => Expr::Const(Value::Null),
        },
        ExprKind::Object(entries) => Expr::Object(lower_entries(entries, cx)),
        ExprKind::Fail(why) => Expr::Fail(lower_expr(why, cx)),
        ExprKind::JsonPath(_) => {
            return cx.broken(
                errors::no_place_here(at, "a path without `first`, `all` or `one`"),
                span,
            );
        }
        ExprKind::Secret(_) => return cx.broken(errors::no_place_here(at, "`secret`"), span),
        ExprKind::Env(_) => return cx.broken(errors::no_place_here(at, "`env`"), span),
        ExprKind::Cast { .. } => return cx.broken(errors::no_place_here(at, "`as TYPE`"), span),
        // Chains were taken apart by `lower_then`; what could not be read is reported already.
        ExprKind::Field { .. }
        | ExprKind::Index { .. }
        | ExprKind::Call { .. }
        | ExprKind::Error => Expr::Const(Value::Null),
    };
    cx.add(node, span)
}

/// `sort_by(i.price for i in items)`: each element with its key. `None` for what is no loop.
fn lower_keyed(expr: &ast::Expr, cx: &mut ExprCx<'_>) -> Option<ExprId> {
    let node = lower_loop(expr, cx, |cx, element, key| {
        let item = cx.add(Expr::Local(element), expr.span);
        cx.add(Expr::List(vec![key, item]), expr.span)
    })?;
    Some(cx.add(node, expr.span))
}

/// A loop; `made` makes an element of the new list of the name and the value.
fn lower_loop(
    expr: &ast::Expr,
    cx: &mut ExprCx<'_>,
    made: impl FnOnce(&mut ExprCx<'_>, LocalId, ExprId) -> ExprId,
) -> Option<Expr> {
    let ExprKind::Comprehension {
        value,
        var,
        list,
        cond,
        ..
    } = &expr.kind
    else {
        return None;
    };
    let list = lower_expr(list, cx);
    let var = cx.bind(&var.text);
    let cond = cond.as_ref().map(|cond| lower_expr(cond, cx));
    let value = lower_expr(value, cx);
    cx.locals.pop();
    Some(Expr::Comprehension {
        var,
        list,
        cond,
        value: made(cx, var, value),
    })
}

fn lower_name(name: &str, span: Span, cx: &mut ExprCx<'_>) -> ExprId {
    if let Some((_, local)) = cx.locals.iter().rev().find(|(known, _)| &**known == name) {
        let local = *local;
        return cx.add(Expr::Local(local), span);
    }
    if let Some(names) = cx.names
        && !names.iter().any(|known| &**known == name)
    {
        let nearest = errors::nearest(name, names.iter().map(|name| &**name));
        let found = errors::unknown_name(cx.place(span), name, nearest);
        return cx.broken(found, span);
    }
    cx.add(Expr::Input(name.into()), span)
}

fn lower_text(parts: &[TextPart], span: Span, cx: &mut ExprCx<'_>) -> ExprId {
    let mut pieces = Vec::new();
    for part in parts {
        pieces.push(match part {
            TextPart::Chars(chars) => cx.add(Expr::Const(Value::text(chars.as_str())), span),
            TextPart::Expr(expr) => lower_expr(expr, cx),
        });
    }
    match (parts, pieces.as_slice()) {
        ([], _) => cx.add(Expr::Const(Value::text("")), span),
        ([TextPart::Chars(_)], [only]) => *only,
        _ => cx.add(Expr::Text(pieces), span),
    }
}

fn lower_entries(entries: &[ast::Entry], cx: &mut ExprCx<'_>) -> Vec<Entry> {
    let lower = |entry: &ast::Entry| match entry {
        ast::Entry::Field { name, value, .. } => Entry::Field {
            name: name.text.as_str().into(),
            omit_null: !matches!(value.kind, ExprKind::Null),
            value: lower_expr(value, cx),
        },
        ast::Entry::Spread(value) => Entry::Spread(lower_expr(value, cx)),
    };
    entries.iter().map(lower).collect()
}

fn lower_match(subject: &ast::Expr, arms: &[ast::Arm], span: Span, cx: &mut ExprCx<'_>) -> ExprId {
    let subject = lower_expr(subject, cx);
    let mut lowered = Vec::new();
    let mut otherwise = None;
    for arm in arms {
        let value = lower_expr(&arm.value, cx);
        if arm.patterns.is_empty() {
            otherwise = Some(value);
            continue;
        }
        let patterns = arm
            .patterns
            .iter()
            .filter_map(|pattern| match &pattern.kind {
                PatternKind::Text(text) | PatternKind::Name(text) => {
                    Some(Value::text(text.as_str()))
                }
                PatternKind::Int(text) => text.parse().ok().map(Value::Int),
                PatternKind::Decimal(text) => number(text).map(Value::Num),
                PatternKind::Bool(value) => Some(Value::Bool(*value)),
                PatternKind::Null => Some(Value::Null),
                PatternKind::Error => None,
            });
        lowered.push((patterns.collect(), value));
    }
    cx.add(
        Expr::Match {
            subject,
            arms: lowered,
            otherwise,
        },
        span,
    )
}

fn lower_binary(
    op: BinaryOp,
    left: &ast::Expr,
    right: &ast::Expr,
    span: Span,
    cx: &mut ExprCx<'_>,
) -> ExprId {
    if op == BinaryOp::Matches {
        return lower_matches(left, right, span, cx);
    }
    let left = lower_expr(left, cx);
    let right = lower_expr(right, cx);
    let compare = |op| Expr::Binary { op, left, right };
    let node = match op {
        BinaryOp::Catch => Expr::Catch(left, right),
        BinaryOp::Coalesce => Expr::Coalesce(left, right),
        BinaryOp::Or => Expr::Or(left, right),
        BinaryOp::And => Expr::And(left, right),
        BinaryOp::In | BinaryOp::Matches => Expr::In(left, right),
        BinaryOp::NotIn => {
            let found = cx.add(Expr::In(left, right), span);
            Expr::Not(found)
        }
        BinaryOp::Eq => compare(Op::Eq),
        BinaryOp::Ne => compare(Op::Ne),
        BinaryOp::Lt => compare(Op::Lt),
        BinaryOp::Le => compare(Op::Le),
        BinaryOp::Gt => compare(Op::Gt),
        BinaryOp::Ge => compare(Op::Ge),
        BinaryOp::Add => compare(Op::Add),
        BinaryOp::Sub => compare(Op::Sub),
        BinaryOp::Mul => compare(Op::Mul),
        BinaryOp::Div => compare(Op::Div),
    };
    cx.add(node, span)
}

fn lower_matches(left: &ast::Expr, right: &ast::Expr, span: Span, cx: &mut ExprCx<'_>) -> ExprId {
    let value = lower_expr(left, cx);
    let at = cx.place(right.span);
    let pattern = match &right.kind {
        ExprKind::Raw(text) => Some(text.clone()),
        _ => text_of(right),
    };
    let Some(pattern) = pattern else {
        return cx.broken(errors::unreadable(at, "pattern", "write it as r'…'"), span);
    };
    match regex::Regex::new(&pattern) {
        Ok(regex) => cx.add(
            Expr::Matches {
                value,
                regex: Arc::new(regex),
            },
            span,
        ),
        Err(why) => cx.broken(
            errors::unreadable(at, "pattern", &why.to_string().replace('\n', " ")),
            span,
        ),
    }
}

fn number(text: &str) -> Option<Num> {
    Num::parse(text).ok()
}

/// `5%` is 0.05.
fn percent(text: &str) -> Option<Num> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{whole:0>3}");
    let (hundreds, rest) = padded.split_at(padded.len() - 2);
    number(&format!("{hundreds}.{rest}{fraction}"))
}

//! `+ - * /`: which numbers, amounts and times go together, and what comes out.

use ondo_grammar::ast::{self, Span};

use super::cx::Cx;
use super::describe::describe;
use super::names_in_scope::unknown_value;
use super::operators::balance;
use super::relation::text_like;
use super::typed::Typed;
use crate::errors;
use crate::ir::{Expr, Op};
use crate::types::{Currency, EnumValue, Type};

/// `left op right`
pub(super) fn check(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    (op, op_span): (Op, Span),
    left: &ast::Expr,
    right: &ast::Expr,
) -> Typed {
    let place = cx.at(e.span);
    let mut left = super::expr::check(cx, left, None);
    let mut right = super::expr::check(cx, right, None);
    if matches!(op, Op::Add | Op::Sub) {
        balance(cx, &mut left, &mut right);
    }
    let sign = sign(op);
    let what = format!("`{sign}`");
    let left = needed(cx, left, &what);
    let right = needed(cx, right, &what);
    let (l, r) = (cx.resolve(&left.ty), cx.resolve(&right.ty));
    let Some(ty) = result(op, &l, &r) else {
        if !(left.is_unknown() || right.is_unknown()) {
            let texts = (cx.text(left.place), cx.text(right.place));
            let hint = hint(op, &l, &r, texts);
            let finding = errors::types::bad_operands(
                cx.at(op_span),
                sign,
                (left.place, &describe(&left.ty)),
                (right.place, &describe(&right.ty)),
                hint,
            );
            cx.report(finding);
        }
        return unknown_value(cx, e);
    };
    if let (Type::Money(Currency::Named(l)), Type::Money(Currency::Named(r))) = (&l, &r)
        && l != r
    {
        let finding = errors::types::two_currencies((left.place, l), (right.place, r));
        cx.report(finding);
    }
    let id = cx.add(
        Expr::Binary {
            op,
            left: left.id,
            right: right.id,
        },
        place,
    );
    let mut result = Typed::new(id, ty, place).carry(&left).carry(&right);
    result.fails = true;
    result.divided |= op == Op::Div;
    let percent = matches!(l, Type::Percent) || matches!(r, Type::Percent);
    result.share |= op == Op::Mul && percent && matches!(result.ty, Type::Money(_));
    // A literal on both sides stays a literal: `2 * 30` may be money where `60` may.
    result.number_literal = left.number_literal && right.number_literal && op != Op::Div;
    result
}

/// A value that an operator needs to be there.
pub(super) fn needed(cx: &mut Cx<'_>, value: Typed, what: &str) -> Typed {
    if !matches!(cx.resolve(&value.ty), Type::Nullable(_) | Type::Null) {
        return value;
    }
    let text = cx.text(value.place);
    let wanted = errors::types::Wanted {
        what,
        ty: describe(&cx.non_null(&value.ty)),
        declared: None,
        caption: None,
    };
    let finding = if value.ty == Type::Null {
        errors::nulls::null_literal(value.place, &wanted)
    } else {
        let help = match (what, &value.key) {
            ("the comparison", Some(_)) => format!("{text} != null and …"),
            _ => super::coerce::guard(cx, &value),
        };
        errors::nulls::possibly_null(value.place, text, &wanted, help)
    };
    cx.report(finding);
    Typed {
        ty: Type::Unknown,
        ..value
    }
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        _ => "/",
    }
}

/// One of some whole numbers is a whole number.
fn widened(ty: &Type) -> &Type {
    let is_int = |value: &EnumValue| matches!(value, EnumValue::Int(_));
    match ty {
        Type::Enum(of) if of.values.iter().all(is_int) => &Type::Int,
        other => other,
    }
}

fn result(op: Op, left: &Type, right: &Type) -> Option<Type> {
    use Type::{Date, DateTime, Decimal, Duration, Int, Money, Never, Percent, Unknown};
    let additive = matches!(op, Op::Add | Op::Sub);
    Some(match (widened(left), widened(right)) {
        (Unknown, _) | (_, Unknown) => return None,
        (Never, other) | (other, Never) => other.clone(),
        (Int, Int) if op != Op::Div => Int,
        (Int | Decimal, Int | Decimal) => Decimal,
        (Money(l), Money(r)) if additive => Money(common(l, r)),
        (Money(_), Money(_)) if op == Op::Div => Decimal,
        (Money(c), Int | Decimal | Percent) if matches!(op, Op::Mul | Op::Div) => Money(c.clone()),
        (Int | Decimal | Percent, Money(c)) if op == Op::Mul => Money(c.clone()),
        (Percent, Percent) if additive => Percent,
        (Percent, Int | Decimal) if op == Op::Mul => Decimal,
        (Int | Decimal, Percent) if matches!(op, Op::Mul | Op::Div) => Decimal,
        (Percent, Int | Decimal) if op == Op::Div => Percent,
        (DateTime, Duration) if additive => DateTime,
        (DateTime, DateTime) if op == Op::Sub => Duration,
        (Date, Duration) if additive => Date,
        (Date, Date) if op == Op::Sub => Duration,
        (Duration, Duration) if additive => Duration,
        (Duration, Int) if matches!(op, Op::Mul | Op::Div) => Duration,
        (Int, Duration) if op == Op::Mul => Duration,
        (Duration, DateTime) if op == Op::Add => DateTime,
        _ => return None,
    })
}

/// The sum of two amounts has the currency that one of them names.
fn common(left: &Currency, right: &Currency) -> Currency {
    match (left, right) {
        (Currency::Unnamed, other) | (other, Currency::Unnamed) => other.clone(),
        (Currency::Named(_), _) => left.clone(),
        _ => right.clone(),
    }
}

fn hint(op: Op, left: &Type, right: &Type, texts: (&str, &str)) -> Option<String> {
    let (l, r) = texts;
    match (left, right) {
        (left, right) if op == Op::Add && (text_like(left) || text_like(right)) => {
            Some(format!("\"{}{}\"", hole(l), hole(r)))
        }
        (Type::Money(_), Type::Decimal | Type::Int) => Some(format!("money({r})")),
        (Type::Decimal | Type::Int, Type::Money(_)) => Some(format!("money({l})")),
        (Type::Json, _) => Some(format!("{l} as decimal")),
        (_, Type::Json) => Some(format!("{r} as decimal")),
        _ => None,
    }
}

/// A piece of an interpolated text: literals without their quotes, all else in braces.
fn hole(text: &str) -> String {
    match text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
    {
        Some(inner) => inner.to_owned(),
        None => format!("{{{text}}}"),
    }
}

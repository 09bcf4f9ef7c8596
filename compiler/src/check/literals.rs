//! Literals: numbers with all their digits, texts, durations.

use std::sync::Arc;

use ondo_grammar::ast::{self, ExprKind, TextPart};

use super::cx::Cx;
use super::names_in_scope::unknown_value;
use super::typed::Typed;
use crate::catalog;
use crate::errors;
use crate::ir::Expr;
use crate::source::Place;
use crate::types::{Currency, EnumType, EnumValue, Type};
use crate::value::{Money, Num, Value};

/// A literal other than a text with holes.
pub(super) fn check(cx: &mut Cx<'_>, e: &ast::Expr) -> Typed {
    let place = cx.at(e.span);
    match &e.kind {
        ExprKind::Null => constant(cx, Value::Null, Type::Null, place),
        ExprKind::Bool(value) => constant(cx, Value::Bool(*value), Type::Bool, place),
        ExprKind::Int(digits) => int(cx, e, digits, ""),
        ExprKind::Decimal(digits) => number(cx, e, digits, ""),
        ExprKind::Percent(digits) => percent(cx, e, digits, ""),
        ExprKind::Money { amount, currency } => money(cx, e, amount, currency, ""),
        ExprKind::Duration(text) => match catalog::duration(text) {
            Some(length) => constant(cx, Value::Duration(length), Type::Duration, place),
            None => {
                cx.report(errors::types::bad_duration(place, text));
                unknown_value(cx, e)
            }
        },
        ExprKind::Raw(raw) => text(cx, raw, place),
        _ => unknown_value(cx, e),
    }
}

/// A text without holes is an enum of one value until something else is wanted.
pub(super) fn text(cx: &mut Cx<'_>, text: &str, place: Place) -> Typed {
    let ty = Type::Enum(Arc::new(EnumType {
        name: None,
        values: vec![EnumValue::Text(text.into())],
    }));
    constant(cx, Value::text(text), ty, place)
}

/// The text of parts without holes.
pub(super) fn whole_text(parts: &[TextPart]) -> Option<String> {
    parts
        .iter()
        .try_fold(String::new(), |text, part| match part {
            TextPart::Chars(chars) => Some(text + chars),
            TextPart::Expr(_) => None,
        })
}

/// The text of an expression that is a text literal.
pub(super) fn text_of(e: &ast::Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Text(parts) => whole_text(parts),
        ExprKind::Raw(raw) => Some(raw.clone()),
        _ => None,
    }
}

/// `-x`. A minus before a literal belongs to it, so that the smallest int can be written.
pub(super) fn negate(cx: &mut Cx<'_>, e: &ast::Expr, operand: &ast::Expr) -> Typed {
    match &operand.kind {
        ExprKind::Int(digits) => return int(cx, e, digits, "-"),
        ExprKind::Decimal(digits) => return number(cx, e, digits, "-"),
        ExprKind::Percent(digits) => return percent(cx, e, digits, "-"),
        ExprKind::Money { amount, currency } => return money(cx, e, amount, currency, "-"),
        _ => {}
    }
    let place = cx.at(e.span);
    let value = super::expr::check(cx, operand, None);
    let ty = cx.resolve(&value.ty);
    match ty {
        Type::Int | Type::Decimal | Type::Percent | Type::Money(_) | Type::Duration => {}
        Type::Unknown | Type::Never => {}
        _ => {
            let found = cx.describe(&value.ty);
            let finding = errors::types::bad_operand(place, "-", &found, "a number");
            cx.report(finding);
            return unknown_value(cx, e);
        }
    }
    let id = cx.add(Expr::Neg(value.id), place);
    Typed::new(id, ty, place).carry(&value)
}

fn constant(cx: &mut Cx<'_>, value: Value, ty: Type, place: Place) -> Typed {
    let id = cx.add(Expr::Const(value), place);
    Typed::new(id, ty, place)
}

fn int(cx: &mut Cx<'_>, e: &ast::Expr, digits: &str, sign: &str) -> Typed {
    let place = cx.at(e.span);
    let Ok(number) = format!("{sign}{digits}").parse::<i64>() else {
        cx.report(errors::types::number_too_big(place, digits));
        return unknown_value(cx, e);
    };
    Typed {
        number_literal: true,
        ..constant(cx, Value::Int(number), Type::Int, place)
    }
}

fn number(cx: &mut Cx<'_>, e: &ast::Expr, digits: &str, sign: &str) -> Typed {
    let place = cx.at(e.span);
    match num(cx, digits, sign, place) {
        Some(number) => Typed {
            number_literal: true,
            ..constant(cx, Value::Num(number), Type::Decimal, place)
        },
        None => unknown_value(cx, e),
    }
}

fn percent(cx: &mut Cx<'_>, e: &ast::Expr, digits: &str, sign: &str) -> Typed {
    let place = cx.at(e.span);
    let hundredth = Num::parse("0.01").ok();
    let share = num(cx, digits, sign, place)
        .zip(hundredth)
        .and_then(|(number, hundredth)| number.mul(hundredth).ok());
    match share {
        Some(share) => constant(cx, Value::Num(share), Type::Percent, place),
        None => unknown_value(cx, e),
    }
}

fn money(cx: &mut Cx<'_>, e: &ast::Expr, amount: &str, currency: &ast::Name, sign: &str) -> Typed {
    let place = cx.at(e.span);
    if !super::currencies::is_currency(&currency.text) {
        let at = cx.at(currency.span);
        cx.report(errors::types::unknown_currency(at, &currency.text));
        return unknown_value(cx, e);
    }
    let Some(amount) = num(cx, amount, sign, place) else {
        return unknown_value(cx, e);
    };
    let code: crate::types::Name = currency.text.as_str().into();
    let value = Value::Money(Money {
        amount,
        currency: Some(code.clone()),
    });
    constant(cx, value, Type::Money(Currency::Named(code)), place)
}

fn num(cx: &mut Cx<'_>, digits: &str, sign: &str, place: Place) -> Option<Num> {
    let number = Num::parse(&format!("{sign}{digits}")).ok();
    if number.is_none() {
        cx.report(errors::types::number_too_big(place, digits));
    }
    number
}

//! `x in xs`: whether a list holds a value.

use std::sync::Arc;

use ondo_grammar::ast::{self, ExprKind};

use super::cx::Cx;
use super::expr::{self, list_item};
use super::narrow::Facts;
use super::operators::{balance, comparable};
use super::relation::nullable;
use super::typed::Typed;
use crate::errors;
use crate::ir::Expr;
use crate::types::Type;

/// `x in xs`
pub(super) fn check(cx: &mut Cx<'_>, e: &ast::Expr, left: &ast::Expr, right: &ast::Expr) -> Typed {
    let place = cx.at(e.span);
    let left = expr::check(cx, left, None);
    let element = cx.non_null(&left.ty);
    let hint = Type::List(Arc::new(element));
    let right_expr = right;
    let right = match &right_expr.kind {
        // Each literal of the list is compared with the left side, so that a wrong one is shown at its place.
        ExprKind::List(items) => listed(cx, right_expr, items, &left),
        _ => expr::check(cx, right_expr, Some(&hint)),
    };
    let item = list_item(cx, &right.ty);
    match (&item, cx.resolve(&right.ty)) {
        (_, Type::Unknown) => {}
        (Some(item), Type::List(_)) => {
            let written = matches!(right_expr.kind, ExprKind::List(_));
            if !written {
                let other = Typed {
                    ty: item.clone(),
                    key: None,
                    ..right.clone()
                };
                comparable(cx, e, &left, &other, false);
            }
        }
        (_, ty) => {
            let text = cx.text(right.place);
            let left_text = cx.text(left.place);
            let found = cx.describe(&right.ty);
            let finding = errors::types::not_a_list(right.place, text, &found, left_text, &ty);
            cx.report(finding);
        }
    }
    let mut facts = Facts::default();
    if let Some(key) = &left.key
        && item.is_some_and(|item| !cx.is_nullable(&item))
    {
        facts.when_true.insert(key.clone());
    }
    let id = cx.add(Expr::In(left.id, right.id), place);
    let mut result = Typed::new(id, Type::Bool, place);
    result.facts = facts;
    result.fails = left.fails || right.fails;
    result
}

fn listed(cx: &mut Cx<'_>, list: &ast::Expr, items: &[ast::Expr], left: &Typed) -> Typed {
    let place = cx.at(list.span);
    let hint = cx.non_null(&left.ty);
    let mut ids = Vec::new();
    let mut null = false;
    let mut fails = false;
    for item in items {
        let mut value = expr::check(cx, item, Some(&hint));
        let mut left = left.clone();
        if value.ty != Type::Null && left.ty != Type::Null {
            balance(cx, &mut left, &mut value);
            comparable(cx, item, &left, &value, false);
        }
        null |= cx.is_nullable(&value.ty);
        fails |= value.fails;
        ids.push(value.id);
    }
    let id = cx.add(Expr::List(ids), place);
    let item = if null {
        nullable(cx, &hint)
    } else {
        hint.clone()
    };
    let item = match item {
        // Nothing is known of the left side; the list itself is still a list.
        Type::Unknown | Type::Null => Type::Text,
        item => item,
    };
    let mut result = Typed::new(id, Type::List(Arc::new(item)), place);
    result.fails = fails;
    result
}

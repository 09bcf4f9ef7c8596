//! `[f(x) for x in xs if c]`, also as the argument of `sum`, `any`, ….

use std::sync::Arc;

use ondo_grammar::ast::{self, ExprKind};

use super::cx::Cx;
use super::expr::{condition, list_item};
use super::names_in_scope::unknown_value;
use super::personal::{self, Personal};
use super::typed::Typed;
use crate::errors;
use crate::ir::{Expr, LocalId};
use crate::types::Type;

/// A comprehension: a list of the values.
pub(super) fn check(cx: &mut Cx<'_>, e: &ast::Expr, want: Option<&Type>) -> Typed {
    let ExprKind::Comprehension {
        value,
        var,
        list,
        cond,
        ..
    } = &e.kind
    else {
        return unknown_value(cx, e);
    };
    let place = cx.at(e.span);
    let wanted = want.and_then(|want| list_item(cx, want));
    let list = super::expr::check(cx, list, None);
    let outer = cx.scope.known.clone();
    let depth = cx.scope.locals.len();
    let local = element(cx, var, &list, "the comprehension");
    let cond = cond.as_ref().map(|cond| {
        let cond = condition(cx, cond, "`if`");
        cx.scope.known.learn(&cond.facts.when_true);
        cond
    });
    let value = super::expr::check(cx, value, wanted.as_ref());
    let value = match &wanted {
        Some(want) => {
            let target = super::coerce::Target::plain("an element of the list");
            super::coerce::coerce(cx, value, want, &target)
        }
        None => value,
    };
    cx.scope.locals.truncate(depth);
    cx.scope.known = outer;
    let id = cx.add(
        Expr::Comprehension {
            var: local,
            list: list.id,
            cond: cond.as_ref().map(|cond| cond.id),
            value: value.id,
        },
        place,
    );
    let mut result = Typed::new(id, Type::List(Arc::new(value.ty.clone())), place).carry(&value);
    result.fails |= list.fails || cond.is_some_and(|cond| cond.fails);
    result
}

/// Binds a loop's name to the elements of a list.
pub(super) fn element(cx: &mut Cx<'_>, var: &ast::Name, list: &Typed, what: &str) -> LocalId {
    let place = list.place;
    let item = match cx.resolve(&list.ty) {
        Type::List(item) => (*item).clone(),
        Type::Unknown | Type::Never => Type::Unknown,
        Type::Nullable(inner) if list_item(cx, &inner).is_some() => {
            let text = cx.text(place);
            let wanted = errors::types::Wanted {
                what,
                ty: cx.describe(&cx.non_null(&list.ty)),
                declared: None,
                caption: None,
            };
            let help = format!("{text} ?? []");
            cx.report(errors::nulls::possibly_null(place, text, &wanted, help));
            list_item(cx, &list.ty).unwrap_or(Type::Unknown)
        }
        ty => {
            let text = cx.text(place);
            let found = cx.describe(&cx.non_null(&list.ty));
            cx.report(errors::types::no_loop(place, text, &found, &ty));
            Type::Unknown
        }
    };
    let personal = match &list.personal {
        Personal::Yes(origin) => Personal::Yes(origin.clone()),
        Personal::Contains(origin) => personal::of_type(cx, &item, origin.clone()),
        Personal::No => Personal::No,
    };
    super::names_in_scope::shadow(cx, var);
    let var_place = cx.at(var.span);
    let local = cx.scope.bind(&var.text, item, var_place);
    local.personal = personal;
    local.id
}

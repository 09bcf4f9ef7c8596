//! `[f(x) for x in xs if c]`, also as the argument of `sum`, `any`, ….

use std::sync::Arc;

use ondo_grammar::ast::{self, ExprKind};

use super::cx::Cx;
use super::expr::{condition, list_item};
use super::names_in_scope::unknown_value;
use super::personal::{self, Personal};
use super::scope::Local;
use super::typed::Typed;
use crate::errors;
use crate::ir::{Expr, ExprId, LocalId};
use crate::types::Type;

/// A comprehension: a list of the values.
pub(super) fn check(cx: &mut Cx<'_>, e: &ast::Expr, want: Option<&Type>) -> Typed {
    let place = cx.at(e.span);
    let wanted = want.and_then(|want| list_item(cx, want));
    let Some(parts) = parts(cx, e, |cx, value, _| {
        let value = super::expr::check(cx, value, wanted.as_ref());
        match &wanted {
            Some(want) => {
                let target = super::coerce::Target::plain("an element of the list");
                super::coerce::coerce(cx, value, want, &target)
            }
            None => value,
        }
    }) else {
        return unknown_value(cx, e);
    };
    let value = parts.value;
    let id = cx.add(
        Expr::Comprehension {
            var: parts.element,
            list: parts.list,
            cond: parts.cond,
            value: value.id,
        },
        place,
    );
    let mut result = Typed::new(id, Type::List(Arc::new(value.ty.clone())), place).carry(&value);
    result.fails |= parts.fails;
    result
}

/// A loop as the argument of a function that wants a key of each element.
pub(super) struct Keyed {
    /// A list of pairs: a key and its element.
    pub(super) id: ExprId,
    /// What the loop says of an element.
    pub(super) key: Typed,
    /// The element itself.
    pub(super) item: Typed,
    /// Whether the list, the condition or the key may fail.
    pub(super) fails: bool,
}

/// `sort_by(i.price for i in items)`: each element with its key. None for what is no loop.
pub(super) fn keyed(cx: &mut Cx<'_>, e: &ast::Expr) -> Option<Keyed> {
    // In brackets it is a list of its own, whose elements are the values.
    if matches!(e.kind, ExprKind::Comprehension { bracketed, .. } if bracketed) {
        return None;
    }
    let place = cx.at(e.span);
    let mut item = None;
    let parts = parts(cx, e, |cx, value, element: &Local| {
        // What a condition has proved of the element holds for the key, not for what comes out.
        let id = cx.add(Expr::Local(element.id), element.place);
        let mut typed = Typed::new(id, element.ty.clone(), element.place);
        typed.personal = element.personal.clone();
        item = Some(typed);
        super::expr::check(cx, value, None)
    })?;
    let item = item?;
    let pair = cx.add(Expr::List(vec![parts.value.id, item.id]), place);
    let id = cx.add(
        Expr::Comprehension {
            var: parts.element,
            list: parts.list,
            cond: parts.cond,
            value: pair,
        },
        place,
    );
    let fails = parts.fails || parts.value.fails;
    Some(Keyed {
        id,
        key: parts.value,
        item,
        fails,
    })
}

/// A loop, looked through from its list to its value.
struct Parts {
    element: LocalId,
    list: ExprId,
    cond: Option<ExprId>,
    value: Typed,
    /// Whether the list or the condition may fail.
    fails: bool,
}

/// Looks through a loop; `value` is checked where the element is known and the condition holds.
fn parts(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    check_value: impl FnOnce(&mut Cx<'_>, &ast::Expr, &Local) -> Typed,
) -> Option<Parts> {
    let ExprKind::Comprehension {
        value,
        var,
        list,
        cond,
        ..
    } = &e.kind
    else {
        return None;
    };
    let list = super::expr::check(cx, list, None);
    let outer = cx.scope.known.clone();
    let depth = cx.scope.locals.len();
    let element_id = element(cx, var, &list, "the comprehension");
    let element = cx.scope.locals.last().cloned();
    let cond = cond.as_ref().map(|cond| {
        let cond = condition(cx, cond, "`if`");
        cx.scope.known.learn(&cond.facts.when_true);
        cond
    });
    let value = element.map(|element| check_value(cx, value, &element));
    cx.scope.locals.truncate(depth);
    cx.scope.known = outer;
    Some(Parts {
        element: element_id,
        list: list.id,
        cond: cond.as_ref().map(|cond| cond.id),
        value: value?,
        fails: list.fails || cond.is_some_and(|cond| cond.fails),
    })
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

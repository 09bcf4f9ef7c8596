//! Constants: checked when they are first used.

use ondo_grammar::ast;

use super::coerce::Target;
use super::cx::Cx;
use super::names::{ConstState, DeclKind};
use super::typed::Typed;
use super::{expr, types};
use crate::errors;
use crate::eval;
use crate::ir::Expr;
use crate::source::Place;
use crate::types::Type;
use crate::value::Value;

/// The value of a constant by its full name.
pub(super) fn value(cx: &mut Cx<'_>, full: &str, used_at: Place) -> Typed {
    let Some(decl) = cx.names.decls.get_mut(full) else {
        return unknown(cx, used_at);
    };
    let DeclKind::Const(written, state) = &mut decl.kind else {
        return unknown(cx, used_at);
    };
    let written = *written;
    match state {
        ConstState::Done(value) => return (**value).clone(),
        ConstState::Busy => {
            let place = decl.place;
            cx.report(errors::calls::recursion(used_at, full, place));
            return unknown(cx, used_at);
        }
        ConstState::Waiting => *state = ConstState::Busy,
    }
    let namespace = decl.namespace.clone();
    let file = cx.file_of(full);
    let value = cx.apart(file, &namespace, |cx| check(cx, written));
    if let Some(decl) = cx.names.decls.get_mut(full)
        && let DeclKind::Const(_, state) = &mut decl.kind
    {
        *state = ConstState::Done(Box::new(value.clone()));
    }
    value
}

fn check(cx: &mut Cx<'_>, written: &ast::Const) -> Typed {
    let mut value = match &written.ty {
        Some(ty) => {
            let want = types::lower(cx, ty);
            let target = Target {
                what: format!("`{}`", written.name.text),
                declared: Some(cx.at(ty.span)),
                caption: None,
            };
            let value = expr::expect(cx, &written.value, &want, &target);
            Typed { ty: want, ..value }
        }
        None => expr::check(cx, &written.value, None),
    };
    value.id = cx.shared(value.id, value.place);
    value.key = None;
    value
}

fn unknown(cx: &mut Cx<'_>, place: Place) -> Typed {
    let id = cx.add(Expr::Const(Value::Null), place);
    Typed::new(id, Type::Unknown, place)
}

/// Checks the constants that nobody uses.
pub(super) fn check_all(cx: &mut Cx<'_>) {
    let mut names: Vec<(Place, String)> = Vec::new();
    for (full, decl) in &cx.names.decls {
        if matches!(decl.kind, DeclKind::Const(..)) {
            names.push((decl.place, full.clone()));
        }
    }
    names.sort();
    for (place, full) in names {
        value(cx, &full, place);
    }
}

/// The value of an expression that must be known before anything runs: a literal, a constant, arithmetic of them.
/// Reports what is not.
pub(super) fn fixed(cx: &mut Cx<'_>, e: &ast::Expr, want: &Type, what: &str) -> Option<Value> {
    let place = cx.at(e.span);
    let (file, namespace) = (cx.file, cx.namespace.clone());
    let known = cx.diagnostics.len();
    let value = cx.apart(file, &namespace, |cx| {
        cx.scope.fixed = Some(what.to_owned());
        expr::expect(cx, e, want, &Target::plain(what))
    });
    if cx.diagnostics.len() > known || value.is_unknown() {
        return None;
    }
    if let Expr::Const(value) = cx.exprs.get(value.id) {
        return Some(value.clone());
    }
    let scope = eval::Scope {
        exprs: &cx.exprs,
        program: None,
        inputs: &[],
        slots: &[],
        read_set: None,
        now: jiff::Timestamp::UNIX_EPOCH,
        step_time: jiff::Timestamp::UNIX_EPOCH,
        zone: "UTC",
    };
    match eval::eval(&scope, &mut eval::Frame::new(64), value.id) {
        Ok(value) => Some(value),
        Err(failure) => {
            let finding = errors::decls::not_fixed(place, what, &failure.message);
            cx.report(finding);
            None
        }
    }
}

/// A duration that is known before anything runs.
pub(super) fn duration(cx: &mut Cx<'_>, e: &ast::Expr, what: &str) -> Option<jiff::SignedDuration> {
    let place = cx.at(e.span);
    match fixed(cx, e, &Type::Duration, what)? {
        Value::Duration(length) if length.is_negative() || length.is_zero() => {
            cx.report(errors::decls::not_positive(place, what));
            None
        }
        Value::Duration(length) => Some(length),
        _ => None,
    }
}

/// A count from 1 that is known before anything runs.
pub(super) fn count(cx: &mut Cx<'_>, e: &ast::Expr, what: &str) -> Option<u64> {
    let place = cx.at(e.span);
    match fixed(cx, e, &Type::Int, what)? {
        Value::Int(number) => match u64::try_from(number) {
            Ok(number) if number > 0 => Some(number),
            _ => {
                cx.report(errors::decls::not_positive(place, what));
                None
            }
        },
        _ => None,
    }
}

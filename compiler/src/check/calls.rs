//! Calls of functions: the bundle's, the built-in ones, and the few that are part of the language.

use ondo_grammar::ast::{self, ExprKind, Span};

use super::coerce::Target;
use super::cx::Cx;
use super::names::DeclKind;
use super::names_in_scope::unknown_value;
use super::typed::Typed;
use super::{builtin_calls, functions, jsonpath};
use crate::builtins;
use crate::errors;
use crate::ir::Expr;
use crate::source::Place;
use crate::types::Type;

/// An argument on its way to a parameter.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'e> {
    /// `x` of `x.f(a)`.
    Receiver,
    /// As written.
    Written(&'e ast::Expr),
}

/// The call of a function, as the author wrote it.
#[derive(Debug)]
pub(super) struct Call<'e> {
    /// The function's name.
    pub(super) name: String,
    /// The whole call.
    pub(super) place: Place,
    /// The name alone.
    pub(super) name_place: Place,
    /// `x` of `x.f(a)`.
    pub(super) receiver: Option<Typed>,
    pub(super) args: &'e [ast::Arg],
}

/// `f(a)`, `common.f(a)`
pub(super) fn plain(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    callee: &ast::Expr,
    args: &[ast::Arg],
    want: Option<&Type>,
) -> Typed {
    let name = match &callee.kind {
        ExprKind::Name(name) if super::composite::is_own(cx, name) => {
            return action_in_value(cx, e, name, name, args);
        }
        ExprKind::Name(name) => name.clone(),
        ExprKind::Field { base, name, .. } => match &base.kind {
            ExprKind::Name(library) => format!("{library}.{}", name.text),
            _ => name.text.clone(),
        },
        _ => {
            let place = cx.at(callee.span);
            let text = cx.text(place);
            cx.report(errors::calls::not_callable(place, text));
            return unknown_value(cx, e);
        }
    };
    let call = Call {
        name,
        place: cx.at(e.span),
        name_place: cx.at(callee.span),
        receiver: None,
        args,
    };
    dispatch(cx, e, call, want)
}

/// `x.f(a)`
pub(super) fn method(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    name: &ast::Name,
    receiver: Typed,
    args: &[ast::Arg],
    want: Option<&Type>,
) -> Typed {
    let call = Call {
        name: name.text.clone(),
        place: cx.at(e.span),
        name_place: cx.at(name.span),
        receiver: Some(receiver),
        args,
    };
    dispatch(cx, e, call, want)
}

fn dispatch(cx: &mut Cx<'_>, e: &ast::Expr, call: Call<'_>, want: Option<&Type>) -> Typed {
    if let Some(function) = cx.fn_of(&call.name) {
        cx.use_decl(&call.name);
        return functions::call(cx, function, call);
    }
    let path = call
        .args
        .last()
        .filter(|arg| matches!(arg.value.kind, ExprKind::JsonPath(_)));
    match &*call.name {
        "first" | "all" | "one" if path.is_some() => return jsonpath::check(cx, e, &call),
        "present" => return present(cx, e, &call),
        "now" if call.args.is_empty() && call.receiver.is_none() => {
            let id = cx.add(Expr::Now, call.place);
            return Typed::new(id, Type::DateTime, call.place);
        }
        "step_time" if call.args.is_empty() && call.receiver.is_none() => {
            let id = cx.add(Expr::StepTime, call.place);
            return Typed::new(id, Type::DateTime, call.place);
        }
        _ => {}
    }
    if let Some(builtin) = builtins::find(&call.name) {
        return builtin_calls::check(cx, e, builtin, call, want);
    }
    report_unknown(cx, &call);
    for arg in call.args {
        super::expr::check(cx, &arg.value, None);
    }
    unknown_value(cx, e)
}

fn report_unknown(cx: &mut Cx<'_>, call: &Call<'_>) {
    if cx.names.broken.contains(&call.name) {
        return;
    }
    if let Some(decl) = cx.decl(&call.name) {
        let word = decl.kind.word();
        if !matches!(decl.kind, DeclKind::Fn(_)) {
            cx.report(errors::calls::not_a_function(
                call.name_place,
                &call.name,
                word,
            ));
            return;
        }
    }
    let names = cx.function_names();
    let near = errors::nearest::nearest(&call.name, names.iter().map(|name| &**name));
    cx.report(errors::calls::unknown_function(
        call.name_place,
        &call.name,
        near,
    ));
}

/// `present(x)`
fn present(cx: &mut Cx<'_>, e: &ast::Expr, call: &Call<'_>) -> Typed {
    let value = match (&call.receiver, call.args) {
        (Some(value), []) => value.clone(),
        (None, [arg]) => super::expr::check(cx, &arg.value, None),
        _ => {
            let given = call.args.len() + usize::from(call.receiver.is_some());
            cx.report(errors::calls::argument_count(
                call.place, "present", 1, given,
            ));
            return unknown_value(cx, e);
        }
    };
    let id = cx.add(Expr::Present(value.id), call.place);
    let mut result = Typed::new(id, Type::Bool, call.place);
    result.fails = value.fails;
    result
}

/// `Math.round(x)`: a function that other languages keep in an object. None for a name that is known here.
pub(super) fn foreign_member(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    base: &ast::Expr,
    name: &ast::Name,
    args: &[ast::Arg],
) -> Option<Typed> {
    let ExprKind::Name(object) = &base.kind else {
        return None;
    };
    let ours = errors::foreign::instead_of_member(object, &name.text)?;
    let known = cx.scope.local(object).is_some()
        || cx.decl(object).is_some()
        || super::names_in_scope::is_of_event(cx, object);
    if known {
        return None;
    }
    let place = cx.at(Span {
        start: base.span.start,
        end: name.span.end,
    });
    let finding = errors::calls::foreign_member(place, object, &name.text, ours);
    cx.report(finding);
    for arg in args {
        super::expr::check(cx, &arg.value, None);
    }
    Some(unknown_value(cx, e))
}

/// What an argument may be given to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'n> {
    pub(super) name: &'n str,
    pub(super) optional: bool,
}

/// Gives each parameter its argument: by position, then by name. Reports what is too much, unknown or missing; None if
/// anything was.
pub(super) fn bind<'e>(
    cx: &mut Cx<'_>,
    call: &Call<'e>,
    params: &[Slot<'_>],
) -> Option<Vec<Option<Source<'e>>>> {
    let builtin = match cx.fn_of(&call.name) {
        None => builtins::find(&call.name),
        Some(_) => None,
    };
    let mut bound: Vec<Option<Source<'e>>> = vec![None; params.len()];
    let mut fine = true;
    let mut next = 0;
    if call.receiver.is_some() {
        if let Some(first) = bound.first_mut() {
            *first = Some(Source::Receiver);
        }
        next = 1;
    }
    for arg in call.args {
        let at = match &arg.name {
            None => {
                next += 1;
                next - 1
            }
            Some(name) => match params.iter().position(|param| param.name == name.text) {
                Some(at) => at,
                None => {
                    let near = errors::nearest::nearest(&name.text, params.iter().map(|p| p.name));
                    let place = cx.at(name.span);
                    let near = near.map(|near| (near, None));
                    let finding = errors::objects::unknown_given(
                        place, "argument", &name.text, &call.name, near,
                    );
                    let known: Vec<&str> = params.iter().map(|param| param.name).collect();
                    let finding = errors::objects::known_arguments(finding, &known);
                    cx.report(finding);
                    fine = false;
                    continue;
                }
            },
        };
        match bound.get_mut(at) {
            Some(slot @ None) => *slot = Some(Source::Written(&arg.value)),
            Some(Some(_)) => {
                let span = arg.name.as_ref().map_or(arg.value.span, |name| name.span);
                let finding = errors::objects::duplicate(
                    cx.at(span),
                    "argument",
                    params[at].name,
                    call.name_place,
                );
                cx.report(finding);
                fine = false;
            }
            None => {
                let given = call.args.len() + usize::from(call.receiver.is_some());
                let place = cx.at(arg.value.span);
                let finding = errors::calls::argument_count(place, &call.name, params.len(), given);
                cx.report(errors::calls::with_usage(finding, builtin));
                fine = false;
                break;
            }
        }
    }
    for (param, arg) in params.iter().zip(&bound) {
        if arg.is_none() && !param.optional && fine {
            let finding = match builtin {
                Some(builtin) => {
                    errors::calls::missing_argument_of(call.place, builtin, param.name)
                }
                None => errors::objects::missing_argument(call.place, &call.name, param.name),
            };
            cx.report(finding);
            fine = false;
        }
    }
    fine.then_some(bound)
}

/// The target that an argument meets in messages.
pub(super) fn target(function: &str, param: &str) -> Target {
    Target::plain(format!("`{param}` of `{function}`"))
}

/// Whether the left of a dot is an account, so that the call is an action.
pub(super) fn is_action(cx: &mut Cx<'_>, base: &ast::Expr) -> bool {
    let ExprKind::Name(name) = &base.kind else {
        return false;
    };
    if let Some(local) = cx.scope.local(name) {
        return matches!(local.ty, Type::Account(_));
    }
    if let Some(decl) = cx.decl(name) {
        return matches!(decl.kind, DeclKind::Account(_));
    }
    let of_event = cx
        .scope
        .event
        .as_ref()
        .is_some_and(|event| match &event.alias {
            Some(alias) => alias == name,
            None => cx
                .object(&event.payload)
                .is_some_and(|payload| payload.field(name).is_some()),
        });
    !of_event && cx.catalog.connectors.contains_key(name.as_str())
}

/// `amount: account.action(…)` inside an expression.
pub(super) fn action_in_expression(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    base: &ast::Expr,
    name: &ast::Name,
    args: &[ast::Arg],
) -> Typed {
    let callee = cx.text(cx.at(Span {
        start: base.span.start,
        end: name.span.end,
    }));
    action_in_value(cx, e, callee, &name.text, args)
}

fn action_in_value(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    callee: &str,
    name: &str,
    args: &[ast::Arg],
) -> Typed {
    let place = cx.at(e.span);
    cx.report(errors::calls::action_in_expression(place, callee, name));
    let outer = cx.scope.sink.take();
    for arg in args {
        super::expr::check(cx, &arg.value, None);
    }
    cx.scope.sink = outer;
    unknown_value(cx, e)
}

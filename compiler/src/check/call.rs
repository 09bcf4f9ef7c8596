//! Calls of actions: account, arguments, what repeating does, and what comes back.

use std::collections::HashMap;

use ondo_grammar::ast::{self, ExprKind};

use super::clauses;
use super::cx::Cx;
use super::objects::{self, Given, Owner};
use super::personal;
use super::scope::Sink;
use super::typed::Typed;
use super::versions::{self, Since};
use super::{access, composite, steps};
use crate::catalog::{Action, Connector, Outcome};
use crate::errors;
use crate::ir::{self, Call, Class, Expr, Step};
use crate::source::Place;
use crate::types::{Name, Type};
use crate::value::Value;

/// A call before its clauses are read.
#[derive(Debug)]
pub(super) struct Callee<'a> {
    pub(super) connector: &'a Connector,
    pub(super) action: &'a Action,
    /// `plazius.addBonus`
    pub(super) title: String,
    pub(super) class: Class,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) place: Place,
}

/// Whether a value is the call of an action.
pub(super) fn is_call_of_action(cx: &mut Cx<'_>, e: &ast::Expr) -> bool {
    match &e.kind {
        ExprKind::Call { callee, .. } => {
            composite::calls_own(cx, callee) || steps::calls_account(cx, callee)
        }
        _ => false,
    }
}

/// A call with its clauses as a step, and what its name is bound to: for an action made of steps with the value's id.
/// None if the account or the action is unknown.
pub(super) fn check(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    written: &[ast::Clause],
    binding: Option<&ast::Name>,
) -> Option<(Step, Typed)> {
    let place = cx.at(e.span);
    let ExprKind::Call { callee, args } = &e.kind else {
        cx.report(errors::rules::not_a_step(place, cx.text(place)));
        super::expr::check(cx, e, None);
        return None;
    };
    let own = composite::own_account(cx, callee);
    let (account, name, title) = match (own, &callee.kind) {
        (Some(account), ExprKind::Name(name)) => {
            let span = callee.span;
            let name = ast::Name {
                text: name.clone(),
                span,
            };
            let title = name.text.clone();
            (account, name, title)
        }
        (_, ExprKind::Field { base, name, .. }) if !composite::is_foreign(cx, base, args) => {
            let account = account(cx, base)?;
            let title = format!("{}.{}", cx.text(account.place), name.text);
            (account, name.clone(), title)
        }
        (_, ExprKind::Field { .. }) => return None,
        _ => {
            // A function that does not exist is the one thing to say.
            let known = cx.diagnostics.len();
            super::expr::check(cx, e, None);
            if cx.diagnostics.len() == known {
                cx.report(errors::rules::not_a_step(place, cx.text(place)));
            }
            return None;
        }
    };
    let Type::Account(connector_name) = account.ty.clone() else {
        if !account.is_unknown() {
            let text = cx.text(account.place);
            let found = cx.describe(&account.ty);
            cx.report(errors::rules::not_an_account(account.place, text, &found));
        }
        return None;
    };
    let connector = cx.catalog.connectors.get(&connector_name)?;
    let Some(action) = connector.actions.get(name.text.as_str()) else {
        unknown_action(cx, connector, &name);
        checked_alone(cx, args);
        return None;
    };
    let title_place = cx.at(callee.span);
    let args = arguments(cx, (connector, action), &account, args, &title, title_place);
    let unknown_key = versions::unknown_key(cx, &account.accounts, action);
    let class = match class(cx, connector, action, &args) {
        // A key that the account's system is too old to know keeps no repetition away.
        Class::Keyed if unknown_key.is_some() => Class::Unsafe,
        class => class,
    };
    let callee = Callee {
        connector,
        action,
        class,
        outcomes: connector.outcomes(action),
        title,
        place: title_place,
    };
    if let Some(since) = &action.since {
        let since = Since {
            version: since.clone(),
            what: format!("`{}`", callee.title),
            place: title_place,
        };
        versions::check(cx, &account.accounts, &since);
    }
    let id = step_id(cx, binding, &name, &callee);
    if action.steps.is_some() {
        let call = composite::Call {
            callee: &callee,
            account: &account,
            args: &args,
            id: &id,
            place,
        };
        return composite::check(cx, call, written);
    }
    if class_has_effect(class) {
        cx.scope.effects.push((title_place, callee.title.clone()));
    }
    let known = cx.diagnostics.len();
    let clauses = clauses::check(cx, written, &callee, &id);
    needs_key(cx, &callee, clauses.key.is_some());
    if let Some(key) = unknown_key {
        let found = cx.diagnostics.split_off(known);
        for finding in found {
            let is_of_repetition = matches!(finding.code, "retry-unsafe" | "loop-needs-key");
            let finding = match is_of_repetition {
                true => key.explain(cx, finding),
                false => finding,
            };
            cx.report(finding);
        }
    }
    let answer = answer(cx, &callee, clauses.falls_through, place);
    let call = Call {
        id: id.into(),
        account: account.id,
        connector: connector.name.clone(),
        action: action.name.clone(),
        args,
        bind: None,
        timeout: clauses.timeout,
        retry: clauses.retry,
        key: clauses.key,
        handlers: clauses.handlers,
        class,
        place,
    };
    Some((Step::Call(Box::new(call)), answer))
}

/// Keeps the value of a call's `ok` in a local.
pub(super) fn bind(called: &mut Step, local: ir::LocalId, answer: &Typed) {
    match called {
        Step::Call(call) => call.bind = Some(local),
        Step::Composite(composite) => composite.steps.push(Step::Let {
            local,
            value: answer.id,
        }),
        _ => {}
    }
}

fn account(cx: &mut Cx<'_>, base: &ast::Expr) -> Option<Typed> {
    let place = cx.at(base.span);
    if let ExprKind::Name(name) = &base.kind
        && cx.scope.local(name).is_none()
        && !steps::calls_account(cx, base)
    {
        let known = cx.decl(name).is_some()
            || cx.scope.event.as_ref().is_some_and(|event| {
                event.alias.as_ref() == Some(name) || event.alias.is_none() && is_field(cx, name)
            });
        if !known {
            // An unknown name before a dot in a step is meant as an account.
            let id = super::events::source_account(cx, name, place)?;
            let connector = cx.accounts[id.0 as usize].connector.clone();
            let expr = cx.add(Expr::Account(id), place);
            let mut typed = Typed::new(expr, Type::Account(connector), place);
            typed.accounts = vec![id];
            return Some(typed);
        }
    }
    Some(access::check(cx, base, None))
}

fn is_field(cx: &Cx<'_>, name: &str) -> bool {
    let payload = cx
        .scope
        .event
        .as_ref()
        .and_then(|event| cx.object(&event.payload));
    payload.is_some_and(|payload| payload.field(name).is_some())
}

pub(super) fn unknown_action(cx: &mut Cx<'_>, connector: &Connector, name: &ast::Name) {
    let known: Vec<&str> = connector.actions.keys().map(|action| &**action).collect();
    let near = errors::nearest::nearest(&name.text, known.iter().copied());
    let is_event = connector.events.contains_key(name.text.as_str());
    let place = cx.at(name.span);
    let finding =
        errors::names::unknown_action(place, &name.text, &connector.name, near, &known, is_event);
    cx.report(finding);
}

pub(super) fn checked_alone(cx: &mut Cx<'_>, args: &[ast::Arg]) {
    for arg in args {
        super::expr::check(cx, &arg.value, None);
    }
}

fn arguments(
    cx: &mut Cx<'_>,
    (connector, action): (&Connector, &Action),
    account: &Typed,
    args: &[ast::Arg],
    title: &str,
    place: Place,
) -> Vec<ir::Arg> {
    let mut given: Vec<Given<'_>> = Vec::new();
    let mut unnamed = false;
    for arg in args {
        match &arg.name {
            Some(name) => given.push(Given {
                name,
                value: &arg.value,
            }),
            None => {
                let names: Vec<&str> = action.args.fields.iter().map(|f| &*f.name).collect();
                let at = cx.at(arg.value.span);
                let text = cx.text(at);
                cx.report(errors::calls::unnamed_argument(at, text, title, &names));
                unnamed = true;
            }
        }
    }
    let owner = Owner {
        title: format!("`{title}`"),
        word: "argument",
        place,
    };
    let outer = cx.scope.sink.replace(Sink {
        connector: connector.name.clone(),
        accounts: account.accounts.clone(),
        takes_personal: false,
        leaves: action.request.is_some(),
    });
    // Without its name an argument cannot be told from a missing one.
    let known = cx.diagnostics.len();
    let sent = objects::fields(cx, &given, &action.args, &owner, &HashMap::new());
    if unnamed {
        let kept = cx.diagnostics.split_off(known);
        let kept = kept
            .into_iter()
            .filter(|finding| finding.code != "missing-argument");
        cx.diagnostics.extend(kept);
    }
    cx.scope.sink = outer;
    sent.into_iter()
        .map(|sent| ir::Arg {
            name: sent.name,
            value: sent.value.id,
            omit_null: sent.omit_null,
        })
        .collect()
}

/// What repeating the call does. A computed method that is a literal GET or HEAD makes it a read.
fn class(cx: &Cx<'_>, connector: &Connector, action: &Action, args: &[ir::Arg]) -> Class {
    let declared = connector.class(action);
    if action.effect.class.is_some() || declared == Class::Read {
        return declared;
    }
    let method = action
        .request
        .as_ref()
        .map(|request| connector.exprs.get(request.method));
    let Some(Expr::Input(input)) = method else {
        return declared;
    };
    let value = args
        .iter()
        .find(|arg| arg.name == *input)
        .map(|arg| cx.exprs.get(arg.value));
    match value {
        Some(Expr::Const(Value::Text(method))) if matches!(&**method, "GET" | "HEAD") => {
            Class::Read
        }
        _ => declared,
    }
}

/// Whether doing it for a second event of the same thing does something a second time.
pub(super) fn class_has_effect(class: Class) -> bool {
    matches!(class, Class::Keyed | Class::UnsafeReadback | Class::Unsafe)
}

/// The binding or the action's name, behind the handlers and arms it stands in; unique in the rule.
fn step_id(
    cx: &mut Cx<'_>,
    binding: Option<&ast::Name>,
    action: &ast::Name,
    callee: &Callee<'_>,
) -> String {
    let name = binding.unwrap_or(action);
    let id = format!("{}{}", cx.scope.step_prefix, name.text);
    let place = cx.at(name.span);
    if let Some(first) = cx.scope.step_ids.insert(id.clone(), place) {
        let finding = errors::rules::duplicate_step(place, &id, first, &callee.title);
        cx.report(finding);
    }
    id
}

/// In a loop the engine cannot tell one iteration's effect from another's without a key of the author's.
fn needs_key(cx: &mut Cx<'_>, callee: &Callee<'_>, has_key: bool) {
    let unsafe_class = matches!(callee.class, Class::Unsafe | Class::UnsafeReadback);
    if cx.scope.loops > 0 && unsafe_class && !has_key {
        let finding =
            errors::effects::loop_needs_key(callee.place, &callee.title, callee.action.place);
        cx.report(finding);
    }
}

/// What the call's name is bound to: the value of `ok`, which a handler that goes on leaves without.
fn answer(cx: &Cx<'_>, callee: &Callee<'_>, falls_through: bool, place: Place) -> Typed {
    let ok = callee
        .outcomes
        .iter()
        .find(|outcome| &*outcome.name == "ok");
    let mut ty = ok.map_or(Type::Null, |outcome| outcome.value.clone());
    if falls_through {
        ty = super::relation::nullable(cx, &ty);
    }
    let origin = personal::origin_of(&callee.connector.name, &callee.title);
    let personal = personal::of_type(cx, &ty, origin);
    let mut typed = Typed::new(ir::ExprId(0), ty, place);
    typed.personal = personal;
    typed
}

/// The name of an outcome's value in the connector.
pub(super) fn outcome<'c>(callee: &'c Callee<'_>, name: &str) -> Option<&'c Outcome> {
    let name: &str = name;
    callee
        .outcomes
        .iter()
        .find(|outcome| *outcome.name == *name)
}

/// The outcomes that can be spoken of, for the nearest name.
pub(super) fn outcome_names(callee: &Callee<'_>) -> Vec<Name> {
    callee
        .outcomes
        .iter()
        .map(|outcome| outcome.name.clone())
        .collect()
}

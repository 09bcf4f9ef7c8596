//! Actions made of steps: the steps of the definition take the place of the call.
//!
//! ```text
//! action createFromMarket(posting: Posting, missing: "fail" | "skip" = "fail") -> { id: int } {
//!   do {
//!     let found = findOffers(articles: [i.article for i in posting.items])
//!     …
//!     return { id: made.id }
//!   }
//! }
//! ```
//!
//! A definition is checked once by itself, when the catalog is built: its mistakes are told where it stands. A call then
//! checks its steps again with the account that it is made on; what is wrong only there is told at the call.

use std::sync::Arc;

use ondo_grammar::ast::{self, ActionPart, ClauseKind, ExprKind, StmtKind};

use super::call::{self, Callee};
use super::coerce::Target;
use super::composite_clauses::{any_call, follow, is_unsafe};
use super::cx::Cx;
use super::expr;
use super::personal;
use super::scope::{Inside, Scope};
use super::steps;
use super::trees::Trees;
use super::typed::Typed;
use crate::catalog::{Action, Catalog, Connector};
use crate::diagnostic::{Diagnostic, Severity};
use crate::errors;
use crate::ir::{self, Composite, Expr, ExprId, LocalId, Step};
use crate::source::Place;
use crate::types::Type;
use crate::value::Value;

/// How many times steps take the place of a call in one rule: actions that call each other multiply.
const EXPANSIONS_MAX: usize = 100;

/// The call of an action that is made of steps, without its clauses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'c, 'a> {
    pub(super) callee: &'c Callee<'a>,
    pub(super) account: &'c Typed,
    pub(super) args: &'c [ir::Arg],
    pub(super) id: &'c str,
    pub(super) place: Place,
}

/// What is wrong in the definitions of a catalog's actions that are made of steps.
pub(crate) fn definitions(catalog: &Arc<Catalog>) -> Vec<Diagnostic> {
    let trees = Trees {
        sources: catalog.sources.clone(),
        files: Vec::new(),
        tables: Vec::new(),
        syntax_errors: Vec::new(),
    };
    let mut cx = Cx::new(catalog, &trees);
    let mut findings = Vec::new();
    for connector in catalog.connectors.values() {
        for action in connector.actions.values() {
            let Some(steps) = &action.steps else {
                continue;
            };
            let span = steps.definition.span;
            let here = |finding: &Diagnostic| {
                let place = finding.labels[0].place;
                let inside = place.span.start >= span.start && place.span.end <= span.end;
                // What an action that is called does wrongly is told where that one is defined.
                place.file == action.place.file && inside || finding.code == "recursion"
            };
            let found = definition(&mut cx, connector, action);
            findings.extend(found.into_iter().filter(here));
        }
    }
    // Each action of a circle finds it.
    let mut told = false;
    findings.retain(|finding| finding.code != "recursion" || !std::mem::replace(&mut told, true));
    findings
}

/// Checks a definition by itself.
fn definition(cx: &mut Cx<'_>, connector: &Connector, action: &Action) -> Vec<Diagnostic> {
    let (known, exprs) = (cx.diagnostics.len(), cx.exprs.nodes.len());
    let place = action.place;
    cx.apart(place.file, "", |cx| {
        let any = cx.add(Expr::Const(Value::Null), place);
        let account = Typed::new(any, Type::Account(connector.name.clone()), place);
        let callee = Callee {
            connector,
            action,
            title: format!("{}.{}", connector.name, action.name),
            class: connector.class(action),
            outcomes: Vec::new(),
            place,
        };
        let call = Call {
            callee: &callee,
            account: &account,
            args: &[],
            id: &action.name,
            place,
        };
        expand(cx, call);
    });
    // Nobody refers to what was lowered.
    cx.exprs.nodes.truncate(exprs);
    cx.exprs.places.truncate(exprs);
    cx.diagnostics.split_off(known)
}

/// Whether a definition is without mistakes, so that its calls make sense.
fn is_sound(cx: &mut Cx<'_>, connector: &Connector, action: &Action) -> bool {
    let key = (connector.name.clone(), action.name.clone());
    if let Some(sound) = cx.sound_actions.get(&key) {
        return *sound;
    }
    let found = definition(cx, connector, action);
    let sound = found
        .iter()
        .all(|finding| finding.severity != Severity::Error);
    cx.sound_actions.insert(key, sound);
    sound
}

/// The steps of the call, with what follows it, and what its name is bound to.
pub(super) fn check(
    cx: &mut Cx<'_>,
    call: Call<'_, '_>,
    written: &[ast::Clause],
) -> Option<(Step, Typed)> {
    let callee = call.callee;
    let outermost = cx.scope.inside.is_none();
    if outermost && !is_sound(cx, callee.connector, callee.action) {
        // The connector's own findings say why.
        return None;
    }
    let known = cx.diagnostics.len();
    let expanded = expand(cx, call);
    if outermost {
        let inner = cx.diagnostics.split_off(known);
        let inner = inner.into_iter().filter_map(|found| told_at(found, callee));
        cx.diagnostics.extend(inner);
    }
    let (mut steps, result) = expanded?;
    if cx.scope.loops > 0 {
        let key = written
            .iter()
            .any(|clause| matches!(clause.kind, ClauseKind::Key(_)));
        if !key && any_call(&steps, &|call| is_unsafe(call.class) && call.key.is_none()) {
            let declared = callee.action.place;
            let finding = errors::effects::loop_needs_key(callee.place, &callee.title, declared);
            cx.report(finding);
        }
    }
    if any_call(&steps, &|call| call::class_has_effect(call.class)) {
        cx.scope.effects.push((callee.place, callee.title.clone()));
    }
    follow(cx, call, written, &mut steps);
    let ty = callee
        .action
        .steps
        .as_ref()
        .map_or(Type::Null, |steps| steps.result.clone());
    let origin = personal::origin_of(&callee.connector.name, &callee.title);
    let mut answer = Typed::new(result, ty, call.place);
    answer.personal = personal::of_type(cx, &answer.ty, origin);
    let composite = Composite {
        id: call.id.into(),
        connector: callee.connector.name.clone(),
        action: callee.action.name.clone(),
        steps,
        place: call.place,
    };
    Some((Step::Composite(Box::new(composite)), answer))
}

/// A definition without mistakes is wrong only for this account or this bundle: that is told at the call.
fn told_at(found: Diagnostic, callee: &Callee<'_>) -> Option<Diagnostic> {
    // Where the call has the name of another, so have all in it.
    if found.severity != Severity::Error || found.code == "duplicate-step" {
        return None;
    }
    let inner = found.labels.first().map(|label| label.place);
    let mut told = Diagnostic::error(found.code, callee.place, found.message, "");
    told.help = found.help;
    Some(match inner {
        Some(inner) if inner != callee.place => told.also(inner, "in this step of the action"),
        _ => told,
    })
}

/// Puts the parameters, the steps and the value of a definition in the place of a call. Yields the steps, and where the
/// value is.
fn expand(cx: &mut Cx<'_>, call: Call<'_, '_>) -> Option<(Vec<Step>, ExprId)> {
    let Callee {
        connector, action, ..
    } = call.callee;
    let definition = &action.steps.as_ref()?.definition;
    let mut actions = cx
        .scope
        .inside
        .as_ref()
        .map_or(Vec::new(), |inside| inside.actions.clone());
    if actions.contains(&action.name) {
        let finding = errors::calls::recursion(call.callee.place, &call.callee.title, action.place);
        cx.report(finding);
        return None;
    }
    if cx.scope.expanded >= EXPANSIONS_MAX {
        cx.report(errors::composite::too_many(
            call.callee.place,
            &call.callee.title,
            EXPANSIONS_MAX,
        ));
        return None;
    }
    actions.push(action.name.clone());
    let inside = Inside {
        connector: connector.name.clone(),
        account: call.account.id,
        accounts: call.account.accounts.clone(),
        actions,
    };
    let inner = Scope {
        local_count: cx.scope.local_count,
        step_ids: std::mem::take(&mut cx.scope.step_ids),
        step_prefix: format!("{}.", call.id),
        expanded: cx.scope.expanded + 1,
        inside: Some(inside),
        ..Scope::default()
    };
    let outer = std::mem::replace(&mut cx.scope, inner);
    let file = std::mem::replace(&mut cx.file, action.place.file);
    // No declaration of a bundle is called like this: a definition sees its connector only.
    let namespace = std::mem::replace(&mut cx.namespace, format!("{} ", connector.name));
    let expanded = body(cx, call, definition);
    cx.file = file;
    cx.namespace = namespace;
    let inner = std::mem::replace(&mut cx.scope, outer);
    cx.scope.local_count = inner.local_count;
    cx.scope.step_ids = inner.step_ids;
    cx.scope.expanded = inner.expanded;
    Some(expanded)
}

fn body(cx: &mut Cx<'_>, call: Call<'_, '_>, definition: &ast::ActionDef) -> (Vec<Step>, ExprId) {
    let mut steps = Vec::new();
    for (local, value) in params(cx, call, definition) {
        steps.push(Step::Let { local, value });
    }
    let written = definition.parts.iter().find_map(|part| match part {
        ActionPart::Steps { block, result } => Some((block, result.as_ref())),
        _ => None,
    });
    let nothing = |cx: &mut Cx<'_>| cx.add(Expr::Const(Value::Null), call.place);
    let Some((block, result)) = written else {
        return (steps, nothing(cx));
    };
    let (mut inner, _, value) =
        steps::block_with_value(cx, block, |cx| value(cx, call, definition, block, result));
    steps.append(&mut inner);
    // Kept in a local of its own: the name that the call is bound to may be read by handlers that stand before.
    let local = cx.scope.fresh();
    let value = value.unwrap_or_else(|| nothing(cx));
    steps.push(Step::Let { local, value });
    (steps, cx.add(Expr::Local(local), call.place))
}

/// Each parameter with its argument, its default or null. A default sees no parameter.
fn params(
    cx: &mut Cx<'_>,
    call: Call<'_, '_>,
    definition: &ast::ActionDef,
) -> Vec<(LocalId, ExprId)> {
    let action = call.callee.action;
    let mut values = Vec::new();
    for (param, field) in definition.params.iter().zip(&action.args.fields) {
        let place = cx.at(param.name.span);
        let target = Target {
            what: format!("`{}`", field.name),
            declared: Some(place),
            caption: None,
        };
        let default = param
            .default
            .as_ref()
            .map(|default| expr::expect(cx, default, &field.ty, &target).id);
        let given = call.args.iter().find(|arg| arg.name == field.name);
        let value = match (given.map(|arg| arg.value), default) {
            (Some(given), Some(default)) => cx.add(Expr::Coalesce(given, default), place),
            (Some(value), None) | (None, Some(value)) => value,
            (None, None) => cx.add(Expr::Const(Value::Null), place),
        };
        values.push((value, place));
    }
    let fields = action.args.fields.iter().zip(values);
    fields
        .map(|(field, (value, place))| {
            let origin = personal::Origin {
                field: field.name.clone(),
                connector: Some(call.callee.connector.name.clone()),
            };
            let personal = personal::of_type(cx, &field.ty, origin);
            let local = cx.scope.bind(&field.name, field.ty.clone(), place);
            local.personal = personal;
            (local.id, value)
        })
        .collect()
}

/// `return EXPR`, as the definition promises it.
fn value(
    cx: &mut Cx<'_>,
    call: Call<'_, '_>,
    definition: &ast::ActionDef,
    block: &ast::Block,
    result: Option<&ast::Expr>,
) -> Option<ExprId> {
    let name = &definition.name.text;
    match (&definition.result, result) {
        (Some(ty), Some(result)) => {
            if let Some(last) = block.stmts.last()
                && last.span.start > result.span.start
            {
                let place = cx.at(last.span);
                cx.report(errors::composite::after_return(place));
            }
            let target = Target {
                what: format!("the value of `{name}`"),
                declared: Some(cx.at(ty.span)),
                caption: None,
            };
            let want = call.callee.action.steps.as_ref()?.result.clone();
            Some(expr::expect(cx, result, &want, &target).id)
        }
        (Some(ty), None) => {
            let place = cx.at(ty.span);
            cx.report(errors::composite::no_value(place, name));
            None
        }
        (None, Some(result)) => {
            let place = cx.at(result.span);
            cx.report(errors::composite::untyped_value(place, name));
            expr::check(cx, result, None);
            None
        }
        (None, None) => None,
    }
}

/// `findOffer(…)` in the steps of an action: another action of the connector, on the same account.
pub(super) fn own_account(cx: &mut Cx<'_>, callee: &ast::Expr) -> Option<Typed> {
    let place = cx.at(callee.span);
    let inside = cx.scope.inside.as_ref()?;
    let ExprKind::Name(name) = &callee.kind else {
        return None;
    };
    // A built-in function is a value in a step's place, which has a message of its own.
    let connector = cx.catalog.connectors.get(&inside.connector)?;
    let is_action = connector.actions.contains_key(name.as_str());
    if !is_action && crate::builtins::find(name).is_some() {
        return None;
    }
    let ty = Type::Account(inside.connector.clone());
    let mut account = Typed::new(inside.account, ty, place);
    account.accounts = inside.accounts.clone();
    Some(account)
}

/// Whether a bare call in the steps of an action is one of an action.
pub(super) fn calls_own(cx: &Cx<'_>, callee: &ast::Expr) -> bool {
    let ExprKind::Name(name) = &callee.kind else {
        return false;
    };
    is_own(cx, name)
}

/// Whether a name is an action of the connector in whose steps it stands.
pub(super) fn is_own(cx: &Cx<'_>, name: &str) -> bool {
    cx.scope
        .inside
        .as_ref()
        .and_then(|inside| cx.catalog.connectors.get(&inside.connector))
        .is_some_and(|connector| connector.actions.contains_key(name))
}

/// Reports a call of something else than an action of the connector itself.
pub(super) fn is_foreign(cx: &mut Cx<'_>, base: &ast::Expr, args: &[ast::Arg]) -> bool {
    let Some(inside) = &cx.scope.inside else {
        return false;
    };
    let (connector, place) = (inside.connector.clone(), cx.at(base.span));
    let text = cx.text(place);
    cx.report(errors::composite::foreign(place, text, &connector));
    call::checked_alone(cx, args);
    true
}

/// `stop` ends a run: that is the rule's business.
pub(super) fn no_stop(cx: &mut Cx<'_>, place: Place) {
    if cx.scope.inside.is_some() {
        cx.report(errors::composite::stop(place));
    }
}

/// The actions that the steps of a definition call, in the order of the text.
pub(super) fn called<'a>(connector: &Connector, action: &'a Action) -> Vec<&'a str> {
    let mut names = Vec::new();
    let parts = action
        .steps
        .iter()
        .flat_map(|steps| &steps.definition.parts);
    for part in parts {
        if let ActionPart::Steps { block, .. } = part {
            called_in(block, &mut names);
        }
    }
    // What is no action of its own is a function, unless both have the name: in steps the action is meant.
    names.retain(|name| connector.actions.contains_key(*name));
    names
}

fn called_in<'d>(block: &'d ast::Block, names: &mut Vec<&'d str>) {
    for stmt in &block.stmts {
        match &stmt.kind {
            StmtKind::Let { value: called, .. } | StmtKind::Call { call: called, .. } => {
                let called = match &called.kind {
                    ExprKind::Comprehension { value, .. } => value,
                    _ => called,
                };
                if let ExprKind::Call { callee, .. } = &called.kind
                    && let ExprKind::Name(name) = &callee.kind
                    && !names.contains(&name.as_str())
                {
                    names.push(name);
                }
            }
            StmtKind::If {
                then, otherwise, ..
            } => {
                called_in(then, names);
                if let Some(otherwise) = otherwise {
                    called_in(otherwise, names);
                }
            }
            StmtKind::Match { arms, .. } => {
                for arm in arms {
                    called_in(&arm.body, names);
                }
            }
            StmtKind::For { body, .. } => called_in(body, names),
            StmtKind::Stop(_) | StmtKind::Fail(_) | StmtKind::Error => {}
        }
    }
}

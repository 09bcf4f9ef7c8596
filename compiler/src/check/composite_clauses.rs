//! What follows the call of an action that is made of steps, and what holds for the calls in it.

use ondo_grammar::ast::{self, ClauseKind};

use super::call;
use super::composite::Call;
use super::cx::Cx;
use super::steps::{self, Flow};
use super::{clauses, gates, personal};
use crate::errors;
use crate::ir::{self, Class, Expr, ExprId, Handler, Step};
use crate::source::Place;
use crate::types::Name;
use crate::value::Value;

/// What follows the call: `key` makes the keys of all calls in it, and `on OUTCOME` ends them all.
pub(super) fn follow(
    cx: &mut Cx<'_>,
    call: Call<'_, '_>,
    written: &[ast::Clause],
    steps: &mut [Step],
) {
    let mut seen: Vec<(String, Place)> = Vec::new();
    for clause in written {
        let place = cx.at(clause.span);
        let word = clauses::word(&clause.kind);
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == word) {
            cx.report(errors::rules::clause_twice(place, &word, *first));
            continue;
        }
        match &clause.kind {
            ClauseKind::Timeout(_) | ClauseKind::Retry { .. } | ClauseKind::RetryNever => {
                cx.report(errors::composite::clause(place, &word, &call.callee.title));
            }
            ClauseKind::Key(key) => {
                let key_place = cx.at(key.span);
                let key = gates::key(cx, key, "`key`");
                each_call(steps, &mut |inner| {
                    if call::class_has_effect(inner.class) {
                        inner.key = Some(joined(cx, key, inner, call.id, key_place));
                    }
                });
            }
            ClauseKind::OnOutcome {
                outcome,
                alias,
                block,
            } => on_outcome(cx, call, (outcome, alias.as_ref(), block), steps),
        }
        seen.push((word, place));
    }
}

/// `"{key}/findOffer"`, with the key that the definition gives the call behind it.
fn joined(cx: &mut Cx<'_>, key: ExprId, inner: &ir::Call, id: &str, place: Place) -> ExprId {
    let step = inner.id.strip_prefix(id).unwrap_or(&inner.id);
    let mut parts = vec![key];
    let text = format!("/{}", step.trim_start_matches('.'));
    parts.push(cx.add(Expr::Const(Value::text(text.as_str())), place));
    if let Some(own) = inner.key {
        parts.push(cx.add(Expr::Const(Value::text("/")), place));
        parts.push(own);
    }
    cx.add(Expr::Text(parts), place)
}

/// `on OUTCOME as r { … }` stands behind every call in it that can come out so and does not see to it itself. There is
/// no way back into the middle of the steps, so it has to end the run.
fn on_outcome(
    cx: &mut Cx<'_>,
    call: Call<'_, '_>,
    (name, alias, block): (&ast::Name, Option<&ast::Name>, &ast::Block),
    steps: &mut [Step],
) {
    let connector = call.callee.connector;
    let open = |inner: &ir::Call| {
        let action = connector.actions.get(&inner.action);
        let outcomes = action.map_or(Vec::new(), |action| connector.outcomes(action));
        outcomes
            .into_iter()
            .filter(|outcome| {
                let handled = inner.handlers.iter().any(|h| h.outcome == outcome.name);
                *outcome.name != *"ok" && !handled
            })
            .collect::<Vec<_>>()
    };
    let mut known: Vec<Name> = Vec::new();
    let mut found = false;
    each_call(steps, &mut |inner| {
        for outcome in open(inner) {
            if *outcome.name == *name.text {
                found = true;
                let prefix = format!("{}.{}.", inner.id, outcome.name);
                let prefix = std::mem::replace(&mut cx.scope.step_prefix, prefix);
                let depth = cx.scope.locals.len();
                let bind = alias.map(|alias| {
                    super::names_in_scope::shadow(cx, alias);
                    let place = cx.at(alias.span);
                    let origin = personal::origin_of(&connector.name, &call.callee.title);
                    let personal = personal::of_type(cx, &outcome.value, origin);
                    let local = cx.scope.bind(&alias.text, outcome.value.clone(), place);
                    local.personal = personal;
                    local.id
                });
                let (body, flow) = steps::block(cx, block);
                cx.scope.locals.truncate(depth);
                cx.scope.step_prefix = prefix;
                if flow == Flow::Goes {
                    let place = cx.at(name.span);
                    let title = &call.callee.title;
                    cx.report(errors::composite::goes_on(place, &name.text, title));
                }
                inner.handlers.push(Handler {
                    outcome: outcome.name,
                    bind,
                    body,
                });
            } else if !known.contains(&outcome.name) {
                known.push(outcome.name);
            }
        }
    });
    if !found {
        let near = errors::nearest::nearest(&name.text, known.iter().map(|name| &**name));
        let title = &call.callee.title;
        let place = cx.at(name.span);
        let finding = errors::names::unknown_outcome(place, &name.text, title, near, &known);
        cx.report(finding);
    }
}

pub(super) fn is_unsafe(class: Class) -> bool {
    matches!(class, Class::Unsafe | Class::UnsafeReadback)
}

/// Does something with every call of these steps that stands in the definition; not with those of handlers.
fn each_call(steps: &mut [Step], then: &mut dyn FnMut(&mut ir::Call)) {
    for step in steps {
        match step {
            Step::Call(call) => then(call),
            Step::Composite(composite) => each_call(&mut composite.steps, then),
            Step::If {
                then: chosen,
                otherwise,
                ..
            } => {
                each_call(chosen, then);
                each_call(otherwise, then);
            }
            Step::Match {
                arms, otherwise, ..
            } => {
                for (_, arm) in arms {
                    each_call(arm, then);
                }
                each_call(otherwise, then);
            }
            Step::For { body, .. } => each_call(body, then),
            Step::Let { .. } | Step::Stop(..) | Step::Fail(..) => {}
        }
    }
}

/// Whether any call of these steps, also of handlers, is like this.
pub(super) fn any_call(steps: &[Step], wanted: &dyn Fn(&ir::Call) -> bool) -> bool {
    steps.iter().any(|step| match step {
        Step::Call(call) => {
            let mut handlers = call.handlers.iter();
            wanted(call) || handlers.any(|handler| any_call(&handler.body, wanted))
        }
        Step::Composite(composite) => any_call(&composite.steps, wanted),
        Step::If {
            then, otherwise, ..
        } => any_call(then, wanted) || any_call(otherwise, wanted),
        Step::Match {
            arms, otherwise, ..
        } => {
            let mut arms = arms.iter();
            arms.any(|(_, arm)| any_call(arm, wanted)) || any_call(otherwise, wanted)
        }
        Step::For { body, .. } => any_call(body, wanted),
        Step::Let { .. } | Step::Stop(..) | Step::Fail(..) => false,
    })
}

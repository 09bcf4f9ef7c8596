//! What follows a call: `timeout`, `retry`, `key`, `on OUTCOME as r { … }`.

use ondo_grammar::ast::{self, ClauseKind};

use super::call::{self, Callee};
use super::cx::Cx;
use super::steps::{self, Flow};
use super::{consts, gates, personal};
use crate::catalog::Verdict;
use crate::errors;
use crate::ir::{Class, ExprId, Handler, Retry};
use crate::source::Place;

/// The checked clauses of a call.
#[derive(Debug, Default)]
pub(super) struct Clauses {
    pub(super) timeout: Option<jiff::SignedDuration>,
    pub(super) retry: Retry,
    pub(super) key: Option<ExprId>,
    pub(super) handlers: Vec<Handler>,
    /// A handler goes on behind the call, so that there may be no answer.
    pub(super) falls_through: bool,
}

/// Checks the clauses of a call.
pub(super) fn check(
    cx: &mut Cx<'_>,
    written: &[ast::Clause],
    callee: &Callee<'_>,
    id: &str,
) -> Clauses {
    let mut clauses = Clauses::default();
    let mut seen: Vec<(String, Place)> = Vec::new();
    for clause in written {
        let place = cx.at(clause.span);
        let word = word(&clause.kind);
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == word) {
            cx.report(errors::rules::clause_twice(place, &word, *first));
            continue;
        }
        seen.push((word, place));
        one(cx, clause, callee, id, &mut clauses);
    }
    clauses
}

pub(super) fn word(kind: &ClauseKind) -> String {
    match kind {
        ClauseKind::Timeout(_) => "timeout".to_owned(),
        ClauseKind::Retry { .. } | ClauseKind::RetryNever => "retry".to_owned(),
        ClauseKind::Key(_) => "key".to_owned(),
        ClauseKind::OnOutcome { outcome, .. } => format!("on {}", outcome.text),
    }
}

fn one(
    cx: &mut Cx<'_>,
    clause: &ast::Clause,
    callee: &Callee<'_>,
    id: &str,
    clauses: &mut Clauses,
) {
    match &clause.kind {
        ClauseKind::Timeout(length) => {
            clauses.timeout = consts::duration(cx, length, "`timeout`");
        }
        ClauseKind::RetryNever => clauses.retry.never = true,
        ClauseKind::Retry {
            count,
            backoff,
            when,
        } => retry(
            cx,
            clause,
            callee,
            (count, backoff, when),
            &mut clauses.retry,
        ),
        ClauseKind::Key(key) => clauses.key = Some(gates::key(cx, key, "`key`")),
        ClauseKind::OnOutcome {
            outcome,
            alias,
            block,
        } => on_outcome(cx, callee, id, (outcome, alias.as_ref(), block), clauses),
    }
}

type WrittenRetry<'e> = (
    &'e Option<ast::Expr>,
    &'e Option<(ast::Expr, ast::Expr)>,
    &'e [ast::Name],
);

fn retry(
    cx: &mut Cx<'_>,
    clause: &ast::Clause,
    callee: &Callee<'_>,
    (count, backoff, when): WrittenRetry<'_>,
    retry: &mut Retry,
) {
    let place = cx.at(clause.span);
    if let Some(count) = count {
        let count = consts::count(cx, count, "`retry`");
        retry.count = count.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    }
    if let Some((shortest, longest)) = backoff {
        let longest_place = cx.at(longest.span);
        let texts = (cx.text(cx.at(shortest.span)), cx.text(longest_place));
        let shortest = consts::duration(cx, shortest, "`backoff`");
        let longest = consts::duration(cx, longest, "`backoff`");
        retry.backoff = shortest.zip(longest);
        if let Some((shortest, longest)) = retry.backoff
            && shortest > longest
        {
            cx.report(errors::rules::backoff_backwards(
                longest_place,
                texts.0,
                texts.1,
            ));
        }
    }
    for name in when {
        let at = cx.at(name.span);
        let Some(outcome) = call::outcome(callee, &name.text) else {
            unknown_outcome(cx, name, callee);
            continue;
        };
        if may_repeat(callee, outcome.verdict) {
            retry.when.push(outcome.name.clone());
        } else {
            let repeatable: Vec<&str> = callee
                .outcomes
                .iter()
                .filter(|outcome| may_repeat(callee, outcome.verdict))
                .map(|outcome| &*outcome.name)
                .collect();
            let finding = errors::effects::retry_outcome(
                at,
                &name.text,
                &callee.title,
                outcome.verdict,
                callee.action.place,
                &repeatable,
            );
            cx.report(finding);
        }
    }
    // `backoff` alone only spaces out what was certainly not sent.
    if callee.class == Class::Unsafe && count.is_some() && when.is_empty() {
        let readback = callee.action.effect.readback.is_some();
        let finding =
            errors::effects::retry_unsafe(place, &callee.title, callee.action.place, readback);
        cx.report(finding);
    }
}

/// Whether a call that came out so may be sent again.
fn may_repeat(callee: &Callee<'_>, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Refused | Verdict::NotSent => true,
        Verdict::Applied => false,
        // What was accepted is asked for.
        Verdict::Pending if callee.action.job.is_some() => false,
        Verdict::Unknown | Verdict::Pending => matches!(
            callee.class,
            Class::Read | Class::Harmless | Class::Idempotent | Class::Keyed
        ),
    }
}

pub(super) fn unknown_outcome(cx: &mut Cx<'_>, name: &ast::Name, callee: &Callee<'_>) {
    let known = call::outcome_names(callee);
    let near = errors::nearest::nearest(&name.text, known.iter().map(|name| &**name));
    let place = cx.at(name.span);
    let finding = errors::names::unknown_outcome(place, &name.text, &callee.title, near, &known);
    cx.report(finding);
}

fn on_outcome(
    cx: &mut Cx<'_>,
    callee: &Callee<'_>,
    id: &str,
    (name, alias, block): (&ast::Name, Option<&ast::Name>, &ast::Block),
    clauses: &mut Clauses,
) {
    let Some(outcome) = call::outcome(callee, &name.text).cloned() else {
        unknown_outcome(cx, name, callee);
        return;
    };
    let depth = cx.scope.locals.len();
    let bind = alias.map(|alias| {
        super::names_in_scope::shadow(cx, alias);
        let place = cx.at(alias.span);
        let origin = personal::origin_of(&callee.connector.name, &callee.title);
        let personal = personal::of_type(cx, &outcome.value, origin);
        let local = cx.scope.bind(&alias.text, outcome.value.clone(), place);
        local.personal = personal;
        local.id
    });
    let prefix = std::mem::replace(&mut cx.scope.step_prefix, format!("{id}.{}.", outcome.name));
    let (body, flow) = steps::block(cx, block);
    cx.scope.step_prefix = prefix;
    cx.scope.locals.truncate(depth);
    if flow == Flow::Goes && &*outcome.name != "ok" {
        clauses.falls_through = true;
    }
    clauses.handlers.push(Handler {
        outcome: outcome.name,
        bind,
        body,
    });
}

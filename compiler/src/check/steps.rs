//! Steps: what a rule does, in order.

use ondo_grammar::ast::{self, StmtKind};

use super::coerce::Target;
use super::cx::Cx;
use super::matches::Patterns;
use super::typed::Typed;
use super::{call, calls, collect, comprehension, consts, expr, matches, types};
use crate::errors;
use crate::ir::Step;
use crate::types::Type;

/// How a block ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// The steps after it run.
    Goes,
    /// It always stops or fails.
    Ends,
}

/// The steps of a block. What it binds and proves is gone behind it.
pub(super) fn block(cx: &mut Cx<'_>, block: &ast::Block) -> (Vec<Step>, Flow) {
    let (steps, flow, ()) = block_with_value(cx, block, |_| ());
    (steps, flow)
}

/// The steps of a block, and a value that sees what it binds and proves.
pub(super) fn block_with_value<T>(
    cx: &mut Cx<'_>,
    block: &ast::Block,
    value: impl FnOnce(&mut Cx<'_>) -> T,
) -> (Vec<Step>, Flow, T) {
    let depth = cx.scope.locals.len();
    let outer = cx.scope.known.clone();
    let mut steps = Vec::new();
    let mut flow = Flow::Goes;
    for (at, stmt) in block.stmts.iter().enumerate() {
        if flow == Flow::Ends {
            let place = cx.at(stmt.span);
            let before = cx.at(block.stmts[at - 1].span);
            cx.report(errors::lints::unreachable(place, before));
            break;
        }
        flow = step(cx, stmt, &mut steps);
    }
    let value = value(cx);
    super::lints::unused_locals(cx, depth);
    cx.scope.locals.truncate(depth);
    cx.scope.known = outer;
    (steps, flow, value)
}

fn step(cx: &mut Cx<'_>, stmt: &ast::Stmt, steps: &mut Vec<Step>) -> Flow {
    let place = cx.at(stmt.span);
    match &stmt.kind {
        StmtKind::Let {
            name,
            ty,
            value,
            clauses,
        } => {
            bind(cx, name, ty.as_ref(), value, clauses, steps);
            Flow::Goes
        }
        StmtKind::Call { call, clauses } => {
            if let Some((call, _)) = call::check(cx, call, clauses, None) {
                steps.push(call);
            }
            Flow::Goes
        }
        StmtKind::If {
            cond,
            then,
            otherwise,
        } => choice(cx, cond, then, otherwise.as_ref(), steps),
        StmtKind::Match { subject, arms } => select(cx, stmt, subject, arms, steps),
        StmtKind::For {
            var,
            list,
            cond,
            parallel,
            body,
        } => {
            each(
                cx,
                (var, list),
                cond.as_ref(),
                parallel.as_ref(),
                body,
                steps,
            );
            Flow::Goes
        }
        StmtKind::Stop(reason) => {
            super::composite::no_stop(cx, place);
            let reason = reason.as_ref().map(|reason| {
                let reason = expr::expect(cx, reason, &Type::Text, &Target::plain("`stop`"));
                super::personal::check_reason(cx, &reason);
                reason.id
            });
            steps.push(Step::Stop(reason, place));
            Flow::Ends
        }
        StmtKind::Fail(reason) => {
            let reason = expr::expect(cx, reason, &Type::Text, &Target::plain("`fail`"));
            super::personal::check_reason(cx, &reason);
            steps.push(Step::Fail(reason.id, place));
            Flow::Ends
        }
        StmtKind::Error => Flow::Goes,
    }
}

fn bind(
    cx: &mut Cx<'_>,
    name: &ast::Name,
    ty: Option<&ast::TypeExpr>,
    value: &ast::Expr,
    clauses: &[ast::Clause],
    steps: &mut Vec<Step>,
) {
    let place = cx.at(name.span);
    if call::is_call_of_action(cx, value) {
        let called = call::check(cx, value, clauses, Some(name));
        super::names_in_scope::shadow(cx, name);
        match called {
            Some((mut call, answer)) => {
                let local = cx.scope.bind(&name.text, answer.ty.clone(), place);
                local.personal = answer.personal.clone();
                let id = local.id;
                call::bind(&mut call, id, &answer);
                steps.push(call);
            }
            None => {
                cx.scope.bind(&name.text, Type::Unknown, place);
            }
        }
        return;
    }
    if ty.is_none() && collect::is_list_of_calls(cx, value) {
        return collect::bind(cx, name, value, clauses, steps);
    }
    if let Some(clause) = clauses.first() {
        let at = cx.at(clause.span);
        cx.report(errors::rules::clause_without_call(at));
    }
    let value = match ty {
        Some(ty) => {
            let want = types::lower(cx, ty);
            let target = Target {
                what: format!("`{}`", name.text),
                declared: Some(cx.at(ty.span)),
                caption: None,
            };
            let value = expr::expect(cx, value, &want, &target);
            Typed { ty: want, ..value }
        }
        None => expr::check(cx, value, None),
    };
    if matches!(value.ty, Type::Secret) {
        cx.report(errors::data::secret_leak(value.place, "a `let`"));
    }
    super::names_in_scope::shadow(cx, name);
    cx.bindings.push(super::Binding {
        place,
        ty: value.ty.clone(),
    });
    let local = cx.scope.bind(&name.text, value.ty, place);
    local.personal = value.personal;
    local.accounts = value.accounts;
    local.divided = value.divided;
    local.share = value.share;
    local.since = value.since;
    local.wants_use = true;
    steps.push(Step::Let {
        local: local.id,
        value: value.id,
    });
}

fn choice(
    cx: &mut Cx<'_>,
    cond: &ast::Expr,
    then: &ast::Block,
    otherwise: Option<&ast::Block>,
    steps: &mut Vec<Step>,
) -> Flow {
    let cond = expr::condition(cx, cond, "`if`");
    let outer = cx.scope.known.clone();
    cx.scope.known.learn(&cond.facts.when_true);
    let (then, then_flow) = block(cx, then);
    cx.scope.known = outer.clone();
    cx.scope.known.learn(&cond.facts.when_false);
    let (otherwise, otherwise_flow) = match otherwise {
        Some(otherwise) => block(cx, otherwise),
        None => (Vec::new(), Flow::Goes),
    };
    cx.scope.known = outer;
    // Behind a block that never goes on, the other one was taken.
    if then_flow == Flow::Ends {
        cx.scope.known.learn(&cond.facts.when_false);
    }
    if otherwise_flow == Flow::Ends {
        cx.scope.known.learn(&cond.facts.when_true);
    }
    steps.push(Step::If {
        cond: cond.id,
        then,
        otherwise,
    });
    match (then_flow, otherwise_flow) {
        (Flow::Ends, Flow::Ends) => Flow::Ends,
        _ => Flow::Goes,
    }
}

fn select(
    cx: &mut Cx<'_>,
    stmt: &ast::Stmt,
    subject: &ast::Expr,
    arms: &[ast::StmtArm],
    steps: &mut Vec<Step>,
) -> Flow {
    let place = cx.at(stmt.span);
    let subject = expr::check(cx, subject, None);
    let mut patterns = Patterns::new(cx, &subject);
    let mut lowered = Vec::new();
    let mut otherwise = Vec::new();
    let mut has_else = false;
    let mut flow = Flow::Ends;
    for arm in arms {
        let null_before = patterns.has_null();
        let keys = patterns.arm(cx, &arm.patterns);
        let outer = cx.scope.known.clone();
        matches::learn(cx, &subject, &keys, null_before);
        let label = arm.patterns.first().map_or("else".to_owned(), |pattern| {
            cx.text(cx.at(pattern.span)).trim_matches('"').to_owned()
        });
        let prefix = cx.scope.step_prefix.clone();
        cx.scope.step_prefix = format!("{prefix}{label}.");
        let (body, arm_flow) = block(cx, &arm.body);
        cx.scope.step_prefix = prefix;
        cx.scope.known = outer;
        if arm_flow == Flow::Goes {
            flow = Flow::Goes;
        }
        if arm.patterns.is_empty() {
            has_else = true;
            otherwise = body;
        } else {
            lowered.push((keys, body));
        }
    }
    patterns.finish(cx, place, has_else, "`match`");
    steps.push(Step::Match {
        subject: subject.id,
        arms: lowered,
        otherwise,
    });
    if arms.is_empty() { Flow::Goes } else { flow }
}

fn each(
    cx: &mut Cx<'_>,
    (var, list): (&ast::Name, &ast::Expr),
    cond: Option<&ast::Expr>,
    parallel: Option<&ast::Expr>,
    body: &ast::Block,
    steps: &mut Vec<Step>,
) {
    const PARALLEL_MAX: u64 = 16;
    let list = expr::check(cx, list, None);
    let outer = cx.scope.known.clone();
    let depth = cx.scope.locals.len();
    let local = comprehension::element(cx, var, &list, "`for`");
    let cond = cond.map(|cond| {
        let cond = expr::condition(cx, cond, "`if`");
        cx.scope.known.learn(&cond.facts.when_true);
        cond.id
    });
    let count = parallel.and_then(|parallel| {
        let place = cx.at(parallel.span);
        let count = consts::count(cx, parallel, "`parallel`")?;
        if count > PARALLEL_MAX {
            cx.report(errors::rules::too_parallel(place, count, PARALLEL_MAX));
        }
        u32::try_from(count.min(PARALLEL_MAX)).ok()
    });
    cx.scope.loops += 1;
    let (body, _) = block(cx, body);
    cx.scope.loops -= 1;
    cx.scope.locals.truncate(depth);
    cx.scope.known = outer;
    steps.push(Step::For {
        var: local,
        list: list.id,
        cond,
        parallel: count.unwrap_or(1),
        body,
    });
}

/// Whether an expression calls something behind a dot that is an account.
pub(super) fn calls_account(cx: &mut Cx<'_>, callee: &ast::Expr) -> bool {
    match &callee.kind {
        ast::ExprKind::Field { base, .. } => calls::is_action(cx, base),
        _ => false,
    }
}

//! Rules and their steps.

use ondo_grammar::ast::{
    Block, Clause, ClauseKind, Gate, GateKind, Rule, Stmt, StmtArm, StmtKind, Trigger,
};
use ondo_grammar::ast::{Expr, ExprKind};

use super::{Page, exprs, types};

pub(super) fn rule(page: &mut Page<'_, '_>, rule: &Rule) {
    if rule.name.is_some() || rule.caption.is_some() {
        page.put("rule");
        if let Some(name) = &rule.name {
            page.blank();
            page.name(name);
        }
        page.caption(&rule.caption);
        page.gap();
        page.put(":");
        page.blank();
    }
    trigger(page, &rule.trigger);
    for gate in &rule.gates {
        page.blank();
        self::gate(page, gate);
    }
    page.word("do");
    match rule.body.stmts.as_slice() {
        [only] if page.tape.rarely(2) => step(page, only),
        _ => block(page, &rule.body, None),
    }
    if let Some(on_error) = &rule.on_error {
        page.line();
        page.put("on");
        page.blank();
        page.put("error");
        page.alias(&on_error.alias);
        page.blank();
        block(page, &on_error.block, None);
    }
}

fn trigger(page: &mut Page<'_, '_>, trigger: &Trigger) {
    match trigger {
        Trigger::Event {
            path,
            args,
            alias,
            ty,
        } => {
            page.put("on");
            page.blank();
            page.path(path);
            if !args.is_empty() {
                page.gap();
                exprs::args(page, args);
            }
            page.alias(alias);
            if let Some(ty) = ty {
                page.gap();
                page.put(":");
                page.gap();
                types::ty(page, ty);
            }
        }
        Trigger::Every(time) => {
            page.put("every");
            page.blank();
            exprs::operand(page, time);
        }
        Trigger::Cron { spec, zone } => {
            page.put("cron");
            page.blank();
            page.plain(&spec.text);
            if let Some(zone) = zone {
                page.word("in");
                page.plain(&zone.text);
            }
        }
        Trigger::Error => {}
    }
}

fn gate(page: &mut Page<'_, '_>, gate: &Gate) {
    let words = |page: &mut Page<'_, '_>, first: &str, second: &str| {
        page.put(first);
        page.blank();
        page.put(second);
        page.blank();
    };
    match &gate.kind {
        GateKind::When(cond) => {
            page.put("when");
            page.blank();
            exprs::expr(page, cond);
        }
        GateKind::OncePerEvent => {
            words(page, "once", "per");
            page.put("event");
        }
        GateKind::OncePer { key, within } => {
            words(page, "once", "per");
            match is_named_event(key) {
                true => {
                    page.put("(");
                    exprs::expr(page, key);
                    page.put(")");
                }
                false => exprs::expr(page, key),
            }
            if let Some(within) = within {
                page.word("within");
                exprs::expr(page, within);
            }
        }
        GateKind::AtMost { count, per } => {
            words(page, "at", "most");
            exprs::operand(page, count);
            page.word("per");
            exprs::expr(page, per);
        }
        GateKind::OrderedBy(key) => {
            words(page, "ordered", "by");
            exprs::expr(page, key);
        }
        GateKind::Debounce { silence, per } => {
            page.put("debounce");
            page.blank();
            // `debounce(x)` would be a call.
            match &silence.kind {
                ExprKind::Duration(text) | ExprKind::Name(text) => page.put(text),
                other => panic!("{other:?} is no silence"),
            }
            if let Some(per) = per {
                page.word("per");
                exprs::expr(page, per);
            }
        }
        GateKind::PollEvery(time) => {
            words(page, "poll", "every");
            exprs::expr(page, time);
        }
        GateKind::ValidFor(time) => {
            words(page, "valid", "for");
            exprs::expr(page, time);
        }
        GateKind::Misfire(name) => {
            page.put("misfire");
            page.blank();
            page.name(name);
        }
        GateKind::Overlap(name) => {
            page.put("overlap");
            page.blank();
            page.name(name);
        }
    }
}

/// `once per event` means something else.
fn is_named_event(key: &Expr) -> bool {
    match &key.kind {
        ExprKind::Name(name) => name == "event",
        ExprKind::Binary { left, .. } => is_named_event(left),
        ExprKind::Cast { value, .. } => is_named_event(value),
        _ => false,
    }
}

/// `{ … }`, with the value of a composite action.
pub(super) fn block(page: &mut Page<'_, '_>, block: &Block, result: Option<&Expr>) {
    page.put("{");
    page.line();
    for step in &block.stmts {
        self::step(page, step);
        page.line();
    }
    if let Some(result) = result {
        page.put("return");
        page.space();
        on_this_line(page, result);
        page.line();
    }
    page.put("}");
}

/// A value that begins on the line of its word.
fn on_this_line(page: &mut Page<'_, '_>, value: &Expr) {
    let start = page.text.len();
    exprs::expr(page, value);
    debug_assert!(!page.text[start..].starts_with('\n'));
}

fn step(page: &mut Page<'_, '_>, step: &Stmt) {
    match &step.kind {
        StmtKind::Let {
            name,
            ty,
            value,
            clauses,
        } => {
            page.put("let");
            page.blank();
            page.name(name);
            if let Some(ty) = ty {
                page.gap();
                page.put(":");
                page.gap();
                types::ty(page, ty);
            }
            page.word("=");
            exprs::expr(page, value);
            self::clauses(page, clauses);
        }
        StmtKind::Call { call, clauses } => {
            exprs::step_call(page, call);
            self::clauses(page, clauses);
        }
        StmtKind::If {
            cond,
            then,
            otherwise,
        } => {
            page.put("if");
            page.blank();
            exprs::expr(page, cond);
            page.blank();
            block(page, then, None);
            let Some(otherwise) = otherwise else { return };
            page.word("else");
            match otherwise.stmts.as_slice() {
                [
                    only @ Stmt {
                        kind: StmtKind::If { .. },
                        ..
                    },
                ] if page.tape.rarely(2) => self::step(page, only),
                _ => block(page, otherwise, None),
            }
        }
        StmtKind::Match { subject, arms } => {
            page.put("match");
            page.blank();
            exprs::expr(page, subject);
            page.blank();
            page.put("{");
            arms.iter().for_each(|arm| self::arm(page, arm));
            page.put("}");
        }
        StmtKind::For {
            var,
            list,
            cond,
            parallel,
            body,
        } => {
            page.put("for");
            page.blank();
            page.name(var);
            page.word("in");
            exprs::expr(page, list);
            if let Some(cond) = cond {
                page.word("if");
                exprs::expr(page, cond);
            }
            if let Some(parallel) = parallel {
                page.word("parallel");
                exprs::operand(page, parallel);
            }
            page.blank();
            block(page, body, None);
        }
        StmtKind::Stop(reason) => {
            page.put("stop");
            if let Some(reason) = reason {
                page.space();
                on_this_line(page, reason);
            }
        }
        StmtKind::Fail(reason) => {
            page.put("fail");
            page.blank();
            exprs::expr(page, reason);
        }
        StmtKind::Error => {}
    }
}

fn arm(page: &mut Page<'_, '_>, arm: &StmtArm) {
    page.blank();
    exprs::patterns(page, &arm.patterns);
    page.gap();
    page.put("->");
    page.gap();
    match arm.body.stmts.as_slice() {
        [only] if page.tape.rarely(2) => step(page, only),
        _ => block(page, &arm.body, None),
    }
    page.line();
}

fn clauses(page: &mut Page<'_, '_>, clauses: &[Clause]) {
    for clause in clauses {
        page.blank();
        match &clause.kind {
            ClauseKind::Timeout(time) => {
                page.put("timeout");
                page.blank();
                exprs::expr(page, time);
            }
            ClauseKind::RetryNever => {
                page.put("retry");
                page.blank();
                page.put("never");
            }
            ClauseKind::Retry {
                count,
                backoff,
                when,
            } => {
                let lone = count.is_none() && page.tape.rarely(2);
                if !lone {
                    page.put("retry");
                }
                if let Some(count) = count {
                    page.blank();
                    exprs::operand(page, count);
                }
                if let Some((least, most)) = backoff {
                    page.blank();
                    page.put("backoff");
                    page.blank();
                    exprs::operand(page, least);
                    page.gap();
                    page.put("..");
                    page.gap();
                    exprs::operand(page, most);
                }
                for (number, outcome) in when.iter().enumerate() {
                    match number {
                        0 => page.word("when"),
                        _ => page.comma(),
                    }
                    page.name(outcome);
                }
            }
            ClauseKind::Key(key) => {
                page.put("key");
                page.blank();
                exprs::expr(page, key);
            }
            ClauseKind::OnOutcome {
                outcome,
                alias,
                block,
            } => {
                page.put("on");
                page.blank();
                page.name(outcome);
                page.alias(alias);
                page.blank();
                self::block(page, block, None);
            }
        }
    }
}

//! Steps, rules and tests.

use super::exprs::{arg, patterns};
use super::{Sexp, list};
use crate::ast::{
    Block, Clause, ClauseKind, Gate, GateKind, Occurs, Reply, ReplyKind, Rule, Stmt, StmtKind,
    Test, TestStep, TestStepKind, Trigger,
};

pub(super) fn rule(rule: &Rule) -> Sexp {
    let on_error = rule.on_error.as_ref();
    list("rule")
        .maybe(rule.name.as_ref())
        .maybe(rule.caption.as_ref())
        .with(trigger(&rule.trigger))
        .all(rule.gates.iter().map(gate))
        .with(block("do", &rule.body))
        .maybe(on_error.map(|handler| {
            list("on-error")
                .tagged("as", handler.alias.as_ref())
                .with(block("do", &handler.block))
        }))
}

fn trigger(trigger: &Trigger) -> Sexp {
    match trigger {
        Trigger::Event {
            path,
            args,
            alias,
            ty,
        } => list("on")
            .with(path)
            .all(args.iter().map(arg))
            .tagged("as", alias.as_ref())
            .tagged(":", ty.as_ref()),
        Trigger::Every(time) => list("every").with(time),
        Trigger::Cron { spec, zone } => list("cron").with(spec).tagged("in", zone.as_ref()),
        Trigger::Error => "ERROR".into(),
    }
}

fn gate(gate: &Gate) -> Sexp {
    match &gate.kind {
        GateKind::When(cond) => list("when").with(cond),
        GateKind::OncePerEvent => list("once-per-event"),
        GateKind::OncePer { key, within } => {
            list("once-per").with(key).tagged("within", within.as_ref())
        }
        GateKind::AtMost { count, per } => list("at-most").with(count).with(per),
        GateKind::OrderedBy(key) => list("ordered-by").with(key),
        GateKind::Debounce { silence, per } => {
            list("debounce").with(silence).tagged("per", per.as_ref())
        }
        GateKind::PollEvery(time) => list("poll-every").with(time),
        GateKind::ValidFor(time) => list("valid-for").with(time),
        GateKind::Misfire(name) => list("misfire").with(name),
        GateKind::Overlap(name) => list("overlap").with(name),
    }
}

pub(super) fn block(word: &str, block: &Block) -> Sexp {
    list(word).all(block.stmts.iter().map(stmt))
}

fn stmt(stmt: &Stmt) -> Sexp {
    match &stmt.kind {
        StmtKind::Let {
            name,
            ty,
            value,
            clauses,
        } => list("let")
            .with(name)
            .tagged(":", ty.as_ref())
            .with(value)
            .all(clauses.iter().map(clause)),
        StmtKind::Call { call, clauses } => list("step").with(call).all(clauses.iter().map(clause)),
        StmtKind::If {
            cond,
            then,
            otherwise,
        } => list("if")
            .with(cond)
            .with(block("then", then))
            .maybe(otherwise.as_ref().map(|other| block("else", other))),
        StmtKind::Match { subject, arms } => list("match").with(subject).all(
            arms.iter()
                .map(|arm| patterns(&arm.patterns).with(block("do", &arm.body))),
        ),
        StmtKind::For {
            var,
            list: source,
            cond,
            parallel,
            body,
        } => list("for")
            .with(var)
            .with(source)
            .tagged("if", cond.as_ref())
            .tagged("parallel", parallel.as_ref())
            .with(block("do", body)),
        StmtKind::Stop(reason) => list("stop").maybe(reason.as_ref()),
        StmtKind::Fail(reason) => list("fail").with(reason),
        StmtKind::Error => "ERROR".into(),
    }
}

fn clause(clause: &Clause) -> Sexp {
    match &clause.kind {
        ClauseKind::Timeout(time) => list("timeout").with(time),
        ClauseKind::Retry {
            count,
            backoff,
            when,
        } => {
            let pauses = backoff
                .as_ref()
                .map(|(least, most)| list("backoff").with(least).with(most));
            let outcomes = (!when.is_empty()).then(|| list("when").all(when));
            list("retry")
                .maybe(count.as_ref())
                .maybe(pauses)
                .maybe(outcomes)
        }
        ClauseKind::RetryNever => list("retry-never"),
        ClauseKind::Key(key) => list("key").with(key),
        ClauseKind::OnOutcome {
            outcome,
            alias,
            block: steps,
        } => list("on")
            .with(outcome)
            .tagged("as", alias.as_ref())
            .with(block("do", steps)),
    }
}

pub(super) fn test(test: &Test) -> Sexp {
    list("test")
        .with(&test.name)
        .all(test.steps.iter().map(test_step))
}

fn test_step(step: &TestStep) -> Sexp {
    match &step.kind {
        TestStepKind::At(time) => list("at").with(time),
        TestStepKind::After(time) => list("after").with(time),
        TestStepKind::Given {
            event,
            args,
            from,
            with,
        } => list("given")
            .with(event)
            .all(args.iter().map(arg))
            .tagged("from", from.as_ref())
            .tagged("with", with.as_ref()),
        TestStepKind::Reply { action, replies } => {
            list("reply").with(action).all(replies.iter().map(reply))
        }
        TestStepKind::ExpectCall {
            action,
            args,
            occurs,
        } => {
            let call = list("expect").with(action).all(args.iter().map(arg));
            match occurs {
                Occurs::Any => call,
                Occurs::Once => call.with("once"),
                Occurs::Times(count) => call.tagged("times", Some(count)),
                Occurs::InOrder => call.with("in-order"),
            }
        }
        TestStepKind::ExpectNo(action) => list("expect-no").with(action),
        TestStepKind::ExpectRun(state) => list("expect-run").with(state),
        TestStepKind::Error => "ERROR".into(),
    }
}

fn reply(reply: &Reply) -> Sexp {
    match &reply.kind {
        ReplyKind::Outcome { name, value } => list(name).maybe(value.as_ref()),
        ReplyKind::Applied => "applied".into(),
        ReplyKind::Timeout => "timeout".into(),
        ReplyKind::Reset => "reset".into(),
        ReplyKind::Status { code, body } => list("status").with(code).maybe(body.as_ref()),
    }
}

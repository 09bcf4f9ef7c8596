//! Rules, gates, steps and what may follow a call.

use ondo_grammar::ast::{
    Block, Clause, ClauseKind, ExprKind, Gate, GateKind, Name, OnError, Rule, Stmt, StmtArm,
    StmtKind, Trigger,
};

use super::{DEPTH, NOWHERE, exprs, name, named, path, plain, types};
use crate::Tape;

pub(super) fn rule(tape: &mut Tape<'_>) -> Rule {
    Rule {
        name: tape.maybe(name),
        caption: tape.maybe(plain),
        trigger: trigger(tape),
        gates: tape.many(0, 4, gate),
        body: block(tape, DEPTH - 1),
        on_error: tape.maybe(|tape| OnError {
            alias: tape.maybe(name),
            block: block(tape, DEPTH - 2),
            span: NOWHERE,
        }),
        trigger_span: NOWHERE,
    }
}

fn trigger(tape: &mut Tape<'_>) -> Trigger {
    match tape.roll(6) {
        4 => Trigger::Every(exprs::duration(tape)),
        5 => Trigger::Cron {
            spec: plain(tape),
            zone: tape.maybe(plain),
        },
        _ => Trigger::Event {
            path: path(tape),
            args: exprs::some_args(tape),
            alias: tape.maybe(name),
            ty: tape.maybe(types::ty),
        },
    }
}

fn gate(tape: &mut Tape<'_>) -> Gate {
    let kind = match tape.roll(11) {
        0..=2 => GateKind::When(exprs::expr(tape)),
        3 => GateKind::OncePerEvent,
        4 => GateKind::OncePer {
            key: exprs::expr(tape),
            within: tape.maybe(exprs::duration),
        },
        5 => GateKind::AtMost {
            count: exprs::count(tape),
            per: exprs::duration(tape),
        },
        6 => GateKind::OrderedBy(exprs::expr(tape)),
        7 => GateKind::Debounce {
            silence: exprs::duration(tape),
            per: tape.maybe(exprs::expr),
        },
        8 => GateKind::PollEvery(exprs::duration(tape)),
        9 => GateKind::ValidFor(exprs::duration(tape)),
        _ => match tape.rarely(2) {
            true => GateKind::Misfire(named(tape.one_of(&["skip", "once", "all"]))),
            false => GateKind::Overlap(named(tape.one_of(&["skip", "queue"]))),
        },
    };
    Gate {
        span: NOWHERE,
        kind,
    }
}

pub(super) fn block(tape: &mut Tape<'_>, depth: usize) -> Block {
    Block {
        stmts: tape.many(0, 3, |tape| step(tape, depth)),
        span: NOWHERE,
    }
}

fn of(kind: StmtKind) -> Stmt {
    Stmt {
        span: NOWHERE,
        kind,
    }
}

fn step(tape: &mut Tape<'_>, depth: usize) -> Stmt {
    let kinds = if depth == 0 { 7 } else { 12 };
    let depth = depth.saturating_sub(1);
    of(match tape.roll(kinds) {
        0..=2 => StmtKind::Call {
            call: exprs::call(tape),
            clauses: clauses(tape, depth),
        },
        3 => StmtKind::Stop(tape.maybe(exprs::expr)),
        4 => StmtKind::Fail(exprs::expr(tape)),
        5 | 6 => StmtKind::Let {
            name: name(tape),
            ty: tape.maybe(types::ty),
            value: exprs::expr(tape),
            clauses: clauses(tape, depth),
        },
        7 | 8 => StmtKind::If {
            cond: exprs::expr(tape),
            then: block(tape, depth),
            otherwise: tape.maybe(|tape| block(tape, depth)),
        },
        9 => StmtKind::Match {
            subject: exprs::expr(tape),
            arms: tape.many(0, 3, |tape| StmtArm {
                span: NOWHERE,
                patterns: exprs::patterns(tape),
                body: block(tape, depth),
            }),
        },
        _ => StmtKind::For {
            var: name(tape),
            list: exprs::expr(tape),
            cond: tape.maybe(exprs::expr),
            parallel: tape.maybe(exprs::count),
            body: block(tape, depth),
        },
    })
}

fn clauses(tape: &mut Tape<'_>, depth: usize) -> Vec<Clause> {
    if !tape.rarely(3) {
        return Vec::new();
    }
    let mut clauses = tape.many(1, 3, |tape| Clause {
        span: NOWHERE,
        kind: match tape.roll(6) {
            0 => ClauseKind::Timeout(exprs::duration(tape)),
            1 => ClauseKind::RetryNever,
            2 => ClauseKind::Key(exprs::expr(tape)),
            3 | 4 => retry(tape),
            _ => ClauseKind::OnOutcome {
                outcome: outcome(tape),
                alias: tape.maybe(name),
                block: block(tape, depth),
            },
        },
    });
    // `retry 5` and `backoff 1s..2s` side by side are one clause.
    let mut retries = 0;
    clauses.retain(|clause| {
        retries += usize::from(matches!(clause.kind, ClauseKind::Retry { .. }));
        retries < 2 || !matches!(clause.kind, ClauseKind::Retry { .. })
    });
    clauses
}

/// `error` is none.
pub(super) fn outcome(tape: &mut Tape<'_>) -> Name {
    named(tape.one_of(&["rejected", "ok", "transient", "занято"]))
}

/// Says at least one thing.
fn retry(tape: &mut Tape<'_>) -> ClauseKind {
    let mut count = tape.maybe(exprs::count);
    let backoff = tape.maybe(|tape| (exprs::duration(tape), exprs::duration(tape)));
    let when = tape.many(0, 2, outcome);
    if backoff.is_none() && count.is_none() {
        count = Some(exprs::of(ExprKind::Int("5".to_owned())));
    }
    ClauseKind::Retry {
        count,
        backoff,
        when,
    }
}

//! Tests of bundles.

use ondo_grammar::ast::{ExprKind, Occurs, Reply, ReplyKind, Test, TestStep, TestStepKind};

use super::{NOWHERE, exprs, named, path, plain, rules};
use crate::Tape;

pub(super) fn test(tape: &mut Tape<'_>) -> Test {
    Test {
        name: plain(tape),
        steps: tape.many(0, 5, |tape| TestStep {
            span: NOWHERE,
            kind: line(tape),
        }),
    }
}

fn line(tape: &mut Tape<'_>) -> TestStepKind {
    match tape.roll(10) {
        0 => TestStepKind::At(plain(tape)),
        1 => TestStepKind::After(exprs::duration(tape)),
        2..=4 => TestStepKind::Given {
            event: path(tape),
            args: exprs::some_args(tape),
            from: tape.maybe(plain),
            with: tape.maybe(exprs::object),
        },
        5 | 6 => TestStepKind::Reply {
            action: path(tape),
            replies: tape.many(1, 3, |tape| Reply {
                span: NOWHERE,
                kind: reply(tape),
            }),
        },
        7 => TestStepKind::ExpectCall {
            action: path(tape),
            args: exprs::some_args(tape),
            occurs: match tape.roll(4) {
                0 => Occurs::Any,
                1 => Occurs::Once,
                2 => Occurs::InOrder,
                _ => Occurs::Times(exprs::of(ExprKind::Int("3".to_owned()))),
            },
        },
        8 => TestStepKind::ExpectNo(path(tape)),
        _ => TestStepKind::ExpectRun(named(tape.one_of(&["done", "failed", "in_doubt"]))),
    }
}

fn reply(tape: &mut Tape<'_>) -> ReplyKind {
    let value = |tape: &mut Tape<'_>| match tape.roll(3) {
        0 => exprs::object(tape),
        1 => exprs::of(ExprKind::List(tape.many(0, 2, exprs::object))),
        _ => exprs::text(tape),
    };
    match tape.roll(6) {
        3 => ReplyKind::Applied,
        4 => tape.one_of(&[ReplyKind::Timeout, ReplyKind::Reset]),
        5 => ReplyKind::Status {
            code: exprs::of(ExprKind::Int("400".to_owned())),
            body: tape.maybe(value),
        },
        _ => ReplyKind::Outcome {
            name: rules::outcome(tape),
            value: tape.maybe(value),
        },
    }
}

//! What expressions yield, written as the tree that the checker would make.

#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod casts;
mod flow;
mod numbers;
mod paths;
mod texts;
mod total;

use std::sync::Arc;

use ondo_grammar::ast::Span;

use super::{Failure, Frame, Scope, eval};
use crate::builtins;
pub(super) use crate::builtins::testing::{int, json, list, moment, money, num, text};
use crate::ir::{Expr, ExprId, Exprs, LocalId, Op, Program};
use crate::source::{FileId, Place};
use crate::types::TypeTable;
use crate::value::Value;

/// Expressions in the making.
#[derive(Default)]
pub(super) struct Build {
    pub(super) exprs: Exprs,
}

impl Build {
    /// The place is the expression's number, to see in failures which one it was.
    pub(super) fn add(&mut self, expr: Expr) -> ExprId {
        let at = self.exprs.nodes.len() as u32;
        let span = Span { start: at, end: at };
        self.exprs.add(
            expr,
            Place {
                file: FileId(0),
                span,
            },
        )
    }

    pub(super) fn value(&mut self, value: Value) -> ExprId {
        self.add(Expr::Const(value))
    }

    pub(super) fn text(&mut self, value: &str) -> ExprId {
        self.value(text(value))
    }

    pub(super) fn int(&mut self, value: i64) -> ExprId {
        self.value(int(value))
    }

    pub(super) fn binary(&mut self, op: Op, left: ExprId, right: ExprId) -> ExprId {
        self.add(Expr::Binary { op, left, right })
    }

    /// `fail "why"`
    pub(super) fn fail(&mut self) -> ExprId {
        let why = self.text("why");
        self.add(Expr::Fail(why))
    }

    pub(super) fn local(&mut self, local: u32) -> ExprId {
        self.add(Expr::Local(LocalId(local)))
    }

    pub(super) fn builtin(&mut self, name: &str, args: &[ExprId]) -> ExprId {
        let args = args.iter().copied().map(Some).collect();
        self.add(Expr::Builtin {
            builtin: builtins::find(name).unwrap(),
            args,
        })
    }
}

/// What the expression yields without a bundle.
pub(super) fn run(build: impl FnOnce(&mut Build) -> ExprId) -> Result<Value, Failure> {
    let mut expressions = Build::default();
    let id = build(&mut expressions);
    let program = program(expressions.exprs);
    run_in(&program, &[], id)
}

/// What the expression yields in a connector's definition.
pub(super) fn run_in_connector(build: impl FnOnce(&mut Build) -> ExprId) -> Result<Value, Failure> {
    let mut expressions = Build::default();
    let id = build(&mut expressions);
    let scope = Scope {
        exprs: &expressions.exprs,
        program: None,
        inputs: &[],
        slots: &[],
        read_set: None,
        now: jiff::Timestamp::UNIX_EPOCH,
        step_time: jiff::Timestamp::UNIX_EPOCH,
        zone: "UTC",
    };
    eval(&scope, &mut Frame::new(0), id)
}

pub(super) fn run_in(program: &Program, slots: &[Value], id: ExprId) -> Result<Value, Failure> {
    let inputs = [("token".into(), text("t-1"))];
    let scope = Scope {
        exprs: &program.exprs,
        program: Some(program),
        inputs: &inputs,
        slots,
        read_set: None,
        now: "2026-11-21T07:00:00Z".parse().unwrap(),
        step_time: "2026-11-21T07:05:00Z".parse().unwrap(),
        zone: "Europe/Moscow",
    };
    eval(&scope, &mut Frame::new(4), id)
}

/// A bundle that has nothing but expressions.
pub(super) fn program(exprs: Exprs) -> Program {
    Program {
        bundle: "test".into(),
        version: None,
        timezone: "Europe/Moscow".into(),
        currency: None,
        accounts: Vec::new(),
        functions: Vec::new(),
        tables: Vec::new(),
        rules: Vec::new(),
        tests: Vec::new(),
        exprs,
        types: TypeTable::default(),
        catalog: Arc::default(),
        sources: crate::source::Sources::default(),
    }
}

/// The code of the failure.
pub(super) fn code(result: Result<Value, Failure>) -> &'static str {
    result.unwrap_err().code
}

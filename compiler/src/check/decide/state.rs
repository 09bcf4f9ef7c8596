//! What the conditions so far have left, while a rule is gone through.

use super::keys::Reader;
use super::suppose::{Case, suppose};
use crate::ir::{Expr, ExprId};
use crate::value::Value;

/// What is known at a place.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// By all conditions so far.
    pub(super) all: Vec<Case>,
    /// By those that were written to hold here: not by `else`, and not because a block before ended the run. Repeating
    /// one of the latter is a matter of style.
    pub(super) asserted: Vec<Case>,
    /// The conditions, each with how it came out.
    pub(super) terms: Vec<(ExprId, bool)>,
}

impl State {
    /// Where nothing was asked yet.
    pub(super) fn new() -> Self {
        Self {
            all: vec![Case::default()],
            asserted: vec![Case::default()],
            terms: Vec::new(),
        }
    }

    /// Something before was reported already.
    pub(super) fn is_dead(&self) -> bool {
        self.all.is_empty()
    }

    /// Goes on where a condition came out so.
    pub(super) fn learn(
        &mut self,
        reader: &Reader<'_, '_>,
        cond: ExprId,
        truth: bool,
        asserted: bool,
    ) {
        self.all = suppose(reader, &self.all, cond, truth);
        if asserted {
            self.asserted = suppose(reader, &self.asserted, cond, truth);
        }
        terms(reader, cond, truth, &mut self.terms);
    }

    /// A subject of `match` that is, or is not, one of these values.
    pub(super) fn match_on(
        &mut self,
        reader: &Reader<'_, '_>,
        subject: ExprId,
        values: &[Value],
        truth: bool,
    ) {
        let Some(key) = reader.key(subject) else {
            return;
        };
        let restrict = |cases: &[Case]| {
            cases
                .iter()
                .filter_map(|case| case.matched(reader, (subject, key.clone()), values, truth))
                .collect()
        };
        self.all = restrict(&self.all);
        if truth {
            self.asserted = restrict(&self.asserted);
        }
    }
}

/// The single conditions behind `and`, or behind a false `or`.
fn terms(reader: &Reader<'_, '_>, cond: ExprId, truth: bool, found: &mut Vec<(ExprId, bool)>) {
    match (reader.expr(cond), truth) {
        (Expr::Not(inner), _) => terms(reader, *inner, !truth, found),
        (Expr::And(left, right), true) | (Expr::Or(left, right), false) => {
            terms(reader, *left, truth, found);
            terms(reader, *right, truth, found);
        }
        _ => found.push((cond, truth)),
    }
}

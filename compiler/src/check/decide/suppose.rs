//! What is left when a condition is supposed to be true, or false.
//!
//! A condition with `or` splits what is possible into several cases. Their number is bounded; beyond it the condition
//! counts as not understood, which leaves everything possible.

use std::collections::BTreeMap;

use super::domain::Domain;
use super::keys::{Key, Reader};
use crate::ir::{Expr, ExprId, Op};
use crate::value::Value;

/// More cases than this are not looked at one by one.
const CASES_MAX: usize = 32;

/// The left one comes first.
const LESS: u8 = 1;
const EQUAL: u8 = 2;
const GREATER: u8 = 4;

/// One way in which everything so far can be as it is.
#[derive(Debug, Clone, Default)]
pub(in crate::check) struct Case {
    /// What is left to each field that a condition speaks of.
    pub(in crate::check) fields: BTreeMap<Key, Domain>,
    /// How two fields can compare with each other.
    pairs: BTreeMap<(Key, Key), u8>,
    /// Something else must hold too, which is not understood, or which only this rule can see.
    pub(in crate::check) unclear: bool,
}

impl Case {
    fn unclear(&self) -> Case {
        Case {
            unclear: true,
            ..self.clone()
        }
    }

    /// The case with less left to a field. None: nothing would be left.
    fn with(
        &self,
        reader: &Reader<'_, '_>,
        (id, key): (ExprId, Key),
        restrict: impl FnOnce(&mut Domain),
    ) -> Option<Case> {
        let mut case = self.clone();
        let domain = case.fields.entry(key).or_insert_with(|| reader.by_type(id));
        restrict(domain);
        (!domain.is_empty()).then_some(case)
    }

    /// The case for an arm of `match`: the subject is, or is not, one of these values. None: it cannot be.
    pub(super) fn matched(
        &self,
        reader: &Reader<'_, '_>,
        subject: (ExprId, Key),
        values: &[Value],
        truth: bool,
    ) -> Option<Case> {
        let mut case = self.with(reader, subject.clone(), |domain| {
            if truth {
                domain.keep(values);
            } else {
                domain.drop(values);
            }
        })?;
        case.unclear |= !subject.1.of_event;
        Some(case)
    }

    fn with_pair(&self, (left, right): (Key, Key), allowed: u8) -> Option<Case> {
        let mut case = self.clone();
        case.unclear = true;
        let (pair, allowed) = if left <= right {
            ((left, right), allowed)
        } else {
            ((right, left), swapped(allowed))
        };
        let known = if pair.0 == pair.1 {
            EQUAL
        } else {
            LESS | EQUAL | GREATER
        };
        let left = case.pairs.entry(pair).or_insert(known);
        *left &= allowed;
        (*left != 0).then_some(case)
    }

    /// What of it another rule would see in the same way.
    pub(in crate::check) fn of_event(&self) -> Case {
        let fields = self.fields.iter().filter(|(key, _)| key.of_event);
        Case {
            fields: fields
                .map(|(key, domain)| (key.clone(), domain.clone()))
                .collect(),
            ..Case::default()
        }
    }

    /// Both cases at once. None: they exclude each other.
    pub(in crate::check) fn meet(&self, other: &Case) -> Option<Case> {
        // Most cases that are compared exclude each other: that is found out before anything is copied.
        let mut fields = Vec::with_capacity(other.fields.len());
        for (key, domain) in &other.fields {
            let mut left = self.fields.get(key).cloned().unwrap_or_else(Domain::any);
            left.meet(domain);
            if left.is_empty() {
                return None;
            }
            fields.push((key.clone(), left));
        }
        let mut case = self.clone();
        case.unclear |= other.unclear;
        case.fields.extend(fields);
        Some(case)
    }
}

fn swapped(allowed: u8) -> u8 {
    let less = if allowed & GREATER != 0 { LESS } else { 0 };
    let greater = if allowed & LESS != 0 { GREATER } else { 0 };
    less | allowed & EQUAL | greater
}

/// The cases that are left when a condition comes out so.
pub(in crate::check) fn suppose(
    reader: &Reader<'_, '_>,
    cases: &[Case],
    cond: ExprId,
    truth: bool,
) -> Vec<Case> {
    let left: Vec<Case> = cases
        .iter()
        .flat_map(|case| one(reader, case, cond, truth))
        .collect();
    if left.len() > CASES_MAX {
        return cases.iter().map(Case::unclear).collect();
    }
    left
}

fn one(reader: &Reader<'_, '_>, case: &Case, cond: ExprId, truth: bool) -> Vec<Case> {
    let here = std::slice::from_ref(case);
    let both = |left: ExprId, left_truth: bool, right: ExprId, right_truth: bool| {
        let cases = suppose(reader, here, left, left_truth);
        suppose(reader, &cases, right, right_truth)
    };
    let cases = match (reader.expr(cond), truth) {
        (Expr::Not(inner), _) => suppose(reader, here, *inner, !truth),
        (Expr::And(left, right), true) => both(*left, true, *right, true),
        (Expr::Or(left, right), false) => both(*left, false, *right, false),
        (Expr::And(left, right), false) => {
            let mut cases = suppose(reader, here, *left, false);
            cases.append(&mut both(*left, true, *right, false));
            cases
        }
        (Expr::Or(left, right), true) => {
            let mut cases = suppose(reader, here, *left, true);
            cases.append(&mut both(*left, false, *right, true));
            cases
        }
        (Expr::If(cond, then, otherwise), _) => {
            let mut cases = both(*cond, true, *then, truth);
            cases.append(&mut both(*cond, false, *otherwise, truth));
            cases
        }
        (Expr::Binary { op, left, right }, _) => {
            let op = if truth { *op } else { opposite(*op) };
            compared(reader, case, op, *left, *right)
        }
        (Expr::In(item, list), _) => inside(reader, case, *item, *list, truth),
        _ => flag(reader, case, cond, truth),
    };
    if cases.len() > CASES_MAX {
        return vec![case.unclear()];
    }
    cases
}

fn opposite(op: Op) -> Op {
    match op {
        Op::Eq => Op::Ne,
        Op::Ne => Op::Eq,
        Op::Lt => Op::Ge,
        Op::Ge => Op::Lt,
        Op::Gt => Op::Le,
        Op::Le => Op::Gt,
        other => other,
    }
}

/// `5 < x` is `x > 5`.
fn mirrored(op: Op) -> Op {
    match op {
        Op::Lt => Op::Gt,
        Op::Gt => Op::Lt,
        Op::Le => Op::Ge,
        Op::Ge => Op::Le,
        other => other,
    }
}

fn compared(
    reader: &Reader<'_, '_>,
    case: &Case,
    op: Op,
    left: ExprId,
    right: ExprId,
) -> Vec<Case> {
    let keys = (reader.key(left), reader.key(right));
    let (field, op, value) = match keys {
        (Some(left), Some(right)) => {
            let allowed = match op {
                Op::Eq => EQUAL,
                Op::Ne => LESS | GREATER,
                Op::Lt => LESS,
                Op::Le => LESS | EQUAL,
                Op::Gt => GREATER,
                Op::Ge => GREATER | EQUAL,
                _ => return vec![case.unclear()],
            };
            return case.with_pair((left, right), allowed).into_iter().collect();
        }
        (Some(key), None) => ((left, key), op, reader.literal(right)),
        (None, Some(key)) => ((right, key), mirrored(op), reader.literal(left)),
        (None, None) => return vec![case.unclear()],
    };
    let Some(value) = value else {
        return vec![case.unclear()];
    };
    // That something is there is no choice between two rules, wherever it comes from.
    let unclear = !field.1.of_event && !value.is_null();
    let left = case.with(reader, field, |domain| match op {
        Op::Eq => domain.keep(&[value]),
        Op::Ne => domain.drop(&[value]),
        op => domain.order(op, &value),
    });
    marked(left, unclear)
}

fn inside(
    reader: &Reader<'_, '_>,
    case: &Case,
    item: ExprId,
    list: ExprId,
    truth: bool,
) -> Vec<Case> {
    let (Some(key), Some(Value::List(values))) = (reader.key(item), reader.literal(list)) else {
        return vec![case.unclear()];
    };
    let left = case.matched(reader, (item, key), &values, truth);
    left.into_iter().collect()
}

/// Anything else that is true or false: a field, a call, `matches`.
fn flag(reader: &Reader<'_, '_>, case: &Case, cond: ExprId, truth: bool) -> Vec<Case> {
    let Some(key) = reader.key(cond) else {
        return vec![case.unclear()];
    };
    let unclear = !key.of_event;
    let left = case.with(reader, (cond, key), |domain| {
        domain.keep(&[Value::Bool(truth)]);
    });
    marked(left, unclear)
}

fn marked(case: Option<Case>, unclear: bool) -> Vec<Case> {
    let mark = |case: Case| Case {
        unclear: case.unclear || unclear,
        ..case
    };
    case.map(mark).into_iter().collect()
}

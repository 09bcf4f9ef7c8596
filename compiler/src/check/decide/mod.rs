//! What conditions say about each other: which can never hold, and which always do.
//!
//! Types say nothing against `status == "new" and status == "paid"`. Here every field has the set of values that the
//! conditions so far leave to it; a condition that leaves none can never hold. Whatever is not understood leaves
//! everything possible, so that a finding is always true.
//!
//! Two more checks ask the same questions across rules: [`super::overlaps`] and [`super::event_loops`].

mod domain;
mod keys;
mod state;
mod suppose;
mod walk;

pub(super) use domain::Domain;
pub(super) use keys::{Key, Reader};
pub(super) use suppose::Case;
pub(super) use walk::CallAt;

use std::collections::HashMap;

use super::cx::Cx;
use crate::diagnostic::Severity;
use crate::ir::{ExprId, LocalId, Rule};

/// What is known of a rule by its conditions.
#[derive(Debug)]
pub(super) struct RuleFacts<'r> {
    pub(super) rule: &'r Rule,
    /// What `when` leaves possible: one of these cases.
    pub(super) when: Vec<Case>,
    /// Every call, with what holds where it stands.
    pub(super) calls: Vec<CallAt<'r>>,
    /// What its `let`s stand for.
    names: HashMap<LocalId, ExprId>,
}

impl RuleFacts<'_> {
    /// Reads the rule's expressions.
    pub(super) fn reader<'c, 'a>(&'c self, cx: &'c Cx<'a>) -> Reader<'c, 'a> {
        Reader {
            names: self.names.clone(),
            ..Reader::new(cx, &self.rule.read_set.paths)
        }
    }
}

/// Reads the conditions of all rules and functions, and reports those that are never or always true. A bundle with
/// errors is not asked: its conditions may not be what they seem.
pub(super) fn check<'r>(cx: &mut Cx<'_>, rules: &'r [Rule]) -> Vec<RuleFacts<'r>> {
    let syntax = &cx.trees.syntax_errors;
    let mut findings = cx.diagnostics.iter().chain(syntax);
    if findings.any(|finding| finding.severity == Severity::Error) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut facts = Vec::new();
    for rule in rules {
        facts.push(walk::rule(cx, rule, &mut found));
    }
    for function in &cx.functions {
        if let Some(body) = function.body() {
            walk::function(cx, body, &mut found);
        }
    }
    cx.diagnostics.append(&mut found);
    facts
}

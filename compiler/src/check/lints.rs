//! What is allowed but deserves a look, and the order of all findings.

use std::collections::HashSet;

use ondo_grammar::ast::ItemKind;

use super::cx::Cx;
use super::decide::RuleFacts;
use super::event_loops;
use super::trees::Trees;
use crate::diagnostic::{Diagnostic, Severity};
use crate::errors;

/// Declarations that nothing speaks of. Libraries are for others and not asked; neither is a bundle with errors, whose
/// broken rules may be the ones that speak of them.
pub(super) fn unused(cx: &mut Cx<'_>) {
    let syntax = &cx.trees.syntax_errors;
    let mut findings = cx.diagnostics.iter().chain(syntax);
    if findings.any(|finding| finding.severity == Severity::Error) {
        return;
    }
    let libraries: HashSet<_> = cx
        .trees
        .files
        .iter()
        .filter(|tree| tree.library)
        .map(|tree| tree.id)
        .collect();
    let mut findings: Vec<Diagnostic> = cx
        .names
        .decls
        .iter()
        .filter(|(_, decl)| !decl.used && !libraries.contains(&decl.place.file))
        .map(|(full, decl)| errors::lints::unused(decl.place, decl.kind.word(), full))
        .collect();
    // Constants and accounts of a bundle without a single rule are the beginning of one.
    let has_rules = cx.trees.files.iter().any(|tree| {
        let items = &tree.file.items;
        items
            .iter()
            .any(|item| matches!(item.kind, ItemKind::Rule(_)))
    });
    if has_rules {
        cx.diagnostics.append(&mut findings);
    }
}

/// `allow personal -> …` for a system that no rule calls: a consent that nobody needs.
pub(super) fn unused_allows(cx: &Cx<'_>, facts: &[RuleFacts<'_>]) -> Vec<Diagnostic> {
    let targets = cx.personal_targets.iter().flatten();
    let unused = targets.filter(|(target, _)| {
        let mut calls = facts.iter().flat_map(|rule| &rule.calls);
        !calls.any(|at| {
            let by_account = event_loops::accounts(cx, at.call.account)
                .iter()
                .any(|id| *cx.accounts[id.0 as usize].name == **target);
            *at.call.connector == **target || by_account
        })
    });
    // A bundle without rules is the beginning of one.
    let unused = unused.filter(|_| !facts.is_empty());
    unused
        .map(|(target, place)| errors::lints::unused_consent(*place, target))
        .collect()
}

/// Values that no later step reads.
pub(super) fn unused_locals(cx: &mut Cx<'_>, depth: usize) {
    let findings: Vec<Diagnostic> = cx.scope.locals[depth..]
        .iter()
        .filter(|local| local.wants_use && !local.used && !local.name.starts_with('_'))
        .map(|local| errors::lints::unused(local.place, "value", &local.name))
        .collect();
    cx.diagnostics.extend(findings);
}

/// The findings in the order of the text, each once, without the warnings that a comment allows.
pub(super) fn in_order(mut findings: Vec<Diagnostic>, trees: &Trees) -> Vec<Diagnostic> {
    // Errors come before warnings at one place.
    let order = |finding: &Diagnostic| {
        let place = finding.labels.first().map(|label| label.place);
        (place, finding.severity)
    };
    findings.sort_by_key(order);
    findings.dedup();
    findings = super::silence::apply(findings, trees);
    findings.sort_by_key(order);
    findings
}

//! What is allowed but deserves a look, the comments that silence it, and the order of all findings.

use std::collections::HashSet;

use ondo_grammar::ast::ItemKind;

use super::cx::Cx;
use super::trees::{Tree, Trees};
use crate::diagnostic::{Diagnostic, Severity};
use crate::errors;
use crate::source::Place;

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
    let allowed: Vec<Allowed> = trees
        .files
        .iter()
        .flat_map(|tree| allowed(tree, trees))
        .collect();
    findings.retain(|finding| {
        finding.severity == Severity::Error || !is_allowed(finding, &allowed, trees)
    });
    // Errors come before warnings at one place.
    findings.sort_by_key(|finding| {
        let place = finding.labels.first().map(|label| label.place);
        (place, finding.severity)
    });
    findings.dedup();
    findings
}

/// `// ondo: allow CODE because REASON`
struct Allowed {
    file: crate::source::FileId,
    line: usize,
    code: String,
}

fn allowed(tree: &Tree, trees: &Trees) -> Vec<Allowed> {
    let text = &trees.sources.get(tree.id).text;
    let mut allowed = Vec::new();
    for comment in &tree.comments {
        let words = comment.span.text(text).trim_start_matches('/').trim();
        let Some(rest) = words.strip_prefix("ondo:").map(str::trim) else {
            continue;
        };
        let Some((code, reason)) = rest
            .strip_prefix("allow ")
            .and_then(|rest| rest.split_once(" because "))
        else {
            continue;
        };
        if reason.trim().is_empty() {
            continue;
        }
        let place = Place {
            file: tree.id,
            span: comment.span,
        };
        allowed.push(Allowed {
            file: tree.id,
            line: trees.sources.line_col(place).0,
            code: code.trim().to_owned(),
        });
    }
    allowed
}

/// The comment stands on the line before, or at the end of the same line.
fn is_allowed(finding: &Diagnostic, allowed: &[Allowed], trees: &Trees) -> bool {
    let Some(label) = finding.labels.first() else {
        return false;
    };
    let line = trees.sources.line_col(label.place).0;
    allowed.iter().any(|allowed| {
        allowed.file == label.place.file
            && allowed.code == finding.code
            && (allowed.line == line || allowed.line + 1 == line)
    })
}

//! Comments that silence a warning, each with its reason:
//!
//! ```text
//! // ondo: allow overlapping-rules because a large order brings both bonuses
//! ```
//!
//! At the end of a line it stands for this line, on a line of its own for the next one, and above a rule or another
//! declaration for the whole of it. What silences nothing is reported, so that no comment outlives its cause. Errors
//! cannot be silenced: a bundle with one does not run.

use super::trees::{Tree, Trees};
use crate::diagnostic::{Diagnostic, Severity};
use crate::errors;
use crate::source::{FileId, Place};

/// `// ondo: allow CODE because REASON`
struct Allowed {
    /// The code in the comment.
    place: Place,
    code: String,
    file: FileId,
    /// The lines it stands for, both included.
    lines: (usize, usize),
    used: bool,
}

/// The findings without the warnings that a comment allows, and with what is wrong with such comments.
pub(super) fn apply(findings: Vec<Diagnostic>, trees: &Trees) -> Vec<Diagnostic> {
    let mut broken = Vec::new();
    let mut allowed: Vec<Allowed> = Vec::new();
    for (at, tree) in trees.files.iter().enumerate() {
        // A file used under two names is read twice.
        let same =
            |other: &Tree| trees.sources.get(other.id).path == trees.sources.get(tree.id).path;
        if !trees.files[..at].iter().any(same) {
            of_file(tree, trees, &mut allowed, &mut broken);
        }
    }
    let has_errors = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    let mut left: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        match covering(&finding, &mut allowed, trees) {
            Some(allowed) if finding.severity == Severity::Warning => allowed.used = true,
            Some(allowed) => {
                allowed.used = true;
                broken.push(errors::silence::error(
                    allowed.place,
                    &allowed.code,
                    finding.labels[0].place,
                ));
                left.push(finding);
            }
            None => left.push(finding),
        }
    }
    left.append(&mut broken);
    // Next to an error not everything is looked for.
    if !has_errors {
        let unused = allowed.iter().filter(|allowed| !allowed.used);
        left.extend(unused.map(|allowed| errors::silence::unused(allowed.place, &allowed.code)));
    }
    left
}

/// The comment that speaks of a finding, the nearest one if there are several.
fn covering<'l>(
    finding: &Diagnostic,
    allowed: &'l mut [Allowed],
    trees: &Trees,
) -> Option<&'l mut Allowed> {
    let place = finding.labels.first()?.place;
    let line = trees.sources.line_col(place).0;
    allowed
        .iter_mut()
        .filter(|allowed| {
            allowed.file == place.file
                && allowed.code == finding.code
                && (allowed.lines.0..=allowed.lines.1).contains(&line)
        })
        .min_by_key(|allowed| allowed.lines.1 - allowed.lines.0)
}

fn of_file(tree: &Tree, trees: &Trees, allowed: &mut Vec<Allowed>, broken: &mut Vec<Diagnostic>) {
    let text = &trees.sources.get(tree.id).text;
    for comment in &tree.comments {
        let words = comment.span.text(text);
        let inner = words.trim_start_matches('/').trim_start();
        let Some(rest) = inner.strip_prefix("ondo:") else {
            continue;
        };
        let place = Place {
            file: tree.id,
            span: comment.span,
        };
        let codes = match codes(rest) {
            Ok(codes) => codes,
            Err(wrong) => {
                broken.push(match wrong {
                    Wrong::Reason(code) => errors::silence::without_reason(place, code),
                    Wrong::Form => errors::silence::form(place),
                });
                continue;
            }
        };
        let lines = lines(tree, trees, place);
        for code in codes {
            // Where the code stands in the comment.
            let offset = words.find(code).unwrap_or_default() as u32;
            let mut at = place;
            at.span.start += offset;
            at.span.end = at.span.start + code.len() as u32;
            if errors::find(code).is_none() {
                broken.push(errors::silence::unknown_code(at, code));
                continue;
            }
            allowed.push(Allowed {
                place: at,
                code: code.to_owned(),
                file: tree.id,
                lines,
                used: false,
            });
        }
    }
}

enum Wrong<'t> {
    /// Nothing says why, for this code.
    Reason(&'t str),
    /// Something else than `allow CODE because REASON`.
    Form,
}

/// The codes of `allow CODE, CODE because REASON`.
fn codes(rest: &str) -> Result<Vec<&str>, Wrong<'_>> {
    let rest = rest.trim();
    let Some(rest) = rest
        .strip_prefix("allow")
        .filter(|rest| rest.starts_with(' '))
    else {
        return Err(Wrong::Form);
    };
    let (codes, reason) = match rest.split_once(" because") {
        Some((codes, reason)) => (codes, reason.trim()),
        None => (rest, ""),
    };
    let codes: Vec<&str> = codes.split(',').map(str::trim).collect();
    let is_code = |code: &&str| {
        !code.is_empty()
            && code
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    // A reason without `because` reads like a long code.
    if let Some(strange) = codes.iter().find(|code| !is_code(code)) {
        let first = strange.split_whitespace().next().unwrap_or_default();
        return match errors::find(first) {
            Some(_) => Err(Wrong::Reason(first)),
            None => Err(Wrong::Form),
        };
    }
    if reason.is_empty() {
        return Err(Wrong::Reason(codes[0]));
    }
    Ok(codes)
}

/// The lines that a comment stands for.
fn lines(tree: &Tree, trees: &Trees, comment: Place) -> (usize, usize) {
    let text = &trees.sources.get(tree.id).text;
    let line = trees.sources.line_col(comment).0;
    let start = comment.span.start as usize;
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    if !before[line_start..].trim().is_empty() {
        return (line, line);
    }
    // Several comments may stand above one line.
    let mut below = text.lines().skip(line);
    let comments = below
        .by_ref()
        .take_while(|line| line.trim_start().starts_with("//"))
        .count();
    let next = line + comments + 1;
    let at = |offset: u32| {
        let mut place = comment;
        place.span.start = offset;
        trees.sources.line_col(place).0
    };
    let item = tree
        .file
        .items
        .iter()
        .find(|item| at(item.span.start) == next);
    match item {
        Some(item) => (next, at(item.span.end).max(next)),
        None => (next, next),
    }
}

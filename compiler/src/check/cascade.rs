//! One cause, one report: drops findings that only follow from others.
//!
//! `let bonus == 5` is a slip of form, and the steps below it then find no `bonus`. The second report would be noise.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Place, Sources};

/// Names that may stand in a piece that could not be read.
const OF_NAMES: [&str; 4] = [
    "unknown-name",
    "unknown-function",
    "unknown-connector",
    "unknown-type",
];

/// Drops what follows from the mistakes of form, and lints about unused things next to any error: the place of their use
/// may be what is broken.
pub(super) fn without_followers(
    findings: Vec<Diagnostic>,
    syntax_errors: &[Diagnostic],
    sources: &Sources,
) -> Vec<Diagnostic> {
    let broken = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    findings
        .into_iter()
        .filter(|finding| !(broken && finding.code == "unused"))
        .filter(|finding| {
            !syntax_errors
                .iter()
                .any(|error| follows(finding, error, sources))
        })
        .collect()
}

fn follows(finding: &Diagnostic, error: &Diagnostic, sources: &Sources) -> bool {
    if finding == error {
        return false;
    }
    let (at, slip) = (finding.labels[0].place, error.labels[0].place);
    if at.file != slip.file {
        return false;
    }
    if error.code == "chained-comparison" {
        return finding.code == "compare-types" && encloses(finding, slip);
    }
    if finding.code == "not-exhaustive" {
        // The row or arm that could not be read may be the one that is missing.
        return encloses(finding, slip) || stands_in_table(slip, at, sources);
    }
    OF_NAMES.contains(&finding.code) && stands_on_line_of(slip, at, sources)
}

/// Whether a slip stands among the rows of the table whose name is at a place.
fn stands_in_table(slip: Place, at: Place, sources: &Sources) -> bool {
    let text = &sources.get(at.file).text;
    let is_table = text
        .get(..at.span.start as usize)
        .is_some_and(|before| before.trim_end().ends_with("table"));
    let between = text.get(at.span.end as usize..slip.span.start as usize);
    is_table && between.is_some_and(|between| !between.contains('}'))
}

fn encloses(finding: &Diagnostic, slip: Place) -> bool {
    let starts = finding.labels.iter().map(|label| label.place.span.start);
    let ends = finding.labels.iter().map(|label| label.place.span.end);
    starts.min() <= Some(slip.span.start) && ends.max() >= Some(slip.span.end)
}

/// Whether the name at a place stands elsewhere on the line of a slip, as in `let bonus == 5`.
fn stands_on_line_of(slip: Place, at: Place, sources: &Sources) -> bool {
    let text = &sources.get(at.file).text;
    let name = at.span.text(text);
    let line_of = |at: usize| {
        let before = text.get(..at).and_then(|before| before.rfind('\n'));
        before.map_or(0, |newline| newline + 1)
    };
    let slip_line = line_of(slip.span.start as usize);
    // `let bonus =`, and its value on the next line.
    let above = text.get(..slip_line).unwrap_or_default().trim_end();
    let start = match above.ends_with('=') {
        true => line_of(above.len()),
        false => slip_line,
    };
    let end = text
        .get(slip_line..)
        .and_then(|rest| rest.lines().next())
        .map_or(slip_line, |line| slip_line + line.len());
    let line = text.get(start..end);
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.is_some_and(|line| {
        line.match_indices(name).any(|(offset, _)| {
            let before = line[..offset].chars().next_back();
            let after = line[offset + name.len()..].chars().next();
            start + offset != at.span.start as usize
                && !before.is_some_and(part_of_name)
                && !after.is_some_and(part_of_name)
        })
    })
}

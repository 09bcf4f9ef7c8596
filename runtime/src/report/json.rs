//! Findings as JSON, for programs. The schema is in `docs/json.md`.

use ondo_compiler::diagnostic::{Diagnostic, Severity};
use ondo_compiler::source::{Place, Sources};
use serde_json::{Value, json};

use super::in_order;
use super::source_text::SourceText;

/// A list of findings in the order of the text. Lines and columns count from 1, columns in characters.
pub fn json(findings: &[Diagnostic], sources: &Sources) -> Vec<Value> {
    in_order(findings, sources)
        .into_iter()
        .map(|finding| {
            let labels: Vec<Value> = finding
                .labels
                .iter()
                .map(|label| {
                    let mut shown = place(label.place, sources);
                    shown["text"] = label.text.clone().into();
                    shown
                })
                .collect();
            json!({
                "code": finding.code,
                "severity": match finding.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                "message": finding.message,
                "labels": labels,
                "help": finding.help,
                "fix": finding.fix.as_ref().map(|fix| {
                    let mut shown = place(fix.place, sources);
                    shown["text"] = fix.text.clone().into();
                    shown
                }),
            })
        })
        .collect()
}

fn place(place: Place, sources: &Sources) -> Value {
    let file = sources.get(place.file);
    let text = SourceText::new(file);
    let span = text.clamp(place.span);
    let (line, column) = text.line_col(span.offset());
    let (end_line, end_column) = text.line_col(span.offset() + span.len());
    json!({
        "path": file.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "start": place.span.start,
        "end": place.span.end,
    })
}

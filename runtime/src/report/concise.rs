//! One line for each finding: `path:line:col: error[code]: message`, as compilers print it and editors read it.

use std::fmt::Write;

use ondo_compiler::diagnostic::{Diagnostic, Severity};
use ondo_compiler::source::Sources;

use super::in_order;
use super::source_text::SourceText;

/// Renders findings in the order of the text, one line each.
pub fn concise(findings: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for finding in in_order(findings, sources) {
        if let Some(label) = finding.labels.first() {
            let file = sources.get(label.place.file);
            let text = SourceText::new(file);
            let (line, column) = text.line_col(text.clamp(label.place.span).offset());
            let _ = write!(out, "{}:{line}:{column}: ", file.path);
        }
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = writeln!(out, "{word}[{}]: {}", finding.code, finding.message);
    }
    out
}

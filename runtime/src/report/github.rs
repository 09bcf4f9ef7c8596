//! Findings as workflow commands of GitHub: it shows them beside the lines of a pull request.
//!
//! ```text
//! ::error file=bundles/cafe/orders.ondo,line=5,col=12,title=type-mismatch::`amount` takes money, …
//! ```

use std::fmt::Write;

use ondo_compiler::diagnostic::{Diagnostic, Severity};
use ondo_compiler::source::Sources;

use super::in_order;
use super::source_text::SourceText;

/// Renders findings in the order of the text, one command each.
pub fn github(findings: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for finding in in_order(findings, sources) {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = write!(out, "::{word} ");
        if let Some(label) = finding.labels.first() {
            let file = sources.get(label.place.file);
            let text = SourceText::new(file);
            let span = text.clamp(label.place.span);
            let (line, column) = text.line_col(span.offset());
            let (end_line, end_column) = text.line_col(span.offset() + span.len());
            let _ = write!(out, "file={},line={line},", property(&file.path));
            // GitHub takes columns only where they are of one line.
            if end_line == line {
                let _ = write!(out, "col={column},endColumn={end_column},");
            } else {
                let _ = write!(out, "endLine={end_line},");
            }
        }
        let mut message = finding.message.clone();
        if let Some(help) = &finding.help {
            message.push_str("\nhelp: ");
            message.push_str(help);
        }
        let _ = writeln!(out, "title={}::{}", property(finding.code), data(&message));
    }
    out
}

/// The text of a command, on one line.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property, which ends at a comma.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

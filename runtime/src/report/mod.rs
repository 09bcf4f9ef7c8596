//! Renders findings for people and for programs: the full form with the source text, one line each, JSON, GitHub's
//! workflow commands or SARIF.
//!
//! ```text
//! type-mismatch
//!
//!   × `amount` takes money, but `order.number` is text
//!    ╭─[bundles/cafe/orders.ondo:5:12]
//! ```
//!
//! [`Diagnostic`] stays plain data; nothing outside this module knows how a finding looks.

mod concise;
mod full;
mod github;
mod json;
mod sarif;
mod source_text;

use std::io::IsTerminal;

use ondo_compiler::diagnostic::{Diagnostic, Severity};
use ondo_compiler::source::Sources;

pub use concise::concise;
pub use full::full;
pub use github::github;
pub use json::json;
pub use sarif::{sarif, sarif_results};

/// How the full form looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Escape codes for colours.
    pub color: bool,
}

impl Style {
    /// Without colour, 80 columns: for tests, files and pipes.
    pub const PLAIN: Style = Style {
        width: 80,
        color: false,
    };

    /// What fits standard error: colour only on a terminal and never with `NO_COLOR`.
    pub fn of_stderr() -> Style {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Style {
            color: std::io::stderr().is_terminal() && !no_color && !dumb,
            ..Style::PLAIN
        }
    }
}

/// How many findings there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Diagnostic>) -> Counts {
        let mut counts = Counts::default();
        for finding in findings {
            match finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
            }
        }
        counts
    }

    /// Adds those of another bundle.
    pub fn add(&mut self, other: Counts) {
        self.errors += other.errors;
        self.warnings += other.warnings;
    }

    /// `2 errors, 1 warning`; none when there is nothing to count.
    pub fn line(self) -> Option<String> {
        let part = |count: usize, word: &str| match count {
            0 => None,
            1 => Some(format!("1 {word}")),
            _ => Some(format!("{count} {word}s")),
        };
        let parts: Vec<String> = [part(self.errors, "error"), part(self.warnings, "warning")]
            .into_iter()
            .flatten()
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// Puts findings into the order of the text: by path, then by place.
pub fn in_order<'a>(findings: &'a [Diagnostic], sources: &Sources) -> Vec<&'a Diagnostic> {
    let mut ordered: Vec<&Diagnostic> = findings.iter().collect();
    ordered.sort_by_key(|finding| {
        finding.labels.first().map(|label| {
            (
                sources.get(label.place.file).path.clone(),
                label.place.span.start,
            )
        })
    });
    ordered
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use std::sync::Arc;

    use ondo_compiler::source::{Place, SourceFile};
    use ondo_grammar::ast::Span;

    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let mut sources = Sources::default();
        for (path, text) in files {
            sources.add(Arc::new(SourceFile {
                path: (*path).into(),
                text: (*text).into(),
            }));
        }
        sources
    }

    fn place(sources: &Sources, file: usize, needle: &str) -> Place {
        let start = sources.files[file].text.find(needle).unwrap();
        Place {
            file: ondo_compiler::source::FileId(file as u32),
            span: Span {
                start: start as u32,
                end: (start + needle.len()) as u32,
            },
        }
    }

    /// Widths are 16 bits where lines are drawn: a longer line would end the program.
    #[test]
    fn a_mistake_in_a_very_long_line_is_told_in_one_line() {
        for text in [
            format!("{} foo\n", "я".repeat(70_000)),
            format!("foo {}\n", "x".repeat(200_000)),
            format!("foo\n{}\n", "x".repeat(200_000)),
            format!("{}\nfoo\n", "x".repeat(200_000)),
        ] {
            let sources = sources(&[("a.ondo", &text)]);
            let at = place(&sources, 0, "foo");
            let finding = Diagnostic::error("unknown-name", at, "no `foo`", "here").help("bar");
            let said = full(std::slice::from_ref(&finding), &sources, Style::PLAIN);
            assert!(said.contains("error[unknown-name]: no `foo`"), "{said}");
        }
    }

    #[test]
    fn columns_are_characters_not_bytes() {
        let sources = sources(&[("bundles/a.ondo", "группа \"Телефон\" -> foo\n")]);
        let finding = Diagnostic::error("unknown-name", place(&sources, 0, "foo"), "no `foo`", "");
        let text = full(std::slice::from_ref(&finding), &sources, Style::PLAIN);
        assert!(text.contains("[bundles/a.ondo:1:21]"), "{text}");
        assert_eq!(
            concise(&[finding], &sources),
            "bundles/a.ondo:1:21: error[unknown-name]: no `foo`\n"
        );
    }

    #[test]
    fn full_form_shows_both_labels_other_file_and_help() {
        let sources = sources(&[
            (
                "connectors/plazius/guests.ondo",
                "type Guest = {\n  amount: money\n}\n",
            ),
            (
                "bundles/cafe/orders.ondo",
                "on crm.order do loyalty.addBonus(\n  phone: order.phone,\n  amount: order.number,\n)\n",
            ),
        ]);
        let finding = Diagnostic::error(
            "type-mismatch",
            place(&sources, 1, "order.number"),
            "`amount` takes money, but `order.number` is text",
            "text",
        )
        .also(place(&sources, 1, "amount"), "money")
        .also(place(&sources, 0, "amount: money"), "declared as money")
        .help("`order.sum` is money");
        insta::assert_snapshot!(full(&[finding], &sources, Style::PLAIN));
    }

    #[test]
    fn a_place_at_the_end_of_the_text_is_shown() {
        let sources = sources(&[("a.ondo", "on crm.order do {\n")]);
        let end = sources.files[0].text.len() as u32;
        let at_end = Place {
            file: ondo_compiler::source::FileId(0),
            span: Span { start: end, end },
        };
        let finding = Diagnostic::error("unclosed", at_end, "`{` is never closed", "ends here");
        let text = full(&[finding], &sources, Style::PLAIN);
        assert!(text.contains("ends here"), "{text}");
        assert!(text.contains("[a.ondo:1:17]"), "{text}");
    }

    #[test]
    fn findings_come_in_the_order_of_the_text() {
        let sources = sources(&[("b.ondo", "two"), ("a.ondo", "one three")]);
        let findings = [
            Diagnostic::warning("x", place(&sources, 0, "two"), "2", ""),
            Diagnostic::error("x", place(&sources, 1, "three"), "3", ""),
            Diagnostic::error("x", place(&sources, 1, "one"), "1", ""),
        ];
        assert_eq!(
            concise(&findings, &sources),
            "a.ondo:1:1: error[x]: 1\na.ondo:1:5: error[x]: 3\nb.ondo:1:1: warning[x]: 2\n"
        );
        assert_eq!(Counts::of(&findings).line().unwrap(), "2 errors, 1 warning");
    }

    #[test]
    fn json_has_places_and_the_fix() {
        let sources = sources(&[("a.ondo", "when x = 1\n")]);
        let finding = Diagnostic::error(
            "single-equals",
            place(&sources, 0, "="),
            "`=` sets a value; to compare, write `==`",
            "",
        )
        .fix("==");
        insta::assert_snapshot!(format!(
            "{:#}",
            serde_json::Value::from(json(&[finding], &sources))
        ));
    }
}

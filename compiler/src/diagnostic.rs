//! Findings as plain data. miette, JSON and other forms are renderings of it.

use crate::source::Place;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The bundle cannot be run.
    Error,
    /// It can, but somebody should look.
    Warning,
}

/// One finding, worded by a function in `errors/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable kebab-case name; also the page in `docs/errors/` and the folder under `tests/ui/`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One line, lower case, no final period, enough on its own.
    pub message: String,
    /// The first label is the primary one.
    pub labels: Vec<Label>,
    /// One thing to do, as text to type.
    pub help: Option<String>,
    /// An edit that a program may apply.
    pub fix: Option<Fix>,
}

/// Why a place matters to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// May be empty for the primary label.
    pub text: String,
}

/// Replaces the text of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced.
    pub place: Place,
    /// By what.
    pub text: String,
}

impl Diagnostic {
    /// An error with its primary label.
    pub fn error(
        code: &'static str,
        place: Place,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![Label {
                place,
                text: label.into(),
            }],
            help: None,
            fix: None,
        }
    }

    /// The same as a lint.
    pub fn warning(
        code: &'static str,
        place: Place,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place, message, label)
        }
    }

    /// Adds what to write.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the place where the other half of a conflict comes from.
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            place,
            text: text.into(),
        });
        self
    }

    /// Adds an edit for the primary place.
    pub fn fix(mut self, text: impl Into<String>) -> Self {
        self.fix = Some(Fix {
            place: self.labels[0].place,
            text: text.into(),
        });
        self
    }
}

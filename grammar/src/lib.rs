//! Text to tree: the grammar of Ondo bundles and connector definitions.
//!
//! [`parse`] never fails: what could not be read becomes an error node and a [`SyntaxError`] in the user's words.
//! pest is visible only inside this crate.

pub mod ast;

use ast::{File, Span};

/// What [`parse`] found in a text.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The tree, with error nodes where the text could not be read.
    pub file: File,
    /// All comments in the order of the text.
    pub comments: Vec<Comment>,
    /// Ordered by place. Empty when the whole text was read.
    pub errors: Vec<SyntaxError>,
}

/// A comment with its slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From `//` to the end of the line, or from `/*` to `*/`.
    pub span: Span,
}

/// A mistake of form, in the words of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Stable name of the mistake: `single-equals`, `expected`, …
    pub code: &'static str,
    /// One line, lower case, no final period.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Why here; may be empty.
    pub label: String,
    /// Another place that belongs to it, with its label: the opener of a block.
    pub related: Option<(Span, String)>,
    /// What to write.
    pub help: Option<String>,
}

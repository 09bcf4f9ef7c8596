//! Text to tree: the grammar of Ondo bundles and connector definitions.
//!
//! [`parse`] never fails: what could not be read becomes an error node and a [`SyntaxError`] in the user's words.
//! pest is visible only inside this crate.

pub mod ast;
mod build;
mod cst;
pub mod debug;
mod deep;
pub mod fmt;
mod message;
mod recover;
mod scan;
mod slips;
mod wanted;

pub use message::CODES;

use ast::{Expr, File, Span};
use cst::Rule;

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

/// Whether a text is one word, as names and fields without quotes are.
pub fn is_word(text: &str) -> bool {
    let mut chars = text.chars();
    let is_first = |char| char == '_' || pest::unicode::XID_START(char);
    chars.next().is_some_and(is_first) && chars.all(pest::unicode::XID_CONTINUE)
}

/// Reads a whole file: a bundle, or a file of a connector's folder.
///
/// ```
/// let parsed = ondo_grammar::parse("on crm.order when status == \"new\" do staff.send(text: \"Order {number}\")");
/// assert!(parsed.errors.is_empty());
/// ```
pub fn parse(text: &str) -> Parsed {
    let scan = scan::scan(text);
    let (file, mut errors) = deep::read(text, &scan, |cx| {
        match cst::read(Rule::file, text, whole(text)) {
            Ok(node) => build::file(cx, &node),
            Err(failure) => {
                cx.errors.push(recover::unreadable(
                    text,
                    &scan,
                    whole(text),
                    Rule::file,
                    &failure,
                ));
                File::default()
            }
        }
    });
    errors.extend(scan.open_comment.map(message::open_comment));
    errors.sort_by_key(|error| error.span);
    Parsed {
        file: file.unwrap_or_default(),
        comments: scan.comments,
        errors,
    }
}

/// Reads one expression, for examples and tests of builtins. None when it could not be read.
pub fn parse_expression(text: &str) -> (Option<Expr>, Vec<SyntaxError>) {
    let scan = scan::scan(text);
    let (value, errors) = deep::read(text, &scan, |cx| {
        match cst::read(Rule::only_expr, text, whole(text)) {
            Ok(node) => Some(build::expression(cx, &node)),
            Err(failure) => {
                cx.errors.push(recover::unreadable(
                    text,
                    &scan,
                    whole(text),
                    Rule::only_expr,
                    &failure,
                ));
                None
            }
        }
    });
    (value.flatten(), errors)
}

fn whole(text: &str) -> Span {
    Span {
        start: 0,
        end: text.len() as u32,
    }
}

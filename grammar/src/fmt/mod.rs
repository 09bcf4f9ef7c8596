//! One style for all texts: what `ondo fmt` writes.
//!
//! - Two blanks for each level, lines of at most 120 characters where that is possible.
//! - What is written on one line stays there while it fits; what is broken behind its opener stays broken, one part on each
//!   line, with a comma at the end. So the author decides what is a list and what is a word, and nothing jumps.
//! - Neighbouring lines of one kind are columns: values of fields and arguments, arrows of tables, captions.
//! - At most one empty line; exactly one around a declaration of several lines.
//! - Comments, texts and numbers stay as they are.
//!
//! ```
//! let text = "on  crm.order do\nstaff.send( text:\"Order {number}\" )";
//! let formatted = ondo_grammar::fmt::format(text)?;
//! assert_eq!(formatted, "on crm.order do staff.send(text: \"Order {number}\")\n");
//! # Ok::<(), ondo_grammar::fmt::FormatError>(())
//! ```

mod bodies;
mod doc;
mod exprs;
mod items;
mod lists;
mod pieces;
mod rows;
mod rules;
mod spaced;

use std::fmt::{Display, Formatter};

use crate::cst::{self, Node, Rule};
use crate::{Parsed, SyntaxError, debug, deep, parse, scan};

/// Longest line, in characters, where there is a choice.
const WIDTH_MAX: usize = 120;

/// What is broken by the first pass (a line that alignment makes too long) can settle in the next ones. Corpora need three.
const PASSES_MAX: usize = 8;

/// Why a text was left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatError {
    /// It could not be read: the mistakes in it, ordered by place.
    Syntax(Vec<SyntaxError>),
    /// Our own mistake: the result would not say the same. The text of the error says what would be lost.
    Ours(&'static str),
}

impl Display for FormatError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            FormatError::Syntax(errors) => match errors.first() {
                Some(error) => write!(f, "the text could not be read: {}", error.message),
                None => f.write_str("the text could not be read"),
            },
            FormatError::Ours(what) => write!(
                f,
                "a mistake of the formatter, not of the text: {what}; the text was left as it is"
            ),
        }
    }
}

impl std::error::Error for FormatError {}

/// The text in the one style. The result says the same: it is read again, and declarations, words and comments are
/// compared before it is given back. Formatting it once more changes nothing.
///
/// # Errors
/// [`FormatError::Syntax`] when the text cannot be read, [`FormatError::Ours`] when the comparison fails.
pub fn format(text: &str) -> Result<String, FormatError> {
    let parsed = parse(text);
    if !parsed.errors.is_empty() {
        return Err(FormatError::Syntax(parsed.errors));
    }
    let mut formatted = pass(text, &parsed)?;
    for _ in 1..PASSES_MAX {
        let again = parse(&formatted);
        if !again.errors.is_empty() {
            return Err(FormatError::Ours("the result could not be read"));
        }
        let next = pass(&formatted, &again)?;
        if next == formatted {
            prove(text, &parsed, &formatted, &again)?;
            return Ok(formatted);
        }
        formatted = next;
    }
    Err(FormatError::Ours("the result would change again"))
}

/// Lays the text out once.
fn pass(text: &str, parsed: &Parsed) -> Result<String, FormatError> {
    let scan = scan::scan(text);
    let lay_out = |_: &mut crate::build::Cx<'_>| {
        let file = cst::read_with_signs(text).ok()?;
        let cx = pieces::Cx::new(text, &file, &parsed.comments);
        Some(doc::render(&items::file(&cx, &file), WIDTH_MAX))
    };
    let (formatted, _) = deep::read(text, &scan, lay_out);
    formatted
        .flatten()
        .ok_or(FormatError::Ours("the text was read only once"))
}

/// INVARIANT: nothing is given back that says something else.
fn prove(text: &str, parsed: &Parsed, formatted: &str, again: &Parsed) -> Result<(), FormatError> {
    if debug::print(&parsed.file) != debug::print(&again.file) {
        return Err(FormatError::Ours("the result would say something else"));
    }
    if comments(text, parsed) != comments(formatted, again) {
        return Err(FormatError::Ours("a comment would be lost or moved"));
    }
    if words(text) != words(formatted) {
        return Err(FormatError::Ours("a word would be lost or changed"));
    }
    Ok(())
}

fn comments<'t>(text: &'t str, parsed: &Parsed) -> Vec<&'t str> {
    let spans = parsed.comments.iter().map(|comment| comment.span);
    spans.map(|span| span.text(text).trim_end()).collect()
}

/// Every word of a text but the signs that come and go with line ends.
fn words(text: &str) -> Vec<String> {
    let collect = |file: &Node<'_>| {
        let mut found = Vec::new();
        pieces::words(file, &mut found);
        let kept = found
            .iter()
            .filter(|word| !matches!(word.rule, Rule::comma | Rule::pipe));
        kept.map(|word| word.text.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    };
    let scan = scan::scan(text);
    let (found, _) = deep::read(text, &scan, |_| {
        cst::read_with_signs(text).ok().map(|file| collect(&file))
    });
    found.flatten().unwrap_or_default()
}

#[cfg(test)]
mod tests;

//! What went wrong in a piece that could not be read.
//!
//! The grammar skips a broken declaration, step or part as one piece. Here it is read once more, strictly and alone: the
//! farthest place that was tried is where the mistake is.

use crate::SyntaxError;
use crate::ast::Span;
use crate::cst::{self, Rule};
use crate::message;
use crate::scan::Scan;

/// The span without blanks and comments at its ends.
pub(crate) fn trimmed(text: &str, scan: &Scan, span: Span) -> Span {
    let mut span = span;
    loop {
        let piece = span.text(text);
        span.end = span.start + piece.trim_end().len() as u32;
        let index = scan.comments.partition_point(|comment| comment.span.end < span.end);
        match scan.comments.get(index) {
            Some(comment) if comment.span.end == span.end && comment.span.start > span.start => span.end = comment.span.start,
            _ => return span,
        }
    }
}

/// The word or sign at a place, or behind the blanks there.
pub(crate) fn next_word(text: &str, at: u32) -> Span {
    let rest = text.get(at as usize..).unwrap_or("");
    let start = at + (rest.len() - rest.trim_start().len()) as u32;
    let rest = rest.trim_start();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let length = match rest.chars().next() {
        Some(first) if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        Some(first) => first.len_utf8(),
        None => 0,
    };
    Span { start, end: start + length as u32 }
}

/// The one mistake of a broken piece.
pub(crate) fn explain(text: &str, _scan: &Scan, span: Span, strict: Rule) -> SyntaxError {
    let at = match cst::read(strict, text, span) {
        Ok(_) => span.end,
        Err(failure) => failure.at,
    };
    let next = next_word(text, at);
    message::expected(next, next.text(text), &[])
}

/// A block whose brace is missing.
pub(crate) fn unclosed_block(text: &str, scan: &Scan, block: Span, at: u32) -> SyntaxError {
    let open = scan
        .unclosed
        .iter()
        .map(|bracket| bracket.open)
        .find(|open| *open >= block.start && *open < at)
        .unwrap_or(block.start);
    let next = next_word(text, at);
    let open = Span { start: open, end: open + 1 };
    message::unclosed(open, open.text(text), next, "missing before this")
}

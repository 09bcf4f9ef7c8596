//! What went wrong in a piece that could not be read.
//!
//! The grammar skips a broken declaration, step or part as one piece. Here it is read once more, strictly and alone: the
//! farthest place that was tried is where the mistake is. Then the first explanation that fits is taken: a text or bracket
//! that is not closed, a slip that we know, something that is missing, and at last what could have stood there.

use crate::SyntaxError;
use crate::ast::Span;
use crate::cst::{self, Failure, Rule};
use crate::scan::{DEPTH_MAX, Scan};
use crate::{message, slips, wanted};

/// A broken piece and the place where reading stopped.
pub(crate) struct Piece<'i> {
    /// The whole text.
    pub(crate) text: &'i str,
    /// The piece without blanks at its ends.
    pub(crate) span: Span,
    /// The rule that it should have followed.
    pub(crate) strict: Rule,
    /// What could have stood at the place.
    pub(crate) wanted: &'i [Rule],
    /// The word or sign at the place; empty at the end of the text.
    pub(crate) next: Span,
    /// The word or sign before it, in this piece.
    pub(crate) before: Span,
}

impl Piece<'_> {
    /// Whether one of the rules could have stood there.
    pub(crate) fn wants(&self, rules: &[Rule]) -> bool {
        self.wanted.iter().any(|rule| rules.contains(rule))
    }

    /// The word or sign at the place.
    pub(crate) fn next_text(&self) -> &str {
        self.next.text(self.text)
    }

    /// The word or sign before the place.
    pub(crate) fn before_text(&self) -> &str {
        self.before.text(self.text)
    }

    /// Everything from the place on.
    pub(crate) fn rest(&self) -> &str {
        self.text.get(self.next.start as usize..).unwrap_or("")
    }

    /// The first word of the piece.
    pub(crate) fn first(&self) -> Span {
        word_at(self.text, self.span.start)
    }

    /// A line ends between the word before and the place.
    pub(crate) fn begins_line(&self) -> bool {
        Span {
            start: self.before.end,
            end: self.next.start,
        }
        .text(self.text)
        .contains('\n')
    }
}

/// The one mistake of a broken piece; `strict` is the rule that it should have followed.
pub(crate) fn explain(text: &str, scan: &Scan, span: Span, strict: Rule) -> SyntaxError {
    let span = trimmed(text, scan, span);
    match cst::read(strict, text, span) {
        Ok(_) => unreadable(
            text,
            scan,
            span,
            strict,
            &Failure {
                at: span.end,
                wanted: Vec::new(),
                too_deep: false,
            },
        ),
        Err(failure) => unreadable(text, scan, span, strict, &failure),
    }
}

/// The one mistake of a piece of which the place is known.
pub(crate) fn unreadable(
    text: &str,
    scan: &Scan,
    span: Span,
    strict: Rule,
    failure: &Failure,
) -> SyntaxError {
    let next = next_token(text, scan, failure.at);
    if failure.too_deep {
        return message::too_deep(next, DEPTH_MAX);
    }
    if let Some(open) = scan
        .unterminated
        .iter()
        .find(|open| span.start <= open.start && open.start <= failure.at)
    {
        return message::unterminated_text(*open, open.text(text));
    }
    let before = last_token(text, scan, span.start, failure.at);
    let piece = Piece {
        text,
        span,
        strict,
        wanted: &failure.wanted,
        next,
        before,
    };
    unclosed(&piece, scan)
        .or_else(|| slips::find(&piece))
        .or_else(|| wanted::missing(&piece))
        .unwrap_or_else(|| wanted::expected(&piece))
}

/// A bracket of the piece without its closer, when reading stopped where the closer is missing at the latest.
fn unclosed(piece: &Piece<'_>, scan: &Scan) -> Option<SyntaxError> {
    let inside = |open: u32| piece.span.start <= open && open < piece.next.start;
    let bracket = scan
        .unclosed
        .iter()
        .rev()
        .find(|bracket| inside(bracket.open))?;
    let between = Span {
        start: bracket.open,
        end: piece.next.start,
    }
    .text(piece.text);
    // These words begin what follows: they never stand in brackets.
    let late = matches!(piece.next_text(), "do" | "when" | "let")
        || piece.next.start >= bracket.until
        || between.contains('\n')
        || piece.next.start >= piece.span.end;
    if !late {
        return None;
    }
    let open = Span {
        start: bracket.open,
        end: bracket.open + 1,
    };
    Some(message::unclosed(
        open,
        open.text(piece.text),
        piece.next,
        "missing before this",
    ))
}

/// A block whose brace is missing.
pub(crate) fn unclosed_block(text: &str, scan: &Scan, block: Span, at: u32) -> SyntaxError {
    let inside = |open: u32| block.start <= open && open < at;
    let open = scan
        .unclosed
        .iter()
        .map(|bracket| bracket.open)
        .find(|open| inside(*open))
        // All brackets are in pairs: it is the block's own that ends too late.
        .or_else(|| {
            let opens = |(start, _): &&(u32, u32)| {
                inside(*start) && text[*start as usize..].starts_with('{')
            };
            scan.pairs.iter().filter(opens).map(|pair| pair.0).min()
        })
        .unwrap_or(block.start);
    // A brace further in whose closer stands farther left took the closer of another: that one is missing its own.
    let stolen = scan.pairs.iter().filter(|(start, end)| {
        open < *start && *end < at && text[*start as usize..].starts_with('{')
    });
    let open = stolen
        .filter(|(start, end)| {
            begins_its_line(text, *end) && indent(text, *end) < indent(text, *start)
        })
        .map(|(start, _)| *start)
        .next_back()
        .unwrap_or(open);
    let open = Span {
        start: open,
        end: open + 1,
    };
    message::unclosed(
        open,
        open.text(text),
        next_token(text, scan, at),
        "missing before this",
    )
}

fn line_before(text: &str, at: u32) -> &str {
    let before = text.get(..at as usize).unwrap_or("");
    before
        .rfind('\n')
        .map_or(before, |line| before.get(line + 1..).unwrap_or(""))
}

fn begins_its_line(text: &str, at: u32) -> bool {
    line_before(text, at).trim().is_empty()
}

/// The blanks at the beginning of the line.
fn indent(text: &str, at: u32) -> usize {
    let line = line_before(text, at);
    line.len() - line.trim_start().len()
}

/// The span without blanks and comments at its ends.
pub(crate) fn trimmed(text: &str, scan: &Scan, span: Span) -> Span {
    let mut span = span;
    loop {
        let piece = span.text(text);
        span.end = span.start + piece.trim_end().len() as u32;
        let index = scan
            .comments
            .partition_point(|comment| comment.span.end < span.end);
        match scan.comments.get(index) {
            Some(comment) if comment.span.end == span.end && comment.span.start > span.start => {
                span.end = comment.span.start
            }
            _ => return span,
        }
    }
}

/// The word or sign at a place, or behind the blanks there.
pub(crate) fn next_word(text: &str, at: u32) -> Span {
    let rest = text.get(at as usize..).unwrap_or("");
    word_at(text, at + (rest.len() - rest.trim_start().len()) as u32)
}

/// Like [`next_word`], behind comments too.
fn next_token(text: &str, scan: &Scan, at: u32) -> Span {
    let mut next = next_word(text, at);
    let mut index = scan
        .comments
        .partition_point(|comment| comment.span.start < next.start);
    while let Some(comment) = scan
        .comments
        .get(index)
        .filter(|comment| comment.span.start == next.start)
    {
        next = next_word(text, comment.span.end);
        index += 1;
    }
    next
}

/// The word or sign that ends before a place; empty at the beginning of the piece.
fn last_token(text: &str, scan: &Scan, start: u32, at: u32) -> Span {
    let end = trimmed(
        text,
        scan,
        Span {
            start,
            end: at.max(start),
        },
    )
    .end;
    let piece = Span { start, end }.text(text);
    let word = piece.trim_end_matches(is_word).len();
    let length = match piece.len() - word {
        0 => piece.chars().next_back().map_or(0, char::len_utf8),
        length => length,
    };
    Span {
        start: end - length as u32,
        end,
    }
}

fn word_at(text: &str, start: u32) -> Span {
    let rest = text.get(start as usize..).unwrap_or("");
    let length = match rest.chars().next() {
        Some(first) if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        Some(first) => first.len_utf8(),
        None => 0,
    };
    Span {
        start,
        end: start + length as u32,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

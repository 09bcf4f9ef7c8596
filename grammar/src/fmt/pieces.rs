//! The words of a text with the comments between them.
//!
//! Every comment belongs to one word: to the one before it when it ends that word's line, else to the one behind it. So a
//! layout that writes every word writes every comment, and their order stays.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::doc::{Doc, nil, text};
use crate::Comment;
use crate::ast::Span;
use crate::cst::{Node, Rule};

/// What all layouts share.
pub(super) struct Cx<'i> {
    source: &'i str,
    /// By the first byte of the word.
    around: HashMap<u32, Around<'i>>,
    /// Comments that end a line, outside of texts.
    line_ends: Vec<Span>,
    /// Words whose comments stand above the whole line and are already written.
    written_above: RefCell<HashSet<u32>>,
}

/// What stands around a word.
#[derive(Default)]
struct Around<'i> {
    before: Vec<Before<'i>>,
    /// An empty line directly above the word.
    empty_line: bool,
    /// Comments behind it on its line.
    behind: Vec<&'i str>,
}

/// A comment above or before a word.
struct Before<'i> {
    text: &'i str,
    own_line: bool,
    /// An empty line above it.
    empty_line: bool,
}

/// Whether a rule is one word here: its text stays as it is.
pub(super) fn is_word(node: &Node<'_>) -> bool {
    node.children().is_empty()
        || matches!(
            node.rule,
            Rule::text | Rule::plain | Rule::pattern_text | Rule::money
        )
}

/// All words below a node, in the order of the text.
pub(super) fn words<'n, 'i>(node: &'n Node<'i>, found: &mut Vec<&'n Node<'i>>) {
    if is_word(node) {
        found.push(node);
        return;
    }
    for child in node.children() {
        words(child, found);
    }
}

impl<'i> Cx<'i> {
    /// Gives every comment to a word of the file.
    pub(super) fn new(source: &'i str, file: &Node<'i>, comments: &[Comment]) -> Self {
        let mut found = Vec::new();
        words(file, &mut found);
        let mut cx = Cx {
            source,
            around: HashMap::new(),
            line_ends: Vec::new(),
            written_above: RefCell::default(),
        };
        let mut comments = comments.iter().map(|comment| comment.span).peekable();
        let mut previous: Option<&Node<'_>> = None;
        for word in found {
            while let Some(inside) =
                comments.next_if(|at| previous.is_some_and(|word| at.start < word.span.end))
            {
                // Within `{…}` of a text, which stays as it is.
                debug_assert!(inside.end <= word.span.start);
            }
            let mut at = previous.map_or(0, |word| word.span.end);
            let mut around = Around::default();
            let mut same_line = previous.is_some();
            while let Some(comment) = comments.next_if(|comment| comment.end <= word.span.start) {
                let gap = cx.between(at, comment.start);
                same_line = same_line && !gap.contains('\n');
                let ends_line = cx.ends_line(comment);
                let written = comment.text(source).trim_end();
                if ends_line || written.contains('\n') {
                    cx.line_ends.push(comment);
                }
                match previous {
                    // INVARIANT: what stands before the next word is written after what stands behind this one.
                    Some(word) if same_line && ends_line && around.before.is_empty() => {
                        cx.around
                            .entry(word.span.start)
                            .or_default()
                            .behind
                            .push(written);
                    }
                    _ => around.before.push(Before {
                        text: written,
                        own_line: ends_line,
                        empty_line: is_empty_line(gap),
                    }),
                }
                at = comment.end;
            }
            around.empty_line = is_empty_line(cx.between(at, word.span.start));
            cx.around.insert(word.span.start, around);
            previous = Some(word);
        }
        cx
    }

    fn between(&self, start: u32, end: u32) -> &'i str {
        Span { start, end }.text(self.source)
    }

    /// Whether nothing but comments follows on the comment's line.
    fn ends_line(&self, comment: Span) -> bool {
        let mut rest = &self.source[comment.end as usize..];
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\r', '\u{a0}']);
            if rest.is_empty() || rest.starts_with('\n') || rest.starts_with("//") {
                return true;
            }
            let Some((skipped, behind)) =
                rest.strip_prefix("/*").and_then(|it| it.split_once("*/"))
            else {
                return false;
            };
            if skipped.contains('\n') {
                return true;
            }
            rest = behind;
        }
    }

    /// Whether a comment that ends a line stands between the first and the last word of a node.
    pub(super) fn has_comment(&self, span: Span) -> bool {
        let first = self.line_ends.partition_point(|at| at.start < span.start);
        self.line_ends
            .get(first)
            .is_some_and(|at| at.end <= span.end)
    }

    /// Whether the author began a new line between two places.
    pub(super) fn new_line(&self, start: u32, end: u32) -> bool {
        self.between(start, end).contains('\n')
    }

    /// Whether a node was written on several lines.
    pub(super) fn several_lines(&self, node: &Node<'_>) -> bool {
        node.text.contains('\n')
    }

    /// Whether the author left an empty line above a node and its comments.
    pub(super) fn empty_line_above(&self, node: &Node<'_>) -> bool {
        let Some(around) = self.around.get(&first_word(node).span.start) else {
            return false;
        };
        match around.before.first() {
            Some(comment) => comment.empty_line,
            None => around.empty_line,
        }
    }

    /// The comments above a node that begins a line. They are not part of it: its lines need not break because of them.
    pub(super) fn above_line(&self, node: &Node<'_>) -> Doc {
        let first = first_word(node);
        let above = self.above(first);
        self.written_above.borrow_mut().insert(first.span.start);
        above
    }

    /// A word with the comments around it.
    pub(super) fn word(&self, node: &Node<'_>) -> Doc {
        if self.written_above.borrow().contains(&node.span.start) {
            return self.bare_word(node);
        }
        Doc::Concat(vec![self.above(node), self.bare_word(node)])
    }

    /// A word and what stands behind it on its line.
    pub(super) fn bare_word(&self, node: &Node<'_>) -> Doc {
        let written = match node.rule {
            // Nothing but blanks can stand between a number and its currency.
            Rule::money => node.text.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => node.text.to_owned(),
        };
        Doc::Concat(vec![text(written), self.behind(node)])
    }

    /// Only the comments of a word that is not written, such as a comma.
    pub(super) fn comments_of(&self, node: &Node<'_>) -> Doc {
        Doc::Concat(vec![self.before(node), self.behind(node)])
    }

    /// The comments before a word.
    pub(super) fn before(&self, node: &Node<'_>) -> Doc {
        let Some(around) = self.around.get(&node.span.start) else {
            return nil();
        };
        let mut parts = Vec::new();
        for comment in &around.before {
            let written = comment.text.to_owned();
            if !comment.own_line {
                parts.push(Doc::Inline(written));
                continue;
            }
            if comment.empty_line {
                parts.push(Doc::Empty);
            }
            parts.push(Doc::OwnLine(written));
        }
        Doc::Concat(parts)
    }

    fn above(&self, node: &Node<'_>) -> Doc {
        let around = self.around.get(&node.span.start);
        let last = around.and_then(|around| Some((around, around.before.last()?)));
        let gap = match last {
            Some((around, last)) if last.own_line && around.empty_line => Doc::Empty,
            _ => nil(),
        };
        Doc::Concat(vec![self.before(node), gap])
    }

    fn behind(&self, node: &Node<'_>) -> Doc {
        let comments = self.around.get(&node.span.start).map(|it| &it.behind);
        let trailing = comments
            .into_iter()
            .flatten()
            .map(|comment| Doc::Trailing((*comment).to_owned()));
        Doc::Concat(trailing.collect())
    }
}

/// The first word of a node.
pub(super) fn first_word<'n, 'i>(node: &'n Node<'i>) -> &'n Node<'i> {
    let mut node = node;
    while !is_word(node) {
        match node.children().first() {
            Some(child) => node = child,
            None => return node,
        }
    }
    node
}

/// Whether a gap between two words has an empty line.
fn is_empty_line(gap: &str) -> bool {
    gap.matches('\n').count() > 1
}

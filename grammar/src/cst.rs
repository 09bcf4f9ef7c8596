//! What pest found, as plain nodes. Nobody else sees a pest pair.
//!
//! Signs and filling words are left out: they are rules only so that a failure has an exact place. Spans need no
//! trimming, because the grammar writes its blanks out and never ends a rule with them.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;
use pest_derive::Parser;

use crate::ast::Span;

#[derive(Parser)]
#[grammar = "ondo.pest"]
struct Ondo;

/// A rule that matched.
#[derive(Debug, Clone)]
pub(crate) struct Node<'i> {
    /// Which rule.
    pub(crate) rule: Rule,
    /// Its exact place.
    pub(crate) span: Span,
    /// Its text.
    pub(crate) text: &'i str,
    /// What is in it, without signs.
    children: Vec<Node<'i>>,
}

/// The farthest place that could not be read, and what was tried there.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The place in bytes from the start of the text.
    pub(crate) at: u32,
    /// What could have stood there.
    pub(crate) wanted: Vec<Rule>,
    /// pest keeps an eye on the stack, too, and gives up before it is used up.
    pub(crate) too_deep: bool,
}

impl<'i> Node<'i> {
    /// All children in the order of the text.
    pub(crate) fn children(&self) -> &[Node<'i>] {
        &self.children
    }

    /// The first child of that rule.
    pub(crate) fn get(&self, rule: Rule) -> Option<&Node<'i>> {
        self.children.iter().find(|child| child.rule == rule)
    }

    /// All children of that rule.
    pub(crate) fn all(&self, rule: Rule) -> impl Iterator<Item = &Node<'i>> {
        self.children.iter().filter(move |child| child.rule == rule)
    }

    /// Whether there is a child of that rule.
    pub(crate) fn has(&self, rule: Rule) -> bool {
        self.get(rule).is_some()
    }
}

/// Reads `text` from `span.start` to `span.end` by one of the `only_…` rules or by `file`.
pub(crate) fn read(rule: Rule, text: &str, span: Span) -> Result<Node<'_>, Failure> {
    read_as(rule, text, span, is_sign)
}

/// Reads the whole text with every sign, for the formatter.
pub(crate) fn read_with_signs(text: &str) -> Result<Node<'_>, Failure> {
    let span = Span {
        start: 0,
        end: text.len() as u32,
    };
    read_as(Rule::file, text, span, |_| false)
}

fn read_as(
    rule: Rule,
    text: &str,
    span: Span,
    left_out: fn(Rule) -> bool,
) -> Result<Node<'_>, Failure> {
    match Ondo::parse(rule, span.text(text)) {
        Ok(mut pairs) => Ok(match pairs.next() {
            Some(pair) => node(pair, span.start, left_out),
            None => Node {
                rule,
                span,
                text: span.text(text),
                children: Vec::new(),
            },
        }),
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            let (wanted, too_deep) = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => (positives, false),
                ErrorVariant::CustomError { .. } => (Vec::new(), true),
            };
            Err(Failure {
                at: span.start + at as u32,
                wanted,
                too_deep,
            })
        }
    }
}

fn node(pair: Pair<'_, Rule>, offset: u32, left_out: fn(Rule) -> bool) -> Node<'_> {
    let at = pair.as_span();
    let span = Span {
        start: offset + at.start() as u32,
        end: offset + at.end() as u32,
    };
    let (rule, text) = (pair.as_rule(), pair.as_str());
    let children = pair
        .into_inner()
        .filter(|inner| !left_out(inner.as_rule()))
        .map(|inner| node(inner, offset, left_out))
        .collect();
    Node {
        rule,
        span,
        text,
        children,
    }
}

/// Signs and words that only hold a construct together.
fn is_sign(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::EOI
            | Rule::lparen
            | Rule::rparen
            | Rule::lbracket
            | Rule::rbracket
            | Rule::lbrace
            | Rule::rbrace
            | Rule::comma
            | Rule::colon
            | Rule::equals
            | Rule::dot
            | Rule::range
            | Rule::arrow
            | Rule::pipe
    )
}

//! Nodes to tree, split by construct.
//!
//! Builders return tree nodes, never a `Result`: a mistake is pushed to the context and an error node comes back.

mod actions;
mod arms;
mod cases;
mod connectors;
mod expr;
mod items;
mod literals;
mod rules;
mod steps;
mod types;

pub(crate) use expr::first as expression;

use crate::SyntaxError;
use crate::ast::{Expr, ExprId, ExprKind, File, Name, Path, Span, Str};
use crate::cst::{Node, Rule};
use crate::scan::Scan;
use crate::{message, recover};

/// What all builders share.
pub(crate) struct Cx<'i> {
    /// The whole text.
    pub(crate) text: &'i str,
    /// Brackets and texts that are not closed.
    pub(crate) scan: &'i Scan,
    /// Mistakes so far, in the order in which they were met.
    pub(crate) errors: Vec<SyntaxError>,
    /// The next expression's number.
    expr_count: u32,
}

impl<'i> Cx<'i> {
    /// A fresh context for one file.
    pub(crate) fn new(text: &'i str, scan: &'i Scan) -> Self {
        Cx {
            text,
            scan,
            errors: Vec::new(),
            expr_count: 0,
        }
    }

    /// Gives an expression its number.
    fn expr(&mut self, span: Span, kind: ExprKind) -> Expr {
        let id = ExprId(self.expr_count);
        self.expr_count += 1;
        Expr { id, span, kind }
    }

    fn error_expr(&mut self, span: Span) -> Expr {
        self.expr(span, ExprKind::Error)
    }

    /// Reports a piece that could not be read; `strict` is the rule that it should have followed.
    fn broken(&mut self, node: &Node<'_>, strict: Rule) {
        let error = recover::explain(self.text, self.scan, node.span, strict);
        self.errors.push(error);
    }
}

/// The tree of a whole file.
pub(crate) fn file(cx: &mut Cx<'_>, node: &Node<'_>) -> File {
    let items = items::items(cx, node);
    File {
        items,
        expr_count: cx.expr_count,
    }
}

/// The node that the grammar promises. The grammar and the builders are read together, so a gap is a defect of ours;
/// the node itself stands in, and the result is an error node rather than a panic.
fn must<'n, 'i>(node: &'n Node<'i>, wanted: Rule) -> &'n Node<'i> {
    let found = node.get(wanted);
    debug_assert!(found.is_some(), "{:?} has no {wanted:?}", node.rule);
    found.unwrap_or(node)
}

fn name(node: &Node<'_>) -> Name {
    Name {
        text: node.text.to_owned(),
        span: node.span,
    }
}

/// A name of a field: a word or a quoted name.
fn key(cx: &mut Cx<'_>, node: &Node<'_>) -> Name {
    match node.get(Rule::plain) {
        Some(plain) => Name {
            text: str(cx, plain).text,
            span: node.span,
        },
        None => name(node),
    }
}

fn path(node: &Node<'_>) -> Path {
    Path {
        names: node.children().iter().map(name).collect(),
        span: node.span,
    }
}

/// The name behind `as`.
fn alias(node: &Node<'_>) -> Option<Name> {
    node.get(Rule::alias)
        .map(|alias| name(must(alias, Rule::name)))
}

/// A text in which nothing is put.
fn str(cx: &mut Cx<'_>, node: &Node<'_>) -> Str {
    let mut text = String::new();
    for part in node.children() {
        match part.rule {
            Rule::escape => text.extend(literals::escape(cx, part)),
            _ => text.push_str(part.text),
        }
    }
    Str {
        text,
        span: node.span,
    }
}

/// The first plain text among the children.
fn caption(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<Str> {
    let plain = node.get(Rule::plain)?;
    Some(str(cx, plain))
}

/// Reports the places where a comma is missing.
fn separators(cx: &mut Cx<'_>, node: &Node<'_>) {
    for missing in node.all(Rule::missing_comma) {
        let next = recover::next_word(cx.text, missing.span.start);
        cx.errors.push(message::missing_comma(next));
    }
}

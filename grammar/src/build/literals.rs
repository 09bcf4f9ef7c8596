//! Numbers, texts and what is written between quotes.

use super::{Cx, expr};
use crate::ast::{ExprKind, Name, TextPart};
use crate::cst::{Node, Rule};
use crate::message;

/// A number, a raw text, a JSONPath, or a text in wrong quotes.
pub(super) fn literal(cx: &mut Cx<'_>, node: &Node<'_>) -> ExprKind {
    let text = node.text;
    match node.rule {
        Rule::int => ExprKind::Int(digits(text)),
        Rule::decimal => ExprKind::Decimal(digits(text)),
        Rule::percent => ExprKind::Percent(digits(text.trim_end_matches('%'))),
        Rule::duration => ExprKind::Duration(text.to_owned()),
        Rule::money => match (node.get(Rule::amount), node.get(Rule::currency)) {
            (Some(amount), Some(currency)) => ExprKind::Money {
                amount: digits(amount.text),
                currency: Name {
                    text: currency.text.to_owned(),
                    span: currency.span,
                },
            },
            _ => ExprKind::Error,
        },
        Rule::raw => ExprKind::Raw(text.trim_start_matches('r').trim_matches('\'').to_owned()),
        Rule::json_path if text.contains("${") => {
            cx.errors
                .push(message::template_literal(node.span, text.trim_matches('`')));
            ExprKind::Error
        }
        Rule::json_path => ExprKind::JsonPath(text.trim_matches('`').to_owned()),
        Rule::slip_single_quotes | Rule::slip_fancy_quotes => {
            ExprKind::Text(vec![TextPart::Chars(wrong_quotes(cx, node))])
        }
        _ => ExprKind::Error,
    }
}

/// The number without `_`.
pub(super) fn digits(text: &str) -> String {
    text.replace('_', "")
}

/// Explains `'text'` and `“text”`; gives what is between them.
pub(super) fn wrong_quotes(cx: &mut Cx<'_>, node: &Node<'_>) -> String {
    let mut chars = node.text.chars();
    chars.next();
    chars.next_back();
    let inner = chars.as_str();
    cx.errors.push(match node.rule {
        Rule::slip_single_quotes => message::single_quotes(node.span, inner),
        _ => message::typographic_quotes(node.span, inner),
    });
    inner.to_owned()
}

/// The character that an escape stands for.
pub(super) fn escape(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<char> {
    let body = node.text.strip_prefix('\\').unwrap_or(node.text);
    let found = match body {
        "n" => Some('\n'),
        "t" => Some('\t'),
        "r" => Some('\r'),
        "\"" => Some('"'),
        "\\" => Some('\\'),
        "{" => Some('{'),
        "}" => Some('}'),
        _ => body
            .strip_prefix("u{")
            .and_then(|code| code.strip_suffix('}'))
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32),
    };
    if found.is_none() {
        cx.errors
            .push(message::unknown_escape(node.span, node.text));
    }
    found
}

/// The parts of `"…"` or `"""…"""`.
pub(super) fn text(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<TextPart> {
    match node.get(Rule::text_block) {
        Some(block) => {
            let indent = common_indent(block);
            let mut parts = parts(cx, block, |chars, first| unindented(chars, indent, first));
            trim_last_line(&mut parts);
            parts
        }
        None => parts(cx, node, |chars, _| chars.to_owned()),
    }
}

/// Neighbouring characters become one part.
fn parts(cx: &mut Cx<'_>, node: &Node<'_>, chars: impl Fn(&str, bool) -> String) -> Vec<TextPart> {
    let mut parts = Vec::new();
    let mut pending = String::new();
    for (index, child) in node.children().iter().enumerate() {
        let value = match child.rule {
            Rule::chars | Rule::block_chars => {
                pending.push_str(&chars(child.text, index == 0));
                continue;
            }
            Rule::escape => {
                pending.extend(escape(cx, child));
                continue;
            }
            Rule::slip_hole => {
                cx.errors
                    .push(message::double_braces(child.span, child.text));
                expr::first(cx, child)
            }
            Rule::hole => {
                let value = expr::first(cx, child);
                hole_slips(cx, child, node.rule == Rule::text_block);
                value
            }
            _ => {
                cx.errors.push(message::broken_hole(child.span, child.text));
                cx.error_expr(child.span)
            }
        };
        if !pending.is_empty() {
            parts.push(TextPart::Chars(std::mem::take(&mut pending)));
        }
        parts.push(TextPart::Expr(value));
    }
    if !pending.is_empty() {
        parts.push(TextPart::Chars(pending));
    }
    parts
}

/// A line break inside of `"…{ }…"`.
fn hole_slips(cx: &mut Cx<'_>, hole: &Node<'_>, block: bool) {
    if !block && hole.text.contains('\n') {
        cx.errors.push(message::line_break_in_text(hole.span));
    }
}

/// The blanks before every line after the first that is not blank. The line of the closing quotes does not count.
fn common_indent(block: &Node<'_>) -> usize {
    let mut least: Option<usize> = None;
    for (index, child) in block.children().iter().enumerate() {
        if child.rule != Rule::block_chars {
            continue;
        }
        let lines: Vec<&str> = child.text.split('\n').skip(1).collect();
        let goes_on = index + 1 < block.children().len();
        for (number, line) in lines.iter().enumerate() {
            let rest = line.trim_start_matches([' ', '\t']);
            let before_hole = goes_on && number + 1 == lines.len();
            if rest.trim().is_empty() && !before_hole {
                continue;
            }
            let indent = line.len() - rest.len();
            least = Some(least.map_or(indent, |least| least.min(indent)));
        }
    }
    least.unwrap_or(0)
}

/// Cuts the indent from every line; the line break after the opening quotes is no part of the text.
fn unindented(chars: &str, indent: usize, first: bool) -> String {
    let chars = chars.replace("\r\n", "\n");
    let mut lines = chars.split('\n');
    let mut text = lines.next().unwrap_or("").to_owned();
    let mut opening = first && text.trim().is_empty();
    if opening && chars.contains('\n') {
        text.clear();
    }
    for line in lines {
        if !std::mem::take(&mut opening) {
            text.push('\n');
        }
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        text.push_str(line.get(blanks.min(indent)..).unwrap_or(line));
    }
    text
}

/// The line of the closing quotes is no part of the text, when only blanks stand before them.
fn trim_last_line(parts: &mut Vec<TextPart>) {
    let Some(TextPart::Chars(last)) = parts.last_mut() else {
        return;
    };
    if let Some(at) = last.rfind('\n').filter(|at| last[*at..].trim().is_empty()) {
        last.truncate(at);
    }
    if last.is_empty() {
        parts.pop();
    }
}

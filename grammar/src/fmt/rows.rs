//! Neighbouring lines of one kind as columns.
//!
//! ```text
//! account crm     = retailcrm { … }
//! account loyalty = plazius   { … }
//! ```
//!
//! An empty line ends the columns. A cell of more than 44 characters stands outside: one long name would push all others
//! away from their values.

use super::doc::{Doc, group, nest, text};
use super::pieces::Cx;
use super::{exprs, lists, spaced};
use crate::cst::{Node, Rule};

/// Widest cell that still makes a column, in characters.
const CELL_WIDTH_MAX: usize = 44;

/// One line in cells.
pub(super) struct Row {
    /// Only rows of one kind are columns together.
    kind: Rule,
    cells: Vec<Doc>,
    /// The last cell is a caption or a hole, which stands off a little more.
    captioned: bool,
}

impl Row {
    fn new(kind: Rule, cells: Vec<Doc>) -> Row {
        Row {
            kind,
            cells,
            captioned: false,
        }
    }
}

/// A row without neighbours.
pub(super) fn alone(cx: &Cx<'_>, node: &Node<'_>) -> Doc {
    match row(cx, node) {
        Some(row) => join(row, &[]),
        None if node.rule == Rule::arg => argument(cx, node.children()),
        None => spaced::kids(cx, node.children()),
    }
}

/// A value without a name in front of it.
fn argument(cx: &Cx<'_>, kids: &[Node<'_>]) -> Doc {
    let mut parts = Vec::new();
    for kid in kids {
        if kid.rule == Rule::comprehension {
            parts.push(Doc::Line(" "));
            parts.push(exprs::comprehension(cx, kid.children()));
        } else {
            parts.push(spaced::node(cx, kid));
        }
    }
    Doc::Concat(parts)
}

/// Several nodes; each comes with whether an empty line stands above it.
pub(super) fn columns(cx: &Cx<'_>, nodes: &[(&Node<'_>, bool)]) -> Vec<Doc> {
    let mut docs = Vec::new();
    let mut run: Vec<(Doc, Result<Row, Doc>)> = Vec::new();
    for (node, empty_line) in nodes {
        if *empty_line {
            finish(&mut run, &mut docs);
        }
        let above = cx.above_line(node);
        run.push((above, row(cx, node).ok_or_else(|| spaced::node(cx, node))));
    }
    finish(&mut run, &mut docs);
    docs
}

/// Aligns what stands together.
fn finish(run: &mut Vec<(Doc, Result<Row, Doc>)>, docs: &mut Vec<Doc>) {
    let mut widths: Vec<(Rule, Vec<usize>)> = Vec::new();
    for row in run.iter().flat_map(|(_, row)| row) {
        let mine = match widths.iter().position(|(kind, _)| *kind == row.kind) {
            Some(found) => &mut widths[found].1,
            None => {
                widths.push((row.kind, Vec::new()));
                let last = widths.len() - 1;
                &mut widths[last].1
            }
        };
        for (column, cell) in row.cells.iter().enumerate() {
            if mine.len() <= column {
                mine.push(0);
            }
            let wide = cell.flat_width().filter(|wide| *wide <= CELL_WIDTH_MAX);
            if column + 1 < row.cells.len() {
                mine[column] = mine[column].max(wide.unwrap_or(0));
            }
        }
    }
    for (above, entry) in run.drain(..) {
        let doc = match entry {
            Err(doc) => doc,
            Ok(row) => {
                let mine = widths.iter().find(|(kind, _)| *kind == row.kind);
                join(row, mine.map_or(&[], |(_, widths)| widths))
            }
        };
        docs.push(Doc::Concat(vec![above, doc]));
    }
}

fn join(row: Row, widths: &[usize]) -> Doc {
    let count = row.cells.len();
    let mut parts = Vec::new();
    for (column, cell) in row.cells.into_iter().enumerate() {
        let wide = cell.flat_width();
        parts.push(cell);
        if column + 1 == count {
            break;
        }
        if let (Some(wide), Some(wanted)) = (wide, widths.get(column)) {
            parts.push(Doc::Pad(wanted.saturating_sub(wide)));
        }
        // Behind the last line of a long cell there is no column.
        let before_caption = row.captioned && column + 2 == count && wide.is_some();
        // What follows an accepted form can have a line of its own and brings its blank along.
        if row.kind != Rule::event_accept {
            parts.push(Doc::IfBroken(if before_caption { "  " } else { " " }, " "));
        }
    }
    Doc::Concat(parts)
}

/// The cells of a node; None when it has none.
fn row(cx: &Cx<'_>, node: &Node<'_>) -> Option<Row> {
    let kids = node.children();
    // The name and its colon, the pattern, the word that says what it is.
    let cut = |end: usize| {
        let (head, tail) = kids.split_at(end.min(kids.len()));
        (!tail.is_empty()).then_some((head, tail))
    };
    match node.rule {
        Rule::item | Rule::entry | Rule::member if kids.len() == 1 => row(cx, &kids[0]),
        Rule::param if kids.last().is_some_and(|last| last.rule == Rule::plain) => field(cx, node),
        Rule::field_value | Rule::setting | Rule::param => two(cx, node.rule, cut(2)?),
        Rule::arg if kids.len() > 2 => {
            let (head, tail) = cut(2)?;
            let cells = vec![spaced::kids(cx, head), argument(cx, tail)];
            Some(Row::new(Rule::arg, cells))
        }
        Rule::arm | Rule::step_arm => {
            let (head, tail) = cut(1)?;
            let (comma, tail) = match tail.split_last() {
                Some((last, rest)) if last.rule == Rule::comma => (cx.comments_of(last), rest),
                _ => (Doc::Concat(Vec::new()), tail),
            };
            let value = Doc::Concat(vec![spaced::kids(cx, tail), comma]);
            let cells = vec![spaced::kids(cx, head), value];
            Some(Row::new(Rule::arm, cells))
        }
        Rule::account => {
            let (head, tail) = cut(2)?;
            let (connector, settings) = tail.split_at(2.min(tail.len()));
            let mut cells = vec![spaced::kids(cx, head), spaced::kids(cx, connector)];
            if !settings.is_empty() {
                cells.push(spaced::kids(cx, settings));
            }
            Some(Row::new(Rule::account, cells))
        }
        Rule::constant => {
            let equals = kids.iter().position(|kid| kid.rule == Rule::equals)?;
            two(cx, node.rule, cut(equals)?)
        }
        Rule::type_decl => type_declaration(cx, node),
        Rule::member_field | Rule::setting_def => field(cx, node),
        Rule::answer | Rule::code => two(cx, node.rule, cut(2)?),
        Rule::event_accept => {
            let condition = |kid: &Node<'_>| kid.rule != Rule::section;
            let cut_at = kids.iter().skip(3).position(condition)? + 3;
            let (head, tail) = cut(cut_at)?;
            let own_line = cx.new_line(head.last()?.span.end, tail.first()?.span.start);
            let tail = nest(Doc::Concat(vec![Doc::Line(" "), spaced::kids(cx, tail)]));
            let cells = vec![spaced::kids(cx, head), group(own_line, tail)];
            Some(Row::new(node.rule, cells))
        }
        Rule::section => {
            let body = node.children().first()?;
            section(cx, body.children())
        }
        Rule::marker | Rule::found | Rule::complete | Rule::settle => {
            two(cx, Rule::readback, cut(1)?)
        }
        _ => None,
    }
}

fn two(cx: &Cx<'_>, kind: Rule, (head, tail): (&[Node<'_>], &[Node<'_>])) -> Option<Row> {
    // The last text of an answer or a code is a caption wherever it stands.
    let tail = match tail {
        [only] if only.rule == Rule::plain => spaced::caption(cx, only),
        [rest @ .., last] if kind == Rule::answer && last.rule == Rule::plain => Doc::Concat(vec![
            spaced::kids(cx, rest),
            text(" "),
            spaced::caption(cx, last),
        ]),
        _ => spaced::kids(cx, tail),
    };
    Some(Row::new(kind, vec![spaced::kids(cx, head), tail]))
}

/// `type OrderStatus = string`; with a caption it is no row, because captions have any length.
fn type_declaration(cx: &Cx<'_>, node: &Node<'_>) -> Option<Row> {
    let kids = node.children();
    let equals = kids.iter().position(|kid| kid.rule == Rule::equals)?;
    let declared = kids.get(equals + 1)?;
    let begins_line = cx.new_line(kids[equals].span.end, declared.span.start);
    let mut value = vec![
        cx.word(&kids[equals]),
        lists::declared_type(cx, declared, begins_line),
    ];
    if let Some(caption) = kids.get(equals + 2) {
        value.extend([text(" "), spaced::caption(cx, caption)]);
    }
    let declared = spaced::kids(cx, &kids[..equals]);
    let value = Doc::Concat(value);
    let cells = match kids[..equals].last() {
        Some(caption) if caption.rule == Rule::plain => {
            vec![Doc::Concat(vec![declared, text(" "), value])]
        }
        _ => vec![declared, value],
    };
    Some(Row::new(Rule::type_decl, cells))
}

/// `phone: string personal  "Телефон"`, `errorMsg: string  -> message`, `setting apiKey: secret  "Ключ API"`, `objectId = objectId`
fn field(cx: &Cx<'_>, node: &Node<'_>) -> Option<Row> {
    let kids = node.children();
    let colon = kids.iter().position(|kid| kid.rule == Rule::colon);
    let named = colon.map_or(1, |at| at + 1);
    let (name, tail) = kids.split_at(named);
    let (said, last) = match tail.split_last() {
        Some((last, said)) if !said.is_empty() && (last.rule == Rule::plain || is_hole(last)) => {
            (said, Some(last))
        }
        _ => (tail, None),
    };
    let mut cells = vec![spaced::kids(cx, name), attributes(cx, said)];
    cells.extend(last.map(|last| match last.rule {
        Rule::plain => spaced::caption(cx, last),
        _ => spaced::node(cx, last),
    }));
    Some(Row {
        kind: node.rule,
        cells,
        captioned: last.is_some(),
    })
}

/// `string? since "2.5.4.10" where …`: what is too long gets a line for each thing that is said.
fn attributes(cx: &Cx<'_>, kids: &[Node<'_>]) -> Doc {
    // An object over several lines is followed by its attributes on its last line: `} as json`.
    if kids.iter().any(|kid| cx.several_lines(kid)) {
        return spaced::kids(cx, kids);
    }
    let mut parts = Vec::new();
    for (number, kid) in kids.iter().enumerate() {
        parts.push(match kid.rule {
            _ if number == 0 => Doc::Concat(Vec::new()),
            Rule::attr => Doc::Line(" "),
            _ => text(" "),
        });
        parts.push(spaced::node(cx, kid));
    }
    group(false, nest(Doc::Concat(parts)))
}

/// `-> name`, `-> ...`
fn is_hole(node: &Node<'_>) -> bool {
    node.has(Rule::attr_hole) || node.has(Rule::attr_hole_spread)
}

/// `headers { … } -> headers`
fn section(cx: &Cx<'_>, kids: &[Node<'_>]) -> Option<Row> {
    let cells = kids.iter().map(|kid| spaced::node(cx, kid)).collect();
    (kids.len() > 1).then(|| Row::new(Rule::section, cells))
}

//! Mapping tables: `table t: A -> B { "a", "b" -> "c"  else -> fail "…" }`, used as `t[x]`.
//!
//! Tables whose rows stand in a CSV file are read by [`csv_tables`].

use std::sync::Arc;

use ondo_grammar::ast::{self, ExprKind, ItemKind, PatternKind, TableSource};

use super::coerce::Target;
use super::cx::Cx;
use super::matches::Patterns;
use super::names::DeclKind;
use super::typed::Typed;
use super::{csv_tables, expr, types};
use crate::errors;
use crate::ir::{self, Expr, ExprId, Records, TableId};
use crate::source::{FileId, Place};
use crate::types::Type;
use crate::value::Value;

/// A table while the bundle is checked.
#[derive(Debug)]
pub(super) struct TableInfo<'a> {
    ast: &'a ast::Table,
    file: FileId,
    namespace: String,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Waiting,
    Busy,
    Done(Content),
}

#[derive(Debug, Clone)]
struct Content {
    from: Type,
    to: Type,
    rows: Vec<(Vec<Value>, ExprId)>,
    otherwise: Option<ExprId>,
    /// Rows of a CSV file.
    records: Option<Arc<Records>>,
    fails: bool,
}

impl TableInfo<'_> {
    /// The lowered table; none if it was never reached.
    pub(super) fn finish(self) -> Option<ir::Table> {
        let State::Done(content) = self.state else {
            return None;
        };
        let name = format!("{}{}", self.namespace, self.ast.name.text);
        Some(ir::Table {
            name: name.into(),
            rows: content.rows,
            otherwise: content.otherwise,
            records: content.records,
        })
    }
}

/// Notes all tables, in the order of the text.
pub(super) fn declare(cx: &mut Cx<'_>) {
    cx.each_item(|cx, item, _| {
        if let ItemKind::Table(table) = &item.kind {
            let info = TableInfo {
                ast: table,
                file: cx.file,
                namespace: cx.namespace.clone(),
                state: State::Waiting,
            };
            cx.tables.push(info);
        }
    });
}

/// Checks the tables that nobody uses.
pub(super) fn check_all(cx: &mut Cx<'_>) {
    for at in 0..cx.tables.len() {
        let name = &cx.tables[at].ast.name;
        let place = Place {
            file: cx.tables[at].file,
            span: name.span,
        };
        content(cx, TableId(at as u32), place);
    }
}

/// The table that an expression names, if it is one.
pub(super) fn named(cx: &mut Cx<'_>, e: &ast::Expr) -> Option<TableId> {
    let name = match &e.kind {
        ExprKind::Name(name) => name.clone(),
        ExprKind::Field { base, name, .. } => match &base.kind {
            ExprKind::Name(library) => format!("{library}.{}", name.text),
            _ => return None,
        },
        _ => return None,
    };
    if cx.scope.local(&name).is_some() {
        return None;
    }
    let DeclKind::Table(id) = cx.decl(&name)?.kind else {
        return None;
    };
    cx.use_decl(&name);
    Some(id)
}

/// `t[x]`
pub(super) fn lookup(cx: &mut Cx<'_>, table: TableId, key: &ast::Expr, place: Place) -> Typed {
    let name = cx.tables[table.0 as usize].ast.name.text.clone();
    let content = content(cx, table, place);
    let target = Target::plain(format!("the key of `{name}`"));
    let key = expr::expect(cx, key, &content.from, &target);
    let id = cx.add(Expr::Lookup { table, key: key.id }, place);
    let mut value = Typed::new(id, content.to, place);
    value.fails = content.fails || key.fails;
    value
}

fn content(cx: &mut Cx<'_>, id: TableId, used_at: Place) -> Content {
    let at = id.0 as usize;
    let unknown = Content {
        from: Type::Unknown,
        to: Type::Unknown,
        rows: Vec::new(),
        otherwise: None,
        records: None,
        fails: true,
    };
    let declared = Place {
        file: cx.tables[at].file,
        span: cx.tables[at].ast.name.span,
    };
    match &cx.tables[at].state {
        State::Done(content) => return content.clone(),
        State::Busy => {
            let name = cx.tables[at].ast.name.text.clone();
            cx.report(errors::calls::recursion(used_at, &name, declared));
            return unknown;
        }
        State::Waiting => cx.tables[at].state = State::Busy,
    }
    let info = &cx.tables[at];
    let (table, file, namespace) = (info.ast, info.file, info.namespace.clone());
    let content = cx.apart(file, &namespace, |cx| match &table.source {
        TableSource::Csv { file, key } => match csv_tables::read(cx, table, file, key) {
            Some(read) => Content {
                from: read.from,
                to: read.to,
                records: Some(Arc::new(read.records)),
                ..unknown
            },
            None => unknown,
        },
        TableSource::Rows(rows) => check_rows(cx, table, rows),
    });
    cx.tables[at].state = State::Done(content.clone());
    content
}

fn check_rows(cx: &mut Cx<'_>, table: &ast::Table, rows: &[ast::Arm]) -> Content {
    let from = match &table.from {
        Some(ty) => types::lower(cx, ty),
        None => key_type(rows),
    };
    let to = table.to.as_ref().map(|ty| types::lower(cx, ty));
    let mut patterns = Patterns::of_type(cx, &from);
    let mut content = Content {
        from,
        to: Type::Unknown,
        rows: Vec::new(),
        otherwise: None,
        records: None,
        fails: false,
    };
    let mut values = Vec::new();
    let mut has_else = false;
    for row in rows {
        let keys = patterns.arm(cx, &row.patterns);
        let value = match &to {
            Some(to) => {
                let target = Target {
                    what: format!("the values of `{}`", table.name.text),
                    declared: table.to.as_ref().map(|ty| cx.at(ty.span)),
                    caption: None,
                };
                expr::expect(cx, &row.value, to, &target)
            }
            None => expr::check(cx, &row.value, None),
        };
        content.fails |= value.fails;
        if row.patterns.is_empty() {
            has_else = true;
            content.otherwise = Some(value.id);
        } else {
            content.rows.push((keys, value.id));
        }
        values.push(value);
    }
    let place = cx.at(table.name.span);
    let what = format!("table `{}`", table.name.text);
    patterns.finish(cx, place, has_else, &what);
    content.to = match to {
        Some(to) => to,
        None => {
            let (ty, ids) = expr::common(cx, &values, None, &what);
            let mut at = 0;
            let mut ids = ids.into_iter();
            for row in rows {
                let id = ids.next();
                match id {
                    Some(id) if row.patterns.is_empty() => content.otherwise = Some(id),
                    Some(id) => {
                        content.rows[at].1 = id;
                        at += 1;
                    }
                    None => {}
                }
            }
            ty
        }
    };
    content
}

/// Keys without a declared type are what the first of them is.
fn key_type(rows: &[ast::Arm]) -> Type {
    let first = rows.iter().flat_map(|row| &row.patterns).next();
    match first.map(|pattern| &pattern.kind) {
        Some(PatternKind::Int(_)) => Type::Int,
        Some(PatternKind::Decimal(_)) => Type::Decimal,
        Some(PatternKind::Bool(_)) => Type::Bool,
        _ => Type::Text,
    }
}

//! Declarations: what stands at the top of a file or in `connector NAME { … }`.

use super::{
    Cx, alias, arms, caption, cases, connectors, expr, must, name, path, rules, separators, str,
    types,
};
use crate::ast::{
    Account, Allow, Bundle, Connector, Const, Extend, Fn, Item, ItemKind, Param, Setting, Span,
    Table, TableSource, TypeDecl, TypeExpr, TypeKind, Use,
};
use crate::cst::{Node, Rule};
use crate::{SyntaxError, message, recover};

/// All declarations among the children.
pub(super) fn items(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for child in node.children() {
        match child.rule {
            Rule::item => items.push(item(cx, child)),
            Rule::bad_item => {
                let span = recover::trimmed(cx.text, cx.scan, child.span);
                let error = recover::explain(cx.text, cx.scan, span, Rule::only_item);
                let rest = matches!(
                    error.code,
                    "step-outside-rule" | "error-outcome" | "unknown-step"
                );
                if !(rest && disturbed(cx, items.last())) {
                    cx.errors.push(error);
                }
                items.push(Item {
                    span,
                    kind: ItemKind::Error,
                });
            }
            Rule::stray | Rule::stray_sign if disturbed(cx, items.last()) => {}
            Rule::stray | Rule::stray_sign => {
                cx.errors
                    .push(message::stray(child.span, child.text, "a declaration"));
            }
            _ => {}
        }
    }
    items
}

/// One mistake, one message: steps and closers that follow a broken declaration are its rest.
fn disturbed(cx: &Cx<'_>, last: Option<&Item>) -> bool {
    last.is_some_and(|last| {
        matches!(last.kind, ItemKind::Error)
            || cx
                .errors
                .iter()
                .any(|error| error.span.start >= last.span.start)
    })
}

/// One declaration.
pub(crate) fn item(cx: &mut Cx<'_>, node: &Node<'_>) -> Item {
    let kind = match node.children().first() {
        Some(child) => kind(cx, child),
        None => ItemKind::Error,
    };
    Item {
        span: node.span,
        kind,
    }
}

fn kind(cx: &mut Cx<'_>, node: &Node<'_>) -> ItemKind {
    match node.rule {
        Rule::bundle => ItemKind::Bundle(Bundle {
            name: name(must(node, Rule::name)),
            fields: settings(cx, node),
        }),
        Rule::use_file => ItemKind::Use(Use {
            path: str(cx, must(node, Rule::plain)),
            alias: alias(node),
        }),
        Rule::account => ItemKind::Account(account(cx, node)),
        Rule::allow => ItemKind::Allow(allow(node)),
        Rule::constant => {
            let ty = types::first(cx, node);
            ItemKind::Const(Const {
                name: name(must(node, Rule::name)),
                ty,
                value: expr::first(cx, node),
            })
        }
        Rule::table => ItemKind::Table(table(cx, node)),
        Rule::type_decl => ItemKind::Type(TypeDecl {
            name: name(must(node, Rule::name)),
            caption: caption(cx, node),
            ty: some_type(cx, node),
        }),
        Rule::extend => ItemKind::Extend(Extend {
            path: path(must(node, Rule::path)),
            fields: some_type(cx, node),
        }),
        Rule::function => ItemKind::Fn(Fn {
            name: name(must(node, Rule::name)),
            params: params(cx, node),
            result: some_type(cx, node),
            body: expr::first(cx, node),
        }),
        Rule::rule_decl => ItemKind::Rule(Box::new(rules::rule(cx, node))),
        Rule::test => ItemKind::Test(cases::test(cx, node)),
        Rule::connector => {
            let items = items(cx, node);
            unclosed(cx, node);
            ItemKind::Connector(Connector {
                name: name(must(node, Rule::name)),
                caption: caption(cx, node),
                items,
            })
        }
        _ => match connectors::definition(cx, node) {
            Some(definition) => ItemKind::Definition(definition),
            None => ItemKind::Error,
        },
    }
}

/// Reports an opening brace that no brace closes.
pub(super) fn unclosed(cx: &mut Cx<'_>, node: &Node<'_>) {
    if let Some(end) = node.get(Rule::unclosed) {
        let error = recover::unclosed_block(cx.text, cx.scan, node.span, end.span.start);
        // The blocks around it lack their braces too; one message is enough.
        let said =
            |before: &SyntaxError| before.code == error.code && before.related == error.related;
        // A text without its closing quote has swallowed the brace.
        let swallowed = |text: &Span| node.span.start <= text.start && text.end <= node.span.end;
        if !cx.errors.iter().any(said) && !cx.scan.unterminated.iter().any(swallowed) {
            cx.errors.push(error);
        }
    }
}

fn account(cx: &mut Cx<'_>, node: &Node<'_>) -> Account {
    let mut names = node.all(Rule::name).map(name);
    let first = names.next().unwrap_or_else(|| name(node));
    let connector = names.next().unwrap_or_else(|| first.clone());
    Account {
        name: first,
        connector,
        settings: settings(cx, node),
    }
}

fn allow(node: &Node<'_>) -> Allow {
    let mut names = node.all(Rule::name).map(name);
    let what = names.next().unwrap_or_else(|| name(node));
    Allow {
        what,
        targets: names.collect(),
    }
}

fn settings(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Setting> {
    let Some(list) = node
        .get(Rule::settings)
        .or_else(|| node.get(Rule::slip_settings))
    else {
        return Vec::new();
    };
    if list.rule == Rule::slip_settings {
        let open = Span {
            end: list.span.start + 1,
            ..list.span
        };
        let inner = list.text.trim_matches(['(', ')']).trim();
        cx.errors.push(message::settings_parentheses(open, inner));
    }
    separators(cx, list);
    list.all(Rule::setting)
        .map(|field| Setting {
            name: expr::field_name(cx, field),
            value: expr::first(cx, field),
        })
        .collect()
}

fn table(cx: &mut Cx<'_>, node: &Node<'_>) -> Table {
    let mut declared = node
        .all(Rule::r#type)
        .map(|ty| types::ty(cx, ty))
        .collect::<Vec<_>>()
        .into_iter();
    let (from, to) = (declared.next(), declared.next());
    let source = match node.get(Rule::table_file) {
        Some(file) => {
            let mut texts = file
                .all(Rule::plain)
                .map(|plain| str(cx, plain))
                .collect::<Vec<_>>()
                .into_iter();
            let path = texts.next().unwrap_or_else(|| str(cx, file));
            let key = texts.next().unwrap_or_else(|| path.clone());
            TableSource::Csv { file: path, key }
        }
        None => TableSource::Rows(arms::arms(cx, must(node, Rule::table_rows))),
    };
    Table {
        name: name(must(node, Rule::name)),
        from,
        to,
        source,
    }
}

/// Parameters between parentheses; none when there are no parentheses.
pub(super) fn params(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Param> {
    let Some(list) = node.get(Rule::params) else {
        return Vec::new();
    };
    separators(cx, list);
    list.all(Rule::param)
        .map(|param| Param {
            name: name(must(param, Rule::name)),
            ty: some_type(cx, param),
            caption: param.get(Rule::plain).map(|caption| str(cx, caption)),
            default: param
                .get(Rule::default)
                .map(|default| expr::first(cx, default)),
        })
        .collect()
}

/// The type that the grammar promises.
pub(super) fn some_type(cx: &mut Cx<'_>, node: &Node<'_>) -> TypeExpr {
    types::first(cx, node).unwrap_or(TypeExpr {
        span: Span {
            end: node.span.start,
            ..node.span
        },
        kind: TypeKind::Error,
    })
}

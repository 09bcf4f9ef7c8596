//! Declarations.

use super::exprs::arm;
use super::{Sexp, connectors, list, steps};
use crate::ast::{Item, ItemKind, Param, Setting, Table, TableSource};

pub(super) fn item(item: &Item) -> Sexp {
    match &item.kind {
        ItemKind::Bundle(bundle) => list("bundle")
            .with(&bundle.name)
            .all(bundle.fields.iter().map(setting)),
        ItemKind::Use(file) => list("use")
            .with(&file.path)
            .tagged("as", file.alias.as_ref()),
        ItemKind::Account(account) => list("account")
            .with(&account.name)
            .with(&account.connector)
            .all(account.settings.iter().map(setting)),
        ItemKind::Allow(allow) => list("allow").with(&allow.what).all(&allow.targets),
        ItemKind::Const(constant) => list("const")
            .with(&constant.name)
            .tagged(":", constant.ty.as_ref())
            .with(&constant.value),
        ItemKind::Table(table) => self::table(table),
        ItemKind::Type(decl) => list("type")
            .with(&decl.name)
            .maybe(decl.caption.as_ref())
            .with(&decl.ty),
        ItemKind::Extend(extend) => list("extend").with(&extend.path).with(&extend.fields),
        ItemKind::Fn(function) => list("fn")
            .with(&function.name)
            .all(function.params.iter().map(param))
            .tagged("->", Some(&function.result))
            .with(&function.body),
        ItemKind::Rule(rule) => steps::rule(rule),
        ItemKind::Test(test) => steps::test(test),
        ItemKind::Connector(connector) => list("connector")
            .with(&connector.name)
            .maybe(connector.caption.as_ref())
            .all(connector.items.iter().map(self::item)),
        ItemKind::Definition(definition) => connectors::definition(definition),
        ItemKind::Error => "ERROR".into(),
    }
}

fn setting(setting: &Setting) -> Sexp {
    list(format!("{}:", setting.name.text)).with(&setting.value)
}

fn table(table: &Table) -> Sexp {
    let head = list("table")
        .with(&table.name)
        .tagged("from", table.from.as_ref())
        .tagged("to", table.to.as_ref());
    match &table.source {
        TableSource::Rows(rows) => head.all(rows.iter().map(arm)),
        TableSource::Csv { file, key } => head.with(list("csv").with(file).with(key)),
    }
}

pub(super) fn param(param: &Param) -> Sexp {
    list(format!("{}:", param.name.text))
        .with(&param.ty)
        .maybe(param.caption.as_ref())
        .tagged("=", param.default.as_ref())
}

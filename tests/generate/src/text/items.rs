//! Declarations.

use ondo_grammar::ast::{Connector, Item, ItemKind, Param, Setting, Table, TableSource};

use super::{Page, cases, connectors, exprs, rules, types};

pub(super) fn item(page: &mut Page<'_, '_>, item: &Item) {
    match &item.kind {
        ItemKind::Bundle(bundle) => {
            page.put("bundle");
            page.blank();
            page.name(&bundle.name);
            page.blank();
            settings(page, &bundle.fields);
        }
        ItemKind::Use(used) => {
            page.put("use");
            page.blank();
            page.plain(&used.path.text);
            page.alias(&used.alias);
        }
        ItemKind::Account(account) => {
            page.put("account");
            page.blank();
            page.name(&account.name);
            page.word("=");
            page.name(&account.connector);
            if !account.settings.is_empty() {
                page.blank();
                settings(page, &account.settings);
            }
        }
        ItemKind::Allow(allow) => {
            page.put("allow");
            page.blank();
            page.name(&allow.what);
            page.word("->");
            for (number, target) in allow.targets.iter().enumerate() {
                if number > 0 {
                    page.comma();
                }
                page.name(target);
            }
        }
        ItemKind::Const(constant) => {
            page.put("const");
            page.blank();
            page.name(&constant.name);
            if let Some(ty) = &constant.ty {
                page.gap();
                page.put(":");
                page.gap();
                types::ty(page, ty);
            }
            page.word("=");
            exprs::expr(page, &constant.value);
        }
        ItemKind::Table(table) => self::table(page, table),
        ItemKind::Type(declared) => {
            page.put("type");
            page.blank();
            page.name(&declared.name);
            let behind = page.tape.rarely(2);
            if !behind {
                page.caption(&declared.caption);
            }
            page.word("=");
            types::ty(page, &declared.ty);
            if behind {
                page.caption(&declared.caption);
            }
        }
        ItemKind::Extend(extend) => {
            page.put("extend");
            page.blank();
            page.path(&extend.path);
            page.blank();
            types::ty(page, &extend.fields);
        }
        ItemKind::Fn(function) => {
            page.put("fn");
            page.blank();
            page.name(&function.name);
            params(page, &function.params);
            page.word("->");
            types::ty(page, &function.result);
            page.word("=");
            exprs::expr(page, &function.body);
        }
        ItemKind::Rule(rule) => rules::rule(page, rule),
        ItemKind::Test(test) => cases::test(page, test),
        ItemKind::Connector(connector) => self::connector(page, connector),
        ItemKind::Definition(definition) => connectors::definition(page, definition),
        ItemKind::Error => {}
    }
}

fn settings(page: &mut Page<'_, '_>, settings: &[Setting]) {
    page.put("{");
    page.gap();
    page.listed(settings, |page, setting| {
        page.key(&setting.name);
        page.gap();
        page.put(":");
        page.gap();
        exprs::expr(page, &setting.value);
    });
    page.gap();
    page.put("}");
}

fn table(page: &mut Page<'_, '_>, table: &Table) {
    page.put("table");
    page.blank();
    page.name(&table.name);
    if let (Some(from), Some(to)) = (&table.from, &table.to) {
        page.gap();
        page.put(":");
        page.gap();
        types::ty(page, from);
        page.word("->");
        types::ty(page, to);
    }
    page.blank();
    match &table.source {
        TableSource::Csv { file, key } => {
            page.put("from");
            page.blank();
            page.plain(&file.text);
            page.word("key");
            page.plain(&key.text);
        }
        TableSource::Rows(rows) => {
            page.put("{");
            exprs::arms(page, rows);
            page.put("}");
        }
    }
}

/// Between parentheses, which are always there.
pub(super) fn params(page: &mut Page<'_, '_>, params: &[Param]) {
    page.gap();
    page.put("(");
    page.gap();
    page.listed(params, |page, param| {
        page.name(&param.name);
        page.gap();
        page.put(":");
        page.gap();
        types::ty(page, &param.ty);
        if let Some(default) = &param.default {
            page.word("=");
            exprs::tight(page, default);
        }
        page.caption(&param.caption);
    });
    page.gap();
    page.put(")");
}

fn connector(page: &mut Page<'_, '_>, connector: &Connector) {
    page.put("connector");
    page.blank();
    page.name(&connector.name);
    page.caption(&connector.caption);
    page.blank();
    page.put("{");
    page.line();
    for item in &connector.items {
        // At the beginning of a line it would say that the brace above was never closed.
        page.put("  ");
        self::item(page, item);
        page.line();
    }
    page.put("}");
}

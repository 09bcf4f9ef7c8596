//! Accounts: settings against what the connector wants, and the one that is meant where none is declared.

use ondo_grammar::ast::{self, ExprKind, ItemKind};

use super::consts;
use super::cx::Cx;
use crate::catalog::{CERTIFICATE, Connector, ENGINE, Fingerprint, Setting};
use crate::errors;
use crate::ir::{Account, AccountId, SettingValue};
use crate::source::Place;
use crate::types::{Name, Type};
use crate::value::Value;

/// Checks the declared accounts, in the order of the text. Settings are read later, when constants are known.
pub(super) fn declare(cx: &mut Cx<'_>) {
    cx.each_item(|cx, item, library| {
        let ItemKind::Account(account) = &item.kind else {
            return;
        };
        let place = cx.at(account.name.span);
        if library {
            cx.report(errors::decls::not_in_library(place, "an account"));
            return;
        }
        if account.name.text == ENGINE {
            cx.report(errors::names::engine_account_name(place));
        } else if account.connector.text == ENGINE {
            let at = cx.at(account.connector.span);
            cx.report(errors::names::engine_account(at));
        }
        if !cx
            .catalog
            .connectors
            .contains_key(account.connector.text.as_str())
        {
            let known = cx.catalog.connectors.keys();
            let near = errors::nearest::nearest(&account.connector.text, known.map(|name| &**name));
            let names: Vec<&str> = cx.catalog.connectors.keys().map(|name| &**name).collect();
            let at = cx.at(account.connector.span);
            let finding =
                errors::names::unknown_connector(at, &account.connector.text, near, &names);
            cx.report(finding);
        }
        cx.accounts.push(Account {
            name: account.name.text.as_str().into(),
            connector: account.connector.text.as_str().into(),
            settings: Vec::new(),
            declared: true,
            place,
        });
    });
}

/// Reads the settings of all declared accounts.
pub(super) fn check_settings(cx: &mut Cx<'_>) {
    let mut at = 0;
    cx.each_item(|cx, item, library| {
        if let (ItemKind::Account(account), false) = (&item.kind, library) {
            settings(cx, account, AccountId(at));
            at += 1;
        }
    });
}

fn settings(cx: &mut Cx<'_>, account: &ast::Account, id: AccountId) {
    let Some(connector) = cx.connector_of(id) else {
        return;
    };
    let mut given: Vec<(Name, SettingValue)> = Vec::new();
    let mut seen: Vec<(&str, Place)> = Vec::new();
    let mut unknown = false;
    for setting in &account.settings {
        let place = cx.at(setting.name.span);
        let name = &*setting.name.text;
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == name) {
            cx.report(errors::objects::duplicate(place, "setting", name, *first));
            continue;
        }
        seen.push((name, place));
        let Some(wanted) = connector.settings.get(name) else {
            unknown = true;
            let known: Vec<&str> = connector.settings.keys().map(|name| &**name).collect();
            let near =
                errors::nearest::nearest(name, connector.settings.keys().map(|name| &**name));
            cx.report(errors::decls::unknown_setting(
                place,
                name,
                &connector.name,
                near,
                &known,
            ));
            continue;
        };
        if let Some(value) = setting_value(cx, &setting.value, wanted, name, &connector.name) {
            given.push((name.into(), value));
        }
    }
    // What was reported counts as given, so that no call asks for it again.
    for name in connector.settings.keys() {
        let tried = unknown || seen.iter().any(|(known, _)| **known == **name);
        if tried && !given.iter().any(|(known, _)| known == name) {
            given.push((name.clone(), SettingValue::Env(name.clone())));
        }
    }
    cx.accounts[id.0 as usize].settings = given;
    if !unknown {
        missing(cx, account, connector, &seen);
    }
}

fn setting_value(
    cx: &mut Cx<'_>,
    value: &ast::Expr,
    wanted: &Setting,
    name: &str,
    connector: &str,
) -> Option<SettingValue> {
    let place = cx.at(value.span);
    let secret = matches!(wanted.ty.non_null(), Type::Secret);
    match &value.kind {
        ExprKind::Env(written) | ExprKind::Secret(written) if written.text.trim().is_empty() => {
            let word = match value.kind {
                ExprKind::Env(_) => "env",
                _ => "secret",
            };
            cx.report(errors::decls::nameless(place, word, name, connector));
            None
        }
        ExprKind::Env(name) => Some(SettingValue::Env(name.text.as_str().into())),
        ExprKind::Secret(_) if !secret => {
            let finding = errors::data::secret_in_setting(place, name, connector, wanted.place);
            cx.report(finding);
            None
        }
        ExprKind::Secret(name) => Some(SettingValue::Secret(name.text.as_str().into())),
        _ if secret => {
            cx.report(errors::data::plain_secret(
                place,
                name,
                connector,
                wanted.place,
            ));
            None
        }
        _ => {
            let what = format!("`{name}` of {connector}");
            let value = consts::fixed(cx, value, &wanted.ty, &what)?;
            if wanted.url && !is_url(&value) {
                cx.report(errors::decls::not_a_url(place, name));
                return None;
            }
            if name == CERTIFICATE && !is_fingerprint(&value) {
                cx.report(errors::decls::not_a_fingerprint(place));
                return None;
            }
            Some(SettingValue::Value(value))
        }
    }
}

fn is_url(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.starts_with("https://") || text.starts_with("http://"),
        _ => true,
    }
}

fn is_fingerprint(value: &Value) -> bool {
    match value {
        Value::Text(text) => Fingerprint::parse(text).is_some(),
        _ => true,
    }
}

fn missing(cx: &mut Cx<'_>, account: &ast::Account, connector: &Connector, seen: &[(&str, Place)]) {
    // The secret that ends the address of webhooks is made up for an account that does not name one.
    let path_secret = connector
        .hook
        .as_ref()
        .and_then(|hook| hook.path_secret.as_ref());
    for (name, setting) in &connector.settings {
        let given = seen.iter().any(|(known, _)| **known == **name);
        let optional = setting.default.is_some() || setting.ty.is_nullable();
        if given || optional || path_secret == Some(name) {
            continue;
        }
        let place = cx.at(account.name.span);
        let secret = matches!(setting.ty, Type::Secret);
        let finding = errors::decls::missing_setting(
            place,
            name,
            &connector.name,
            (setting.place, setting.caption.as_deref()),
            secret,
        );
        cx.report(finding);
    }
}

/// The account that a connector's own name means: the only declared one, or one that is not declared. Several are
/// reported.
pub(super) fn of_connector(cx: &mut Cx<'_>, connector: &str, place: Place) -> Option<AccountId> {
    let (name, _) = cx.catalog.connectors.get_key_value(connector)?;
    let name = name.clone();
    let declared: Vec<AccountId> = cx
        .accounts
        .iter()
        .enumerate()
        .filter(|(_, account)| account.declared && *account.connector == *connector)
        .map(|(at, _)| AccountId(at as u32))
        .collect();
    match declared.as_slice() {
        [] => Some(default_account(cx, name, place)),
        [only] => {
            let account = cx.accounts[only.0 as usize].name.to_string();
            cx.use_decl(&account);
            Some(*only)
        }
        several => {
            let names: Vec<Name> = several
                .iter()
                .map(|id| cx.accounts[id.0 as usize].name.clone())
                .collect();
            for name in &names {
                cx.use_decl(name);
            }
            cx.report(errors::names::which_account(place, connector, &names));
            None
        }
    }
}

fn default_account(cx: &mut Cx<'_>, connector: Name, place: Place) -> AccountId {
    if let Some(known) = cx.names.default_accounts.get(&*connector) {
        return *known;
    }
    let id = AccountId(cx.accounts.len() as u32);
    cx.names.default_accounts.insert(connector.to_string(), id);
    cx.accounts.push(Account {
        name: "default".into(),
        connector,
        settings: Vec::new(),
        declared: false,
        place,
    });
    id
}

//! Declarations that no rule has to use: the `bundle` line, `allow`, and what stands where it may not.

use ondo_grammar::ast::{self, ItemKind};

use super::cx::Cx;
use super::{accounts, consts, extend, functions, tables};
use crate::errors;
use crate::source::Place;
use crate::types::{Name, Type};
use crate::value::Value;

/// What the program says of itself.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) name: Name,
    pub(super) version: Option<Name>,
}

/// Checks all declarations but rules. `stem` names the bundle if nothing else does.
pub(super) fn check(cx: &mut Cx<'_>, stem: &str) -> Header {
    let header = header(cx, stem);
    allowed(cx);
    accounts::check_settings(cx);
    extend::declare(cx);
    consts::check_all(cx);
    tables::check_all(cx);
    functions::check_all(cx);
    misplaced(cx);
    header
}

fn header(cx: &mut Cx<'_>, stem: &str) -> Header {
    let mut header = Header {
        name: stem.into(),
        version: None,
    };
    let mut first: Option<Place> = None;
    cx.each_item(|cx, item, library| {
        let ItemKind::Bundle(bundle) = &item.kind else {
            return;
        };
        let place = cx.at(bundle.name.span);
        if library {
            cx.report(errors::decls::not_in_library(place, "a `bundle` line"));
            return;
        }
        if let Some(first) = first {
            let finding = errors::names::declared_twice(place, "bundle", &bundle.name.text, first);
            cx.report(finding);
            return;
        }
        first = Some(place);
        header.name = bundle.name.text.as_str().into();
        for field in &bundle.fields {
            bundle_field(cx, field, &mut header);
        }
    });
    header
}

fn bundle_field(cx: &mut Cx<'_>, field: &ast::Setting, header: &mut Header) {
    const KNOWN: [&str; 3] = ["version", "timezone", "currency"];
    let name = &*field.name.text;
    if !KNOWN.contains(&name) {
        let near = errors::nearest::nearest(name, KNOWN);
        let place = cx.at(field.name.span);
        cx.report(errors::decls::unknown_setting(
            place, name, "a bundle", near, &KNOWN,
        ));
        return;
    }
    let what = format!("`{name}` of the bundle");
    let Some(Value::Text(text)) = consts::fixed(cx, &field.value, &Type::Text, &what) else {
        return;
    };
    let place = cx.at(field.value.span);
    match name {
        "version" => header.version = Some(text),
        "timezone" => cx.timezone = known_zone(cx, &text, place),
        _ if super::currencies::is_currency(&text) => cx.currency = Some(text),
        _ => cx.report(errors::types::unknown_currency(place, &text)),
    }
}

/// A zone's name, if there is such a zone.
pub(super) fn known_zone(cx: &mut Cx<'_>, name: &str, place: Place) -> Option<Name> {
    if jiff::tz::TimeZone::get(name).is_ok() {
        return Some(name.into());
    }
    cx.report(errors::decls::unknown_zone(place, name));
    None
}

fn allowed(cx: &mut Cx<'_>) {
    cx.each_item(|cx, item, library| {
        let ItemKind::Allow(allow) = &item.kind else {
            return;
        };
        let place = cx.at(allow.what.span);
        if library {
            cx.report(errors::decls::not_in_library(place, "`allow`"));
            return;
        }
        if allow.what.text != "personal" {
            cx.report(errors::decls::unknown_allow(place, &allow.what.text));
            return;
        }
        for target in &allow.targets {
            let place = cx.at(target.span);
            let account = cx
                .accounts
                .iter()
                .any(|account| *account.name == *target.text);
            if account {
                cx.use_decl(&target.text);
            } else if !cx.catalog.connectors.contains_key(target.text.as_str()) {
                let known: Vec<&str> = cx.catalog.connectors.keys().map(|name| &**name).collect();
                let near = errors::nearest::nearest(&target.text, known.iter().copied());
                let finding = errors::names::unknown_connector(place, &target.text, near, &known);
                cx.report(finding);
            }
            let targets = cx.personal_targets.get_or_insert_default();
            targets.push((target.text.clone(), place));
        }
    });
}

/// Parts of connectors belong under `connectors/`.
fn misplaced(cx: &mut Cx<'_>) {
    cx.each_item(|cx, item, library| {
        let place = cx.at(item.span);
        match &item.kind {
            ItemKind::Connector(connector) => {
                let place = cx.at(connector.name.span);
                cx.report(errors::decls::connector_in_bundle(
                    place,
                    &connector.name.text,
                ));
            }
            ItemKind::Definition(_) => {
                cx.report(errors::decls::connector_in_bundle(place, ""));
            }
            ItemKind::Rule(rule) if library => {
                let place = cx.at(rule.trigger_span);
                cx.report(errors::decls::not_in_library(place, "a rule"));
            }
            _ => {}
        }
    });
}

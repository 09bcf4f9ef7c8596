//! `extend crm.order { customFields: { utm_source: string? } }`: an account's own fields of an event.

use std::sync::Arc;

use ondo_grammar::ast::{self, ItemKind};

use super::cx::Cx;
use super::types;
use crate::errors;
use crate::ir::AccountId;
use crate::types::{Name, ObjectType, Type};

/// An event of an account with the fields that the bundle adds to it.
#[derive(Debug)]
pub(super) struct Extension {
    account: AccountId,
    event: Name,
    fields: Arc<ObjectType>,
}

/// Reads the `extend` declarations.
pub(super) fn declare(cx: &mut Cx<'_>) {
    cx.each_item(|cx, item, library| {
        let ItemKind::Extend(extend) = &item.kind else {
            return;
        };
        let place = cx.at(extend.path.span);
        if library {
            cx.report(errors::decls::not_in_library(place, "`extend`"));
            return;
        }
        if let Some(extension) = read(cx, extend) {
            cx.extensions.push(extension);
        }
    });
}

fn read(cx: &mut Cx<'_>, extend: &ast::Extend) -> Option<Extension> {
    let place = cx.at(extend.path.span);
    let [source, name] = extend.path.names.as_slice() else {
        let title = cx.text(place);
        cx.report(errors::names::event_without_dot(place, title, None));
        return None;
    };
    let source_place = cx.at(source.span);
    let account = super::events::source_account(cx, &source.text, source_place)?;
    let connector = cx.connector_of(account)?;
    let Some(event) = connector.events.get(name.text.as_str()) else {
        let near = errors::nearest::nearest(&name.text, connector.events.keys().map(|e| &**e));
        let known: Vec<&str> = connector.events.keys().map(|event| &**event).collect();
        let at = cx.at(name.span);
        let finding =
            errors::names::unknown_event(at, &name.text, &connector.name, near, &known, false);
        cx.report(finding);
        return None;
    };
    let Type::Object(fields) = types::lower(cx, &extend.fields) else {
        return None;
    };
    Some(Extension {
        account,
        event: event.name.clone(),
        fields,
    })
}

/// The payload with the account's own fields.
pub(super) fn apply(cx: &Cx<'_>, account: AccountId, event: &str, payload: Type) -> Type {
    let mut payload = payload;
    let extensions = cx.extensions.iter().filter(|extension| {
        let same_event =
            &*extension.event == event || is_parent(cx, account, event, &extension.event);
        extension.account == account && same_event
    });
    for extension in extensions {
        if let Some(object) = cx.object(&payload) {
            payload = Type::Object(Arc::new(merge(cx, &object, &extension.fields)));
        }
    }
    payload
}

/// Fields of `order` are fields of `order_created` too.
fn is_parent(cx: &Cx<'_>, account: AccountId, event: &str, parent: &str) -> bool {
    let Some(connector) = cx.connector_of(account) else {
        return false;
    };
    let parents = cx.catalog.parent_events(&connector.name, event);
    parents.iter().any(|known| &*known.name == parent)
}

fn merge(cx: &Cx<'_>, object: &ObjectType, more: &ObjectType) -> ObjectType {
    let mut merged = object.clone();
    for field in &more.fields {
        let known = merged
            .fields
            .iter_mut()
            .find(|known| known.name == field.name);
        let Some(known) = known else {
            merged.fields.push(field.clone());
            continue;
        };
        let both = cx.object(&known.ty).zip(cx.object(&field.ty));
        known.ty = match both {
            Some((old, new)) => {
                let ty = Type::Object(Arc::new(merge(cx, &old, &new)));
                // What the vendor may leave out stays so unless the author promises it.
                if cx.is_nullable(&field.ty) {
                    ty.nullable()
                } else {
                    ty
                }
            }
            None => field.ty.clone(),
        };
        known.personal |= field.personal;
    }
    merged
}

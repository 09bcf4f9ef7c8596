//! What *once* hangs on: the event's entity key, which the connector declares over the payload.

use super::cx::Cx;
use super::expr;
use crate::catalog::Event;
use crate::ir::ExprId;
use crate::types::Type;

/// The entity key over the read set of the rule in hand. None: the connector declares none.
/// An event that is a kind of another one is about the same thing.
pub(super) fn key(cx: &mut Cx<'_>, connector: &str, event: &Event) -> Option<ExprId> {
    let catalog = cx.catalog;
    let kinds = catalog.parent_events(connector, &event.name);
    let entity = kinds.into_iter().find_map(|event| event.entity.as_ref())?;
    let known = cx.diagnostics.len();
    // The connector's expression sees fields as bare names, whatever the rule calls its event.
    let alias = cx.scope.event.as_mut().and_then(|event| event.alias.take());
    let file = std::mem::replace(&mut cx.file, entity.place.file);
    let namespace = std::mem::replace(&mut cx.namespace, "\0".to_owned());
    let value = expr::check(cx, &entity.expr, None);
    let value = super::arithmetic::needed(cx, value, "an entity key");
    cx.file = file;
    cx.namespace = namespace;
    if let Some(event) = &mut cx.scope.event {
        event.alias = alias;
    }
    // What is wrong in a connector is reported with the connector.
    let broken = cx.diagnostics.len() > known || value.ty == Type::Unknown;
    cx.diagnostics.truncate(known);
    (!broken).then_some(value.id)
}

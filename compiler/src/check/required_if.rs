//! `table: string required if expeditionType == "onSite"`: decided here when everything that the condition speaks of is
//! written as a literal or left out. Else the sender decides, before anything is sent.

use std::collections::HashMap;

use super::cx::Cx;
use super::decide::Reader;
use super::objects::Sent;
use crate::catalog::Connector;
use crate::eval;
use crate::ir::{Expr, ExprId};
use crate::types::{Field, Name, ObjectType, Type};
use crate::value::Value;

/// Whether a field that is not given is needed, as far as it is known.
pub(super) fn holds(
    cx: &Cx<'_>,
    field: &Field,
    object: &ObjectType,
    sent: &[Sent],
    spread: &HashMap<Name, Type>,
) -> bool {
    let Some(condition) = field.required_if else {
        return false;
    };
    let connector = cx.scope.sink.as_ref();
    let Some(connector) = connector.and_then(|sink| cx.catalog.connectors.get(&sink.connector))
    else {
        return false;
    };
    let mut inputs = Vec::new();
    for name in names(connector, condition) {
        match value(cx, &name, object, sent, spread) {
            Some(value) => inputs.push((name, value)),
            None => return false,
        }
    }
    let scope = eval::Scope {
        exprs: &connector.exprs,
        program: None,
        inputs: &inputs,
        slots: &[],
        read_set: None,
        now: jiff::Timestamp::UNIX_EPOCH,
        step_time: jiff::Timestamp::UNIX_EPOCH,
        zone: "UTC",
    };
    let mut frame = eval::Frame::new(connector.local_count);
    eval::eval(&scope, &mut frame, condition) == Ok(Value::Bool(true))
}

/// What a condition of a connector speaks of.
pub(super) fn names(connector: &Connector, condition: ExprId) -> Vec<Name> {
    let mut open = vec![condition];
    let mut names = Vec::new();
    while let Some(next) = open.pop() {
        let expr = connector.exprs.get(next);
        if let Expr::Input(name) = expr {
            names.push(name.clone());
        }
        open.extend(expr.parts());
    }
    names
}

/// The value of a field beside it. None: it is known only when the rule runs, or it is a setting.
fn value(
    cx: &Cx<'_>,
    name: &Name,
    object: &ObjectType,
    sent: &[Sent],
    spread: &HashMap<Name, Type>,
) -> Option<Value> {
    let field = object.field(name)?;
    match sent.iter().find(|sent| sent.name == *name) {
        Some(sent) => match Reader::new(cx, &[]).literal(sent.value.id)? {
            // Conditions speak of the number of an amount.
            Value::Money(money) => Some(Value::Num(money.amount)),
            value => Some(value),
        },
        None if spread.contains_key(name)
            || field.default.is_some()
            || field.computed.is_some() =>
        {
            None
        }
        None => Some(Value::Absent),
    }
}

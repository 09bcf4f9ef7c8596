//! Fields that are needed under a condition which only the values of a run decide.

use std::collections::BTreeSet;

use super::{ExplainLine, line};
use crate::catalog::Connector;
use crate::check::required_if;
use crate::ir::{Call, Entry, Expr, ExprId, Program, Rule};
use crate::types::{Name, ObjectType, Type};
use crate::value::Value;

/// Objects inside of objects beyond this depth are not looked into.
const DEPTH_MAX: u32 = 32;

/// Adds a line for each such field of a call that is not given, or may turn out to be null.
pub(super) fn lines(program: &Program, rule: &Rule, call: &Call, lines: &mut Vec<ExplainLine>) {
    let connector = program.catalog.connectors.get(&call.connector);
    let action = connector.and_then(|connector| connector.actions.get(&call.action));
    let (Some(connector), Some(action)) = (connector, action) else {
        return;
    };
    let given: Vec<(&Name, ExprId)> = call.args.iter().map(|arg| (&arg.name, arg.value)).collect();
    let mut found = BTreeSet::new();
    object(
        program,
        connector,
        &action.args,
        &given,
        DEPTH_MAX,
        &mut found,
    );
    for text in found {
        lines.push(line(rule, call.place, text));
    }
}

fn object(
    program: &Program,
    connector: &Connector,
    ty: &ObjectType,
    given: &[(&Name, ExprId)],
    depth: u32,
    found: &mut BTreeSet<String>,
) {
    for field in &ty.fields {
        let value = given.iter().find(|(name, _)| **name == field.name);
        if let Some((_, value)) = value {
            inner(program, connector, &field.ty, *value, depth, found);
        }
        let Some(condition) = field.required_if else {
            continue;
        };
        let is_literal = |id: ExprId| matches!(program.exprs.get(id), Expr::Const(_));
        let given_surely = value.is_some_and(|(_, value)| {
            matches!(program.exprs.get(*value), Expr::Const(value) if *value != Value::Null)
        });
        let names = required_if::names(connector, condition);
        let decided = names.iter().all(|name| {
            let value = given.iter().find(|(given, _)| *given == name);
            value.is_none_or(|(_, value)| is_literal(*value))
        });
        if !given_surely && !decided {
            let place = connector.exprs.place(condition);
            let condition = place.span.text(&program.sources.get(place.file).text);
            found.insert(format!(
                "`{}` is needed if {condition}; that is decided before the call is sent",
                field.name
            ));
        }
    }
}

fn inner(
    program: &Program,
    connector: &Connector,
    ty: &Type,
    value: ExprId,
    depth: u32,
    found: &mut BTreeSet<String>,
) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let types = if matches!(ty, Type::Named(name) if program.types.types.contains_key(name)) {
        &program.types
    } else {
        &program.catalog.types
    };
    match (types.resolve(ty.non_null()), program.exprs.get(value)) {
        (Type::List(item), Expr::List(items)) => {
            for value in items {
                inner(program, connector, item, *value, depth, found);
            }
        }
        (Type::List(item), Expr::Comprehension { value, .. }) => {
            inner(program, connector, item, *value, depth, found);
        }
        (Type::Object(ty), Expr::Object(entries)) => {
            let given: Vec<(&Name, ExprId)> = entries
                .iter()
                .filter_map(|entry| match entry {
                    Entry::Field { name, value, .. } => Some((name, *value)),
                    Entry::Spread(_) => None,
                })
                .collect();
            object(program, connector, ty, &given, depth, found);
        }
        _ => {}
    }
}

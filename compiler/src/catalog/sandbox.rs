//! What actions do to the simulated vendor.
//!
//! ```text
//! sandbox {
//!   refuse "9004" if wrong
//!   action addBonus        { keep { amount, comment } in operations by guest.phone }
//!   action getBonusHistory { find operations by guest.phone as found  reply { operations: found } }
//! }
//! ```

use ondo_grammar::ast::{self, Definition};

use super::build::Cx;
use super::{Connector, SandboxVerb, errors};
use crate::ir::{Entry, Expr, ExprId};
use crate::source::FileId;
use crate::types::Name;

/// The number of this call among those that the account has made, from 1: what ids are made of.
pub const CALL_NUMBER: &str = "call_number";
/// The value of the action's example, where it has one: what a vendor holds before anybody has changed it.
pub const EXAMPLE: &str = "example";

/// The request's body, as untyped JSON: what has no argument of its own.
pub const BODY: &str = "body";

/// Lowers the verbs of all actions. An action that does not exist is reported with the other references.
pub(super) fn lower(
    definitions: &[(FileId, &Definition)],
    connector: &mut Connector,
    cx: &mut Cx<'_>,
) {
    for (file, definition) in definitions {
        let Definition::Sandbox(sandbox) = definition else {
            continue;
        };
        cx.file = *file;
        if let Some(code) = &sandbox.wrong {
            connector.wrong_request = Some(code.text.as_str().into());
        }
        for written in &sandbox.actions {
            let name: Name = written.action.text.as_str().into();
            let mut lowered = Vec::new();
            let first = cx.exprs.nodes.len();
            if let Some(action) = connector.actions.get(&name) {
                let args = action.args.fields.iter();
                let mut names: Vec<Name> = vec![CALL_NUMBER.into(), EXAMPLE.into(), BODY.into()];
                names.extend(args.map(|field| field.name.clone()));
                lowered = lower_verbs(&written.verbs, &mut names, cx);
            }
            decide_number(&mut lowered, first, &cx.exprs.nodes);
            connector.sandbox.entry(name).or_default().extend(lowered);
        }
    }
}

fn lower_verbs(
    verbs: &[ast::SandboxVerb],
    names: &mut Vec<Name>,
    cx: &mut Cx<'_>,
) -> Vec<SandboxVerb> {
    let lowered = verbs.iter().map(|verb| lower_verb(verb, names, cx));
    lowered.collect()
}

fn lower_verb(verb: &ast::SandboxVerb, names: &mut Vec<Name>, cx: &mut Cx<'_>) -> SandboxVerb {
    match verb {
        ast::SandboxVerb::Let { name, value } => {
            let value = cx.lower_expr(value, names);
            let name: Name = name.text.as_str().into();
            names.push(name.clone());
            SandboxVerb::Let { name, value }
        }
        ast::SandboxVerb::Keep { row, set, key } => SandboxVerb::Keep {
            row: cx.lower_expr(row, names),
            set: set.text.as_str().into(),
            key: cx.lower_expr(key, names),
        },
        ast::SandboxVerb::Replace { row, set, key } => SandboxVerb::Replace {
            row: cx.lower_expr(row, names),
            set: set.text.as_str().into(),
            key: cx.lower_expr(key, names),
        },
        ast::SandboxVerb::Forget { set, key } => SandboxVerb::Forget {
            set: set.text.as_str().into(),
            key: cx.lower_expr(key, names),
        },
        ast::SandboxVerb::Find {
            set,
            key,
            within,
            alias,
        } => {
            let key = key.as_ref().map(|key| cx.lower_expr(key, names));
            let within = within.as_ref().and_then(|within| cx.duration(within));
            let alias: Name = alias.text.as_str().into();
            names.push(alias.clone());
            SandboxVerb::Find {
                set: set.text.as_str().into(),
                key,
                within,
                alias,
                one: false,
            }
        }
        ast::SandboxVerb::Refuse { code, cond } => SandboxVerb::Refuse {
            code: code.text.as_str().into(),
            cond: cx.lower_expr(cond, names),
        },
        ast::SandboxVerb::Add {
            amount,
            target,
            key,
        } => {
            let path: Vec<&str> = target.names.iter().map(|name| name.text.as_str()).collect();
            let [set, field] = path.as_slice() else {
                let at = cx.place(target.span);
                cx.report(errors::definition(
                    at,
                    "`add` wants a set and a field of its row: `add amount to wallets.balance by phone`",
                ));
                return SandboxVerb::After {
                    delay: None,
                    verbs: Vec::new(),
                };
            };
            SandboxVerb::Add {
                amount: cx.lower_expr(amount, names),
                set: (*set).into(),
                field: (*field).into(),
                key: cx.lower_expr(key, names),
            }
        }
        ast::SandboxVerb::After { delay, verbs } => {
            let changes = verbs.iter().all(|verb| {
                matches!(
                    verb,
                    ast::SandboxVerb::Keep { .. }
                        | ast::SandboxVerb::Replace { .. }
                        | ast::SandboxVerb::Forget { .. }
                        | ast::SandboxVerb::Add { .. }
                )
            });
            if !changes {
                let at = cx.place(delay.span);
                cx.report(errors::definition(
                    at,
                    "after a while the vendor can only `keep`, `replace`, `forget` and `add`: its answer has gone out by then",
                ));
            }
            SandboxVerb::After {
                delay: cx.duration(delay),
                verbs: lower_verbs(verbs, names, cx),
            }
        }
        ast::SandboxVerb::Reply {
            outcome,
            value,
            cond,
        } => SandboxVerb::Reply {
            outcome: outcome.as_ref().map(|outcome| outcome.text.as_str().into()),
            value: value.as_ref().map(|value| cx.lower_expr(value, names)),
            cond: cond.as_ref().map(|cond| cx.lower_expr(cond, names)),
        },
    }
}

/// Whether a `find` is for one row or for all. `first`: where the expressions of this action begin. What is found without
/// a key is a list.
fn decide_number(verbs: &mut [SandboxVerb], first: usize, exprs: &[Expr]) {
    for verb in verbs {
        if let SandboxVerb::Find {
            key: Some(_),
            alias,
            one,
            ..
        } = verb
        {
            let mut own = exprs[first..].iter();
            *one = own.any(|expr| is_used_as_one(expr, alias, exprs));
        }
    }
}

/// `wallet.balance`, `found == null`, `{ ...found }`: the name stands for one row. Else (`count(found)`) for all of them.
fn is_used_as_one(expr: &Expr, alias: &str, exprs: &[Expr]) -> bool {
    let is_alias = |id: &ExprId| {
        let found = exprs.get(id.0 as usize);
        matches!(found, Some(Expr::Input(name)) if &**name == alias)
    };
    match expr {
        Expr::Field { base, .. } => is_alias(base),
        Expr::Chain { value, .. } => is_alias(value),
        Expr::Coalesce(left, _) => is_alias(left),
        Expr::Binary { left, right, .. } => is_alias(left) || is_alias(right),
        Expr::Object(entries) => entries
            .iter()
            .any(|entry| matches!(entry, Entry::Spread(base) if is_alias(base))),
        _ => false,
    }
}

/// Outcomes and codes that `reply` and `refuse` name must be those of the connector's answers.
pub(super) fn check(connector: &Connector) -> Vec<crate::diagnostic::Diagnostic> {
    let mut found = Vec::new();
    for (name, verbs) in &connector.sandbox {
        let Some(action) = connector.actions.get(name) else {
            continue;
        };
        for verb in verbs {
            let SandboxVerb::Reply {
                outcome: Some(outcome),
                ..
            } = verb
            else {
                continue;
            };
            let mut known = connector.answers_of(action).map(|answer| &*answer.name);
            if !known.any(|known| known == &**outcome) {
                let known = connector.answers_of(action).map(|answer| &*answer.name);
                let nearest = errors::nearest(outcome, known);
                found.push(errors::unknown_part(
                    action.place,
                    "answer",
                    outcome,
                    nearest,
                ));
            }
        }
    }
    found
}

//! What actions do to the simulated vendor.
//!
//! ```text
//! sandbox {
//!   action addBonus        { keep { amount, comment } in operations by guest.phone }
//!   action getBonusHistory { find operations by guest.phone as found  reply { operations: found } }
//! }
//! ```

use ondo_grammar::ast::{self, Definition};

use super::build::Cx;
use super::{Connector, SandboxVerb};
use crate::ir::{Expr, ExprId};
use crate::source::FileId;
use crate::types::Name;

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
        for written in &sandbox.actions {
            let name: Name = written.action.text.as_str().into();
            let mut lowered = Vec::new();
            let first = cx.exprs.nodes.len();
            if let Some(action) = connector.actions.get(&name) {
                let args = action.args.fields.iter();
                let mut names: Vec<Name> = args.map(|field| field.name.clone()).collect();
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
    let mut lowered = Vec::with_capacity(verbs.len());
    for verb in verbs {
        lowered.push(match verb {
            ast::SandboxVerb::Keep { row, set, key } => SandboxVerb::Keep {
                row: cx.lower_expr(row, names),
                set: set.text.as_str().into(),
                key: cx.lower_expr(key, names),
            },
            ast::SandboxVerb::Find { set, key, alias } => {
                let key = cx.lower_expr(key, names);
                names.push(alias.text.as_str().into());
                SandboxVerb::Find {
                    set: set.text.as_str().into(),
                    key,
                    alias: alias.text.as_str().into(),
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
                let path = target.names.iter().map(|name| name.text.as_str());
                let (set, field) = match path.collect::<Vec<_>>().as_slice() {
                    [set, field] => ((*set).into(), (*field).into()),
                    [set, ..] => ((*set).into(), "value".into()),
                    [] => continue,
                };
                SandboxVerb::Add {
                    amount: cx.lower_expr(amount, names),
                    set,
                    field,
                    key: cx.lower_expr(key, names),
                }
            }
            ast::SandboxVerb::After { delay, verbs } => SandboxVerb::After {
                delay: cx.duration(delay),
                verbs: lower_verbs(verbs, names, cx),
            },
            ast::SandboxVerb::Reply(value) => SandboxVerb::Reply(cx.lower_expr(value, names)),
        });
    }
    lowered
}

/// Whether a `find` is for one row or for all. `first`: where the expressions of this action begin.
fn decide_number(verbs: &mut [SandboxVerb], first: usize, exprs: &[Expr]) {
    for verb in verbs {
        match verb {
            SandboxVerb::Find { alias, one, .. } => {
                let mut own = exprs[first..].iter();
                *one = own.any(|expr| is_used_as_one(expr, alias, exprs));
            }
            SandboxVerb::After { verbs, .. } => decide_number(verbs, first, exprs),
            _ => {}
        }
    }
}

/// `wallet.balance`, `found == null`: the name stands for one row. Else (`count(found)`) for all of them.
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
        _ => false,
    }
}

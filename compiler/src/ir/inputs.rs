//! Which names an expression of a connector reads.

use super::{Entry, Expr, ExprId, Exprs};
use crate::types::Name;

impl Exprs {
    /// The inputs that an expression mentions anywhere, each once: settings, arguments, holes.
    pub fn inputs(&self, id: ExprId) -> Vec<Name> {
        let mut names: Vec<Name> = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            match self.get(id) {
                Expr::Input(name) => {
                    if !names.contains(name) {
                        names.push(name.clone());
                    }
                }
                Expr::Const(_)
                | Expr::Slot(_)
                | Expr::Local(_)
                | Expr::Account(_)
                | Expr::Omit
                | Expr::Now
                | Expr::StepTime => {}
                Expr::Field { base, .. } | Expr::JsonPath { base, .. } => open.push(*base),
                Expr::Index { base, index } => open.extend([*base, *index]),
                Expr::Chain { value, then, .. } => open.extend([*value, *then]),
                Expr::Lookup { key, .. } => open.push(*key),
                Expr::Call { args, .. } => open.extend(args),
                Expr::Builtin { args, .. } => open.extend(args.iter().flatten()),
                Expr::Not(value)
                | Expr::Neg(value)
                | Expr::Fail(value)
                | Expr::Present(value)
                | Expr::Apart { value, .. }
                | Expr::Matches { value, .. }
                | Expr::Cast { value, .. }
                | Expr::Convert { value, .. } => open.push(*value),
                Expr::Binary { left, right, .. } => open.extend([*left, *right]),
                Expr::And(left, right)
                | Expr::Or(left, right)
                | Expr::Coalesce(left, right)
                | Expr::Catch(left, right)
                | Expr::In(left, right) => open.extend([*left, *right]),
                Expr::If(cond, then, otherwise) => open.extend([*cond, *then, *otherwise]),
                Expr::Match {
                    subject,
                    arms,
                    otherwise,
                } => {
                    open.push(*subject);
                    open.extend(arms.iter().map(|(_, value)| *value));
                    open.extend(otherwise);
                }
                Expr::List(items) | Expr::Text(items) => open.extend(items),
                Expr::Comprehension {
                    list, cond, value, ..
                } => {
                    open.extend([*list, *value]);
                    open.extend(cond);
                }
                Expr::Object(entries) => open.extend(entries.iter().map(|entry| match entry {
                    Entry::Field { value, .. } | Entry::Spread(value) => *value,
                })),
            }
        }
        names
    }
}

//! What expressions are made of, for those who look for something inside of them.

use super::{Entry, Expr, ExprId};

impl Expr {
    /// The expressions that this one is made of.
    pub fn parts(&self) -> Vec<ExprId> {
        match self {
            Expr::Field { base, .. } => vec![*base],
            Expr::Index { base, index } => vec![*base, *index],
            Expr::Lookup { key, .. } => vec![*key],
            Expr::Call { args, .. } => args.clone(),
            Expr::Builtin { args, .. } => args.iter().flatten().copied().collect(),
            Expr::Not(value)
            | Expr::Neg(value)
            | Expr::Fail(value)
            | Expr::Present(value)
            | Expr::Apart { value, .. } => {
                vec![*value]
            }
            Expr::Binary { left, right, .. }
            | Expr::Coalesce(left, right)
            | Expr::Catch(left, right)
            | Expr::In(left, right) => vec![*left, *right],
            Expr::Matches { value, .. }
            | Expr::Cast { value, .. }
            | Expr::Convert { value, .. } => {
                vec![*value]
            }
            Expr::List(items) | Expr::Text(items) => items.clone(),
            Expr::Object(entries) => entries
                .iter()
                .map(|entry| match entry {
                    Entry::Field { value, .. } => *value,
                    Entry::Spread(value) => *value,
                })
                .collect(),
            Expr::JsonPath { base, .. } => vec![*base],
            Expr::If(cond, then, otherwise) => vec![*cond, *then, *otherwise],
            Expr::And(left, right) | Expr::Or(left, right) => vec![*left, *right],
            Expr::Chain { value, then, .. } => vec![*value, *then],
            Expr::Match {
                subject,
                arms,
                otherwise,
            } => {
                let values = arms.iter().map(|(_, value)| *value);
                values.chain([*subject]).chain(*otherwise).collect()
            }
            Expr::Comprehension {
                list, cond, value, ..
            } => [*list, *value].into_iter().chain(*cond).collect(),
            Expr::Const(_)
            | Expr::Slot(_)
            | Expr::Local(_)
            | Expr::Input(_)
            | Expr::Account(_)
            | Expr::Omit
            | Expr::Now
            | Expr::StepTime => Vec::new(),
        }
    }
}

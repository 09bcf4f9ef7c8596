//! Which names an expression of a connector reads.

use super::{Expr, ExprId, Exprs};
use crate::types::Name;

impl Exprs {
    /// The inputs that an expression mentions anywhere, each once: settings, arguments, holes.
    pub fn inputs(&self, id: ExprId) -> Vec<Name> {
        let mut names: Vec<Name> = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let expr = self.get(id);
            if let Expr::Input(name) = expr
                && !names.contains(name)
            {
                names.push(name.clone());
            }
            open.extend(expr.parts());
        }
        names
    }
}

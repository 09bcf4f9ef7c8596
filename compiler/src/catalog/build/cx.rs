//! What lowering the definitions of one connector needs, and the small steps that all of them take.

use std::collections::HashSet;

use ondo_grammar::ast::{Expr, Span, TypeExpr};

use crate::catalog::errors;
use crate::catalog::exprs::{ExprCx, lower_expr};
use crate::catalog::literals::{count_of, duration_of};
use crate::catalog::types::{FieldExprs, TypeCx, lower_type};
use crate::diagnostic::Diagnostic;
use crate::ir::{ExprId, Exprs};
use crate::source::{FileId, Place};
use crate::types::{Name, Type, TypeTable};

/// What lowering the definitions of one connector needs.
pub(in crate::catalog) struct Cx<'a> {
    /// The connector's name.
    pub(in crate::catalog) connector: Name,
    /// The file at hand.
    pub(in crate::catalog) file: FileId,
    /// Types of all connectors so far, and those of this one.
    pub(in crate::catalog) types: &'a mut TypeTable,
    /// Full names of this connector's types, lowered or not.
    pub(super) declared: HashSet<Name>,
    /// The same as they are written.
    pub(super) written: Vec<Name>,
    /// The connector's expressions.
    pub(in crate::catalog) exprs: Exprs,
    /// How many locals any of them uses.
    pub(in crate::catalog) local_count: u32,
    /// Names of settings.
    pub(in crate::catalog) settings: Vec<Name>,
    /// Where findings go.
    pub(in crate::catalog) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Cx<'_> {
    /// A place in the file at hand.
    pub(in crate::catalog) fn place(&self, span: Span) -> Place {
        Place {
            file: self.file,
            span,
        }
    }

    /// Keeps a finding.
    pub(in crate::catalog) fn report(&mut self, found: Diagnostic) {
        self.diagnostics.push(found);
    }

    /// Whether something in this piece could not be read: what is missing may be what is broken.
    pub(in crate::catalog) fn is_broken(&self, span: Span) -> bool {
        self.diagnostics.iter().any(|found| {
            let of_form = ondo_grammar::CODES.contains(&found.code);
            of_form
                && found.labels.first().is_some_and(|label| {
                    let at = label.place.span.start;
                    label.place.file == self.file && span.start <= at && at <= span.end
                })
        })
    }

    /// A type; expressions of its fields see the settings and `names`.
    pub(in crate::catalog) fn lower_type(&mut self, ty: &TypeExpr, names: &[Name]) -> Type {
        let connector = &self.connector;
        let declared = &self.declared;
        let types = &*self.types;
        let find = |written: &str| {
            let own: Name = format!("{connector}.{written}").into();
            let full: Name = written.into();
            if declared.contains(&own) {
                return Some(own);
            }
            (declared.contains(&full) || types.types.contains_key(&full)).then_some(full)
        };
        let lowered = |full: &str| types.types.get(full).map(|def| def.ty.clone());
        let mut cx = TypeCx {
            file: self.file,
            find: &find,
            lowered: &lowered,
            names: &self.written,
            exprs: Some(FieldExprs {
                exprs: &mut self.exprs,
                local_count: &mut self.local_count,
                names: self.settings.iter().chain(names).cloned().collect(),
            }),
            diagnostics: self.diagnostics,
        };
        lower_type(ty, &mut cx)
    }

    /// An expression that sees the settings and `names`.
    pub(in crate::catalog) fn lower_expr(&mut self, expr: &Expr, names: &[Name]) -> ExprId {
        let names: Vec<Name> = self.settings.iter().chain(names).cloned().collect();
        let mut cx = ExprCx {
            file: self.file,
            exprs: &mut self.exprs,
            local_count: &mut self.local_count,
            names: Some(&names),
            locals: Vec::new(),
            diagnostics: self.diagnostics,
        };
        lower_expr(expr, &mut cx)
    }

    /// An expression in which any name may stand: the fields of an answer that is not lowered yet.
    pub(in crate::catalog) fn lower_open(&mut self, expr: &Expr) -> ExprId {
        let mut cx = ExprCx {
            file: self.file,
            exprs: &mut self.exprs,
            local_count: &mut self.local_count,
            names: None,
            locals: Vec::new(),
            diagnostics: self.diagnostics,
        };
        lower_expr(expr, &mut cx)
    }

    /// The length of a duration literal; anything else is reported.
    pub(in crate::catalog) fn duration(&mut self, expr: &Expr) -> Option<jiff::SignedDuration> {
        let length = duration_of(expr);
        if length.is_none() {
            let at = self.place(expr.span);
            self.report(errors::unreadable(
                at,
                "duration",
                "write it like 10s or 1h30m",
            ));
        }
        length
    }

    /// The number of a literal; anything else is reported.
    pub(super) fn count(&mut self, expr: &Expr) -> Option<u64> {
        let count = count_of(expr);
        if count.is_none() {
            let at = self.place(expr.span);
            self.report(errors::unreadable(
                at,
                "number of calls",
                "write a whole number",
            ));
        }
        count
    }
}

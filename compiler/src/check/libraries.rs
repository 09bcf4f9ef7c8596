//! `common.net`: what stands behind the name of a library.

use ondo_grammar::ast::{self, ExprKind};

use super::access::Link;
use super::cx::Cx;
use super::names::DeclKind;
use super::names_in_scope;
use crate::errors;

/// `common.nte` where the library `common` has no such name.
pub(super) fn unknown_member(
    cx: &mut Cx<'_>,
    base: &ast::Expr,
    name: &ast::Name,
    e: &ast::Expr,
) -> Option<Link> {
    let ExprKind::Name(library) = &base.kind else {
        return None;
    };
    let local = cx.scope.locals.iter().any(|local| local.name == *library);
    let decl = cx.decl(library)?;
    if local || !matches!(decl.kind, DeclKind::Library) {
        return None;
    }
    cx.use_decl(library);
    let prefix = format!("{}{library}.", cx.namespace);
    let inside = cx
        .names
        .decls
        .keys()
        .filter_map(|full| full.strip_prefix(&*prefix));
    let mut known: Vec<String> = inside.map(str::to_owned).collect();
    known.sort();
    // A file that could not be found was reported already.
    if !known.is_empty() {
        let near = errors::nearest::nearest(&name.text, known.iter().map(|name| &**name));
        let finding = errors::names::unknown_member(cx.at(name.span), &name.text, library, near);
        cx.report(finding);
    }
    Some(names_in_scope::unknown(cx, e))
}

/// `common.net` where `common` is a library.
pub(super) fn member(cx: &Cx<'_>, base: &ast::Expr, name: &str) -> Option<String> {
    let ExprKind::Name(library) = &base.kind else {
        return None;
    };
    if cx.scope.locals.iter().any(|local| local.name == *library) {
        return None;
    }
    let full = format!("{library}.{name}");
    cx.full_name(&full).map(|_| full)
}

//! `let found = [ shop.findOffer(article: i.article) for i in items ]`: a step that makes one call for each element, in
//! turn, and binds the list of the answers.

use std::sync::Arc;

use ondo_grammar::ast::{self, ExprKind};

use super::cx::Cx;
use super::{call, comprehension, expr};
use crate::builtins;
use crate::ir::{Expr, Step};
use crate::types::Type;

/// Whether a value is a list of calls of actions.
pub(super) fn is_list_of_calls(cx: &mut Cx<'_>, value: &ast::Expr) -> bool {
    match &value.kind {
        ExprKind::Comprehension {
            value: called,
            bracketed: true,
            ..
        } => call::is_call_of_action(cx, called),
        _ => false,
    }
}

/// The calls as a loop that puts each answer behind the others.
pub(super) fn bind(
    cx: &mut Cx<'_>,
    name: &ast::Name,
    value: &ast::Expr,
    clauses: &[ast::Clause],
    steps: &mut Vec<Step>,
) {
    let ExprKind::Comprehension {
        value: called,
        var,
        list,
        cond,
        ..
    } = &value.kind
    else {
        return;
    };
    let (place, name_place) = (cx.at(value.span), cx.at(name.span));
    let list = expr::check(cx, list, None);
    let outer = cx.scope.known.clone();
    let depth = cx.scope.locals.len();
    let var = comprehension::element(cx, var, &list, "the list of calls");
    let cond = cond.as_ref().map(|cond| {
        let cond = expr::condition(cx, cond, "`if`");
        cx.scope.known.learn(&cond.facts.when_true);
        cond.id
    });
    cx.scope.loops += 1;
    let checked = call::check(cx, called, clauses, Some(name));
    cx.scope.loops -= 1;
    cx.scope.locals.truncate(depth);
    cx.scope.known = outer;
    super::names_in_scope::shadow(cx, name);
    let Some((mut called, answer)) = checked else {
        cx.scope.bind(&name.text, Type::Unknown, name_place);
        return;
    };
    let one = cx.scope.fresh();
    call::bind(&mut called, one, &answer);
    let ty = Type::List(Arc::new(answer.ty));
    let local = cx.scope.bind(&name.text, ty, name_place);
    local.personal = answer.personal;
    let all = local.id;
    let empty = cx.add(Expr::List(Vec::new()), place);
    steps.push(Step::Let {
        local: all,
        value: empty,
    });
    let (before, this) = (
        cx.add(Expr::Local(all), place),
        cx.add(Expr::Local(one), place),
    );
    let this = cx.add(Expr::List(vec![this]), place);
    let both = cx.add(Expr::List(vec![before, this]), place);
    let Some(builtin) = builtins::find("flatten") else {
        return;
    };
    let value = cx.add(
        Expr::Builtin {
            builtin,
            args: vec![Some(both)],
        },
        place,
    );
    steps.push(Step::For {
        var,
        list: list.id,
        cond,
        // Each answer is put behind the one before it.
        parallel: 1,
        body: vec![called, Step::Let { local: all, value }],
    });
}

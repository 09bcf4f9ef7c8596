//! Calls in expressions of definitions: `header("X")`, `hex(hmac_sha256(body, key))`, `text.replace("a", "b")`.

use ondo_grammar::ast::{self, ExprKind, Span};

use super::{ExprCx, lower_expr, lower_keyed};
use crate::builtins::{self, SigType};
use crate::catalog::errors;
use crate::catalog::literals::text_of;
use crate::ir::{Expr, ExprId, Take};

/// `f(a, name: b)`, or `base.f(a)` with the base as the first argument.
pub(super) fn call(
    name: &str,
    name_span: Span,
    base: Option<ExprId>,
    args: &[ast::Arg],
    span: Span,
    cx: &mut ExprCx<'_>,
) -> ExprId {
    if base.is_none()
        && let Some(node) = special(name, args, cx)
    {
        return cx.add(node, span);
    }
    let Some(builtin) = builtins::find(name) else {
        let names = builtins::ALL.iter().map(|builtin| builtin.name);
        let found =
            errors::unknown_function(cx.place(name_span), name, errors::nearest(name, names));
        return cx.broken(found, span);
    };
    let parameters = builtin.signature().params;
    let mut values: Vec<Option<ExprId>> = vec![None; parameters.len()];
    let mut position = 0;
    if let (Some(base), Some(first)) = (base, values.first_mut()) {
        *first = Some(base);
        position = 1;
    }
    for arg in args {
        let slot = match &arg.name {
            Some(name) => parameters.iter().position(|known| known.name == name.text),
            None => {
                position += 1;
                Some(position - 1)
            }
        };
        let wanted = slot.and_then(|slot| parameters.get(slot));
        let value = match wanted.map(|parameter| &parameter.ty) {
            Some(SigType::Keyed(..)) => match lower_keyed(&arg.value, cx) {
                Some(pairs) => pairs,
                None => {
                    let found = errors::argument_count(cx.place(span), builtin.signature);
                    return cx.broken(found, span);
                }
            },
            _ => lower_expr(&arg.value, cx),
        };
        match slot.and_then(|slot| values.get_mut(slot)) {
            Some(slot) => *slot = Some(value),
            None => {
                let found = errors::argument_count(cx.place(span), builtin.signature);
                return cx.broken(found, span);
            }
        }
    }
    let mut given = parameters.iter().zip(&values);
    if given.any(|(parameter, value)| value.is_none() && !parameter.optional) {
        let found = errors::argument_count(cx.place(span), builtin.signature);
        return cx.broken(found, span);
    }
    cx.add(
        Expr::Builtin {
            builtin,
            args: values,
        },
        span,
    )
}

/// Calls that are no built-in functions.
fn special(name: &str, args: &[ast::Arg], cx: &mut ExprCx<'_>) -> Option<Expr> {
    match (name, args) {
        ("header", [arg]) => Some(Expr::Input(
            format!("header {}", text_of(&arg.value)?.to_lowercase()).into(),
        )),
        ("query", [arg]) => Some(Expr::Input(
            format!("query {}", text_of(&arg.value)?).into(),
        )),
        ("now", []) => Some(Expr::Now),
        ("step_time", []) => Some(Expr::StepTime),
        ("present", [arg]) => Some(Expr::Present(lower_expr(&arg.value, cx))),
        ("first" | "all" | "one", [base, path]) => {
            let ExprKind::JsonPath(path) = &path.value.kind else {
                return None;
            };
            let take = match name {
                "first" => Take::First,
                "all" => Take::All,
                _ => Take::One,
            };
            Some(Expr::JsonPath {
                base: lower_expr(&base.value, cx),
                take,
                path: path.as_str().into(),
            })
        }
        _ => None,
    }
}

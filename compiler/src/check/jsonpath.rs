//! `first(x, path)`, `all(x, path)`, `one(x, path)`: RFC 9535 in backticks.
//!
//! A plain path of children and indexes over a typed value is checked like field access and needs no JSON; all else
//! gives `json` that must be cast.

use std::sync::Arc;

use ondo_grammar::ast::{self, ExprKind};

use super::calls::Call;
use super::cx::Cx;
use super::names_in_scope::unknown_value;
use super::personal;
use super::relation::nullable;
use super::typed::Typed;
use crate::errors;
use crate::ir::{Expr, Take};
use crate::source::Place;
use crate::types::Type;
use crate::value::Value;

/// The call of one of the three.
pub(super) fn check(cx: &mut Cx<'_>, e: &ast::Expr, call: &Call<'_>) -> Typed {
    let place = call.place;
    let (base, path) = match (&call.receiver, call.args) {
        (Some(base), [path]) => (base.clone(), path),
        (None, [base, path]) => (super::expr::check(cx, &base.value, None), path),
        _ => {
            cx.report(errors::calls::argument_count(
                place,
                &call.name,
                2,
                call.args.len(),
            ));
            return unknown_value(cx, e);
        }
    };
    let path_place = cx.at(path.value.span);
    let ExprKind::JsonPath(path) = &path.value.kind else {
        return unknown_value(cx, e);
    };
    if let Err(reason) = jsonpath_rust::parser::parse_json_path(path) {
        cx.report(errors::calls::bad_json_path(
            path_place,
            &reason.to_string(),
        ));
        return unknown_value(cx, e);
    }
    if has_number_in_filter(path) {
        cx.report(errors::calls::json_path_number(path_place));
        return unknown_value(cx, e);
    }
    let take = match &*call.name {
        "first" => Take::First,
        "all" => Take::All,
        _ => Take::One,
    };
    let typed = !matches!(
        cx.resolve(&cx.non_null(&base.ty)),
        Type::Json | Type::Unknown
    );
    if typed
        && take != Take::All
        && let Some(steps) = plain_steps(path)
    {
        return walk(cx, e, base, &steps, take, path_place);
    }
    let id = cx.add(
        Expr::JsonPath {
            base: base.id,
            take,
            path: path.as_str().into(),
        },
        place,
    );
    let ty = match take {
        Take::All => Type::List(Arc::new(Type::Json)),
        _ => Type::Json,
    };
    let mut result = Typed::new(id, ty, place).carry(&base);
    result.personal = base.personal.spread();
    result.fails |= take == Take::One;
    result
}

enum Step {
    Child(String),
    Index(i64),
}

/// `$.a['b'][0]` as steps; none for anything with wildcards, filters or descent.
fn plain_steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(tail) = rest.strip_prefix('[') {
            let end = tail.find(']')?;
            let inner = tail[..end].trim();
            let quoted = ['\'', '"']
                .iter()
                .find_map(|quote| inner.strip_prefix(*quote)?.strip_suffix(*quote));
            steps.push(match quoted {
                Some(name) => Step::Child(name.to_owned()),
                None => Step::Index(inner.parse().ok()?),
            });
            rest = &tail[end + 1..];
        } else {
            let tail = rest.strip_prefix('.')?;
            let end = tail.find(['.', '[']).unwrap_or(tail.len());
            let name = &tail[..end];
            let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            steps.push(plain.then(|| Step::Child(name.to_owned()))?);
            rest = &tail[end..];
        }
    }
    Some(steps)
}

fn walk(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    base: Typed,
    steps: &[Step],
    take: Take,
    path_place: Place,
) -> Typed {
    let place = cx.at(e.span);
    let mut typed = base;
    for step in steps {
        let at = cx.resolve(&cx.non_null(&typed.ty));
        let (expr, ty) = match (step, at) {
            (_, Type::Json | Type::Unknown) => {
                cx.report(errors::types::untyped_json(
                    path_place,
                    "the rest of the path",
                ));
                return unknown_value(cx, e);
            }
            (Step::Child(name), Type::Object(object)) => {
                let Some(field) = object.field(name) else {
                    let names = object.fields.iter().map(|field| &*field.name);
                    let near = errors::nearest::nearest(name, names);
                    let title = cx.describe(&cx.non_null(&typed.ty));
                    let finding =
                        errors::objects::unknown_field(path_place, name, &title, near, None);
                    cx.report(finding);
                    return unknown_value(cx, e);
                };
                typed.personal = personal::of_field(cx, &typed.personal, field);
                let expr = Expr::Field {
                    base: typed.id,
                    name: field.name.clone(),
                };
                (expr, field.ty.clone())
            }
            (Step::Child(name), Type::Map(item)) => {
                let expr = Expr::Field {
                    base: typed.id,
                    name: name.as_str().into(),
                };
                (expr, (*item).clone())
            }
            (Step::Index(index), Type::List(item)) => {
                let index = cx.add(Expr::Const(Value::Int(*index)), place);
                let expr = Expr::Index {
                    base: typed.id,
                    index,
                };
                (expr, (*item).clone())
            }
            (step, at) => {
                let step = match step {
                    Step::Child(name) => name.clone(),
                    Step::Index(index) => format!("[{index}]"),
                };
                let found = cx.describe(&at);
                cx.report(errors::objects::no_fields(path_place, &step, &found, &at));
                return unknown_value(cx, e);
            }
        };
        typed.id = cx.add(expr, place);
        typed.ty = ty;
    }
    typed.key = None;
    typed.place = place;
    if take == Take::One {
        let reason = cx.add(Expr::Const(Value::text("nothing matches the path")), place);
        let fail = cx.add(Expr::Fail(reason), place);
        typed.id = cx.add(Expr::Coalesce(typed.id, fail), place);
        typed.ty = cx.non_null(&typed.ty);
        typed.fails = true;
    } else {
        typed.ty = nullable(cx, &typed.ty);
    }
    typed
}

/// Whether a filter compares with a number: the library would compare as floats.
fn has_number_in_filter(path: &str) -> bool {
    let mut bare = String::new();
    let mut quote = None;
    for c in path.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                bare.push('_');
            }
            None => bare.push(c),
        }
    }
    let Some(filter) = bare.find('?') else {
        return false;
    };
    let filter = &bare[filter..];
    let is_sign = |c: char| matches!(c, '<' | '>' | '=');
    let mut rest = filter;
    while let Some(at) = rest.find(is_sign) {
        let before = rest[..at].trim_end_matches('!').trim_end();
        let after = rest[at..].trim_start_matches(is_sign).trim_start();
        let digit_after = after
            .trim_start_matches('-')
            .starts_with(|c: char| c.is_ascii_digit());
        let word = before
            .rsplit(|c: char| !(c.is_alphanumeric() || c == '.'))
            .next();
        let digit_before = word.is_some_and(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.')
        });
        if digit_after || digit_before {
            return true;
        }
        rest = rest[at..].trim_start_matches(is_sign);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_filter_is_found() {
        assert!(has_number_in_filter("$.items[?@.price > 100]"));
        assert!(has_number_in_filter("$.items[?100 < @.price]"));
        assert!(has_number_in_filter("$[?@.a == -1]"));
    }

    #[test]
    fn numbers_in_texts_names_and_indexes_are_none() {
        assert!(!has_number_in_filter("$.items[?@.sku == '100']"));
        assert!(!has_number_in_filter("$.items[?@.price2 == 'x']"));
        assert!(!has_number_in_filter("$.items[0]"));
    }

    #[test]
    fn wildcards_are_no_plain_path() {
        assert!(plain_steps("$.a[*]").is_none());
        assert!(plain_steps("$..a").is_none());
        assert_eq!(plain_steps("$.a['b'][0]").map(|steps| steps.len()), Some(3));
    }
}

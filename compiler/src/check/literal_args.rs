//! Arguments that are written out: a zone, a region, a currency or a pattern that does not exist would fail in every run, so
//! it is said before the first one.

use super::currencies::is_currency;
use super::cx::Cx;
use super::typed::Typed;
use crate::builtins::{self, Builtin};
use crate::errors;
use crate::eval::time;
use crate::ir::Expr;
use crate::value::Value;

/// Reports a literal that no run could use.
pub(super) fn check(cx: &mut Cx<'_>, builtin: &Builtin, param: &str, value: &Typed) {
    let Expr::Const(Value::Text(text)) = cx.exprs.get(value.id) else {
        return;
    };
    let (text, place) = (text.clone(), value.place);
    let finding = match (builtin.name, param) {
        (_, "zone") if time::zone(&text).is_err() => errors::decls::unknown_zone(place, &text),
        (_, "region") if !builtins::is_region(&text) => {
            errors::calls::unknown_region(place, &text, builtin.name)
        }
        ("money", "currency") if !is_currency(&text) => {
            errors::types::unknown_currency(place, &text)
        }
        ("capture" | "replace_pattern", "pattern") => match regex::Regex::new(&text) {
            Err(reason) => errors::types::bad_pattern(place, &reason),
            Ok(_) => return,
        },
        ("date" | "datetime" | "format" | "time", "pattern") => match time::pattern_flaw(&text) {
            Some(flaw) => errors::calls::bad_date_pattern(place, flaw),
            None => return,
        },
        _ => return,
    };
    cx.report(finding);
}

//! Arguments of built-in functions that take one of a few words, or the name of a time zone. A word that is written out is
//! looked at here, so that `round(x, mode: "half-evn")` does not wait for the first order.

use super::cx::Cx;
use super::decls;
use super::typed::Typed;
use crate::errors;
use crate::ir::Expr;
use crate::types::{EnumType, EnumValue};
use crate::value::{Rounding, Value};

/// Looks at one argument.
pub(super) fn check(cx: &mut Cx<'_>, builtin: &str, param: &str, value: &Typed) {
    let Expr::Const(Value::Text(word)) = cx.exprs.get(value.id) else {
        return;
    };
    let word = word.clone();
    let known: Vec<&str> = match (builtin, param) {
        (_, "zone") => {
            decls::known_zone(cx, &word, value.place);
            return;
        }
        ("round", "mode") => Rounding::NAMES.iter().map(|(name, _)| *name).collect(),
        ("pad", "side") => vec!["left", "right"],
        _ => return,
    };
    if known.contains(&&*word) {
        return;
    }
    let members = EnumType {
        name: None,
        values: known
            .iter()
            .map(|word| EnumValue::Text((*word).into()))
            .collect(),
    };
    let what = format!("`{param}` of `{builtin}`");
    let wanted = errors::types::Wanted {
        what: &what,
        ty: "one of a few words".to_owned(),
        declared: None,
        caption: None,
    };
    let strange = [EnumValue::Text(word)];
    let finding = errors::types::enum_value(value.place, &strange, &members, &wanted);
    cx.report(finding);
}

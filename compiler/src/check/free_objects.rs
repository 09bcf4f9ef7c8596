//! Objects of a shape that nobody declared: each field has the type of its value.

use std::collections::HashMap;
use std::sync::Arc;

use ondo_grammar::ast::{self, Entry};

use super::coerce::{Target, coerce};
use super::cx::Cx;
use super::expr;
use super::personal::{self, Personal};
use super::typed::Typed;
use super::versions::Since;
use crate::errors;
use crate::ir::{self, Expr};
use crate::source::Place;
use crate::types::{Field, ObjectType, Type};

/// An object of a shape that nobody declared.
pub(super) fn check(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    entries: &[Entry],
    item: Option<&Type>,
) -> Typed {
    let place = cx.at(e.span);
    let mut seen: HashMap<&str, Place> = HashMap::new();
    let mut object = ObjectType::default();
    let mut lowered = Vec::new();
    let mut result = Typed::new(ir::ExprId(0), Type::Unknown, place);
    let mut holds_personal: Personal = Personal::No;
    for entry in entries {
        match entry {
            Entry::Field { name, value, .. } => {
                let at = cx.at(name.span);
                if let Some(first) = seen.insert(&name.text, at) {
                    cx.report(errors::objects::duplicate(at, "field", &name.text, first));
                    continue;
                }
                let mut typed = expr::check(cx, value, item);
                if let Some(item) = item {
                    let target = Target::plain(format!("`{}`", name.text));
                    typed = coerce(cx, typed, item, &target);
                }
                if matches!(typed.ty, Type::Secret) && item.is_none() {
                    cx.report(errors::data::secret_leak(typed.place, "an object"));
                    typed.ty = Type::Unknown;
                }
                if cx.scope.sink.is_some() {
                    let target = match &cx.scope.sink {
                        Some(sink) => format!("`{}` of a body for {}", name.text, sink.connector),
                        None => format!("`{}`", name.text),
                    };
                    personal::check_sent(cx, &typed, &target);
                } else {
                    holds_personal = holds_personal.join(&typed.personal);
                }
                set_field(&mut object, own_field(&name.text, &typed));
                result.fails |= typed.fails;
                result.since = Since::newest(result.since, typed.since.clone());
                lowered.push(ir::Entry::Field {
                    name: name.text.as_str().into(),
                    value: typed.id,
                    omit_null: false,
                });
            }
            Entry::Spread(value) => {
                let base = expr::check(cx, value, None);
                let base = super::arithmetic::needed(cx, base, "`...`");
                match cx.object(&base.ty) {
                    Some(from) => {
                        for field in &from.fields {
                            set_field(&mut object, field.clone());
                        }
                    }
                    None if base.is_unknown() => {}
                    None => {
                        let found = cx.describe(&base.ty);
                        cx.report(errors::objects::spread_of_no_object(base.place, &found));
                    }
                }
                personal::check_sent(cx, &base, "the object");
                if cx.scope.sink.is_none() {
                    holds_personal = holds_personal.join(&base.personal);
                }
                lowered.push(ir::Entry::Spread(base.id));
            }
        }
    }
    // An object with personal fields is not personal as a whole: its other fields may go anywhere.
    result.personal = match holds_personal {
        Personal::Yes(origin) => Personal::Contains(origin),
        other => other,
    };
    result.ty = match item {
        Some(item) => Type::Map(Arc::new(item.clone())),
        None => Type::Object(Arc::new(object)),
    };
    result.id = cx.add(Expr::Object(lowered), place);
    result
}

fn set_field(object: &mut ObjectType, field: Field) {
    match object
        .fields
        .iter_mut()
        .find(|known| known.name == field.name)
    {
        Some(known) => *known = field,
        None => object.fields.push(field),
    }
}

/// A field of an object whose shape the author wrote.
fn own_field(name: &str, value: &Typed) -> Field {
    let mut field = Field::new(name, value.ty.clone());
    field.personal = matches!(value.personal, Personal::Yes(_));
    field.place = Some(value.place);
    field
}

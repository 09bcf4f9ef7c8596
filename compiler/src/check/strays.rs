//! Fields that a value brings and its place does not know.
//!
//! `products: order.items` may fit: what the till's product needs, the CRM's item has, by the same names. It would be
//! wrong all the same: the till would take the line's number for a dish. A value that was put together elsewhere is
//! therefore held to what a literal is held to: no field that nobody asked for.
//!
//! Asked only where a value leaves as it is: in a call of an action, and as the result of a function. A parameter of a
//! function takes more than it names; what is in excess goes nowhere.

use super::cx::Cx;
use super::objects::Owner;
use super::typed::Typed;
use crate::errors;
use crate::types::{Name, ObjectType, Type};

/// Fields of one object that are unknown where it goes.
#[derive(Debug)]
pub(super) struct Strays {
    /// What the value is: `retailcrm.OrderItem`.
    pub(super) found: Type,
    /// What is wanted: `rkeeper.Product`.
    pub(super) wanted: Type,
    /// The fields.
    pub(super) names: Vec<Name>,
}

/// Reports the first object in a value that has fields too many. `what`: who takes the value.
pub(super) fn check(cx: &mut Cx<'_>, value: &Typed, wanted: &Type, what: &str) {
    let Some(strays) = first(cx, &value.ty, wanted, &mut Vec::new()) else {
        return;
    };
    let text = cx.text(value.place);
    let is_list = matches!(cx.resolve(&cx.non_null(&value.ty)), Type::List(_));
    let needed = match cx.object(&strays.wanted) {
        Some(object) => needed(cx, &object),
        None => Vec::new(),
    };
    let (found, wanted) = (cx.describe(&strays.found), cx.describe(&strays.wanted));
    let finding = errors::objects::strays(
        value.place,
        (text, &found),
        (what, &wanted),
        &strays.names,
        (&needed, is_list),
    );
    cx.report(finding);
}

/// The same of what is spread into a literal, which is one object.
pub(super) fn check_spread(cx: &mut Cx<'_>, base: &Typed, object: &ObjectType, owner: &Owner) {
    let Some(from) = cx.object(&base.ty) else {
        return;
    };
    let names = unknown(&from, object);
    if names.is_empty() {
        return;
    }
    let text = cx.text(base.place);
    let finding = errors::objects::spread_strays(base.place, text, &owner.title, &names);
    cx.report(finding);
}

fn unknown(found: &ObjectType, wanted: &ObjectType) -> Vec<Name> {
    let names = found.fields.iter().map(|field| &field.name);
    let unknown = names.filter(|name| wanted.field(name).is_none());
    unknown.cloned().collect()
}

/// The fields that have to be written, by name.
fn needed(cx: &Cx<'_>, object: &ObjectType) -> Vec<Name> {
    let fields = object.fields.iter().filter(|field| {
        !cx.is_nullable(&field.ty) && field.default.is_none() && field.computed.is_none()
    });
    fields.map(|field| field.name.clone()).collect()
}

type Pairs = Vec<(Name, Name)>;

fn first(cx: &Cx<'_>, found: &Type, wanted: &Type, pairs: &mut Pairs) -> Option<Strays> {
    if found == wanted {
        return None;
    }
    if let (Type::Named(found), Type::Named(wanted)) = (found, wanted) {
        let pair = (found.clone(), wanted.clone());
        if pairs.contains(&pair) {
            return None;
        }
        pairs.push(pair);
    }
    let (found_named, wanted_named) = (cx.non_null(found), cx.non_null(wanted));
    match (cx.resolve(&found_named), cx.resolve(&wanted_named)) {
        (Type::List(found), Type::List(wanted)) | (Type::Map(found), Type::Map(wanted)) => {
            first(cx, &found, &wanted, pairs)
        }
        (Type::Object(found), Type::Map(wanted)) => {
            let mut fields = found.fields.iter();
            fields.find_map(|field| first(cx, &field.ty, &wanted, pairs))
        }
        (Type::Union(variants), _) => variants
            .iter()
            .find_map(|variant| first(cx, variant, wanted, pairs)),
        // One alternative that knows all fields is enough.
        (_, Type::Union(variants)) => {
            let mut strays = None;
            for variant in variants.iter() {
                if !super::relation::fits(cx, &found_named, variant).is_fine() {
                    continue;
                }
                strays = Some(first(cx, found, variant, &mut pairs.clone())?);
            }
            strays
        }
        (Type::Object(found), Type::Object(wanted)) => {
            let names = unknown(&found, &wanted);
            if !names.is_empty() {
                return Some(Strays {
                    found: found_named,
                    wanted: wanted_named,
                    names,
                });
            }
            found.fields.iter().find_map(|field| {
                let wanted = wanted.field(&field.name)?;
                first(cx, &field.ty, &wanted.ty, pairs)
            })
        }
        _ => None,
    }
}

//! Objects: each field is checked against what is expected at its place.

use std::collections::HashMap;
use std::sync::Arc;

use ondo_grammar::ast::{self, Entry};

use super::coerce::{Target, coerce};
use super::cx::Cx;
use super::expr;
use super::personal::{self, Personal};
use super::typed::Typed;
use super::versions::Since;
use super::{free_objects, relation, strays, versions};
use crate::errors;
use crate::ir::{self, Expr};
use crate::source::Place;
use crate::types::{EnumValue, Field, Name, ObjectType, Type};
use crate::value::Value;

/// Who takes the fields, in the words of messages.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    /// `plazius.addBonus`, `rkeeper.Product`, `customer`
    pub(super) title: String,
    /// `argument` or `field`.
    pub(super) word: &'static str,
    /// Where a missing field would be written.
    pub(super) place: Place,
}

/// A field with its value as the author wrote it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'e> {
    pub(super) name: &'e ast::Name,
    pub(super) value: &'e ast::Expr,
}

/// A checked field.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) name: Name,
    pub(super) value: Typed,
    /// Leave it out when null.
    pub(super) omit_null: bool,
}

/// `{ … }`
pub(super) fn literal(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    entries: &[Entry],
    want: Option<&Type>,
) -> Typed {
    let wanted = want.map(|want| cx.non_null(want));
    let resolved = wanted.as_ref().map(|want| cx.resolve(want));
    match (wanted, resolved) {
        (Some(wanted), Some(Type::Object(object))) => against(cx, e, entries, &wanted, &object),
        (Some(wanted), Some(Type::Union(variants))) => match variant(cx, entries, &variants) {
            Some((ty, object)) => {
                let title = match &ty {
                    Type::Named(_) => ty,
                    _ => wanted,
                };
                let value = against(cx, e, entries, &title, &object);
                Typed {
                    ty: Type::Object(object),
                    ..value
                }
            }
            None => free_objects::check(cx, e, entries, None),
        },
        (Some(_), Some(Type::Map(item))) => free_objects::check(cx, e, entries, Some(&item)),
        _ => free_objects::check(cx, e, entries, None),
    }
}

/// The alternative that the author means: the one whose fixed fields have the values that are written, else the one
/// that has most of the fields.
fn variant(cx: &Cx<'_>, entries: &[Entry], variants: &[Type]) -> Option<(Type, Arc<ObjectType>)> {
    let objects = variants
        .iter()
        .filter_map(|ty| Some((ty.clone(), cx.object(ty)?)));
    objects.max_by_key(|(_, object)| {
        let mut score = 0i64;
        for entry in entries {
            let Entry::Field { name, value, .. } = entry else {
                continue;
            };
            score += match object.field(&name.text) {
                None => -2,
                Some(field) => match fixed_by(cx, &field.ty, value) {
                    Some(true) => 100,
                    Some(false) => -100,
                    None => 1,
                },
            };
        }
        // Of two that fit alike, the one that asks for less.
        (score, -(object.fields.len() as i64))
    })
}

/// Whether a literal is the value that an alternative is known by.
fn fixed_by(cx: &Cx<'_>, ty: &Type, value: &ast::Expr) -> Option<bool> {
    let Type::Enum(members) = cx.resolve(&cx.non_null(ty)) else {
        return None;
    };
    let text = super::literals::text_of(value)?;
    Some(
        members
            .values
            .contains(&EnumValue::Text(text.as_str().into())),
    )
}

fn against(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    entries: &[Entry],
    ty: &Type,
    object: &Arc<ObjectType>,
) -> Typed {
    let place = cx.at(e.span);
    let title = match ty {
        Type::Named(name) => name.to_string(),
        _ => match &cx.scope.writing {
            Some(field) => format!("`{field}`"),
            None => "the object".to_owned(),
        },
    };
    let owner = Owner {
        title,
        word: "field",
        place,
    };
    let mut given = Vec::new();
    let mut lowered = Vec::new();
    let mut spread_fields: HashMap<Name, Type> = HashMap::new();
    let mut result = Typed::new(ir::ExprId(0), ty.clone(), place);
    let mut order = Vec::new();
    for entry in entries {
        match entry {
            Entry::Field { name, value, .. } => {
                order.push(None);
                given.push(Given { name, value });
            }
            Entry::Spread(value) => {
                let base = spread(cx, value, object, &mut spread_fields, &owner);
                result = result.carry(&base);
                order.push(Some(base.id));
            }
        }
    }
    let sent = fields(cx, &given, object, &owner, &spread_fields);
    for field in &sent {
        result = Typed {
            divided: false,
            share: false,
            ..result.carry(&field.value)
        };
    }
    // Leaves that were sent were checked where they stand.
    if cx.scope.sink.is_some() {
        result.personal = Personal::No;
    }
    let mut sent: HashMap<String, Sent> = sent
        .into_iter()
        .map(|sent| (sent.name.to_string(), sent))
        .collect();
    let mut names = given.iter();
    for spread in order {
        match spread {
            Some(id) => lowered.push(ir::Entry::Spread(id)),
            None => {
                let sent = names.next().and_then(|given| sent.remove(&given.name.text));
                if let Some(sent) = sent {
                    lowered.push(ir::Entry::Field {
                        name: sent.name,
                        value: sent.value.id,
                        omit_null: sent.omit_null,
                    });
                }
            }
        }
    }
    result.id = cx.add(Expr::Object(lowered), place);
    result
}

fn spread(
    cx: &mut Cx<'_>,
    value: &ast::Expr,
    object: &ObjectType,
    known: &mut HashMap<Name, Type>,
    owner: &Owner,
) -> Typed {
    let base = expr::check(cx, value, None);
    let place = base.place;
    let base = super::arithmetic::needed(cx, base, "`...`");
    let Some(from) = cx.object(&base.ty) else {
        if !base.is_unknown() {
            let found = cx.describe(&base.ty);
            cx.report(errors::objects::spread_of_no_object(place, &found));
        }
        // What it would have given is unknown, so nothing is missing.
        for field in &object.fields {
            known.insert(field.name.clone(), Type::Unknown);
        }
        return base;
    };
    for field in &from.fields {
        if let Some(wanted) = object.field(&field.name)
            && !relation::fits(cx, &field.ty, &wanted.ty).is_fine()
        {
            let target = target_of(wanted, owner);
            let (found, want) = (cx.describe(&field.ty), cx.describe(&wanted.ty));
            let finding =
                errors::objects::spread_mismatch(place, &field.name, &target.what, &found, &want);
            cx.report(finding);
        }
        known.insert(field.name.clone(), field.ty.clone());
    }
    strays::check_spread(cx, &base, object, owner);
    personal::check_sent(cx, &base, &owner.title.clone());
    base
}

fn target_of(field: &Field, owner: &Owner) -> Target {
    Target {
        what: format!("`{}` of {}", field.name, owner.title),
        declared: field.place,
        caption: field.caption.clone(),
    }
}

/// Checks named values against the fields that are wanted. Reports unknown, missing and repeated ones.
pub(super) fn fields(
    cx: &mut Cx<'_>,
    given: &[Given<'_>],
    object: &ObjectType,
    owner: &Owner,
    spread: &HashMap<Name, Type>,
) -> Vec<Sent> {
    let mut sent: Vec<Sent> = Vec::new();
    let mut seen: HashMap<&str, Place> = HashMap::new();
    let mut unknown = false;
    for one in given {
        let place = cx.at(one.name.span);
        if let Some(first) = seen.insert(&one.name.text, place) {
            let finding = errors::objects::duplicate(place, owner.word, &one.name.text, first);
            cx.report(finding);
            expr::check(cx, one.value, None);
            continue;
        }
        let Some(field) = object.field(&one.name.text) else {
            unknown = true;
            let near = nearest(cx, one, object, &seen, given).map(|near| {
                let declared = object.field(&near.name).and_then(|field| {
                    let ty = cx.describe(&field.ty);
                    let label = match &field.caption {
                        Some(caption) => format!("{ty}: {caption}"),
                        None => ty,
                    };
                    Some((field.place?, label))
                });
                (near, declared)
            });
            // `{ type: "card", phone: … }` where an alternative of this type takes `card`.
            let wanted = wanted_instead(cx, given, object, spread);
            let finding = errors::objects::unknown_given(
                place,
                owner.word,
                &one.name.text,
                &owner.title,
                near,
            );
            let finding = errors::objects::wanted_instead(finding, wanted.as_deref());
            cx.report(finding);
            let outer = cx.scope.sink.take();
            expr::check(cx, one.value, None);
            cx.scope.sink = outer;
            continue;
        };
        if field.computed.is_some() {
            let finding =
                errors::objects::computed(place, &one.name.text, &owner.title, field.place);
            cx.report(finding);
            continue;
        }
        sent.push(one_field(cx, one.value, field, owner));
    }
    if !cx.scope.partial {
        missing(cx, (&seen, &sent), object, owner, spread, unknown);
        one_of(cx, given, &sent, object, owner);
    }
    sent
}

/// The only field that has to be there and is not given.
fn wanted_instead(
    cx: &Cx<'_>,
    given: &[Given<'_>],
    object: &ObjectType,
    spread: &HashMap<Name, Type>,
) -> Option<Name> {
    let is_given = |field: &Field| {
        spread.contains_key(&field.name)
            || given.iter().any(|given| *given.name.text == *field.name)
    };
    let mut absent = object
        .fields
        .iter()
        .filter(|field| !is_given(field) && required(cx, field));
    let only = absent.next()?;
    absent.next().is_none().then(|| only.name.clone())
}

/// The value of one field.
pub(super) fn one_field(cx: &mut Cx<'_>, value: &ast::Expr, field: &Field, owner: &Owner) -> Sent {
    let target = target_of(field, owner);
    let outer = cx.scope.sink.as_ref().map(|sink| sink.takes_personal);
    if let Some(sink) = &mut cx.scope.sink {
        sink.takes_personal |= field.personal;
    }
    // In a test `omit` takes any field away, to see what a rule makes of its absence.
    let taken_away = cx.scope.partial && matches!(value.kind, ast::ExprKind::Omit);
    let optional = taken_away || cx.is_nullable(&field.ty) || field.default.is_some();
    let want = if optional {
        relation::nullable(cx, &field.ty)
    } else {
        field.ty.clone()
    };
    if !optional && matches!(value.kind, ast::ExprKind::Omit) {
        let place = cx.at(value.span);
        cx.report(errors::objects::cannot_omit(place, &target.what));
        let id = cx.add(Expr::Omit, place);
        return Sent {
            name: field.name.clone(),
            omit_null: false,
            value: Typed::new(id, Type::Unknown, place),
        };
    }
    let writing = cx.scope.writing.replace(field.name.to_string());
    let checked = expr::check(cx, value, Some(&want));
    cx.scope.writing = writing;
    let literal_null = matches!(cx.exprs.get(checked.id), Expr::Const(Value::Null));
    let mut typed = coerce(cx, checked, &want, &target);
    if let Some(text) = &field.since {
        let since = Since {
            version: text.clone(),
            what: target.what.clone(),
            place: typed.place,
        };
        typed.since = Since::newest(typed.since.take(), Some(since.into()));
    }
    sent_checks(cx, &typed, &field.ty, &target.what);
    if let (Some(sink), Some(outer)) = (&mut cx.scope.sink, outer) {
        sink.takes_personal = outer;
    }
    Sent {
        name: field.name.clone(),
        omit_null: optional && !literal_null,
        value: typed,
    }
}

/// What is only checked where a value leaves for another system.
fn sent_checks(cx: &mut Cx<'_>, value: &Typed, wanted: &Type, what: &str) {
    if cx.scope.sink.is_none() {
        return;
    }
    if cx.scope.sink.as_ref().is_some_and(|sink| sink.leaves) {
        strays::check(cx, value, wanted, what);
    }
    // An object that was put together before goes field by field into one of the same shape.
    let meant = matches!(value.personal, personal::Personal::Contains(_))
        && personal::has_personal_fields(cx, wanted);
    if !meant || cx.personal_targets.is_some() {
        personal::check_sent(cx, value, what);
    }
    if (value.divided || value.share) && matches!(cx.resolve(&cx.non_null(wanted)), Type::Money(_))
    {
        let text = cx.text(value.place);
        cx.report(if value.divided {
            errors::types::unrounded(value.place, text, what)
        } else {
            errors::types::unrounded_share(value.place, text, what)
        });
    }
    let accounts = cx.scope.sink.as_ref().map(|sink| sink.accounts.clone());
    if let (Some(since), Some(accounts)) = (&value.since, accounts) {
        versions::check(cx, &accounts, since);
    }
}

fn nearest(
    cx: &Cx<'_>,
    one: &Given<'_>,
    object: &ObjectType,
    seen: &HashMap<&str, Place>,
    given: &[Given<'_>],
) -> Option<errors::nearest::Near> {
    let free = |field: &&Field| {
        field.computed.is_none()
            && !seen.contains_key(&*field.name)
            && !given.iter().any(|given| *given.name.text == *field.name)
    };
    // Fields that the value would fit come first.
    let shape = literal_shape(one.value);
    let fitting = object.fields.iter().filter(free).filter(|field| {
        shape
            .as_ref()
            .is_none_or(|shape| relation::fits(cx, shape, &field.ty).is_fine())
    });
    let all = object.fields.iter().filter(free);
    errors::nearest::nearest(&one.name.text, fitting.map(|field| &*field.name))
        .or_else(|| errors::nearest::nearest(&one.name.text, all.map(|field| &*field.name)))
}

fn literal_shape(value: &ast::Expr) -> Option<Type> {
    use ast::ExprKind;
    Some(match &value.kind {
        ExprKind::Text(_) => Type::Text,
        ExprKind::Bool(_) => Type::Bool,
        ExprKind::Int(_) => Type::Int,
        ExprKind::Decimal(_) => Type::Decimal,
        _ => return None,
    })
}

fn missing(
    cx: &mut Cx<'_>,
    (seen, sent): (&HashMap<&str, Place>, &[Sent]),
    object: &ObjectType,
    owner: &Owner,
    spread: &HashMap<Name, Type>,
    unknown: bool,
) {
    let absent: Vec<&Field> = object
        .fields
        .iter()
        .filter(|field| {
            let given = seen.contains_key(&*field.name) || spread.contains_key(&field.name);
            let in_group = object
                .one_of
                .iter()
                .any(|group| group.contains(&field.name));
            let here = || super::required_if::holds(cx, field, object, sent, spread);
            !given && !in_group && (required(cx, field) || here())
        })
        .collect();
    // A mistyped name is the likely cause of one missing field: one cause, one report.
    if absent.is_empty() || unknown && absent.len() == 1 {
        return;
    }
    for field in absent {
        let ty = cx.describe(&field.ty);
        let needs = needed_settings(cx, field);
        let example = match cx.resolve(&field.ty) {
            Type::Enum(members) if members.values.len() == 1 => {
                super::describe::value(&members.values[0])
            }
            _ => "…".to_owned(),
        };
        let finding = errors::objects::missing(
            owner.place,
            (owner.word, &owner.title),
            field,
            (&ty, &example),
            &needs,
        );
        cx.report(finding);
    }
}

fn required(cx: &Cx<'_>, field: &Field) -> bool {
    if field.computed.is_some() || field.required_if.is_some() {
        return false;
    }
    if cx.is_nullable(&field.ty) {
        return false;
    }
    field.default.is_none() || !needed_settings(cx, field).is_empty()
}

/// The settings that a default needs and a declared account does not set. Without them the argument is required.
fn needed_settings(cx: &Cx<'_>, field: &Field) -> Vec<Name> {
    let (Some(sink), Some(default)) = (&cx.scope.sink, field.default) else {
        return Vec::new();
    };
    let Some(connector) = cx.catalog.connectors.get(&sink.connector) else {
        return Vec::new();
    };
    let unset = |name: &Name| {
        sink.accounts.iter().any(|id| {
            let account = &cx.accounts[id.0 as usize];
            account.declared && !account.settings.iter().any(|(set, _)| set == name)
        })
    };
    let mut names = connector.settings_needed(default);
    names.retain(unset);
    names
}

fn one_of(cx: &mut Cx<'_>, given: &[Given<'_>], sent: &[Sent], object: &ObjectType, owner: &Owner) {
    for group in &object.one_of {
        let chosen: Vec<&Given<'_>> = given
            .iter()
            .filter(|given| group.iter().any(|name| **name == *given.name.text))
            .collect();
        if let [only] = chosen.as_slice() {
            // The only one must be there, although its type by itself lets it be absent.
            let value = sent.iter().find(|sent| *sent.name == *only.name.text);
            if let (Some(value), Some(field)) = (value, object.field(&only.name.text)) {
                let target = target_of(field, owner);
                let want = cx.non_null(&field.ty);
                coerce(cx, value.value.clone(), &want, &target);
            }
            continue;
        }
        let place = chosen
            .get(1)
            .map_or(owner.place, |given| cx.at(given.name.span));
        let finding = errors::objects::one_of(place, &owner.title, group, chosen.len());
        cx.report(finding);
    }
}

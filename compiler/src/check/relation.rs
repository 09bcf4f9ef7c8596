//! How types relate: whether a value of one may stand where another is wanted, and what two have in common.

use std::sync::Arc;

use super::cx::Cx;
use crate::ir::Conversion;
use crate::types::{Currency, EnumType, EnumValue, Field, Name, ObjectType, Type};

/// Whether a value may stand somewhere.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fit {
    /// As it is.
    Yes,
    /// After a conversion that changes no meaning.
    Convert(Conversion),
    /// But for null.
    Null,
    /// These values are not among those wanted.
    Values(Vec<EnumValue>),
    /// An amount of another currency.
    Currency(Name, Name),
    /// In no way.
    No,
}

impl Fit {
    /// Whether nothing is to be reported.
    pub(super) fn is_fine(&self) -> bool {
        matches!(self, Fit::Yes | Fit::Convert(_))
    }
}

/// Whether a value of `found` may stand where `want` is wanted.
pub(super) fn fits(cx: &Cx<'_>, found: &Type, want: &Type) -> Fit {
    fits_in(cx, found, want, &mut Vec::new())
}

type Pairs = Vec<(Name, Name)>;

fn fits_in(cx: &Cx<'_>, found: &Type, want: &Type, pairs: &mut Pairs) -> Fit {
    if found == want {
        return Fit::Yes;
    }
    // Types that speak of themselves: a pair that is already being compared does not decide.
    if let (Type::Named(found), Type::Named(want)) = (found, want) {
        let pair = (found.clone(), want.clone());
        if pairs.contains(&pair) {
            return Fit::Yes;
        }
        pairs.push(pair);
    }
    let found = cx.resolve(found);
    let want = cx.resolve(want);
    match (&found, &want) {
        (Type::Unknown | Type::Never, _) | (_, Type::Unknown) => Fit::Yes,
        // A name for a plain type: `type PaymentType = string`.
        (found, want) if found == want => Fit::Yes,
        (Type::Secret, Type::Secret) => Fit::Yes,
        (_, Type::Json) if is_data(cx, &found, 0) => Fit::Yes,
        (_, Type::Json) => Fit::No,
        (Type::Null, Type::Nullable(_)) => Fit::Yes,
        (Type::Nullable(found), Type::Nullable(want)) => fits_in(cx, found, want, pairs),
        (_, Type::Nullable(want)) => fits_in(cx, &found, want, pairs),
        (Type::Null, _) => Fit::Null,
        (Type::Nullable(found), _) => match fits_in(cx, found, &want, pairs) {
            Fit::Yes | Fit::Convert(_) => Fit::Null,
            other => other,
        },
        (Type::Union(variants), _) => every(variants.iter(), |variant| {
            inner(fits_in(cx, variant, &want, pairs))
        }),
        (_, Type::Union(variants)) => best(variants.iter().map(|variant| {
            // Each alternative is compared on its own: what one assumed about a pair must not help the next.
            fits_in(cx, &found, variant, &mut pairs.clone())
        })),
        (Type::Int, Type::Decimal) => Fit::Convert(Conversion::Decimal),
        (Type::Money(found), Type::Money(want)) => currencies(found, want),
        (Type::Phone, Type::Text) => Fit::Yes,
        (Type::Enum(found), Type::Text) => all_or_no(found, |v| matches!(v, EnumValue::Text(_))),
        (Type::Enum(found), Type::Int) => all_or_no(found, |v| matches!(v, EnumValue::Int(_))),
        (Type::Enum(found), Type::Decimal) => all_or_no(found, |v| matches!(v, EnumValue::Int(_))),
        (Type::Enum(found), Type::Bool) => all_or_no(found, |v| matches!(v, EnumValue::Bool(_))),
        (Type::Enum(found), Type::Enum(want)) => members(found, want),
        (Type::Bool, Type::Enum(want)) => {
            let both = [EnumValue::Bool(true), EnumValue::Bool(false)];
            let covered = both.iter().all(|value| want.values.contains(value));
            if covered { Fit::Yes } else { Fit::No }
        }
        (Type::List(found), Type::List(want)) => inner(fits_in(cx, found, want, pairs)),
        (Type::Map(found), Type::Map(want)) => inner(fits_in(cx, found, want, pairs)),
        (Type::Object(found), Type::Map(want)) => every(found.fields.iter(), |field| {
            inner(fits_in(cx, &field.ty, want, pairs))
        }),
        (Type::Object(found), Type::Object(want)) => objects(cx, found, want, pairs),
        _ => Fit::No,
    }
}

/// Whether a value can stand in JSON: secrets and accounts cannot, however deep they are.
fn is_data(cx: &Cx<'_>, ty: &Type, depth: u32) -> bool {
    // Types that speak of themselves are declared, and no declared type of data holds an account.
    if depth > 16 {
        return true;
    }
    let inside = |ty: &Type| is_data(cx, ty, depth + 1);
    match cx.resolve(ty) {
        Type::Secret | Type::Account(_) | Type::Bytes => false,
        Type::Nullable(inner) | Type::List(inner) | Type::Map(inner) => inside(&inner),
        Type::Object(object) => object.fields.iter().all(|field| inside(&field.ty)),
        Type::Union(variants) => variants.iter().all(inside),
        _ => true,
    }
}

/// A fit of something inside: values need no conversion there, because an int is read as a decimal wherever one is.
fn inner(fit: Fit) -> Fit {
    match fit {
        Fit::Convert(Conversion::Decimal) => Fit::Yes,
        Fit::Yes => Fit::Yes,
        _ => Fit::No,
    }
}

fn every<'t, T: 't>(items: impl Iterator<Item = &'t T>, mut fit: impl FnMut(&T) -> Fit) -> Fit {
    for item in items {
        let one = fit(item);
        if one != Fit::Yes {
            return one;
        }
    }
    Fit::Yes
}

fn best(fits: impl Iterator<Item = Fit>) -> Fit {
    let mut best = Fit::No;
    for fit in fits {
        match fit {
            Fit::Yes => return Fit::Yes,
            Fit::No => {}
            other if best == Fit::No => best = other,
            Fit::Convert(conversion) => best = Fit::Convert(conversion),
            _ => {}
        }
    }
    best
}

fn all_or_no(found: &EnumType, is: impl Fn(&EnumValue) -> bool) -> Fit {
    if found.values.iter().all(is) {
        Fit::Yes
    } else {
        Fit::No
    }
}

fn members(found: &EnumType, want: &EnumType) -> Fit {
    let strange: Vec<EnumValue> = found
        .values
        .iter()
        .filter(|value| !want.values.contains(value))
        .cloned()
        .collect();
    if strange.is_empty() {
        Fit::Yes
    } else {
        Fit::Values(strange)
    }
}

/// Two names clash at once; whatever else is decided when the amounts are known.
pub(super) fn currencies(found: &Currency, want: &Currency) -> Fit {
    match (found, want) {
        (Currency::Named(found), Currency::Named(want)) if found != want => {
            Fit::Currency(found.clone(), want.clone())
        }
        _ => Fit::Yes,
    }
}

fn objects(cx: &Cx<'_>, found: &ObjectType, want: &ObjectType, pairs: &mut Pairs) -> Fit {
    for field in &want.fields {
        let fit = match found.field(&field.name) {
            Some(given) => inner(fits_in(cx, &given.ty, &field.ty, pairs)),
            None if cx.is_nullable(&field.ty) || field.default.is_some() => Fit::Yes,
            None if field.computed.is_some() => Fit::Yes,
            None => Fit::No,
        };
        if fit != Fit::Yes {
            return Fit::No;
        }
    }
    Fit::Yes
}

/// The type that holds the values of both; none if they have nothing in common.
pub(super) fn join(cx: &Cx<'_>, left: &Type, right: &Type) -> Option<Type> {
    join_in(cx, left, right, 0)
}

fn join_in(cx: &Cx<'_>, left: &Type, right: &Type, depth: u32) -> Option<Type> {
    if left == right {
        return Some(left.clone());
    }
    match (left, right) {
        (Type::Unknown, _) | (_, Type::Unknown) => return Some(Type::Unknown),
        (Type::Never, other) | (other, Type::Never) => return Some(other.clone()),
        (Type::Null, other) | (other, Type::Null) => return Some(nullable(cx, other)),
        (Type::Nullable(left), Type::Nullable(right)) => {
            return join_in(cx, left, right, depth).map(Type::nullable);
        }
        (Type::Nullable(inner), other) | (other, Type::Nullable(inner)) => {
            return join_in(cx, inner, other, depth).map(Type::nullable);
        }
        _ => {}
    }
    // What two recursive types have in common is not looked for behind their names twice.
    if depth > 8 {
        return None;
    }
    let (l, r) = (cx.resolve(left), cx.resolve(right));
    if l.is_nullable() != left.is_nullable() || r.is_nullable() != right.is_nullable() {
        return join_in(cx, &l, &r, depth + 1);
    }
    match (&l, &r) {
        (Type::Json, _) | (_, Type::Json) => None,
        (Type::Int, Type::Decimal) | (Type::Decimal, Type::Int) => Some(Type::Decimal),
        (Type::Money(l), Type::Money(r)) => match currencies(l, r) {
            Fit::Yes => Some(Type::Money(Currency::Unnamed)),
            _ => None,
        },
        (Type::Enum(l), Type::Enum(r)) if is_text(l) == is_text(r) => {
            Some(Type::Enum(Arc::new(merge_enums(l, r))))
        }
        (Type::Text | Type::Phone | Type::Enum(_), Type::Text | Type::Phone | Type::Enum(_))
            if text_like(&l) && text_like(&r) =>
        {
            Some(Type::Text)
        }
        (Type::Int, Type::Enum(e)) | (Type::Enum(e), Type::Int) if !is_text(e) => Some(Type::Int),
        (Type::List(l), Type::List(r)) => {
            join_in(cx, l, r, depth + 1).map(|item| Type::List(Arc::new(item)))
        }
        (Type::Map(l), Type::Map(r)) => {
            join_in(cx, l, r, depth + 1).map(|item| Type::Map(Arc::new(item)))
        }
        (Type::Object(l), Type::Object(r)) => {
            join_objects(cx, l, r, depth + 1).map(|object| Type::Object(Arc::new(object)))
        }
        _ if l == r => Some(l),
        _ => None,
    }
}

/// `T?`, also through the name of a type.
pub(super) fn nullable(cx: &Cx<'_>, ty: &Type) -> Type {
    if cx.is_nullable(ty) {
        ty.clone()
    } else {
        ty.clone().nullable()
    }
}

/// Whether values are texts.
pub(super) fn text_like(ty: &Type) -> bool {
    match ty {
        Type::Text | Type::Phone => true,
        Type::Enum(values) => is_text(values),
        _ => false,
    }
}

fn is_text(ty: &EnumType) -> bool {
    ty.values
        .iter()
        .all(|value| matches!(value, EnumValue::Text(_)))
}

fn merge_enums(left: &EnumType, right: &EnumType) -> EnumType {
    let covers = |big: &EnumType, small: &EnumType| members(small, big) == Fit::Yes;
    if covers(left, right) {
        return left.clone();
    }
    if covers(right, left) {
        return right.clone();
    }
    let mut values = left.values.clone();
    let more = right
        .values
        .iter()
        .filter(|value| !left.values.contains(value));
    values.extend(more.cloned());
    EnumType { name: None, values }
}

/// A field that only one of them has can be absent.
fn join_objects(
    cx: &Cx<'_>,
    left: &ObjectType,
    right: &ObjectType,
    depth: u32,
) -> Option<ObjectType> {
    let mut fields = Vec::new();
    for field in &left.fields {
        let mut joined = plain(field);
        joined.ty = match right.field(&field.name) {
            Some(other) => {
                joined.personal |= other.personal;
                join_in(cx, &field.ty, &other.ty, depth)?
            }
            None => nullable(cx, &field.ty),
        };
        fields.push(joined);
    }
    for field in &right.fields {
        if left.field(&field.name).is_none() {
            let mut joined = plain(field);
            joined.ty = nullable(cx, &field.ty);
            fields.push(joined);
        }
    }
    Some(ObjectType {
        fields,
        one_of: Vec::new(),
    })
}

/// A field as part of a value that no connector declared.
fn plain(field: &Field) -> Field {
    Field {
        personal: field.personal,
        caption: field.caption.clone(),
        place: field.place,
        ..Field::new(field.name.clone(), field.ty.clone())
    }
}

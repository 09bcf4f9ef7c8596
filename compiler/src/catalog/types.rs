//! Types as written to types as used, for connector definitions and for bundles.
//!
//! ```text
//! type Guest = { phone: phone personal "Номер телефона", sex: ("male" | "female")? }
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use ondo_grammar::ast::{self, AttrKind, Member, TypeDecl, TypeExpr, TypeKind};

use super::exprs::{ExprCx, lower_expr};
use super::{codecs, errors};
use crate::diagnostic::Diagnostic;
use crate::ir::{ExprId, Exprs};
use crate::source::{FileId, Place};
use crate::types::{Currency, EnumType, EnumValue, Field, Hole, Name, ObjectType, Type};

/// What lowering a type needs from its surroundings.
pub struct TypeCx<'a> {
    /// The file that the type stands in.
    pub file: FileId,
    /// The full name of a declared type as it is written: `Order` is `retailcrm.Order` in its own connector.
    pub find: &'a dyn Fn(&str) -> Option<Name>,
    /// What a full name stands for, if it was lowered already. Asked for `...T` and wire forms only; see
    /// [`in_order_of_use`].
    pub lowered: &'a dyn Fn(&str) -> Option<Type>,
    /// Names of declared types as they can be written, for the nearest one in a message.
    pub names: &'a [Name],
    /// Where expressions of fields go. `None` in bundles: their types have no defaults and checks.
    pub exprs: Option<FieldExprs<'a>>,
    /// Where findings go.
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

/// Where expressions of fields go: defaults, `where`, `required if`.
pub struct FieldExprs<'a> {
    /// The connector's expressions.
    pub exprs: &'a mut Exprs,
    /// How many locals any of them uses.
    pub local_count: &'a mut u32,
    /// Names that an expression may use: settings, arguments. Fields of the enclosing objects are added on the way.
    pub names: Vec<Name>,
}

/// Names of types that are not declared by anybody.
const BUILTIN_TYPES: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("decimal", Type::Decimal),
    ("percent", Type::Percent),
    ("money", Type::Money(Currency::Unnamed)),
    ("string", Type::Text),
    ("phone", Type::Phone),
    ("date", Type::Date),
    ("time", Type::Time),
    ("datetime", Type::DateTime),
    ("duration", Type::Duration),
    ("json", Type::Json),
    ("bytes", Type::Bytes),
    ("secret", Type::Secret),
    ("url", Type::Text),
];

/// The type that a type expression means. What cannot be understood is reported and `Unknown`.
pub fn lower_type(ty: &TypeExpr, cx: &mut TypeCx<'_>) -> Type {
    match &ty.kind {
        TypeKind::Name(path) => named(path, cx),
        TypeKind::MoneyIn(name) if is_currency_code(&name.text) => {
            Type::Money(Currency::Named(name.text.as_str().into()))
        }
        TypeKind::MoneyIn(name) => Type::Money(Currency::Field(name.text.as_str().into())),
        TypeKind::Nullable(inner) => lower_type(inner, cx).nullable(),
        TypeKind::List(inner) => Type::List(Arc::new(lower_type(inner, cx))),
        TypeKind::Map(inner) => Type::Map(Arc::new(lower_type(inner, cx))),
        TypeKind::Object(object) => Type::Object(Arc::new(lower_object(object, cx))),
        TypeKind::Text(_) | TypeKind::Int(_) | TypeKind::Bool(_) => match literal(&ty.kind) {
            Some(value) => enum_of(vec![value]),
            None => {
                let at = place(cx, ty.span);
                cx.diagnostics.push(errors::unreadable(
                    at,
                    "number",
                    "it has more than 18 digits",
                ));
                Type::Unknown
            }
        },
        TypeKind::Union(parts) => union(parts, cx),
        TypeKind::Error => Type::Unknown,
    }
}

/// Declarations in the order in which they have to be lowered: one whose fields are taken over with `...T`, or that
/// another one is a mere name for, comes before it; also, where that can be, the type of a field with a wire form. A
/// declaration that stands for itself is reported.
pub fn in_order_of_use<'a>(
    declarations: &[(FileId, &'a TypeDecl)],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(FileId, &'a TypeDecl)> {
    let by_name: HashMap<&str, usize> = declarations
        .iter()
        .enumerate()
        .map(|(index, (_, decl))| (decl.name.text.as_str(), index))
        .collect();
    let mut sorter = Sorter {
        declarations,
        by_name,
        state: vec![State::New; declarations.len()],
        order: Vec::with_capacity(declarations.len()),
        diagnostics,
    };
    for index in 0..declarations.len() {
        sorter.visit(index);
    }
    sorter
        .order
        .iter()
        .map(|index| declarations[*index])
        .collect()
}

struct Sorter<'d, 'a> {
    declarations: &'d [(FileId, &'a TypeDecl)],
    by_name: HashMap<&'a str, usize>,
    state: Vec<State>,
    order: Vec<usize>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

impl Sorter<'_, '_> {
    fn visit(&mut self, index: usize) {
        let (file, decl) = self.declarations[index];
        match self.state[index] {
            State::Done => return,
            State::Open => {
                let at = Place {
                    file,
                    span: decl.name.span,
                };
                self.diagnostics
                    .push(errors::type_cycle(at, &decl.name.text));
                return;
            }
            State::New => self.state[index] = State::Open,
        }
        let mut used = Used::default();
        needed_first(&decl.ty, true, &mut used);
        for name in used.first {
            if let Some(other) = self.by_name.get(name) {
                self.visit(*other);
            }
        }
        for name in used.if_possible {
            match self.by_name.get(name) {
                Some(other) if self.state[*other] == State::New => self.visit(*other),
                _ => {}
            }
        }
        self.state[index] = State::Done;
        self.order.push(index);
    }
}

/// Names that a declaration uses so that they must be lowered before it.
#[derive(Default)]
struct Used<'a> {
    /// Of `...T` anywhere, of the whole type, and of its alternatives.
    first: Vec<&'a str>,
    /// Of fields with a wire form, which is checked against the type: a field may hold its own kind.
    if_possible: Vec<&'a str>,
}

fn needed_first<'a>(ty: &'a TypeExpr, whole: bool, used: &mut Used<'a>) {
    match &ty.kind {
        TypeKind::Name(path) if whole => {
            let last = path.names.last();
            used.first.extend(last.map(|name| name.text.as_str()));
        }
        TypeKind::Nullable(inner) => needed_first(inner, whole, used),
        TypeKind::List(inner) | TypeKind::Map(inner) => needed_first(inner, false, used),
        TypeKind::Union(parts) => {
            for part in parts {
                needed_first(part, whole, used);
            }
        }
        TypeKind::Object(object) => {
            for member in &object.members {
                match member {
                    Member::Spread(ty) => needed_first(ty, true, used),
                    Member::Field(field) => field_needed_first(field, used),
                    Member::OneOf(_) => {}
                }
            }
        }
        _ => {}
    }
}

fn field_needed_first<'a>(field: &'a ast::Field, used: &mut Used<'a>) {
    let Some(ty) = &field.ty else { return };
    needed_first(ty, false, used);
    let has_codec = field
        .attrs
        .iter()
        .any(|attr| matches!(attr.kind, AttrKind::Codec { .. }));
    if has_codec {
        let mut named = Used::default();
        needed_first(ty, true, &mut named);
        used.if_possible.extend(named.first);
    }
}

fn place(cx: &TypeCx<'_>, span: ast::Span) -> Place {
    Place {
        file: cx.file,
        span,
    }
}

fn is_currency_code(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn named(path: &ast::Path, cx: &mut TypeCx<'_>) -> Type {
    let text = path
        .names
        .iter()
        .map(|name| name.text.as_str())
        .collect::<Vec<_>>()
        .join(".");
    if let Some((_, ty)) = BUILTIN_TYPES.iter().find(|(name, _)| *name == text) {
        return ty.clone();
    }
    if let Some(name) = (cx.find)(&text) {
        return Type::Named(name);
    }
    let known = BUILTIN_TYPES.iter().map(|(name, _)| *name);
    let candidates = known.chain(cx.names.iter().map(|name| &**name));
    let nearest = errors::nearest(&text, candidates);
    let is_value = |exprs: &FieldExprs<'_>| exprs.names.iter().any(|name| **name == *text);
    let at = place(cx, path.span);
    let found = match nearest {
        None if cx.exprs.as_ref().is_some_and(is_value) => errors::value_as_type(at, &text),
        nearest => errors::unknown_type(at, &text, nearest),
    };
    cx.diagnostics.push(found);
    Type::Unknown
}

fn literal(kind: &TypeKind) -> Option<EnumValue> {
    match kind {
        TypeKind::Text(text) => Some(EnumValue::Text(text.as_str().into())),
        TypeKind::Int(text) => text.parse().ok().map(EnumValue::Int),
        TypeKind::Bool(value) => Some(EnumValue::Bool(*value)),
        _ => None,
    }
}

fn enum_of(values: Vec<EnumValue>) -> Type {
    Type::Enum(Arc::new(EnumType { name: None, values }))
}

/// `"a" | "b"` is one enum; a `T?` among the alternatives makes the whole nullable.
fn union(parts: &[TypeExpr], cx: &mut TypeCx<'_>) -> Type {
    let literals: Option<Vec<EnumValue>> = parts.iter().map(|part| literal(&part.kind)).collect();
    if let Some(values) = literals {
        return enum_of(values);
    }
    let mut nullable = false;
    let mut types: Vec<Type> = Vec::new();
    let mut values: Vec<EnumValue> = Vec::new();
    for part in parts {
        let ty = lower_type(part, cx);
        nullable |= matches!(ty, Type::Nullable(_) | Type::Null);
        match ty.non_null() {
            Type::Null => {}
            Type::Enum(one) if one.name.is_none() => values.extend(one.values.iter().cloned()),
            other if types.contains(other) => {}
            other => types.push(other.clone()),
        }
    }
    if !values.is_empty() {
        types.push(enum_of(values));
    }
    let ty = match types.len() {
        1 => types.remove(0),
        _ => Type::Union(types.into()),
    };
    if nullable { ty.nullable() } else { ty }
}

/// The fields of an object as written, with those of `...T` in their place.
pub(super) fn lower_object(object: &ast::ObjectType, cx: &mut TypeCx<'_>) -> ObjectType {
    let outer_names = cx.exprs.as_ref().map_or(0, |exprs| exprs.names.len());
    if let Some(exprs) = &mut cx.exprs {
        let own = object.members.iter().filter_map(|member| match member {
            Member::Field(field) => Some(field.name.text.as_str().into()),
            _ => None,
        });
        exprs.names.extend(own);
    }
    let mut lowered = ObjectType::default();
    for member in &object.members {
        match member {
            Member::Field(field) => {
                let field = lower_field(field, cx);
                add_field(field, &mut lowered, cx);
            }
            Member::Spread(ty) => {
                for field in spread(ty, cx) {
                    add_field(field, &mut lowered, cx);
                }
            }
            Member::OneOf(names) => {
                let names = names.iter().map(|name| name.text.as_str().into()).collect();
                lowered.one_of.push(names);
            }
        }
    }
    if let Some(exprs) = &mut cx.exprs {
        exprs.names.truncate(outer_names);
    }
    known_in_groups(object, &lowered, cx);
    lowered
}

/// `one of id, externalId` speaks of fields that are there.
fn known_in_groups(object: &ast::ObjectType, lowered: &ObjectType, cx: &mut TypeCx<'_>) {
    for member in &object.members {
        let Member::OneOf(names) = member else {
            continue;
        };
        for name in names {
            if lowered.field(&name.text).is_none() {
                let fields = lowered.fields.iter().map(|field| &*field.name);
                let nearest = errors::nearest(&name.text, fields);
                let at = place(cx, name.span);
                cx.diagnostics
                    .push(errors::unknown_name(at, &name.text, nearest));
            }
        }
    }
}

fn add_field(field: Field, object: &mut ObjectType, cx: &mut TypeCx<'_>) {
    match object.field(&field.name) {
        Some(first) => {
            if let Some(at) = field.place {
                let found = errors::duplicate(at, first.place, "field", &field.name);
                cx.diagnostics.push(found);
            }
        }
        None => object.fields.push(field),
    }
}

/// `...T`: the fields of another object type.
fn spread(ty: &TypeExpr, cx: &mut TypeCx<'_>) -> Vec<Field> {
    let lowered = lower_type(ty, cx);
    match resolve(lowered, cx) {
        Type::Object(object) => object.fields.clone(),
        Type::Unknown => Vec::new(),
        _ => {
            cx.diagnostics
                .push(errors::spread_of_no_object(place(cx, ty.span)));
            Vec::new()
        }
    }
}

/// What stands behind names, as far as it is known.
fn resolve(mut ty: Type, cx: &TypeCx<'_>) -> Type {
    for _ in 0..64 {
        let Type::Named(name) = &ty else { return ty };
        match (cx.lowered)(name) {
            Some(next) => ty = next,
            None => return Type::Unknown,
        }
    }
    Type::Unknown
}

fn lower_field(field: &ast::Field, cx: &mut TypeCx<'_>) -> Field {
    let ty = match &field.ty {
        Some(ty) => lower_type(ty, cx),
        None => Type::Unknown,
    };
    let mut lowered = Field::new(field.name.text.as_str(), ty);
    lowered.place = Some(place(cx, field.name.span));
    lowered.caption = field
        .caption
        .as_ref()
        .map(|caption| caption.text.as_str().into());
    if let Some(value) = &field.value {
        let value_id = field_expr(value, cx);
        match field.ty {
            Some(_) => lowered.default = value_id,
            None => lowered.computed = value_id,
        }
    }
    for attr in &field.attrs {
        lower_attr(attr, &mut lowered, cx);
    }
    lowered
}

fn lower_attr(attr: &ast::Attr, field: &mut Field, cx: &mut TypeCx<'_>) {
    match &attr.kind {
        AttrKind::Codec { name, args } => {
            let behind = resolve(field.ty.non_null().clone(), cx);
            let codec = codecs::lower(cx.file, name, args, &behind, cx.diagnostics);
            field.codecs.extend(codec);
        }
        AttrKind::Personal => field.personal = true,
        AttrKind::Since(version) => field.since = Some(version.text.as_str().into()),
        AttrKind::Where(expr) => field.check = field_expr(expr, cx),
        AttrKind::RequiredIf(expr) => field.required_if = field_expr(expr, cx),
        AttrKind::IgnoredIf(expr) => field.ignored_if = field_expr(expr, cx),
        AttrKind::Alias(other) => field.aliases.push(other.text.as_str().into()),
        AttrKind::Hole(name) => field.hole = Some(Hole::Named(name.text.as_str().into())),
        AttrKind::HoleSpread => field.hole = Some(Hole::Spread),
    }
}

fn field_expr(expr: &ast::Expr, cx: &mut TypeCx<'_>) -> Option<ExprId> {
    let Some(target) = &mut cx.exprs else {
        let at = place(cx, expr.span);
        cx.diagnostics
            .push(errors::only_in_definitions(at, "a default or a condition"));
        return None;
    };
    let mut expr_cx = ExprCx {
        file: cx.file,
        exprs: target.exprs,
        local_count: target.local_count,
        names: Some(&target.names),
        locals: Vec::new(),
        diagnostics: cx.diagnostics,
    };
    Some(lower_expr(expr, &mut expr_cx))
}

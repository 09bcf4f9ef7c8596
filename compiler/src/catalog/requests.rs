//! Requests and the patterns that messages are written and read with.
//!
//! ```text
//! request POST "/orders/{id}/edit"
//!   path { id: int "ID заказа" }
//!   form { by: "id" | "externalId" -> by, order: { status: string? } as json -> ... }
//! ```
//!
//! Without an arrow every field at the top is a hole by its own name. With arrows only they are holes. Both end up as
//! [`Hole`]s on the fields, so that nobody else has to know the rule.

use std::sync::Arc;

use ondo_grammar::ast::{
    self, ExprKind, Member, Method, Place as Part, TextPart, TypeExpr, TypeKind,
};

use super::build::Cx;
use super::{Request, Section, errors};
use crate::ir::Expr;
use crate::types::{EnumType, Field, Hole, Name, ObjectType, Type, TypeTable};
use crate::value::Value;

/// What a request may use of the call that makes it: how long the call may take, as a duration. Null where nobody says
/// it, as in the sandbox. Whoever makes the request gives it among the settings.
pub const CALL_TIMEOUT: &str = "call_timeout";

/// A request, and the holes of all its sections in their order.
pub(super) fn lower_request(
    request: &ast::Request,
    names: &[Name],
    cx: &mut Cx<'_>,
) -> (Request, ObjectType) {
    let mut visible: Vec<Name> = names.to_vec();
    visible.push(CALL_TIMEOUT.into());
    for section in &request.sections {
        if let Some(pattern) = &section.pattern {
            names_in(pattern, cx, &mut visible);
        }
        visible.extend(section.hole.iter().map(|hole| hole.text.as_str().into()));
    }
    let sections: Vec<Section> = request
        .sections
        .iter()
        .map(|section| lower_section(section, &visible, cx))
        .collect();
    let mut args = ObjectType::default();
    for section in &sections {
        collect_holes(section, cx, &mut args);
    }
    let bodies = sections
        .iter()
        .filter(|section| matches!(section.place, Part::Form | Part::Json | Part::Text));
    if bodies.count() > 1 {
        let at = cx.place(request.span);
        cx.report(errors::definition(
            at,
            "a request has one body: `json`, `form` or `text`",
        ));
    }
    let mut usable: Vec<Name> = names.to_vec();
    usable.extend(args.fields.iter().map(|field| field.name.clone()));
    for (name, span) in unknown_in_path(&request.path, &usable, cx) {
        let nearest = errors::nearest(&name, usable.iter().map(|name| &**name)).map(str::to_owned);
        let at = cx.place(span);
        cx.report(errors::unknown_in_path(at, &name, nearest.as_deref()));
        usable.push(name);
    }
    begins_with_slash(&request.path, cx);
    let path = cx.lower_expr(&request.path, &usable);
    let method = match &request.method {
        Method::Fixed(name) => {
            let at = cx.place(name.span);
            let method = name.text.to_uppercase();
            if !METHODS.contains(&method.as_str()) {
                cx.report(errors::unknown_word(
                    at,
                    "method of HTTP",
                    &name.text,
                    METHODS,
                ));
            }
            cx.exprs.add(Expr::Const(Value::text(method)), at)
        }
        Method::Computed(expr) => cx.lower_expr(expr, &usable),
    };
    (
        Request {
            method,
            path,
            sections,
        },
        args,
    )
}

/// Methods that are written; any other can be computed.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// A path hangs on the account's address, so it begins with a slash, unless it begins with a hole.
fn begins_with_slash(path: &ast::Expr, cx: &mut Cx<'_>) {
    let ExprKind::Text(parts) = &path.kind else {
        return;
    };
    let Some(TextPart::Chars(start)) = parts.first() else {
        return;
    };
    let is_whole = start.starts_with("http://") || start.starts_with("https://");
    if !start.starts_with('/') && !is_whole {
        let at = cx.place(path.span);
        let found = errors::definition(at, "a path begins with `/`");
        cx.report(found.help(format!("\"/{start}…\"")));
    }
}

/// Names in the holes of a path that nobody declares.
fn unknown_in_path(path: &ast::Expr, usable: &[Name], cx: &Cx<'_>) -> Vec<(Name, ast::Span)> {
    let ExprKind::Text(parts) = &path.kind else {
        return Vec::new();
    };
    let unknown = parts.iter().filter_map(|part| {
        let TextPart::Expr(ast::Expr {
            kind: ExprKind::Name(name),
            span,
            ..
        }) = part
        else {
            return None;
        };
        let is_known = usable
            .iter()
            .chain(&cx.settings)
            .any(|known| **known == **name);
        (!is_known).then(|| (name.as_str().into(), *span))
    });
    unknown.collect()
}

/// A section of a message with its holes on the fields. `names`: what its expressions may use besides settings.
pub(super) fn lower_section(section: &ast::Section, names: &[Name], cx: &mut Cx<'_>) -> Section {
    let ty = match &section.pattern {
        Some(pattern) => cx.lower_type(pattern, names),
        None if section.place == Part::Text => Type::Text,
        None => Type::Null,
    };
    let hole: Option<Name> = section.hole.as_ref().map(|hole| hole.text.as_str().into());
    let ty = match (&hole, &section.pattern) {
        (None, Some(_)) => with_holes(ty, section, cx),
        _ => ty,
    };
    Section {
        place: section.place,
        ty,
        hole,
    }
}

/// Marks the holes that are not written: all fields at the top, unless there are arrows.
fn with_holes(ty: Type, section: &ast::Section, cx: &mut Cx<'_>) -> Type {
    let object = match cx.types.resolve(&ty) {
        Type::Object(object) => object.clone(),
        Type::Unknown | Type::Null => return ty,
        _ => {
            let at = cx.place(section.span);
            let found = errors::definition(
                at,
                "this part of the message has no fields, so it needs a name",
            );
            cx.report(found.help("-> body"));
            return ty;
        }
    };
    if has_arrows(&object) {
        return Type::Object(object);
    }
    let mut object = (*object).clone();
    for field in &mut object.fields {
        if field.computed.is_none() && !is_literal(&field.ty) {
            field.hole = Some(Hole::Named(field.name.clone()));
        }
    }
    Type::Object(Arc::new(object))
}

fn has_arrows(object: &ObjectType) -> bool {
    object.fields.iter().any(|field| {
        field.hole.is_some()
            || matches!(field.ty.non_null(), Type::Object(inner) if has_arrows(inner))
    })
}

/// `success: true`: one value and no other.
fn is_literal(ty: &Type) -> bool {
    matches!(ty, Type::Enum(values) if is_single(values))
}

fn is_single(values: &EnumType) -> bool {
    values.values.len() == 1
}

/// Adds the holes of a section: the arguments of a request, the value of an outcome, the names of a delivery.
pub(super) fn collect_holes(section: &Section, cx: &mut Cx<'_>, holes: &mut ObjectType) {
    if let Some(name) = &section.hole {
        let field = Field::new(name.clone(), section.ty.clone());
        add_hole(field, cx, holes);
        return;
    }
    if let Type::Object(object) = &section.ty {
        let object = object.clone();
        collect_from(&object, false, cx, holes);
    }
}

fn collect_from(object: &ObjectType, nullable: bool, cx: &mut Cx<'_>, holes: &mut ObjectType) {
    for field in &object.fields {
        let nullable = nullable || matches!(field.ty, Type::Nullable(_));
        match &field.hole {
            Some(Hole::Named(name)) => add_hole(renamed(field, name, nullable), cx, holes),
            Some(Hole::Spread) => spread(field, nullable, cx, holes),
            None => {
                if let Type::Object(inner) = field.ty.non_null() {
                    collect_from(inner, nullable, cx, holes);
                }
            }
        }
    }
    for group in &object.one_of {
        let names: Vec<Name> = group
            .iter()
            .filter_map(|name| hole_of(object, name))
            .collect();
        if names.len() == group.len() {
            holes.one_of.push(names);
        }
    }
}

/// `order: OrderEdit as json -> ...`: the fields of the object stand for themselves.
fn spread(field: &Field, nullable: bool, cx: &mut Cx<'_>, holes: &mut ObjectType) {
    let Some(object) = cx.types.object(&field.ty).cloned() else {
        if let Some(place) = field.place {
            cx.report(errors::spread_of_no_object(place));
        }
        return;
    };
    for inner in &object.fields {
        let name = match &inner.hole {
            Some(Hole::Named(name)) => name,
            _ if inner.computed.is_some() || is_literal(&inner.ty) => continue,
            _ => &inner.name,
        };
        add_hole(renamed(inner, name, nullable), cx, holes);
    }
    holes.one_of.extend(object.one_of.iter().cloned());
}

fn hole_of(object: &ObjectType, field: &str) -> Option<Name> {
    match object.field(field)?.hole.as_ref()? {
        Hole::Named(name) => Some(name.clone()),
        Hole::Spread => None,
    }
}

fn renamed(field: &Field, name: &Name, nullable: bool) -> Field {
    let mut field = field.clone();
    field.name = name.clone();
    field.hole = None;
    if nullable {
        field.ty = field.ty.nullable();
    }
    field
}

fn add_hole(field: Field, cx: &mut Cx<'_>, holes: &mut ObjectType) {
    let Some(first) = holes.field(&field.name) else {
        holes.fields.push(field);
        return;
    };
    if let Some(at) = field.place {
        let found = errors::duplicate(at, first.place, "argument", &field.name);
        cx.report(found);
    }
}

/// Every name that a pattern brings along, so that its expressions can be checked before it is lowered.
fn names_in(ty: &TypeExpr, cx: &Cx<'_>, names: &mut Vec<Name>) {
    match &ty.kind {
        TypeKind::Nullable(inner) => names_in(inner, cx, names),
        TypeKind::Name(path) => {
            if let [name] = path.names.as_slice() {
                fields_of(&name.text, cx, names);
            }
        }
        TypeKind::Object(object) => {
            for member in &object.members {
                match member {
                    Member::Field(field) => {
                        names.push(field.name.text.as_str().into());
                        for attr in &field.attrs {
                            if let ast::AttrKind::Hole(hole) = &attr.kind {
                                names.push(hole.text.as_str().into());
                            }
                        }
                        if let Some(ty) = &field.ty {
                            names_in(ty, cx, names);
                        }
                    }
                    Member::Spread(ty) => names_in(ty, cx, names),
                    Member::OneOf(_) => {}
                }
            }
        }
        _ => {}
    }
}

fn fields_of(written: &str, cx: &Cx<'_>, names: &mut Vec<Name>) {
    let full = format!("{}.{written}", cx.connector);
    let types: &TypeTable = cx.types;
    if let Some(def) = types.types.get(full.as_str())
        && let Some(object) = types.object(&def.ty)
    {
        names.extend(object.fields.iter().map(|field| field.name.clone()));
    }
}

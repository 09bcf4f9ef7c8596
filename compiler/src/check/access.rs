//! Names, fields and indexes: `order.customer?.phones[0]?.number`.
//!
//! A chain of fields that begins at the event becomes one slot of the read set. After `?.` the rest of the chain is
//! skipped when the value before it is null.

use ondo_grammar::ast::{self, ExprKind};

use super::cx::Cx;
use super::narrow::{EVENT, Key};
use super::personal::{self, Personal};
use super::relation::{join, nullable};
use super::typed::Typed;
use super::{calls, expr, libraries, tables};
use crate::errors;
use crate::ir::{Expr, ExprId, LocalId, ReadPath, SlotId};
use crate::source::Place;
use crate::types::{Codec, Field, Name, ObjectType, Type};

/// A chain while it is being read from left to right.
#[derive(Debug, Clone)]
pub(super) struct Link {
    head: Head,
    /// The declared type of what the chain has reached.
    pub(super) ty: Type,
    /// A `?.` on the way may skip the rest.
    skips: bool,
    /// Values before a `?` whose rest needs them in a local.
    pending: Vec<(ExprId, LocalId)>,
    key: Option<Key>,
    pub(super) typed: Typed,
}

#[derive(Debug, Clone)]
enum Head {
    /// A path of fields from the event's payload.
    Event(EventPath),
    /// A value that is computed.
    Value,
}

#[derive(Debug, Clone, Default)]
struct EventPath {
    names: Vec<Name>,
    codecs: Vec<Codec>,
    aliases: Vec<Name>,
    /// Something on the way can be absent.
    absent: bool,
}

/// A name, a field, an index or a call behind a dot.
pub(super) fn check(cx: &mut Cx<'_>, e: &ast::Expr, want: Option<&Type>) -> Typed {
    let link = chain(cx, e, want);
    finish(cx, link, e)
}

fn chain(cx: &mut Cx<'_>, e: &ast::Expr, want: Option<&Type>) -> Link {
    match &e.kind {
        ExprKind::Name(name) => super::names_in_scope::check(cx, name, e),
        ExprKind::Field {
            base,
            name,
            optional,
        } => {
            if let Some(full) = libraries::member(cx, base, &name.text) {
                return super::names_in_scope::check(cx, &full, e);
            }
            if let Some(link) = libraries::unknown_member(cx, base, name, e) {
                return link;
            }
            let link = chain(cx, base, None);
            let link = enter(cx, link, base, name.span, *optional);
            field(cx, link, name, e)
        }
        ExprKind::Index {
            base,
            index,
            optional,
        } => {
            if let Some(table) = tables::named(cx, base) {
                return Link::of(tables::lookup(cx, table, index, cx.at(e.span)));
            }
            let link = chain(cx, base, None);
            let link = enter(cx, link, base, index.span, *optional);
            self::index(cx, link, index, e)
        }
        ExprKind::Call { callee, args } => match &callee.kind {
            ExprKind::Field {
                base,
                name,
                optional,
            } if libraries::member(cx, base, &name.text).is_none() => {
                if let Some(link) = libraries::unknown_member(cx, base, name, e) {
                    return link;
                }
                method(cx, e, (base, name, *optional), args, want)
            }
            _ => Link::of(calls::plain(cx, e, callee, args, want)),
        },
        _ => Link::of(expr::check(cx, e, want)),
    }
}

/// `x.f(a)` is `f(x, a)`; `x?.f(a)` is null without `x`. Behind a `?.` the call is part of what is skipped: `x?.name.f(a)`
/// is null without `x`, too.
fn method(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    (base, name, optional): (&ast::Expr, &ast::Name, bool),
    args: &[ast::Arg],
    want: Option<&Type>,
) -> Link {
    if calls::is_action(cx, base) {
        return Link::of(calls::action_in_expression(cx, e, base, name, args));
    }
    if let Some(reported) = calls::foreign_member(cx, e, base, name, args) {
        return Link::of(reported);
    }
    let link = chain(cx, base, None);
    let skipped = link.skips && !matches!(cx.resolve(&link.ty), Type::Nullable(_));
    if !optional && !skipped {
        let receiver = finish(cx, link, base);
        return Link::of(calls::method(cx, e, name, receiver, args, want));
    }
    let link = match optional {
        true => enter(cx, link, base, name.span, true),
        false => link,
    };
    let mut link = hold(cx, link, base);
    let receiver = Typed {
        ty: link.ty.clone(),
        place: cx.at(base.span),
        ..link.typed.clone()
    };
    let result = calls::method(cx, e, name, receiver, args, want);
    link.ty = result.ty.clone();
    link.key = None;
    link.typed = result;
    link
}

impl Link {
    /// A value that was computed.
    pub(super) fn of(typed: Typed) -> Link {
        Link {
            head: Head::Value,
            ty: typed.ty.clone(),
            skips: false,
            pending: Vec::new(),
            key: typed.key.clone(),
            typed,
        }
    }

    /// The whole event.
    pub(super) fn event(cx: &mut Cx<'_>, e: &ast::Expr) -> Link {
        let place = cx.at(e.span);
        let (payload, connector, title) = match &cx.scope.event {
            Some(event) => (
                event.payload.clone(),
                event.connector.clone(),
                event.title.clone(),
            ),
            None => (Type::Unknown, "".into(), String::new()),
        };
        let origin = personal::origin_of(&connector, &title);
        let mut typed = Typed::new(ExprId(0), payload.clone(), place);
        typed.personal = personal::of_type(cx, &payload, origin);
        Link {
            head: Head::Event(EventPath::default()),
            ty: payload,
            skips: false,
            pending: Vec::new(),
            key: Some(vec![EVENT.to_owned()]),
            typed,
        }
    }
}

fn known_present(cx: &Cx<'_>, link: &Link) -> bool {
    link.key
        .as_ref()
        .is_some_and(|key| cx.scope.known.present(key))
}

/// Steps into a value: what may be null needs a `?` there, and the rest is skipped for null.
fn enter(
    cx: &mut Cx<'_>,
    mut link: Link,
    base: &ast::Expr,
    after: ast::Span,
    optional: bool,
) -> Link {
    let declared_nullable = matches!(cx.resolve(&link.ty), Type::Nullable(_));
    if let Head::Event(path) = &mut link.head {
        path.absent |= declared_nullable;
    }
    if !declared_nullable {
        if optional
            && !matches!(
                cx.resolve(&link.ty),
                Type::Json | Type::Unknown | Type::Null
            )
        {
            let place = cx.at(base.span);
            let text = cx.text(place);
            let finding = errors::lints::needless_skip(cx.at(base.span), text);
            cx.report(finding);
        }
        return link;
    }
    let present = known_present(cx, &link);
    link.ty = cx.non_null(&link.ty);
    if present {
        return link;
    }
    if !optional {
        let base_text = cx.text(cx.at(base.span)).to_owned();
        let after_text = cx.text(cx.at(after)).to_owned();
        let finding = errors::nulls::nullable_access(cx.at(base.span), &base_text, &after_text);
        cx.report(finding);
        // Reported once: the rest of the chain is checked as if it were there.
        return link;
    }
    link.skips = true;
    link
}

/// Puts a value before `?` into a local, so that the rest of the chain runs only when it is there.
fn hold(cx: &mut Cx<'_>, link: Link, base: &ast::Expr) -> Link {
    let place = cx.at(base.span);
    let skips = link.skips;
    let mut link = materialize(cx, link, place);
    if skips {
        let bind = cx.scope.fresh();
        link.pending.push((link.typed.id, bind));
        link.typed.id = cx.add(Expr::Local(bind), place);
    }
    link
}

pub(super) fn field(cx: &mut Cx<'_>, link: Link, name: &ast::Name, e: &ast::Expr) -> Link {
    let place = cx.at(e.span);
    match cx.resolve(&link.ty) {
        Type::Unknown => link,
        Type::Object(object) => match object.field(&name.text) {
            Some(found) => read(cx, link, found, place),
            None => {
                unknown_field(cx, &link, &object, name);
                unknown(link)
            }
        },
        Type::Map(item) => {
            let found = Field::new(&*name.text, nullable(cx, &item));
            let link = materialize(cx, link, place);
            read(cx, link, &found, place)
        }
        Type::Union(variants) => match union_field(cx, &variants, &name.text) {
            Some(found) => {
                let link = materialize(cx, link, place);
                read(cx, link, &found, place)
            }
            None => {
                let title = cx.describe(&link.ty);
                let finding = errors::objects::unknown_field(
                    cx.at(name.span),
                    &name.text,
                    &title,
                    None,
                    None,
                );
                cx.report(finding);
                unknown(link)
            }
        },
        other => {
            let finding = errors::objects::no_fields(
                cx.at(name.span),
                &name.text,
                &cx.describe(&link.ty),
                &other,
            );
            cx.report(finding);
            unknown(link)
        }
    }
}

fn unknown(link: Link) -> Link {
    let mut typed = link.typed;
    typed.ty = Type::Unknown;
    // What it would hold is not known: the finding is that it does not exist, not that it is personal.
    typed.personal = Personal::No;
    Link {
        head: Head::Value,
        ty: Type::Unknown,
        skips: false,
        pending: Vec::new(),
        key: None,
        typed,
    }
}

fn read(cx: &mut Cx<'_>, mut link: Link, found: &Field, place: Place) -> Link {
    let personal = personal::of_field(cx, &link.typed.personal, found);
    if let Head::Event(path) = &link.head
        && path.codecs.iter().any(|codec| *codec != Codec::EmptyList)
    {
        // The object itself has a wire form, so the decoder must see it whole.
        link = materialize(cx, link, place);
    }
    match &mut link.head {
        Head::Event(path) => {
            path.names.push(found.name.clone());
            path.codecs.clone_from(&found.codecs);
            path.aliases.clone_from(&found.aliases);
        }
        Head::Value => {
            let base = link.typed.id;
            let name = found.name.clone();
            link.typed.id = cx.add(Expr::Field { base, name }, place);
        }
    }
    if let Some(key) = &mut link.key {
        key.push(found.name.to_string());
    }
    link.ty = found.ty.clone();
    link.typed.personal = personal;
    link.typed.divided = false;
    link.typed.share = false;
    link.typed.number_literal = false;
    link
}

fn union_field(cx: &Cx<'_>, variants: &[Type], name: &str) -> Option<Field> {
    let mut found: Option<Field> = None;
    let mut missing = false;
    for variant in variants {
        let field = cx
            .object(variant)
            .and_then(|object| object.field(name).cloned());
        match (field, &mut found) {
            (Some(field), None) => found = Some(field),
            (Some(field), Some(found)) => {
                found.personal |= field.personal;
                found.ty = join(cx, &found.ty, &field.ty)?;
            }
            (None, _) => missing = true,
        }
    }
    let mut found = found?;
    if missing {
        found.ty = nullable(cx, &found.ty);
    }
    Some(found)
}

fn unknown_field(cx: &mut Cx<'_>, link: &Link, object: &ObjectType, name: &ast::Name) {
    let title = match &link.head {
        Head::Event(path) if path.names.is_empty() => {
            let event = cx.scope.event.as_ref();
            event.map_or_else(String::new, |event| event.title.clone())
        }
        _ => match &link.ty {
            Type::Object(_) => cx
                .text(cx.at(ast::Span {
                    start: link.typed.place.span.start,
                    end: name.span.start,
                }))
                .trim_end_matches(['.', '?'])
                .to_owned(),
            ty => cx.describe(ty),
        },
    };
    let fields = || object.fields.iter().map(|field| &*field.name);
    let near = errors::nearest::nearest(&name.text, fields())
        .or_else(|| errors::nearest::only_longer(&name.text, fields()));
    let declared = near
        .as_ref()
        .and_then(|near| object.field(&near.name))
        .and_then(|field| field.place.map(|place| (place, field.caption.clone())));
    let finding =
        errors::objects::unknown_field(cx.at(name.span), &name.text, &title, near, declared);
    cx.report(finding);
}

fn index(cx: &mut Cx<'_>, link: Link, index: &ast::Expr, e: &ast::Expr) -> Link {
    let place = cx.at(e.span);
    let container = cx.resolve(&link.ty);
    let (item, wanted) = match &container {
        Type::List(item) => ((**item).clone(), Type::Int),
        Type::Map(item) => ((**item).clone(), Type::Text),
        Type::Unknown => {
            expr::check(cx, index, None);
            return link;
        }
        _ => {
            expr::check(cx, index, None);
            let finding = errors::objects::no_index(place, &cx.describe(&link.ty), &container);
            cx.report(finding);
            return unknown(link);
        }
    };
    let target = super::coerce::Target::plain("the index");
    let at = expr::expect(cx, index, &wanted, &target);
    let fails = at.fails;
    let segment = match cx.exprs.get(at.id) {
        Expr::Const(crate::value::Value::Int(number)) => Some(format!("[{number}]")),
        Expr::Const(crate::value::Value::Text(name)) => Some(name.to_string()),
        _ => None,
    };
    let mut link = materialize(cx, link, place);
    if link.skips {
        // `a?.xs[0]`: the index is part of what is skipped.
        let bind = cx.scope.fresh();
        link.pending.push((link.typed.id, bind));
        link.typed.id = cx.add(Expr::Local(bind), place);
    }
    link.typed.id = cx.add(
        Expr::Index {
            base: link.typed.id,
            index: at.id,
        },
        place,
    );
    link.key = match (link.key, segment) {
        (Some(mut key), Some(segment)) => {
            key.push(segment);
            Some(key)
        }
        _ => None,
    };
    link.ty = nullable(cx, &item);
    link.typed.fails |= fails;
    link
}

/// Turns a path of the event into a slot of the read set.
fn materialize(cx: &mut Cx<'_>, mut link: Link, place: Place) -> Link {
    let Head::Event(path) = std::mem::replace(&mut link.head, Head::Value) else {
        return link;
    };
    // `enter` has taken the null off the type of what stands before a `?`, so it is remembered in `absent`.
    let ty = if path.absent {
        nullable(cx, &link.ty)
    } else {
        link.ty.clone()
    };
    let slot = slot(cx, path, ty);
    link.typed.id = cx.add(Expr::Slot(slot), place);
    link
}

fn slot(cx: &mut Cx<'_>, path: EventPath, ty: Type) -> SlotId {
    let Some(event) = &mut cx.scope.event else {
        return SlotId(0);
    };
    if let Some(slot) = event.slots.get(&path.names) {
        return *slot;
    }
    let slot = SlotId(event.reads.paths.len() as u32);
    event.slots.insert(path.names.clone(), slot);
    event.reads.paths.push(ReadPath {
        path: path.names,
        ty,
        codecs: path.codecs,
        aliases: path.aliases,
    });
    slot
}

/// The value of a whole chain.
fn finish(cx: &mut Cx<'_>, link: Link, e: &ast::Expr) -> Typed {
    let place = cx.at(e.span);
    let present = known_present(cx, &link);
    let link = materialize(cx, link, place);
    let mut ty = link.ty.clone();
    if link.skips {
        ty = nullable(cx, &ty);
    }
    if present {
        ty = cx.non_null(&ty);
    }
    let mut id = link.typed.id;
    for (value, bind) in link.pending.into_iter().rev() {
        let then = id;
        id = cx.add(Expr::Chain { value, bind, then }, place);
    }
    let personal = if cx.object(&ty).is_some() || !matches!(link.typed.personal, Personal::No) {
        link.typed.personal.clone()
    } else {
        Personal::No
    };
    Typed {
        id,
        ty,
        place,
        key: link.key,
        personal,
        ..link.typed
    }
}

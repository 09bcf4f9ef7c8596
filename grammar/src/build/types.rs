//! Types as written, with the wire form that connectors give to fields.

use super::{Cx, expr, key, literals, must, name, path, separators, str};
use crate::ast::{Attr, AttrKind, Field, Member, ObjectType, TypeExpr, TypeKind};
use crate::cst::{Node, Rule};
use crate::message;

/// `type`: one part, or a union.
pub(super) fn ty(cx: &mut Cx<'_>, node: &Node<'_>) -> TypeExpr {
    let nulls: Vec<_> = node
        .all(Rule::type_part)
        .filter(|part| part.has(Rule::slip_null_type))
        .map(|part| part.span)
        .collect();
    let mut parts: Vec<TypeExpr> = node
        .all(Rule::type_part)
        .filter(|part| !part.has(Rule::slip_null_type))
        .map(|part| type_part(cx, part))
        .collect();
    if let Some(at) = nulls.first() {
        cx.errors.push(message::null_type(
            *at,
            parts.first().map(|part| part.span.text(cx.text)),
        ));
    }
    let read = match parts.len() {
        0 => TypeExpr {
            span: node.span,
            kind: TypeKind::Error,
        },
        1 => parts.remove(0),
        _ => TypeExpr {
            span: node.span,
            kind: TypeKind::Union(parts),
        },
    };
    if nulls.is_empty() || matches!(read.kind, TypeKind::Error | TypeKind::Nullable(_)) {
        return read;
    }
    // What was meant is known, so nothing else is said about values of this type.
    TypeExpr {
        span: read.span,
        kind: TypeKind::Nullable(Box::new(read)),
    }
}

/// The type among the children.
pub(super) fn first(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<TypeExpr> {
    let found = node.children().iter().find(|child| {
        matches!(
            child.rule,
            Rule::r#type | Rule::type_object | Rule::type_string
        )
    })?;
    Some(match found.rule {
        Rule::r#type => ty(cx, found),
        Rule::type_object => TypeExpr {
            span: found.span,
            kind: TypeKind::Object(object(cx, found)),
        },
        _ => TypeExpr {
            span: found.span,
            kind: TypeKind::Name(path(found)),
        },
    })
}

fn type_part(cx: &mut Cx<'_>, node: &Node<'_>) -> TypeExpr {
    let Some((base, marks)) = node.children().split_first() else {
        return TypeExpr {
            span: node.span,
            kind: TypeKind::Error,
        };
    };
    let mut found = TypeExpr {
        span: base.span,
        kind: base_kind(cx, base),
    };
    for mark in marks {
        let span = found.span.to(mark.span);
        if mark.rule == Rule::slip_array {
            cx.errors
                .push(message::array_type(span, found.span.text(cx.text)));
            found = TypeExpr {
                span,
                kind: TypeKind::List(Box::new(found)),
            };
        } else if !matches!(found.kind, TypeKind::Nullable(_)) {
            found = TypeExpr {
                span,
                kind: TypeKind::Nullable(Box::new(found)),
            };
        }
    }
    found
}

fn base_kind(cx: &mut Cx<'_>, node: &Node<'_>) -> TypeKind {
    match node.rule {
        Rule::type_name => TypeKind::Name(path(node)),
        Rule::money_in => TypeKind::MoneyIn(name(must(node, Rule::name))),
        Rule::type_list => TypeKind::List(Box::new(ty(cx, must(node, Rule::r#type)))),
        Rule::type_map => TypeKind::Map(Box::new(ty(cx, must(node, Rule::r#type)))),
        Rule::type_paren => ty(cx, must(node, Rule::r#type)).kind,
        Rule::type_object => TypeKind::Object(object(cx, node)),
        Rule::pattern_text => TypeKind::Text(str(cx, node).text),
        Rule::type_int => TypeKind::Int(literals::digits(node.text)),
        Rule::bool => TypeKind::Bool(node.text == "true"),
        _ => TypeKind::Error,
    }
}

fn object(cx: &mut Cx<'_>, node: &Node<'_>) -> ObjectType {
    separators(cx, node);
    let mut members = Vec::new();
    for child in node.children() {
        match child.rule {
            Rule::member => members.extend(
                child
                    .children()
                    .first()
                    .map(|member| one_member(cx, member)),
            ),
            Rule::bad_member => cx.broken(child, Rule::only_member),
            _ => {}
        }
    }
    ObjectType { members }
}

fn one_member(cx: &mut Cx<'_>, node: &Node<'_>) -> Member {
    match node.rule {
        Rule::member_spread => Member::Spread(ty(cx, must(node, Rule::r#type))),
        Rule::one_of => Member::OneOf(node.all(Rule::name).map(name).collect()),
        _ => Member::Field(Box::new(field(cx, node))),
    }
}

fn field(cx: &mut Cx<'_>, node: &Node<'_>) -> Field {
    let name = key(cx, must(node, Rule::key));
    let mut field = Field {
        span: node.span,
        name,
        ty: None,
        value: None,
        attrs: Vec::new(),
        caption: None,
    };
    for child in node.children() {
        match child.rule {
            Rule::r#type => field.ty = Some(ty(cx, child)),
            Rule::default => field.value = Some(expr::first(cx, child)),
            Rule::plain => field.caption = Some(str(cx, child)),
            Rule::attr => field.attrs.push(attr(cx, child)),
            _ => {}
        }
    }
    field
}

fn attr(cx: &mut Cx<'_>, node: &Node<'_>) -> Attr {
    let Some(inner) = node.children().first() else {
        return Attr {
            span: node.span,
            kind: AttrKind::Personal,
        };
    };
    let kind = match inner.rule {
        Rule::attr_codec => AttrKind::Codec {
            name: name(must(inner, Rule::name)),
            args: inner
                .get(Rule::call)
                .map(|call| expr::args(cx, call))
                .unwrap_or_default(),
        },
        Rule::attr_since => AttrKind::Since(str(cx, must(inner, Rule::plain))),
        Rule::attr_where => AttrKind::Where(expr::first(cx, inner)),
        Rule::attr_required => AttrKind::RequiredIf(expr::first(cx, inner)),
        Rule::attr_ignored => AttrKind::IgnoredIf(expr::first(cx, inner)),
        Rule::attr_alias => AttrKind::Alias(str(cx, must(inner, Rule::plain))),
        Rule::attr_hole => AttrKind::Hole(name(must(inner, Rule::name))),
        Rule::attr_hole_spread => AttrKind::HoleSpread,
        _ => AttrKind::Personal,
    };
    Attr {
        span: node.span,
        kind,
    }
}

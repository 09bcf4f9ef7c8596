//! Types.

use ondo_grammar::ast::{AttrKind, Field, Member, ObjectType, TypeExpr, TypeKind};

use super::{Page, exprs};

pub(super) fn ty(page: &mut Page<'_, '_>, ty: &TypeExpr) {
    match &ty.kind {
        TypeKind::Union(parts) => {
            if page.tape.rarely(4) {
                page.put("|");
                page.gap();
            }
            for (number, part) in parts.iter().enumerate() {
                if number > 0 {
                    page.gap();
                    page.put("|");
                    page.gap();
                }
                self::part(page, part);
            }
        }
        _ => part(page, ty),
    }
}

/// One alternative.
fn part(page: &mut Page<'_, '_>, ty: &TypeExpr) {
    match &ty.kind {
        TypeKind::Union(_) => {
            page.put("(");
            page.gap();
            self::ty(page, ty);
            page.gap();
            page.put(")");
        }
        TypeKind::Nullable(inner) => {
            part(page, inner);
            page.gap();
            page.put("?");
        }
        TypeKind::Name(path) => page.path(path),
        TypeKind::MoneyIn(name) => {
            page.put("money");
            page.word("in");
            page.name(name);
        }
        TypeKind::List(inner) => {
            page.put("[");
            page.gap();
            self::ty(page, inner);
            page.gap();
            page.put("]");
        }
        TypeKind::Map(inner) => {
            page.put("{");
            page.gap();
            page.put("[");
            page.gap();
            page.put("string");
            page.gap();
            page.put("]");
            page.gap();
            page.put(":");
            page.gap();
            self::ty(page, inner);
            page.gap();
            page.put("}");
        }
        TypeKind::Object(object) => self::object(page, object),
        TypeKind::Text(text) => page.plain(text),
        TypeKind::Int(digits) => page.put(digits),
        TypeKind::Bool(value) => page.put(if *value { "true" } else { "false" }),
        TypeKind::Error => {}
    }
}

pub(super) fn object(page: &mut Page<'_, '_>, object: &ObjectType) {
    page.put("{");
    page.gap();
    page.listed(&object.members, member);
    page.gap();
    page.put("}");
}

fn member(page: &mut Page<'_, '_>, member: &Member) {
    match member {
        Member::Field(field) => self::field(page, field),
        Member::Spread(ty) => {
            page.put("...");
            page.gap();
            self::ty(page, ty);
        }
        Member::OneOf(names) => {
            page.put("one");
            page.blank();
            page.put("of");
            page.blank();
            for (number, name) in names.iter().enumerate() {
                if number > 0 {
                    page.comma();
                }
                page.name(name);
            }
        }
    }
}

fn field(page: &mut Page<'_, '_>, field: &Field) {
    page.key(&field.name);
    if let Some(ty) = &field.ty {
        page.gap();
        page.put(":");
        page.gap();
        self::ty(page, ty);
    }
    let is_hole = |at: usize| {
        let kind = field.attrs.get(at).map(|attr| &attr.kind);
        matches!(kind, Some(AttrKind::Hole(_) | AttrKind::HoleSpread))
    };
    if let Some(value) = &field.value {
        page.word("=");
        before_hole(page, is_hole(0), |page| exprs::tight(page, value));
    }
    for (at, attr) in field.attrs.iter().enumerate() {
        page.blank();
        self::attr(page, &attr.kind, is_hole(at + 1));
    }
    page.caption(&field.caption);
}

/// A currency before an arrow is read as the pattern of an arm: `500 RUB -> name` needs parentheses.
fn before_hole(page: &mut Page<'_, '_>, hole: bool, write: impl FnOnce(&mut Page<'_, '_>)) {
    let start = page.text.len();
    write(page);
    if hole && page.text.ends_with(['B', 'T']) {
        page.text.insert(start, '(');
        page.put(")");
    }
}

fn attr(page: &mut Page<'_, '_>, kind: &AttrKind, hole: bool) {
    match kind {
        AttrKind::Codec { name, args } => {
            page.put("as");
            page.blank();
            page.name(name);
            if !args.is_empty() {
                page.gap();
                exprs::args(page, args);
            }
        }
        AttrKind::Personal => page.put("personal"),
        AttrKind::Since(version) => {
            page.put("since");
            page.blank();
            page.plain(&version.text);
        }
        AttrKind::Where(cond) => {
            page.put("where");
            page.blank();
            before_hole(page, hole, |page| exprs::tight(page, cond));
        }
        AttrKind::RequiredIf(cond) => {
            page.put("required");
            page.word("if");
            before_hole(page, hole, |page| exprs::tight(page, cond));
        }
        AttrKind::IgnoredIf(cond) => {
            page.put("ignored");
            page.word("if");
            before_hole(page, hole, |page| exprs::tight(page, cond));
        }
        AttrKind::Alias(name) => {
            page.put("alias");
            page.blank();
            page.plain(&name.text);
        }
        AttrKind::Hole(name) => {
            page.put("->");
            page.gap();
            page.name(name);
        }
        AttrKind::HoleSpread => {
            page.put("->");
            page.gap();
            page.put("...");
        }
    }
}

//! The bundle's own types, and types as they are written in it.

use std::sync::Arc;

use ondo_grammar::ast::{self, ItemKind, Member, TypeExpr, TypeKind};

use super::cx::Cx;
use crate::catalog::{self, TypeCx};
use crate::source::FileId;
use crate::types::{EnumType, Name, Type, TypeDef};

/// Lowers the declared types, each namespace by itself: a library's types know only their own.
pub(super) fn declare(cx: &mut Cx<'_>) {
    let mut namespaces: Vec<String> = Vec::new();
    for tree in &cx.trees.files {
        if !namespaces.contains(&tree.namespace) {
            namespaces.push(tree.namespace.clone());
        }
    }
    // Inner namespaces first: a bundle may take over the fields of a library's type.
    namespaces.sort_by_key(|namespace| std::cmp::Reverse(namespace.len()));
    for namespace in namespaces {
        declare_in(cx, &namespace);
    }
}

fn declare_in(cx: &mut Cx<'_>, namespace: &str) {
    let trees = cx.trees;
    let mut declared: Vec<(FileId, &ast::TypeDecl)> = Vec::new();
    for tree in trees
        .files
        .iter()
        .filter(|tree| tree.namespace == namespace)
    {
        for item in &tree.file.items {
            if let ItemKind::Type(decl) = &item.kind {
                declared.push((tree.id, decl));
            }
        }
    }
    let ordered = catalog::in_order_of_use(&declared, &mut cx.diagnostics);
    for (file, decl) in ordered {
        let full: Name = format!("{namespace}{}", decl.name.text).into();
        let ty = cx.apart(file, namespace, |cx| lower(cx, &decl.ty));
        let ty = named_enum(ty, &full);
        cx.file = file;
        let place = cx.at(decl.name.span);
        let caption = decl
            .caption
            .as_ref()
            .map(|caption| caption.text.as_str().into());
        cx.types
            .types
            .entry(full)
            .or_insert(TypeDef { ty, caption, place });
    }
}

/// An enum that is declared goes by its name in messages.
fn named_enum(ty: Type, name: &Name) -> Type {
    match ty {
        Type::Enum(values) if values.name.is_none() => Type::Enum(Arc::new(EnumType {
            name: Some(name.clone()),
            values: values.values.clone(),
        })),
        other => other,
    }
}

/// The type that is written.
pub(super) fn lower(cx: &mut Cx<'_>, ty: &TypeExpr) -> Type {
    mark_used(cx, ty);
    let mut found = Vec::new();
    let names = cx.type_names();
    let lowered = {
        let cx = &*cx;
        let mut lowering = TypeCx {
            file: cx.file,
            find: &|name| cx.find_type(name),
            lowered: &|name| {
                let own = cx.types.types.get(name);
                let known = own.or_else(|| cx.catalog.types.types.get(name));
                known.map(|def| def.ty.clone())
            },
            names: &names,
            exprs: None,
            diagnostics: &mut found,
        };
        catalog::lower_type(ty, &mut lowering)
    };
    cx.diagnostics.append(&mut found);
    lowered
}

fn mark_used(cx: &mut Cx<'_>, ty: &TypeExpr) {
    match &ty.kind {
        TypeKind::Name(path) => {
            let names: Vec<&str> = path.names.iter().map(|name| &*name.text).collect();
            cx.use_decl(&names.join("."));
        }
        TypeKind::Nullable(inner) | TypeKind::List(inner) | TypeKind::Map(inner) => {
            mark_used(cx, inner);
        }
        TypeKind::Object(object) => {
            for member in &object.members {
                match member {
                    Member::Field(field) => {
                        if let Some(ty) = &field.ty {
                            mark_used(cx, ty);
                        }
                    }
                    Member::Spread(ty) => mark_used(cx, ty),
                    Member::OneOf(_) => {}
                }
            }
        }
        TypeKind::Union(variants) => {
            for variant in variants {
                mark_used(cx, variant);
            }
        }
        _ => {}
    }
}

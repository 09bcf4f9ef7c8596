//! What a bare name means: a local, then a declaration, then a field of the event.

use ondo_grammar::ast;

use super::access::Link;
use super::cx::Cx;
use super::names::DeclKind;
use super::typed::Typed;
use super::{accounts, consts};
use crate::errors;
use crate::ir::{AccountId, Expr, ExprId};
use crate::types::Type;

/// The value behind a name. `name` is the full name for `common.CASHBACK`.
pub(super) fn check(cx: &mut Cx<'_>, name: &str, e: &ast::Expr) -> Link {
    let place = cx.at(e.span);
    if let Some(link) = local(cx, name, e) {
        return link;
    }
    if let Some(event) = &cx.scope.event
        && (event.alias.as_deref() == Some(name) || name == "event" && cx.decl("event").is_none())
    {
        return Link::event(cx, e);
    }
    let field_place = bare_field(cx, name);
    if let Some(decl) = cx.decl(name) {
        let (decl_place, word) = (decl.place, decl.kind.word());
        let value = matches!(
            decl.kind,
            DeclKind::Const(..) | DeclKind::Account(_) | DeclKind::Table(_)
        );
        if value {
            if let Some(event) = field_place {
                let finding = errors::names::ambiguous(place, name, word, decl_place, &event);
                cx.report(finding);
                cx.use_decl(name);
                return unknown(cx, e);
            }
            return declared(cx, name, e);
        }
        if field_place.is_none() {
            cx.use_decl(name);
            let finding = errors::names::not_a_value(place, name, word);
            cx.report(finding);
            return unknown(cx, e);
        }
    }
    if field_place.is_some() {
        return field(cx, name, e);
    }
    if let Some(account) = accounts::of_connector(cx, name, place) {
        return account_value(cx, account, e);
    }
    if cx.catalog.connectors.contains_key(name) {
        // Which of several accounts is meant was asked already.
        return unknown(cx, e);
    }
    report_unknown(cx, name, e);
    unknown(cx, e)
}

fn local(cx: &mut Cx<'_>, name: &str, e: &ast::Expr) -> Option<Link> {
    let place = cx.at(e.span);
    let local = cx.scope.local(name)?;
    local.used = true;
    let local = local.clone();
    let id = cx.add(Expr::Local(local.id), place);
    let mut typed = Typed::new(id, local.ty.clone(), place);
    typed.key = Some(vec![format!("#{}", local.id.0)]);
    typed.personal = local.personal;
    typed.accounts = local.accounts;
    typed.divided = local.divided;
    typed.share = local.share;
    typed.since = local.since;
    Some(Link::of(typed))
}

/// The title of the event, if the name is a field of an event whose fields are bare names.
/// Whether a name means the event or, without `as`, a field of it.
pub(super) fn is_of_event(cx: &Cx<'_>, name: &str) -> bool {
    let alias = cx
        .scope
        .event
        .as_ref()
        .is_some_and(|event| event.alias.as_deref() == Some(name));
    alias || name == "event" || bare_field(cx, name).is_some()
}

fn bare_field(cx: &Cx<'_>, name: &str) -> Option<String> {
    let event = cx.scope.event.as_ref()?;
    if event.alias.is_some() {
        return None;
    }
    cx.object(&event.payload)?.field(name)?;
    Some(event.title.clone())
}

fn field(cx: &mut Cx<'_>, name: &str, e: &ast::Expr) -> Link {
    let event = Link::event(cx, e);
    let name = ast::Name {
        text: name.to_owned(),
        span: e.span,
    };
    super::access::field(cx, event, &name, e)
}

fn declared(cx: &mut Cx<'_>, name: &str, e: &ast::Expr) -> Link {
    let place = cx.at(e.span);
    let Some(full) = cx.use_decl(name) else {
        return unknown(cx, e);
    };
    match cx.names.decls[&full].kind {
        DeclKind::Account(id) => account_value(cx, id, e),
        DeclKind::Const(..) => {
            let value = consts::value(cx, &full, place);
            Link::of(Typed { place, ..value })
        }
        _ => {
            let finding = errors::names::table_without_key(place, name);
            cx.report(finding);
            unknown(cx, e)
        }
    }
}

fn account_value(cx: &mut Cx<'_>, account: AccountId, e: &ast::Expr) -> Link {
    let place = cx.at(e.span);
    let connector = cx.accounts[account.0 as usize].connector.clone();
    let id = cx.add(Expr::Account(account), place);
    // An account of a connector that does not exist was reported where it is declared.
    let ty = match cx.catalog.connectors.contains_key(&connector) {
        true => Type::Account(connector),
        false => Type::Unknown,
    };
    let mut typed = Typed::new(id, ty, place);
    typed.accounts = vec![account];
    Link::of(typed)
}

/// A value that was reported.
pub(super) fn unknown(cx: &mut Cx<'_>, e: &ast::Expr) -> Link {
    Link::of(unknown_value(cx, e))
}

/// A value that was reported.
pub(super) fn unknown_value(cx: &mut Cx<'_>, e: &ast::Expr) -> Typed {
    let place = cx.at(e.span);
    let id: ExprId = cx.add(Expr::Const(crate::value::Value::Null), place);
    Typed::new(id, Type::Unknown, place)
}

fn report_unknown(cx: &mut Cx<'_>, name: &str, e: &ast::Expr) {
    if cx.names.broken.contains(name) {
        return;
    }
    let place = cx.at(e.span);
    let locals = cx.scope.locals.iter().map(|local| local.name.clone());
    let mut candidates: Vec<String> = locals.collect();
    candidates.extend(cx.value_names());
    let mut of_event = None;
    if let Some(event) = &cx.scope.event {
        // What the event has is not known: that was reported.
        if event.alias.is_none() && event.payload == Type::Unknown {
            return;
        }
        let payload = cx.object(&event.payload);
        match &event.alias {
            Some(alias) => {
                candidates.push(alias.clone());
                if payload.is_some_and(|payload| payload.field(name).is_some()) {
                    of_event = Some(format!("{alias}.{name}"));
                }
            }
            None => {
                let fields = payload.iter().flat_map(|payload| &payload.fields);
                candidates.extend(fields.map(|field| field.name.to_string()));
            }
        }
    }
    let bare_event = cx
        .scope
        .event
        .as_ref()
        .filter(|event| event.alias.is_none())
        .map(|event| event.title.clone());
    let near = errors::nearest::nearest(name, candidates.iter().map(|name| &**name));
    if let (Some(what), None) = (&cx.scope.fixed, &near) {
        let reason = format!("`{name}` is no constant");
        let finding = errors::decls::not_fixed(place, what, &reason);
        cx.report(finding);
        return;
    }
    // `order.status` without `as order`: the word that everybody gives the event.
    let whole = cx.scope.event.as_ref().is_some_and(|event| {
        event.alias.is_none()
            && event
                .title
                .rsplit('.')
                .next()
                .is_some_and(|last| last == name)
    });
    if let (true, Some(title)) = (whole, &bare_event) {
        cx.report(errors::names::event_without_alias(place, name, title));
        return;
    }
    let finding = errors::names::unknown(
        place,
        name,
        bare_event.as_deref(),
        near,
        of_event.as_deref(),
    );
    cx.report(finding);
}

/// Warns of a local that hides another name.
pub(super) fn shadow(cx: &mut Cx<'_>, name: &ast::Name) {
    let place = cx.at(name.span);
    let hidden = if let Some(local) = cx.scope.local(&name.text) {
        Some(("local value", Some(local.place)))
    } else if let Some(decl) = cx.decl(&name.text) {
        Some((decl.kind.word(), Some(decl.place)))
    } else if cx.scope.event.as_ref().is_some_and(|event| {
        event.alias.as_ref() == Some(&name.text) && !cx.at(name.span).eq(&event.alias_place)
    }) {
        Some((
            "event",
            cx.scope.event.as_ref().map(|event| event.alias_place),
        ))
    } else if bare_field(cx, &name.text).is_some() {
        Some(("field of the event", None))
    } else {
        None
    };
    if let Some((word, hidden)) = hidden {
        let finding = errors::lints::shadows(place, &name.text, word, hidden);
        cx.report(finding);
    }
}

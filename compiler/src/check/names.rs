//! What the names of a bundle mean: its declarations, and the connectors where no account is declared.

use std::collections::{HashMap, HashSet};

use ondo_grammar::ast::{self, ItemKind};

use super::cx::Cx;
use crate::builtins;
use crate::errors;
use crate::ir::{AccountId, FnId, TableId};
use crate::source::{FileId, Place};
use crate::types::Name;

use super::typed::Typed;

/// Everything declared, by full name (`common.net` for a library used `as common`).
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    pub(super) decls: HashMap<String, Decl<'a>>,
    /// Names of declarations that could not be read. Nothing is said of those who use them.
    pub(super) broken: HashSet<String>,
    /// The connectors that were used without a declared account.
    pub(super) default_accounts: HashMap<String, AccountId>,
}

/// One declaration.
#[derive(Debug)]
pub(super) struct Decl<'a> {
    pub(super) kind: DeclKind<'a>,
    /// The name's place.
    pub(super) place: Place,
    /// Where its own names are looked up.
    pub(super) namespace: String,
    /// Whether anything speaks of it. Libraries are not asked.
    pub(super) used: bool,
}

/// What was declared.
#[derive(Debug)]
pub(super) enum DeclKind<'a> {
    Const(&'a ast::Const, ConstState),
    Fn(FnId),
    Table(TableId),
    Type,
    Account(AccountId),
    Library,
}

/// Constants are checked when they are first used, or at the end.
#[derive(Debug, Clone)]
pub(super) enum ConstState {
    Waiting,
    /// Being checked: meeting it again is a circle.
    Busy,
    Done(Box<Typed>),
}

impl DeclKind<'_> {
    /// In the words of messages.
    pub(super) fn word(&self) -> &'static str {
        match self {
            DeclKind::Const(..) => "constant",
            DeclKind::Fn(_) => "function",
            DeclKind::Table(_) => "table",
            DeclKind::Type => "type",
            DeclKind::Account(_) => "account",
            DeclKind::Library => "library",
        }
    }
}

/// Gives every declaration its name. Numbers of functions, tables and accounts follow the order of the text.
pub(super) fn collect(cx: &mut Cx<'_>) {
    let (mut functions, mut tables, mut accounts) = (0, 0, 0);
    cx.each_item(|cx, item, library| match &item.kind {
        ItemKind::Const(decl) => {
            declare(cx, &decl.name, DeclKind::Const(decl, ConstState::Waiting));
        }
        ItemKind::Fn(decl) => {
            declare(cx, &decl.name, DeclKind::Fn(FnId(functions)));
            functions += 1;
        }
        ItemKind::Table(decl) => {
            declare(cx, &decl.name, DeclKind::Table(TableId(tables)));
            tables += 1;
        }
        ItemKind::Type(decl) => declare(cx, &decl.name, DeclKind::Type),
        ItemKind::Account(decl) if !library => {
            declare(cx, &decl.name, DeclKind::Account(AccountId(accounts)));
            accounts += 1;
        }
        ItemKind::Use(decl) => {
            if let Some(alias) = &decl.alias {
                declare(cx, alias, DeclKind::Library);
            }
        }
        ItemKind::Error => {
            const DECLARING: [&str; 5] = ["const", "fn", "table", "type", "account"];
            let text = cx.text(cx.at(item.span));
            let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            if words.next().is_some_and(|word| DECLARING.contains(&word))
                && let Some(name) = words.next()
            {
                cx.names.broken.insert(name.to_owned());
            }
        }
        _ => {}
    });
}

fn declare<'a>(cx: &mut Cx<'a>, name: &ast::Name, kind: DeclKind<'a>) {
    let place = cx.at(name.span);
    let word = kind.word();
    if builtins::find(&name.text).is_some() && matches!(kind, DeclKind::Fn(_)) {
        cx.report(errors::names::hides_builtin(place, &name.text));
    }
    let full = format!("{}{}", cx.namespace, name.text);
    if let Some(first) = cx.names.decls.get(&full) {
        let error = errors::names::declared_twice(place, word, &name.text, first.place);
        cx.report(error);
        return;
    }
    let namespace = cx.namespace.clone();
    cx.names.decls.insert(
        full,
        Decl {
            kind,
            place,
            namespace,
            used: false,
        },
    );
}

impl<'a> Cx<'a> {
    /// The full name of a declaration as it is seen from the file in hand.
    pub(super) fn full_name(&self, name: &str) -> Option<String> {
        let inner = format!("{}{name}", self.namespace);
        self.names.decls.contains_key(&inner).then_some(inner)
    }

    /// Marks a declaration as used and gives its full name.
    pub(super) fn use_decl(&mut self, name: &str) -> Option<String> {
        let full = self.full_name(name)?;
        if let Some(decl) = self.names.decls.get_mut(&full) {
            decl.used = true;
        }
        // `common.net` is also a use of `common`.
        if let Some((library, _)) = full.rsplit_once('.')
            && let Some(decl) = self.names.decls.get_mut(library)
        {
            decl.used = true;
        }
        Some(full)
    }

    /// The declaration that a name means in the file in hand.
    pub(super) fn decl(&self, name: &str) -> Option<&Decl<'a>> {
        self.names.decls.get(&self.full_name(name)?)
    }

    /// The function with this number.
    pub(super) fn fn_of(&self, name: &str) -> Option<FnId> {
        match self.decl(name)?.kind {
            DeclKind::Fn(id) => Some(id),
            _ => None,
        }
    }

    /// Declarations that a value may be made of, for the nearest name.
    pub(super) fn value_names(&self) -> Vec<String> {
        let prefix = &self.namespace;
        let seen = self.names.decls.iter().filter_map(|(full, decl)| {
            let name = full.strip_prefix(&**prefix)?;
            let value = matches!(
                decl.kind,
                DeclKind::Const(..) | DeclKind::Table(_) | DeclKind::Account(_)
            );
            (value && !name.contains('.')).then(|| name.to_owned())
        });
        let mut names: Vec<String> = seen.collect();
        names.sort();
        names
    }

    /// Functions that can be called, for the nearest name.
    pub(super) fn function_names(&self) -> Vec<String> {
        let own = self.names.decls.iter().filter_map(|(full, decl)| {
            let name = full.strip_prefix(&*self.namespace)?;
            matches!(decl.kind, DeclKind::Fn(_)).then(|| name.to_owned())
        });
        let mut names: Vec<String> = own.collect();
        names.extend(builtins::ALL.iter().map(|builtin| builtin.name.to_owned()));
        let special = builtins::SPECIAL.iter().map(|special| special.name);
        names.extend(special.map(str::to_owned));
        names.sort();
        names.dedup();
        names
    }

    /// The file in which a declaration stands.
    pub(super) fn file_of(&self, full: &str) -> FileId {
        self.names
            .decls
            .get(full)
            .map_or(self.file, |decl| decl.place.file)
    }

    /// A declared type or one of a connector, by the name that is written: `SiteLead`, `retailcrm.OrderItem`.
    pub(super) fn find_type(&self, name: &str) -> Option<Name> {
        if let Some(full) = self.full_name(name)
            && matches!(self.names.decls[&full].kind, DeclKind::Type)
        {
            return Some(full.into());
        }
        // The steps of an action speak of their connector's types by their own names.
        let inside = self.scope.inside.as_ref();
        let own = inside.map(|inside| format!("{}.{name}", inside.connector));
        let types = &self.catalog.types.types;
        let known = own.and_then(|own| types.get_key_value(&*own));
        let known = known.or_else(|| types.get_key_value(name));
        known.map(|(name, _)| name.clone())
    }

    /// Types as they can be written in the file in hand, for the nearest name.
    pub(super) fn type_names(&self) -> Vec<Name> {
        let own = self.names.decls.iter().filter_map(|(full, decl)| {
            let name = full.strip_prefix(&*self.namespace)?;
            matches!(decl.kind, DeclKind::Type).then(|| Name::from(name))
        });
        let mut names: Vec<Name> = own.collect();
        names.extend(self.catalog.types.types.keys().cloned());
        names.sort();
        names
    }
}

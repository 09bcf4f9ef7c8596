//! Where names, phones and e-mails may go.
//!
//! A bundle without any `allow personal -> …` may send personal fields to fields that are meant for them; a bundle with
//! one sends them only to the systems it names. What comes from a system may go back to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cx::Cx;
use super::typed::Typed;
use crate::errors;
use crate::types::{Name, Type};

/// Whether a value holds personal data.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Personal {
    /// Nothing of the kind.
    #[default]
    No,
    /// An object with such fields among others.
    Contains(Origin),
    /// The value itself.
    Yes(Origin),
}

/// Where personal data was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Origin {
    /// The field, for messages.
    pub(super) field: Name,
    /// The connector it came from, when there is one.
    pub(super) connector: Option<Name>,
}

impl Personal {
    /// Of a value made of both.
    pub(super) fn join(self, other: &Personal) -> Personal {
        match (self, other) {
            (Personal::No, other) => other.clone(),
            (one, Personal::No) => one,
            (Personal::Yes(origin), other) => Personal::Yes(origin.mixed(other)),
            (Personal::Contains(origin), Personal::Yes(other)) => {
                Personal::Yes(other.clone().mixed(&Personal::Contains(origin)))
            }
            (Personal::Contains(origin), other) => Personal::Contains(origin.mixed(other)),
        }
    }

    /// Of a value that is computed from it.
    pub(super) fn spread(self) -> Personal {
        match self {
            Personal::Contains(origin) => Personal::Yes(origin),
            other => other,
        }
    }

    /// Of a function's result, from its arguments and what its body makes of parameters of their types: a personal
    /// argument may go anywhere in it, an object with personal fields only where the body reads them.
    pub(super) fn through(self, body: &Personal) -> Personal {
        let Personal::Contains(argument) = self else {
            return self;
        };
        let from = |origin: &Origin| Origin {
            field: origin.field.clone(),
            connector: argument.connector.clone(),
        };
        match body {
            Personal::No => Personal::No,
            Personal::Contains(origin) => Personal::Contains(from(origin)),
            Personal::Yes(origin) => Personal::Yes(from(origin)),
        }
    }

    fn origin(&self) -> Option<&Origin> {
        match self {
            Personal::No => None,
            Personal::Contains(origin) | Personal::Yes(origin) => Some(origin),
        }
    }
}

impl Origin {
    fn mixed(mut self, other: &Personal) -> Origin {
        if other
            .origin()
            .is_some_and(|origin| origin.connector != self.connector)
        {
            self.connector = None;
        }
        self
    }
}

/// Of a field that is read from an object.
pub(super) fn of_field(cx: &Cx<'_>, base: &Personal, field: &crate::types::Field) -> Personal {
    let origin = Origin {
        field: field.name.clone(),
        connector: base.origin().and_then(|origin| origin.connector.clone()),
    };
    if field.personal {
        return Personal::Yes(origin);
    }
    if let Personal::Yes(outer) = base {
        return Personal::Yes(outer.clone());
    }
    of_type(cx, &field.ty, origin)
}

/// Of a value of which only the type is known.
pub(super) fn of_type(cx: &Cx<'_>, ty: &Type, origin: Origin) -> Personal {
    match first_personal(cx, ty, &mut BTreeSet::new()) {
        Some(field) => Personal::Contains(Origin { field, ..origin }),
        None => Personal::No,
    }
}

/// Whether values of this type are meant to hold personal data.
pub(super) fn has_personal_fields(cx: &Cx<'_>, ty: &Type) -> bool {
    first_personal(cx, ty, &mut BTreeSet::new()).is_some()
}

fn first_personal(cx: &Cx<'_>, ty: &Type, seen: &mut BTreeSet<Name>) -> Option<Name> {
    match ty {
        Type::Named(name) => {
            if !seen.insert(name.clone()) {
                return None;
            }
            let resolved = cx.resolve(ty);
            first_personal(cx, &resolved, seen)
        }
        Type::Nullable(inner) | Type::List(inner) | Type::Map(inner) => {
            first_personal(cx, inner, seen)
        }
        Type::Union(variants) => variants
            .iter()
            .find_map(|variant| first_personal(cx, variant, seen)),
        Type::Object(object) => object.fields.iter().find_map(|field| {
            if field.personal {
                return Some(field.name.clone());
            }
            first_personal(cx, &field.ty, seen)
        }),
        _ => None,
    }
}

/// Reports personal data that goes where it may not.
pub(super) fn check_sent(cx: &mut Cx<'_>, value: &Typed, target: &str) {
    let Some(sink) = cx.scope.sink.clone() else {
        return;
    };
    let Some(origin) = value.personal.origin().cloned() else {
        return;
    };
    if origin.connector.as_ref() == Some(&sink.connector) {
        return;
    }
    let finding = match cx.allowed(&sink) {
        Some(true) => return,
        Some(false) => {
            errors::data::personal_not_allowed(value.place, &origin.field, target, &sink.connector)
        }
        None if sink.takes_personal => return,
        None => {
            errors::data::personal_elsewhere(value.place, &origin.field, target, &sink.connector)
        }
    };
    cx.report(finding);
}

/// The reason of `stop` or `fail` stands in the history of the run, whatever the bundle allows.
pub(super) fn check_reason(cx: &mut Cx<'_>, reason: &Typed) {
    if let Some(origin) = reason.personal.origin() {
        let finding = errors::data::personal_in_reason(reason.place, &origin.field);
        cx.report(finding);
    }
}

/// Shared by everything that reads an event's or an answer's object.
pub(super) fn origin_of(connector: &Name, what: &str) -> Origin {
    Origin {
        field: Arc::from(what),
        connector: Some(connector.clone()),
    }
}

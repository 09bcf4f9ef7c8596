//! What a definition says, as a list: captions, meanings of error codes, what tells events apart, and of each field its
//! kind, its wire form, whether it may be absent, and whether it is about a person.
//!
//! `listings/` holds it as it was compared with the documents, so that nothing of it changes unnoticed. `UPDATE_LISTINGS=1`
//! writes it anew; read what has changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::built_in;
use ondo_compiler::catalog::{Action, Catalog, Connector};
use ondo_compiler::ir::ExprId;
use ondo_compiler::types::{Field, Type};

/// The engine's own events.
const ELSEWHERE: &[&str] = &["ondo"];

/// Settings that every account has.
const OF_EVERY_ACCOUNT: &[&str] = &["currency", "timezone", "privateNetwork", "certificate"];

struct Listing<'a> {
    catalog: &'a Catalog,
    lines: Vec<String>,
    seen: BTreeSet<String>,
}

impl<'a> Listing<'a> {
    fn line(&mut self, what: &str, caption: Option<&str>) {
        if let Some(caption) = caption {
            self.lines.push(format!("{what}: {caption}"));
        }
    }

    fn fields_of(&mut self, owner: &str, ty: &'a Type) {
        let (owner, ty) = match ty {
            Type::Named(name) => {
                if !self.seen.insert(name.to_string()) {
                    return;
                }
                let definition = &self.catalog.types.types[name];
                self.line(&format!("type {name}"), definition.caption.as_deref());
                (name.to_string(), &definition.ty)
            }
            other => (owner.to_owned(), other),
        };
        match ty {
            Type::Nullable(inner) | Type::List(inner) | Type::Map(inner) => {
                self.fields_of(&owner, inner);
            }
            Type::Union(parts) => parts.iter().for_each(|part| self.fields_of(&owner, part)),
            Type::Named(_) => self.fields_of(&owner, ty),
            Type::Object(object) => {
                for field in &object.fields {
                    self.field(&owner, field);
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, owner: &str, field: &'a Field) {
        let name = format!("{owner}.{}", field.name);
        let mut said = vec![kind(&field.ty)];
        said.extend(field.codecs.iter().map(|codec| format!("as {codec:?}")));
        let marks = [
            (field.personal, "personal"),
            (field.default.is_some(), "with a default"),
            (field.computed.is_some(), "computed"),
            (field.check.is_some(), "checked"),
            (field.required_if.is_some(), "required if"),
            (field.ignored_if.is_some(), "ignored if"),
        ];
        said.extend(
            marks
                .iter()
                .filter(|(is_said, _)| *is_said)
                .map(|(_, mark)| (*mark).to_owned()),
        );
        said.extend(field.since.iter().map(|version| format!("since {version}")));
        said.extend(field.caption.iter().map(|caption| format!("\"{caption}\"")));
        self.line(&name, Some(&said.join(" ")));
        self.fields_of(&name, &field.ty);
    }

    /// An expression as it is written.
    fn expression(&mut self, connector: &Connector, what: &str, id: Option<ExprId>) {
        let Some(id) = id else { return };
        let place = connector.exprs.place(id);
        let text = place.span.text(&self.catalog.sources.get(place.file).text);
        let text: Vec<&str> = text.split_whitespace().collect();
        self.line(what, Some(&text.join(" ")));
    }
}

/// A type in a word or two; what it holds stands in lines of its own.
fn kind(ty: &Type) -> String {
    match ty {
        Type::Nullable(inner) => format!("{}?", kind(inner)),
        Type::List(inner) => format!("[{}]", kind(inner)),
        Type::Map(inner) => format!("{{ {} }}", kind(inner)),
        Type::Union(parts) => {
            let parts: Vec<String> = parts.iter().map(kind).collect();
            parts.join(" | ")
        }
        Type::Named(name) => name.to_string(),
        Type::Object(_) => "object".to_owned(),
        Type::Enum(known) => {
            let words: Vec<String> = known
                .values
                .iter()
                .map(|word| format!("{word:?}"))
                .collect();
            words.join(" | ")
        }
        other => format!("{other:?}"),
    }
}

fn listing(catalog: &Catalog, connector: &Connector) -> String {
    let mut listing = Listing {
        catalog,
        lines: Vec::new(),
        seen: BTreeSet::new(),
    };
    listing.line(
        &format!("connector {}", connector.name),
        connector.caption.as_deref(),
    );
    for (name, setting) in &connector.settings {
        if OF_EVERY_ACCOUNT.contains(&&**name) {
            continue;
        }
        listing.line(&format!("setting {name}"), setting.caption.as_deref());
    }
    for (code, meaning) in &connector.codes {
        listing.line(&format!("code {code}"), Some(meaning));
    }
    for answer in &connector.answers {
        listing.line(
            &format!("answer {}", answer.name),
            answer.caption.as_deref(),
        );
    }
    for event in connector.events.values() {
        let name = format!("event {}", event.name);
        listing.line(&name, event.caption.as_deref());
        listing.expression(connector, &format!("{name} key"), event.key);
        let entity = event.entity.as_ref().map(|entity| entity.lowered);
        listing.expression(connector, &format!("{name} entity"), entity);
        listing.expression(connector, &format!("{name} ordered by"), event.ordered_by);
        listing.fields_of(&event.name, &event.payload);
    }
    for action in connector.actions.values() {
        list_action(&mut listing, connector, action);
    }
    listing.lines.join("\n") + "\n"
}

fn list_action<'a>(listing: &mut Listing<'a>, connector: &Connector, action: &'a Action) {
    let name = format!("action {}", action.name);
    listing.line(&name, action.caption.as_deref());
    let class = format!("{:?}", connector.class(action));
    listing.line(&format!("{name} repeated"), Some(&class));
    for argument in &action.args.fields {
        listing.field(&action.name, argument);
    }
    for answer in &action.answers {
        let name = format!("{} {}", action.name, answer.name);
        listing.line(&name, answer.caption.as_deref());
        if let Some(body) = &answer.body {
            listing.fields_of(&name, &body.ty);
        }
    }
}

fn file(connector: &Connector) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/connectors/listings");
    folder.join(format!("{}.txt", connector.name))
}

#[test]
fn what_a_definition_says_is_what_was_agreed_on() {
    let (catalog, _) = built_in();
    let mut changed = Vec::new();
    for connector in catalog.connectors.values() {
        if ELSEWHERE.contains(&&*connector.name) {
            continue;
        }
        let words = listing(catalog, connector);
        if std::env::var_os("UPDATE_LISTINGS").is_some() {
            fs::write(file(connector), &words).unwrap();
        }
        let agreed = fs::read_to_string(file(connector)).unwrap_or_default();
        let agreed: BTreeSet<&str> = agreed.lines().collect();
        let words: BTreeSet<&str> = words.lines().collect();
        for gone in agreed.difference(&words) {
            changed.push(format!("{}: gone: {gone}", connector.name));
        }
        for new in words.difference(&agreed) {
            changed.push(format!("{}: new: {new}", connector.name));
        }
    }
    assert!(
        changed.is_empty(),
        "with UPDATE_LISTINGS=1 this is written:\n{}",
        changed.join("\n")
    );
}

/// Names of fields that are about a person wherever they stand.
const OF_PEOPLE: &[&str] = &[
    "phone",
    "cellPhone",
    "email",
    "firstName",
    "middleName",
    "lastName",
    "surname",
    "patronymic",
    "birthday",
    "birthdate",
    "fullAddress",
    "formattedAddress",
    "flat",
    "flatNumber",
    "houseNumber",
    "intercom",
    "doorphone",
    "entrance",
    "latitude",
    "longitude",
    "blacklistReason",
    "cardTrack",
    "cardNumber",
];

/// Places of a shop, not of a person.
const OF_PLACES: &[&str] = &["retailcrm.Store", "retailcrm.StoreAddress"];

#[test]
fn what_is_about_a_person_is_marked() {
    let (catalog, _) = built_in();
    let mut unmarked = Vec::new();
    for (name, definition) in &catalog.types.types {
        let Type::Object(object) = &definition.ty else {
            continue;
        };
        for field in &object.fields {
            let is_value = catalog.types.object(&field.ty).is_none();
            let is_of_people = OF_PEOPLE.contains(&&*field.name) && !OF_PLACES.contains(&&**name);
            if is_of_people && is_value && !field.personal {
                unmarked.push(format!("{name}.{}", field.name));
            }
        }
    }
    unmarked.sort();
    assert!(unmarked.is_empty(), "{unmarked:#?}");
}

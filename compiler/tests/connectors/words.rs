//! The words that people read: captions of connectors, settings, events, actions, fields, and meanings of error codes; and
//! which fields are about a person.
//!
//! `words/` holds them as they were compared with the documents, a file for each connector whose captions no table of the
//! vendor's holds. `UPDATE_WORDS=1` writes them anew; read what has changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::built_in;
use ondo_compiler::catalog::{Action, Catalog, Connector};
use ondo_compiler::types::{Field, Type};

/// The captions of the one are compared with the rows of the vendor's tables; the other is the engine's own.
const ELSEWHERE: &[&str] = &["retailcrm", "ondo"];

/// Settings that every account has.
const OF_EVERY_ACCOUNT: &[&str] = &["currency", "timezone", "privateNetwork", "certificate"];

struct Words<'a> {
    catalog: &'a Catalog,
    lines: Vec<String>,
    seen: BTreeSet<String>,
}

impl<'a> Words<'a> {
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
        let caption = match (field.caption.as_deref(), field.personal) {
            (Some(caption), true) => Some(format!("{caption} (personal)")),
            (None, true) => Some("(personal)".to_owned()),
            (caption, false) => caption.map(str::to_owned),
        };
        self.line(&name, caption.as_deref());
        self.fields_of(&name, &field.ty);
    }
}

fn words(catalog: &Catalog, connector: &Connector) -> String {
    let mut words = Words {
        catalog,
        lines: Vec::new(),
        seen: BTreeSet::new(),
    };
    words.line(
        &format!("connector {}", connector.name),
        connector.caption.as_deref(),
    );
    for (name, setting) in &connector.settings {
        if OF_EVERY_ACCOUNT.contains(&&**name) {
            continue;
        }
        words.line(&format!("setting {name}"), setting.caption.as_deref());
    }
    for (code, meaning) in &connector.codes {
        words.line(&format!("code {code}"), Some(meaning));
    }
    for answer in &connector.answers {
        words.line(
            &format!("answer {}", answer.name),
            answer.caption.as_deref(),
        );
    }
    for event in connector.events.values() {
        words.line(&format!("event {}", event.name), event.caption.as_deref());
        words.fields_of(&event.name, &event.payload);
    }
    for action in connector.actions.values() {
        action_words(&mut words, action);
    }
    words.lines.join("\n") + "\n"
}

fn action_words<'a>(words: &mut Words<'a>, action: &'a Action) {
    words.line(
        &format!("action {}", action.name),
        action.caption.as_deref(),
    );
    for argument in &action.args.fields {
        words.field(&action.name, argument);
    }
    for answer in &action.answers {
        let name = format!("{} {}", action.name, answer.name);
        words.line(&name, answer.caption.as_deref());
        if let Some(body) = &answer.body {
            words.fields_of(&name, &body.ty);
        }
    }
}

fn file(connector: &Connector) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/connectors/words");
    folder.join(format!("{}.txt", connector.name))
}

#[test]
fn people_read_the_words_that_were_agreed_on() {
    let (catalog, _) = built_in();
    let mut changed = Vec::new();
    for connector in catalog.connectors.values() {
        if ELSEWHERE.contains(&&*connector.name) {
            continue;
        }
        let words = words(catalog, connector);
        if std::env::var_os("UPDATE_WORDS").is_some() {
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
        "with UPDATE_WORDS=1 this is written:\n{}",
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

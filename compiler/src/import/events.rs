//! Webhooks of a document as events, where it can be told which one a delivery is.

use super::captions::words;
use super::documents::{At, Documents};
use super::names::{Names, camel, field, lower_first};
use super::schemas::Schemas;
use super::shapes::{Direction, Literal, Object, Shape};
use super::write::{Types, comment, quoted};

/// An event, read.
pub(super) struct Event {
    name: String,
    words: super::captions::Words,
    notes: Vec<String>,
    shape: Shape,
}

/// Reads the webhooks: `webhooks` of 3.1, and `x-webhooks`, which says the same in 3.0.
pub(super) fn read<'d>(documents: &'d Documents, schemas: &mut Schemas<'d>) -> Vec<Event> {
    let mut names = Names::default();
    let mut events = Vec::new();
    for root in documents.roots() {
        for (name, at) in root
            .fields("webhooks")
            .into_iter()
            .chain(root.fields("x-webhooks"))
        {
            let Some(at) = documents.followed(&at) else {
                continue;
            };
            match body(documents, &at) {
                Some((operation, schema)) => {
                    let facts = schemas.facts(&schema, Direction::Answer);
                    let node = operation.node;
                    events.push(Event {
                        name: names.give(&lower_first(&camel(name))),
                        words: words(node.text_of("summary"), node.text_of("description")),
                        notes: facts.notes.clone(),
                        shape: facts.bare(),
                    });
                }
                None => {
                    schemas.losses.add(
                        &at,
                        format!("the webhook `{name}`, which is no POST with JSON"),
                    );
                }
            }
        }
    }
    events
}

fn body<'d>(documents: &'d Documents, at: &At<'d>) -> Option<(At<'d>, At<'d>)> {
    let operation = at.get("post")?;
    let body = documents.followed(&operation.get("requestBody")?)?;
    let content = body.fields("content");
    let (_, media) = content
        .into_iter()
        .find(|(name, _)| name.contains("json"))?;
    let schema = media.get("schema")?;
    Some((operation, schema))
}

/// The events as text. Several events come to one address, so each needs a field in which another word stands.
pub(super) fn text(events: &[Event], types: &Types) -> (String, Vec<String>) {
    let mut out = String::new();
    let mut unknown = Vec::new();
    let sign = sign(events, types);
    for event in events {
        let when = match (&sign, events.len()) {
            (_, 1) => String::new(),
            (Some(name), _) => match word(types.object(&event.shape), name) {
                Some(word) => format!(" when payload.{} == {}", field(name), quoted(&word)),
                None => continue,
            },
            (None, _) => {
                unknown.push(event.name.clone());
                continue;
            }
        };
        if let Some(long) = &event.words.comment {
            out.push_str(&comment(long));
        }
        for note in &event.notes {
            out.push_str(&comment(note));
        }
        out.push_str("// `key` and `entity` are missing: what tells this delivery from a repeated one, and what it is about.\n");
        out.push_str(&format!("event {}", event.name));
        if let Some(caption) = &event.words.caption {
            out.push_str(&format!(" {}", quoted(caption)));
        }
        let ty = types.ty(&event.shape);
        let accepted = if when.is_empty() {
            ty.clone()
        } else {
            "json".to_owned()
        };
        out.push_str(&format!(
            " {{\npayload {ty}\naccept post json {accepted} -> payload{when}\n}}\n"
        ));
    }
    (out, unknown)
}

/// A field in which every event has one word, each another.
fn sign(events: &[Event], types: &Types) -> Option<String> {
    let first = types.object(&events.first()?.shape)?;
    let mut names = first.fields.iter().map(|field| field.name.as_str());
    let found = names.find(|name| {
        let words: Vec<Option<String>> = events
            .iter()
            .map(|event| word(types.object(&event.shape), name))
            .collect();
        let all: std::collections::HashSet<&String> = words.iter().flatten().collect();
        super::names::is_plain(name) && all.len() == events.len()
    });
    found.map(str::to_owned)
}

fn word(object: Option<&Object>, name: &str) -> Option<String> {
    let field = object?.fields.iter().find(|field| field.name == name)?;
    match &field.shape {
        Shape::Literals(values) => match values.as_slice() {
            [Literal::Text(text)] => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

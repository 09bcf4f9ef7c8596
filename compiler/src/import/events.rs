//! Webhooks of a document as events, where it can be told which one a delivery is.

use super::captions::words;
use super::documents::{At, Documents};
use super::losses::Losses;
use super::names::{Names, camel, field, lower_first};
use super::schemas::Schemas;
use super::shapes::{Direction, Literal, Object, Shape};
use super::write::{Types, comment, indented, quoted};

/// An event, read.
struct Event<'d> {
    at: At<'d>,
    name: String,
    words: super::captions::Words,
    notes: Vec<String>,
    shape: Shape,
}

/// The webhooks of all documents.
pub(super) struct Webhooks<'d> {
    events: Vec<Event<'d>>,
    /// Comments about those that are no events.
    notes: Vec<String>,
}

/// Reads the webhooks: `webhooks` of 3.1, and `x-webhooks`, which says the same in 3.0.
pub(super) fn read<'d>(documents: &'d Documents, schemas: &mut Schemas<'d>) -> Webhooks<'d> {
    let mut names = Names::default();
    let mut webhooks = Webhooks {
        events: Vec::new(),
        notes: Vec::new(),
    };
    for root in documents.roots() {
        for (name, at) in root
            .fields("webhooks")
            .into_iter()
            .chain(root.fields("x-webhooks"))
        {
            let found = documents.followed(&at).and_then(|at| body(documents, &at));
            let Some((operation, schema)) = found else {
                let what = format!("the webhook `{name}`, which is no POST with JSON");
                webhooks.notes.push(schemas.losses.add(&at, what));
                continue;
            };
            let facts = schemas.facts(&schema, Direction::Answer);
            let node = operation.node;
            webhooks.events.push(Event {
                at,
                name: names.give(&lower_first(&camel(name))),
                words: words(node.text_of("summary"), node.text_of("description")),
                notes: facts.notes.clone(),
                shape: facts.bare(),
            });
        }
    }
    webhooks
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

impl Webhooks<'_> {
    /// The events as text, and how many they are. Several come to one address, so each needs a field in which another word
    /// stands.
    pub(super) fn text(&self, types: &Types, losses: &mut Losses) -> (String, usize) {
        let mut out = String::new();
        let mut count = 0;
        let mut notes = self.notes.clone();
        let sign = sign(&self.events, types);
        for event in &self.events {
            let word = sign
                .as_ref()
                .and_then(|name| Some((name, word(types.object(&event.shape), name)?)));
            let when = match word {
                _ if self.events.len() == 1 => String::new(),
                Some((name, word)) => format!(" when payload.{} == {}", field(name), quoted(&word)),
                None => {
                    let what = format!(
                        "the webhook `{}`, because nothing tells it from the others",
                        event.name
                    );
                    notes.push(losses.add(&event.at, what));
                    continue;
                }
            };
            count += 1;
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
            let accepted = if when.is_empty() { ty.as_str() } else { "json" };
            let inside = format!("payload {ty}\naccept post json {accepted} -> payload{when}\n");
            out.push_str(&format!(" {{\n{}}}\n\n", indented(&inside)));
        }
        for note in notes {
            out.push_str(&comment(&note));
        }
        (out, count)
    }
}

/// A field in which every event has one word, each another.
fn sign(events: &[Event<'_>], types: &Types) -> Option<String> {
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

//! Operations: what is sent and what comes back, before it is written.

mod naming;
mod parameters;

pub(super) use self::naming::names;
use self::parameters::{Many, many, parameter, path_holes};
use super::captions::{Words, words};
use super::documents::{At, Documents};
use super::losses::Losses;
use super::schemas::Schemas;
use super::servers::Route;
use super::settings::Proof;
use super::shapes::{Direction, Field, Shape};

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// An operation in a document.
#[derive(Clone)]
pub(super) struct Found<'d> {
    pub(super) path: &'d str,
    pub(super) method: &'static str,
    pub(super) at: At<'d>,
    /// What all methods of the path share.
    pub(super) shared: At<'d>,
    /// Its own parameters, and those of its path that it does not say itself.
    pub(super) parameters: Vec<At<'d>>,
}

/// All operations in the order of the documents.
pub(super) fn find<'d>(documents: &'d Documents, losses: &mut Losses) -> Vec<Found<'d>> {
    let mut found = Vec::new();
    for root in documents.roots() {
        for (path, shared) in root.fields("paths") {
            if path.starts_with("x-") {
                continue;
            }
            let Some(shared) = documents.followed(&shared) else {
                losses.add(&shared, "a path that is described nowhere".to_owned());
                continue;
            };
            for method in METHODS {
                let Some(at) = shared.get(method).filter(|at| at.node.object().is_some()) else {
                    continue;
                };
                let parameters = parameters(documents, &shared, &at);
                found.push(Found {
                    path,
                    method,
                    at,
                    shared: shared.clone(),
                    parameters,
                });
            }
        }
    }
    found
}

fn parameters<'d>(documents: &'d Documents, shared: &At<'d>, operation: &At<'d>) -> Vec<At<'d>> {
    let own = operation.list("parameters");
    let mark = |at: &At<'d>| {
        let at = documents.followed(at)?;
        Some((
            at.node.text_of("in")?.to_owned(),
            at.node.text_of("name")?.to_owned(),
        ))
    };
    let of_path = shared.list("parameters").into_iter();
    let mut all: Vec<At<'d>> = of_path
        .filter(|at| !own.iter().any(|other| mark(other) == mark(at)))
        .collect();
    all.extend(own);
    let mut marks = Vec::new();
    all.retain(|at| {
        let mark = mark(at);
        let is_new = mark.is_none() || !marks.contains(&mark);
        marks.push(mark);
        is_new
    });
    all
}

/// An operation, read.
pub(super) struct Operation<'d> {
    pub(super) name: String,
    pub(super) method: String,
    pub(super) path: &'d str,
    pub(super) route: Route,
    pub(super) words: Words,
    pub(super) notes: Vec<String>,
    pub(super) path_fields: Vec<Field>,
    pub(super) query: Vec<Parameter>,
    pub(super) headers: Vec<Field>,
    pub(super) body: Body,
    pub(super) answers: Vec<Answer>,
}

/// A part of a query.
pub(super) struct Parameter {
    pub(super) field: Field,
    /// `brackets`, `json`.
    pub(super) form: Option<&'static str>,
}

/// What is sent.
pub(super) enum Body {
    None,
    Json { shape: Shape, is_required: bool },
    Form(Vec<Parameter>),
    Text,
}

/// What comes back.
pub(super) struct Answer {
    /// First and last; `None` is `default`.
    pub(super) statuses: Option<(u16, u16)>,
    pub(super) content: Content,
    pub(super) caption: Option<String>,
}

/// What an answer holds.
#[derive(Clone)]
pub(super) enum Content {
    /// Nothing is said of it.
    Unsaid,
    Empty,
    Json(Shape),
    Text,
}

/// Reads an operation.
pub(super) fn read<'d>(
    schemas: &mut Schemas<'d>,
    proof: &Proof,
    found: &Found<'d>,
    name: String,
    route: Route,
) -> Operation<'d> {
    let node = found.at.node;
    let mut operation = Operation {
        name,
        method: found.method.to_uppercase(),
        path: found.path,
        route,
        words: words(
            node.text_of("summary")
                .or_else(|| found.shared.node.text_of("summary")),
            node.text_of("description")
                .or_else(|| found.shared.node.text_of("description")),
        ),
        notes: Vec::new(),
        path_fields: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::None,
        answers: Vec::new(),
    };
    if node.flag("deprecated") {
        operation.notes.push("Deprecated.".to_owned());
    }
    if let Some(ways) = proof.missing(node) {
        let what = format!("that it wants {ways} to prove who we are");
        operation.notes.push(schemas.losses.add(&found.at, what));
    }
    for at in &found.parameters {
        parameter(schemas, proof, at, &mut operation);
    }
    path_holes(schemas, found, &mut operation);
    if let Some(at) = found.at.get("requestBody") {
        operation.body = body(schemas, &at, &mut operation.notes);
    }
    for (status, at) in found.at.fields("responses") {
        if let Some(answer) = answer(schemas, status, &at, &mut operation.notes) {
            operation.answers.push(answer);
        }
    }
    if let Some(callbacks) = found.at.get("callbacks") {
        let names: Vec<&str> = callbacks
            .node
            .object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        let what = format!("callbacks ({})", names.join(", "));
        operation.notes.push(schemas.losses.add(&callbacks, what));
    }
    operation
}

fn body<'d>(schemas: &mut Schemas<'d>, at: &At<'d>, notes: &mut Vec<String>) -> Body {
    let Some(at) = schemas.documents.followed(at) else {
        notes.push(
            schemas
                .losses
                .add(at, "a body that is described nowhere".to_owned()),
        );
        return Body::None;
    };
    let content = at.fields("content");
    let find = |test: fn(&str) -> bool| content.iter().find(|(name, _)| test(&media_type(name)));
    if let Some((_, media)) = find(is_json) {
        let facts = match media.get("schema") {
            Some(schema) => schemas.facts(&schema, Direction::Request),
            None => super::schemas::facts_of_anything(),
        };
        notes.extend(facts.notes.clone());
        return Body::Json {
            shape: facts.bare(),
            is_required: at.node.flag("required"),
        };
    }
    if let Some((_, media)) = find(|name| name == "application/x-www-form-urlencoded") {
        return form(schemas, media, notes);
    }
    if find(|name| name == "text/plain").is_some() {
        return Body::Text;
    }
    if !content.is_empty() {
        let names: Vec<&str> = content.iter().map(|(name, _)| *name).collect();
        notes.push(
            schemas
                .losses
                .add(&at, format!("a body of {}", names.join(", "))),
        );
    }
    Body::None
}

fn form<'d>(schemas: &mut Schemas<'d>, media: &At<'d>, notes: &mut Vec<String>) -> Body {
    let Some(schema) = media.get("schema") else {
        return Body::None;
    };
    let Some(object) = schemas.object_at(&schema, Direction::Request) else {
        notes.push(
            schemas
                .losses
                .add(&schema, "a form whose fields have no names".to_owned()),
        );
        return Body::None;
    };
    let mut parameters = Vec::new();
    for mut field in object.fields {
        let encoding = media
            .node
            .get("encoding")
            .and_then(|all| all.get(&field.name));
        let style = encoding.and_then(|encoding| encoding.text_of("style"));
        let form = match (many(schemas, &field.shape), style) {
            (Many::One, _) => None,
            (_, Some("deepObject")) => Some("brackets"),
            (Many::List, _) if field.name.ends_with("[]") => {
                field.name.truncate(field.name.len() - 2);
                Some("brackets")
            }
            (Many::List, _) => {
                let what = format!(
                    "that `{}` is repeated for each element; its list is JSON in one text",
                    field.name
                );
                field.notes.push(schemas.losses.add(&schema, what));
                Some("json")
            }
            (Many::Object, _) => Some("json"),
        };
        if form.is_some() {
            field.codec = None;
        }
        parameters.push(Parameter { field, form });
    }
    Body::Form(parameters)
}

/// Without parameters, in lower case.
fn media_type(name: &str) -> String {
    name.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase()
}

fn is_json(name: &str) -> bool {
    name == "application/json"
        || name == "text/json"
        || name.ends_with("+json")
        || name == "*/*"
        || name == "application/*"
}

fn answer<'d>(
    schemas: &mut Schemas<'d>,
    status: &str,
    at: &At<'d>,
    notes: &mut Vec<String>,
) -> Option<Answer> {
    if status.starts_with("x-") {
        return None;
    }
    let statuses = match status {
        "default" => None,
        _ => match range(status) {
            Some(range) => Some(range),
            None => {
                notes.push(
                    schemas
                        .losses
                        .add(at, format!("the answer `{status}`, which is no status")),
                );
                return None;
            }
        },
    };
    // What leads elsewhere is nobody's business here: the engine follows no redirection.
    if statuses.is_some_and(|(first, _)| !(200..300).contains(&first) && first < 400) {
        return None;
    }
    let Some(at) = schemas.documents.followed(at) else {
        notes.push(
            schemas
                .losses
                .add(at, "an answer that is described nowhere".to_owned()),
        );
        return None;
    };
    let content = at.fields("content");
    let find = |test: fn(&str) -> bool| content.iter().find(|(name, _)| test(&media_type(name)));
    let said = if let Some((_, media)) = find(is_json) {
        match media.get("schema") {
            Some(schema) => {
                let facts = schemas.facts(&schema, Direction::Answer);
                notes.extend(facts.notes.clone());
                Content::Json(facts.bare())
            }
            None => Content::Unsaid,
        }
    } else if find(|name| name.starts_with("text/")).is_some() {
        Content::Text
    } else if content.is_empty() {
        match status {
            "204" | "205" => Content::Empty,
            _ => Content::Unsaid,
        }
    } else {
        let names: Vec<&str> = content.iter().map(|(name, _)| *name).collect();
        notes.push(
            schemas
                .losses
                .add(&at, format!("an answer of {}", names.join(", "))),
        );
        Content::Unsaid
    };
    Some(Answer {
        statuses,
        content: said,
        caption: words(None, at.node.text_of("description")).caption,
    })
}

/// `404`, `4XX`.
fn range(status: &str) -> Option<(u16, u16)> {
    if let Ok(status @ 100..=599) = status.parse::<u16>() {
        return Some((status, status));
    }
    let first: u16 = status
        .strip_suffix("XX")
        .or_else(|| status.strip_suffix("xx"))?
        .parse()
        .ok()?;
    (1..=5)
        .contains(&first)
        .then_some((first * 100, first * 100 + 99))
}

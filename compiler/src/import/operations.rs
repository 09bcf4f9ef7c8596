//! Operations: what is sent and what comes back, before it is written.

use std::collections::HashMap;

use super::captions::{Words, words};
use super::documents::{At, Documents};
use super::losses::Losses;
use super::names::{Names, camel, camel_words, lower_first};
use super::schemas::{Facts, Schemas, field_of};
use super::servers::Route;
use super::settings::{Proof, is_ignored_header};
use super::shapes::{Direction, Field, Shape};
use super::tree::Node;

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

/// The names of the actions, one for each operation.
pub(super) fn names(found: &[Found<'_>]) -> Vec<String> {
    let by_path = names_by_path(found);
    let mut names = Names::default();
    let given = found.iter().zip(by_path).map(|(operation, by_path)| {
        let id = operation.at.node.text_of("operationId").map(str::trim);
        let name = id
            .filter(|id| !id.is_empty())
            .map_or(by_path, |id| lower_first(&camel(id)));
        names.give(&name)
    });
    given.collect()
}

/// Names for operations without an id: `GET /v1/pets/{id}` is `getPetsById`. Where nearly everything is a POST the paths name
/// the actions: `POST /v1/guests/getWallet` is `getWallet`. What all paths begin with, and versions, are left out.
fn names_by_path(found: &[Found<'_>]) -> Vec<String> {
    let common = common_segments(found);
    let posts = found
        .iter()
        .filter(|operation| operation.method == "post")
        .count();
    let is_post =
        |operation: &Found<'_>| operation.method == "post" && posts * 10 >= found.len() * 9;
    let name = |operation: &Found<'_>, with_versions: bool| {
        let parts = segments(operation.path).skip(common);
        let parts = parts
            .filter(|part| with_versions || !is_version(part))
            .map(words_of);
        let method = (!is_post(operation)).then(|| operation.method.to_owned());
        let words: Vec<String> = method.into_iter().chain(parts).collect();
        match words.is_empty() {
            true => operation.method.to_owned(),
            false => camel_words(&words.join(" ")),
        }
    };
    let short: Vec<String> = found
        .iter()
        .map(|operation| name(operation, false))
        .collect();
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for name in &short {
        *counts.entry(name).or_default() += 1;
    }
    let is_clear = |name: &String| counts[name] == 1;
    let all = found.iter().zip(&short);
    all.map(|(operation, short)| {
        if is_clear(short) {
            short.clone()
        } else {
            name(operation, true)
        }
    })
    .collect()
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/').filter(|part| !part.is_empty())
}

/// How many segments all paths begin with; at least one is left of each.
fn common_segments(found: &[Found<'_>]) -> usize {
    let Some(first) = found.first() else { return 0 };
    let first: Vec<&str> = segments(first.path).collect();
    let mut common = first.len().saturating_sub(1);
    for operation in found {
        let own: Vec<&str> = segments(operation.path).collect();
        let same = first
            .iter()
            .zip(&own)
            .take_while(|(left, right)| left == right)
            .count();
        common = common.min(same).min(own.len().saturating_sub(1));
    }
    common
}

/// `v3`, `2`, `2010-04-01`.
fn is_version(part: &str) -> bool {
    let digits = part.strip_prefix(['v', 'V']).unwrap_or(part);
    !digits.is_empty()
        && digits
            .chars()
            .all(|char| char.is_ascii_digit() || matches!(char, '.' | '-'))
}

/// `{pet-id}` is `by pet-id`.
fn words_of(part: &str) -> String {
    part.replace('{', " by ").replace('}', " ")
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

fn parameter<'d>(
    schemas: &mut Schemas<'d>,
    proof: &Proof,
    at: &At<'d>,
    operation: &mut Operation<'d>,
) {
    let Some(at) = schemas.documents.followed(at) else {
        operation.notes.push(
            schemas
                .losses
                .add(at, "a parameter that is described nowhere".to_owned()),
        );
        return;
    };
    let (Some(name), Some(place)) = (at.node.text_of("name"), at.node.text_of("in")) else {
        operation.notes.push(
            schemas
                .losses
                .add(&at, "a parameter without a name or a place".to_owned()),
        );
        return;
    };
    let is_sent_anyway = match place {
        "header" => is_ignored_header(name) || proof.sends(name),
        "query" => proof.asks(name),
        _ => false,
    };
    if is_sent_anyway {
        return;
    }
    let content = at.get("content").and_then(|content| {
        content.node.object().and_then(|all| {
            let (name, node) = all.first()?;
            Some((name.as_str(), content.of(name, node)))
        })
    });
    let schema = match &content {
        Some((_, media)) => media.get("schema"),
        None => at.get("schema"),
    };
    let mut facts = match schema {
        Some(schema) => schemas.facts(&schema, Direction::Request),
        None => untyped(),
    };
    let own = words(None, at.node.text_of("description"));
    if own.caption.is_some() || own.comment.is_some() {
        facts.words = own;
    }
    if at.node.flag("deprecated") {
        facts.notes.push("Deprecated.".to_owned());
    }
    let is_required = at.node.flag("required") || place == "path";
    let style = Style::of(&at, place);
    match place {
        "path" | "header" => {
            if !is_single(schemas, &facts.shape) {
                let what = format!("the parts of the {place} parameter `{name}`; it is one text");
                facts.notes.push(schemas.losses.add(&at, what));
                facts.shape = Shape::Word("string");
                facts.limits.clear();
            }
            let mut field = schemas.field(&at, name, facts, is_required, Direction::Request);
            if place == "path" {
                field.optional = false;
                operation.path_fields.push(field);
            } else {
                operation.headers.push(field);
            }
        }
        "query" => query(
            schemas,
            &at,
            name,
            facts,
            is_required,
            content.is_some(),
            style,
            operation,
        ),
        "cookie" => {
            operation
                .notes
                .push(schemas.losses.add(&at, format!("the cookie `{name}`")));
        }
        other => {
            operation.notes.push(
                schemas
                    .losses
                    .add(&at, format!("the parameter `{name}` in `{other}`")),
            );
        }
    }
}

fn untyped() -> Facts {
    super::schemas::facts_of_text()
}

/// How the parts of a value stand in a query.
struct Style<'d> {
    style: &'d str,
    explode: bool,
}

impl<'d> Style<'d> {
    fn of(at: &At<'d>, place: &str) -> Self {
        let usual = if place == "query" { "form" } else { "simple" };
        let style = at.node.text_of("style").unwrap_or(usual);
        Self {
            style,
            explode: at
                .node
                .get("explode")
                .map_or(style == "form", Node::is_true),
        }
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "a parameter with all that is said of it"
)]
fn query<'d>(
    schemas: &mut Schemas<'d>,
    at: &At<'d>,
    name: &'d str,
    mut facts: Facts,
    is_required: bool,
    is_json: bool,
    style: Style<'d>,
    operation: &mut Operation<'d>,
) {
    if is_json {
        let field = schemas.field(at, name, facts, is_required, Direction::Request);
        operation.query.push(Parameter {
            field,
            form: Some("json"),
        });
        return;
    }
    let many = many(schemas, &facts.shape);
    let (name, form) = match (many, style.style, style.explode) {
        (Many::One, ..) => (name, None),
        // `ids[]=1&ids[]=2`
        (Many::List, "form", true) if name.ends_with("[]") => {
            (&name[..name.len() - 2], Some("brackets"))
        }
        (Many::List, "form", true) => (name, None),
        (_, "deepObject", _) => (name, Some("brackets")),
        (Many::Object, "form", true) => {
            let what = format!(
                "that the fields of `{name}` stand in the query by themselves; they stand in brackets"
            );
            facts.notes.push(schemas.losses.add(at, what));
            (name, Some("brackets"))
        }
        _ => {
            let sign = match style.style {
                "spaceDelimited" => "blanks",
                "pipeDelimited" => "`|`",
                _ => "commas",
            };
            let what = format!("the parts of `{name}`; it is one text with {sign} between them");
            facts.notes.push(schemas.losses.add(at, what));
            facts.shape = Shape::Word("string");
            facts.limits.clear();
            (name, None)
        }
    };
    let field = schemas.field(at, name, facts, is_required, Direction::Request);
    operation.query.push(Parameter { field, form });
}

enum Many {
    One,
    List,
    Object,
}

/// What a value consists of. Schemas with names are looked up in the document: their types may not be read yet.
fn many(schemas: &Schemas<'_>, shape: &Shape) -> Many {
    match shape.non_null() {
        Shape::List(_) => Many::List,
        Shape::Object(_) | Shape::Map(_) => Many::Object,
        Shape::Union(parts) => {
            let mut found = parts.iter().map(|part| many(schemas, part));
            found
                .find(|many| !matches!(many, Many::One))
                .unwrap_or(Many::One)
        }
        Shape::Named((class, _)) => {
            let at = &schemas.classes.all[*class].0;
            let at = schemas.documents.followed(at);
            let node = at.as_ref().map(|at| at.node);
            let ty = node.and_then(|node| node.text_of("type"));
            let has = |word: &str| node.is_some_and(|node| node.get(word).is_some());
            match ty {
                Some("array") => Many::List,
                Some("object") => Many::Object,
                None if has("properties") || has("allOf") => Many::Object,
                _ => Many::One,
            }
        }
        _ => Many::One,
    }
}

fn is_single(schemas: &Schemas<'_>, shape: &Shape) -> bool {
    matches!(many(schemas, shape), Many::One)
}

/// Every hole of the path is an argument, also one that is not described.
fn path_holes<'d>(schemas: &mut Schemas<'d>, found: &Found<'d>, operation: &mut Operation<'d>) {
    let holes = super::write::path_holes(found.path);
    for hole in &holes {
        if !operation
            .path_fields
            .iter()
            .any(|field| field.name == *hole)
        {
            let note = "inferred: the document does not describe it.".to_owned();
            let mut field = field_of(hole, untyped(), true, Direction::Request);
            field.notes.push(note);
            operation.path_fields.push(field);
        }
    }
    let (known, unknown): (Vec<Field>, Vec<Field>) = std::mem::take(&mut operation.path_fields)
        .into_iter()
        .partition(|field| holes.contains(&field.name));
    operation.path_fields = known;
    for field in unknown {
        let what = format!(
            "the path parameter `{}`, for which the path has no place",
            field.name
        );
        operation.notes.push(schemas.losses.add(&found.at, what));
    }
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

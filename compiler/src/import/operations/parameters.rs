//! Parameters: what stands in the path, in the query and in headers, and in which form.

use super::{Found, Operation, Parameter};
use crate::import::captions::words;
use crate::import::documents::At;
use crate::import::schemas::{Facts, Schemas, facts_of_text, field_of};
use crate::import::settings::{Proof, is_ignored_header};
use crate::import::shapes::{Direction, Field, Shape};
use crate::import::tree::Node;
use crate::import::write;

pub(super) fn parameter<'d>(
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
    facts_of_text()
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

pub(super) enum Many {
    One,
    List,
    Object,
}

/// What a value consists of. Schemas with names are looked up in the document: their types may not be read yet.
pub(super) fn many(schemas: &Schemas<'_>, shape: &Shape) -> Many {
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
pub(super) fn path_holes<'d>(
    schemas: &mut Schemas<'d>,
    found: &Found<'d>,
    operation: &mut Operation<'d>,
) {
    let holes = write::path_holes(found.path);
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

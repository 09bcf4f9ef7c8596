//! The vendors' OpenAPI documents: every field of every event and action that we take from them exists, has the right
//! kind of value, and may be absent only where the document says so.
//!
//! The files of `tests/tables/openapi` hold the fields of one event or of one side of an action, a line each: path, kind,
//! and a mark where the field is not required: `?` it may be absent or null, `!` it may by the document, but every payload
//! that we hold has it, `*` it is there in some of the forms that its object has. Differences that are meant stand in
//! `connectors/DEVIATIONS.md`.

use std::fs;

use crate::support::report::{Report, find_field, objects};
use crate::support::{built_in, root};
use ondo_compiler::catalog::{Action, Catalog, Connector, Verdict};
use ondo_compiler::types::{Field, ObjectType, Type};
use ondo_grammar::ast::Place;

struct Row {
    path: String,
    kind: String,
    presence: Presence,
}

#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Required,
    Optional,
    OfSomeForms,
}

/// Which way the fields go.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Sent,
    Received,
}

fn rows(name: &str) -> Vec<Row> {
    let file = root().join("tests/tables/openapi").join(name);
    let text = fs::read_to_string(file).unwrap();
    let rows = text.lines().map(|line| {
        let (path, kind) = line.split_once(' ').unwrap();
        let presence = match kind.chars().last() {
            Some('?') => Presence::Optional,
            Some('*') => Presence::OfSomeForms,
            _ => Presence::Required,
        };
        Row {
            path: path.to_owned(),
            kind: kind.trim_end_matches(['?', '*', '!']).to_owned(),
            presence,
        }
    });
    rows.collect()
}

fn has_kind(catalog: &Catalog, ty: &Type, wanted: &str) -> bool {
    match catalog.types.resolve(catalog.types.resolve(ty).non_null()) {
        Type::Json => true,
        Type::Union(parts) => parts.iter().any(|part| has_kind(catalog, part, wanted)),
        ty => match wanted {
            "int" => matches!(
                ty,
                Type::Int | Type::Decimal | Type::Money(_) | Type::DateTime | Type::Enum(_)
            ),
            "number" => matches!(ty, Type::Decimal | Type::Money(_)),
            "string" => matches!(
                ty,
                Type::Text
                    | Type::Phone
                    | Type::Enum(_)
                    | Type::DateTime
                    | Type::Date
                    | Type::Secret
                    // In quotes.
                    | Type::Money(_)
                    | Type::Decimal
                    | Type::Int
            ),
            "dateTime" => matches!(ty, Type::DateTime | Type::Date),
            "bool" => matches!(ty, Type::Bool),
            "array" => matches!(ty, Type::List(_)),
            "object" => matches!(ty, Type::Object(_) | Type::Map(_)),
            "any" => true,
            other => panic!("{other}: nobody knows this kind of value"),
        },
    }
}

/// The shortest part of a path whose field is JSON, behind which nothing is described.
fn json_above<'a>(catalog: &Catalog, object: &ObjectType, path: &'a str) -> Option<&'a str> {
    let ends = path.match_indices(['.', '[']).map(|(at, _)| at);
    let mut parts = ends.map(|end| &path[..end]);
    parts.find(|part| {
        let field = find_field(catalog, object, part);
        field.is_some_and(|field| is_json(catalog, &field.ty))
    })
}

fn is_json(catalog: &Catalog, ty: &Type) -> bool {
    match catalog.types.resolve(catalog.types.resolve(ty).non_null()) {
        Type::Json => true,
        Type::List(item) => is_json(catalog, item),
        _ => false,
    }
}

/// `bodies`: the forms that the message has; a field may stand in any of them.
fn compare(name: &str, catalog: &Catalog, bodies: &[&ObjectType], way: Way, report: &mut Report) {
    let table = format!("openapi_{}", name.trim_end_matches(".txt"));
    for row in rows(name) {
        let found = bodies
            .iter()
            .find_map(|body| find_field(catalog, body, &row.path));
        let Some(field) = found else {
            let above = bodies
                .iter()
                .find_map(|body| json_above(catalog, body, &row.path));
            match above {
                Some(above) => report.differs(&table, above, "json", "an object with fields"),
                None => report.differs(&table, &row.path, "missing", "a field"),
            }
            continue;
        };
        report.caption(&table, &row.path, field, &catalog.types, None);
        if !has_kind(catalog, &field.ty, &row.kind) {
            report.differs(&table, &row.path, "of another kind", &row.kind);
        }
        // An absent list is an empty one.
        if way == Way::Received && is_list(catalog, field) {
            continue;
        }
        let is_nullable = field.ty.is_nullable() || catalog.types.resolve(&field.ty).is_nullable();
        // What has a default is always sent, and nobody has to give it.
        let has_default = way == Way::Sent && field.default.is_some();
        match row.presence {
            Presence::Required if is_nullable && !has_default => {
                report.differs(&table, &row.path, "optional", "required");
            }
            Presence::Optional if !is_nullable && !has_default => {
                report.differs(&table, &row.path, "required", "optional");
            }
            _ => {}
        }
    }
}

fn is_list(catalog: &Catalog, field: &Field) -> bool {
    matches!(
        catalog
            .types
            .resolve(catalog.types.resolve(&field.ty).non_null()),
        Type::List(_)
    )
}

/// The forms of what a file describes: `iiko_event_NAME`, `ozon_ACTION_input`, `ozon_ACTION_output`.
fn described<'c>(
    catalog: &'c Catalog,
    connector: &'c Connector,
    what: &str,
) -> (Vec<&'c ObjectType>, Way) {
    if let Some(event) = what.strip_prefix("event_") {
        let payload = &connector.event(event).unwrap().payload;
        return (objects(catalog, payload), Way::Received);
    }
    let (action, side) = what.rsplit_once('_').unwrap();
    let action = connector.action(action).unwrap();
    match side {
        "input" => (objects(catalog, input(action)), Way::Sent),
        "output" => (outputs(catalog, action), Way::Received),
        other => panic!("{other}: nobody knows this side"),
    }
}

fn input(action: &Action) -> &Type {
    let request = action.request.as_ref().unwrap();
    let sent = |place: Place| {
        let mut sections = request.sections.iter();
        sections.find(move |section| section.place == place)
    };
    &sent(Place::Json).or_else(|| sent(Place::Query)).unwrap().ty
}

/// The bodies of all answers of the action's own, those that say that it was done first.
fn outputs<'c>(catalog: &'c Catalog, action: &'c Action) -> Vec<&'c ObjectType> {
    let mut answers: Vec<_> = action.answers.iter().collect();
    answers.sort_by_key(|answer| answer.verdict != Verdict::Applied);
    answers
        .into_iter()
        .filter_map(|answer| answer.body.as_ref())
        .flat_map(|body| objects(catalog, &body.ty))
        .collect()
}

#[test]
fn every_field_of_the_openapi_documents_is_there() {
    let (catalog, _) = built_in();
    let mut names: Vec<String> = fs::read_dir(root().join("tests/tables/openapi"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut report = Report::default();
    for name in &names {
        let (connector, what) = name.trim_end_matches(".txt").split_once('_').unwrap();
        let connector = catalog.connector(connector).unwrap();
        let (bodies, way) = described(catalog, connector, what);
        compare(name, catalog, &bodies, way, &mut report);
    }
    println!("{} tables", names.len());
    report.finish("openapi");
}

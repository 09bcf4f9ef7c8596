//! Actions as text: where each argument stands, what is sent, what the answers mean.

use std::collections::{HashMap, HashSet};

use super::answers;
use super::names::{camel, is_plain, lower_first};
use super::operations::{Body, Operation, Parameter};
use super::shapes::{Field, Shape};
use super::write::{Types, braces, comment, indented, quoted, quoted_text};

/// An action as it is written. `taken`: names that arguments may not have, because the address is computed from them.
pub(super) fn text(
    operation: &Operation<'_>,
    types: &Types,
    taken: &HashSet<String>,
    common: &answers::Common,
) -> String {
    let mut arguments = Arguments::new(taken);
    let path = arguments.section(
        operation.path_fields.iter().map(|field| (field, None)),
        "Path",
    );
    let query = arguments.section(
        operation
            .query
            .iter()
            .map(|Parameter { field, form }| (field, *form)),
        "Query",
    );
    let headers = arguments.section(
        operation.headers.iter().map(|field| (field, None)),
        "Header",
    );
    let mut out = String::new();
    if let Some(long) = &operation.words.comment {
        out.push_str(&comment(long));
    }
    for note in &operation.notes {
        out.push_str(&comment(note));
    }
    out.push_str(&format!("action {}", operation.name));
    if let Some(caption) = &operation.words.caption {
        out.push_str(&format!(" {}", quoted(caption)));
    }
    let holes: HashMap<&str, &str> = path
        .iter()
        .map(|row| (row.field.name.as_str(), row.hole.as_str()))
        .collect();
    let mut inside = format!(
        "request {} {}",
        operation.method,
        address(operation, &holes)
    );
    for (word, rows) in [("path", &path), ("query", &query), ("headers", &headers)] {
        if !rows.is_empty() {
            inside.push_str(&format!(" {word} {}", written(rows, types)));
        }
    }
    inside.push_str(&body(&operation.body, &mut arguments, types));
    inside.push('\n');
    for line in answers::of_operation(operation, types, common) {
        inside.push_str(&line);
    }
    out.push_str(&format!(" {{\n{}}}\n", indented(&inside)));
    out
}

/// A field of a request and the argument that fills it.
struct Row<'o> {
    field: &'o Field,
    form: Option<&'static str>,
    hole: String,
}

/// The names of the arguments so far.
struct Arguments {
    used: HashSet<String>,
}

impl Arguments {
    fn new(taken: &HashSet<String>) -> Self {
        Self {
            used: taken.clone(),
        }
    }

    fn is_free(&self, name: &str) -> bool {
        !self.used.contains(name)
    }

    fn section<'o>(
        &mut self,
        fields: impl Iterator<Item = (&'o Field, Option<&'static str>)>,
        place: &str,
    ) -> Vec<Row<'o>> {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut rows = Vec::new();
        for (field, form) in fields {
            if !seen.insert(&field.name) {
                continue;
            }
            // One value and no other: nobody has to say it.
            if is_constant(field) {
                rows.push(Row {
                    field,
                    form,
                    hole: field.name.clone(),
                });
                continue;
            }
            // Behind an arrow and in a path stands a name, not any word.
            let is_usable = is_plain(&field.name);
            let wanted = if is_usable {
                field.name.clone()
            } else {
                lower_first(&camel(&field.name))
            };
            let mut hole = wanted.clone();
            if !self.is_free(&hole) {
                hole = format!("{wanted}{place}");
            }
            let mut count = 2;
            while !self.used.insert(hole.clone()) {
                hole = format!("{wanted}{place}{count}");
                count += 1;
            }
            rows.push(Row { field, form, hole });
        }
        rows
    }
}

fn is_constant(field: &Field) -> bool {
    !field.optional && matches!(&field.shape, Shape::Literals(values) if values.len() == 1)
}

/// With one arrow, every field needs one.
fn written(rows: &[Row<'_>], types: &Types) -> String {
    let arrows = rows.iter().any(|row| row.hole != row.field.name);
    let parts = rows.iter().map(|row| {
        let arrow = (arrows && !is_constant(row.field)).then_some(row.hole.as_str());
        types.field_as(row.field, row.form, arrow)
    });
    braces(parts.collect())
}

/// The path with its holes, behind the address that it hangs on.
fn address(operation: &Operation<'_>, holes: &HashMap<&str, &str>) -> String {
    let mut out = String::from("\"");
    if let Some(setting) = &operation.route.setting {
        out.push_str(&format!("{{{setting}}}"));
    }
    let path = operation.path.split('#').next().unwrap_or_default();
    let mut whole = format!("{}{path}", operation.route.prefix);
    if !whole.starts_with('/') {
        whole.insert(0, '/');
    }
    let mut rest = whole.as_str();
    let text = |out: &mut String, text: &str| {
        let quoted = quoted_text(&text.replace(' ', "%20"));
        out.push_str(&quoted[1..quoted.len() - 1]);
    };
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        text(&mut out, before);
        match holes.get(name) {
            Some(hole) => out.push_str(&format!("{{{hole}}}")),
            None => text(&mut out, &format!("{{{name}}}")),
        }
        rest = after;
    }
    text(&mut out, rest);
    out.push('"');
    out
}

fn body(body: &Body, arguments: &mut Arguments, types: &Types) -> String {
    match body {
        Body::None => String::new(),
        Body::Text => format!(" text -> {}", arguments.whole("body")),
        Body::Form(parameters) => {
            let rows = arguments.section(
                parameters
                    .iter()
                    .map(|Parameter { field, form }| (field, *form)),
                "Field",
            );
            if rows.is_empty() {
                return String::new();
            }
            format!(" form {}", written(&rows, types))
        }
        Body::Json { shape, is_required } => {
            let object = types
                .object(shape)
                .filter(|object| !object.fields.is_empty());
            let is_flat = object.is_some_and(|object| {
                object
                    .fields
                    .iter()
                    .all(|field| is_constant(field) || arguments.is_free(&field.name))
            });
            if is_flat {
                return format!(" json {}", types.ty(shape));
            }
            let shape = if *is_required {
                shape.clone()
            } else {
                shape.clone().nullable()
            };
            let name = match shape.non_null() {
                Shape::List(_) => "items",
                _ => "body",
            };
            format!(" json {} -> {}", types.ty(&shape), arguments.whole(name))
        }
    }
}

impl Arguments {
    /// The name of a whole body.
    fn whole(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut count = 2;
        while !self.used.insert(name.clone()) {
            name = format!("{wanted}{count}");
            count += 1;
        }
        name
    }
}

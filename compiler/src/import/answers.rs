//! Answers as text: which statuses mean what, and where code and message of a refusal stand.

use std::collections::HashMap;

use super::operations::{Answer, Content, Operation};
use super::shapes::{Object, Shape};
use super::write::{Types, braces, quoted};

/// Names of fields that hold the code of an error, and its text.
const CODES: &[&str] = &["code", "error_code", "errorCode", "errcode", "statusCode"];
const MESSAGES: &[&str] = &[
    "message",
    "error_message",
    "errorMessage",
    "errorDescription",
    "error_description",
    "detail",
    "msg",
];

/// Answers that most operations have, by status: written once, for all of them.
#[derive(Default)]
pub(super) struct Common {
    lines: HashMap<(u16, u16), String>,
}

impl Common {
    /// Of each status the answer that most of the operations say which say it.
    pub(super) fn new(operations: &[Operation<'_>], types: &Types) -> Self {
        let mut counts: HashMap<(u16, u16), Vec<(String, usize)>> = HashMap::new();
        for operation in operations {
            for (statuses, line) in refusals(operation, types) {
                let lines = counts.entry(statuses).or_default();
                match lines.iter_mut().find(|(known, _)| *known == line) {
                    Some((_, count)) => *count += 1,
                    None => lines.push((line, 1)),
                }
            }
        }
        let mut common = Self::default();
        for (statuses, lines) in counts {
            let most = lines.iter().map(|(_, count)| *count).max().unwrap_or(0);
            let is_usual = most > 1 || operations.len() == 1 || lines.len() == 1;
            if let Some((line, _)) = lines
                .into_iter()
                .find(|(_, count)| *count == most && is_usual)
            {
                common.lines.insert(statuses, line);
            }
        }
        common
    }

    /// As they are written: single statuses before the ranges that hold them.
    pub(super) fn text(&self) -> String {
        let mut lines: Vec<(&(u16, u16), &String)> = self.lines.iter().collect();
        lines.sort_by_key(|((first, last), _)| (last - first, *first));
        lines.into_iter().map(|(_, line)| line.as_str()).collect()
    }
}

/// The answers that an action has beside the common ones.
pub(super) fn of_operation(
    operation: &Operation<'_>,
    types: &Types,
    common: &Common,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut applied: Vec<(String, Vec<(u16, u16)>)> = Vec::new();
    let of_2xx = |answer: &&Answer| {
        answer
            .statuses
            .is_some_and(|(first, _)| (200..300).contains(&first))
    };
    let only_default = !operation.answers.iter().any(|answer| of_2xx(&answer));
    for answer in &operation.answers {
        let statuses = match answer.statuses {
            Some(statuses) if of_2xx(&answer) => statuses,
            None if only_default => (200, 299),
            _ => continue,
        };
        let body = body(&answer.content, types, false);
        match applied.iter_mut().find(|(known, _)| *known == body) {
            Some((_, all)) => all.push(statuses),
            None => applied.push((body, vec![statuses])),
        }
    }
    for (body, mut all) in applied {
        all.sort_unstable();
        let all: Vec<String> = all.into_iter().map(status).collect();
        lines.push(format!(
            "answer ok applied status {}{body}\n",
            all.join(", ")
        ));
    }
    let own = refusals(operation, types);
    let is_common =
        |(statuses, line): &((u16, u16), String)| common.lines.get(statuses) == Some(line);
    // A range of its own stands before all common answers and would hide those of single statuses.
    let hides = own
        .iter()
        .any(|answer| answer.0.0 < answer.0.1 && !is_common(answer));
    lines.extend(
        own.into_iter()
            .filter(|answer| hides || !is_common(answer))
            .map(|(_, line)| line),
    );
    lines
}

/// The answers of an operation that say that nothing was done, or that nobody knows. `default` is both.
fn refusals(operation: &Operation<'_>, types: &Types) -> Vec<((u16, u16), String)> {
    let mut found = Vec::new();
    let only_default = operation
        .answers
        .iter()
        .all(|answer| answer.statuses.is_none());
    for answer in &operation.answers {
        let all: &[(u16, u16)] = match answer.statuses {
            Some((first, _)) if first < 400 => &[],
            Some(ref statuses) => std::slice::from_ref(statuses),
            None if only_default => &[],
            None => &[(400, 499), (500, 599)],
        };
        let body = body(&answer.content, types, true);
        for statuses in all {
            let (name, verdict) = meaning(*statuses);
            let caption = answer
                .caption
                .as_deref()
                .filter(|_| answer.statuses.is_some())
                .map(quoted);
            let caption = caption.map_or(String::new(), |caption| format!(" {caption}"));
            let line = format!(
                "answer {name} {verdict} status {}{body}{caption}\n",
                status(*statuses)
            );
            found.push((*statuses, line));
        }
    }
    found.sort_by_key(|((first, last), _)| (last - first, *first));
    found
}

/// What a status says by itself, when the document does not say more.
fn meaning((first, _): (u16, u16)) -> (&'static str, &'static str) {
    match first {
        401 => ("unauthorized", "refused"),
        403 => ("forbidden", "refused"),
        404 => ("not_found", "refused"),
        409 => ("conflict", "refused"),
        410 => ("gone", "refused"),
        422 => ("invalid", "refused"),
        429 => ("rate_limited", "refused"),
        // It may have been done all the same.
        408 | 425 | 499 => ("transient", "unknown"),
        400..=499 => ("rejected", "refused"),
        _ => ("transient", "unknown"),
    }
}

fn status((first, last): (u16, u16)) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}..{last}")
    }
}

/// ` json Pet`, ` json [Pet] -> items`, …
fn body(content: &Content, types: &Types, is_refusal: bool) -> String {
    match content {
        Content::Unsaid => String::new(),
        Content::Empty => " empty".to_owned(),
        Content::Text => " text -> text".to_owned(),
        Content::Json(shape) => {
            let Some(object) = types
                .object(shape)
                .filter(|object| !object.fields.is_empty())
            else {
                let name = match shape.non_null() {
                    Shape::List(_) => "items",
                    _ => "body",
                };
                return format!(" json {} -> {name}", types.ty(shape));
            };
            let said = is_refusal.then(|| refusal(object, types)).flatten();
            format!(" json {}", said.unwrap_or_else(|| types.ty(shape)))
        }
    }
}

/// The body of a refusal with `code` and `message` where the engine shows them; `None` where they are so already, or
/// where there are none.
fn refusal(object: &Object, types: &Types) -> Option<String> {
    let named = |names: &[&str]| {
        let mut fields = object.fields.iter();
        fields.find(|field| {
            names.contains(&field.name.as_str()) && types.object(&field.shape).is_none()
        })
    };
    let (code, message) = (named(CODES), named(MESSAGES));
    let is_so = |field: Option<&super::shapes::Field>, name: &str| {
        field.is_none_or(|field| field.name == name)
    };
    if code.is_some() || message.is_some() {
        if is_so(code, "code") && is_so(message, "message") {
            return None;
        }
        let mut holes: Vec<String> = Vec::new();
        let mut parts = Vec::new();
        for field in &object.fields {
            let hole = match () {
                () if code.is_some_and(|code| code.name == field.name) => "code",
                () if message.is_some_and(|message| message.name == field.name) => "message",
                () => field.name.as_str(),
            };
            if !super::names::is_plain(hole) || holes.iter().any(|known| known == hole) {
                return None;
            }
            holes.push(hole.to_owned());
            parts.push(types.field(field, Some(hole)));
        }
        return Some(braces(parts));
    }
    // `{ error: { code, message } }`
    let inner = object.fields.iter().find(|field| {
        types.object(&field.shape).is_some_and(|inner| {
            let has = |name: &str| inner.fields.iter().any(|field| field.name == name);
            has("message") || has("code")
        })
    })?;
    let fields = types.object(&inner.shape)?;
    let mut holes: Vec<&str> = fields
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    let mut parts = Vec::new();
    for field in &object.fields {
        if field.name == inner.name {
            parts.push(types.field(field, Some("...")));
            continue;
        }
        if !super::names::is_plain(&field.name) || holes.contains(&field.name.as_str()) {
            return None;
        }
        holes.push(&field.name);
        parts.push(types.field(field, Some(&field.name)));
    }
    Some(braces(parts))
}

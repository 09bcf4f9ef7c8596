//! What the vendor says: done, refused, too many calls, each in the shape of its own answers.

use ondo_compiler::catalog::{Action, Answer, Connector, Verdict};
use ondo_compiler::types::{EnumValue, Hole, Name, ObjectType, Type, TypeTable};
use ondo_compiler::value::{Num, Value};
use ondo_compiler::wire::{self, Cx, RequestCheck};

use super::examples;
use super::play::Played;

/// Says in every answer to a wrong request what is wrong with it, also where the vendor's own answer has no place for it.
const PROBLEM_HEADER: &str = "Sandbox-Problem";
/// How deep a pattern is searched for a code; types may contain themselves.
const DEPTH_MAX: usize = 12;

/// The name of the answers that ask to wait.
const RATE_LIMITED: &str = "rate_limited";

/// Nothing says what is answered: the example's answer, else the action's first answer that says it was done, else one
/// that says it will be.
pub(super) fn done(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    check: &RequestCheck,
) -> (Played, bool) {
    let example = examples::answer(cx, connector, action);
    let of_example = || {
        let (outcome, _) = example.as_ref()?;
        let mut known = connector.answers_of(action);
        known.find(|known| known.name == *outcome && known.verdict == Verdict::Applied)
    };
    let Some(known) = of_example().or_else(|| first_done(connector, action)) else {
        return (nothing(), true);
    };
    let mut value = match &example {
        Some((outcome, Value::Object(value))) if *outcome == known.name => (**value).clone(),
        _ => ondo_compiler::value::Object::default(),
    };
    let from_example = Value::object(value.fields.clone());
    // What was sent comes back where the answer has a field of the same name.
    for (name, arg) in fields_of(known, &check.args) {
        value.set(name, arg);
    }
    let written = write(cx, connector, known, Some(&Value::object(value.fields)))
        // The same name need not be the same type.
        .or_else(|_| write(cx, connector, known, Some(&from_example)));
    (written.unwrap_or_else(|problem| error(500, &problem)), true)
}

/// The definition says what is answered.
pub(super) fn answered(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    outcome: Option<&Name>,
    value: Option<&Value>,
) -> (Played, bool) {
    let known = match outcome {
        None => first_done(connector, action),
        Some(outcome) => {
            let named = || {
                let known = connector.answers_of(action);
                known.filter(|known| known.name == *outcome)
            };
            named()
                .find(|known| has_fields_of(known, value))
                .or_else(|| named().next())
        }
    };
    let Some(known) = known else {
        return (nothing(), true);
    };
    let written = write(cx, connector, known, value);
    let happened = matches!(known.verdict, Verdict::Applied | Verdict::Pending);
    (
        written.unwrap_or_else(|problem| error(500, &problem)),
        happened,
    )
}

fn first_done<'a>(connector: &'a Connector, action: &'a Action) -> Option<&'a Answer> {
    let with = |verdict| {
        let mut known = connector.answers_of(action);
        known.find(|known| known.verdict == verdict)
    };
    with(Verdict::Applied).or_else(|| with(Verdict::Pending))
}

fn has_fields_of(known: &Answer, value: Option<&Value>) -> bool {
    let (Some(Value::Object(value)), Type::Object(fields)) = (value, &known.value) else {
        return value.is_none();
    };
    value
        .fields
        .iter()
        .all(|(name, _)| fields.field(name).is_some())
}

/// The arguments that are also fields of the answer's value.
fn fields_of(known: &Answer, args: &[(Name, Value)]) -> Vec<(Name, Value)> {
    let Type::Object(value) = &known.value else {
        return Vec::new();
    };
    let shared = args.iter().filter(|(name, _)| value.field(name).is_some());
    shared.cloned().collect()
}

/// The vendor says this code. Of its answers the one that is about this code speaks, whatever it means; else the refusal
/// that can carry a code, or a text. Nothing was done.
pub(super) fn with_code(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    code: &str,
    message: Option<&str>,
) -> Played {
    let types = &cx.catalog.types;
    let about = connector.answers_of(action).find(|known| {
        let body = known.body.as_ref();
        body.is_some_and(|body| names_code(types, &body.ty, code, 0))
    });
    let known = about.or_else(|| refusal(connector, action, 400, Some("code")));
    let Some(known) = known.or_else(|| refusal(connector, action, 400, Some("message"))) else {
        return error(400, message.unwrap_or(code));
    };
    let mut value = Vec::new();
    let code_type = field_type(known, "code");
    if let Some(ty) = code_type {
        value.push(("code".into(), code_value(types, ty, code)));
    }
    let text = message.or(code_type.is_none().then_some(code));
    if let (Some(text), Some(_)) = (text, field_type(known, "message")) {
        value.push(("message".into(), Value::text(text)));
    }
    write_as(cx, connector, known, 400, &Value::object(value))
}

/// The vendor's own way to say that a request is wrong.
pub(super) fn wrong(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    status: u16,
    problems: &[String],
) -> Played {
    let problem = problems.join("; ");
    let played = match &connector.wrong_request {
        Some(code) if status == 400 => with_code(cx, connector, action, code, Some(&problem)),
        _ => match refusal(connector, action, status, Some("message"))
            .or_else(|| refusal(connector, action, status, None))
        {
            Some(known) => {
                let types = &cx.catalog.types;
                let mut value = vec![("message".into(), Value::text(&*problem))];
                // A vendor whose codes are numbers repeats the status where nothing else is known.
                if let Some(ty) = field_type(known, "code")
                    && is_int(types, ty)
                {
                    value.push(("code".into(), Value::Int(i64::from(status))));
                }
                value.retain(|(name, _): &(Name, Value)| field_type(known, name).is_some());
                write_as(cx, connector, known, status, &Value::object(value))
            }
            None => error(status, &problem),
        },
    };
    with_problem(played, &problem)
}

/// What is said to a request that no action has.
pub(super) fn unknown(cx: &Cx<'_>, connector: &Connector, problem: &str) -> Played {
    let known = connector
        .answers
        .iter()
        .filter(|known| known.verdict == Verdict::Refused && &*known.name != RATE_LIMITED)
        .find(|known| covers(known, 404));
    let played = match known {
        Some(known) => {
            let mut value = vec![("message".into(), Value::text(problem))];
            value.retain(|(name, _): &(Name, Value)| field_type(known, name).is_some());
            write_as(cx, connector, known, 404, &Value::object(value))
        }
        None => error(404, problem),
    };
    with_problem(played, problem)
}

/// The vendor asks to wait. None: it has no answer of its own for that, and 429 says it.
pub(super) fn rate_limited(
    cx: &Cx<'_>,
    connector: &Connector,
    action: Option<&Action>,
    seconds: u64,
) -> Played {
    let own = action.into_iter().flat_map(|action| &action.answers);
    let mut answers = own.chain(&connector.answers);
    let known = answers.find(|known| &*known.name == RATE_LIMITED);
    let said = known.filter(|known| field_type(known, "retry_after").is_some());
    let value = said.map(|_| {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Value::object(vec![("retry_after".into(), Value::Int(seconds))])
    });
    let written = known.and_then(|known| write(cx, connector, known, value.as_ref()).ok());
    let mut played = written.unwrap_or_else(|| error(429, "too many requests"));
    if let Played::Answer { headers, .. } = &mut played {
        headers.retain(|(name, _)| name != "Retry-After");
        headers.push(("Retry-After".to_owned(), seconds.to_string()));
    }
    played
}

/// A refusal of the action, else of the connector, that covers the status and has this field; without such a status any
/// that has the field.
fn refusal<'a>(
    connector: &'a Connector,
    action: &'a Action,
    status: u16,
    field: Option<&str>,
) -> Option<&'a Answer> {
    let refusing = || {
        connector.answers_of(action).filter(|known| {
            known.verdict == Verdict::Refused
                && &*known.name != RATE_LIMITED
                && known.when.is_none()
                && field.is_none_or(|field| field_type(known, field).is_some())
        })
    };
    refusing()
        .find(|known| covers(known, status))
        .or_else(|| refusing().find(|known| known.statuses.is_empty() || covers(known, 200)))
        .or_else(|| refusing().find(|_| status == 400))
}

fn covers(known: &Answer, status: u16) -> bool {
    let mut ranges = known.statuses.iter();
    ranges.any(|(first, last)| (*first..=*last).contains(&status))
}

fn field_type<'a>(known: &'a Answer, name: &str) -> Option<&'a Type> {
    match &known.value {
        Type::Object(value) => value.field(name).map(|field| &field.ty),
        _ => None,
    }
}

fn is_int(types: &TypeTable, ty: &Type) -> bool {
    matches!(types.resolve(types.resolve(ty).non_null()), Type::Int)
}

fn code_value(types: &TypeTable, ty: &Type, code: &str) -> Value {
    let number = Num::parse(code).ok().and_then(Num::to_i64);
    match number {
        Some(number) if is_int(types, ty) => Value::Int(number),
        _ => Value::text(code),
    }
}

/// `error: { agentError: { code: "WsaDuplicateOrder" } }`: a literal, or one of the values of the hole `code`.
fn names_code(types: &TypeTable, ty: &Type, code: &str, depth: usize) -> bool {
    let Some(object) = types.object(ty).filter(|_| depth < DEPTH_MAX) else {
        return false;
    };
    let in_field = |object: &ObjectType| {
        object.fields.iter().any(|field| {
            let is_code = matches!(&field.hole, Some(Hole::Named(name)) if &**name == "code");
            match types.resolve(&field.ty) {
                Type::Enum(known) => {
                    let has = |value: &EnumValue| matches!(value, EnumValue::Text(text) if &**text == code);
                    (is_code || known.values.len() == 1) && known.values.iter().any(has)
                }
                _ => names_code(types, &field.ty, code, depth + 1),
            }
        })
    };
    in_field(object)
}

/// An answer with these fields, in this status where the answer may have it.
fn write_as(
    cx: &Cx<'_>,
    connector: &Connector,
    known: &Answer,
    wanted: u16,
    value: &Value,
) -> Played {
    let written = write(cx, connector, known, Some(value));
    let mut played = written.unwrap_or_else(|problem| error(500, &problem));
    if let Played::Answer { status, .. } = &mut played
        && covers(known, wanted)
    {
        *status = wanted;
    }
    played
}

/// An answer with these fields; what they do not say is filled in by type.
pub(super) fn write(
    cx: &Cx<'_>,
    connector: &Connector,
    known: &Answer,
    value: Option<&Value>,
) -> Result<Played, String> {
    let (status, headers, body) =
        wire::answer_bytes(cx, connector, known, value).map_err(|failure| failure.message)?;
    Ok(Played::Answer {
        status,
        headers,
        body,
    })
}

fn with_problem(mut played: Played, problem: &str) -> Played {
    if let Played::Answer { headers, .. } = &mut played {
        headers.push((PROBLEM_HEADER.to_owned(), problem.to_owned()));
    }
    played
}

fn nothing() -> Played {
    Played::Answer {
        status: 200,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// What no answer of the definition describes.
pub(super) fn error(status: u16, message: &str) -> Played {
    let body = serde_json::json!({ "error": message });
    Played::Answer {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    }
}

//! Answers as the sandbox writes them: the same patterns that the client reads.

use ondo_grammar::ast::Place;

use super::Cx;
use super::encode::Writer;
use super::fits::fits;
use super::forms::{self, Shown};
use super::inputs::{self, plain_text};
use super::path::Path;
use super::pattern::{hole, literal, section_value};
use super::times;
use crate::catalog::{Answer, Connector, Verdict};
use crate::eval::Failure;
use crate::ir::{Expr, ExprId, Op};
use crate::types::{EnumValue, Field, Name, Type, TypeTable};
use crate::value::{Money, Num, Secret, Value};

/// How deep a value is invented; types may contain themselves.
const SAMPLE_DEPTH_MAX: usize = 12;

/// Status, headers, body.
pub type WrittenAnswer = (u16, Vec<(String, String)>, Vec<u8>);

/// An answer as the vendor would write it: status, headers, body. What `value` does not say is filled in by type, so that
/// every field that is not nullable is there.
///
/// # Errors
/// As [`super::encode`], when the value is none of this answer's.
pub fn answer_bytes(
    cx: &Cx<'_>,
    connector: &Connector,
    answer: &Answer,
    value: Option<&Value>,
) -> Result<WrittenAnswer, Failure> {
    let mut holes = match (value, &answer.body) {
        (Some(Value::Object(given)), _) => given.fields.clone(),
        (Some(Value::Json(json)), _) => match from_serde(json) {
            Value::Object(given) => given.fields.clone(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    if let Some(when) = answer.when {
        suppose(connector, when, &mut holes);
    }
    suppose_code(connector, answer, &mut holes);
    let status = status_of(answer, &holes);
    let mut headers = Vec::new();
    let mut bytes = Vec::new();
    if let Some(section) = &answer.body {
        let types = &cx.catalog.types;
        let inputs = inputs::Inputs::new(cx, connector);
        // `time = now()`: a vendor that wants to hear it from us.
        let computes = types
            .object(&section.ty)
            .is_some_and(|object| object.fields.iter().any(|field| field.computed.is_some()));
        let mut writer = Writer::new(types, computes.then_some(&inputs));
        writer.zone = Some(times::zone_named(inputs::zone_of(cx)));
        let given = section_value(section, types, &holes);
        let value = filled(&section.ty, given, types, "text", 0);
        let kind = match section.place {
            Place::Json => {
                if value != Value::Absent {
                    writer.write(&section.ty, &[], &value, &Path::Root)?;
                    bytes = std::mem::take(&mut writer.out).into_bytes();
                }
                Some("application/json")
            }
            Place::Form => {
                let pairs = forms::pairs(&mut writer, &section.ty, types, &value, true)?;
                bytes = forms::join(&pairs, Shown::expose).into_bytes();
                Some("application/x-www-form-urlencoded")
            }
            Place::Text => {
                bytes = plain_text(&value).into_bytes();
                Some("text/plain; charset=utf-8")
            }
            _ => None,
        };
        if let Some(kind) = kind.filter(|_| !bytes.is_empty()) {
            headers.push(("Content-Type".to_owned(), kind.to_owned()));
        }
    }
    // Where the body says how long to wait, a header would be believed instead of it.
    if status == 429 && hole(&holes, "retry_after") == &Value::Absent {
        headers.push(("Retry-After".to_owned(), "1".to_owned()));
    }
    Ok((status, headers, bytes))
}

fn status_of(answer: &Answer, holes: &[(Name, Value)]) -> u16 {
    if let (true, Value::Int(status)) = (answer.with_status, hole(holes, "status"))
        && let Ok(status) = u16::try_from(*status)
    {
        return status;
    }
    let by_verdict = match answer.verdict {
        Verdict::Applied => 200,
        Verdict::Pending => 202,
        Verdict::Refused | Verdict::NotSent => 400,
        Verdict::Unknown => 500,
    };
    answer
        .statuses
        .first()
        .map_or(by_verdict, |(first, _)| *first)
}

/// The answer of a token exchange with this token: JSON that the connector's `token answer.token` finds it in.
pub fn token_bytes(connector: &Connector, token: &str) -> Vec<u8> {
    let exchange = connector
        .auth
        .as_ref()
        .and_then(|auth| auth.exchange.as_ref());
    let mut value = serde_json::Value::from(token);
    let mut next = exchange.map(|exchange| exchange.token);
    while let Some(id) = next {
        next = match connector.exprs.get(id) {
            Expr::Field { base, name } => {
                let fields = [(name.to_string(), value)];
                value = serde_json::Value::Object(fields.into_iter().collect());
                Some(*base)
            }
            _ => None,
        };
    }
    value.to_string().into_bytes()
}

/// A condition of the answer as values of its holes: `when code == "TaskLimitExceeded"`.
fn suppose(connector: &Connector, when: ExprId, holes: &mut Vec<(Name, Value)>) {
    let exprs = &connector.exprs;
    let (subject, values) = match exprs.get(when) {
        Expr::And(left, right) => {
            suppose(connector, *left, holes);
            suppose(connector, *right, holes);
            return;
        }
        Expr::Or(left, _) => return suppose(connector, *left, holes),
        Expr::Binary {
            op: Op::Eq,
            left,
            right,
        } => (*left, vec![*right]),
        Expr::In(left, list) => match exprs.get(*list) {
            Expr::List(items) => (*left, items.clone()),
            _ => return,
        },
        _ => return,
    };
    let value = values.first().map(|id| exprs.get(*id));
    if let (Expr::Input(name), Some(Expr::Const(value))) = (exprs.get(subject), value)
        && hole(holes, name) == &Value::Absent
    {
        holes.push((name.clone(), value.clone()));
    }
}

/// A refusal carries one of the vendor's codes with its meaning.
fn suppose_code(connector: &Connector, answer: &Answer, holes: &mut Vec<(Name, Value)>) {
    let Type::Object(value) = &answer.value else {
        return;
    };
    let has = |name: &str| {
        let field = value.field(name);
        field.is_some_and(|field| *field.ty.non_null() == Type::Text)
    };
    if has("code")
        && hole(holes, "code") == &Value::Absent
        && let Some((code, _)) = connector.codes.first()
    {
        holes.push(("code".into(), Value::Text(code.clone())));
    }
    let meaning = match hole(holes, "code") {
        Value::Text(code) => connector.codes.iter().find(|(known, _)| known == code),
        _ => None,
    };
    if let (true, Some((_, meaning))) = (has("message"), meaning)
        && hole(holes, "message") == &Value::Absent
    {
        holes.push(("message".into(), Value::Text(meaning.clone())));
    }
}

/// A value with everything in it that its type requires.
pub(crate) fn filled(
    ty: &Type,
    given: Value,
    types: &TypeTable,
    name: &str,
    depth: usize,
) -> Value {
    if depth > SAMPLE_DEPTH_MAX {
        return given;
    }
    let given = match given {
        Value::Json(json) if !matches!(types.resolve(ty).non_null(), Type::Json) => {
            from_serde(&json)
        }
        given => given,
    };
    match (types.resolve(ty), given) {
        (Type::Nullable(_) | Type::Null, Value::Absent) => Value::Absent,
        (Type::Nullable(_), Value::Null) => Value::Null,
        (Type::Nullable(inner), given) => filled(inner, given, types, name, depth),
        (Type::Object(object), Value::Absent) => {
            let fields = object.fields.iter();
            let filled = fields.map(|field| filled_field(field, Value::Absent, types, depth));
            Value::object(
                filled
                    .filter(|(_, value)| *value != Value::Absent)
                    .collect(),
            )
        }
        (Type::Object(object), Value::Object(values)) => {
            let mut fields: Vec<(Name, Value)> = object
                .fields
                .iter()
                .map(|field| filled_field(field, values.get(&field.name).clone(), types, depth))
                .filter(|(_, value)| *value != Value::Absent)
                .collect();
            let unknown = values
                .fields
                .iter()
                .filter(|(name, _)| object.field(name).is_none());
            fields.extend(unknown.cloned());
            Value::object(fields)
        }
        (Type::List(item), Value::List(values)) => Value::list(
            values
                .iter()
                .map(|value| filled(item, value.clone(), types, name, depth + 1))
                .collect(),
        ),
        (Type::Union(alternatives), Value::Absent) => match alternatives.first() {
            Some(first) => filled(first, Value::Absent, types, name, depth + 1),
            None => Value::Absent,
        },
        (ty, Value::Absent) => sample(ty, name),
        // What was written down as a text is a date or an amount where the type says so.
        (ty, Value::Text(text)) if !fits(ty, &Value::Text(text.clone())) => {
            Value::Json(serde_json::Value::String(text.to_string()).into())
        }
        (_, given) => given,
    }
}

fn filled_field(field: &Field, given: Value, types: &TypeTable, depth: usize) -> (Name, Value) {
    let given = match (given, literal(&field.ty)) {
        (Value::Absent, Some(literal)) => literal,
        (given, _) => given,
    };
    let value = filled(&field.ty, given, types, &field.name, depth + 1);
    (field.name.clone(), value)
}

/// Some value of a type.
fn sample(ty: &Type, name: &str) -> Value {
    match ty {
        Type::Bool => Value::Bool(true),
        Type::Int => Value::Int(1),
        Type::Decimal | Type::Percent => Value::Num(Num::from_i64(1)),
        Type::Money(_) => Value::Money(Money {
            amount: Num::from_i64(100),
            currency: None,
        }),
        Type::Text => Value::text(name),
        Type::Phone => Value::text("+79990001122"),
        Type::Secret => Value::Secret(Secret::new(format!("sandbox:{name}"))),
        Type::Date => Value::Date(jiff::civil::date(2026, 1, 1)),
        Type::Time => Value::Time(jiff::civil::time(12, 0, 0, 0)),
        Type::DateTime => {
            Value::DateTime(jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC))
        }
        Type::Duration => Value::Duration(jiff::SignedDuration::from_mins(1)),
        Type::Enum(known) => match known.values.first() {
            Some(EnumValue::Text(text)) => Value::Text(text.clone()),
            Some(EnumValue::Int(int)) => Value::Int(*int),
            Some(EnumValue::Bool(bool)) => Value::Bool(*bool),
            None => Value::Absent,
        },
        Type::List(_) => Value::list(Vec::new()),
        Type::Map(_) | Type::Json | Type::Unknown => Value::object(Vec::new()),
        _ => Value::Absent,
    }
}

/// Untyped JSON as plain values with JSON only at the leaves.
pub(crate) fn from_serde(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(bool) => Value::Bool(*bool),
        serde_json::Value::String(text) => Value::text(text.as_str()),
        serde_json::Value::Number(_) => Value::Json(json.clone().into()),
        serde_json::Value::Array(items) => Value::list(items.iter().map(from_serde).collect()),
        serde_json::Value::Object(fields) => Value::object(
            fields
                .iter()
                .map(|(name, value)| (Name::from(name.as_str()), from_serde(value)))
                .collect(),
        ),
    }
}

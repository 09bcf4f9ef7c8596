//! `match x { "a", "b" -> v  else -> w }` and what its patterns may be.

use ondo_grammar::ast::{self, Pattern, PatternKind};

use super::cx::Cx;
use super::relation::text_like;
use super::typed::Typed;
use crate::errors;
use crate::ir::{Expr, ExprId};
use crate::source::Place;
use crate::types::{EnumType, EnumValue, Type};
use crate::value::{Num, Value};

/// A value `match`.
pub(super) fn value(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    subject: &ast::Expr,
    arms: &[ast::Arm],
    want: Option<&Type>,
) -> Typed {
    let place = cx.at(e.span);
    let subject = super::expr::check(cx, subject, None);
    let mut patterns = Patterns::new(cx, &subject);
    let mut values = Vec::new();
    let mut keys = Vec::new();
    let mut otherwise = None;
    for arm in arms {
        let null_before = patterns.has_null();
        let arm_keys = patterns.arm(cx, &arm.patterns);
        let outer = cx.scope.known.clone();
        learn(cx, &subject, &arm_keys, null_before);
        let value = super::expr::check(cx, &arm.value, want);
        cx.scope.known = outer;
        if arm.patterns.is_empty() {
            otherwise = Some(values.len());
        }
        keys.push(arm_keys);
        values.push(value);
    }
    patterns.finish(cx, place, otherwise.is_some(), "`match`");
    if values.is_empty() {
        return super::names_in_scope::unknown_value(cx, e);
    }
    let (ty, ids) = super::expr::common(cx, &values, want, "`match`");
    let mut lowered = Vec::new();
    for (at, keys) in keys.into_iter().enumerate() {
        if otherwise != Some(at) {
            lowered.push((keys, ids[at]));
        }
    }
    let id = cx.add(
        Expr::Match {
            subject: subject.id,
            arms: lowered,
            otherwise: otherwise.map(|at| ids[at]),
        },
        place,
    );
    let mut result = Typed::new(id, ty, place);
    for value in values {
        result = result.carry(&value);
        result.accounts.extend(value.accounts);
    }
    result.fails |= subject.fails;
    result
}

/// In an arm with patterns other than null the subject is there, and in every arm behind the one for null.
pub(super) fn learn(cx: &mut Cx<'_>, subject: &Typed, keys: &[Value], null_before: bool) {
    let present = null_before || !keys.is_empty() && keys.iter().all(|key| !key.is_null());
    if let Some(key) = &subject.key
        && present
    {
        cx.scope.known.learn(&[key.clone()].into());
    }
}

/// A pattern of a `match` over a type without an end: unlike those of an enum, it need not be there.
#[derive(Debug)]
pub(super) struct OpenPattern {
    pub(super) subject: ExprId,
    pub(super) value: Value,
    pub(super) place: Place,
}

/// The patterns of a `match` or a table while they are read.
#[derive(Debug)]
pub(super) struct Patterns {
    subject: Type,
    /// The value that is matched. None: the keys of a table.
    subject_id: Option<ExprId>,
    /// Null may come too.
    nullable: bool,
    seen: Vec<(Value, Place)>,
    /// An arm could not be read, so nothing is said about what is missing.
    broken: bool,
}

impl Patterns {
    pub(super) fn new(cx: &Cx<'_>, subject: &Typed) -> Self {
        Self {
            subject_id: Some(subject.id),
            ..Self::of_type(cx, &subject.ty)
        }
    }

    pub(super) fn of_type(cx: &Cx<'_>, ty: &Type) -> Self {
        Self {
            subject: cx.resolve(&cx.non_null(ty)),
            subject_id: None,
            nullable: matches!(cx.resolve(ty), Type::Nullable(_) | Type::Null),
            seen: Vec::new(),
            broken: false,
        }
    }

    /// Whether an arm so far was for null.
    pub(super) fn has_null(&self) -> bool {
        self.seen.iter().any(|(value, _)| value.is_null())
    }

    /// The values of one arm. Reports what can never come and what came before.
    pub(super) fn arm(&mut self, cx: &mut Cx<'_>, patterns: &[Pattern]) -> Vec<Value> {
        let mut values = Vec::new();
        for pattern in patterns {
            let place = cx.at(pattern.span);
            let Some(value) = self.value(cx, pattern, place) else {
                self.broken = true;
                continue;
            };
            if let Some((_, first)) = self.seen.iter().find(|(seen, _)| *seen == value) {
                let text = cx.text(place);
                let finding = errors::types::pattern_twice(place, text, *first);
                cx.report(finding);
                continue;
            }
            self.seen.push((value.clone(), place));
            if let Some(subject) = self.subject_id
                && !matches!(self.subject, Type::Enum(_) | Type::Bool)
                && !value.is_null()
            {
                cx.open_patterns.push(OpenPattern {
                    subject,
                    value: value.clone(),
                    place,
                });
            }
            values.push(value);
        }
        values
    }

    fn value(&self, cx: &mut Cx<'_>, pattern: &Pattern, place: Place) -> Option<Value> {
        let value = match &pattern.kind {
            PatternKind::Text(text) => Value::text(text.as_str()),
            PatternKind::Int(digits) => match digits.parse() {
                Ok(number) => Value::Int(number),
                Err(_) => {
                    cx.report(errors::types::number_too_big(place, digits));
                    return None;
                }
            },
            PatternKind::Decimal(digits) => match Num::parse(digits) {
                Ok(number) => Value::Num(number),
                Err(_) => {
                    cx.report(errors::types::number_too_big(place, digits));
                    return None;
                }
            },
            PatternKind::Bool(value) => Value::Bool(*value),
            PatternKind::Null => Value::Null,
            PatternKind::Name(name) => {
                cx.report(errors::types::pattern_name(place, name));
                return None;
            }
            PatternKind::Error => return None,
        };
        if self.accepts(cx, &value, place) {
            Some(value)
        } else {
            None
        }
    }

    fn accepts(&self, cx: &mut Cx<'_>, value: &Value, place: Place) -> bool {
        let member = match value {
            Value::Text(text) => EnumValue::Text(text.clone()),
            Value::Int(number) => EnumValue::Int(*number),
            Value::Bool(value) => EnumValue::Bool(*value),
            _ => EnumValue::Bool(false),
        };
        let fits = match (&self.subject, value) {
            (Type::Unknown | Type::Never, _) => true,
            (_, Value::Null) => self.nullable,
            (Type::Enum(members), _) if is_open(members) => members.values.contains(&member),
            (Type::Enum(members), _) => {
                if members.values.contains(&member) {
                    return true;
                }
                let wanted = errors::types::Wanted {
                    what: "`match`",
                    ty: cx.describe(&self.subject),
                    declared: None,
                    caption: None,
                };
                cx.report(errors::types::enum_value(
                    place,
                    &[member],
                    members,
                    &wanted,
                ));
                return false;
            }
            (subject, Value::Text(_)) => text_like(subject),
            (Type::Int | Type::Decimal, Value::Int(_)) => true,
            (Type::Decimal, Value::Num(_)) => true,
            (Type::Bool, Value::Bool(_)) => true,
            _ => false,
        };
        if !fits {
            let text = cx.text(place);
            let found = cx.describe(&self.subject);
            let finding = errors::types::pattern_type(place, text, &found, value.is_null());
            cx.report(finding);
        }
        fits
    }

    /// Reports values without an arm.
    pub(super) fn finish(&self, cx: &mut Cx<'_>, place: Place, has_else: bool, what: &str) {
        if has_else || self.broken || matches!(self.subject, Type::Unknown | Type::Never) {
            return;
        }
        let covered = |value: &Value| self.seen.iter().any(|(seen, _)| seen == value);
        let mut missing: Vec<String> = match &self.subject {
            Type::Enum(members) => members
                .values
                .iter()
                .filter(|member| !covered(&as_value(member)))
                .map(super::describe::value)
                .collect(),
            Type::Bool => [true, false]
                .iter()
                .filter(|value| !covered(&Value::Bool(**value)))
                .map(ToString::to_string)
                .collect(),
            _ => {
                cx.report(errors::types::needs_else(
                    place,
                    what,
                    &cx.describe(&self.subject),
                ));
                return;
            }
        };
        if self.nullable && !covered(&Value::Null) {
            missing.push("null".to_owned());
        }
        if !missing.is_empty() {
            let found = cx.describe(&self.subject);
            let finding = errors::types::not_exhaustive(place, what, &found, &missing);
            cx.report(finding);
        }
    }
}

/// A text that the author wrote is an enum of one value, which a pattern may name but need not.
fn is_open(members: &EnumType) -> bool {
    members.name.is_none() && members.values.len() == 1
}

fn as_value(member: &EnumValue) -> Value {
    match member {
        EnumValue::Text(text) => Value::Text(text.clone()),
        EnumValue::Int(number) => Value::Int(*number),
        EnumValue::Bool(value) => Value::Bool(*value),
    }
}

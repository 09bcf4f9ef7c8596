//! What expressions of a connector see: settings, arguments, `token`, `status`, … by name.

use crate::catalog::Connector;
use crate::eval::{self, Failure, Frame, Scope};
use crate::ir::{Expr, ExprId};
use crate::types::Name;
use crate::value::{Secret, Value};

use super::Cx;

/// Steps that one expression of a connector may take.
const BUDGET: u64 = 200_000;

/// The named inputs of a connector's expressions.
#[derive(Debug, Clone)]
pub(crate) struct Inputs<'a> {
    pub(crate) connector: &'a Connector,
    pub(crate) zone: &'a str,
    pub(crate) now: jiff::Timestamp,
    /// Later ones hide earlier ones.
    named: Vec<(Name, Value)>,
}

impl<'a> Inputs<'a> {
    /// The settings of the account, with the connector's defaults for those that are not set.
    pub(crate) fn new(cx: &Cx<'a>, connector: &'a Connector) -> Self {
        let mut inputs = Self {
            connector,
            zone: zone_of(cx),
            now: cx.now,
            named: cx.settings.to_vec(),
        };
        for (name, setting) in &connector.settings {
            if inputs.get(name).is_null()
                && let Some(default) = setting.default
                // A default that cannot be had is like a setting that is not set; who needs it says so.
                && let Ok(value) = inputs.compute(default)
            {
                inputs.set(name.clone(), value);
            }
        }
        inputs
    }

    /// The value with this name; `Absent` without it.
    pub(crate) fn get(&self, name: &str) -> &Value {
        self.named
            .iter()
            .rev()
            .find(|(known, _)| &**known == name)
            .map_or(&Value::Absent, |(_, value)| value)
    }

    /// Adds a value, hiding one of the same name.
    pub(crate) fn set(&mut self, name: Name, value: Value) {
        self.named.retain(|(known, _)| *known != name);
        self.named.push((name, value));
    }

    /// The same with more values.
    pub(crate) fn with(&self, more: &[(Name, Value)]) -> Self {
        let mut inputs = self.clone();
        for (name, value) in more {
            inputs.set(name.clone(), value.clone());
        }
        inputs
    }

    /// The value of an expression. Texts with a secret in them are secrets.
    pub(crate) fn compute(&self, id: ExprId) -> Result<Value, Failure> {
        match self.connector.exprs.get(id) {
            Expr::Const(value) => return Ok(value.clone()),
            Expr::Input(name) => return Ok(self.get(name).clone()),
            Expr::Text(parts) => {
                if let Some(secret) = self.secret_text(parts)? {
                    return Ok(Value::Secret(secret));
                }
            }
            Expr::Coalesce(left, right) => {
                let value = self.compute(*left)?;
                return if value.is_null() {
                    self.compute(*right)
                } else {
                    Ok(value)
                };
            }
            Expr::If(cond, then, otherwise) => {
                let branch = if self.holds(*cond)? { then } else { otherwise };
                return self.compute(*branch);
            }
            _ => {}
        }
        let scope = Scope {
            exprs: &self.connector.exprs,
            program: None,
            inputs: &self.named,
            slots: &[],
            read_set: None,
            now: self.now,
            step_time: self.now,
            zone: self.zone,
        };
        let mut frame = Frame::new(self.connector.local_count);
        frame.budget = frame.budget.min(BUDGET);
        eval::eval(&scope, &mut frame, id)
    }

    /// A condition. Null counts as false.
    pub(crate) fn holds(&self, id: ExprId) -> Result<bool, Failure> {
        Ok(self.compute(id)? == Value::Bool(true))
    }

    /// The joined parts, if one of them is a secret.
    fn secret_text(&self, parts: &[ExprId]) -> Result<Option<Secret>, Failure> {
        let is_secret = |id: &ExprId| match self.connector.exprs.get(*id) {
            Expr::Input(name) => matches!(self.get(name), Value::Secret(_)),
            _ => false,
        };
        if !parts.iter().any(is_secret) {
            return Ok(None);
        }
        let mut text = String::new();
        for part in parts {
            match self.compute(*part)? {
                Value::Secret(secret) => text.push_str(secret.expose()),
                value => text.push_str(&plain_text(&value)),
            }
        }
        Ok(Some(Secret::new(text)))
    }
}

/// The value of one of a connector's expressions that sees these inputs besides the settings.
///
/// # Errors
/// What the expression fails with.
pub fn compute(
    cx: &Cx<'_>,
    connector: &Connector,
    inputs: &[(Name, Value)],
    expr: ExprId,
) -> Result<Value, Failure> {
    Inputs::new(cx, connector).with(inputs).compute(expr)
}

/// The account's setting `timezone`, else the bundle's zone.
pub(crate) fn zone_of<'a>(cx: &Cx<'a>) -> &'a str {
    setting_text(cx, "timezone").map_or(cx.zone, |name| name)
}

/// The account's setting `currency`.
pub(crate) fn currency_of<'a>(cx: &Cx<'a>) -> Option<&'a Name> {
    cx.settings.iter().find_map(|(name, value)| match value {
        Value::Text(text) if &**name == "currency" => Some(text),
        _ => None,
    })
}

fn setting_text<'a>(cx: &Cx<'a>, wanted: &str) -> Option<&'a str> {
    cx.settings.iter().find_map(|(name, value)| match value {
        Value::Text(text) if &**name == wanted => Some(&**text),
        _ => None,
    })
}

/// A single value as text in a path, a query, a header or a form. Secrets are not among them.
pub(crate) fn plain_text(value: &Value) -> String {
    match value {
        Value::Absent | Value::Null | Value::Secret(_) | Value::Account(_) => String::new(),
        Value::Bool(bool) => bool.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Num(num) => num.to_string(),
        Value::Money(money) => money.amount.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::DateTime(moment) => {
            super::times::write_moment(moment, None, moment.time_zone()).unwrap_or_default()
        }
        Value::Duration(span) => span.to_string(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Json(json) => match &**json {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        },
        Value::List(_) | Value::Object(_) => super::encode::untyped(value),
    }
}

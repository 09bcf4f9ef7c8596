//! What makes two accounts one: equal identity means one token, one budget, one circuit, one effect ledger.

use ondo_compiler::catalog::Connector;
use ondo_compiler::ir::Expr;
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;

use super::lookup::Lookup;
use super::{PRIVATE_NETWORK, Unset, base_setting};

/// Connector, base URL, settings marked `identity`, names of secrets.
pub(super) struct Identity<'a> {
    connector: &'a Connector,
    base: Option<&'a Name>,
    parts: Vec<String>,
}

impl<'a> Identity<'a> {
    pub(super) fn new(connector: &'a Connector) -> Self {
        Self {
            connector,
            base: base_setting(connector),
            parts: vec![connector.name.to_string()],
        }
    }

    pub(super) fn add(&mut self, cx: &Lookup<'_>, value: Option<&Value>) {
        let is_base = self.base == Some(cx.name);
        let default = || match cx.setting.default.map(|id| self.connector.exprs.get(id)) {
            Some(Expr::Const(value)) => Some(value.clone()),
            _ => None,
        };
        let value = value.cloned().or_else(default);
        match value {
            Some(Value::Secret(_)) => self.parts.push(format!("{}={}", cx.name, cx.secret_name())),
            // Else one account's leave to call private addresses would be another's.
            Some(Value::Bool(true)) if **cx.name == *PRIVATE_NETWORK => {
                self.parts.push(PRIVATE_NETWORK.to_owned());
            }
            Some(value) if is_base || cx.setting.identity => {
                self.parts.push(format!("{}={}", cx.name, plain(&value)));
            }
            _ => {}
        }
    }

    pub(super) fn text(self, unset: Unset) -> Name {
        let text = self.parts.join(" ");
        match unset {
            Unset::Missing => text.into(),
            Unset::Sandbox => format!("sandbox {text}").into(),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Num(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

//! One setting of one account: where its value comes from, and what it must look like.

use ondo_compiler::catalog::{CERTIFICATE, Fingerprint, Setting};
use ondo_compiler::ir::{Account, Program, SettingValue};
use ondo_compiler::types::{EnumValue, Name, Type};
use ondo_compiler::value::{Num, Secret, Value};

use super::{Environment, Problem, Unset};

/// What is known where a setting's value is looked for.
pub(super) struct Lookup<'a> {
    pub(super) program: &'a Program,
    pub(super) account: &'a Account,
    pub(super) name: &'a Name,
    pub(super) setting: &'a Setting,
    pub(super) environment: &'a Environment,
    pub(super) unset: Unset,
    /// It may be missing, because nothing in the bundle needs it.
    pub(super) unused: bool,
}

impl Lookup<'_> {
    /// The value; none where the connector's default or null is meant.
    pub(super) fn value(&self) -> Result<Option<Value>, Box<Problem>> {
        let given = self
            .account
            .settings
            .iter()
            .find(|(name, _)| name == self.name)
            .map(|(_, value)| value);
        match given {
            Some(SettingValue::Value(value)) => Ok(Some(value.clone())),
            Some(SettingValue::Env(name) | SettingValue::Secret(name)) => self.named(name, true),
            None if self.account.declared => {
                if self.may_be_left_out() {
                    return Ok(None);
                }
                // The checker lets only the secret at the end of an address be left out.
                self.named(&self.variable(), false)
            }
            None => self.named(&self.variable(), false),
        }
    }

    fn named(&self, variable: &str, written: bool) -> Result<Option<Value>, Box<Problem>> {
        let found = self
            .environment
            .text(variable)
            .map_err(|reason| self.problem(Some(variable), reason))?;
        match found {
            Some(text) => self.typed(variable, text).map(Some),
            None if !written && self.may_be_left_out() => Ok(None),
            None if self.unset == Unset::Sandbox => Ok(self.in_sandbox(variable)),
            None => {
                let reason = format!("needs `{}`", self.name);
                Err(self.problem(Some(variable), reason))
            }
        }
    }

    /// `CONNECTOR_SETTING`, or `ACCOUNT_SETTING` of a declared account: there may be two of one connector.
    fn variable(&self) -> String {
        let owner = match self.account.declared {
            true => &self.account.name,
            false => &self.account.connector,
        };
        format!("{owner}_{}", self.name).to_uppercase()
    }

    fn may_be_left_out(&self) -> bool {
        self.unused
            || self.setting.default.is_some()
            || matches!(self.setting.ty, Type::Nullable(_))
    }

    fn typed(&self, variable: &str, text: String) -> Result<Value, Box<Problem>> {
        let wanted = |what: String| {
            let reason = format!("`{}`: {variable} is not {what}", self.name);
            self.problem(None, reason)
        };
        if self.setting.url {
            let url = reqwest::Url::parse(&text)
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            return match url {
                Some(_) => Ok(Value::text(text.trim_end_matches('/'))),
                None => Err(wanted("a URL (https://…)".into())),
            };
        }
        if **self.name == *CERTIFICATE && Fingerprint::parse(&text).is_none() {
            let what = "the fingerprint of a certificate (`sha256:` and 64 digits from 0 to F)";
            return Err(wanted(what.into()));
        }
        match without_null(&self.setting.ty) {
            Type::Secret => Ok(Value::Secret(Secret::new(text))),
            Type::Bool => match text.as_str() {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => Err(wanted("`true` or `false`".into())),
            },
            Type::Int => text
                .parse()
                .map(Value::Int)
                .map_err(|_| wanted("a whole number".into())),
            Type::Decimal | Type::Percent => Num::parse(&text)
                .map(Value::Num)
                .map_err(|_| wanted("a number".into())),
            Type::Enum(enumeration) => enumeration
                .values
                .iter()
                .map(literal)
                .find(|(written, _)| *written == text)
                .map(|(_, value)| value)
                .ok_or_else(|| {
                    let all: Vec<String> = enumeration
                        .values
                        .iter()
                        .map(|value| literal(value).0)
                        .collect();
                    wanted(format!("one of {}", all.join(", ")))
                }),
            _ => Ok(Value::text(text)),
        }
    }

    fn in_sandbox(&self, variable: &str) -> Option<Value> {
        if self.setting.url {
            // A host that cannot exist; the sandbox's own address takes its place before anything is sent.
            let host = variable.to_lowercase().replace('_', "-");
            return Some(Value::text(format!("https://{host}.sandbox.invalid")));
        }
        let text = format!("sandbox:{variable}");
        match without_null(&self.setting.ty) {
            Type::Secret => Some(Value::Secret(Secret::new(text))),
            Type::Text | Type::Phone => Some(Value::text(text)),
            Type::Int => Some(Value::Int(1)),
            Type::Bool => Some(Value::Bool(false)),
            Type::Enum(enumeration) => enumeration.values.first().map(|value| literal(value).1),
            _ => None,
        }
    }

    fn problem(&self, variable: Option<&str>, reason: String) -> Box<Problem> {
        Box::new(Problem {
            bundle: self.program.bundle.to_string(),
            account: self.account.name.to_string(),
            connector: self.account.connector.to_string(),
            setting: self.name.to_string(),
            caption: self.setting.caption.as_ref().map(ToString::to_string),
            variable: variable.map(str::to_owned),
            reason,
        })
    }

    /// The name behind a secret, which stands for its value in the identity.
    pub(super) fn secret_name(&self) -> String {
        let given = self
            .account
            .settings
            .iter()
            .find(|(name, _)| name == self.name);
        match given {
            Some((_, SettingValue::Secret(name) | SettingValue::Env(name))) => name.to_string(),
            _ => self.variable(),
        }
    }
}

fn literal(value: &EnumValue) -> (String, Value) {
    match value {
        EnumValue::Text(text) => (text.to_string(), Value::Text(text.clone())),
        EnumValue::Int(number) => (number.to_string(), Value::Int(*number)),
        EnumValue::Bool(flag) => (flag.to_string(), Value::Bool(*flag)),
    }
}

fn without_null(ty: &Type) -> &Type {
    match ty {
        Type::Nullable(inner) => inner,
        other => other,
    }
}

//! Settings of accounts: `env "X"` and `secret "X"` become values, and everything that is missing is said at once.
//!
//! A name is looked for in the environment variable `X`, in the file that `X_FILE` names, and in `X` in the folder
//! `$CREDENTIALS_DIRECTORY`. An account that is not declared takes each setting from `CONNECTOR_SETTING`.
//! A message names settings and variables, never values.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use ondo_compiler::catalog::{Connector, Setting};
use ondo_compiler::check::{ENV_INPUT, SECRET_INPUT};
use ondo_compiler::ir::{Account, Expr, Program, SettingValue};
use ondo_compiler::types::{EnumValue, Name, Type};
use ondo_compiler::value::{Num, Secret, Value};

use crate::engine::ResolvedAccount;

/// Largest file that `X_FILE` may name.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Where names are looked up.
#[derive(Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
    credentials: Option<PathBuf>,
}

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            variables,
            credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        }
    }

    /// Only these.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self {
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            credentials: None,
        }
    }

    /// The text behind a name. An empty one counts as missing; one newline at the end of a file does not belong to it.
    fn text(&self, name: &str) -> Result<Option<String>, String> {
        if let Some(value) = self.variables.get(name).filter(|value| !value.is_empty()) {
            return Ok(Some(value.clone()));
        }
        let file = match self.variables.get(&format!("{name}_FILE")) {
            Some(path) => Some(PathBuf::from(path)),
            None => self
                .credentials
                .as_ref()
                .map(|folder| folder.join(name))
                .filter(|path| path.is_file()),
        };
        let Some(file) = file else { return Ok(None) };
        let size = std::fs::metadata(&file)
            .map_err(|error| format!("cannot read `{}`: {error}", file.display()))?
            .len();
        if size > FILE_BYTES_MAX {
            return Err(format!("`{}` is too large for a setting", file.display()));
        }
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment(***)")
    }
}

/// What to do with a name that is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unset {
    /// It is a problem.
    Missing,
    /// It becomes `sandbox:NAME`.
    Sandbox,
}

/// A setting that has no value, or one that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bundle.
    pub bundle: String,
    /// The account. Empty for a name inside a rule.
    pub account: String,
    /// The connector. Empty for a name inside a rule.
    pub connector: String,
    /// The setting, or the name inside a rule.
    pub setting: String,
    /// What the setting is, in the connector's words.
    pub caption: Option<String>,
    /// The variable to set.
    pub variable: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.bundle)?;
        if self.account != self.connector && self.account != "default" {
            write!(f, "{} ({}) ", self.account, self.connector)?;
        } else if !self.connector.is_empty() {
            write!(f, "{} ", self.connector)?;
        }
        f.write_str(&self.reason)?;
        if let Some(caption) = &self.caption {
            write!(f, " ({caption})")?;
        }
        if let Some(variable) = &self.variable {
            write!(
                f,
                "; set {variable}, or {variable}_FILE to a file that holds it"
            )?;
        }
        Ok(())
    }
}

/// The accounts of a program with their values, by `AccountId`, or everything that is wrong with them.
pub fn resolve(
    program: &Program,
    environment: &Environment,
    unset: Unset,
) -> Result<Vec<ResolvedAccount>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut accounts = Vec::new();
    for account in &program.accounts {
        let Some(connector) = program.catalog.connectors.get(&account.connector) else {
            continue;
        };
        let mut identity = Identity::new(connector);
        let mut settings = Vec::new();
        for (name, setting) in &connector.settings {
            let cx = Lookup {
                program,
                account,
                name,
                setting,
                environment,
                unset,
            };
            match cx.value() {
                Ok(Some(value)) => {
                    identity.add(&cx, Some(&value));
                    settings.push((name.clone(), value));
                }
                Ok(None) => identity.add(&cx, None),
                Err(problem) => problems.push(*problem),
            }
        }
        accounts.push(ResolvedAccount {
            name: account.name.clone(),
            connector: account.connector.clone(),
            identity: identity.text(unset),
            settings,
        });
    }
    if problems.is_empty() {
        Ok(accounts)
    } else {
        Err(problems)
    }
}

/// The program with the values of every `env "X"` and `secret "X"` inside its rules, or all that are missing.
pub fn resolve_rules(
    program: &Arc<Program>,
    environment: &Environment,
    unset: Unset,
) -> Result<Arc<Program>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut values = Vec::new();
    for (index, expr) in program.exprs.nodes.iter().enumerate() {
        let Expr::Input(input) = expr else { continue };
        let (name, is_secret) = match input.strip_prefix(SECRET_INPUT) {
            Some(name) => (name, true),
            None => match input.strip_prefix(ENV_INPUT) {
                Some(name) => (name, false),
                None => continue,
            },
        };
        let text = match environment.text(name) {
            Ok(None) if unset == Unset::Sandbox => Ok(Some(format!("sandbox:{name}"))),
            found => found,
        };
        match text {
            Ok(Some(text)) if is_secret => values.push((index, Value::Secret(Secret::new(text)))),
            Ok(Some(text)) => values.push((index, Value::text(text))),
            Ok(None) => problems.push(problem_of_rule(
                program,
                name,
                "is needed by its rules".into(),
            )),
            Err(reason) => problems.push(problem_of_rule(program, name, reason)),
        }
    }
    problems.dedup();
    if !problems.is_empty() {
        return Err(problems);
    }
    if values.is_empty() {
        return Ok(Arc::clone(program));
    }
    let mut resolved = Program::clone(program);
    for (index, value) in values {
        resolved.exprs.nodes[index] = Expr::Const(value);
    }
    Ok(Arc::new(resolved))
}

fn problem_of_rule(program: &Program, name: &str, reason: String) -> Problem {
    Problem {
        bundle: program.bundle.to_string(),
        account: String::new(),
        connector: String::new(),
        setting: name.to_owned(),
        caption: None,
        variable: Some(name.to_owned()),
        reason: format!("`{name}` {reason}"),
    }
}

/// The account's settings with the bundle's currency where it names none.
pub fn with_currency(account: &ResolvedAccount, program: &Program) -> Vec<(Name, Value)> {
    let mut settings = account.settings.clone();
    let has_own = settings.iter().any(|(name, _)| &**name == "currency");
    if let (false, Some(currency)) = (has_own, &program.currency) {
        settings.push(("currency".into(), Value::Text(currency.clone())));
    }
    settings
}

/// Whether the account may call private addresses, because its system stands in one's own network.
pub fn allows_private(account: &ResolvedAccount) -> bool {
    account
        .settings
        .iter()
        .any(|(name, value)| &**name == "privateNetwork" && *value == Value::Bool(true))
}

/// Puts another base URL in place: that of the sandbox.
pub fn set_base_url(account: &mut ResolvedAccount, connector: &Connector, url: &str) {
    let Some(name) = base_setting(connector) else {
        return;
    };
    account.settings.retain(|(known, _)| known != name);
    account.settings.push((name.clone(), Value::text(url)));
}

/// `base` or `url`: what paths of requests are put behind.
fn base_setting(connector: &Connector) -> Option<&Name> {
    ["base", "url"]
        .iter()
        .find_map(|name| connector.settings.get_key_value(*name))
        .map(|(name, _)| name)
}

/// What is known where a setting's value is looked for.
struct Lookup<'a> {
    program: &'a Program,
    account: &'a Account,
    name: &'a Name,
    setting: &'a Setting,
    environment: &'a Environment,
    unset: Unset,
}

impl Lookup<'_> {
    /// The value; none where the connector's default or null is meant.
    fn value(&self) -> Result<Option<Value>, Box<Problem>> {
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
        self.setting.default.is_some() || matches!(self.setting.ty, Type::Nullable(_))
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
    fn secret_name(&self) -> String {
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

/// Connector, base URL, settings marked `identity`, names of secrets.
struct Identity<'a> {
    connector: &'a Connector,
    base: Option<&'a Name>,
    parts: Vec<String>,
}

impl<'a> Identity<'a> {
    fn new(connector: &'a Connector) -> Self {
        Self {
            connector,
            base: base_setting(connector),
            parts: vec![connector.name.to_string()],
        }
    }

    fn add(&mut self, cx: &Lookup<'_>, value: Option<&Value>) {
        let is_base = self.base == Some(cx.name);
        let default = || match cx.setting.default.map(|id| self.connector.exprs.get(id)) {
            Some(Expr::Const(value)) => Some(value.clone()),
            _ => None,
        };
        let value = value.cloned().or_else(default);
        match value {
            Some(Value::Secret(_)) => self.parts.push(format!("{}={}", cx.name, cx.secret_name())),
            Some(value) if is_base || cx.setting.identity => {
                self.parts.push(format!("{}={}", cx.name, plain(&value)));
            }
            _ => {}
        }
    }

    fn text(self, unset: Unset) -> Name {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn a_name_is_a_variable_then_a_file_then_a_credential() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("token"), "из файла\n").unwrap();
        std::fs::write(dir.path().join("C"), "credential").unwrap();
        let file = dir.path().join("token");
        let mut environment = Environment::of([
            ("A", "value"),
            ("A_FILE", "/nowhere"),
            ("B_FILE", file.to_str().unwrap()),
            ("EMPTY", ""),
        ]);
        environment.credentials = Some(dir.path().to_owned());
        assert_eq!(environment.text("A").unwrap().unwrap(), "value");
        assert_eq!(environment.text("B").unwrap().unwrap(), "из файла");
        assert_eq!(environment.text("C").unwrap().unwrap(), "credential");
        assert_eq!(environment.text("D").unwrap(), None);
        assert_eq!(environment.text("EMPTY").unwrap(), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_problem_not_a_missing_name() {
        let environment = Environment::of([("A_FILE", "/nowhere/at/all")]);
        assert!(
            environment
                .text("A")
                .unwrap_err()
                .contains("/nowhere/at/all")
        );
    }

    #[test]
    fn a_problem_names_what_to_set() {
        let problem = Problem {
            bundle: "pizza".into(),
            account: "loyalty".into(),
            connector: "plazius".into(),
            setting: "password".into(),
            caption: Some("Пароль".into()),
            variable: Some("PLAZIUS_PASSWORD".into()),
            reason: "needs `password`".into(),
        };
        assert_eq!(
            problem.to_string(),
            "pizza: loyalty (plazius) needs `password` (Пароль); set PLAZIUS_PASSWORD, or PLAZIUS_PASSWORD_FILE to a file that holds it"
        );
    }

    const NOTE: &str = r#"on retailcrm.order when customer != null do retailcrm.createCustomerNote(
  customer: { id: customer.id }, site: site, text: "Заказ {number}")
"#;

    fn resolve_in(
        text: &str,
        variables: &[(&str, &str)],
        unset: Unset,
    ) -> Result<Vec<ResolvedAccount>, Vec<Problem>> {
        let ready = crate::bundle::tests::ready(text);
        resolve(
            &ready.program,
            &Environment::of(variables.iter().copied()),
            unset,
        )
    }

    #[test]
    fn everything_that_is_missing_is_said_at_once_and_no_value_is() {
        let problems =
            resolve_in(NOTE, &[("RETAILCRM_APIKEY", "key-1")], Unset::Missing).unwrap_err();
        let variables: Vec<_> = problems
            .iter()
            .flat_map(|problem| &problem.variable)
            .collect();
        assert_eq!(variables, ["RETAILCRM_URL", "RETAILCRM_HOOKSECRET"]);
        assert!(
            problems
                .iter()
                .all(|problem| !problem.to_string().contains("key-1"))
        );
    }

    #[test]
    fn the_identity_has_names_of_secrets_and_no_values() {
        let variables = [
            ("RETAILCRM_URL", "https://shop.example/"),
            ("RETAILCRM_APIKEY", "key-1"),
            ("RETAILCRM_HOOKSECRET", "hook-1"),
            ("RETAILCRM_PRIVATENETWORK", "true"),
        ];
        let accounts = resolve_in(NOTE, &variables, Unset::Missing).unwrap();
        assert_eq!(
            &*accounts[0].identity,
            "retailcrm url=https://shop.example apiKey=RETAILCRM_APIKEY hookSecret=RETAILCRM_HOOKSECRET"
        );
        assert!(allows_private(&accounts[0]));
    }

    #[test]
    fn a_url_or_a_flag_that_is_none_is_a_problem() {
        let variables = [
            ("RETAILCRM_URL", "shop.example"),
            ("RETAILCRM_APIKEY", "key-1"),
            ("RETAILCRM_HOOKSECRET", "hook-1"),
            ("RETAILCRM_PRIVATENETWORK", "yes"),
        ];
        let problems = resolve_in(NOTE, &variables, Unset::Missing).unwrap_err();
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said[0].contains("RETAILCRM_URL is not a URL"), "{said:?}");
        assert!(said[1].contains("`true` or `false`"), "{said:?}");
    }

    #[test]
    fn the_sandbox_needs_nothing() {
        let accounts = resolve_in(NOTE, &[], Unset::Sandbox).unwrap();
        assert!(accounts[0].identity.starts_with("sandbox "));
        let key = accounts[0]
            .settings
            .iter()
            .find(|(name, _)| &**name == "apiKey");
        assert!(
            matches!(key, Some((_, Value::Secret(secret))) if secret.expose() == "sandbox:RETAILCRM_APIKEY")
        );
    }

    #[test]
    fn a_secret_inside_a_rule_has_its_value_or_is_missing() {
        let text = r#"every 5m do http.request(method: "GET", url: "https://a.example", headers: { Authorization: secret "T" })
"#;
        let ready = crate::bundle::tests::ready(text);
        let missing =
            resolve_rules(&ready.program, &Environment::of([]), Unset::Missing).unwrap_err();
        assert_eq!(
            missing[0].to_string(),
            "shop: `T` is needed by its rules; set T, or T_FILE to a file that holds it"
        );
        let program = resolve_rules(
            &ready.program,
            &Environment::of([("T", "token-1")]),
            Unset::Missing,
        )
        .unwrap();
        let found = program.exprs.nodes.iter().any(
            |expr| matches!(expr, Expr::Const(Value::Secret(secret)) if secret.expose() == "token-1"),
        );
        assert!(found);
        assert!(!format!("{:?}", program.exprs).contains("token-1"));
    }
}

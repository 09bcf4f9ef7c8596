//! Settings of accounts: `env "X"` and `secret "X"` become values, and everything that is missing is said at once.
//!
//! A name is looked for in the environment variable `X`, in the file that `X_FILE` names, and in `X` in the folder
//! `$CREDENTIALS_DIRECTORY`. An account that is not declared takes each setting from `CONNECTOR_SETTING`.
//! A message names settings and variables, never values.

mod environment;
mod identity;
mod lookup;
mod rules;
#[cfg(test)]
mod tests;

use std::fmt;

use ondo_compiler::catalog::{CERTIFICATE, Connector, Fingerprint};
use ondo_compiler::ir::{Program, Trigger};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;

use crate::client::Access;
use crate::engine::ResolvedAccount;
use identity::Identity;
use lookup::Lookup;

pub use environment::Environment;
pub use rules::resolve_rules;

/// The setting of every account that lets it call private addresses.
const PRIVATE_NETWORK: &str = "privateNetwork";

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
    for (index, account) in program.accounts.iter().enumerate() {
        let Some(connector) = program.catalog.connectors.get(&account.connector) else {
            continue;
        };
        let unused = if is_listened_to(program, index) {
            None
        } else {
            connector
                .hook
                .as_ref()
                .and_then(|hook| hook.path_secret.as_ref())
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
                unused: unused == Some(name),
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
        let account = ResolvedAccount {
            name: account.name.clone(),
            connector: account.connector.clone(),
            identity: identity.text(unset),
            settings,
        };
        problems.extend(certificate_without_tls(program, connector, &account));
        accounts.push(account);
    }
    if problems.is_empty() {
        Ok(accounts)
    } else {
        Err(problems)
    }
}

/// Whether a rule waits for events of the account; else nobody sends any, and no secret must end its address.
fn is_listened_to(program: &Program, account: usize) -> bool {
    program.rules.iter().any(
        |rule| matches!(&rule.trigger, Trigger::Event { account: of, .. } if of.0 as usize == account),
    )
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

/// The account with the bundle's zone where it names none. Who plays the vendor reads dates in the zone in which they were
/// written.
pub fn in_zone_of(account: &ResolvedAccount, program: &Program) -> ResolvedAccount {
    let mut account = account.clone();
    if !account
        .settings
        .iter()
        .any(|(name, _)| &**name == "timezone")
    {
        let zone = Value::Text(program.timezone.clone());
        account.settings.push(("timezone".into(), zone));
    }
    account
}

/// Whom the account may call: also private addresses, because its system stands in one's own network; only the host that
/// shows the certificate that it names.
pub fn access(account: &ResolvedAccount) -> Access {
    let setting = |wanted: &str| {
        let mut settings = account.settings.iter();
        settings
            .find(|(name, _)| **name == *wanted)
            .map(|(_, value)| value)
    };
    Access {
        private: setting(PRIVATE_NETWORK) == Some(&Value::Bool(true)),
        certificate: match setting(CERTIFICATE) {
            Some(Value::Text(text)) => Fingerprint::parse(text),
            _ => None,
        },
    }
}

/// A certificate of a host that is called without TLS would never be looked at.
fn certificate_without_tls(
    program: &Program,
    connector: &Connector,
    account: &ResolvedAccount,
) -> Option<Problem> {
    access(account).certificate?;
    let base = base_setting(connector)?;
    let is_plain = |value: &Value| matches!(value, Value::Text(url) if url.starts_with("http://"));
    let mut settings = account.settings.iter();
    settings.find(|(name, value)| name == base && is_plain(value))?;
    Some(Problem {
        bundle: program.bundle.to_string(),
        account: account.name.to_string(),
        connector: account.connector.to_string(),
        setting: CERTIFICATE.to_owned(),
        caption: None,
        variable: None,
        reason: format!("`{CERTIFICATE}` wants `{base}` to begin with https://"),
    })
}

/// Puts another base URL in place: that of the sandbox. Requests with a whole URL of their own go there too.
pub fn set_base_url(account: &mut ResolvedAccount, connector: &Connector, url: &str) {
    let sandbox: Name = ondo_compiler::wire::SANDBOX_BASE.into();
    account.settings.retain(|(known, _)| *known != sandbox);
    account.settings.push((sandbox, Value::text(url)));
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

//! Which address belongs to which account, and which webhooks have an address of their own.

use std::collections::HashMap;
use std::sync::Arc;

use ondo_compiler::catalog::Connector;
use ondo_compiler::ir::{Account, Program, Trigger};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use subtle::ConstantTimeEq;

use crate::engine::ResolvedAccount;

/// A hook that can be called.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The bundle.
    pub bundle: String,
    /// For the connector, the zone and the currency.
    pub program: Arc<Program>,
    /// Whose.
    pub account: ResolvedAccount,
    /// The address without its secret: `/hooks/pizza/crm`.
    pub address: String,
    /// Events that may come here; none: all of the connector.
    pub events: Option<Vec<Name>>,
    /// `path` of a webhook.
    pub args: Vec<(String, String)>,
}

/// All hooks of the active versions.
#[derive(Debug, Clone, Default)]
pub struct Hooks {
    by_bundle: HashMap<String, OfBundle>,
}

#[derive(Debug, Clone, Default)]
struct OfBundle {
    /// By the rest of the path: `site/leads`.
    paths: HashMap<String, Arc<Hook>>,
    /// By the account's segment.
    accounts: HashMap<String, Arc<Hook>>,
}

/// An address as people are told it, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The bundle.
    pub bundle: String,
    /// The account.
    pub account: String,
    /// The connector.
    pub connector: String,
    /// `/hooks/pizza/crm`
    pub path: String,
    /// The setting whose value must be put behind it.
    pub path_secret: Option<String>,
    /// Methods and events that rules listen to.
    pub events: Vec<String>,
}

impl Hooks {
    /// Adds the hooks of a bundle, in place of those it had. `accounts` by `AccountId`.
    pub fn set(&mut self, program: &Arc<Program>, accounts: &[ResolvedAccount]) {
        let bundle = program.bundle.to_string();
        let mut hooks = OfBundle::default();
        for address in addresses(program) {
            let Some(account) = accounts.iter().find(|account| {
                *account.name == *address.account && *account.connector == *address.connector
            }) else {
                continue;
            };
            let rest = address.path[format!("/hooks/{bundle}/").len()..].to_owned();
            let at_path = address.at_path(program);
            let hook = Arc::new(Hook {
                bundle: bundle.clone(),
                program: Arc::clone(program),
                account: account.clone(),
                address: address.path,
                events: at_path.is_some().then(|| {
                    address
                        .events
                        .iter()
                        .map(|name| Name::from(&**name))
                        .collect()
                }),
                args: at_path
                    .map(|path| vec![("path".to_owned(), path)])
                    .unwrap_or_default(),
            });
            let kind = if hook.events.is_some() {
                &mut hooks.paths
            } else {
                &mut hooks.accounts
            };
            kind.insert(rest, hook);
        }
        self.by_bundle.insert(bundle, hooks);
    }

    /// Takes a bundle's hooks away.
    pub fn remove(&mut self, bundle: &str) {
        self.by_bundle.remove(bundle);
    }

    /// The hook at this path of a request. A secret that is missing or wrong is a path that does not exist.
    pub fn find(&self, path: &str) -> Option<(Arc<Hook>, Option<String>)> {
        let (bundle, rest) = path.strip_prefix("/hooks/")?.split_once('/')?;
        let hooks = self.by_bundle.get(&percent_decoded(bundle)?)?;
        if let Some(hook) = hooks.paths.get(&percent_decoded(rest)?) {
            return Some((Arc::clone(hook), None));
        }
        let (account, given) = match rest.split_once('/') {
            Some((account, secret)) => (account, Some(percent_decoded(secret)?)),
            None => (rest, None),
        };
        let hook = hooks.accounts.get(&percent_decoded(account)?)?;
        let secret = match path_secret_of(hook) {
            Some(setting) => {
                let wanted = secret_of(hook, &setting)?;
                equal(&wanted, &given?).then_some(Some(wanted))?
            }
            None if given.is_none() => None,
            None => return None,
        };
        Some((Arc::clone(hook), secret))
    }
}

/// The setting whose value ends the address.
fn path_secret_of(hook: &Hook) -> Option<Name> {
    let connectors = &hook.program.catalog.connectors;
    setting_of_path(connectors.get(&hook.account.connector)?)
}

/// Its value. An account without it has no address.
fn secret_of(hook: &Hook, setting: &Name) -> Option<String> {
    let settings = &hook.account.settings;
    let (_, value) = settings.iter().find(|(name, _)| name == setting)?;
    match value {
        Value::Secret(secret) => Some(secret.expose().to_owned()),
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

fn equal(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn setting_of_path(connector: &Connector) -> Option<Name> {
    connector.hook.as_ref()?.path_secret.clone()
}

/// Every address of a bundle, in the order of its accounts and rules.
pub fn addresses(program: &Program) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    for account in &program.accounts {
        let Some(connector) = program.catalog.connectors.get(&account.connector) else {
            continue;
        };
        let plain = |event: &ondo_compiler::catalog::Event| event.params.is_empty();
        if !connector
            .events
            .values()
            .any(|event| plain(event) && !event.accepts.is_empty())
        {
            continue;
        }
        let mut address = address_of(program, account, segment_of(account));
        address.path_secret = setting_of_path(connector).map(|name| name.to_string());
        found.push(address);
    }
    for rule in &program.rules {
        let Trigger::Event {
            account,
            event,
            args,
            ..
        } = &rule.trigger
        else {
            continue;
        };
        let account = &program.accounts[account.0 as usize];
        let path = args.iter().find(|(name, _)| &**name == "path");
        let address = match path {
            Some((_, Value::Text(path))) => {
                let mut wanted = address_of(program, account, path.trim_matches('/'));
                let same = |known: &&mut Address| {
                    known.path == wanted.path && known.account == wanted.account
                };
                match found.iter_mut().find(same) {
                    Some(known) => known,
                    None => {
                        wanted.path_secret = None;
                        found.push(wanted);
                        let last = found.len() - 1;
                        &mut found[last]
                    }
                }
            }
            _ => {
                let own = address_of(program, account, segment_of(account)).path;
                match found.iter_mut().find(|known| known.path == own) {
                    Some(known) => known,
                    None => continue,
                }
            }
        };
        if !address.events.iter().any(|known| **known == **event) {
            address.events.push(event.to_string());
        }
    }
    // Nobody is asked to send what no rule waits for.
    found.retain(|address| !address.events.is_empty());
    found
}

impl Address {
    /// `path` as the rule has it, for a webhook with a path of its own.
    fn at_path(&self, program: &Program) -> Option<String> {
        program.rules.iter().find_map(|rule| {
            let Trigger::Event { account, args, .. } = &rule.trigger else {
                return None;
            };
            let account = &program.accounts[account.0 as usize];
            let (_, Value::Text(path)) = args.iter().find(|(name, _)| &**name == "path")? else {
                return None;
            };
            let own = address_of(program, account, path.trim_matches('/'));
            (own.path == self.path && own.account == self.account).then(|| path.to_string())
        })
    }
}

fn address_of(program: &Program, account: &Account, segment: &str) -> Address {
    Address {
        bundle: program.bundle.to_string(),
        account: account.name.to_string(),
        connector: account.connector.to_string(),
        path: format!("/hooks/{}/{segment}", program.bundle),
        path_secret: None,
        events: Vec::new(),
    }
}

/// An account that is not declared goes by its connector's name, which is what the rules call it.
fn segment_of(account: &Account) -> &str {
    if account.declared {
        &account.name
    } else {
        &account.connector
    }
}

/// `%D0%B0` to `а`. None if that is no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let hex = |at: usize| tail.get(at).and_then(|digit| (*digit as char).to_digit(16));
        match (byte, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

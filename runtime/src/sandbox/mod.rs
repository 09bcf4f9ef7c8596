//! The sandbox: a real HTTP server on a loopback address that plays each vendor from its connector definition.

use std::sync::Arc;

use ondo_compiler::catalog::Catalog;
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;

use crate::engine::ResolvedAccount;

/// What the sandbox shall answer once, instead of the definition's first applied answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// This outcome of the action with this value; what it does not say is filled in by type.
    Outcome(Name, Option<Value>),
    /// This status with this body.
    Status(u16, Vec<u8>),
    /// Nothing happens and nothing is answered.
    Timeout,
    /// Nothing happens and the connection is reset.
    Reset,
    /// It happens, and nothing is answered.
    AppliedThenTimeout,
    /// 429 with `Retry-After`, in seconds.
    RateLimited(u64),
}

/// A request that the sandbox got.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Identity of the account.
    pub identity: Name,
    /// The account's name.
    pub account: Name,
    /// The connector.
    pub connector: Name,
    /// The action; `None` for the token exchange and for what no action describes.
    pub action: Option<Name>,
    /// Upper case.
    pub method: String,
    /// With the query, secrets masked.
    pub path: String,
    /// The raw bytes; empty when it holds a secret.
    pub body: Vec<u8>,
    /// The arguments as read from the request.
    pub args: Vec<(Name, Value)>,
    /// What is wrong with it. Empty: a valid request.
    pub problems: Vec<String>,
    /// It happened at the vendor.
    pub applied: bool,
    /// The status it was answered; `None`: nothing was answered.
    pub status: Option<u16>,
}

/// A running sandbox. Dropping it stops the servers.
#[derive(Debug)]
pub struct Sandbox {
    addresses: Vec<(Name, String)>,
}

impl Sandbox {
    /// Starts a server for each identity of the accounts.
    pub async fn start(
        _catalog: Arc<Catalog>,
        _accounts: Vec<ResolvedAccount>,
    ) -> std::io::Result<Self> {
        Err(std::io::Error::other("the sandbox cannot start yet"))
    }

    /// The base URL that stands for the vendor of this account: `http://127.0.0.1:PORT`.
    pub fn base_url(&self, identity: &str) -> Option<&str> {
        self.addresses
            .iter()
            .find(|(known, _)| &**known == identity)
            .map(|(_, url)| url.as_str())
    }

    /// Adds a reply for the next call of an action; consumed in order. `account`: its name, or the connector's.
    pub fn plan(&self, _account: &str, _action: &str, _reply: Reply) {}

    /// Everything it was sent, in order.
    pub fn sent(&self) -> Vec<Sent> {
        Vec::new()
    }

    /// How often an action was applied. `account`: its name, or the connector's.
    pub fn applied(&self, _account: &str, _action: &str) -> usize {
        0
    }
}

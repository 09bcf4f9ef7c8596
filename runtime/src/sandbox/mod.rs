//! The sandbox: a real HTTP server on a loopback address that plays each vendor from its connector definition.
//!
//! It reads requests by the same patterns by which the client writes them, strictly, and answers as the vendor would: a
//! token to the token exchange, the vendor's refusal with what is wrong to a wrong request, else what the definition says
//! in `sandbox { … }`, else the action's first `applied` answer, from the action's example and what was sent. It keeps the
//! connector's limits. It can be told to fail: [`Reply`] says how, once per call, [`Fault`] for as long as it stands, from
//! this process ([`Sandbox::plan`], [`Sandbox::go_wrong`]) or from another one (docs/connectors/sandbox.md):
//!
//! ```text
//! POST /_sandbox/plan    { "account": "loyalty", "action": "addBonus", "reply": "applied then timeout" }
//! POST /_sandbox/faults  { "fault": "loyalty.addBonus: applied then timeout every 3" }
//! GET  /_sandbox/sent
//! ```
//!
//! An action that is a job is answered as accepted where its result is planned; who asks for it gets the result.
//!
//! What a definition says in `sandbox { … }` about the vendor's state is carried out when a call is applied, also when
//! nobody hears of it: a read-back finds what a timeout hid.

mod answers;
mod bodies;
#[cfg(test)]
mod built_in;
mod control;
mod examples;
mod faults;
mod in_process;
mod jobs;
mod limits;
mod play;
mod rows;
mod server;
#[cfg(test)]
mod tests;
mod vendor;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ondo_compiler::catalog::Catalog;
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::engine::ResolvedAccount;

pub use faults::Fault;
pub use in_process::{ADDRESS, InProcess};

/// Requests that are remembered; older ones are forgotten.
const SENT_MAX: usize = 10_000;

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
    /// It happens, and the connection is reset.
    AppliedThenReset,
    /// As the definition says, like a call without a plan.
    Applied,
    /// The connection cannot be made. Only where no connection is: see [`InProcess`].
    NotSent,
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
    /// When, by the clock of whoever sent it.
    pub at: jiff::Timestamp,
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

/// A running sandbox. Dropping it stops the servers and breaks off what they have not answered.
#[derive(Debug)]
pub struct Sandbox {
    /// Identity and base URL of each account.
    addresses: Vec<(Name, String)>,
    state: Arc<State>,
    servers: Vec<AbortHandle>,
}

impl Sandbox {
    /// Starts a server for each identity of the accounts. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When no port of the loopback address can be had.
    pub async fn start(
        catalog: Arc<Catalog>,
        accounts: Vec<ResolvedAccount>,
    ) -> std::io::Result<Self> {
        let state = Arc::new(State {
            catalog,
            accounts: accounts.clone(),
            memory: Mutex::default(),
        });
        let mut sandbox = Self {
            addresses: Vec::new(),
            state,
            servers: Vec::new(),
        };
        for account in accounts {
            if sandbox.base_url(&account.identity).is_some() {
                continue;
            }
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let url = format!("http://{}", listener.local_addr()?);
            sandbox.addresses.push((account.identity.clone(), url));
            let serving = server::serve(listener, Arc::clone(&sandbox.state), Arc::new(account));
            sandbox.servers.push(tokio::spawn(serving).abort_handle());
        }
        Ok(sandbox)
    }

    /// The base URL that stands for the vendor of this account: `http://127.0.0.1:PORT`. Put it into the account's
    /// settings as [`ondo_compiler::wire::SANDBOX_BASE`].
    pub fn base_url(&self, identity: &str) -> Option<&str> {
        self.addresses
            .iter()
            .find(|(known, _)| &**known == identity)
            .map(|(_, url)| url.as_str())
    }

    /// Whether a URL leads to one of its servers.
    pub(crate) fn is_at(&self, url: &str) -> bool {
        self.addresses.iter().any(|(_, base)| {
            let rest = url.strip_prefix(base.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        })
    }

    /// Adds a reply for the next call of an action; consumed in order. `account`: its name, or the connector's. What is
    /// planned for the account goes before what is planned for the connector.
    pub fn plan(&self, account: &str, action: &str, reply: Reply) {
        self.state.plan(account, action, reply);
    }

    /// Lets something go wrong from now on. `seed`: by which shares are drawn.
    ///
    /// # Errors
    /// When there are too many.
    pub fn go_wrong(&self, faults: &[Fault], seed: u64) -> Result<(), String> {
        let mut memory = self.state.memory();
        memory.faults.set_seed(seed);
        faults
            .iter()
            .try_for_each(|fault| memory.faults.add(fault.clone()))
    }

    /// Whether a fault is about one of its accounts.
    pub fn is_about(&self, fault: &Fault) -> bool {
        let (account, action) = fault.target();
        self.state.target(account, action).is_ok()
    }

    /// Whether calls that come faster than the connector's `limit` are refused. They are unless this says otherwise, and
    /// are counted in any case.
    pub fn keep_limits(&self, enforced: bool) {
        self.state.memory().meters.enforced = enforced;
    }

    /// Everything it was sent, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.state.memory().sent.iter().cloned().collect()
    }

    /// How often an action was applied. `account`: its name, or the connector's.
    pub fn applied(&self, account: &str, action: &str) -> usize {
        let memory = self.state.memory();
        let of_action = memory.sent.iter().filter(|sent| {
            let is_of = &*sent.account == account || &*sent.connector == account;
            is_of && sent.applied && sent.action.as_deref() == Some(action)
        });
        of_action.count()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

/// What the servers share.
#[derive(Debug)]
struct State {
    catalog: Arc<Catalog>,
    /// Also those that share an identity.
    accounts: Vec<ResolvedAccount>,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    sent: VecDeque<Sent>,
    /// By account (or connector) and action.
    plans: HashMap<(String, String), VecDeque<Reply>>,
    rows: rows::Rows,
    jobs: Vec<jobs::Job>,
    meters: limits::Meters,
    faults: faults::Faults,
}

impl State {
    /// A panic of another task leaves the memory as good as it was: every change is one push or pop.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan(&self, account: &str, action: &str, reply: Reply) {
        let key = (account.to_owned(), action.to_owned());
        self.memory().plans.entry(key).or_default().push_back(reply);
    }

    /// The next planned reply of an action.
    fn next(&self, account: &ResolvedAccount, action: &str) -> Option<Reply> {
        let mut memory = self.memory();
        if memory.plans.is_empty() {
            return None;
        }
        self.names(account).into_iter().find_map(|name| {
            let key = (name.to_owned(), action.to_owned());
            memory.plans.get_mut(&key)?.pop_front()
        })
    }

    /// What goes wrong with a call.
    fn strike(&self, account: &ResolvedAccount, action: &str) -> faults::Struck {
        let mut memory = self.memory();
        if memory.faults.all().is_empty() {
            return faults::Struck::default();
        }
        memory.faults.strike(&self.names(account), action)
    }

    /// The names of all accounts of this identity, then the connector's.
    fn names<'a>(&'a self, account: &'a ResolvedAccount) -> Vec<&'a str> {
        let same = self.accounts.iter();
        let same = same.filter(|known| known.identity == account.identity);
        let mut names: Vec<&str> = same.map(|known| &*known.name).collect();
        names.push(&account.connector);
        names
    }

    /// The account with this name, else the first of this connector; it has this action.
    fn target(
        &self,
        account: Option<&str>,
        action: Option<&str>,
    ) -> Result<&ResolvedAccount, String> {
        let by_name = |name: &str| {
            let mut named = self.accounts.iter();
            named
                .find(|known| &*known.name == name)
                .or_else(|| self.accounts.iter().find(|known| &*known.connector == name))
        };
        let found = match account {
            None => self.accounts.first(),
            Some(name) => by_name(name),
        };
        let found = found.ok_or_else(|| {
            let known: Vec<&str> = self.accounts.iter().map(|known| &*known.name).collect();
            let account = account.unwrap_or_default();
            format!(
                "no account `{account}` is played here: {}",
                known.join(", ")
            )
        })?;
        let connector = self.catalog.connectors.get(&found.connector);
        match (account, action) {
            (Some(_), Some(action))
                if !connector.is_some_and(|known| known.actions.contains_key(action)) =>
            {
                Err(format!("{} has no action `{action}`", found.connector))
            }
            _ => Ok(found),
        }
    }

    fn remember(&self, sent: Sent) {
        let mut memory = self.memory();
        if memory.sent.len() == SENT_MAX {
            memory.sent.pop_front();
        }
        memory.sent.push_back(sent);
    }
}

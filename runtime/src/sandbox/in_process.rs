//! The sandbox without connections: what a vendor would answer, at a moment that the caller names. For tests of bundles,
//! whose clock is not the machine's.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use ondo_compiler::catalog::Catalog;
use ondo_compiler::wire::{Delivery, HeaderText, HttpAnswer, HttpRequest, Observed};

use super::play::{Played, play};
use super::{Reply, Sent, State};
use crate::engine::ResolvedAccount;

/// The address that stands for every vendor. Put it into the accounts' settings with `settings::set_base_url`.
pub const ADDRESS: &str = "https://sandbox.invalid";

/// Every vendor of a bundle, played in this process.
#[derive(Debug)]
pub struct InProcess {
    accounts: Vec<ResolvedAccount>,
    state: State,
}

impl InProcess {
    /// Vendors that know nothing yet. `accounts`: as they are before their addresses are replaced.
    pub fn new(catalog: Arc<Catalog>, accounts: Vec<ResolvedAccount>) -> Self {
        let state = State {
            catalog,
            accounts: accounts.clone(),
            memory: Mutex::default(),
        };
        Self { accounts, state }
    }

    /// Adds a reply for the next call of an action; consumed in order.
    pub fn plan(&self, account: &str, action: &str, reply: Reply) {
        self.state.plan(account, action, reply);
    }

    /// Everything they were sent, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.state.memory().sent.iter().cloned().collect()
    }

    /// Puts a row in place at a moment.
    #[cfg(test)]
    pub(super) fn keep(
        &self,
        now: Timestamp,
        place: super::rows::Place,
        row: ondo_compiler::value::Object,
    ) {
        let change = super::rows::Change::Keep(place, row);
        let _ = self.state.memory().rows.change(now, change);
    }

    /// What is seen of a request; none: nothing is ever answered.
    pub fn answer(
        &self,
        now: Timestamp,
        identity: &str,
        request: &HttpRequest,
    ) -> Option<Observed> {
        let account = self
            .accounts
            .iter()
            .find(|account| *account.identity == *identity);
        let behind = request.url.expose().strip_prefix(ADDRESS);
        let (Some(account), Some(behind)) = (account, behind) else {
            let reason = "the request does not go to the sandbox".to_owned();
            return Some(Observed::NotSent { reason });
        };
        let (path, query) = behind.split_once('?').unwrap_or((behind, ""));
        let headers = request.headers.iter().map(|(name, value)| {
            let value = match value {
                HeaderText::Plain(text) => text.clone(),
                HeaderText::Secret(secret) => secret.expose().to_owned(),
            };
            (name.to_ascii_lowercase(), value)
        });
        let delivery = Delivery {
            method: request.method.to_string(),
            query: query.to_owned(),
            headers: headers.collect(),
            body: request.body.clone(),
        };
        let (played, _) = play(&self.state, now, account, path, &delivery);
        let complete = !matches!(played, Played::Half { .. });
        match played {
            Played::Answer {
                status,
                headers,
                body,
            }
            | Played::Half {
                status,
                headers,
                body,
            }
            | Played::Slow {
                status,
                headers,
                body,
                ..
            } => Some(Observed::Answer(HttpAnswer {
                status,
                headers: headers
                    .into_iter()
                    .map(|(name, value)| (name.to_ascii_lowercase(), value))
                    .collect(),
                body,
                complete,
            })),
            Played::Silence => None,
            Played::Reset => Some(Observed::NoAnswer {
                reason: "reset".to_owned(),
            }),
            Played::Refused => Some(Observed::NotSent {
                reason: "the connection was refused".to_owned(),
            }),
        }
    }
}

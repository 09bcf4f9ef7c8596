//! The HTTP client: one attempt, honestly observed.

use ondo_compiler::wire::{HttpRequest, Observed};

/// Sends requests. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    agent: String,
}

impl Client {
    /// A client that names itself `ondo/VERSION`.
    pub fn new() -> Result<Self, String> {
        Ok(Self {
            agent: concat!("ondo/", env!("CARGO_PKG_VERSION")).to_owned(),
        })
    }

    /// Makes one attempt. `fresh`: on a connection of its own. `allow_private`: the account may call private addresses
    /// (it is self-hosted, or the sandbox).
    pub async fn send(
        &self,
        _request: &HttpRequest,
        _timeout: std::time::Duration,
        _fresh: bool,
        _allow_private: bool,
    ) -> Observed {
        Observed::NotSent {
            reason: format!("{} cannot send yet", self.agent),
        }
    }
}

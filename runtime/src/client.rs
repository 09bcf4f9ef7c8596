//! The HTTP client: one attempt, honestly observed.
//!
//! What matters is what is known afterwards. A connection that could not be made is certain (nothing was sent); anything
//! else without a complete head of an answer is not. So nothing happens behind our back: no redirects, no proxies, no
//! repetitions, and unsafe calls have a connection of their own, because a pooled one can have died unseen.

mod certificate;
mod egress;
pub(crate) mod probe;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::error::Error;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ondo_compiler::catalog::Fingerprint;
use ondo_compiler::wire::{HeaderText, HttpAnswer, HttpRequest, Observed};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Url, redirect, retry};

pub use egress::PRIVATE_ADDRESS;

use crate::failpoints::{self, Point};

/// Longest time for the connection alone (name, TCP, TLS), apart from the deadline of the call.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How much of a body is kept. More is cut off, and the answer counts as incomplete.
pub const BODY_LENGTH_MAX: usize = 1024 * 1024;

/// For so many accounts with a certificate of their own connections are kept; with one more all of these are let go.
const PINNED_MAX: usize = 64;

/// Whom an account may call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Access {
    /// Private addresses too: the system is self-hosted, or the sandbox.
    pub private: bool,
    /// The only certificate that the host may show. None: one that this machine trusts.
    pub certificate: Option<Fingerprint>,
}

impl Access {
    /// Every host of the internet that this machine trusts.
    pub const PUBLIC: Self = Self {
        private: false,
        certificate: None,
    };
    /// The same, and private addresses.
    pub const PRIVATE: Self = Self {
        private: true,
        certificate: None,
    };
}

/// Sends requests. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    public: Pools,
    private: Pools,
    /// Accounts with a certificate of their own share no connection with others: a connection is only checked when it is
    /// made. They are few, and made when they are needed.
    pinned: Arc<Mutex<HashMap<Access, Pools>>>,
}

/// The same rules with and without connections that are kept.
#[derive(Debug, Clone)]
struct Pools {
    kept: reqwest::Client,
    fresh: reqwest::Client,
}

impl Client {
    /// A client that names itself `ondo/VERSION`.
    ///
    /// # Errors
    /// The TLS library's reason why it cannot start.
    pub fn new() -> Result<Self, String> {
        Ok(Self {
            public: Pools::new(Access::PUBLIC)?,
            private: Pools::new(Access::PRIVATE)?,
            pinned: Arc::default(),
        })
    }

    /// Makes one attempt. `timeout`: from now to the last byte of the answer; over five seconds, so that a connection that
    /// cannot be made is seen as such. `fresh`: on a connection of its own. `access`: whom the account may call. Dropping the
    /// future breaks the call off.
    pub async fn send(
        &self,
        request: &HttpRequest,
        timeout: Duration,
        fresh: bool,
        access: Access,
    ) -> Observed {
        let pools = match self.pools(access) {
            Ok(pools) => pools,
            Err(reason) => return not_sent(reason),
        };
        let client = if fresh { &pools.fresh } else { &pools.kept };
        let written = match write(client, request, timeout, access) {
            Ok(written) => written,
            Err(reason) => return not_sent(reason),
        };
        match client.execute(failpoints::watch(written)).await {
            Ok(response) => Observed::Answer(read(response).await),
            // The only case in which it is certain that nothing was sent.
            Err(error) if error.is_connect() => not_sent(connect_reason(&error.without_url())),
            Err(error) => Observed::NoAnswer {
                reason: reason(&error).to_owned(),
            },
        }
    }

    fn pools(&self, access: Access) -> Result<Pools, String> {
        match access {
            Access::PUBLIC => return Ok(self.public.clone()),
            Access::PRIVATE => return Ok(self.private.clone()),
            _ => {}
        }
        let mut pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pools) = pinned.get(&access) {
            return Ok(pools.clone());
        }
        if pinned.len() >= PINNED_MAX {
            pinned.clear();
        }
        let pools = Pools::new(access)?;
        pinned.insert(access, pools.clone());
        Ok(pools)
    }
}

impl Pools {
    fn new(access: Access) -> Result<Self, String> {
        Self::with(access, &egress::Names::System)
    }

    fn with(access: Access, names: &egress::Names) -> Result<Self, String> {
        let tls = certificate::tls(access.certificate)?;
        let build = |idle_max: usize| {
            reqwest::Client::builder()
                .user_agent(concat!("ondo/", env!("CARGO_PKG_VERSION")))
                .no_proxy()
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .http1_only()
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_max_idle_per_host(idle_max)
                .pool_idle_timeout(Duration::from_secs(15))
                .dns_resolver(egress::Resolver {
                    allow_private: access.private,
                    names: names.clone(),
                })
                .tls_backend_preconfigured(tls.clone())
                .build()
                .map_err(|error| innermost(&error))
        };
        Ok(Self {
            kept: build(16)?,
            fresh: build(0)?,
        })
    }
}

/// What is wrong with the address itself does not heal, and says nothing about the vendor.
fn not_sent(reason: String) -> Observed {
    match [PRIVATE_ADDRESS, NO_ADDRESS, NO_WEB, LONG_ADDRESS, NO_TLS].contains(&reason.as_str()) {
        true => Observed::NotAllowed { reason },
        false => Observed::NotSent { reason },
    }
}

/// Why a text that is no URL is not called.
const NO_ADDRESS: &str = "the address is no URL";

/// Why `ftp://` or `file://` is not called: a call that fails later would look as if something had gone out.
const NO_WEB: &str = "only addresses that begin with https:// or http:// are called";

/// Why an address of more than 64 KB is not called.
const LONG_ADDRESS: &str = "the address is too long or cannot be sent";

/// Why an account with a certificate of its own makes no call without TLS: there would be nothing to compare.
const NO_TLS: &str =
    "the account names a `certificate`, so only addresses that begin with https:// are called";

fn write(
    client: &reqwest::Client,
    request: &HttpRequest,
    timeout: Duration,
    access: Access,
) -> Result<reqwest::Request, String> {
    let url = Url::parse(request.url.expose()).map_err(|_| NO_ADDRESS.to_owned())?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(NO_WEB.to_owned());
    }
    // A longer one would fail while it is sent, which looks as if something had gone out.
    if http::Uri::try_from(url.as_str()).is_err() {
        return Err(LONG_ADDRESS.to_owned());
    }
    if access.certificate.is_some() && url.scheme() != "https" {
        return Err(NO_TLS.to_owned());
    }
    if !access.private && egress::is_private_literal(&url) {
        return Err(PRIVATE_ADDRESS.to_owned());
    }
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| "the method cannot be sent".to_owned())?;
    let mut builder = client.request(method, url).timeout(timeout);
    for (name, value) in &request.headers {
        let (name, value) = header(name, value)?;
        builder = builder.header(name, value);
    }
    if !request.body.is_empty() {
        builder = builder.body(request.body.clone());
    }
    builder
        .build()
        .map_err(|_| "the request cannot be written".to_owned())
}

fn header(name: &str, value: &HeaderText) -> Result<(HeaderName, HeaderValue), String> {
    let (text, is_secret) = match value {
        HeaderText::Plain(text) => (text.as_str(), false),
        HeaderText::Secret(secret) => (secret.expose(), true),
    };
    let wrong = || format!("the header {name} cannot be sent");
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
    let mut value = HeaderValue::from_str(text).map_err(|_| wrong())?;
    value.set_sensitive(is_secret);
    Ok((name, value))
}

/// The head has come; the body is read to its end or to the cap.
async fn read(mut response: reqwest::Response) -> HttpAnswer {
    let headers = response.headers().iter().map(|(name, value)| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), text)
    });
    let mut answer = HttpAnswer {
        status: response.status().as_u16(),
        headers: headers.collect(),
        body: Vec::new(),
        complete: false,
    };
    failpoints::pass(Point::AfterHeaders);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = BODY_LENGTH_MAX - answer.body.len();
                answer
                    .body
                    .extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    return answer;
                }
            }
            Ok(None) => {
                answer.complete = true;
                failpoints::pass(Point::AfterBody);
                return answer;
            }
            Err(_) => return answer,
        }
    }
}

/// Why there is no answer, in one word.
fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        return "timeout";
    }
    let is_reset = |kind| matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe);
    if sources(error).any(|source| io_kind(source).is_some_and(is_reset)) {
        return "reset";
    }
    "closed"
}

/// Why there is no connection, without URL and secrets.
fn connect_reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no connection within {} s", CONNECT_TIMEOUT.as_secs());
    }
    if sources(error).any(|source| io_kind(source) == Some(ErrorKind::ConnectionRefused)) {
        return "connection refused".to_owned();
    }
    if let Some(refused) = sources(error).find_map(certificate::refused) {
        return refused.to_string();
    }
    innermost(error)
}

fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    error
        .downcast_ref::<std::io::Error>()
        .map(std::io::Error::kind)
}

fn sources<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let first: Option<&'e (dyn Error + 'static)> = Some(error);
    std::iter::successors(first, |error| (*error).source())
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    sources(error)
        .last()
        .map_or_else(String::new, ToString::to_string)
}

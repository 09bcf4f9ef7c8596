//! Which addresses may be called: public ones, unless the account is self-hosted or a sandbox.
//!
//! Addresses come from connectors and settings, but also from data (`http.request`), and a name can point anywhere. So both
//! the address in the URL and what a name resolves to are looked at; connections are made to nothing else. A name is
//! resolved once for a connection, and the connection is made to what was looked at: a name that answers differently the
//! second time gains nothing.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What is said of a private address.
pub const PRIVATE_ADDRESS: &str = "the address is private";

/// Resolves names to addresses that may be called.
#[derive(Debug, Clone)]
pub(super) struct Resolver {
    pub(super) allow_private: bool,
    pub(super) names: Names,
}

/// Who knows what a name means.
#[derive(Debug, Clone)]
pub(super) enum Names {
    /// This machine.
    System,
    /// A test, which may answer differently each time.
    #[cfg(test)]
    Scripted(std::sync::Arc<Script>),
}

/// The addresses of a name, by how often it was asked for before.
#[cfg(test)]
pub(super) struct Script {
    asked: std::sync::atomic::AtomicUsize,
    answers: fn(&str, usize) -> Vec<IpAddr>,
}

#[cfg(test)]
impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Script")
    }
}

impl Names {
    async fn addresses(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((name, 0)).await?.collect()),
            #[cfg(test)]
            Self::Scripted(script) => {
                let before = script
                    .asked
                    .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                let found = (script.answers)(name, before).into_iter();
                Ok(found.map(|ip| SocketAddr::new(ip, 0)).collect())
            }
        }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allow_private, names) = (self.allow_private, self.names.clone());
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            let allowed: Vec<SocketAddr> = found
                .iter()
                .filter(|address| allow_private || !is_private(address.ip()))
                .copied()
                .collect();
            if allowed.is_empty() {
                let reason = if found.is_empty() {
                    "the name has no address"
                } else {
                    PRIVATE_ADDRESS
                };
                return Err(io::Error::other(reason).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// The URL names a private address by its number, or this machine by its name, which not every resolver knows in every
/// spelling. Other spellings of numbers (`0x7f.1`) have become numbers in the URL.
pub(super) fn is_private_literal(url: &Url) -> bool {
    let host = url.host_str().unwrap_or("");
    let number = host.trim_start_matches('[').trim_end_matches(']');
    let name = host.strip_suffix('.').unwrap_or(host);
    number.parse::<IpAddr>().is_ok_and(is_private)
        || name == "localhost"
        || name.ends_with(".localhost")
}

/// Not to be reached over the public internet.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        // Shared by providers, protocol assignments, relays of 6to4, benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
}

/// Of IPv6 only what is given out for the public internet may be called. A list of what is not would have to be complete,
/// and new ranges of a special meaning come up.
fn is_private_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_private_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // An IPv4 address inside: mapped, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] => embedded(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Protocol assignments (Teredo is one) and examples.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => true,
        [0x3fff, second, ..] if second < 0x1000 => true,
        // The range that is given out.
        [first, ..] => first & 0xe000 != 0x2000,
    }
}

#[cfg(test)]
mod tests;

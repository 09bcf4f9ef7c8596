//! How many connections one address may hold: a quarter of all, so that one sender cannot keep the others out.
//!
//! A proxy brings the deliveries of many, so it may hold them all: one on this machine, and those that are named. Who is
//! behind it is the proxy's business: what it says of that in headers is not believed, because anybody can write them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections by address. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Quota {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    max: usize,
    proxies: Vec<IpAddr>,
    /// Addresses that hold at least one connection: there are never more than connections.
    held: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection of an address. It is counted as long as this is kept.
#[derive(Debug)]
pub(super) struct Share {
    inner: Arc<Inner>,
    sender: Option<IpAddr>,
}

impl Quota {
    /// At most `max` connections of each address that is no proxy.
    pub fn new(max: usize, proxies: &[IpAddr]) -> Self {
        Self {
            inner: Arc::new(Inner {
                max,
                proxies: proxies.iter().map(IpAddr::to_canonical).collect(),
                held: Mutex::default(),
            }),
        }
    }

    /// None: this address holds as many as it may.
    pub(super) fn take(&self, address: IpAddr) -> Option<Share> {
        let address = address.to_canonical();
        let inner = Arc::clone(&self.inner);
        if address.is_loopback() || inner.proxies.contains(&address) {
            let sender = None;
            return Some(Share { inner, sender });
        }
        let sender = sender_of(address);
        {
            let mut held = inner.held.lock().unwrap_or_else(PoisonError::into_inner);
            let count = held.entry(sender).or_default();
            if *count >= inner.max {
                return None;
            }
            *count += 1;
        }
        let sender = Some(sender);
        Some(Share { inner, sender })
    }
}

/// Who has one address of IPv6 has the 2^64 beside it as well.
fn sender_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some(sender) = self.sender else {
            return;
        };
        let mut held = self
            .inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = held.entry(sender) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_holds_no_more_than_its_share_and_others_are_let_in() {
        let quota = Quota::new(2, &[]);
        let first = quota.take(ip("192.0.2.1")).unwrap();
        let _second = quota.take(ip("::ffff:192.0.2.1")).unwrap();
        assert!(quota.take(ip("192.0.2.1")).is_none());
        let _other = quota.take(ip("192.0.2.2")).unwrap();
        drop(first);
        assert!(quota.take(ip("192.0.2.1")).is_some());
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_count_as_one() {
        let quota = Quota::new(1, &[]);
        let _first = quota.take(ip("2001:db8:0:1::1")).unwrap();
        assert!(quota.take(ip("2001:db8:0:1:ffff::2")).is_none());
        assert!(quota.take(ip("2001:db8:0:2::1")).is_some());
    }

    #[test]
    fn a_proxy_holds_as_many_as_there_are() {
        let quota = Quota::new(1, &[ip("192.0.2.9")]);
        let shares: Vec<_> = ["192.0.2.9", "192.0.2.9", "127.0.0.1", "127.0.0.1", "::1"]
            .map(|address| quota.take(ip(address)))
            .into_iter()
            .collect();
        assert!(shares.iter().all(Option::is_some));
    }

    #[test]
    fn an_address_that_holds_nothing_is_forgotten() {
        let quota = Quota::new(1, &[]);
        drop(quota.take(ip("192.0.2.1")));
        assert!(quota.inner.held.lock().unwrap().is_empty());
    }
}

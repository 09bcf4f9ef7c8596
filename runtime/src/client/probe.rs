//! A bare connection: whether a vendor can be reached, without sending anything.

use std::time::Duration;

use ondo_compiler::wire::{HttpAnswer, Observed};
use reqwest::Url;
use tokio::net::{TcpStream, lookup_host};

use super::{Access, PRIVATE_ADDRESS, egress, not_sent};

/// Longest time for it.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Makes a connection to the host of the address and lets it go. An answer stands for one that could be made.
pub(crate) async fn connect(url: &str, access: Access) -> Observed {
    match tokio::time::timeout(TIMEOUT, reach(url, access)).await {
        Ok(Ok(())) => Observed::Answer(HttpAnswer {
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
            complete: true,
        }),
        Ok(Err(reason)) => not_sent(reason),
        Err(_) => not_sent(format!("no connection within {} s", TIMEOUT.as_secs())),
    }
}

async fn reach(url: &str, access: Access) -> Result<(), String> {
    let url = Url::parse(url).map_err(|_| super::NO_ADDRESS.to_owned())?;
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(443);
    let found = lookup_host((host, port))
        .await
        .map_err(|error| error.to_string())?;
    let mut why = PRIVATE_ADDRESS.to_owned();
    for address in found {
        if !access.private && egress::is_private(address.ip()) {
            continue;
        }
        match TcpStream::connect(address).await {
            Ok(_) => return Ok(()),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

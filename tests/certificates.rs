//! A server in the restaurant that has signed its certificate itself, over the real binary.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use ondo_compiler::catalog::Fingerprint;
use rcgen::generate_simple_self_signed;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::bundle;
use crate::support::daemon::Daemon;

/// A call of a table is enough of a deed: nobody has to be told.
const WAITER: &str = r#"on carbis.waiter_call poll every 1s do stop "стол {table_repr.name}""#;

const STOPPED: &str = "SELECT count(*) FROM runs WHERE state = 'stopped'";

/// Carbis' server with one call in its queue, over TLS. Where it listens, and the fingerprint of its certificate.
fn carbis() -> (SocketAddr, Fingerprint) {
    let own = generate_simple_self_signed(vec!["carbis.local".to_owned()]).unwrap();
    let certificate = own.cert.der().clone();
    let seen = Fingerprint::of_digest(Sha256::digest(&certificate).into());
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let config = Arc::clone(&config);
            thread::spawn(move || serve(config, stream));
        }
    });
    (address, seen)
}

fn serve(config: Arc<ServerConfig>, stream: TcpStream) {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    let updates = json!([{
        "hash": "h1", "code": "waiter_call", "table": 7, "invoice": null, "order": null,
        "table_repr": { "id": 7, "name": "7", "max_guests": 4 },
    }]);
    let mut received = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        received.extend_from_slice(&buffer[..count]);
        if !received.ends_with(b"\r\n\r\n") {
            continue;
        }
        let is_first = String::from_utf8_lossy(&received).contains("hash=none");
        received.clear();
        let updates = if is_first { updates.clone() } else { json!([]) };
        let body = json!({ "result": true, "data": { "updates": updates } }).to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if stream.write_all((head + &body).as_bytes()).is_err() {
            return;
        }
    }
}

fn env(address: SocketAddr, certificate: Option<&str>) -> Vec<(String, String)> {
    let url = format!("https://{address}");
    let mut variables = vec![
        ("CARBIS_URL", url.as_str()),
        ("CARBIS_TOKEN", "carbis-token-1"),
        ("CARBIS_PRIVATENETWORK", "true"),
    ];
    variables.extend(certificate.map(|text| ("CARBIS_CERTIFICATE", text)));
    variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn what_the_refusal_says_is_what_makes_it_work() {
    let (address, seen) = carbis();
    let dir = tempfile::tempdir().unwrap();
    let (bundles, data) = (
        bundle(dir.path(), "waiter.ondo", WAITER),
        dir.path().join("data"),
    );
    let daemon = Daemon::start(&bundles, &data, &env(address, None));
    // What an operator copies out of the log.
    daemon.wait_for_log("sha256:");
    let log = daemon.log();
    let (_, shown) = log.split_once("sha256:").unwrap();
    let shown = format!("sha256:{}", &shown[..64]);
    assert_eq!(shown, seen.to_string());
    assert!(log.contains("certificate is not trusted"), "{log}");
    assert_eq!(daemon.stop(), Some(0));

    let daemon = Daemon::start(&bundles, &data, &env(address, Some(&shown)));
    daemon.wait_for(STOPPED, 1);
    assert_eq!(daemon.stop(), Some(0));

    // The server has another certificate one day, or it is another server.
    let (address, _) = carbis();
    let daemon = Daemon::start(&bundles, &data, &env(address, Some(&shown)));
    daemon.wait_for_log("the host showed the certificate sha256:");
    daemon.wait_for(STOPPED, 1);
}

#[test]
fn bundles_that_speak_to_one_system_share_what_one_of_them_says() {
    let (address, seen) = carbis();
    let dir = tempfile::tempdir().unwrap();
    let account = |more: &str| {
        format!(
            r#"account hall = carbis {{ url: "https://{address}", token: secret "CARBIS_TOKEN", privateNetwork: true{more} }}
on hall.waiter_call poll every 1s do stop "стол {{table_repr.name}}""#
        )
    };
    bundle(dir.path(), "a.ondo", &account(""));
    bundle(
        dir.path(),
        "b.ondo",
        &account(&format!(", certificate: \"{seen}\"")),
    );
    let bundles = bundle(dir.path(), "c.ondo", &account(""));
    let daemon = Daemon::start(&bundles, &dir.path().join("data"), &env(address, None));
    daemon.wait_for(STOPPED, 3);
    assert!(!daemon.log().contains("WARN"), "{}", daemon.log());
}

#[test]
fn a_certificate_that_is_none_keeps_the_bundle_from_loading() {
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "waiter.ondo", WAITER);
    let address = "127.0.0.1:9".parse().unwrap();
    let started = Daemon::try_start(
        &bundles,
        &dir.path().join("data"),
        &env(address, Some("AB:12")),
    );
    let log = started.err().unwrap();
    assert!(
        log.contains("CARBIS_CERTIFICATE is not the fingerprint of a certificate"),
        "{log}"
    );
}

//! Against servers on the loopback that speak TLS with certificates that nobody but they have signed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ondo_compiler::value::Secret;
use ondo_compiler::wire::{HttpRequest, Observed};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::client::{Access, Client};

/// A certificate that its server has signed itself, for a name that nobody calls and a time that is over.
struct Own {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Own {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["kassa.local".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2015, 1, 1);
        params.not_after = date_time_ymd(2016, 1, 1);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { certificate, key }
    }

    fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.certificate)
    }

    /// What a server needs to show this certificate and to sign with the key of `signer`.
    fn signed_by(&self, signer: &Self) -> Arc<CertifiedKey> {
        let key = PrivateKeyDer::try_from(signer.key.serialize_der()).unwrap();
        let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
        Arc::new(CertifiedKey::new(vec![self.certificate.clone()], key))
    }
}

/// Shows the same certificate to everybody, whether its key is the server's or not.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesServerCert for Shows {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A server that answers 204 to every request and counts them.
struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn start(shown: Arc<CertifiedKey>) -> Self {
        Self::with(shown, &TLS13).await
    }

    async fn with(shown: Arc<CertifiedKey>, version: &'static SupportedProtocolVersion) -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Shows(shown)));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(acceptor.clone(), stream, Arc::clone(&count)));
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, requests: Arc<AtomicUsize>) {
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    let mut received = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        received.extend_from_slice(&buffer[..count]);
        if received.ends_with(b"\r\n\r\n") {
            received.clear();
            requests.fetch_add(1, Ordering::SeqCst);
            let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
            if stream.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}

async fn send(client: &Client, server: &Server, certificate: Option<Fingerprint>) -> Observed {
    let url = format!("https://{}/orders", server.address);
    let request = HttpRequest {
        method: "GET".into(),
        url: Secret::new(url.as_str()),
        shown_url: url,
        headers: Vec::new(),
        body: Vec::new(),
        secret_body: false,
    };
    let access = Access {
        private: true,
        certificate,
    };
    // Connections are kept: one that was accepted for one account must serve no other.
    client
        .send(&request, Duration::from_secs(20), false, access)
        .await
}

fn is_answered(observed: &Observed) -> bool {
    matches!(observed, Observed::Answer(answer) if answer.status == 204)
}

fn not_sent(observed: Observed) -> String {
    match observed {
        Observed::NotSent { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_certificate_that_the_account_names_is_accepted() {
    let own = Own::new();
    let client = Client::new().unwrap();
    for version in [&TLS12, &TLS13] {
        let server = Server::with(own.signed_by(&own), version).await;
        for _ in 0..2 {
            let observed = send(&client, &server, Some(own.fingerprint())).await;
            assert!(is_answered(&observed), "{observed:?}");
        }
        assert_eq!(server.requests(), 2);
    }
}

#[tokio::test]
async fn without_a_certificate_in_the_account_the_refusal_says_what_to_write() {
    let own = Own::new();
    let server = Server::start(own.signed_by(&own)).await;
    let reason = not_sent(send(&Client::new().unwrap(), &server, None).await);
    let line = format!(
        "write `certificate: \"{}\"` in the account",
        own.fingerprint()
    );
    assert!(reason.ends_with(&line), "{reason}");
    assert!(
        reason.starts_with("the host's certificate is not trusted: "),
        "{reason}"
    );
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn another_certificate_than_the_account_names_is_refused() {
    let (own, other) = (Own::new(), Own::new());
    let server = Server::start(other.signed_by(&other)).await;
    let observed = send(&Client::new().unwrap(), &server, Some(own.fingerprint())).await;
    assert_eq!(
        not_sent(observed),
        format!(
            "the host showed the certificate {}, but `certificate` of the account is {}",
            other.fingerprint(),
            own.fingerprint()
        )
    );
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_certificate_that_changed_is_refused_until_the_account_names_the_new_one() {
    let (old, new) = (Own::new(), Own::new());
    let client = Client::new().unwrap();
    let before = Server::start(old.signed_by(&old)).await;
    assert!(is_answered(
        &send(&client, &before, Some(old.fingerprint())).await
    ));
    let after = Server::start(new.signed_by(&new)).await;
    not_sent(send(&client, &after, Some(old.fingerprint())).await);
    assert!(is_answered(
        &send(&client, &after, Some(new.fingerprint())).await
    ));
}

#[tokio::test]
async fn what_one_account_accepts_no_other_does() {
    let own = Own::new();
    let server = Server::start(own.signed_by(&own)).await;
    let client = Client::new().unwrap();
    assert!(is_answered(
        &send(&client, &server, Some(own.fingerprint())).await
    ));
    not_sent(send(&client, &server, None).await);
    not_sent(send(&client, &server, Some(Own::new().fingerprint())).await);
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_server_that_shows_the_certificate_of_another_is_refused() {
    let (own, thief) = (Own::new(), Own::new());
    for version in [&TLS12, &TLS13] {
        let server = Server::with(own.signed_by(&thief), version).await;
        not_sent(send(&Client::new().unwrap(), &server, Some(own.fingerprint())).await);
        assert_eq!(server.requests(), 0);
    }
}

#[tokio::test]
async fn an_account_with_a_certificate_calls_nobody_without_tls() {
    let request = HttpRequest {
        method: "GET".into(),
        url: Secret::new("http://127.0.0.1:9/"),
        shown_url: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
        secret_body: false,
    };
    let access = Access {
        private: true,
        certificate: Some(Own::new().fingerprint()),
    };
    let client = Client::new().unwrap();
    let observed = client
        .send(&request, Duration::from_secs(20), true, access)
        .await;
    match observed {
        Observed::NotAllowed { reason } => assert!(reason.contains("https://"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

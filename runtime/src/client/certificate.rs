//! Whether a host is the one that is meant: by what this machine trusts, or by the one certificate that an account names.
//!
//! A server in a restaurant has often signed its certificate itself, and has no name but its address. Its account says
//! which certificate that is (`certificate: "sha256:AB12…"`). That one and no other is accepted then, whoever signed it,
//! for whatever name and time it was made; the handshake still has to prove that the server holds its key. For all other
//! accounts nothing changes.
//!
//! Either refusal says which certificate was seen, so that an operator can compare it and write it down.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use ondo_compiler::catalog::Fingerprint;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme};
use sha2::{Digest, Sha256};

/// How TLS is spoken by accounts that name this certificate, or none.
pub(super) fn tls(certificate: Option<Fingerprint>) -> Result<ClientConfig, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let verifier: Arc<dyn ServerCertVerifier> = match certificate {
        Some(wanted) => Arc::new(Pinned { wanted, provider }),
        None => Arc::new(Trusted(
            rustls_platform_verifier::Verifier::new(provider).map_err(|error| error.to_string())?,
        )),
    };
    let mut config = builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Why a connection ended before anything was sent, if it was for the host's certificate.
pub(super) fn refused<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Refused> {
    // What TLS says is wrapped in errors of input and output, which hide it from `source`.
    let mut error = error;
    while let Some(wrapping) = error.downcast_ref::<std::io::Error>() {
        error = wrapping.get_ref()?;
    }
    match error.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => {
            inner.downcast_ref()
        }
        _ => None,
    }
}

/// A certificate that was not accepted.
#[derive(Debug)]
pub(super) struct Refused {
    seen: Fingerprint,
    why: Why,
}

#[derive(Debug)]
enum Why {
    /// This machine does not trust it, because …
    NotTrusted(&'static str),
    /// The account names this one.
    Another(Fingerprint),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = self.seen;
        match &self.why {
            Why::NotTrusted(why) => write!(
                f,
                "the host's certificate is not trusted: {why}; if the host has signed it itself, compare it and write \
                 `certificate: \"{seen}\"` in the account"
            ),
            Why::Another(wanted) => write!(
                f,
                "the host showed the certificate {seen}, but `certificate` of the account is {wanted}"
            ),
        }
    }
}

impl Error for Refused {}

fn error(certificate: &CertificateDer<'_>, why: Why) -> rustls::Error {
    let seen = fingerprint(certificate);
    let refused = OtherError(Arc::new(Refused { seen, why }));
    CertificateError::Other(refused).into()
}

fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    Fingerprint::of_digest(Sha256::digest(certificate).into())
}

/// By what this machine trusts.
#[derive(Debug)]
struct Trusted(rustls_platform_verifier::Verifier);

impl ServerCertVerifier for Trusted {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.0
            .verify_server_cert(certificate, intermediates, name, ocsp_response, now)
            .map_err(|found| match found {
                rustls::Error::InvalidCertificate(why) => {
                    error(certificate, Why::NotTrusted(words(&why)))
                }
                other => other,
            })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

fn words(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name"
        }
        CertificateError::Revoked => "it was revoked",
        CertificateError::UnknownIssuer => "nobody whom this machine knows has signed it",
        _ => "it cannot be checked",
    }
}

/// By the one certificate that the account names.
#[derive(Debug)]
struct Pinned {
    wanted: Fingerprint,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match fingerprint(certificate) == self.wanted {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(error(certificate, Why::Another(self.wanted))),
        }
    }

    // Anybody can show a certificate; only its owner can sign with its key. So these are never left out.

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

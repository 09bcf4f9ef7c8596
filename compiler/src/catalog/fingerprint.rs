//! The fingerprint of a certificate, as an operator writes it: `sha256:AB12…`, also with colons between the bytes as
//! `openssl x509 -fingerprint -sha256` prints it.

use std::fmt;

/// What stands before the digits: how the fingerprint is computed.
const METHOD: &str = "sha256:";

/// SHA-256 of a certificate in DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of these 32 bytes.
    pub fn of_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// Reads `sha256:` and 64 hexadecimal digits, upper or lower case, with or without colons between the bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.get(..METHOD.len()).and_then(|method| {
            let rest = &text[METHOD.len()..];
            method.eq_ignore_ascii_case(METHOD).then_some(rest)
        })?;
        let mut digest = [0; 32];
        let mut left = digits;
        for (at, byte) in digest.iter_mut().enumerate() {
            if at > 0 {
                left = left.strip_prefix(':').unwrap_or(left);
            }
            let pair = left.get(..2)?;
            // `from_str_radix` would take a sign.
            if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            *byte = u8::from_str_radix(pair, 16).ok()?;
            left = &left[2..];
        }
        left.is_empty().then_some(Self(digest))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(METHOD)?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn every_way_to_write_it_is_the_same() {
        let plain = format!("sha256:{}", "AB12".repeat(16));
        let colons = format!("SHA256:{}", ["ab", "12"].repeat(16).join(":"));
        let read = Fingerprint::parse(&plain).unwrap();
        assert_eq!(Fingerprint::parse(&colons), Some(read));
        assert_eq!(read.to_string(), plain);
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            String::new(),
            "sha256:".to_owned(),
            "AB12".repeat(16),
            format!("sha1:{}", "AB12".repeat(16)),
            format!("sha256:{}", "AB12".repeat(15)),
            format!("sha256:{}0", "AB12".repeat(16)),
            format!("sha256:+{}", "B1".repeat(32)),
            format!("sha256::{}", "B1".repeat(32)),
            format!("sha256:{}:", "B1".repeat(32)),
            format!("sha256:{}", "ЖЖ".repeat(16)),
            "sha25é:AB".to_owned(),
        ] {
            assert_eq!(Fingerprint::parse(&text), None, "{text}");
        }
    }
}

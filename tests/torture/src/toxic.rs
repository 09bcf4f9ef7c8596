//! The ways in which the sink can go wrong, and what each does on the wire.

use std::io::{self, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// The pause of answers that come too late. Calls of the bundles wait one second.
pub const LATE: Duration = Duration::from_millis(1_800);
/// So long a silent sink keeps a connection.
pub const SILENCE: Duration = Duration::from_millis(3_000);

/// How one request is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Toxic {
    /// Applied, and a good answer.
    None,
    /// Nobody listens at the address.
    Refuse,
    /// RST before the body is read; nothing is applied.
    ResetBeforeBody,
    /// RST after the body was read; nothing is applied.
    ResetAfterBody,
    /// Applied, and never answered.
    ApplyThenSilence,
    /// Not applied, and never answered.
    Silence,
    /// Applied, and answered when nobody waits any more.
    Late,
    /// Applied; half of the answer comes, then the connection is closed.
    HalfBody,
    /// Applied; `Content-Length` says less than there is, so the JSON is cut.
    WrongLength,
    /// Applied; the answer comes byte by byte and would take a minute.
    Drip,
    /// 429 with `Retry-After: 1`; not applied.
    TooManyWithPause,
    /// 429 without a pause; not applied.
    TooMany,
    /// Applied, then 500.
    ErrorAfterApply,
    /// Not applied, 503.
    ErrorBeforeApply,
    /// Not applied, a redirect to the address of cloud metadata.
    Redirect,
    /// Applied; a small gzip body that would become a large one.
    GzipBomb,
    /// Applied; an answer larger than anybody should keep.
    HugeBody,
    /// Applied; the answer is no UTF-8.
    InvalidUtf8,
    /// Applied, answered, and the connection is closed without notice.
    CloseAfter,
}

/// All but [`Toxic::None`], by the names that lanes carry.
pub const TOXICS: [(&str, Toxic); 18] = [
    ("refuse", Toxic::Refuse),
    ("reset-before-body", Toxic::ResetBeforeBody),
    ("reset-after-body", Toxic::ResetAfterBody),
    ("apply-then-silence", Toxic::ApplyThenSilence),
    ("silence", Toxic::Silence),
    ("late", Toxic::Late),
    ("half-body", Toxic::HalfBody),
    ("wrong-length", Toxic::WrongLength),
    ("drip", Toxic::Drip),
    ("429-with-pause", Toxic::TooManyWithPause),
    ("429", Toxic::TooMany),
    ("500-after-apply", Toxic::ErrorAfterApply),
    ("503-before-apply", Toxic::ErrorBeforeApply),
    ("redirect", Toxic::Redirect),
    ("gzip-bomb", Toxic::GzipBomb),
    ("huge-body", Toxic::HugeBody),
    ("invalid-utf8", Toxic::InvalidUtf8),
    ("close-after", Toxic::CloseAfter),
];

impl Toxic {
    /// Whether the sink does what it was asked.
    #[must_use]
    pub fn applies(self) -> bool {
        use Toxic::{
            ErrorBeforeApply, Redirect, Refuse, ResetAfterBody, ResetBeforeBody, Silence, TooMany,
            TooManyWithPause,
        };
        !matches!(
            self,
            Refuse
                | ResetBeforeBody
                | ResetAfterBody
                | Silence
                | TooMany
                | TooManyWithPause
                | ErrorBeforeApply
                | Redirect
        )
    }

    /// Answers. Gives whether the connection can be used again.
    ///
    /// # Errors
    /// If the other side has gone.
    pub fn answer(self, stream: &mut TcpStream, good: &str) -> io::Result<bool> {
        let whole = |status: &str, more: &str, body: &[u8]| {
            let mut bytes = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}Content-Length: {}\r\n\r\n",
                body.len()
            )
            .into_bytes();
            bytes.extend_from_slice(body);
            bytes
        };
        match self {
            Toxic::None => stream.write_all(&whole("200 OK", "", good.as_bytes()))?,
            Toxic::Refuse | Toxic::ResetBeforeBody | Toxic::ResetAfterBody => {
                reset(stream)?;
                return Ok(false);
            }
            Toxic::ApplyThenSilence | Toxic::Silence => {
                stream.set_read_timeout(Some(SILENCE))?;
                crate::http::drain(stream);
                return Ok(false);
            }
            Toxic::Late => {
                thread::sleep(LATE);
                stream.write_all(&whole("200 OK", "", good.as_bytes()))?;
                return Ok(false);
            }
            Toxic::HalfBody => {
                let bytes = whole("200 OK", "", good.as_bytes());
                stream.write_all(&bytes[..bytes.len() - good.len() / 2 - 1])?;
                return Ok(false);
            }
            Toxic::WrongLength => {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    good.len() - 2
                );
                stream.write_all(head.as_bytes())?;
                stream.write_all(good.as_bytes())?;
                return Ok(false);
            }
            Toxic::Drip => {
                let body = format!("{good}{}", " ".repeat(600));
                let bytes = whole("200 OK", "", body.as_bytes());
                let head = bytes.len() - body.len();
                stream.write_all(&bytes[..head])?;
                for byte in &bytes[head..head + 40] {
                    stream.write_all(&[*byte])?;
                    thread::sleep(Duration::from_millis(100));
                }
                return Ok(false);
            }
            Toxic::TooManyWithPause => {
                stream.write_all(&whole("429 Too Many Requests", "Retry-After: 1\r\n", b"{}"))?
            }
            Toxic::TooMany => stream.write_all(&whole("429 Too Many Requests", "", b"{}"))?,
            Toxic::ErrorAfterApply => {
                stream.write_all(&whole("500 Internal Server Error", "", b"oops"))?
            }
            Toxic::ErrorBeforeApply => {
                stream.write_all(&whole("503 Service Unavailable", "", b"{}"))?
            }
            Toxic::Redirect => {
                let to = "Location: http://169.254.169.254/latest/meta-data/\r\n";
                stream.write_all(&whole("302 Found", to, b""))?;
            }
            Toxic::GzipBomb => {
                stream.write_all(&whole("200 OK", "Content-Encoding: gzip\r\n", &GZIP))?
            }
            Toxic::HugeBody => {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n";
                stream.write_all(head.as_bytes())?;
                let block = [b' '; 65_536];
                // The other side is expected to hang up long before this is over.
                for _ in 0..1_024 {
                    stream.write_all(&block)?;
                }
                return Ok(false);
            }
            Toxic::InvalidUtf8 => {
                stream.write_all(&whole("200 OK", "", b"{\"id\": \"\xff\xfe\"}"))?
            }
            Toxic::CloseAfter => {
                stream.write_all(&whole("200 OK", "", good.as_bytes()))?;
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Ends a connection with RST instead of FIN.
///
/// # Errors
/// If it has ended already.
pub fn reset(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))
}

/// A gzip member with a head that promises a deflate stream, and then stored blocks that say nothing.
const GZIP: [u8; 30] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0, 5, 0, 0xfa, 0xff, b' ', b' ', b' ', b' ', b' ', 1, 0, 0,
    0xff, 0xff, 0, 0, 0, 0, 0,
];

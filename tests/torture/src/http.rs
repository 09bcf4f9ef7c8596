//! Just enough HTTP/1.1 over a socket to send a delivery and to play a vendor, with nothing in between that would repeat or
//! repair anything.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest head or body that is read.
const LENGTH_MAX: usize = 4 << 20;

/// A request or an answer.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// `POST /put HTTP/1.1`, or `HTTP/1.1 200 OK`.
    pub first_line: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Message {
    /// The second word of the first line: a path, or a status.
    pub fn second_word(&self) -> &str {
        self.first_line.split(' ').nth(1).unwrap_or_default()
    }

    /// The status of an answer; 0 if there is none.
    pub fn status(&self) -> u16 {
        self.second_word().parse().unwrap_or(0)
    }
}

/// Reads one message. None: the other side is gone or says something else.
pub fn read(stream: &mut TcpStream) -> Option<Message> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 8192];
    let head_length = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        let count = stream.read(&mut chunk).ok()?;
        if count == 0 || bytes.len() > LENGTH_MAX {
            return None;
        }
        bytes.extend_from_slice(&chunk[..count]);
    };
    let head = String::from_utf8_lossy(&bytes[..head_length]).into_owned();
    let mut lines = head.lines();
    let first_line = lines.next()?.to_owned();
    let length: usize = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(head_length);
    while body.len() < length.min(LENGTH_MAX) {
        let count = stream.read(&mut chunk).ok()?;
        if count == 0 {
            return None;
        }
        body.extend_from_slice(&chunk[..count]);
    }
    Some(Message { first_line, body })
}

/// A connection that is kept between requests.
pub struct Connection {
    stream: TcpStream,
}

impl Connection {
    /// Connects; None if nobody listens.
    pub fn open(to: SocketAddr) -> Option<Self> {
        let stream = TcpStream::connect_timeout(&to, Duration::from_secs(5)).ok()?;
        let _ = stream.set_nodelay(true);
        let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
        Some(Self { stream })
    }

    /// Posts JSON. None: no answer came, and nobody knows what became of it.
    pub fn post(&mut self, path: &str, body: &str) -> Option<Message> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: ondo\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.stream
            .write_all(format!("{head}{body}").as_bytes())
            .ok()?;
        read(&mut self.stream)
    }
}

/// Writes an answer. Yields whether it went out.
pub fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &[u8]) -> bool {
    let head = format!(
        "HTTP/1.1 {status} Sink\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    stream.write_all(&bytes).is_ok()
}

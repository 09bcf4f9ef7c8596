//! As much HTTP/1.1 as the harness needs: it shares no code with what it judges.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Bodies beyond this are cut off.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Head lines of one message.
const HEAD_LINES_MAX: usize = 200;

/// A request or an answer.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// `POST /x HTTP/1.1` or `HTTP/1.1 200 OK`.
    pub first_line: String,
    /// With names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Message {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Of an answer; 0 if it has none.
    #[must_use]
    pub fn status(&self) -> u16 {
        let word = self.first_line.split_whitespace().nth(1);
        word.and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    /// Of a request.
    #[must_use]
    pub fn path(&self) -> &str {
        self.first_line.split_whitespace().nth(1).unwrap_or("")
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Reads the head of a message. None: the other side has closed.
///
/// # Errors
/// If the connection breaks.
pub fn read_head(from: &mut impl BufRead) -> io::Result<Option<Message>> {
    let mut message = Message::default();
    if from.read_line(&mut message.first_line)? == 0 {
        return Ok(None);
    }
    message
        .first_line
        .truncate(message.first_line.trim_end().len());
    for _ in 0..HEAD_LINES_MAX {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(Some(message));
        }
        if let Some((name, value)) = line.split_once(':') {
            let header = (name.to_ascii_lowercase(), value.trim().to_owned());
            message.headers.push(header);
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

/// Reads the body that belongs to a head.
///
/// # Errors
/// If the connection breaks.
pub fn read_body(from: &mut impl BufRead, message: &mut Message) -> io::Result<()> {
    let length = message
        .header("content-length")
        .and_then(|text| text.parse().ok());
    let length: usize = length.unwrap_or(0);
    message.body = vec![0; length.min(BODY_BYTES_MAX)];
    from.read_exact(&mut message.body)
}

/// A connection to the daemon that is kept between requests.
#[derive(Debug)]
pub struct Client {
    addr: SocketAddr,
    timeout: Duration,
    open: Option<BufReader<TcpStream>>,
}

impl Client {
    /// Connects when it has something to send.
    #[must_use]
    pub fn new(addr: SocketAddr, timeout: Duration) -> Client {
        Client {
            addr,
            timeout,
            open: None,
        }
    }

    /// One request and its answer.
    ///
    /// # Errors
    /// If there is none: whether the request was taken is then not known.
    pub fn send(&mut self, method: &str, path: &str, body: &[u8]) -> io::Result<Message> {
        let answer = self.exchange(method, path, body);
        if answer
            .as_ref()
            .map_or(true, |answer| answer.header("connection") == Some("close"))
        {
            self.open = None;
        }
        answer
    }

    fn exchange(&mut self, method: &str, path: &str, body: &[u8]) -> io::Result<Message> {
        let mut reader = match self.open.take() {
            Some(open) => open,
            None => {
                let stream = TcpStream::connect_timeout(&self.addr, self.timeout)?;
                stream.set_read_timeout(Some(self.timeout))?;
                stream.set_write_timeout(Some(self.timeout))?;
                stream.set_nodelay(true)?;
                BufReader::new(stream)
            }
        };
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: torture\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        reader.get_mut().write_all(&request)?;
        let mut answer = read_head(&mut reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        read_body(&mut reader, &mut answer)?;
        self.open = Some(reader);
        Ok(answer)
    }
}

/// Reads and forgets what still comes, until the other side closes or the time of the stream is over.
pub fn drain(stream: &mut impl Read) {
    let mut forgotten = [0; 4_096];
    while matches!(stream.read(&mut forgotten), Ok(1..)) {}
}

//! The vendor: does what it is asked, keeps a ledger of it, and answers badly where the plan says so.
//!
//! Its ledger is the truth about effects. It lives in this process, which nobody kills.

use std::collections::HashMap;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;
use socket2::SockRef;

use crate::http::{self, Message};

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Toxic {
    /// Nothing.
    None,
    /// Reset when the request was read; nothing is done.
    ResetBefore,
    /// Done, then reset without an answer.
    ResetAfter,
    /// Done; the connection ends without an answer.
    Eof,
    /// Done, and never answered.
    AppliedSilent,
    /// Not done, and never answered.
    Silent,
    /// Done, and answered after the client has given up.
    Late,
    /// Done; the answer breaks off in its body.
    HalfBody,
    /// Done; the answer says that it is longer than it is.
    WrongLength,
    /// Done; the answer is no JSON.
    InvalidUtf8,
    /// Done; the answer comes byte by byte, and the client gives up before its end.
    Drip,
    /// Done; the answer is a few bytes of gzip, and many megabytes behind that.
    Bomb,
    /// Not done: 429 with `Retry-After: 1`.
    Limited,
    /// Not done: 429 that does not say for how long.
    LimitedBare,
    /// Not done: 400.
    Refused,
    /// Done, and answered 500.
    AppliedBroken,
    /// Not done, and answered 503.
    Broken,
    /// Not done: sent on to the address of a cloud's metadata.
    Redirect,
    /// Done; the answer has a body of many megabytes.
    Huge,
    /// Done; the connection is closed behind the answer without a word.
    ClosedAfter,
}

/// Which of them have done what was asked.
pub fn applies(toxic: Toxic) -> bool {
    matches!(
        toxic,
        Toxic::None
            | Toxic::ResetAfter
            | Toxic::Eof
            | Toxic::Drip
            | Toxic::Bomb
            | Toxic::AppliedSilent
            | Toxic::Late
            | Toxic::HalfBody
            | Toxic::WrongLength
            | Toxic::InvalidUtf8
            | Toxic::AppliedBroken
            | Toxic::Huge
            | Toxic::ClosedAfter
    )
}

/// One request that came.
#[derive(Debug, Clone)]
pub struct Entry {
    /// `/put`
    pub action: String,
    /// Whose it is: `o17/put`.
    pub mark: String,
    /// The key, where the action has one.
    pub key: String,
    /// The raw body.
    pub body: String,
    /// What went wrong.
    pub toxic: Toxic,
    /// Whether it was done (again, for what may be repeated).
    pub applied: bool,
    /// When, since the sink began.
    pub at: Duration,
}

/// What goes wrong with a request, given its action, its mark and how many of this mark came before.
pub type Plan = Box<dyn Fn(&str, &str, usize) -> Toxic + Send + Sync>;

struct Inner {
    entries: Mutex<Vec<Entry>>,
    /// Numbers of the entries of a mark.
    by_mark: Mutex<HashMap<String, usize>>,
    plan: Mutex<Arc<Plan>>,
    /// How long the history lags, for a mark.
    lag: Box<dyn Fn(&str) -> Duration + Send + Sync>,
    begun: Instant,
    begun_us: i64,
}

/// A sink. Ends with the process.
#[derive(Clone)]
pub struct Sink {
    /// Where it listens.
    pub addr: SocketAddr,
    inner: Arc<Inner>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sink {
    /// Starts it.
    pub fn start(
        plan: impl Fn(&str, &str, usize) -> Toxic + Send + Sync + 'static,
        lag: impl Fn(&str) -> Duration + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let inner = Arc::new(Inner {
            entries: Mutex::default(),
            by_mark: Mutex::default(),
            plan: Mutex::new(Arc::new(Box::new(plan))),
            lag: Box::new(lag),
            begun: Instant::now(),
            begun_us: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_micros() as i64),
        });
        let shared = Arc::clone(&inner);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let inner = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &inner));
            }
        });
        Ok(Self { addr, inner })
    }

    /// From now on nothing goes wrong.
    pub fn heal(&self) {
        *lock(&self.inner.plan) = Arc::new(Box::new(|_, _, _| Toxic::None));
    }

    /// When a request came, in microseconds of Unix time.
    pub fn wall_us(&self, entry: &Entry) -> i64 {
        self.inner.begun_us + entry.at.as_micros() as i64
    }

    /// Everything that came, in order.
    pub fn ledger(&self) -> Vec<Entry> {
        lock(&self.inner.entries).clone()
    }
}

fn serve(mut stream: TcpStream, inner: &Inner) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(90)));
    let _ = stream.set_nodelay(true);
    while let Some(request) = http::read(&mut stream) {
        let path = request.second_word().to_owned();
        if let Some(query) = path.strip_prefix("/operations?mark=") {
            let body = operations(inner, query);
            if !http::answer(&mut stream, 200, "", body.as_bytes()) {
                return;
            }
            continue;
        }
        let (toxic, action) = note(inner, &path, &request);
        if !reply(&mut stream, toxic, &action) {
            return;
        }
    }
}

/// Keeps the request and does it, if the plan says so.
fn note(inner: &Inner, path: &str, request: &Message) -> (Toxic, String) {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let json: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let mark = text("mark");
    let before = {
        let mut by_mark = lock(&inner.by_mark);
        let count = by_mark.entry(mark.clone()).or_default();
        *count += 1;
        *count - 1
    };
    let plan = Arc::clone(&lock(&inner.plan));
    let toxic = plan(path, &mark, before);
    let key = match path {
        "/pay" => text("ref"),
        "/bonus" => text("comment"),
        _ => String::new(),
    };
    lock(&inner.entries).push(Entry {
        action: path.to_owned(),
        mark,
        key,
        body,
        toxic,
        applied: applies(toxic),
        at: inner.begun.elapsed(),
    });
    (toxic, path.to_owned())
}

/// The text of a query.
fn decoded(query: &str) -> String {
    let mut bytes = Vec::with_capacity(query.len());
    let mut rest = query.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let hex = behind
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What the history shows of a bonus.
fn operations(inner: &Inner, query: &str) -> String {
    let mark = decoded(query);
    let now = inner.begun.elapsed();
    let lag = (inner.lag)(&mark);
    let entries = lock(&inner.entries);
    let shown: Vec<serde_json::Value> = entries
        .iter()
        .filter(|entry| entry.action == "/bonus" && entry.mark == mark && entry.applied)
        .filter(|entry| entry.at + lag <= now)
        .map(|entry| serde_json::json!({ "comment": entry.key }))
        .collect();
    serde_json::json!({ "total": shown.len(), "operations": shown }).to_string()
}

/// Answers as the plan says. Yields whether the connection goes on.
fn reply(stream: &mut TcpStream, toxic: Toxic, action: &str) -> bool {
    let body: &[u8] = match action {
        "/bonus" => b"",
        _ => br#"{"done":"yes"}"#,
    };
    match toxic {
        Toxic::None => return http::answer(stream, 200, "", body),
        // Closed with a linger time of 0, a connection is reset.
        Toxic::ResetBefore | Toxic::ResetAfter => {
            let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
        }
        Toxic::Eof => {}
        Toxic::Drip => {
            let head = b"HTTP/1.1 200 Sink\r\nContent-Length: 14\r\n\r\n";
            let mut went = stream.write_all(head).is_ok();
            for byte in br#"{"done":"yes"}"# {
                thread::sleep(Duration::from_millis(500));
                went = went && stream.write_all(&[*byte]).is_ok();
            }
        }
        Toxic::Bomb => {
            let gzip = "Content-Encoding: gzip\r\nContent-Type: application/json\r\n";
            return http::answer(stream, 200, gzip, BOMB.get_or_init(bomb));
        }
        Toxic::AppliedSilent | Toxic::Silent => thread::sleep(Duration::from_secs(8)),
        Toxic::Late => {
            thread::sleep(Duration::from_secs(5));
            http::answer(stream, 200, "", body);
        }
        Toxic::HalfBody => {
            let _ = stream.write_all(b"HTTP/1.1 200 Sink\r\nContent-Length: 14\r\n\r\n{\"don");
        }
        Toxic::WrongLength => {
            let _ = stream
                .write_all(b"HTTP/1.1 200 Sink\r\nContent-Length: 99\r\n\r\n{\"done\":\"yes\"}");
        }
        Toxic::InvalidUtf8 => return http::answer(stream, 200, "", b"{\"done\":\"\xff\xfe\"}"),
        Toxic::Limited => return http::answer(stream, 429, "Retry-After: 1\r\n", b"{}"),
        Toxic::LimitedBare => return http::answer(stream, 429, "", b"{}"),
        Toxic::Refused => return http::answer(stream, 400, "", br#"{"code":"7"}"#),
        Toxic::AppliedBroken => return http::answer(stream, 500, "", b"{}"),
        Toxic::Broken => return http::answer(stream, 503, "", b"{}"),
        Toxic::Redirect => {
            let to = "Location: http://169.254.169.254/latest/meta-data\r\n";
            return http::answer(stream, 302, to, b"");
        }
        Toxic::Huge => {
            let mut huge = br#"{"done":""#.to_vec();
            huge.resize(8 << 20, b'x');
            huge.extend_from_slice(b"\"}");
            return http::answer(stream, 200, "", &huge);
        }
        Toxic::ClosedAfter => {
            http::answer(stream, 200, "Connection: close\r\n", body);
        }
    }
    false
}

static BOMB: OnceLock<Vec<u8>> = OnceLock::new();

/// A gzip of 64 MiB of zeros, in some 64 KiB.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0_u8; 1 << 20];
    for _ in 0..64 {
        // Writing into memory does not fail.
        let _ = encoder.write_all(&zeros);
    }
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_mark_is_read_from_a_query_in_any_letters() {
        assert_eq!(super::decoded("%D0%B7%2fbonus-3"), "з/bonus-3");
    }
}

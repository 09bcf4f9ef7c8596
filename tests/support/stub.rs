//! A vendor played by the test: a loopback server with a ledger of everything it was asked.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::http::{Message, read_message};

/// What the stub does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Answers at once.
    Json(u16, String),
    /// Answers at once with these headers.
    With(u16, Vec<(String, String)>, String),
    /// Sends these bytes and closes.
    Raw(Vec<u8>),
    /// Reads the request and closes without a word.
    Close,
    /// Never answers; closes after this.
    Silence(Duration),
}

/// A stub. Ends with the test process.
pub struct Stub {
    /// Where it listens.
    pub addr: SocketAddr,
    seen: Arc<Mutex<Vec<Message>>>,
}

impl Stub {
    /// Starts a server; `answer` gets each request and how many came before it.
    pub fn start(answer: impl Fn(&Message, usize) -> Reply + Send + Sync + 'static) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Message>>> = Arc::default();
        let ledger = seen.clone();
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (ledger, answer) = (ledger.clone(), answer.clone());
                thread::spawn(move || serve(stream, &ledger, &*answer));
            }
        });
        Stub { addr, seen }
    }

    /// Its address as a base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Message> {
        self.seen.lock().unwrap().clone()
    }

    /// The requests whose first line contains this.
    pub fn seen_at(&self, path: &str) -> Vec<Message> {
        self.seen()
            .into_iter()
            .filter(|request| request.first_line.contains(path))
            .collect()
    }

    /// Waits until this many requests to a path have come. Panics with the ledger when they do not.
    pub fn wait_for(&self, path: &str, count: usize) -> Vec<Message> {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            let seen = self.seen_at(path);
            if seen.len() >= count {
                return seen;
            }
            assert!(
                Instant::now() < patience,
                "{} of {count} requests to {path}: {:?}",
                seen.len(),
                self.seen()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn serve(
    mut stream: TcpStream,
    ledger: &Mutex<Vec<Message>>,
    answer: &(dyn Fn(&Message, usize) -> Reply + Send + Sync),
) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    while let Some(request) = read_message(&mut stream) {
        let before = {
            let mut ledger = ledger.lock().unwrap();
            ledger.push(request.clone());
            ledger.len() - 1
        };
        let (status, headers, body) = match answer(&request, before) {
            Reply::Json(status, body) => (status, Vec::new(), body),
            Reply::With(status, headers, body) => (status, headers, body),
            Reply::Raw(bytes) => {
                let _ = stream.write_all(&bytes);
                return;
            }
            Reply::Close => return,
            Reply::Silence(pause) => {
                thread::sleep(pause);
                return;
            }
        };
        let mut head = format!(
            "HTTP/1.1 {status} Stub\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if stream
            .write_all(format!("{head}\r\n{body}").as_bytes())
            .is_err()
        {
            return;
        }
    }
}

/// Answers Plazius' token exchange, and everything else as told.
pub fn plazius(answer: impl Fn(&Message, usize) -> Reply + Send + Sync + 'static) -> Stub {
    Stub::start(move |request, before| {
        if request.first_line.contains("/auth/gentoken") {
            return Reply::Json(
                200,
                r#"{"token":"token-1","refreshToken":"unused","aliveSecondsTtl":900}"#.into(),
            );
        }
        answer(request, before)
    })
}

//! The daemon as a process: started, killed, told to read its bundles again. Only processes started here are ended here.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::bundle;
use crate::rng::Rng;

/// Longest time for a start.
const START_MAX: Duration = Duration::from_secs(60);

/// How a daemon is started.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The binary.
    pub ondo: PathBuf,
    /// The folder that holds `bundles` and `data`.
    pub folder: PathBuf,
    /// The sink.
    pub sink: SocketAddr,
    /// What comes before the binary: `strace -f …`.
    pub before: Vec<String>,
    /// More of its environment.
    pub env: Vec<(String, String)>,
}

impl Setup {
    /// A plain one in a new folder with the bundles of the torture.
    pub fn new(ondo: &Path, folder: &Path, sink: SocketAddr) -> std::io::Result<Self> {
        bundle::write(&folder.join("bundles"))?;
        Ok(Self {
            ondo: ondo.to_owned(),
            folder: folder.to_owned(),
            sink,
            before: Vec::new(),
            env: Vec::new(),
        })
    }

    /// The file of the store.
    pub fn store(&self) -> PathBuf {
        self.folder.join("data/ondo.db")
    }

    /// The directory of bundles.
    pub fn bundles(&self) -> PathBuf {
        self.folder.join("bundles")
    }

    /// Starts it and waits until it listens.
    pub fn start(&self) -> Result<Daemon, String> {
        let begun = Instant::now();
        let mut words = self.before.iter();
        let mut command = match words.next() {
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(&self.ondo);
                command
            }
            None => Command::new(&self.ondo),
        };
        command
            .arg("run")
            .arg(self.bundles())
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(self.folder.join("data"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("NO_COLOR", "1")
            .env("SINK_BASE", format!("http://{}", self.sink))
            .env("SINK_HOOK", bundle::HOOK_SECRET)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let log: Arc<Mutex<String>> = Arc::default();
        let (found, address) = mpsc::channel();
        let lines = Arc::clone(&log);
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once("listening on ") {
                    let word = rest.split(|c: char| c.is_whitespace() || c == '"').next();
                    if let Some(Ok(address)) = word.map(str::parse::<SocketAddr>) {
                        let _ = found.send(address);
                    }
                }
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() < 1 << 20 {
                    lines.push_str(&line);
                    lines.push('\n');
                }
            }
        });
        let waited = address.recv_timeout(START_MAX);
        let mut daemon = Daemon {
            child,
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            log,
            started_in: begun.elapsed(),
        };
        match waited {
            Ok(addr) => {
                daemon.addr = addr;
                Ok(daemon)
            }
            Err(_) => {
                let _ = daemon.child.kill();
                let status = daemon.child.wait();
                thread::sleep(Duration::from_millis(20));
                Err(format!("it did not start ({status:?}):\n{}", daemon.log()))
            }
        }
    }
}

/// A running daemon.
pub struct Daemon {
    child: Child,
    /// Where it listens.
    pub addr: SocketAddr,
    log: Arc<Mutex<String>>,
    /// From the start of the process until it listened.
    pub started_in: Duration,
}

impl Daemon {
    /// Everything it has said.
    pub fn log(&self) -> String {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args([name, &pid]).status();
    }

    /// Waits until it ends by itself.
    pub fn ended_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + patience;
        while Instant::now() < until {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
        None
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A time between two, by chance.
pub fn between(rng: &mut Rng, from_ms: u64, to_ms: u64) -> Duration {
    Duration::from_millis(from_ms + rng.pick(to_ms - from_ms))
}

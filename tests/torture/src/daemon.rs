//! The real binary as a process. Only what was started here is ended here, by its own handle.

use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::http::Client;
use crate::sink::lock;

/// How long a start may take before it counts as failed.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// Of the log so much is kept.
const LOG_BYTES_MAX: usize = 1024 * 1024;

/// How the daemon is started, again and again.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The binary.
    pub ondo: PathBuf,
    /// What stands before it on the command line: `strace …`, or nothing.
    pub before: Vec<String>,
    /// Its directory of bundles.
    pub bundles: PathBuf,
    /// Where its store lies.
    pub data: PathBuf,
    /// Where it listens: the same after every start, so that senders find it again.
    pub addr: SocketAddr,
    /// Its environment.
    pub env: Vec<(String, String)>,
}

/// A running daemon.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    log: Arc<Mutex<String>>,
    /// From the start of the process until it takes deliveries.
    pub ready_after: Duration,
}

/// A port that is free now.
///
/// # Errors
/// If there is none.
pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

impl Setup {
    /// Starts the daemon and waits until it takes deliveries.
    ///
    /// # Errors
    /// With its log, if it ends instead or takes too long.
    pub fn start(&self) -> Result<Daemon, String> {
        let mut daemon = self.spawn()?;
        let begun = Instant::now();
        let mut client = Client::new(self.addr, Duration::from_secs(2));
        while begun.elapsed() < START_PATIENCE {
            let answer = client.send("GET", "/readyz", b"");
            if answer.is_ok_and(|answer| answer.status() == 200) {
                daemon.ready_after = begun.elapsed();
                return Ok(daemon);
            }
            if let Ok(Some(status)) = daemon.child.try_wait() {
                thread::sleep(Duration::from_millis(100));
                return Err(format!(
                    "the daemon ended ({status}) at its start:\n{}",
                    daemon.log()
                ));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Err(format!("the daemon did not start:\n{}", daemon.log()))
    }

    /// Starts the process and waits for nothing.
    ///
    /// # Errors
    /// If there is no such program.
    pub fn spawn(&self) -> Result<Daemon, String> {
        let mut words: Vec<&Path> = self.before.iter().map(Path::new).collect();
        words.push(&self.ondo);
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .arg("run")
            .arg(&self.bundles)
            .args(["--listen", &self.addr.to_string(), "--data"])
            .arg(&self.data)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", words[0].display()))?;
        let log: Arc<Mutex<String>> = Arc::default();
        if let Some(stderr) = child.stderr.take() {
            let kept = log.clone();
            thread::spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    let mut kept = lock(&kept);
                    if kept.len() < LOG_BYTES_MAX {
                        kept.push_str(&line);
                        kept.push('\n');
                    }
                }
            });
        }
        Ok(Daemon {
            child,
            log,
            ready_after: Duration::ZERO,
        })
    }
}

impl Daemon {
    /// Everything it has said.
    #[must_use]
    pub fn log(&self) -> String {
        lock(&self.log).clone()
    }

    /// Its number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`, and waits for the end.
    pub fn kill(mut self) {
        self.end();
    }

    /// SIGHUP: read the bundles again.
    pub fn reload(&self) {
        self.signal("-HUP");
    }

    /// SIGTERM, then how it ended. None: it did not, and was killed.
    #[must_use]
    pub fn stop(self) -> Option<ExitStatus> {
        self.signal("-TERM");
        self.wait(Duration::from_secs(90))
    }

    /// Waits for an end that comes by itself.
    #[must_use]
    pub fn wait(mut self, patience: Duration) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        if !sent.is_ok_and(|status| status.success()) {
            eprintln!("{signal} could not be sent to the daemon");
        }
    }

    fn end(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.end();
    }
}

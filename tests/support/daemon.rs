//! The real binary as a process: started, asked, killed, stopped. Only processes started here are ended here.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::http::{Message, post_json};

/// Secret that ends RetailCRM's hook in the tests.
pub const HOOK_SECRET: &str = "hook-secret-1";

/// A running daemon.
pub struct Daemon {
    child: Child,
    /// Where it listens.
    pub addr: SocketAddr,
    log: Arc<Mutex<String>>,
    data: PathBuf,
}

/// The binary with a clean environment: nothing of the developer's own accounts leaks into a test.
pub fn ondo() -> Command {
    // Stores of earlier formats are made with earlier binaries: see `tests/stores/README.md`.
    let binary = std::env::var_os("ONDO_BINARY");
    let binary = binary.unwrap_or_else(|| env!("CARGO_BIN_EXE_ondo").into());
    let mut command = Command::new(binary);
    command.env_clear().env("NO_COLOR", "1");
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs a verb to its end.
pub fn run(args: &[&str]) -> Output {
    ondo().args(args).output().unwrap()
}

/// Settings of the undeclared RetailCRM and Plazius accounts that point at stubs.
pub fn settings(retailcrm: &str, plazius: &str) -> Vec<(String, String)> {
    [
        ("RETAILCRM_URL", retailcrm),
        ("RETAILCRM_APIKEY", "crm-key-1"),
        ("RETAILCRM_HOOKSECRET", HOOK_SECRET),
        ("RETAILCRM_PRIVATENETWORK", "true"),
        ("PLAZIUS_BASE", plazius),
        ("PLAZIUS_APIKEY", "plazius-key-1"),
        ("PLAZIUS_PASSWORD", "plazius-password-1"),
        ("PLAZIUS_PRIVATENETWORK", "true"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

impl Daemon {
    /// Starts `ondo run` and waits until it listens.
    pub fn start(bundles: &Path, data: &Path, env: &[(String, String)]) -> Daemon {
        Self::try_start(bundles, data, env)
            .unwrap_or_else(|log| panic!("the daemon did not start:\n{log}"))
    }

    /// The same; gives the log of a daemon that ended instead.
    pub fn try_start(
        bundles: &Path,
        data: &Path,
        env: &[(String, String)],
    ) -> Result<Daemon, String> {
        Self::try_start_with(bundles, data, env, &[])
    }

    /// The same with more arguments of `ondo run`.
    pub fn try_start_with(
        bundles: &Path,
        data: &Path,
        env: &[(String, String)],
        args: &[&str],
    ) -> Result<Daemon, String> {
        let mut child = ondo()
            .arg("run")
            .arg(bundles)
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(args)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log: Arc<Mutex<String>> = Arc::default();
        let (found, address) = mpsc::channel();
        let stderr = child.stderr.take().unwrap();
        let lines = log.clone();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some(at) = line.find("listening on ") {
                    let address = line[at + 13..]
                        .split(|c: char| c.is_whitespace() || c == '"')
                        .next()
                        .and_then(|text| text.parse::<SocketAddr>().ok());
                    let _ = address.map(|address| found.send(address));
                }
                let mut lines = lines.lock().unwrap();
                lines.push_str(&line);
                lines.push('\n');
            }
        });
        match address.recv_timeout(Duration::from_secs(30)) {
            Ok(addr) => Ok(Daemon {
                child,
                addr,
                log,
                data: match args.contains(&"--sandbox") {
                    true => data.join("sandbox"),
                    false => data.to_owned(),
                },
            }),
            Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                let log = log.lock().unwrap().clone();
                Err(log)
            }
        }
    }

    /// The memory that it holds, and the most that it has held, in KiB.
    pub fn memory_kib(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let of = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        (of("VmRSS:"), of("VmHWM:"))
    }

    /// Everything it has said.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Posts an order to a bundle's RetailCRM hook.
    pub fn post_order(&self, bundle: &str, order: &serde_json::Value) -> Option<Message> {
        post_json(
            self.addr,
            &format!("/hooks/{bundle}/retailcrm/{HOOK_SECRET}"),
            order,
        )
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it has ended by itself.
    pub fn wait_for_end(&mut self) {
        let patience = Instant::now() + Duration::from_secs(30);
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < patience, "it lives:\n{}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// SIGHUP.
    pub fn hang_up(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until it has said this.
    pub fn wait_for_log(&self, text: &str) {
        let patience = Instant::now() + Duration::from_secs(20);
        while !self.log().contains(text) {
            assert!(Instant::now() < patience, "no `{text}`:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGTERM, then the exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.terminate();
        let patience = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(
                Instant::now() < patience,
                "the daemon did not stop:\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The store, opened by SQL beside the daemon, never written.
    pub fn sql(&self) -> rusqlite::Connection {
        sql(&self.data)
    }

    /// Waits until a query gives this number.
    pub fn wait_for(&self, query: &str, count: i64) {
        let connection = self.sql();
        let patience = Instant::now() + Duration::from_secs(40);
        loop {
            let found: i64 = connection.query_row(query, [], |row| row.get(0)).unwrap();
            if found == count {
                return;
            }
            assert!(
                Instant::now() < patience,
                "`{query}` gives {found}, not {count}\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until no run can go on by itself at once. One that nobody knows about is looked up in its own time.
    pub fn wait_until_quiet(&self) {
        self.wait_for("SELECT (SELECT count(*) FROM events WHERE state IN ('received','enriching')) + (SELECT count(*) FROM runs WHERE state IN ('ready','waiting','queued') AND coalesce(reason, '') NOT LIKE 'nobody knows whether%')", 0);
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Opens the store in a folder by SQL, read-only.
pub fn sql(data: &Path) -> rusqlite::Connection {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(data.join("ondo.db"), flags).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

//! What the exact faults share: one store that is struck again and again, judged after each strike and at the end.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::{Folder, Settings, setup};
use crate::check::{self, Verdict};
use crate::daemon::{Daemon, Setup};
use crate::load::Load;
use crate::rng::Rng;
use crate::sink::{Sink, Toxic};

/// Strikes of one store: its checks stay quick.
pub(super) const STRIKES_OF_BED: usize = 12;
/// Deliveries for one strike.
const EVENTS_OF_STRIKE: usize = 16;
/// A strike that has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(8);
/// An answer may be on its way so long after the failure that it came before.
const ON_ITS_WAY: Duration = Duration::from_millis(300);

/// What happens while deliveries come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing else.
    Wait,
    /// SIGTERM after the deliveries.
    Terminate,
    /// The bundle changes and is read again.
    Reload(u64),
    /// A person is erased.
    Erase,
}

/// How the process ended.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    /// Whether it had begun to listen.
    pub listened: bool,
    /// None: not by itself.
    pub status: Option<ExitStatus>,
    /// The last that it said.
    pub said: String,
}

impl Ended {
    /// By this signal.
    pub(super) fn by_signal(&self, number: i32) -> bool {
        match self.status {
            Some(status) => status.signal() == Some(number),
            None => {
                let word = |raw: i32| format!("unix_wait_status({raw})");
                !self.listened
                    && (self.said.contains(&word(number))
                        || self.said.contains(&word(number | 0x80)))
            }
        }
    }

    /// With a code other than 0.
    pub(super) fn by_failing(&self) -> bool {
        match self.status {
            Some(status) => status.code().is_some_and(|code| code != 0),
            None => !self.listened && !self.said.contains("unix_wait_status(0)"),
        }
    }
}

/// A store with its load, its vendor and its log of system calls.
pub(super) struct Bed {
    /// The deliveries.
    pub load: Load,
    /// The vendor.
    pub sink: Sink,
    /// Without a fault.
    pub setup: Setup,
    folder: Folder,
    /// What was found so far.
    pub verdict: Verdict,
}

impl Bed {
    /// For so many strikes. `slow`: the vendor takes a moment, so that a place behind the last byte comes before its answer.
    pub(super) fn new(
        settings: &Settings,
        name: &str,
        strikes: usize,
        slow: Duration,
        acts: impl Fn(usize, &mut Rng) -> &'static str,
    ) -> Result<Self, String> {
        let mut rng = Rng::new(settings.seed, name);
        let load = Load::with(&mut rng, strikes * EVENTS_OF_STRIKE, acts);
        let plan = move |_: &str, _: &str, _: usize| {
            thread::sleep(slow);
            Toxic::None
        };
        let sink = Sink::start(plan, |_| Duration::ZERO).map_err(|error| error.to_string())?;
        let folder = Folder::new()?;
        let setup = setup(settings, &folder, &sink)?;
        Ok(Self {
            load,
            sink,
            setup,
            folder,
            verdict: Verdict::default(),
        })
    }

    /// One start without a fault, so that what follows strikes a store that exists.
    pub(super) fn prepare(&mut self) {
        match self.setup.start() {
            Ok(daemon) => drop(daemon),
            Err(why) => self.verdict.broke("P1", format!("no first start: {why}")),
        }
    }

    /// The setup with strace before it. Its log is in [`Bed::trace`].
    pub(super) fn traced(&self, calls: &str, inject: &str) -> Setup {
        let _ = fs::remove_file(self.trace());
        let mut setup = self.setup.clone();
        // As a grandchild, so that the process that is started, killed and waited for is the daemon itself.
        setup.before = ["strace", "-D", "-f", "-qqq", "-ttt", "-y"]
            .map(str::to_owned)
            .to_vec();
        // Quicker; but strace 6.1 then injects no signals.
        if inject.starts_with("error=") {
            setup.before.push("--seccomp-bpf".to_owned());
        }
        setup.before.push("-o".to_owned());
        setup.before.push(self.trace().display().to_string());
        setup.before.push(format!("--trace={calls}"));
        setup.before.push(format!("--inject={calls}:{inject}"));
        setup
    }

    /// What strace saw.
    pub(super) fn trace(&self) -> PathBuf {
        self.folder.path().join("strace")
    }

    /// The first call that was made to fail.
    fn injected(&self) -> Option<String> {
        let text = fs::read(self.trace()).ok()?;
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().find(|line| line.contains("(INJECTED)"))?;
        Some(line.to_owned())
    }

    /// Whether it was about something without which the store can go on: its folder, which SQLite flushes once more than the
    /// store does, or the reserve, without which deliveries are refused until it can be made.
    pub(super) fn hit_no_data(&self) -> bool {
        let data = self.setup.folder.join("data");
        let folder = format!("<{}>", data.display());
        let reserve = format!("<{}>", data.join("ondo.db.reserve").display());
        self.injected()
            .is_some_and(|line| line.contains(&folder) || line.contains(&reserve))
    }

    /// When the first call was made to fail.
    pub(super) fn injected_at(&self) -> Option<SystemTime> {
        let line = self.injected()?;
        let (seconds, micros) = line.split_whitespace().nth(1)?.split_once('.')?;
        let since = Duration::from_secs(seconds.parse().ok()?)
            + Duration::from_micros(micros.parse().ok()?);
        Some(SystemTime::UNIX_EPOCH + since)
    }

    /// One strike: starts, sends, waits for the end, judges.
    pub(super) fn strike(&mut self, setup: &Setup, then: &Then) -> Result<Ended, String> {
        let mut daemon = match setup.start() {
            Ok(daemon) => daemon,
            Err(said) => {
                self.judge(false);
                return Ok(Ended {
                    listened: false,
                    status: None,
                    said,
                });
            }
        };
        let begun = Instant::now();
        let sent_before = self.load.sent();
        let mut sending = Some(self.load.send(daemon.addr, 3, Duration::from_millis(10)));
        let mut done = false;
        while !daemon.has_ended() && begun.elapsed() < PATIENCE {
            let sent = self.load.sent() - sent_before;
            if sent >= EVENTS_OF_STRIKE as u64 / 2 && !done {
                done = true;
                self.then(&daemon, then)?;
            }
            // The rest is for the strikes behind this one.
            if sent >= EVENTS_OF_STRIKE as u64
                && let Some(sending) = sending.take()
            {
                sending.stop();
            }
            thread::sleep(Duration::from_millis(5));
        }
        if let Some(sending) = sending {
            sending.stop();
        }
        let said = daemon.log();
        let status = daemon.ended_within(Duration::from_millis(1));
        daemon.kill();
        self.judge(false);
        Ok(Ended {
            listened: true,
            status,
            said,
        })
    }

    fn then(&self, daemon: &Daemon, then: &Then) -> Result<(), String> {
        match then {
            Then::Wait => {}
            Then::Terminate => daemon.signal("-TERM"),
            Then::Reload(number) => {
                crate::bundle::touch(&self.setup.bundles(), *number)
                    .map_err(|error| error.to_string())?;
                daemon.signal("-HUP");
            }
            Then::Erase => {
                // Nobody has this number, so that no delivery is taken from the checker.
                let _ = Command::new(&self.setup.ondo)
                    .args(["erase", "+79990001122", "--note", "по просьбе", "--data"])
                    .arg(self.setup.folder.join("data"))
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
            }
        }
        Ok(())
    }

    /// Whether anything was answered 2xx so late after a failed write that it must have been accepted behind it.
    pub(super) fn judge_answers(&mut self, failed_at: SystemTime, what: &str) {
        let late = self.load.acknowledged_after(failed_at + ON_ITS_WAY);
        if late > 0 {
            let text = format!("{late} deliveries were answered 2xx after {what} had failed");
            self.verdict.broke("P1", text);
        }
    }

    fn judge(&mut self, finished: bool) {
        // Before the first start has made the store there is nothing to judge.
        if !self.setup.store().exists() || self.load.acknowledged() == 0 {
            return;
        }
        let found = check::check(
            &self.setup.store(),
            &self.load.log(),
            &self.sink.ledger(),
            finished,
        );
        self.verdict.add(found);
    }

    /// Starts it without a fault, sends what is left, waits until nothing goes on, judges all.
    pub(super) fn finish(mut self, settings: &Settings) -> Verdict {
        match self.setup.start() {
            Ok(daemon) => {
                self.load.send(daemon.addr, 4, Duration::ZERO).join();
                let left = check::quiet(&self.setup.store(), false, Duration::from_secs(60));
                drop(daemon);
                match left {
                    Ok(0) => self.judge(true),
                    Ok(left) => {
                        let text = format!("{left} runs or events were still going at the end");
                        self.verdict.broke("P3", text);
                    }
                    Err(why) => self.verdict.broke("P1", why),
                }
            }
            Err(why) => self
                .verdict
                .broke("P1", format!("no clean start after the faults: {why}")),
        }
        self.verdict
            .saw("acknowledged in all", self.load.acknowledged());
        self.folder.judge(settings, &self.verdict);
        // A long campaign says at once what it has found.
        if self.verdict.count > 0 {
            eprintln!("  {}", self.verdict.line());
        }
        self.verdict
    }
}

/// Whether a program can be run here.
pub(super) fn is_there(program: &str) -> bool {
    Command::new(program)
        .arg("-V")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Of all strikes, evenly, as many as the share says.
pub(super) fn share_of<T: Clone>(all: &[T], settings: &Settings) -> Vec<T> {
    let wanted = settings.of(all.len() as u64).min(all.len() as u64);
    let offset = settings.seed % (all.len() as u64 / wanted.max(1)).max(1);
    (0..wanted)
        .filter_map(|number| all.get((number * all.len() as u64 / wanted + offset) as usize))
        .cloned()
        .collect()
}

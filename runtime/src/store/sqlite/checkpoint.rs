//! Moves what is in the write-ahead log into the file, beside the writer: a commit never pays for it. Looks at the room on
//! the disk as often.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::queue::{self, Queue, Work};
use super::room::Room;
use crate::failpoints::{self, Point};
use crate::store::Error;

/// How often the size of the log is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// From this size on the log is moved while the writer goes on.
const LOG_BYTES_MIN: u64 = 4 << 20;
/// From this size on the writer waits a moment, so that the log can begin anew: under an unbroken load it never would.
const LOG_BYTES_MAX: u64 = 64 << 20;

/// The thread that checkpoints.
pub(super) struct Checkpoints {
    thread: JoinHandle<()>,
    stop: Arc<Stop>,
}

#[derive(Default)]
struct Stop {
    asked: Mutex<bool>,
    changed: Condvar,
}

impl Checkpoints {
    /// Starts the thread for the store at `path`. If a checkpoint fails, it stops the writer through the queue.
    pub(super) fn start(
        connection: Connection,
        path: &Path,
        queue: Arc<Queue>,
        room: Arc<Room>,
    ) -> Result<Checkpoints, Error> {
        let stop = Arc::new(Stop::default());
        let log = log_of(path);
        let asked = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("store-checkpoints".to_string())
            .spawn(move || {
                while !asked.wait() {
                    room.look();
                    match checkpoint(&connection, &log, room.is_low()).map_err(Error::from) {
                        Ok(()) => {}
                        // What is in the log stays there until there is room.
                        Err(Error::Full) => drop(room.release()),
                        Err(error) => {
                            fail(&queue, &error);
                            return;
                        }
                    }
                }
            })
            .map_err(|error| Error::Io(error.to_string()))?;
        Ok(Checkpoints { thread, stop })
    }

    /// Ends the thread after the checkpoint it is at.
    pub(super) fn stop(self) {
        *self
            .stop
            .asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.changed.notify_all();
        // A failed checkpoint answers those who wait, and one of them may drop the store: no thread waits for itself.
        let is_this = std::thread::current().id() == self.thread.thread().id();
        if !is_this && self.thread.join().is_err() {
            tracing::error!("the thread of the checkpoints has panicked");
        }
    }
}

impl Stop {
    /// Waits for the next look at the log. True: stop.
    fn wait(&self) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(asked, LOOK_EVERY, |asked| !*asked);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Where the log of the store at `path` is.
pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

/// Moves the log into the file if it is long enough to be worth it. `is_low`: the disk has little room.
pub(super) fn checkpoint(
    connection: &Connection,
    log: &Path,
    is_low: bool,
) -> Result<(), rusqlite::Error> {
    let bytes = std::fs::metadata(log).map_or(0, |metadata| metadata.len());
    modes(bytes, is_low)
        .iter()
        .try_for_each(|mode| run(connection, mode))
}

/// What is to be done about a log of this size. The bulk goes without holding up the writer; what comes meanwhile is
/// little. A log never gets shorter by itself: where there is little room, what it does not need is given back.
fn modes(log_bytes: u64, is_low: bool) -> &'static [&'static str] {
    match log_bytes {
        ..LOG_BYTES_MIN => &[],
        _ if is_low => &["PASSIVE", "TRUNCATE"],
        LOG_BYTES_MIN..LOG_BYTES_MAX => &["PASSIVE"],
        LOG_BYTES_MAX.. => &["PASSIVE", "TRUNCATE"],
    }
}

/// Moves what it can. If somebody reads or writes just then, the rest is left to the next time: that is no error.
pub(super) fn run(connection: &Connection, mode: &str) -> Result<(), rusqlite::Error> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))?;
    failpoints::pass(Point::InCheckpoint);
    Ok(())
}

fn fail(queue: &Queue, error: &Error) {
    tracing::error!(%error, "the log of the store cannot be moved into its file");
    let message = error.to_string();
    for work in queue.fail(&message) {
        let error = Error::Io(message.clone());
        match work {
            Work::Batch(batch) => (batch.done)(Err(error)),
            Work::Job(job) => queue::refuse(job, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_the_log_the_more_is_done() {
        assert!(modes(LOG_BYTES_MIN - 1, false).is_empty());
        assert_eq!(modes(LOG_BYTES_MIN, false), ["PASSIVE"]);
        assert_eq!(modes(LOG_BYTES_MAX - 1, false), ["PASSIVE"]);
        assert_eq!(modes(LOG_BYTES_MAX, false), ["PASSIVE", "TRUNCATE"]);
    }

    #[test]
    fn on_a_disk_with_little_room_the_log_is_cut() {
        assert_eq!(modes(LOG_BYTES_MIN, true), ["PASSIVE", "TRUNCATE"]);
        assert!(modes(LOG_BYTES_MIN - 1, true).is_empty());
    }
}

//! The store of a single machine: one SQLite file, its write-ahead log and a lock file beside it.
//!
//! One thread writes, in groups: whatever waits goes to disk in one transaction and one flush, and only then is anybody
//! answered. Checkpoints run on a connection of their own. Readers never wait for the writer.
//!
//! ```text
//! commit ─> queue ─> writer ── BEGIN … COMMIT, flushed ─> done
//!                      └─ an error: everybody is told, nothing is ever written again
//!                         (a full disk alone is none: see `writer`)
//! ```

mod backup;
mod checkpoint;
mod codec;
mod effects;
mod erase;
mod filter;
mod forget;
mod open;
mod polls;
mod queue;
mod reads;
mod room;
mod routing;
mod schema;
#[cfg(test)]
mod tests;
mod writer;
mod writes;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    Audit, Backup, Cursor, Done, Effect, EffectFilter, Erase, Erased, Erasure, Error, Event,
    EventId, Kind, Passed, Pause, Record, Reject, Run, RunFilter, RunId, Store, Version, Write,
};
pub use backup::Copied;
use checkpoint::Checkpoints;
use queue::Queue;
use reads::Readers;
use room::Room;

/// Limits of a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the file is, or becomes.
    pub kind: Kind,
    /// What to do with a copy.
    pub copied: Copied,
    /// With less free space than this on the disk no deliveries are taken.
    pub free_bytes_min: u64,
    /// Space that is kept for the outcomes of what was begun, in a file beside the store.
    pub reserve_bytes: u64,
    /// How many deliveries may wait for the disk before more are told that the store is busy.
    pub deliveries_waiting_max: usize,
    /// How many bytes those may hold together.
    pub deliveries_waiting_bytes_max: usize,
    /// Files up to this size are checked for damage when they are opened; it takes about a second for each 500 MiB.
    pub check_bytes_max: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            kind: Kind::Live,
            copied: Copied::Refuse,
            free_bytes_min: 64 << 20,
            reserve_bytes: 16 << 20,
            deliveries_waiting_max: 4_096,
            deliveries_waiting_bytes_max: 64 << 20,
            check_bytes_max: 512 << 20,
        }
    }
}

/// A store in a file. Dropping it writes what waits and closes it.
pub struct Sqlite {
    path: PathBuf,
    queue: Arc<Queue>,
    room: Arc<Room>,
    readers: Readers,
    /// Empty once closed, and from the beginning in a store that is only read.
    writing: Mutex<Option<Writing>>,
    closed: AtomicBool,
}

/// What a store that writes holds.
struct Writing {
    /// Gives back its connection and the lock that keeps other processes out, unless it has failed.
    writer: JoinHandle<Option<(Connection, File)>>,
    checkpoints: Checkpoints,
}

impl Sqlite {
    /// Opens the store in the file at `path`, made if there is none, and keeps other processes out of it.
    ///
    /// # Errors
    /// [`Error::Place`] for a missing or read-only folder, [`Error::Locked`] if another process has it open,
    /// [`Error::Schema`] for a file that is damaged, no store, one of the other kind, or made by a newer Ondo.
    pub fn open(path: &Path, options: Options) -> Result<Sqlite, Error> {
        let opened = open::to_write(path, &options)?;
        let room = Arc::new(Room::watch(path, &options));
        let queue = Arc::new(Queue::new(&options, Arc::clone(&room)));
        let checkpoints = Checkpoints::start(
            opened.checkpoints,
            path,
            Arc::clone(&queue),
            Arc::clone(&room),
        )?;
        let writer = writer::start(
            opened.writer,
            opened.lock,
            Arc::clone(&queue),
            Arc::clone(&room),
        )?;
        let writing = Writing {
            writer,
            checkpoints,
        };
        Ok(Sqlite {
            path: path.to_path_buf(),
            queue,
            room,
            readers: Readers::new(path),
            writing: Mutex::new(Some(writing)),
            closed: AtomicBool::new(false),
        })
    }

    /// Opens an existing store only to read it, also while another process writes it.
    ///
    /// # Errors
    /// As [`Sqlite::open`], but never `Locked`; also [`Error::Place`] if there is no store.
    pub fn open_to_read(path: &Path, kind: Kind) -> Result<Sqlite, Error> {
        let readers = Readers::new(path);
        open::check_to_read(path, kind)?;
        let room = Arc::new(Room::unwatched());
        let queue = Queue::new(&Options::default(), Arc::clone(&room));
        queue.close();
        Ok(Sqlite {
            path: path.to_path_buf(),
            queue: Arc::new(queue),
            room,
            readers,
            writing: Mutex::new(None),
            closed: AtomicBool::new(false),
        })
    }

    fn writing(&self) -> MutexGuard<'_, Option<Writing>> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the writer do something by itself, and waits for it.
    fn written<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, receiver) = mpsc::channel();
        self.queue.push_job(Box::new(move |connection| {
            let result = connection.and_then(work);
            let fatal = match &result {
                Err(error @ (Error::Io(_) | Error::Schema(_))) => Err(error.clone()),
                _ => Ok(()),
            };
            let _ = sender.send(result);
            fatal
        }));
        receiver.recv().unwrap_or(Err(Error::Closed))
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::Closed);
        }
        self.readers.read(read)
    }
}

impl Store for Sqlite {
    fn commit(&self, batch: Vec<Write>, done: Done) {
        self.queue.push(batch, done);
    }

    fn event(&self, id: &EventId) -> Result<Option<Event>, Error> {
        self.read(|connection| reads::event(connection, id))
    }

    fn events(&self, limit: usize) -> Result<Vec<Event>, Error> {
        self.read(|connection| reads::events(connection, limit))
    }

    fn last_key(&self, identity: &str) -> Result<Option<String>, Error> {
        self.read(|connection| reads::last_key(connection, identity))
    }

    fn cursors(&self) -> Result<Vec<Cursor>, Error> {
        self.read(polls::cursors)
    }

    fn unfinished_events(&self, limit: usize) -> Result<Vec<EventId>, Error> {
        self.read(|connection| reads::unfinished_events(connection, limit))
    }

    fn run(&self, id: &RunId) -> Result<Option<Run>, Error> {
        self.read(|connection| reads::run(connection, id))
    }

    fn unfinished_runs(&self, after: Option<&RunId>, limit: usize) -> Result<Vec<RunId>, Error> {
        self.read(|connection| reads::unfinished_runs(connection, after, limit))
    }

    fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>, Error> {
        self.read(|connection| filter::runs(connection, filter))
    }

    fn runs_of(&self, event: &EventId) -> Result<Vec<Run>, Error> {
        self.read(|connection| reads::runs_of(connection, event))
    }

    fn passed(&self, event: &EventId) -> Result<Vec<Passed>, Error> {
        self.read(|connection| reads::passed(connection, event))
    }

    fn journal(&self, run: &RunId) -> Result<Vec<Record>, Error> {
        self.read(|connection| reads::journal(connection, run))
    }

    fn rejects(&self, limit: usize) -> Result<Vec<Reject>, Error> {
        self.read(|connection| reads::rejects(connection, limit))
    }

    fn active(&self) -> Result<Vec<(String, Version)>, Error> {
        self.read(reads::active)
    }

    fn sources(&self, version: &Version) -> Result<Option<String>, Error> {
        self.read(|connection| reads::sources(connection, version))
    }

    fn effect(&self, identity: &str, action: &str, key: &str) -> Result<Option<Effect>, Error> {
        self.read(|connection| effects::effect(connection, identity, action, key))
    }

    fn effects_of(&self, run: &RunId) -> Result<Vec<Effect>, Error> {
        self.read(|connection| effects::effects_of(connection, run))
    }

    fn effects(&self, filter: &EffectFilter) -> Result<Vec<Effect>, Error> {
        self.read(|connection| effects::effects(connection, filter))
    }

    fn runs_named(&self, part: &str, limit: usize) -> Result<Vec<RunId>, Error> {
        self.read(|connection| reads::runs_named(connection, part, limit))
    }

    fn audit(&self, limit: usize) -> Result<Vec<Audit>, Error> {
        self.read(|connection| effects::audit(connection, limit))
    }

    fn recovered_at(&self) -> Result<Option<Timestamp>, Error> {
        self.read(effects::recovered_at)
    }

    fn pauses(&self) -> Result<Vec<Pause>, Error> {
        self.read(effects::pauses)
    }

    fn erasures(&self, limit: usize) -> Result<Vec<Erasure>, Error> {
        self.read(|connection| erase::erasures(connection, limit))
    }

    fn erase(&self, erase: &Erase) -> Result<Erased, Error> {
        let erase = erase.clone();
        self.written(move |connection| erase::erase(connection, &erase))
    }

    fn backup(&self, to: &Path) -> Result<Backup, Error> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::Closed);
        }
        backup::backup(&self.path, to)
    }

    fn has_room(&self) -> bool {
        !self.room.is_low()
    }

    fn close(&self) -> Result<(), Error> {
        self.queue.close();
        let Some(writing) = self.writing().take() else {
            self.closed.store(true, Ordering::Release);
            self.readers.close();
            return Ok(());
        };
        // The last handle may be dropped by a `done`, which runs on the writer's thread: that thread cannot wait for
        // itself. It ends after the batches it has; what is in the log then is moved into the file at the next start.
        let is_writer = std::thread::current().id() == writing.writer.thread().id();
        let written = if is_writer {
            None
        } else {
            writing.writer.join().ok().flatten()
        };
        self.closed.store(true, Ordering::Release);
        self.readers.close();
        writing.checkpoints.stop();
        if is_writer {
            return Ok(());
        }
        let Some((connection, _lock)) = written else {
            return Err(Error::Io("the writer had stopped".to_string()));
        };
        checkpoint::run(&connection, "TRUNCATE")?;
        connection.close().map_err(|(_, error)| error.into())
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(%error, "the store was not closed well");
        }
    }
}

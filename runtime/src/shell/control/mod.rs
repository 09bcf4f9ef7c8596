//! The socket by which people give orders to a running daemon: `ondo.sock` in the folder of the store, for its owner alone.
//!
//! ```text
//! {"ondo":1,"order":{"cancel":{"run":"run_…"}},"note":"заказ отменён"}   in
//! {"progress":"a call of the run is under way"}                           out, now and then
//! {"done":{"run":"run_…","state":"cancelled","text":"…"}}                 out, at last
//! ```
//!
//! A verb in another process cannot write the store: one process has it, and decides in one order of things. So an order
//! goes the way of everything else, through the machine's channel, and is answered when it is on disk.

mod orders;
mod people;
mod socket;
mod words;

use std::collections::HashMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, oneshot};

use super::Shared;
use crate::engine::orders::Answer;

pub(crate) use people::of_this_process;
pub(crate) use socket::Address;
pub(crate) use words::{
    Decision, LINE_BYTES_MAX, NOTE_MAX, ReceiptLine, Reply, Request, Standing, Texts, VERSION,
    Will, Wish,
};

/// So many people are heard at a time; the others wait.
const TALKS_MAX: usize = 16;

/// How long a line may take.
const LINE_TIME_MAX: Duration = Duration::from_secs(10);

/// Orders that were given and not answered yet.
#[derive(Default)]
pub(crate) struct Orders {
    last: AtomicU64,
    open: Mutex<HashMap<u64, oneshot::Sender<Result<Answer, String>>>>,
    /// A run is read from the store before it is decided: what was read must still be true then.
    one_at_a_time: tokio::sync::Mutex<()>,
}

impl Orders {
    /// A number for an order, and where its answer comes.
    fn number(&self) -> (u64, oneshot::Receiver<Result<Answer, String>>) {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, receiver) = oneshot::channel();
        self.open().insert(number, sender);
        (number, receiver)
    }

    /// Tells who gave an order what came of it.
    pub(super) fn answer(&self, number: u64, result: Result<Answer, String>) {
        if let Some(sender) = self.open().remove(&number) {
            // Whoever gave it may have gone: it stands all the same.
            let _ = sender.send(result);
        }
    }

    /// Nobody will answer any more.
    fn give_up(&self) {
        self.open().clear();
    }

    fn open(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<u64, oneshot::Sender<Result<Answer, String>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The socket while it is listened to. It goes when the value does.
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
    owner: u32,
}

impl Socket {
    /// Makes the socket of a folder. Whoever calls this holds the store's lock: a socket that is there is of a process that
    /// has died.
    pub(super) fn open(folder: &Path) -> std::io::Result<Self> {
        let address = Address::of(folder)?;
        match std::fs::remove_file(address.path()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(address.path())?;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(address.path(), private)?;
        let owner = std::fs::metadata(address.path())?.uid();
        Ok(Self {
            listener,
            path: folder.join(socket::SOCKET_FILE),
            owner,
        })
    }

    /// Listens for ever.
    pub(super) async fn serve(self, shared: Arc<Shared>) {
        let room = Arc::new(Semaphore::new(TALKS_MAX));
        loop {
            let Ok(place) = Arc::clone(&room).acquire_owned().await else {
                return;
            };
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "an order could not be heard");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            let uid = match stream.peer_cred() {
                Ok(peer) => peer.uid(),
                Err(error) => {
                    tracing::warn!(%error, "nobody knows who wanted to give an order");
                    continue;
                }
            };
            // Between the making of the socket and its mode somebody else could have come, in a folder that is open to all.
            if uid != self.owner && uid != 0 {
                tracing::warn!(
                    uid,
                    "a user who does not own the store wanted to give an order"
                );
                let (_, mut writing) = stream.into_split();
                let refused = "only the user of the daemon, and root, may give it orders";
                say(&mut writing, &Reply::Refused(refused.to_owned())).await;
                continue;
            }
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                let _place = place;
                talk(&shared, stream, uid).await;
            });
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The process ends: those who wait hear that nobody answers.
pub(super) fn end(shared: &Shared) {
    shared.orders.give_up();
}

/// One order and its answer.
async fn talk(shared: &Arc<Shared>, stream: UnixStream, uid: u32) {
    let (reading, mut writing) = stream.into_split();
    let mut line = Vec::new();
    let mut reading = BufReader::new(reading.take(LINE_BYTES_MAX as u64));
    let read = reading.read_until(b'\n', &mut line);
    let reply = match tokio::time::timeout(LINE_TIME_MAX, read).await {
        Ok(Ok(0)) => return,
        Ok(Ok(_)) if line.ends_with(b"\n") => match words::read(&line) {
            Ok(request) => {
                let say = &mut writing;
                orders::carry_out(shared, request, uid, say).await
            }
            Err(why) => Reply::Failed(why),
        },
        Ok(Ok(_)) => Reply::Failed(format!(
            "an order is one line of JSON with at most {LINE_BYTES_MAX} bytes"
        )),
        Ok(Err(_)) | Err(_) => Reply::Failed("no order came in time".to_owned()),
    };
    say(&mut writing, &reply).await;
}

/// Writes a line. Whoever has gone hears nothing.
async fn say(writing: &mut tokio::net::unix::OwnedWriteHalf, reply: &Reply) {
    let Ok(mut line) = serde_json::to_vec(reply) else {
        return;
    };
    line.push(b'\n');
    let written = writing.write_all(&line);
    let _ = tokio::time::timeout(LINE_TIME_MAX, written).await;
}

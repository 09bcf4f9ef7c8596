//! What only a store in a file can do or suffer. What all stores do is in `store/contract/`.
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod damage;
mod failing;
mod full;
mod keeping;
mod opening;
mod races;
mod searching;

use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::store::{EventState, RunState, Written};

/// A folder that goes with the test, and the place of a store in it.
fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ондо.db");
    (folder, path)
}

fn open(path: &Path) -> Result<Sqlite, Error> {
    Sqlite::open(path, Options::default())
}

fn message<T>(result: Result<T, Error>, path: &Path) -> String {
    let Err(error) = result else {
        panic!("an error was expected")
    };
    let folder = path.parent().unwrap().display().to_string();
    error.to_string().replace(&folder, "FOLDER")
}

fn event(id: &str) -> Event {
    Event {
        id: EventId(format!("evt_{id}")),
        at: Timestamp::from_second(1_772_000_000).unwrap(),
        bundle: "кафе".to_string(),
        account: "касса".to_string(),
        connector: "iiko".to_string(),
        name: "orderClosed".to_string(),
        args: Vec::new(),
        key: Some(id.to_string()),
        identity: "iiko|https://api.example".to_string(),
        headers: Vec::new(),
        body: "{\"гость\":\"Анна\"}".as_bytes().to_vec(),
        payload: None,
        enrich: None,
        state: EventState::Received,
        reason: None,
        repeats: 0,
        conflicts: 0,
    }
}

/// Commits without waiting; the receiver gets what came of it.
fn begin(store: &Sqlite, batch: Vec<Write>) -> mpsc::Receiver<Result<Vec<Written>, Error>> {
    let (sender, receiver) = mpsc::channel();
    store.commit(
        batch,
        Box::new(move |written| sender.send(written).unwrap()),
    );
    receiver
}

fn ingest(store: &Sqlite, id: &str) -> Result<Vec<Written>, Error> {
    begin(store, vec![Write::Ingest(event(id))]).recv().unwrap()
}

/// Keeps the writer busy in a `done` until the sender is dropped.
fn hold_writer(store: &Sqlite) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (entered, is_held) = mpsc::channel();
    let hold = move |_| {
        entered.send(()).unwrap();
        let _ = released.recv();
    };
    store.commit(Vec::new(), Box::new(hold));
    is_held.recv().unwrap();
    release
}

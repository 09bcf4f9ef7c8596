//! The thread that writes: groups of batches, each group one transaction and one flush.
//!
//! ```text
//! group ─> written                        everybody is answered
//!       ─> the disk is full               deliveries are refused, the rest is written with the reserve
//!       ─> any other error                everybody is told, nothing is ever written again
//! ```

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::queue::{self, Batch, Next, Queue, Work};
use super::room::Room;
use super::writes;
use crate::failpoints::{self, Point};
use crate::store::{Done, Error, Written};

/// Starts the writer. Its thread ends with the queue and gives the connection and the lock back, or `None` after a
/// failure.
pub(super) fn start(
    connection: Connection,
    lock: File,
    queue: Arc<Queue>,
    room: Arc<Room>,
) -> Result<JoinHandle<Option<(Connection, File)>>, Error> {
    std::thread::Builder::new()
        .name("store-writer".to_string())
        .spawn(move || run(connection, &queue, &room).map(|connection| (connection, lock)))
        .map_err(|error| Error::Io(error.to_string()))
}

fn run(connection: Connection, queue: &Queue, room: &Room) -> Option<Connection> {
    loop {
        let next = queue.take();
        if let Some(message) = queue.failure() {
            let error = Error::Io(message);
            match next {
                Next::Group(group) => answer_all(group, &error),
                Next::Job(job) => queue::refuse(job, error),
                Next::End => {}
            }
            return None;
        }
        let result = match next {
            Next::End => return Some(connection),
            Next::Group(group) => group_written(&connection, group, room),
            Next::Job(job) => catch_unwind(AssertUnwindSafe(|| job(Ok(&connection))))
                .unwrap_or_else(|_| Err(Error::Io("the writer has panicked".to_owned()))),
        };
        if let Err(error) = result {
            // INVARIANT: nothing is written after a failure. The transaction is given up with the connection.
            drop(connection);
            stop(queue, &error);
            return None;
        }
    }
}

/// Nothing is written any more; who waits is told.
fn stop(queue: &Queue, error: &Error) {
    tracing::error!(%error, "the store cannot write any more");
    for work in queue.fail(&error.to_string()) {
        match work {
            Work::Batch(batch) => answer(batch.done, Err(error.clone())),
            Work::Job(job) => queue::refuse(job, error.clone()),
        }
    }
}

/// Writes a group and answers it. An error was told to everybody in it.
fn group_written(connection: &Connection, group: Vec<Batch>, room: &Room) -> Result<(), Error> {
    let error = match write_group(connection, &group) {
        Ok(results) => {
            answer_each(group, results);
            return Ok(());
        }
        Err(error) => error,
    };
    if !matches!(error, Error::Full) || roll_back(connection).is_err() {
        return Err(told(group, error));
    }
    room.release();
    let (deliveries, rest): (Vec<Batch>, Vec<Batch>) =
        group.into_iter().partition(|batch| batch.is_delivery);
    answer_all(deliveries, &Error::Full);
    if rest.is_empty() {
        return Ok(());
    }
    match write_group(connection, &rest) {
        Ok(results) => {
            answer_each(rest, results);
            Ok(())
        }
        Err(error) => Err(told(rest, error)),
    }
}

/// Tells everybody in a group, and makes the error one that ends the store.
fn told(group: Vec<Batch>, error: Error) -> Error {
    let error = match error {
        Error::Full => Error::Io("the disk is full, and the reserve is used up".to_owned()),
        other => other,
    };
    answer_all(group, &error);
    error
}

/// Gives a transaction up. SQLite may have done so already.
fn roll_back(connection: &Connection) -> Result<(), Error> {
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    Ok(())
}

/// What came of each batch of a group.
type Results = Vec<Result<Vec<Written>, Error>>;

/// Writes a group in one transaction. A refused batch leaves no trace and does not spoil the others.
fn write_group(connection: &Connection, batches: &[Batch]) -> Result<Results, Error> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut results = Vec::with_capacity(batches.len());
    for batch in batches {
        connection.execute_batch("SAVEPOINT batch")?;
        let result = batch
            .writes
            .iter()
            .map(|write| writes::apply(connection, write))
            .collect::<Result<Vec<Written>, Error>>();
        match &result {
            Ok(_) => {}
            Err(Error::Refused(_)) => connection.execute_batch("ROLLBACK TO batch")?,
            Err(error) => return Err(error.clone()),
        }
        connection.execute_batch("RELEASE batch")?;
        results.push(result);
    }
    failpoints::pass(Point::InGroupCommit);
    connection.execute_batch("COMMIT")?;
    Ok(results)
}

fn answer_each(group: Vec<Batch>, results: Results) {
    group
        .into_iter()
        .zip(results)
        .for_each(|(batch, result)| answer(batch.done, result));
}

fn answer_all(batches: Vec<Batch>, error: &Error) {
    batches
        .into_iter()
        .for_each(|batch| answer(batch.done, Err(error.clone())));
}

/// Calls `done`. If it panics, the others still get their answers.
fn answer(done: Done, result: Result<Vec<Written>, Error>) {
    if catch_unwind(AssertUnwindSafe(|| done(result))).is_err() {
        tracing::error!("whoever waited for a write has panicked");
    }
}

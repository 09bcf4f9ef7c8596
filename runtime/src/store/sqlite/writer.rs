//! The thread that writes: groups of batches, each group one transaction and one flush.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::queue::{Batch, Queue};
use super::writes;
use crate::store::{Done, Error, Write, Written};

/// Starts the writer. Its thread ends with the queue and gives the connection and the lock back, or `None` after a
/// failure.
pub(super) fn start(
    connection: Connection,
    lock: File,
    queue: Arc<Queue>,
) -> Result<JoinHandle<Option<(Connection, File)>>, Error> {
    std::thread::Builder::new()
        .name("store-writer".to_string())
        .spawn(move || run(connection, &queue).map(|connection| (connection, lock)))
        .map_err(|error| Error::Io(error.to_string()))
}

fn run(connection: Connection, queue: &Queue) -> Option<Connection> {
    loop {
        let group = queue.take_group();
        if group.is_empty() {
            return queue.failure().is_none().then_some(connection);
        }
        if let Some(message) = queue.failure() {
            answer_all(group, &Error::Io(message));
            return None;
        }
        let (batches, answers): (Vec<Vec<Write>>, Vec<Done>) = group
            .into_iter()
            .map(|batch| (batch.writes, batch.done))
            .unzip();
        match write_group(&connection, &batches) {
            Ok(results) => answers
                .into_iter()
                .zip(results)
                .for_each(|(done, result)| answer(done, result)),
            Err(error) => {
                // INVARIANT: nothing is written after a failure. The transaction is given up with the connection.
                drop(connection);
                tracing::error!(%error, "the store cannot write any more");
                let waiting = queue.fail(&error.to_string());
                answers
                    .into_iter()
                    .for_each(|done| answer(done, Err(error.clone())));
                answer_all(waiting, &error);
                return None;
            }
        }
    }
}

/// What came of each batch of a group.
type Results = Vec<Result<Vec<Written>, Error>>;

/// Writes a group in one transaction. A refused batch leaves no trace and does not spoil the others.
fn write_group(connection: &Connection, batches: &[Vec<Write>]) -> Result<Results, Error> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut results = Vec::with_capacity(batches.len());
    for batch in batches {
        connection.execute_batch("SAVEPOINT batch")?;
        let result = batch
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
    connection.execute_batch("COMMIT")?;
    Ok(results)
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

//! The task that owns the machine: takes inputs in their order, carries out what the machine asks for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use ondo_compiler::wire::Observed;
use tokio::sync::mpsc;

use super::{Shared, recover, store_folder, tell, working};
use crate::client::{Client, probe};
use crate::engine::{Command, Input, Limits, Machine};
use crate::failpoints;
use crate::ingest::State;
use crate::store;

/// Longest sleep before the clock is looked at again: it can be set.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// Why the machine stopped.
pub(super) enum End {
    /// Everything in flight has ended.
    Drained,
    /// The store failed.
    Store(store::Error),
    /// A bug: the task ended without saying why.
    Panicked,
}

pub(super) async fn drive(
    shared: Arc<Shared>,
    mut received: mpsc::UnboundedReceiver<Input>,
    backlog: Arc<AtomicUsize>,
    client: Client,
) -> End {
    let mut machine = Machine::new(seed(), Limits::default());
    if let Some(data) = &shared.options.data {
        let folder = store_folder(data, shared.options.sandbox);
        if let Err(error) = working::take_up(&mut machine, &folder) {
            tracing::warn!(%error, "what ends the process again and again will not be noticed");
        }
    }
    let mut wake_at: Option<Timestamp> = None;
    let mut last = Timestamp::now();
    loop {
        let input = tokio::select! {
            biased;
            input = received.recv() => match input {
                Some(input) => input,
                None => return End::Drained,
            },
            () = sleep_until(wake_at) => {
                let was_set_back = Timestamp::now() < last;
                if wake_at.is_some_and(|at| at > Timestamp::now()) && !was_set_back {
                    continue;
                }
                wake_at = None;
                Input::Wake
            }
        };
        if matches!(input, Input::Event(_)) {
            // Counted by the intake; events that were found in the store at the start were not.
            let _ = backlog.fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| {
                count.checked_sub(1)
            });
        }
        if matches!(input, Input::Resume { .. }) {
            shared.resuming.fetch_sub(1, Ordering::AcqRel);
        }
        last = Timestamp::now();
        for command in machine.step(last, input) {
            match command {
                Command::Commit { commit, writes } => {
                    let inputs = shared.inputs.clone();
                    let around = failpoints::around(&writes);
                    around.before();
                    shared.store.commit(
                        writes,
                        Box::new(move |result| {
                            around.after();
                            let _ = inputs.send(Input::Committed { commit, result });
                        }),
                    );
                }
                Command::Send {
                    call,
                    request,
                    timeout,
                    fresh_connection,
                    identity,
                } => {
                    let access = shared.access.load().get(&identity).copied();
                    let timeout = Duration::try_from(timeout).unwrap_or_default();
                    let (client, inputs) = (client.clone(), shared.inputs.clone());
                    let shared = Arc::clone(&shared);
                    tokio::spawn(async move {
                        let sending = tokio::spawn(async move {
                            if shared.options.sandbox && !shared.plays(&request).await {
                                return Observed::NotAllowed {
                                    reason: "the sandbox calls nobody outside of it".into(),
                                };
                            }
                            client
                                .send(
                                    &request,
                                    timeout,
                                    fresh_connection,
                                    access.unwrap_or_default(),
                                )
                                .await
                        });
                        // A panic in the client happened before or after the request went out; nobody knows.
                        let observed = sending.await.unwrap_or_else(|_| Observed::NoAnswer {
                            reason: "the client failed".into(),
                        });
                        let _ = inputs.send(Input::Observed { call, observed });
                    });
                }
                Command::Probe {
                    call,
                    url,
                    identity,
                } => {
                    let access = shared.access.load().get(&identity).copied();
                    let inputs = shared.inputs.clone();
                    tokio::spawn(async move {
                        let observed =
                            probe::connect(url.expose(), access.unwrap_or_default()).await;
                        let _ = inputs.send(Input::Observed { call, observed });
                    });
                }
                Command::WakeAt(at) => wake_at = Some(at),
                Command::Tell(notice) => tell::tell(&shared, notice),
                Command::LoadRun(run) => recover::load_run(&shared, run),
                Command::LoadMore(count) => recover::load_more(&shared, count),
                Command::Answer { number, result } => shared.answer(number, result),
                Command::Drained => return End::Drained,
                Command::StoreFailed(error) => {
                    tracing::error!(%error, "the store failed; the process ends");
                    shared.intake.set_state(State::Broken);
                    return End::Store(error);
                }
            }
        }
    }
}

/// Sleeps until the moment, but not longer than [`SLEEP_MAX`]; for ever without one.
async fn sleep_until(at: Option<Timestamp>) {
    let Some(at) = at else {
        return std::future::pending().await;
    };
    let left = Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default();
    tokio::time::sleep(left.min(SLEEP_MAX)).await;
}

/// Differs between processes, so that their pauses do not fall together.
fn seed() -> u64 {
    // The last eight bytes of a UUID v7 are random but for two bits.
    let bytes = uuid::Uuid::now_v7().into_bytes();
    bytes[8..]
        .iter()
        .fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
}

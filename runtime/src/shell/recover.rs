//! What was not finished when the process ended goes on: runs on the version they began with, events as if they had just
//! come.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;

use super::Shared;
use super::load::{resolve, to_engine};
use crate::bundle;
use crate::engine::{Input, Limits};
use crate::store::{self, Audit, Run, RunId, Store, Version, Write};

/// Runs that are read at a time, and that may wait to be looked at by the engine.
const PAGE: usize = 256;
/// The log says how far it is after so many.
const PROGRESS: usize = 100_000;

/// Gives the engine the versions, runs and events that had not ended, as much at a time as it takes. The active versions
/// were loaded before.
pub(super) async fn recover(shared: &Arc<Shared>, active: HashSet<(String, Version)>) {
    if let Err(error) = read_all(shared, active).await {
        shared.ends(error);
    }
}

async fn read_all(
    shared: &Arc<Shared>,
    mut seen: HashSet<(String, Version)>,
) -> Result<(), store::Error> {
    let (mut last, mut count) = (None, 0);
    loop {
        let store = Arc::clone(&shared.store);
        let page = tokio::task::spawn_blocking(move || page(&*store, last.as_ref())).await;
        let (runs, end) = page.unwrap_or(Err(store::Error::Closed))?;
        for input in runs {
            if let Input::Resume { run, .. } = &input
                && seen.insert((run.bundle.clone(), run.version.clone()))
                // The engine keeps runs without a version waiting, and says so in their reason.
                && let Err(reason) = load_version(shared, &run.version).await
            {
                tracing::error!(
                    bundle = run.bundle,
                    version = run.version.0,
                    reason,
                    "the version that unfinished runs began with cannot be used; they wait"
                );
            }
            shared.resume(input);
            count += 1;
            if count % PROGRESS == 0 {
                tracing::info!(runs = count, "reading what was not finished");
            }
        }
        if end.is_none() {
            break;
        }
        last = end;
        while shared.resuming.load(Ordering::Acquire) > PAGE {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    // What is beyond that stays where it is until the engine asks for it.
    let input = more(&*shared.store, Limits::default().active_max)?;
    let events = match &input {
        Input::More { events, .. } => events.len(),
        _ => 0,
    };
    let _ = shared.inputs.send(input);
    let _ = shared.inputs.send(Input::Recovered);
    if count + events > 0 {
        tracing::info!(runs = count, events, "going on with what was not finished");
    }
    Ok(())
}

/// The next unfinished runs, and the last of them. None: there are no more.
fn page(
    store: &dyn Store,
    after: Option<&RunId>,
) -> Result<(Vec<Input>, Option<RunId>), store::Error> {
    let ids = store.unfinished_runs(after, PAGE)?;
    let mut inputs = Vec::with_capacity(ids.len());
    for id in &ids {
        if let Some(run) = store.run(id)? {
            inputs.extend(resume(store, run)?);
        }
    }
    Ok((inputs, ids.last().cloned()))
}

/// Compiles a version from the store and gives it to the engine as one that makes no new runs.
pub(super) async fn load_version(shared: &Arc<Shared>, version: &Version) -> Result<(), String> {
    let sources = shared
        .store
        .sources(version)
        .map_err(|error| error.to_string())?;
    let sources = sources.ok_or("its texts are not in the store")?;
    let bundle = bundle::from_stored(&sources).ok_or("its texts cannot be read")?;
    let ready = bundle::compile(&bundle)
        .ready
        .ok_or("this binary finds errors in it")?;
    let (program, accounts) = resolve(shared, &ready.program).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("; ")
    })?;
    to_engine(shared, version.clone(), program, accounts, None).await
}

fn resume(store: &dyn Store, run: Run) -> Result<Option<Input>, store::Error> {
    let Some(event) = store.event(&run.event)? else {
        return Ok(None);
    };
    let journal = store.journal(&run.id)?;
    Ok(Some(Input::Resume {
        run,
        event,
        journal,
    }))
}

/// Reads a run that waited long and gives it to the engine again.
pub(super) fn load_run(shared: &Arc<Shared>, id: RunId) {
    let shared = Arc::clone(shared);
    // Reading can wait for the disk; the engine's task must not.
    tokio::task::spawn_blocking(move || {
        let run = shared.store.run(&id);
        let input = run.and_then(|run| match run {
            Some(run) => resume(&*shared.store, run),
            None => Ok(None),
        });
        match input {
            Ok(Some(input)) => shared.resume(input),
            Ok(None) => {
                let _ = shared.inputs.send(Input::Gone(id));
            }
            Err(error) => shared.ends(error),
        }
    });
}

/// Reads the oldest unfinished events and gives them to the engine.
pub(super) fn load_more(shared: &Arc<Shared>, count: usize) {
    let shared = Arc::clone(shared);
    tokio::task::spawn_blocking(move || match more(&*shared.store, count) {
        Ok(input) => {
            let _ = shared.inputs.send(input);
        }
        Err(error) => shared.ends(error),
    });
}

/// The oldest unfinished events, at most this many.
fn more(store: &dyn Store, count: usize) -> Result<Input, store::Error> {
    let ids = store.unfinished_events(count.saturating_add(1))?;
    let all = ids.len() <= count;
    let mut events = Vec::new();
    for id in ids.into_iter().take(count) {
        events.extend(store.event(&id)?);
    }
    Ok(Input::More { events, all })
}

/// Marks the runs of a store that was restored from a backup.
pub(super) async fn check_first(store: &Arc<dyn Store>) -> Result<(), store::Error> {
    let audit = Audit {
        at: Timestamp::now(),
        who: "ondo run --recovered".to_owned(),
        what: Audit::RECOVERED.to_owned(),
        subject: "the store".to_owned(),
        note: "what its unfinished runs send is looked up first".to_owned(),
    };
    store::commit_and_wait(&**store, vec![Write::CheckFirst, Write::Audit(audit)]).await?;
    Ok(())
}

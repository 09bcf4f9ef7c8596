//! From what somebody asks to what the machine is told, and to the answer.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::unix::OwnedWriteHalf;

use super::words::{Reply, Request, Standing, Texts, Wish, place};
use super::{people, say};
use crate::engine::Input;
use crate::engine::orders::{Kept, Order, What};
use crate::shell::{Shared, recover};
use crate::store::{Erase, Error, Paused, Run, RunId, RunState, Store, Version};

/// After so long somebody who waits hears that they wait.
const PATIENCE: Duration = Duration::from_secs(3);

/// After so long nobody waits any more. The order stands.
const WAIT_MAX: Duration = Duration::from_secs(600);

/// Carries out an order and says what came of it.
pub(super) async fn carry_out(
    shared: &Arc<Shared>,
    request: Request,
    uid: u32,
    writing: &mut OwnedWriteHalf,
) -> Reply {
    let who = people::who(uid, request.by.as_deref());
    if matches!(request.order, Wish::Hello) {
        return Reply::Done {
            run: None,
            state: None,
            text: format!("ondo {} listens", env!("CARGO_PKG_VERSION")),
        };
    }
    if request.note.trim().is_empty() && !is_dry(&request.order) {
        return Reply::Failed("an order needs a note that says why".to_owned());
    }
    if let Wish::Erase { text, dry_run } = request.order {
        let erase = Erase {
            text,
            who,
            note: request.note.trim().to_owned(),
            at: Timestamp::now(),
            // The machine holds the runs that have not ended: they are cancelled there, by orders of their own.
            cancel: false,
            dry_run,
        };
        return erased(shared, erase).await;
    }
    // What is read here must still be so when the machine hears of it: no other order comes between. A run that is cancelled
    // may have a call under way for minutes; it is not read, and holds nobody up.
    let alone = match request.order {
        Wish::Cancel { .. } => None,
        _ => Some(shared.orders.one_at_a_time.lock().await),
    };
    let what = match what(shared, request.order).await {
        Ok(what) => what,
        Err(reply) => return reply,
    };
    let (number, answer) = shared.orders.number();
    let order = Order {
        number,
        who,
        note: request.note.trim().to_owned(),
        what,
    };
    if shared.inputs.send(Input::Order(order)).is_err() {
        return ended();
    }
    let reply = wait(answer, writing).await;
    drop(alone);
    reply
}

/// Erases a person. The store's writer does it, which cleans its files too: that takes a while.
async fn erased(shared: &Arc<Shared>, erase: Erase) -> Reply {
    let store = Arc::clone(&shared.store);
    let erased = tokio::task::spawn_blocking(move || store.erase(&erase)).await;
    match erased {
        Ok(Ok(erased)) => erased.into(),
        Ok(Err(Error::Refused(why))) => Reply::Refused(why),
        Ok(Err(error)) => Reply::Failed(error.to_string()),
        Err(error) => Reply::Failed(error.to_string()),
    }
}

fn is_dry(order: &Wish) -> bool {
    matches!(
        order,
        Wish::Redrive { dry_run: true, .. } | Wish::Erase { dry_run: true, .. }
    )
}

async fn wait(
    mut answer: tokio::sync::oneshot::Receiver<Result<crate::engine::orders::Answer, String>>,
    writing: &mut OwnedWriteHalf,
) -> Reply {
    let mut waited = Duration::ZERO;
    while waited < WAIT_MAX {
        match tokio::time::timeout(PATIENCE, &mut answer).await {
            Ok(Ok(result)) => return Reply::of(result, RunState::word),
            Ok(Err(_)) => return ended(),
            Err(_) => {
                waited += PATIENCE;
                let waits =
                    "it waits: a call must end first, or runs of before the start must be read"
                        .to_owned();
                say(writing, &Reply::Progress(waits)).await;
            }
        }
    }
    Reply::Failed(
        "it is not done yet; the order stands, and `ondo audit` shows it when it is done"
            .to_owned(),
    )
}

fn ended() -> Reply {
    Reply::Failed(
        "the daemon ends, and nobody knows here whether the order was carried out; `ondo audit` shows it if it was"
            .to_owned(),
    )
}

/// What the machine is told.
async fn what(shared: &Arc<Shared>, order: Wish) -> Result<What, Reply> {
    Ok(match order {
        Wish::Hello | Wish::Erase { .. } => {
            return Err(Reply::Failed("nothing was ordered".to_owned()));
        }
        Wish::Decide {
            run,
            step,
            decision,
        } => What::Decide {
            kept: kept(shared, &run, false).await?,
            place: step.as_deref().map(place),
            decision: decision.into(),
        },
        Wish::Cancel { run } => What::Cancel { run: RunId(run) },
        Wish::Redrive {
            run,
            from,
            bundle,
            dry_run,
            yes_repeat_money,
        } => {
            let kept = kept(shared, &run, true).await?;
            What::Redrive {
                version: version(shared, &kept.run, bundle).await?,
                kept,
                from,
                yes_repeat_money,
                dry_run,
            }
        }
        Wish::Pause(standing) => What::Pause(paused(standing)),
        Wish::Resume(standing) => What::Unpause(paused(standing)),
    })
}

fn paused(standing: Standing) -> Paused {
    match standing {
        Standing::Rule { bundle, name } => Paused::Rule { bundle, rule: name },
        Standing::Account { bundle, name } => Paused::Account {
            bundle,
            account: name,
        },
    }
}

/// A run with its event and journal. `to_redrive`: only one that has not been done again already.
async fn kept(shared: &Arc<Shared>, id: &str, to_redrive: bool) -> Result<Box<Kept>, Reply> {
    let store = Arc::clone(&shared.store);
    let id = RunId(id.to_owned());
    let read = tokio::task::spawn_blocking(move || read(&*store, &id, to_redrive)).await;
    read.unwrap_or_else(|error| Err(Reply::Failed(error.to_string())))
}

fn read(store: &dyn Store, id: &RunId, to_redrive: bool) -> Result<Box<Kept>, Reply> {
    let failed = |error: crate::store::Error| Reply::Failed(error.to_string());
    let run = store.run(id).map_err(failed)?;
    let run = run.ok_or_else(|| Reply::Refused(format!("there is no run {id}")))?;
    if to_redrive {
        let all = store.runs_of(&run.event).map_err(failed)?;
        // Each effect is held by one run. Of two that stand in the place of one, only one could bring it about.
        if let Some(newer) = all
            .iter()
            .find(|newer| newer.redrive_of.as_ref() == Some(id))
        {
            return Err(Reply::Refused(format!(
                "{id} was done again already as {}, which is {}; only the newest one can be redriven",
                newer.id,
                newer.state.word()
            )));
        }
    }
    let event = store.event(&run.event).map_err(failed)?;
    let event =
        event.ok_or_else(|| Reply::Refused(format!("what caused {id} is not kept any more")))?;
    let journal = store.journal(id).map_err(failed)?;
    Ok(Box::new(Kept {
        run,
        event,
        journal,
    }))
}

/// The version to do a run again with. The machine has it afterwards.
async fn version(shared: &Arc<Shared>, run: &Run, texts: Texts) -> Result<Version, Reply> {
    let active = shared.store.active();
    let active = active.map_err(|error| Reply::Failed(error.to_string()))?;
    let current = active
        .into_iter()
        .find(|(name, _)| *name == run.bundle)
        .map(|(_, version)| version);
    match texts {
        Texts::Current => current.ok_or_else(|| {
            Reply::Refused(format!(
                "no version of {} runs now; `--bundle recorded` does it with the texts it had",
                run.bundle
            ))
        }),
        Texts::Recorded if current.as_ref() == Some(&run.version) => Ok(run.version.clone()),
        Texts::Recorded => match recover::load_version(shared, &run.version).await {
            Ok(()) => Ok(run.version.clone()),
            Err(why) => Err(Reply::Refused(format!(
                "the texts that {} had cannot be used: {why}",
                run.id
            ))),
        },
    }
}

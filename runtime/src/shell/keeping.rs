//! Forgets on time: at the start and every hour, a few rows at a time, with a pause after each step for those who deliver.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Shared;
use crate::store::{self, Forget, Store, Write, Written};

/// How often.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Events, keys or lines of one step.
const ROWS_MAX: usize = 64;
/// Between two steps.
const PAUSE: Duration = Duration::from_millis(20);

/// Until the service ends.
pub(super) async fn forget_on_time(shared: Arc<Shared>) {
    loop {
        // On a full disk even taking away needs room first.
        if shared.store.has_room()
            && let Err(error) = forget_all(&shared).await
        {
            tracing::error!(%error, "what was kept long enough could not be taken away");
            shared.store_failed(&error);
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn forget_all(shared: &Shared) -> Result<(), store::Error> {
    let mut rows = 0;
    for what in Forget::ALL {
        let kept = what.kept(&shared.options.keep);
        let Ok(before) = Timestamp::now().checked_sub(kept) else {
            continue;
        };
        rows += forget(&shared.store, what, before).await?;
    }
    if rows > 0 {
        tracing::info!(rows, "took away what was kept long enough");
    }
    Ok(())
}

/// All steps of one kind.
async fn forget(
    store: &Arc<dyn Store>,
    what: Forget,
    before: Timestamp,
) -> Result<usize, store::Error> {
    let (mut rows, mut after) = (0, 0);
    loop {
        let step = Write::Forget {
            what,
            before,
            after,
            rows_max: ROWS_MAX,
        };
        let written = store::commit_and_wait(&**store, vec![step]).await?;
        let Some(Written::Forgot { rows: some, next }) = written.into_iter().next() else {
            return Ok(rows);
        };
        rows += some;
        match next {
            Some(next) => after = next,
            None => return Ok(rows),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

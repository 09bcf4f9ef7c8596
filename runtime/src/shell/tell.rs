//! What people are told: one line of the log for what they may have to look at, a notice for those who listen.

use super::Shared;
use crate::engine::Notice;
use crate::store::RunState;

pub(super) fn tell(shared: &Shared, notice: Notice) {
    match &notice {
        Notice::RunCreated(run) => {
            tracing::debug!(run = %run.id, bundle = run.bundle, rule = run.rule, "run created");
        }
        Notice::Attempt(record) => tracing::debug!(
            run = %record.run,
            step = record.step,
            attempt = record.attempt,
            outcome = record.outcome.as_deref(),
            verdict = record.verdict.as_deref(),
            status = record.status,
            "attempt ended"
        ),
        // Reasons may hold what a vendor or an author wrote about a person; `ondo show` masks them, a log cannot.
        Notice::RunMoved(run) => match run.state {
            RunState::InDoubt => tracing::error!(
                run = %run.id, bundle = run.bundle, rule = run.rule, step = run.step.as_deref(),
                "in doubt: nobody knows whether the call happened; a person must look: `ondo doubt list`"
            ),
            RunState::Failed | RunState::Dead | RunState::Expired => tracing::warn!(
                run = %run.id, bundle = run.bundle, rule = run.rule, step = run.step.as_deref(),
                state = ?run.state, "a run did not get through"
            ),
            _ => tracing::debug!(run = %run.id, state = ?run.state, "run moved"),
        },
        Notice::Reach {
            account,
            connector,
            unreachable: Some(reason),
        } => tracing::warn!(
            account = &**account,
            connector = &**connector,
            reason,
            "cannot be reached; calls wait, or end where waiting cannot help"
        ),
        Notice::Reach {
            account, connector, ..
        } => tracing::info!(
            account = &**account,
            connector = &**connector,
            "can be reached again"
        ),
        Notice::Source {
            account,
            connector,
            event,
            trouble: Some(reason),
        } => tracing::warn!(
            account = &**account,
            connector = &**connector,
            event = &**event,
            reason,
            "cannot be asked for its events; it is asked again"
        ),
        Notice::Source {
            account,
            connector,
            event,
            ..
        } => tracing::info!(
            account = &**account,
            connector = &**connector,
            event = &**event,
            "can be asked for its events again"
        ),
        Notice::EventDead { event, .. } => tracing::warn!(%event, "an event could not be used"),
    }
    // Nobody has to listen.
    let _ = shared.notices.send(notice);
}

//! Forgetting what was kept long enough, a few rows at a time: the writer is never held up for long.
//!
//! What may go is decided here, inside the transaction: a run that was done again in the meantime is not ended, and neither
//! it nor its event is touched.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::codec::{limit, time};
use super::reads::all;
use super::writes::prepare;
use crate::failpoints::{self, Point};
use crate::store::{Error, Forget, Written};

/// That all runs of an event ended before `?1`.
const ALL_ENDED: &str = "NOT EXISTS (SELECT 1 FROM runs WHERE runs.event = events.id
    AND (state IN ('ready', 'waiting', 'queued', 'in_doubt') OR ended_at >= ?1))";

/// One step.
pub(super) fn step(
    connection: &Connection,
    what: Forget,
    before: Timestamp,
    after: u64,
    rows_max: usize,
) -> Result<Written, Error> {
    let bounds = Bounds {
        before: time(before),
        after: i64::try_from(after).unwrap_or(i64::MAX),
        rows_max: limit(rows_max.max(1)),
    };
    let written = forget(connection, what, bounds)?;
    if matches!(written, Written::Forgot { rows, .. } if rows > 0) {
        failpoints::pass(Point::InForget);
    }
    Ok(written)
}

fn forget(connection: &Connection, what: Forget, bounds: Bounds) -> Result<Written, Error> {
    match what {
        Forget::Bodies => bodies(connection, bounds),
        Forget::Keys => keys(connection, bounds),
        Forget::Journals => journals(connection, bounds),
        Forget::Rejects => rest(
            connection,
            "DELETE FROM rejects WHERE n IN (SELECT n FROM rejects WHERE at < ?1 LIMIT ?2)",
            bounds,
        ),
        Forget::Once => rest(
            connection,
            "DELETE FROM once WHERE (bundle, rule, key) IN
                 (SELECT bundle, rule, key FROM once WHERE until <= ?1 LIMIT ?2)",
            bounds,
        ),
        Forget::Effects => rest(
            connection,
            "DELETE FROM effects WHERE (identity, action, key) IN
                 (SELECT identity, action, key FROM effects WHERE at < ?1 AND NOT EXISTS (SELECT 1 FROM runs
                      WHERE runs.id = effects.run AND state IN ('ready', 'waiting', 'queued', 'in_doubt')) LIMIT ?2)",
            bounds,
        ),
        Forget::Versions => rest(
            connection,
            "DELETE FROM versions WHERE version IN
                 (SELECT version FROM versions WHERE at < ?1
                      AND NOT EXISTS (SELECT 1 FROM active WHERE active.version = versions.version)
                      AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.version = versions.version) LIMIT ?2)",
            bounds,
        ),
    }
}

/// Of one step.
#[derive(Clone, Copy)]
struct Bounds {
    before: i64,
    after: i64,
    rows_max: i64,
}

/// An event that a step looks at.
struct Old {
    n: i64,
    /// Whether it is as old as it must be. The first that is not ends the step: events stand in the order of their arrival.
    is_old: bool,
    may_go: bool,
}

/// Events in the order of their arrival, from where the step before stopped. `among`: words that a partial index answers;
/// `may_go`: what else must hold.
fn look(
    connection: &Connection,
    among: &str,
    may_go: &str,
    bounds: Bounds,
) -> Result<Vec<Old>, Error> {
    let sql = format!(
        "SELECT n, at < ?1, {may_go} FROM events WHERE n > ?2 AND {among} ORDER BY n LIMIT ?3"
    );
    let bounds = params![bounds.before, bounds.after, bounds.rows_max];
    all(connection, &sql, bounds, |row| {
        Ok(Old {
            n: row.get(0)?,
            is_old: row.get(1)?,
            may_go: row.get(2)?,
        })
    })
}

/// Does it to each that may go, and says where the next step begins.
fn each(
    looked: &[Old],
    bounds: Bounds,
    mut go: impl FnMut(i64) -> Result<usize, Error>,
) -> Result<Written, Error> {
    let mut rows = 0;
    let mut last = None;
    for old in looked.iter().take_while(|old| old.is_old) {
        if old.may_go {
            rows += go(old.n)?;
        }
        last = Some(old.n);
    }
    let is_full = limit(looked.len()) == bounds.rows_max && looked.iter().all(|old| old.is_old);
    let next = last.filter(|_| is_full).and_then(|n| u64::try_from(n).ok());
    Ok(Written::Forgot { rows, next })
}

fn bodies(connection: &Connection, bounds: Bounds) -> Result<Written, Error> {
    let among = "state IN ('routed', 'unrouted', 'dead')";
    let looked = look(connection, among, ALL_ENDED, bounds)?;
    emptying(connection, true)?;
    let written = each(&looked, bounds, |n| empty(connection, n))?;
    emptying(connection, false)?;
    Ok(written)
}

/// Allows that journals are emptied, or does not any more. Both within one transaction.
pub(super) fn emptying(connection: &Connection, allowed: bool) -> Result<(), Error> {
    prepare(connection, "UPDATE keeping SET emptying = ?1")?.execute([allowed])?;
    Ok(())
}

/// Takes the bodies of an event and of its runs away.
pub(super) fn empty(connection: &Connection, n: i64) -> Result<usize, Error> {
    let sql = "UPDATE journal SET request_body = iif(request_method IS NULL, NULL, x''), answer = NULL, emptied = 1
               WHERE NOT emptied AND run IN
                   (SELECT runs.id FROM runs JOIN events ON runs.event = events.id WHERE events.n = ?1)";
    let records = prepare(connection, sql)?.execute([n])?;
    let sql = "UPDATE events SET body = x'', payload = NULL, enrich = NULL, headers = '[]', state = 'erased' WHERE n = ?1";
    prepare(connection, sql)?.execute([n])?;
    Ok(records + 1)
}

fn keys(connection: &Connection, bounds: Bounds) -> Result<Written, Error> {
    // A delivery whose run waits or is in doubt must not be taken for a new one; and the greatest key of an account says
    // where its schedule goes on.
    let may_go = "coalesce(seen_at, at) < ?1 AND state NOT IN ('received', 'enriching')
        AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.event = events.id
            AND state IN ('ready', 'waiting', 'queued', 'in_doubt'))
        AND key < (SELECT max(of_account.key) FROM events AS of_account
            WHERE of_account.identity = events.identity AND of_account.key IS NOT NULL)";
    let looked = look(connection, "key IS NOT NULL", may_go, bounds)?;
    each(&looked, bounds, |n| {
        let sql = "UPDATE events SET key = NULL, body_digest = NULL, seen_at = NULL WHERE n = ?1";
        Ok(prepare(connection, sql)?.execute([n])?)
    })
}

fn journals(connection: &Connection, bounds: Bounds) -> Result<Written, Error> {
    let may_go = format!("key IS NULL AND state NOT IN ('received', 'enriching') AND {ALL_ENDED}");
    let looked = look(connection, "TRUE", &may_go, bounds)?;
    each(&looked, bounds, |n| {
        let of_event = "(SELECT id FROM events WHERE n = ?1)";
        let of_runs = format!("(SELECT id FROM runs WHERE event = {of_event})");
        let mut rows = 0;
        for sql in [
            format!("DELETE FROM journal WHERE run IN {of_runs}"),
            format!("DELETE FROM runs WHERE event = {of_event}"),
            format!("DELETE FROM passed WHERE event = {of_event}"),
            "DELETE FROM events WHERE n = ?1".to_owned(),
        ] {
            rows += prepare(connection, &sql)?.execute([n])?;
        }
        Ok(rows)
    })
}

/// What an index finds by itself: from the beginning each time, as what was found is gone.
fn rest(connection: &Connection, sql: &str, bounds: Bounds) -> Result<Written, Error> {
    let rows = prepare(connection, sql)?.execute(params![bounds.before, bounds.rows_max])?;
    let is_full = limit(rows) == bounds.rows_max;
    let next = is_full.then_some(0);
    Ok(Written::Forgot { rows, next })
}

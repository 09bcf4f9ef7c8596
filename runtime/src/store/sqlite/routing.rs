//! The end of an event's routing: runs of the rules that act, reasons of those that do not.
//!
//! A routing may be repeated after a crash: what it decided the first time stays, so that it changes nothing.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::codec::{EVENT_STATES, RUN_STATES, time, word};
use super::writes::prepare;
use crate::store::{Error, EventId, EventState, Passed, PassedWhy, Routed, Run, RunId};

/// Writes the runs and the passed rules of an event.
pub(super) fn route(
    connection: &Connection,
    event: &EventId,
    runs: &[(Run, Option<Timestamp>)],
    passed: &[Passed],
) -> Result<Vec<Routed>, Error> {
    let routed = runs
        .iter()
        .map(|(run, until)| create(connection, event, run, *until))
        .collect::<Result<Vec<Routed>, Error>>()?;
    for passed in passed {
        pass(connection, passed)?;
    }
    Ok(routed)
}

fn create(
    connection: &Connection,
    event: &EventId,
    run: &Run,
    until: Option<Timestamp>,
) -> Result<Routed, Error> {
    if run.event != *event {
        return Err(Error::Refused(format!(
            "run {} is of event {}, not of {event}",
            run.id, run.event
        )));
    }
    let sql =
        "SELECT id FROM runs WHERE event = ?1 AND bundle = ?2 AND rule = ?3 AND redrive_of IS NULL";
    if let Some(existing) = find(connection, sql, [&event.0, &run.bundle, &run.rule])? {
        return Ok(Routed::Created(existing));
    }
    let sql = "SELECT first FROM passed WHERE event = ?1 AND bundle = ?2 AND rule = ?3 AND why = 'duplicate'";
    if let Some(first) = find(connection, sql, [&event.0, &run.bundle, &run.rule])? {
        return Ok(Routed::Duplicate(first));
    }
    if let Some(key) = &run.once_key
        && let Some(first) = take_once(connection, run, key, until, run.created_at)?
    {
        let why = PassedWhy::Duplicate {
            key: key.clone(),
            first: first.clone(),
        };
        let (bundle, rule) = (run.bundle.clone(), run.rule.clone());
        pass(
            connection,
            &Passed {
                event: event.clone(),
                bundle,
                rule,
                why,
            },
        )?;
        return Ok(Routed::Duplicate(first));
    }
    prepare(
        connection,
        "DELETE FROM passed WHERE event = ?1 AND bundle = ?2 AND rule = ?3",
    )?
    .execute(params![event.0, run.bundle, run.rule])?;
    if !run.origin.is_empty() && is_origin_taken(connection, run)? {
        let anew = Run {
            origin: String::new(),
            ..run.clone()
        };
        insert(connection, &anew)?;
        return Ok(Routed::Anew(anew.id));
    }
    insert(connection, run)?;
    Ok(Routed::Created(run.id.clone()))
}

/// By the origin, which is nearly always the only one: the runs of a rule are many.
pub(super) const ORIGIN_TAKEN: &str = "SELECT 1 FROM runs INDEXED BY runs_by_origin
     WHERE origin = ?1 AND origin <> '' AND bundle = ?2 AND rule = ?3 AND event <> ?4";

/// Whether a run of another event has the same origin: its delivery's key was forgotten since, so this one is new.
fn is_origin_taken(connection: &Connection, run: &Run) -> Result<bool, Error> {
    let of_rule = params![run.origin, run.bundle, run.rule, run.event.0];
    Ok(prepare(connection, ORIGIN_TAKEN)?.exists(of_rule)?)
}

/// Lets a run go on behind `debounce`, unless another one holds its `once` key.
pub(super) fn admit(
    connection: &Connection,
    run: &Run,
    until: Option<Timestamp>,
    at: Timestamp,
) -> Result<Routed, Error> {
    let sql = "SELECT 1 FROM runs WHERE id = ?1";
    let known = prepare(connection, sql)?.exists([&run.id.0])?;
    if !known {
        return Err(Error::Refused(format!("there is no run {}", run.id)));
    }
    if let Some(key) = &run.once_key
        && let Some(first) = take_once(connection, run, key, until, at)?
        && first != run.id
    {
        return Ok(Routed::Duplicate(first));
    }
    let sql = "UPDATE runs SET state = ?2, due = ?3, reason = ?4, step = ?5, once_key = ?6, order_key = ?7
               WHERE id = ?1";
    prepare(connection, sql)?.execute(params![
        run.id.0,
        word(RUN_STATES, &run.state)?,
        run.due.map(time),
        run.reason,
        run.step,
        run.once_key,
        run.order_key
    ])?;
    Ok(Routed::Created(run.id.clone()))
}

fn find(connection: &Connection, sql: &str, of_rule: [&String; 3]) -> Result<Option<RunId>, Error> {
    let found = prepare(connection, sql)?
        .query_row(of_rule, |row| row.get(0))
        .optional()?;
    Ok(found.map(RunId))
}

/// Takes the key for the run, or returns who holds it. A key whose time is over is free.
fn take_once(
    connection: &Connection,
    run: &Run,
    key: &str,
    until: Option<Timestamp>,
    at: Timestamp,
) -> Result<Option<RunId>, Error> {
    let sql = "INSERT INTO once (bundle, rule, key, run, until) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (bundle, rule, key) DO UPDATE SET run = excluded.run, until = excluded.until
               WHERE once.until <= ?6";
    let taken = prepare(connection, sql)?.execute(params![
        run.bundle,
        run.rule,
        key,
        run.id.0,
        until.map(time),
        time(at)
    ])?;
    if taken > 0 {
        return Ok(None);
    }
    let sql = "SELECT run FROM once WHERE bundle = ?1 AND rule = ?2 AND key = ?3";
    let first = prepare(connection, sql)?
        .query_row(params![run.bundle, run.rule, key], |row| row.get(0))?;
    Ok(Some(RunId(first)))
}

/// Whether an event is there with its body.
pub(super) fn is_kept(connection: &Connection, event: &EventId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM events WHERE id = ?1 AND state <> ?2";
    let erased = word(EVENT_STATES, &EventState::Erased)?;
    Ok(prepare(connection, sql)?.exists(params![event.0, erased])?)
}

pub(super) fn insert(connection: &Connection, run: &Run) -> Result<(), Error> {
    let sql = "INSERT INTO runs (id, event, bundle, rule, version, created_at, state, due, reason, step, ended_at,
                   once_key, order_key, redrive_of, check_first, origin)
               VALUES (:id, :event, :bundle, :rule, :version, :created_at, :state, :due, :reason, :step, :ended_at,
                   :once_key, :order_key, :redrive_of, :check_first, :origin)";
    prepare(connection, sql)?.execute(named_params! {
        ":id": run.id.0,
        ":event": run.event.0,
        ":bundle": run.bundle,
        ":rule": run.rule,
        ":version": run.version.0,
        ":created_at": time(run.created_at),
        ":state": word(RUN_STATES, &run.state)?,
        ":due": run.due.map(time),
        ":reason": run.reason,
        ":step": run.step,
        ":ended_at": run.ended_at.map(time),
        ":once_key": run.once_key,
        ":order_key": run.order_key,
        ":redrive_of": run.redrive_of.as_ref().map(|run| &run.0),
        ":check_first": run.check_first,
        ":origin": run.origin,
    })?;
    Ok(())
}

/// An event has few runs, a rule has many: they are looked for by the event alone.
pub(super) const PASS: &str = "INSERT INTO passed (event, bundle, rule, why, detail, first)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6
               WHERE NOT EXISTS (SELECT 1 FROM runs WHERE event = ?1 AND +bundle = ?2 AND +rule = ?3)
               ON CONFLICT (event, bundle, rule)
               DO UPDATE SET why = excluded.why, detail = excluded.detail, first = excluded.first";

/// Keeps why a rule does not act, unless it has acted.
fn pass(connection: &Connection, passed: &Passed) -> Result<(), Error> {
    let (why, detail, first) = match &passed.why {
        PassedWhy::Filtered(term) => ("filtered", term, None),
        PassedWhy::Duplicate { key, first } => ("duplicate", key, Some(&first.0)),
        PassedWhy::Failed(message) => ("failed", message, None),
    };
    prepare(connection, PASS)?.execute(params![
        passed.event.0,
        passed.bundle,
        passed.rule,
        why,
        detail,
        first
    ])?;
    Ok(())
}

//! Each change, as it is written. Decisions (is the key known, is the number the next one) are made here, inside the
//! transaction, so that nobody can come between.

use rusqlite::{CachedStatement, Connection, OptionalExtension, named_params, params};
use sha2::{Digest, Sha256};

use super::codec::{EVENT_STATES, RECORD_KINDS, RUN_STATES, limit, pairs, time, word};
use super::{effects, forget, polls, routing};
use crate::store::{
    Error, Event, EventId, REJECTS_MAX, Record, Reject, RunId, Version, Write, Written,
};

/// The format of journal records, kept with each.
pub(super) const RECORD_FORMAT: i64 = 1;

pub(super) const COUNT_REPEAT: &str =
    "UPDATE events SET repeats = repeats + 1, conflicts = conflicts + (body_digest IS NOT ?3), seen_at = max(coalesce(seen_at, at), ?5)
               WHERE identity = ?1 AND key = ?2 AND bundle = ?4 RETURNING id";

/// Applies one change.
pub(super) fn apply(connection: &Connection, write: &Write) -> Result<Written, Error> {
    match write {
        Write::Ingest(event) => return ingest(connection, event),
        Write::Poll { cursor, events } => return polls::poll(connection, cursor, events),
        Write::Reject(reject) => keep_reject(connection, reject)?,
        Write::Payload { event, payload } => {
            let changed = prepare(connection, "UPDATE events SET payload = ?2 WHERE id = ?1")?
                .execute(params![event.0, payload])?;
            expect_event(changed, event)?;
        }
        Write::Route {
            event,
            state,
            reason,
            runs,
            passed,
        } => {
            let changed = prepare(
                connection,
                "UPDATE events SET state = ?2, reason = ?3,
                     key = CASE WHEN ?2 = 'dead' AND enrich IS NOT NULL AND payload IS NULL THEN NULL ELSE key END
                 WHERE id = ?1",
            )?
            .execute(params![event.0, word(EVENT_STATES, state)?, reason])?;
            expect_event(changed, event)?;
            return routing::route(connection, event, runs, passed).map(Written::Routed);
        }
        Write::Journal(record) => append(connection, record)?,
        Write::RunState {
            run,
            state,
            due,
            reason,
            step,
            at,
        } => {
            let ended_at = state.is_ended().then(|| time(*at));
            let sql = "UPDATE runs SET state = ?2, due = ?3, reason = ?4, step = ?5, ended_at = ?6 WHERE id = ?1";
            let state = word(RUN_STATES, state)?;
            let changed = prepare(connection, sql)?.execute(params![
                run.0,
                state,
                due.map(time),
                reason,
                step,
                ended_at
            ])?;
            expect_run(changed, run)?;
        }
        Write::Admit {
            run,
            once_until,
            at,
        } => {
            let admitted = routing::admit(connection, run, *once_until, *at)?;
            return Ok(Written::Routed(vec![admitted]));
        }
        Write::Claim { effect, again } => return effects::claim(connection, effect, *again),
        Write::Settle {
            identity,
            action,
            key,
            run,
            state,
        } => effects::settle(connection, (identity, action, key), run, *state)?,
        Write::Release { run, doubts } => effects::release(connection, run, *doubts)?,
        Write::Redrive {
            run,
            journal,
            audit,
        } => {
            if !routing::is_kept(connection, &run.event)? {
                return Ok(Written::Gone);
            }
            routing::insert(connection, run)?;
            for record in journal {
                append(connection, record)?;
            }
            effects::hand_over(connection, run)?;
            effects::keep_audit(connection, audit)?;
        }
        Write::CheckFirst => effects::check_first(connection)?,
        Write::Audit(audit) => effects::keep_audit(connection, audit)?,
        Write::Pause(pause) => effects::pause(connection, pause)?,
        Write::Unpause(paused) => effects::unpause(connection, paused)?,
        Write::Activate {
            bundle,
            version,
            sources,
            at,
        } => {
            activate(connection, bundle, version, sources, time(*at))?;
        }
        Write::Forget {
            what,
            before,
            after,
            rows_max,
        } => return forget::step(connection, *what, *before, *after, *rows_max),
    }
    Ok(Written::Done)
}

/// A statement that stays compiled for the next time.
pub(super) fn prepare<'a>(
    connection: &'a Connection,
    sql: &str,
) -> Result<CachedStatement<'a>, Error> {
    Ok(connection.prepare_cached(sql)?)
}

fn expect_event(changed: usize, event: &EventId) -> Result<(), Error> {
    match changed {
        0 => Err(Error::Refused(format!("there is no event {event}"))),
        _ => Ok(()),
    }
}

fn expect_run(changed: usize, run: &RunId) -> Result<(), Error> {
    match changed {
        0 => Err(Error::Refused(format!("there is no run {run}"))),
        _ => Ok(()),
    }
}

fn ingest(connection: &Connection, event: &Event) -> Result<Written, Error> {
    let digest = body_digest(event);
    if let (Some(key), Some(digest)) = (&event.key, &digest)
        && let Some(first) = count_repeat(connection, event, key, digest)?
    {
        return Ok(Written::Duplicate(first));
    }
    insert_event(connection, event)?;
    Ok(Written::Ingested(event.id.clone()))
}

fn body_digest(event: &Event) -> Option<Vec<u8>> {
    let key = event.key.as_ref();
    key.map(|_| Sha256::digest(&event.body).to_vec())
}

/// Adds an event whose key is not known.
pub(super) fn insert_event(connection: &Connection, event: &Event) -> Result<(), Error> {
    let sql = "INSERT INTO events (id, at, bundle, account, connector, name, args, identity, key, headers, body,
                   body_digest, payload, enrich, state, reason, repeats, conflicts)
               VALUES (:id, :at, :bundle, :account, :connector, :name, :args, :identity, :key, :headers, :body,
                   :body_digest, :payload, :enrich, :state, :reason, :repeats, :conflicts)";
    prepare(connection, sql)?.execute(named_params! {
        ":id": event.id.0,
        ":at": time(event.at),
        ":bundle": event.bundle,
        ":account": event.account,
        ":connector": event.connector,
        ":name": event.name,
        ":args": pairs(&event.args)?,
        ":identity": event.identity,
        ":key": event.key,
        ":headers": pairs(&event.headers)?,
        ":body": event.body,
        ":body_digest": body_digest(event),
        ":payload": event.payload,
        ":enrich": event.enrich,
        ":state": word(EVENT_STATES, &event.state)?,
        ":reason": event.reason,
        ":repeats": event.repeats,
        ":conflicts": event.conflicts,
    })?;
    Ok(())
}

/// If the key is known: counts that it came again and returns the event that came first.
fn count_repeat(
    connection: &Connection,
    event: &Event,
    key: &str,
    digest: &[u8],
) -> Result<Option<EventId>, Error> {
    let first = prepare(connection, COUNT_REPEAT)?
        .query_row(
            params![event.identity, key, digest, event.bundle, time(event.at)],
            |row| row.get(0),
        )
        .optional()?;
    Ok(first.map(EventId))
}

fn keep_reject(connection: &Connection, reject: &Reject) -> Result<(), Error> {
    prepare(
        connection,
        "INSERT INTO rejects (at, hook, reason, body) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        time(reject.at),
        reject.hook,
        reject.reason,
        reject.body
    ])?;
    prepare(
        connection,
        "DELETE FROM rejects WHERE n <= (SELECT max(n) FROM rejects) - ?1",
    )?
    .execute([limit(REJECTS_MAX)])?;
    Ok(())
}

fn append(connection: &Connection, record: &Record) -> Result<(), Error> {
    let run = &record.run;
    let next = prepare(
        connection,
        "SELECT (SELECT coalesce(max(seq) + 1, 0) FROM journal WHERE run = ?1) FROM runs WHERE id = ?1",
    )?
    .query_row([&run.0], |row| row.get::<_, u32>(0))
    .optional()?;
    let Some(next) = next else {
        return Err(Error::Refused(format!("there is no run {run}")));
    };
    if record.seq != next {
        return Err(Error::Refused(format!(
            "record {} of run {run}: the next one is {next}",
            record.seq
        )));
    }
    let sql = "INSERT INTO journal (run, seq, format, at, kind, step, iteration, attempt, digest, key, identity,
                   action, request_method, request_url, request_body, outcome, verdict, status, answer, message)
               VALUES (:run, :seq, :format, :at, :kind, :step, :iteration, :attempt, :digest, :key, :identity,
                   :action, :request_method, :request_url, :request_body, :outcome, :verdict, :status, :answer,
                   :message)";
    let request = record.request.as_ref();
    prepare(connection, sql)?.execute(named_params! {
        ":run": run.0,
        ":seq": record.seq,
        ":format": RECORD_FORMAT,
        ":at": time(record.at),
        ":kind": word(RECORD_KINDS, &record.kind)?,
        ":step": record.step,
        ":iteration": record.iteration,
        ":attempt": record.attempt,
        ":digest": record.digest,
        ":key": record.key,
        ":identity": record.identity,
        ":action": record.action,
        ":request_method": request.map(|request| &request.method),
        ":request_url": request.map(|request| &request.url),
        ":request_body": request.map(|request| &request.body),
        ":outcome": record.outcome,
        ":verdict": record.verdict,
        ":status": record.status,
        ":answer": record.answer,
        ":message": record.message,
    })?;
    Ok(())
}

fn activate(
    connection: &Connection,
    bundle: &str,
    version: &Version,
    sources: &str,
    at: i64,
) -> Result<(), Error> {
    // A version is the hash of its sources: if it is known, so are they.
    let sql = "INSERT INTO versions (version, bundle, sources, at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (version) DO NOTHING";
    prepare(connection, sql)?.execute(params![version.0, bundle, sources, at])?;
    let sql = "INSERT INTO active (bundle, version, at) VALUES (?1, ?2, ?3)
               ON CONFLICT (bundle) DO UPDATE SET version = excluded.version, at = excluded.at";
    prepare(connection, sql)?.execute(params![bundle, version.0, at])?;
    Ok(())
}

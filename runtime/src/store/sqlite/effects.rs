//! The effect ledger, the audit and pauses.

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql, named_params, params};

use super::codec::{
    EFFECT_STATES, get_time, get_time_or_none, limit, meaning, time, unknown, word,
};
use super::reads::{all, to_record};
use super::writes::prepare;
use crate::store::{
    Audit, Effect, EffectFilter, EffectState, Error, EventId, Pause, Paused, Record, Run, RunId,
    Taken, Written,
};

pub(super) const EFFECT: &str =
    "SELECT * FROM effects WHERE identity = ?1 AND action = ?2 AND key = ?3";

/// Claims an effect, unless somebody else holds it.
pub(super) fn claim(
    connection: &Connection,
    effect: &Effect,
    again: bool,
) -> Result<Written, Error> {
    let held = self::effect(connection, &effect.identity, &effect.action, &effect.key)?;
    if let Some(by) = held {
        let is_own = by.run == effect.run && (again || by.state != EffectState::Applied);
        if !is_own && by.state != EffectState::Absent {
            let record = match by.state {
                EffectState::Applied => applied(connection, &by)?,
                _ => None,
            };
            return Ok(Written::Taken(Box::new(Taken { by, record })));
        }
    }
    let sql = "INSERT INTO effects (identity, action, key, run, step, iteration, event, at, state, digest, marker)
               VALUES (:identity, :action, :key, :run, :step, :iteration, :event, :at, :state, :digest, :marker)
               ON CONFLICT (identity, action, key) DO UPDATE SET run = excluded.run, step = excluded.step,
                   iteration = excluded.iteration, event = excluded.event, at = excluded.at, state = excluded.state,
                   digest = excluded.digest, marker = excluded.marker";
    prepare(connection, sql)?.execute(named_params! {
        ":identity": effect.identity,
        ":action": effect.action,
        ":key": effect.key,
        ":run": effect.run.0,
        ":step": effect.step,
        ":iteration": effect.iteration,
        ":event": effect.event.0,
        ":at": time(effect.at),
        ":state": word(EFFECT_STATES, &effect.state)?,
        ":digest": effect.digest,
        ":marker": effect.marker,
    })?;
    Ok(Written::Claimed)
}

/// The record that says what an applied effect came to.
fn applied(connection: &Connection, by: &Effect) -> Result<Option<Record>, Error> {
    let sql = "SELECT * FROM journal WHERE run = ?1 AND step = ?2 AND iteration = ?3
                   AND verdict IN ('applied', 'applied_result_lost') AND NOT emptied ORDER BY seq DESC LIMIT 1";
    let of_step = [&by.run.0, &by.step, &by.iteration];
    Ok(all(connection, sql, of_step, to_record)?.pop())
}

/// Says what became of an effect that a run holds.
pub(super) fn settle(
    connection: &Connection,
    (identity, action, key): (&str, &str, &str),
    run: &RunId,
    state: EffectState,
) -> Result<(), Error> {
    let sql = "UPDATE effects SET state = ?5
               WHERE identity = ?1 AND action = ?2 AND key = ?3 AND run = ?4 AND state <> 'applied'";
    let state = word(EFFECT_STATES, &state)?;
    prepare(connection, sql)?.execute(params![identity, action, key, run.0, state])?;
    Ok(())
}

/// A run has ended: what it holds and has not brought about is free.
pub(super) fn release(
    connection: &Connection,
    run: &RunId,
    doubts: EffectState,
) -> Result<(), Error> {
    let sql = "UPDATE effects SET state = CASE state WHEN 'claimed' THEN 'absent' ELSE ?2 END
               WHERE run = ?1 AND state IN ('claimed', 'doubt')";
    prepare(connection, sql)?.execute([run.0.as_str(), word(EFFECT_STATES, &doubts)?])?;
    Ok(())
}

/// The effects of the run before it are the redriven run's.
pub(super) fn hand_over(connection: &Connection, to: &Run) -> Result<(), Error> {
    let from = to.redrive_of.as_ref().map(|run| &run.0);
    prepare(connection, "UPDATE effects SET run = ?2 WHERE run = ?1")?
        .execute(params![from, to.id.0])?;
    Ok(())
}

/// Marks every run that has not ended.
pub(super) fn check_first(connection: &Connection) -> Result<(), Error> {
    let sql =
        "UPDATE runs SET check_first = 1 WHERE state IN ('ready', 'waiting', 'queued', 'in_doubt')";
    prepare(connection, sql)?.execute([])?;
    Ok(())
}

pub(super) fn keep_audit(connection: &Connection, audit: &Audit) -> Result<(), Error> {
    let sql = "INSERT INTO audit (at, who, what, subject, note) VALUES (?1, ?2, ?3, ?4, ?5)";
    prepare(connection, sql)?.execute(params![
        time(audit.at),
        audit.who,
        audit.what,
        audit.subject,
        audit.note
    ])?;
    Ok(())
}

/// Kind, bundle and name of what is paused, as they are written.
fn named(paused: &Paused) -> [&str; 3] {
    match paused {
        Paused::Rule { bundle, rule } => ["rule", bundle, rule],
        Paused::Account { bundle, account } => ["account", bundle, account],
    }
}

pub(super) fn pause(connection: &Connection, pause: &Pause) -> Result<(), Error> {
    let [kind, bundle, name] = named(&pause.what);
    let sql = "INSERT INTO pauses (kind, bundle, name, at, who, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (kind, bundle, name) DO UPDATE SET at = excluded.at, who = excluded.who, note = excluded.note";
    prepare(connection, sql)?.execute(params![
        kind,
        bundle,
        name,
        time(pause.at),
        pause.who,
        pause.note
    ])?;
    Ok(())
}

pub(super) fn unpause(connection: &Connection, paused: &Paused) -> Result<(), Error> {
    let sql = "DELETE FROM pauses WHERE kind = ?1 AND bundle = ?2 AND name = ?3";
    prepare(connection, sql)?.execute(named(paused))?;
    Ok(())
}

pub(super) fn effect(
    connection: &Connection,
    identity: &str,
    action: &str,
    key: &str,
) -> Result<Option<Effect>, Error> {
    Ok(all(connection, EFFECT, [identity, action, key], to_effect)?.pop())
}

pub(super) fn effects_of(connection: &Connection, run: &RunId) -> Result<Vec<Effect>, Error> {
    let sql = "SELECT * FROM effects WHERE run = ?1 ORDER BY identity, action, key";
    all(connection, sql, [&run.0], to_effect)
}

/// Lines by filter, newest first. Only what is asked for becomes a condition; a text is looked for from the newest on.
pub(super) fn effects(
    connection: &Connection,
    filter: &EffectFilter,
) -> Result<Vec<Effect>, Error> {
    let mut sql = "SELECT * FROM effects WHERE at >= :since".to_owned();
    let since = filter.since.map_or(i64::MIN, time);
    let count = limit(filter.limit);
    let mut values: Vec<(&str, &dyn ToSql)> = vec![(":since", &since), (":limit", &count)];
    let state = filter.state.map(|state| word(EFFECT_STATES, &state));
    let state = state.transpose()?;
    if let Some(state) = &state {
        sql.push_str(" AND state = :state");
        values.push((":state", state));
    }
    if let Some(action) = &filter.action {
        sql.push_str(" AND action = :action");
        values.push((":action", action));
    }
    if let Some(key) = &filter.key {
        sql.push_str(" AND (instr(key, :key) > 0 OR instr(marker, :key) > 0)");
        values.push((":key", key));
    }
    sql.push_str(" ORDER BY at DESC, identity, action, key LIMIT :limit");
    all(connection, &sql, values.as_slice(), to_effect)
}

fn to_effect(row: &Row<'_>) -> Result<Effect, Error> {
    Ok(Effect {
        identity: row.get("identity")?,
        action: row.get("action")?,
        key: row.get("key")?,
        run: RunId(row.get("run")?),
        step: row.get("step")?,
        iteration: row.get("iteration")?,
        event: EventId(row.get("event")?),
        at: get_time(row, "at")?,
        state: meaning(EFFECT_STATES, row, "state")?,
        digest: row.get("digest")?,
        marker: row.get("marker")?,
    })
}

pub(super) fn audit(connection: &Connection, count: usize) -> Result<Vec<Audit>, Error> {
    let sql = "SELECT * FROM audit ORDER BY n DESC LIMIT ?1";
    all(connection, sql, [limit(count)], |row| {
        Ok(Audit {
            at: get_time(row, "at")?,
            who: row.get("who")?,
            what: row.get("what")?,
            subject: row.get("subject")?,
            note: row.get("note")?,
        })
    })
}

pub(super) fn recovered_at(connection: &Connection) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT max(at) AS at FROM (SELECT at FROM audit WHERE what = ?1 UNION ALL SELECT recovered_at FROM copies)";
    let mut found = all(connection, sql, [Audit::RECOVERED], |row| {
        get_time_or_none(row, "at")
    })?;
    Ok(found.pop().flatten())
}

pub(super) fn pauses(connection: &Connection) -> Result<Vec<Pause>, Error> {
    let sql = "SELECT * FROM pauses ORDER BY kind, bundle, name";
    all(connection, sql, [], |row| {
        let (kind, bundle, name): (String, _, _) =
            (row.get("kind")?, row.get("bundle")?, row.get("name")?);
        let what = match kind.as_str() {
            "rule" => Paused::Rule { bundle, rule: name },
            "account" => Paused::Account {
                bundle,
                account: name,
            },
            _ => return Err(unknown("kind of pause", &kind)),
        };
        Ok(Pause {
            what,
            at: get_time(row, "at")?,
            who: row.get("who")?,
            note: row.get("note")?,
        })
    })
}

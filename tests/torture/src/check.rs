//! The judge: three records that the daemon does not write together, and what was promised about them.
//!
//! It knows what was acknowledged (`load`), what happened at the vendor (`sink`), and what the store says (SQL). A violation
//! names the promise and the event.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use rusqlite::Connection;

use crate::load::Answer;
use crate::sink::{Arrival, Class};
use crate::store;

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// `P1` … `P12`.
    pub promise: &'static str,
    /// The number of the event, if it is about one.
    pub id: Option<u64>,
    /// What was seen.
    pub text: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.id {
            Some(id) => write!(f, "{} broken, event {id}: {}", self.promise, self.text),
            None => write!(f, "{} broken: {}", self.promise, self.text),
        }
    }
}

/// A run as the store tells it.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// Its id.
    pub run: String,
    /// The order in which its event came.
    pub event_n: i64,
    /// The number that the sender gave the event.
    pub id: u64,
    /// Its bundle.
    pub bundle: String,
    /// `done`, `in_doubt`, …
    pub state: String,
    /// Why it waits or ended.
    pub reason: String,
    /// Whether it has a moment.
    pub has_due: bool,
    /// By what it is ordered.
    pub order_key: Option<String>,
    /// The texts of its version.
    pub sources: String,
    /// Where the event went.
    pub kind: String,
}

/// A record of the journal.
#[derive(Debug, Clone)]
pub struct Record {
    /// The order over all runs.
    pub n: i64,
    /// Its run.
    pub run: String,
    /// What it is about.
    pub step: String,
    /// `intent`, `outcome`, …
    pub kind: String,
    /// The action's name.
    pub action: String,
    /// What was sent.
    pub request: Option<String>,
    /// `applied`, `unknown`, …
    pub verdict: Option<String>,
    /// In words.
    pub message: Option<String>,
}

/// Everything that is judged.
#[derive(Debug, Default)]
pub struct Evidence {
    /// What the senders were told.
    pub answers: Vec<Answer>,
    /// What the vendor did.
    pub arrivals: Vec<Arrival>,
    /// What the store says.
    pub runs: Vec<RunRow>,
    /// What the store says happened.
    pub journal: Vec<Record>,
    /// Number of each stored event, and its id.
    pub events: Vec<(u64, String)>,
}

impl Evidence {
    /// Reads the store, and puts the three together.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn collect(
        answers: Vec<Answer>,
        arrivals: Vec<Arrival>,
        data: &Path,
    ) -> Result<Evidence, String> {
        let store = store::open(data)?;
        let said = |error: rusqlite::Error| format!("the store cannot be read: {error}");
        Ok(Evidence {
            answers,
            arrivals,
            events: events(&store).map_err(said)?,
            runs: runs(&store).map_err(said)?,
            journal: journal(&store).map_err(said)?,
        })
    }

    /// All promises that this evidence speaks of. Empty: they hold.
    #[must_use]
    pub fn judge(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        self.nothing_lost(&mut found);
        self.nothing_stuck(&mut found);
        self.repeated_alike(&mut found);
        self.nothing_paid_twice(&mut found);
        self.ledger_is_true(&mut found);
        self.in_order(&mut found);
        self.one_version(&mut found);
        found
    }

    /// P1 and P2: each acknowledged number is one event, the one that was named; no number is two.
    fn nothing_lost(&self, found: &mut Vec<Violation>) {
        let mut stored: HashMap<u64, Vec<&str>> = HashMap::new();
        for (id, event) in &self.events {
            stored.entry(*id).or_default().push(event);
        }
        let mut told: BTreeSet<u64> = BTreeSet::new();
        for answer in self
            .answers
            .iter()
            .filter(|answer| answer.status / 100 == 2)
        {
            let events = stored
                .get(&answer.id)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let named = answer.event.as_deref().unwrap_or_default();
            if events.is_empty() && told.insert(answer.id) {
                found.push(broken(
                    "P1",
                    answer.id,
                    "it was answered 2xx and is not stored".into(),
                ));
            } else if !events.is_empty() && !events.contains(&named) && told.insert(answer.id) {
                let text = format!(
                    "the answer named {named}, the store has {}",
                    events.join(", ")
                );
                found.push(broken("P2", answer.id, text));
            }
        }
        for (id, events) in stored.iter().filter(|(_, events)| events.len() > 1) {
            found.push(broken(
                "P2",
                *id,
                format!("it is stored {} times", events.len()),
            ));
        }
    }

    /// P3: whoever has not ended has a moment, a holder or a reason.
    fn nothing_stuck(&self, found: &mut Vec<Violation>) {
        for run in &self.runs {
            let ended = matches!(
                &*run.state,
                "done"
                    | "stopped"
                    | "filtered"
                    | "superseded"
                    | "failed"
                    | "dead"
                    | "cancelled"
                    | "expired"
            );
            if !ended && !run.has_due && run.reason.is_empty() {
                let text = format!(
                    "{} is {} without a moment and without a reason",
                    run.run, run.state
                );
                found.push(broken("P3", run.id, text));
            }
        }
    }

    /// P4: repeated calls have the same bytes and the same key, and a run that is done has its effects.
    fn repeated_alike(&self, found: &mut Vec<Violation>) {
        for ((lane, class, id), bodies) in self.bodies() {
            if bodies.len() > 1 && class != Class::Bonus && class != Class::Unsafe {
                let text = format!(
                    "{lane}/{} was sent with {} different bodies: {bodies:?}",
                    class.name(),
                    bodies.len()
                );
                found.push(broken("P4", id, text));
            }
        }
    }

    fn bodies(&self) -> BTreeMap<(&str, Class, u64), BTreeSet<&str>> {
        let mut bodies: BTreeMap<(&str, Class, u64), BTreeSet<&str>> = BTreeMap::new();
        for arrival in &self.arrivals {
            bodies
                .entry((&arrival.lane, arrival.class, arrival.id))
                .or_default()
                .insert(&arrival.body);
        }
        bodies
    }

    /// P5: no unsafe call was done twice, and each unknown one is surfaced.
    fn nothing_paid_twice(&self, found: &mut Vec<Violation>) {
        let mut sent: BTreeMap<(&str, Class, u64), (u64, u64)> = BTreeMap::new();
        for arrival in self
            .arrivals
            .iter()
            .filter(|arrival| arrival.class.is_unsafe())
        {
            let (times, applied) = sent
                .entry((&arrival.lane, arrival.class, arrival.id))
                .or_default();
            // A refusal is known not to have happened: what is sent after it is no repetition.
            let refused = matches!(
                arrival.toxic,
                crate::toxic::Toxic::TooMany | crate::toxic::Toxic::TooManyWithPause
            );
            *times += u64::from(!refused);
            *applied += u64::from(arrival.toxic.applies());
        }
        let absent: BTreeSet<u64> = {
            let by_run: HashMap<&str, u64> =
                self.runs.iter().map(|run| (&*run.run, run.id)).collect();
            let absent = self.journal.iter().filter(|record| {
                record
                    .message
                    .as_deref()
                    .is_some_and(|message| message.contains("does not show it"))
            });
            absent
                .filter_map(|record| by_run.get(&*record.run).copied())
                .collect()
        };
        for ((lane, class, id), (times, applied)) in sent {
            let name = class.name();
            if applied > 1 {
                found.push(broken(
                    "P5",
                    id,
                    format!("{lane}/{name} was paid {applied} times"),
                ));
            } else if times > 1 && !(class == Class::Bonus && absent.contains(&id)) {
                found.push(broken(
                    "P5",
                    id,
                    format!("{lane}/{name} was sent {times} times, and nobody had found it absent"),
                ));
            }
        }
    }

    /// P6: what the journal calls applied is applied, what it calls refused or not sent is not; a done run has its effects.
    fn ledger_is_true(&self, found: &mut Vec<Violation>) {
        let mut applied: BTreeMap<(Class, u64), u64> = BTreeMap::new();
        let mut keys: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
        for arrival in self
            .arrivals
            .iter()
            .filter(|arrival| arrival.toxic.applies())
        {
            *applied.entry((arrival.class, arrival.id)).or_default() += 1;
            if arrival.class == Class::Keyed {
                keys.entry(arrival.id).or_default().insert(&arrival.key);
            }
        }
        for (id, keys) in keys.iter().filter(|(_, keys)| keys.len() > 1) {
            found.push(broken(
                "P4",
                *id,
                format!(
                    "the keyed call came with {} keys, so it was done as often",
                    keys.len()
                ),
            ));
        }
        let by_run: HashMap<&str, &RunRow> = self.runs.iter().map(|run| (&*run.run, run)).collect();
        let mut last: BTreeMap<(&str, &str), &Record> = BTreeMap::new();
        for record in self
            .journal
            .iter()
            .filter(|record| record.verdict.is_some())
        {
            last.insert((&record.run, &record.step), record);
        }
        for ((run, step), record) in last {
            let (Some(run), Some(class)) = (by_run.get(run), class_of(&record.action)) else {
                continue;
            };
            let done = applied.get(&(class, run.id)).copied().unwrap_or(0);
            let verdict = record.verdict.as_deref().unwrap_or_default();
            match verdict {
                "applied" | "applied_result_lost" if done == 0 => {
                    found.push(broken(
                        "P6",
                        run.id,
                        format!("{step} is called {verdict}, and the vendor has nothing"),
                    ));
                }
                "refused" | "not_sent" if done > 0 && class.is_unsafe() => {
                    found.push(broken(
                        "P6",
                        run.id,
                        format!("{step} is called {verdict}, and the vendor has it"),
                    ));
                }
                _ => {}
            }
        }
    }

    /// P7: runs of one group act one after the other, as their events came.
    fn in_order(&self, found: &mut Vec<Violation>) {
        let mut spans: HashMap<&str, (i64, i64)> = HashMap::new();
        for record in &self.journal {
            let span = spans.entry(&record.run).or_insert((record.n, record.n));
            *span = (span.0.min(record.n), span.1.max(record.n));
        }
        let mut groups: BTreeMap<(&str, &str), Vec<&RunRow>> = BTreeMap::new();
        for run in &self.runs {
            if let Some(key) = run.order_key.as_deref() {
                groups.entry((&run.kind, key)).or_default().push(run);
            }
        }
        for ((_, key), mut runs) in groups {
            runs.sort_by_key(|run| run.event_n);
            let mut before: Option<(i64, u64)> = None;
            for run in runs {
                let Some((first, last)) = spans.get(&*run.run).copied() else {
                    continue;
                };
                if let Some((_, earlier)) = before.filter(|(end, _)| *end > first) {
                    let text = format!(
                        "in group {key} it began before event {earlier}, which had come earlier, was over"
                    );
                    found.push(broken("P7", run.id, text));
                }
                before = Some((last, run.id));
            }
        }
    }

    /// P8: all requests of a run carry the mark of its version.
    fn one_version(&self, found: &mut Vec<Violation>) {
        let by_run: HashMap<&str, &RunRow> = self.runs.iter().map(|run| (&*run.run, run)).collect();
        for record in &self.journal {
            let (Some(run), Some(request)) = (by_run.get(&*record.run), &record.request) else {
                continue;
            };
            let json: serde_json::Value = serde_json::from_str(request).unwrap_or_default();
            let Some(mark) = json["mark"].as_str() else {
                continue;
            };
            // The sources are kept as JSON, where quotes are escaped.
            if !run.sources.contains(&format!("\"{mark}\""))
                && !run.sources.contains(&format!("\\\"{mark}\\\""))
            {
                found.push(broken(
                    "P8",
                    run.id,
                    format!("{} sent `{mark}`, which its version does not say", run.run),
                ));
            }
        }
        let mut marks: BTreeMap<(&str, u64), BTreeSet<String>> = BTreeMap::new();
        for arrival in &self.arrivals {
            let json: serde_json::Value = serde_json::from_str(&arrival.body).unwrap_or_default();
            let mark = json["mark"].as_str().unwrap_or_default().to_owned();
            marks
                .entry((&arrival.lane, arrival.id))
                .or_default()
                .insert(mark);
        }
        for ((lane, id), marks) in marks.iter().filter(|(_, marks)| marks.len() > 1) {
            found.push(broken(
                "P8",
                *id,
                format!(
                    "in {lane} it was worked off by {} versions: {marks:?}",
                    marks.len()
                ),
            ));
        }
    }

    /// Everything that is known of one event, for people.
    #[must_use]
    pub fn explain(&self, id: u64) -> String {
        let mut lines = vec![format!("event {id}")];
        lines.extend(
            self.answers
                .iter()
                .filter(|a| a.id == id)
                .map(|a| format!("  answered {a:?}")),
        );
        lines.extend(
            self.events
                .iter()
                .filter(|e| e.0 == id)
                .map(|e| format!("  stored as {}", e.1)),
        );
        for run in self.runs.iter().filter(|run| run.id == id) {
            lines.push(format!("  {} is {} {}", run.run, run.state, run.reason));
            let records = self.journal.iter().filter(|record| record.run == run.run);
            lines.extend(records.map(|r| {
                format!(
                    "    {} {} {} {:?} {:?}",
                    r.n, r.kind, r.step, r.verdict, r.message
                )
            }));
        }
        let seen = self.arrivals.iter().filter(|arrival| arrival.id == id);
        lines.extend(seen.map(|a| {
            format!(
                "  the vendor saw {}/{} {:?} {}",
                a.lane,
                a.class.name(),
                a.toxic,
                a.body
            )
        }));
        lines.join("\n")
    }
}

fn broken(promise: &'static str, id: u64, text: String) -> Violation {
    Violation {
        promise,
        id: Some(id),
        text,
    }
}

/// The class of an action of the bundles.
#[must_use]
pub fn class_of(action: &str) -> Option<Class> {
    Some(match action {
        "keyed" => Class::Keyed,
        "put" => Class::Idempotent,
        "note" => Class::Harmless,
        "pay" => Class::Unsafe,
        "bonus" => Class::Bonus,
        _ => return None,
    })
}

fn number(body: &[u8]) -> (u64, String) {
    let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    (
        json["job"]["id"].as_u64().unwrap_or(0),
        json["job"]["kind"].as_str().unwrap_or_default().to_owned(),
    )
}

fn events(store: &Connection) -> rusqlite::Result<Vec<(u64, String)>> {
    // What the daemon tells of its own runs are events, too; nobody has sent them.
    let mut query = store.prepare("SELECT body, id FROM events WHERE connector = 'source'")?;
    let rows = query.query_map([], |row| {
        Ok((number(&row.get::<_, Vec<u8>>(0)?).0, row.get(1)?))
    })?;
    rows.collect()
}

fn runs(store: &Connection) -> rusqlite::Result<Vec<RunRow>> {
    let question = "SELECT runs.id, events.n, events.body, runs.bundle, runs.state, coalesce(runs.reason, ''),
            runs.due IS NOT NULL, runs.order_key, coalesce(versions.sources, '')
        FROM runs JOIN events ON events.id = runs.event LEFT JOIN versions ON versions.version = runs.version
        WHERE events.connector = 'source' ORDER BY runs.n";
    let mut query = store.prepare(question)?;
    let rows = query.query_map([], |row| {
        let (id, kind) = number(&row.get::<_, Vec<u8>>(2)?);
        Ok(RunRow {
            run: row.get(0)?,
            event_n: row.get(1)?,
            id,
            bundle: row.get(3)?,
            state: row.get(4)?,
            reason: row.get(5)?,
            has_due: row.get(6)?,
            order_key: row.get(7)?,
            sources: row.get(8)?,
            kind,
        })
    })?;
    rows.collect()
}

fn journal(store: &Connection) -> rusqlite::Result<Vec<Record>> {
    let question =
        "SELECT n, run, step, kind, action, request_body, verdict, message FROM journal ORDER BY n";
    let mut query = store.prepare(question)?;
    let rows = query.query_map([], |row| {
        let request: Option<Vec<u8>> = row.get(5)?;
        Ok(Record {
            n: row.get(0)?,
            run: row.get(1)?,
            step: row.get(2)?,
            kind: row.get(3)?,
            action: row.get(4)?,
            request: request.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            verdict: row.get(6)?,
            message: row.get(7)?,
        })
    })?;
    rows.collect()
}

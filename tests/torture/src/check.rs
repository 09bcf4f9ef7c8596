//! The checker: reads the load's log, the sink's ledger and the store by SQL, and says which promise was broken for whom.
//!
//! It knows the tables of the store and nothing of the code that writes them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::load::Delivery;
use crate::sink::Entry;

/// Of one kind so many violations are kept.
const KEPT: usize = 5;

/// What was found.
#[derive(Debug, Default, Clone)]
pub struct Verdict {
    /// By promise, what was broken for whom.
    pub broken: BTreeMap<&'static str, Vec<String>>,
    /// Violations in all.
    pub count: u64,
    /// What was looked at.
    pub counts: BTreeMap<&'static str, u64>,
}

impl Verdict {
    /// Keeps a violation.
    pub fn broke(&mut self, promise: &'static str, what: String) {
        self.count += 1;
        let kept = self.broken.entry(promise).or_default();
        if kept.len() < KEPT {
            kept.push(what);
        }
    }

    /// Counts something.
    pub fn saw(&mut self, what: &'static str, count: u64) {
        *self.counts.entry(what).or_default() += count;
    }

    /// Adds what was found elsewhere.
    pub fn add(&mut self, other: Verdict) {
        self.count += other.count;
        for (promise, found) in other.broken {
            let kept = self.broken.entry(promise).or_default();
            let room = KEPT.saturating_sub(kept.len());
            kept.extend(found.into_iter().take(room));
        }
        for (what, count) in other.counts {
            self.saw(what, count);
        }
    }

    /// With the number of what is left in it.
    pub fn recounted(mut self) -> Self {
        self.count = self.broken.values().map(|found| found.len() as u64).sum();
        self
    }

    /// In one line.
    pub fn line(&self) -> String {
        match self.broken.iter().next() {
            None => "kept every promise".to_owned(),
            Some((promise, what)) => format!(
                "{} violations; {promise}: {}",
                self.count,
                what.first().map_or("", String::as_str)
            ),
        }
    }
}

/// Opens a store to read it beside the daemon.
pub fn open(store: &Path) -> Result<Connection, String> {
    let connection = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(|error| format!("{}: {error}", store.display()))?;
    let _ = connection.busy_timeout(Duration::from_secs(20));
    Ok(connection)
}

/// The number that a query gives.
pub fn number(connection: &Connection, sql: &str) -> Result<u64, String> {
    let found: i64 = connection
        .query_row(sql, [], |row| row.get(0))
        .map_err(|error| format!("{sql}: {error}"))?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// What goes on by itself. `looked_up`: also runs that are looked up in their own time.
fn going(looked_up: bool) -> String {
    let unless = match looked_up {
        true => "",
        false => " AND coalesce(reason, '') NOT LIKE 'nobody knows whether%'",
    };
    format!(
        "SELECT (SELECT count(*) FROM events WHERE state IN ('received', 'enriching'))
              + (SELECT count(*) FROM runs WHERE state IN ('ready', 'waiting'){unless}
                     AND coalesce(reason, '') NOT LIKE '%is in doubt in%')"
    )
}

/// Waits until nothing goes on by itself; the number of what does if patience ends.
pub fn quiet(store: &Path, looked_up: bool, patience: Duration) -> Result<u64, String> {
    let until = Instant::now() + patience;
    let connection = open(store)?;
    let sql = going(looked_up);
    loop {
        let left = number(&connection, &sql)?;
        if left == 0 || Instant::now() > until {
            return Ok(left);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A run, as the checker sees it.
struct Run {
    id: String,
    key: String,
    rule: String,
    state: String,
    reason: String,
    due: Option<i64>,
    n: i64,
}

/// A record of a journal.
struct Record {
    kind: String,
    step: String,
    verdict: String,
    outcome: String,
    digest: String,
    action: String,
}

struct Store {
    runs: Vec<Run>,
    journals: HashMap<String, Vec<Record>>,
    events: HashMap<String, u64>,
    states: HashMap<String, (String, String)>,
    /// By run, which version its rules say that they are: `v7`.
    says: HashMap<String, String>,
}

fn read(store: &Path) -> Result<Store, String> {
    let connection = open(store)?;
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    if found != "ok" {
        return Err(format!("the store is damaged: {found}"));
    }
    let text = |error: rusqlite::Error| error.to_string();
    let mut events: HashMap<String, u64> = HashMap::new();
    let mut states = HashMap::new();
    let mut query = connection
        .prepare("SELECT coalesce(key, ''), state, id FROM events")
        .map_err(text)?;
    let rows = query
        .query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
            ))
        })
        .map_err(text)?;
    for row in rows {
        let (key, state, id) = row.map_err(text)?;
        *events.entry(key.clone()).or_default() += 1;
        states.insert(key, (state, id));
    }
    let sql = "SELECT runs.id, coalesce(events.key, ''), rule, runs.state, coalesce(runs.reason, ''), due, runs.n
               FROM runs JOIN events ON events.id = runs.event ORDER BY runs.n";
    let mut query = connection.prepare(sql).map_err(text)?;
    let rows = query
        .query_map([], |row| {
            Ok(Run {
                id: row.get(0)?,
                key: row.get(1)?,
                rule: row.get(2)?,
                state: row.get(3)?,
                reason: row.get(4)?,
                due: row.get(5)?,
                n: row.get(6)?,
            })
        })
        .map_err(text)?;
    let runs = rows.collect::<Result<Vec<Run>, _>>().map_err(text)?;
    let sql = "SELECT run, kind, step, coalesce(verdict, ''), coalesce(outcome, ''), digest, action
               FROM journal ORDER BY run, seq";
    let mut query = connection.prepare(sql).map_err(text)?;
    let rows = query
        .query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                Record {
                    kind: row.get(1)?,
                    step: row.get(2)?,
                    verdict: row.get(3)?,
                    outcome: row.get(4)?,
                    digest: row.get(5)?,
                    action: row.get(6)?,
                },
            ))
        })
        .map_err(text)?;
    let mut journals: HashMap<String, Vec<Record>> = HashMap::new();
    for row in rows {
        let (run, record) = row.map_err(text)?;
        journals.entry(run).or_default().push(record);
    }
    Ok(Store {
        runs,
        journals,
        events,
        states,
        says: versions(&connection).map_err(text)?,
    })
}

/// Which version the rules of each run say that they are.
fn versions(connection: &Connection) -> rusqlite::Result<HashMap<String, String>> {
    let mut said: HashMap<String, String> = HashMap::new();
    let mut query = connection.prepare("SELECT version, sources FROM versions")?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    for row in rows {
        let (version, sources) = row?;
        // The sources are kept as JSON, where quotes are escaped.
        let mut words = sources.split("version: ").filter_map(|rest| {
            let word = rest.strip_prefix("\\\"v").or(rest.strip_prefix("\"v"))?;
            let number: String = word.chars().take_while(char::is_ascii_digit).collect();
            Some(format!("v{number}"))
        });
        said.insert(version, words.next().unwrap_or_default());
    }
    let mut query = connection.prepare("SELECT id, version FROM runs")?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut of_run = HashMap::new();
    for row in rows {
        let (run, version) = row?;
        of_run.insert(run, said.get(&version).cloned().unwrap_or_default());
    }
    Ok(of_run)
}

/// The rules that act on a delivery.
fn rules(acts: &str) -> &'static [&'static str] {
    match acts {
        "all" => &["repeatable", "ordered", "money", "bonus", "shared"],
        "keyed" => &["repeatable"],
        "note" => &["one_note"],
        "put" => &["one_put"],
        "pay" => &["one_pay"],
        "give" => &["money"],
        "bonus" => &["bonus"],
        _ => &[],
    }
}

/// The mark of a step.
fn mark(delivery: &Delivery, rule: &str, step: &str) -> String {
    match rule {
        "ordered" => format!("{}/{}/ordered", delivery.group, delivery.id),
        "shared" => format!("{}/shared", delivery.group),
        _ => format!("{}/{step}", delivery.id),
    }
}

/// Decides P1 to P8. `finished`: nothing was left to do when the store was read.
pub fn check(store: &Path, log: &[Delivery], ledger: &[Entry], finished: bool) -> Verdict {
    let mut verdict = Verdict::default();
    let store = match read(store) {
        Ok(store) => store,
        Err(why) => {
            verdict.broke("P1", why);
            return verdict;
        }
    };
    let mut by_mark: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in ledger {
        by_mark.entry(&entry.mark).or_default().push(entry);
    }
    let by_id: HashMap<&str, &Delivery> = log.iter().map(|one| (one.id.as_str(), one)).collect();
    verdict.saw(
        "acknowledged",
        log.iter().filter(|one| one.acknowledged > 0).count() as u64,
    );
    verdict.saw("events", store.events.values().sum());
    verdict.saw("runs", store.runs.len() as u64);
    verdict.saw("calls", ledger.len() as u64);
    events(&store, log, finished, &mut verdict);
    runs(&store, &mut verdict);
    effects(&store, &by_id, &by_mark, &mut verdict);
    repeatable(ledger, &mut verdict);
    one_version(&store, &by_id, &by_mark, &mut verdict);
    order(&store, &by_id, ledger, &mut verdict);
    verdict
}

/// P1, P2: what was answered 2xx is there once; nothing is there twice.
fn events(store: &Store, log: &[Delivery], finished: bool, verdict: &mut Verdict) {
    let mut runs: HashSet<(&str, &str)> = HashSet::new();
    for run in &store.runs {
        if !runs.insert((&run.key, &run.rule)) {
            verdict.broke("P2", format!("{} has two runs of {}", run.key, run.rule));
        }
    }
    for delivery in log {
        let found = store.events.get(&delivery.id).copied().unwrap_or(0);
        if delivery.acknowledged > 0 && found == 0 {
            verdict.broke(
                "P1",
                format!("{} was answered 2xx and is lost", delivery.id),
            );
        }
        if found > 1 {
            verdict.broke("P2", format!("{} is stored {found} times", delivery.id));
        }
        let (state, stored) = match store.states.get(&delivery.id) {
            Some((state, stored)) => (state.as_str(), stored.as_str()),
            None => ("", ""),
        };
        if found == 1 && delivery.events.iter().any(|named| named != stored) {
            let named = delivery.events.join(", ");
            let text = format!("{} is {stored}, answers named {named}", delivery.id);
            verdict.broke("P2", text);
        }
        if found == 0 || !finished {
            continue;
        }
        // What was kept long enough is emptied.
        if !matches!(state, "routed" | "erased") {
            verdict.broke("P3", format!("{} is {state}, not routed", delivery.id));
        }
        for rule in rules(delivery.acts) {
            if !runs.contains(&(delivery.id.as_str(), *rule)) {
                verdict.broke("P1", format!("{} has no run of {rule}", delivery.id));
            }
        }
    }
}

/// P3: nothing is stuck invisibly.
fn runs(store: &Store, verdict: &mut Verdict) {
    for run in &store.runs {
        let is_visible = match run.state.as_str() {
            "waiting" => run.due.is_some() || !run.reason.is_empty(),
            "queued" | "in_doubt" => !run.reason.is_empty(),
            _ => true,
        };
        if !is_visible {
            verdict.broke(
                "P3",
                format!("{} is {} and says not why", run.id, run.state),
            );
        }
        if run.state == "in_doubt" {
            verdict.saw("in doubt", 1);
        }
    }
}

/// P5, P6, P8: what the journal says is what the sink has.
fn effects(
    store: &Store,
    by_id: &HashMap<&str, &Delivery>,
    by_mark: &HashMap<&str, Vec<&Entry>>,
    verdict: &mut Verdict,
) {
    let none = Vec::new();
    for run in &store.runs {
        let Some(delivery) = by_id.get(run.key.as_str()) else {
            continue;
        };
        let journal = store.journals.get(&run.id).unwrap_or(&none);
        let mut steps: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
        for record in journal.iter().filter(|record| record.kind != "end") {
            steps.entry(&record.step).or_default().push(record);
        }
        for (step, records) in steps {
            let mark = mark(delivery, &run.rule, step);
            let entries = by_mark.get(mark.as_str()).map_or(&[][..], Vec::as_slice);
            let done = entries.iter().filter(|entry| entry.applied).count();
            let own: Vec<&&Record> = records
                .iter()
                .filter(|record| !record.action.ends_with(".operations"))
                .collect();
            let mut digests: Vec<&str> = own.iter().map(|record| record.digest.as_str()).collect();
            digests.sort_unstable();
            digests.dedup();
            if digests.len() > 1 {
                verdict.broke("P8", format!("{step} of {} has two digests", run.id));
            }
            let says = |wanted: &str| records.iter().any(|record| record.verdict == wanted);
            let applied = says("applied") || says("applied_result_lost");
            if applied && done == 0 {
                let text = format!("{mark} is applied in {}, the vendor has it not", run.id);
                verdict.broke("P6", text);
            }
            let clear_no = !own.is_empty()
                && own
                    .iter()
                    .all(|record| matches!(record.verdict.as_str(), "not_sent" | "refused"));
            if clear_no && done > 0 && run.rule != "shared" {
                verdict.broke(
                    "P6",
                    format!("{mark} is not done in {}, the vendor has it", run.id),
                );
            }
            let is_unsafe = matches!(run.rule.as_str(), "money" | "bonus" | "shared");
            if !is_unsafe {
                continue;
            }
            if done > 1 {
                let sent = entries.len();
                verdict.broke("P5", format!("{mark} was done {done} times ({sent} calls)"));
            }
            let unknown = records
                .iter()
                .filter(|record| record.verdict == "unknown")
                .count();
            let decided = applied || records.iter().any(|record| record.kind == "decision");
            let surfaced = run.state == "in_doubt"
                || run.reason.starts_with("nobody knows whether")
                || (run.rule == "shared" && run.state == "waiting");
            if unknown > 0 && !decided && !surfaced {
                let state = &run.state;
                verdict.broke(
                    "P5",
                    format!("{mark} is unknown, and {} is {state}", run.id),
                );
            }
            let intents = records
                .iter()
                .filter(|record| record.kind == "intent")
                .count();
            if run.rule != "shared" && entries.len() > intents {
                let text = format!(
                    "{mark} was sent {} times on {intents} intents",
                    entries.len()
                );
                verdict.broke("P5", text);
            }
            if run.rule == "bonus" && entries.len() > 1 {
                let absent = records
                    .iter()
                    .filter(|record| record.outcome == "readback_absent")
                    .count();
                let first_unknown = entries.first().is_some_and(|entry| {
                    use crate::sink::Toxic;
                    !matches!(
                        entry.toxic,
                        Toxic::Limited | Toxic::LimitedBare | Toxic::Refused
                    )
                });
                if first_unknown && absent < 3 {
                    verdict.broke("P5", format!("{mark} was sent again after {absent} looks"));
                }
            }
        }
        if run.state == "done" {
            let steps: &[&str] = match run.rule.as_str() {
                "repeatable" => &["note", "put", "pay"],
                "one_note" => &["note"],
                "ordered" | "one_put" => &["put"],
                "one_pay" => &["pay"],
                "bonus" => &["bonus"],
                _ => &["give"],
            };
            let is_lacking = |step: &&&str| !is_done(by_mark, &mark(delivery, &run.rule, step));
            let lacking = steps.iter().find(is_lacking);
            if let Some(step) = lacking {
                verdict.broke("P4", format!("{} is done, and its {step} is not", run.id));
            }
        }
    }
}

fn is_done(by_mark: &HashMap<&str, Vec<&Entry>>, mark: &str) -> bool {
    let entries = by_mark.get(mark);
    entries.is_some_and(|entries| entries.iter().any(|entry| entry.applied))
}

/// P4: every attempt of what may be repeated has the same bytes and the same key.
fn repeatable(ledger: &[Entry], verdict: &mut Verdict) {
    let mut first: HashMap<(&str, &str), &Entry> = HashMap::new();
    for entry in ledger {
        if entry.action == "/give" {
            continue;
        }
        let known = first.entry((&entry.action, &entry.mark)).or_insert(entry);
        if known.body != entry.body {
            let text = format!(
                "{} was sent as {} and as {}",
                entry.mark, known.body, entry.body
            );
            verdict.broke("P4", text);
        }
        if entry.action == "/pay" && known.key != entry.key {
            verdict.broke(
                "P4",
                format!("{} has two keys: it is done twice", entry.mark),
            );
        }
    }
}

/// P8: every request of a run says the version that the run began with.
fn one_version(
    store: &Store,
    by_id: &HashMap<&str, &Delivery>,
    by_mark: &HashMap<&str, Vec<&Entry>>,
    verdict: &mut Verdict,
) {
    for run in &store.runs {
        let steps: &[&str] = match run.rule.as_str() {
            "repeatable" => &["note", "put", "pay"],
            "ordered" => &["put"],
            _ => continue,
        };
        let Some(delivery) = by_id.get(run.key.as_str()) else {
            continue;
        };
        let began = store.says.get(&run.id).map_or("", String::as_str);
        for step in steps {
            let mark = mark(delivery, &run.rule, step);
            for entry in by_mark.get(mark.as_str()).into_iter().flatten() {
                let body: serde_json::Value = serde_json::from_str(&entry.body).unwrap_or_default();
                let said = body["version"].as_str().unwrap_or_default();
                if said != began {
                    let text = format!("{mark} says {said:?}, {} began with {began:?}", run.id);
                    verdict.broke("P8", text);
                }
            }
        }
    }
}

/// P7: of one group, the calls come in the order of their runs.
fn order(store: &Store, by_id: &HashMap<&str, &Delivery>, ledger: &[Entry], verdict: &mut Verdict) {
    let mut place: HashMap<String, i64> = HashMap::new();
    for run in store.runs.iter().filter(|run| run.rule == "ordered") {
        if let Some(delivery) = by_id.get(run.key.as_str()) {
            place.insert(mark(delivery, "ordered", "put"), run.n);
        }
    }
    let mut last: HashMap<&str, (i64, &str)> = HashMap::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for entry in ledger
        .iter()
        .filter(|entry| entry.mark.ends_with("/ordered"))
    {
        let group = entry.mark.split('/').next().unwrap_or_default();
        if !seen.insert(&entry.mark) {
            // A repetition, too, comes before the next one has begun.
            if let Some((_, mark)) = last.get(group)
                && *mark != entry.mark
            {
                let text = format!("{} came again behind {mark}", entry.mark);
                verdict.broke("P7", text);
            }
            continue;
        }
        let Some(n) = place.get(&entry.mark) else {
            continue;
        };
        if let Some((before, mark)) = last.get(group)
            && before > n
        {
            verdict.broke("P7", format!("{} came behind {mark}", entry.mark));
        }
        last.insert(group, (*n, &entry.mark));
    }
}

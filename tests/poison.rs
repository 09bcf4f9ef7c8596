//! What hurts the process that works on it is put aside after eight deaths in a row, with its input, and told of; all others go on.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::daemon::{Daemon, run, settings, sql};
use crate::support::door::Door;
use crate::support::http::post_json;
use crate::support::stub::{Reply, Stub, plazius};
use crate::support::{PHRASE, bundle, order};

struct Place {
    dir: tempfile::TempDir,
    bundles: PathBuf,
    vendor: Stub,
}

impl Place {
    fn new(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Place {
        let dir = tempfile::tempdir().unwrap();
        let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
        let vendor = plazius(move |_, _| reply());
        Place {
            dir,
            bundles,
            vendor,
        }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A daemon that dies when it works on what has this id, or an id that begins so.
    fn start(&self, dies_over: Option<&str>) -> Result<Daemon, String> {
        let mut env = settings("http://127.0.0.1:9", &self.vendor.url());
        env.extend(dies_over.map(|over| ("ONDO_TEST_ABORT_OVER".to_owned(), over.to_owned())));
        Daemon::try_start(&self.bundles, &self.data(), &env)
    }

    /// Starts one that dies of what the store holds.
    fn dies(&self, over: &str) {
        if let Ok(mut daemon) = self.start(Some(over)) {
            daemon.wait_for_end();
        }
    }

    fn text(&self, query: &str) -> String {
        let row = |row: &rusqlite::Row<'_>| row.get(0);
        sql(&self.data()).query_row(query, [], row).unwrap()
    }
}

fn deaths(data: &Path) -> String {
    std::fs::read_to_string(data.join("deaths")).unwrap_or_default()
}

#[test]
fn a_run_over_which_the_process_died_again_and_again_is_put_aside() {
    let place = Place::new(|| Reply::Json(200, String::new()));
    let mut daemon = place.start(Some("run_")).unwrap();
    let _ = daemon.post_order("bonus", &order(1, |_| {}));
    daemon.wait_for_end();
    let id = place.text("SELECT id FROM runs");
    for _ in 0..7 {
        place.dies(&id);
    }

    // The ninth process is told not to touch it: it lives, although it would die of it.
    let daemon = place.start(Some(&id)).unwrap();
    daemon.post_order("bonus", &order(2, |_| {})).unwrap();
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'dead'", 1);
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
    assert_eq!(
        place.text("SELECT reason FROM runs WHERE state = 'dead'"),
        "quarantined: the process ended 8 times while it worked on this run"
    );
    assert_eq!(place.text("SELECT id FROM runs WHERE state = 'dead'"), id);
    assert_eq!(place.vendor.seen_at("/addBonus").len(), 1);
    let data = place.data();
    let shown = run(&["show", &id, "--data", data.to_str().unwrap()]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    // With its input.
    assert!(
        shown.contains("quarantined:") && shown.contains("1-Ц"),
        "{shown}"
    );
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn an_event_over_which_the_process_died_again_and_again_is_put_aside() {
    let place = Place::new(|| Reply::Json(200, String::new()));
    let mut daemon = place.start(Some("evt_")).unwrap();
    let _ = daemon.post_order("bonus", &order(1, |_| {}));
    daemon.wait_for_end();
    let id = place.text("SELECT id FROM events");
    for _ in 0..7 {
        place.dies(&id);
    }
    let daemon = place.start(Some(&id)).unwrap();
    daemon.post_order("bonus", &order(2, |_| {})).unwrap();
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
    daemon.wait_for(
        "SELECT count(*) FROM events WHERE state = 'dead' AND reason LIKE 'quarantined:%'",
        1,
    );
    // Once dead it is left alone for good.
    drop(daemon);
    assert_eq!(place.start(Some(&id)).unwrap().stop(), Some(0));
}

#[test]
fn a_process_that_is_killed_while_a_run_waits_for_the_vendor_says_nothing_against_the_run() {
    let place = Place::new(|| Reply::Silence(Duration::from_secs(30)));
    let daemon = place.start(None).unwrap();
    daemon.post_order("bonus", &order(1, |_| {})).unwrap();
    place.vendor.wait_for("/addBonus", 1);
    daemon.kill();
    for _ in 0..4 {
        let daemon = place.start(None).unwrap();
        daemon.wait_for(
            "SELECT count(*) FROM runs WHERE reason LIKE 'nobody knows whether%'",
            1,
        );
        // Its last step is over.
        std::thread::sleep(Duration::from_millis(100));
        daemon.kill();
    }
    assert_eq!(deaths(&place.data()), "");
    let daemon = place.start(None).unwrap();
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'waiting'", 1);
}

#[test]
fn a_call_that_was_under_way_when_a_run_is_put_aside_stays_unknown() {
    let place = Place::new(|| Reply::Silence(Duration::from_secs(30)));
    let daemon = place.start(None).unwrap();
    daemon.post_order("bonus", &order(1, |_| {})).unwrap();
    place.vendor.wait_for("/addBonus", 1);
    daemon.kill();
    let id = place.text("SELECT id FROM runs");
    for _ in 0..8 {
        place.dies(&id);
    }
    let daemon = place.start(None).unwrap();
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'dead'", 1);
    let reason = place.text("SELECT reason FROM runs");
    assert!(
        reason.starts_with("quarantined:") && reason.contains("nobody knows whether"),
        "{reason}"
    );
    // It is not taken for something that may be done again.
    assert_ne!(place.text("SELECT state FROM effects"), "absent");
    assert_eq!(place.vendor.seen_at("/addBonus").len(), 1);
}

/// Expressions that loop, grow or compute without end, each with what makes it so.
fn mappings() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |name: &str, expression: String| all.push((name.to_owned(), expression));
    for depth in 2..=11 {
        // Each level goes through the list for every item of the level above.
        let text = (0..depth).fold("1".to_owned(), |inner, level| {
            format!("sum({inner} for item{level} in lead.items)")
        });
        add("nested", text);
    }
    for times in 1..=10 {
        let mut text = "lead.text".to_owned();
        for _ in 0..times * 4 {
            text = format!("replace({text}, \"а\", \"аааааааааа\")");
        }
        add("grows", format!("length({text})"));
    }
    for times in 1..=10 {
        let mut text = "lead.number".to_owned();
        for _ in 0..times {
            text = format!("({text} * {text})");
        }
        add("big", text);
    }
    for pattern in [
        "(а+)+$",
        "(а|а)*$",
        "(а|аа)+$",
        "(.*)*$",
        "([а-я]+)*$",
        "(а*)*(а*)*$",
        "(а{1,10}){1,10}$",
        "^(а?){25}а{25}$",
        "(.*а){20}",
        "((а*)*)*$",
    ] {
        add(
            "regex",
            format!("if lead.text matches \"{pattern}\" then 1 else 0"),
        );
    }
    for times in 1..=10 {
        let text = "[".repeat(times * 6) + "1" + &"]".repeat(times * 6);
        add("deep", format!("count({text})"));
    }
    all
}

#[test]
fn fifty_poison_mappings_end_within_their_budget_and_the_others_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for (number, (kind, expression)) in mappings().into_iter().enumerate() {
        let name = format!("{kind}{number}");
        let text = format!(
            r#"account form = webhook {{ open: true }}
type Lead = {{ id: int, text: string, number: decimal, items: [{{ id: int }}] }}
rule poison: on form.post("/x") as lead: Lead once per lead.id do fail "{{{expression}}}"
"#
        );
        bundle(dir.path(), &format!("{name}.ondo"), &text);
        names.push(name);
    }
    let healthy = r#"account form = webhook { open: true }
type Lead = { id: int }
rule well: on form.post("/x") as lead: Lead once per lead.id do fail "на месте {lead.id}"
"#;
    let bundles = bundle(dir.path(), "healthy.ondo", healthy);
    let daemon = Daemon::start(&bundles, &dir.path().join("data"), &[]);
    let items: Vec<_> = (0..500).map(|id| serde_json::json!({ "id": id })).collect();
    let lead = serde_json::json!({
        "id": 1, "text": "а".repeat(5_000), "number": 99_999_999, "items": items,
    });
    let (mut taken, mut unusable, mut slowest) = (0, 0, Duration::ZERO);
    for (number, name) in names.iter().enumerate() {
        let begin = Instant::now();
        let answer = post_json(daemon.addr, &format!("/hooks/{name}/x"), &lead).unwrap();
        match answer.status {
            200 => taken += 1,
            // The compiler has refused it.
            404 => unusable += 1,
            status => panic!("{name}: {status}"),
        }
        // Somebody else's event in between comes through.
        let other = serde_json::json!({ "id": number });
        let answer = post_json(daemon.addr, "/hooks/healthy/x", &other).unwrap();
        assert_eq!(answer.status, 200);
        daemon.wait_for(
            "SELECT count(*) FROM runs WHERE bundle = 'healthy' AND state = 'failed'",
            number as i64 + 1,
        );
        slowest = slowest.max(begin.elapsed());
    }
    daemon.wait_until_quiet();
    let states = |state: &str| -> i64 {
        let query =
            format!("SELECT count(*) FROM runs WHERE bundle <> 'healthy' AND state = '{state}'");
        daemon
            .sql()
            .query_row(&query, [], |row| row.get(0))
            .unwrap()
    };
    let (failed, dead) = (states("failed"), states("dead"));
    let cut = |reason: &str| -> i64 {
        let query = format!(
            "SELECT count(*) FROM runs WHERE bundle <> 'healthy' AND reason LIKE '%{reason}%'"
        );
        daemon
            .sql()
            .query_row(&query, [], |row| row.get(0))
            .unwrap()
    };
    let (work, size, digits) = (
        cut("too much work"),
        cut("too large"),
        cut("more than 28 digits"),
    );
    println!("cut: {work} by their work, {size} by their size, {digits} by their digits");
    assert!(work > 0 && size > 0 && digits > 0, "{work} {size} {digits}");
    let (_, most) = daemon.memory_kib();
    println!(
        "{} mappings: {taken} taken, {unusable} refused by the compiler; {failed} failed, {dead} dead; the slowest and another's event took {slowest:?}; at most {} MiB",
        names.len(),
        most / 1024
    );
    assert_eq!(failed + dead, taken);
    assert!(taken >= 25, "{}", daemon.log());
    // Without optimisations five million steps take their time.
    let patience = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 5 });
    assert!(slowest < patience, "{slowest:?}");
    assert!(most < 512 * 1024, "{most} KiB");
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn the_note_of_what_is_worked_on_is_blank_when_nothing_is() {
    let door = Door::open(&[]);
    for _ in 0..5 {
        door.assert_well();
    }
    let note = || std::fs::read_to_string(door.data().join("working")).unwrap();
    let patience = Instant::now() + Duration::from_secs(10);
    while !note().trim().is_empty() {
        assert!(Instant::now() < patience, "{}", note());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(note().len(), 128);
}

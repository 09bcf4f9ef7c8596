//! Stores that earlier versions left: what was not finished goes on, what was in doubt stays so, nothing is lost.
//!
//! `stores/format-N.db` was written by the binary of that time; `stores/README.md` says how.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::daemon::{Daemon, settings, sql};
use crate::support::http::request;
use crate::support::stub::{Reply, Stub, plazius};
use crate::support::{bundle, order, root};

/// Bonuses go out one after another for each site; cards are a call that nobody can look up.
const RULES: &str = r#"rule bonus: on retailcrm.order when status == "new" and phone != null ordered by site do plazius.addBonus(
  guest:        { type: "phone", phone: e164(phone, region: "RU") },
  organization: { type: "rkObjectId", id: "4174244" },
  amount:       round(totalSumm * 5%, 2),
  comment:      "Order {number}",
)

rule card: on retailcrm.order when status == "card" and phone != null do plazius.addLoyaltyCard(
  guest:        { type: "phone", phone: e164(phone, region: "RU") },
  organization: { type: "rkObjectId", id: "4174244" },
  cardTrack:    "track-{id}",
  cardNumber:   "card-{id}",
)
"#;

/// A run that waits, two that are queued behind it, one in doubt, one that is done, an event that no rule took.
const MADE: [(&str, i64); 4] = [("waiting", 1), ("queued", 2), ("in_doubt", 1), ("done", 1)];

fn folder() -> PathBuf {
    root().join("tests/stores")
}

fn counts(data: &Path) -> BTreeMap<&'static str, i64> {
    let store = sql(data);
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        store.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    ["events", "runs", "versions", "active", "passed"]
        .into_iter()
        .map(|table| (table, count(table)))
        .collect()
}

fn in_state(state: &str) -> String {
    format!("SELECT count(*) FROM runs WHERE state = '{state}'")
}

/// Writes `stores/format-N.db` with the binary that `ONDO_BINARY` names.
#[test]
#[ignore = "writes into the repository; see stores/README.md"]
fn make_a_store() {
    let vendor = plazius(|request, _| {
        if request.first_line.contains("addLoyaltyCard") {
            return Reply::Json(500, "{}".into());
        }
        if request.text().contains("Order 1-") {
            return Reply::Json(200, String::new());
        }
        Reply::With(429, vec![("Retry-After".into(), "20".into())], "{}".into())
    });
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "cafe.ondo", RULES);
    let daemon = Daemon::start(
        &bundles,
        &data,
        &settings("http://127.0.0.1:9", &vendor.url()),
    );
    let post = |id: u64, status: &str| {
        let order = order(id, |order| order["status"] = status.into());
        assert_eq!(daemon.post_order("cafe", &order).unwrap().status, 200);
    };
    post(1, "new");
    daemon.wait_for(&in_state("done"), 1);
    post(2, "card");
    daemon.wait_for(&in_state("in_doubt"), 1);
    for id in [3, 4, 5] {
        post(id, "new");
    }
    daemon.wait_for(&in_state("queued"), 2);
    daemon.wait_for(&in_state("waiting"), 1);
    post(6, "cancel-other");
    daemon.wait_for(
        "SELECT count(*) FROM events WHERE state IN ('routed', 'unrouted')",
        6,
    );
    assert_eq!(daemon.stop(), Some(0));
    let store = sql(&data);
    let format: i64 = store
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    drop(store);
    let made = folder().join(format!("format-{format}.db"));
    std::fs::copy(data.join("ondo.db"), &made).unwrap();
    println!("wrote {}", made.display());
}

/// The store of a format goes on with this binary: these bonuses are paid.
fn goes_on(format: u32, paid_then: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::copy(
        folder().join(format!("format-{format}.db")),
        data.join("ondo.db"),
    )
    .unwrap();
    let before = counts(&data);
    for (state, count) in MADE {
        let found: i64 = sql(&data)
            .query_row(&in_state(state), [], |row| row.get(0))
            .unwrap();
        assert_eq!(found, count, "{state}");
    }

    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let bundles = bundle(dir.path(), "cafe.ondo", RULES);
    let daemon = Daemon::start(
        &bundles,
        &data,
        &settings("http://127.0.0.1:9", &vendor.url()),
    );
    daemon.wait_until_quiet();
    assert_eq!(paid(&vendor), paid_then);
    // Nobody knows whether the card was bound: it is not tried again.
    daemon.wait_for(&in_state("in_doubt"), 1);
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 0);
    assert_eq!(daemon.stop(), Some(0));
    let after = counts(&data);
    for table in ["events", "runs", "passed"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    assert!(after["versions"] >= before["versions"]);
}

/// Comments of the bonuses in the order in which they went out, without their markers.
fn paid(vendor: &Stub) -> Vec<String> {
    let calls = vendor.seen_at("/addBonus");
    let comment = |call: &crate::support::http::Message| {
        let body = call.json();
        let comment = body["comment"].as_str().unwrap().to_owned();
        comment
            .split_once(" [")
            .map_or(comment.clone(), |(comment, _)| comment.to_owned())
    };
    calls.iter().map(comment).collect()
}

const ALL: [&str; 3] = ["Order 3-Ц", "Order 4-Ц", "Order 5-Ц"];

#[test]
fn a_store_of_the_first_format_goes_on() {
    // Its binary sent no markers. The bonus that was refused then would be another request now: it is not sent, and a person
    // sees why.
    goes_on(1, &ALL[1..]);
}

#[test]
fn a_store_of_the_second_format_goes_on() {
    goes_on(2, &ALL);
}

#[test]
fn a_store_of_the_third_format_goes_on() {
    goes_on(3, &ALL);
}

#[test]
fn a_store_of_the_fourth_format_goes_on() {
    goes_on(4, &ALL);
}

#[test]
fn a_store_of_this_format_goes_on() {
    goes_on(5, &ALL);
}

/// A folder with a copy of the store of this format.
fn data_of_this_format(dir: &Path) -> PathBuf {
    let data = dir.join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::copy(folder().join("format-5.db"), data.join("ondo.db")).unwrap();
    data
}

#[test]
fn a_daemon_forgets_at_its_start_what_was_kept_long_enough() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_of_this_format(dir.path());
    let bundles = bundle(dir.path(), "cafe.ondo", RULES);
    // Nobody answers: what has not ended stays so.
    let env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
    let keep = ["--keep-bodies", "0d"];
    let daemon = Daemon::try_start_with(&bundles, &data, &env, &keep).unwrap();
    daemon.wait_for("SELECT count(*) FROM events WHERE state = 'erased'", 2);
    let whole = "SELECT count(*) FROM events WHERE length(body) > 0";
    daemon.wait_for(whole, 4);
    daemon.wait_for(
        "SELECT count(*) FROM runs JOIN events ON runs.event = events.id
         WHERE runs.state IN ('waiting', 'queued', 'ready', 'in_doubt') AND length(events.body) > 0",
        4,
    );
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_daemon_whose_disk_is_nearly_full_says_so_and_takes_no_deliveries() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_of_this_format(dir.path());
    let bundles = bundle(dir.path(), "cafe.ondo", RULES);
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let full = ["--disk-free", "1000000000G"];
    let daemon = Daemon::try_start_with(&bundles, &data, &env, &full).unwrap();
    let ready = request(daemon.addr, "GET", "/readyz", &[], b"").unwrap();
    assert_eq!(
        (ready.status, ready.json()["status"].as_str()),
        (503, Some("disk-full"))
    );
    let well = request(daemon.addr, "GET", "/healthz", &[], b"").unwrap();
    assert_eq!(well.status, 200);
    let answer = daemon.post_order("cafe", &order(7, |_| {})).unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["error"]["code"], "disk-full");
    assert!(answer.header("retry-after").is_some());
    daemon.wait_for_log("nearly full");
    // What was begun goes on.
    daemon.wait_until_quiet();
    assert_eq!(paid(&vendor), ALL);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_copy_is_run_only_when_it_is_said_that_it_was_restored() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_of_this_format(dir.path());
    let file = rusqlite::Connection::open(data.join("ondo.db")).unwrap();
    file.execute_batch("INSERT INTO copies (made_at) VALUES (1772000000000000)")
        .unwrap();
    drop(file);
    let bundles = bundle(dir.path(), "cafe.ondo", RULES);
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let Err(log) = Daemon::try_start(&bundles, &data, &env) else {
        panic!("it started");
    };
    assert!(
        log.contains("this store was restored from a backup made at 2026-02-25T06:13:20Z: start with --recovered"),
        "{log}"
    );
    let daemon = Daemon::try_start_with(&bundles, &data, &env, &["--recovered"]).unwrap();
    daemon.wait_for("SELECT count(*) FROM runs WHERE check_first", 4);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_store_of_a_newer_format_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let file = data.join("ondo.db");
    std::fs::copy(folder().join("format-5.db"), &file).unwrap();
    let newer = rusqlite::Connection::open(&file).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(newer);
    let before = std::fs::read(&file).unwrap();
    let bundles = bundle(dir.path(), "cafe.ondo", RULES);
    let env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
    let Err(log) = Daemon::try_start(&bundles, &data, &env) else {
        panic!("it started");
    };
    for part in [
        "ondo.db was made by a newer ondo (format 99, this one knows up to ",
        "): update ondo",
    ] {
        assert!(log.contains(part), "{log}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

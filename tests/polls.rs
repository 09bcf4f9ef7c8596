//! Events that are asked for, over the real binary: Carbis' queue with its hash, Ozon's pages.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::daemon::{Daemon, ondo, run};
use crate::support::http::Message;
use crate::support::stub::{Reply, Stub};
use crate::support::{bundle, root};

/// The rule of the language's second page, more impatient.
const WAITER: &str = r#"on carbis.waiter_call poll every 1s valid for 5m do
  telegram.send(chat: "-1002003", text: "Стол {table_repr.name} зовёт {hash}")
"#;

/// What the restaurant's server has, and what it says instead.
#[derive(Default)]
struct Queue {
    updates: Vec<Value>,
    instead: Option<Reply>,
}

fn call(hash: &str, table: i64) -> Value {
    json!({
        "hash": hash, "code": "waiter_call", "table": table, "invoice": null, "order": null,
        "table_repr": { "id": table, "name": table.to_string(), "max_guests": 4 },
    })
}

/// Carbis' server and its queue.
fn carbis() -> (Stub, Arc<Mutex<Queue>>) {
    let queue: Arc<Mutex<Queue>> = Arc::default();
    let shared = queue.clone();
    let stub = Stub::start(move |request, _| {
        let queue = shared.lock().unwrap();
        if let Some(instead) = &queue.instead {
            return instead.clone();
        }
        let hash = asked_hash(request);
        let known = queue
            .updates
            .iter()
            .rposition(|update| update["hash"] == *hash);
        // An unknown hash brings everything.
        let new = &queue.updates[known.map_or(0, |at| at + 1)..];
        Reply::Json(
            200,
            json!({ "result": true, "data": { "updates": new } }).to_string(),
        )
    });
    (stub, queue)
}

fn asked_hash(request: &Message) -> String {
    let (_, rest) = request.first_line.split_once("hash=").unwrap();
    rest.split([' ', '&']).next().unwrap().to_owned()
}

fn hashes(stub: &Stub) -> Vec<String> {
    stub.seen().iter().map(asked_hash).collect()
}

fn telegram() -> Stub {
    Stub::start(|_, number| {
        let chat = json!({ "id": -1_002_003, "type": "group" });
        let message = json!({ "message_id": number, "date": 1_795_334_400, "chat": chat });
        Reply::Json(200, json!({ "ok": true, "result": message }).to_string())
    })
}

/// The texts that were sent, each with how often.
fn texts(telegram: &Stub) -> Vec<String> {
    let sent = telegram.seen_at("sendMessage");
    let texts = sent
        .iter()
        .map(|message| message.json()["text"].as_str().unwrap().to_owned());
    texts.collect()
}

fn env(carbis: &str, telegram: &str) -> Vec<(String, String)> {
    [
        ("CARBIS_URL", carbis),
        ("CARBIS_TOKEN", "carbis-token-1"),
        ("CARBIS_PRIVATENETWORK", "true"),
        ("TELEGRAM_BASE", telegram),
        ("TELEGRAM_TOKEN", "telegram-token-1"),
        ("TELEGRAM_PRIVATENETWORK", "true"),
        ("OZON_BASE", carbis),
        ("OZON_CLIENTID", "15"),
        ("OZON_APIKEY", "ozon-key-1"),
        ("OZON_HOOKSECRET", "ozon-secret-1"),
        ("OZON_PRIVATENETWORK", "true"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

const DONE: &str = "SELECT count(*) FROM runs WHERE state = 'done'";
const EVENTS: &str = "SELECT count(*) FROM events";

#[test]
fn a_call_at_a_table_is_told_once_and_the_hash_leads_on() {
    let ((carbis, queue), telegram) = (carbis(), telegram());
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "waiter.ondo", WAITER);
    queue.lock().unwrap().updates.push(call("h1", 7));
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &env(&carbis.url(), &telegram.url()),
    );
    daemon.wait_for(DONE, 1);
    queue
        .lock()
        .unwrap()
        .updates
        .extend([call("h2", 8), call("h2", 8), call("h2", 9)]);
    daemon.wait_for(DONE, 3);
    let asked = carbis.seen().len();
    carbis.wait_for("/api/v4/events", asked + 2);
    assert_eq!(
        texts(&telegram),
        ["Стол 7 зовёт h1", "Стол 8 зовёт h2", "Стол 9 зовёт h2"]
    );
    let asked = hashes(&carbis);
    assert_eq!((&*asked[0], &*asked[1]), ("none", "h1"));
    assert_eq!(asked.last().unwrap(), "h2");
    let first = &carbis.seen()[0];
    assert_eq!(first.header("token"), Some("carbis-token-1"));
    // Normal operation is quiet.
    assert!(!daemon.log().contains("WARN"), "{}", daemon.log());

    let data = dir.path().join("data");
    let data = data.to_str().unwrap();
    let history = run(&["history", "--data", data]);
    let text = String::from_utf8_lossy(&history.stdout);
    assert_eq!(text.matches("waiter.waiter").count(), 3, "{text}");
    let id: String = daemon
        .sql()
        .query_row("SELECT id FROM events ORDER BY n LIMIT 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    let shown = run(&["show", &id, "--data", data]);
    let text = String::from_utf8_lossy(&shown.stdout);
    assert!(
        text.contains("waiter_call") && text.contains("h1"),
        "{text}"
    );
}

#[test]
fn a_restart_keeps_the_cursor() {
    let ((carbis, queue), telegram) = (carbis(), telegram());
    let dir = tempfile::tempdir().unwrap();
    let (bundles, data) = (
        bundle(dir.path(), "waiter.ondo", WAITER),
        dir.path().join("data"),
    );
    let env = env(&carbis.url(), &telegram.url());
    queue.lock().unwrap().updates.push(call("h1", 7));
    let daemon = Daemon::start(&bundles, &data, &env);
    daemon.wait_for(DONE, 1);
    assert_eq!(daemon.stop(), Some(0));
    queue.lock().unwrap().updates.push(call("h2", 8));
    let asked = carbis.seen().len();
    let daemon = Daemon::start(&bundles, &data, &env);
    daemon.wait_for(DONE, 2);
    assert_eq!(hashes(&carbis)[asked], "h1");
    assert_eq!(texts(&telegram).len(), 2);
}

#[test]
fn a_server_that_fails_for_a_while_loses_nothing() {
    let ((carbis, queue), telegram) = (carbis(), telegram());
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "waiter.ondo", WAITER);
    queue.lock().unwrap().updates.push(call("h1", 7));
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &env(&carbis.url(), &telegram.url()),
    );
    daemon.wait_for(DONE, 1);
    let asked = carbis.seen().len();
    {
        let mut queue = queue.lock().unwrap();
        queue.instead = Some(Reply::Json(500, "{}".into()));
        queue.updates.push(call("h2", 8));
    }
    carbis.wait_for("/api/v4/events", asked + 2);
    queue.lock().unwrap().instead = Some(Reply::Close);
    carbis.wait_for("/api/v4/events", asked + 3);
    queue.lock().unwrap().instead = None;
    daemon.wait_for(DONE, 2);
    assert_eq!(texts(&telegram), ["Стол 7 зовёт h1", "Стол 8 зовёт h2"]);
    daemon.wait_for_log("can be asked for its events again");
    let log = daemon.log();
    assert_eq!(
        log.matches("cannot be asked for its events").count(),
        1,
        "{log}"
    );
}

#[test]
fn an_update_of_another_shape_is_kept_dead_and_the_others_go_on() {
    let ((carbis, queue), telegram) = (carbis(), telegram());
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "waiter.ondo", WAITER);
    queue.lock().unwrap().updates.extend([
        json!("вызов"),
        json!({ "code": "waiter_call", "table": 5 }),
        json!({ "hash": "h0", "code": "online_payment", "table": "без формы" }),
        call("h1", 7),
    ]);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &env(&carbis.url(), &telegram.url()),
    );
    daemon.wait_for(DONE, 1);
    carbis.wait_for("/api/v4/events", 3);
    daemon.wait_for("SELECT count(*) FROM events WHERE state = 'dead'", 2);
    daemon.wait_for(EVENTS, 3);
    assert_eq!(hashes(&carbis).last().unwrap(), "h1");
    let reasons: Vec<String> = {
        let connection = daemon.sql();
        let mut rows = connection
            .prepare("SELECT reason FROM events WHERE state = 'dead' ORDER BY n")
            .unwrap();
        let reasons = rows.query_map([], |row| row.get(0)).unwrap();
        reasons.map(Result::unwrap).collect()
    };
    assert!(reasons[1].contains("hash"), "{reasons:?}");
}

/// A posting as the vendor's documents print it, with another number.
fn posting(number: usize) -> Value {
    let path = root().join("connectors/ozon/examples/get-unfulfilled.json");
    let example: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut posting = example["answer"]["result"]["postings"][0].clone();
    posting["posting_number"] = json!(format!("61204417-{number:04}-1"));
    posting
}

#[test]
fn pages_are_followed_and_a_push_of_the_same_posting_is_no_second_event() {
    let telegram = telegram();
    let ozon = Stub::start(|request, _| {
        if request.first_line.contains("/v3/posting/fbs/get") {
            return Reply::Json(200, json!({ "result": posting(1) }).to_string());
        }
        let offset = request.json()["offset"].as_u64().unwrap() as usize;
        let page: Vec<Value> = (offset..(offset + 100).min(250)).map(posting).collect();
        Reply::Json(
            200,
            json!({ "result": { "postings": page, "count": 250 } }).to_string(),
        )
    });
    let dir = tempfile::tempdir().unwrap();
    let rule = r#"on ozon.new_posting as posting poll every 1s do stop "отправление {posting.posting_number}""#;
    let bundles = bundle(dir.path(), "postings.ondo", rule);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &env(&ozon.url(), &telegram.url()),
    );
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'stopped'", 250);
    let push = json!({ "message_type": "TYPE_NEW_POSTING", "posting_number": "61204417-0001-1", "seller_id": 15 });
    let pushed =
        crate::support::http::post_json(daemon.addr, "/hooks/postings/ozon/ozon-secret-1", &push);
    assert_eq!(pushed.unwrap().status, 200);
    let asked = ozon.seen_at("unfulfilled").len();
    ozon.wait_for("unfulfilled", asked + 4);
    daemon.wait_for(EVENTS, 250);
    assert!(ozon.seen_at("/v3/posting/fbs/get").is_empty());
}

#[test]
fn a_process_that_is_killed_again_and_again_loses_and_doubles_no_call() {
    let ((carbis, queue), telegram) = (carbis(), telegram());
    let dir = tempfile::tempdir().unwrap();
    let (bundles, data) = (
        bundle(dir.path(), "waiter.ondo", WAITER),
        dir.path().join("data"),
    );
    let env = env(&carbis.url(), &telegram.url());
    let mut count = 0;
    for kill in 0..6_u64 {
        let daemon = Daemon::start(&bundles, &data, &env);
        // The process dies at another moment of the question each time.
        let end = Instant::now() + Duration::from_millis(60 + kill * 37);
        while Instant::now() < end {
            count += 1;
            queue
                .lock()
                .unwrap()
                .updates
                .push(call(&format!("h{count}"), count));
            thread::sleep(Duration::from_millis(5));
        }
        daemon.kill();
    }
    let daemon = Daemon::start(&bundles, &data, &env);
    daemon.wait_for(EVENTS, count);
    daemon.wait_until_quiet();
    daemon.wait_for(DONE, count);
    let mut told = texts(&telegram);
    told.sort();
    told.dedup();
    // A message may come twice when the process dies behind it; a call that nobody hears of may not be.
    assert_eq!(told.len() as i64, count);
}

#[test]
fn the_sandbox_is_asked_and_brings_no_flood() {
    let dir = tempfile::tempdir().unwrap();
    let rules = r#"
rule waiter: on carbis.waiter_call poll every 1s do telegram.send(chat: "1", text: "Стол {table_repr.name}")
rule added: on carbis.additional_order poll every 1s do telegram.send(chat: "1", text: "Дозаказ {order.guid}")
"#;
    let bundles = bundle(dir.path(), "waiter.ondo", rules);
    let data = dir.path().join("data");
    let daemon = Daemon::try_start_with(&bundles, &data, &[], &["--sandbox"]).unwrap();
    daemon.wait_for("SELECT min(1, count(*)) FROM runs WHERE state = 'done'", 1);
    daemon.wait_until_quiet();
    let count = |daemon: &Daemon| -> i64 {
        let count = daemon.sql().query_row(EVENTS, [], |row| row.get(0));
        count.unwrap()
    };
    let before = count(&daemon);
    let end = Instant::now() + Duration::from_millis(3_500);
    while Instant::now() < end {
        assert_eq!(count(&daemon), before);
        thread::sleep(Duration::from_millis(100));
    }
    assert!(
        !daemon.log().contains("cannot be asked"),
        "{}",
        daemon.log()
    );
}

fn said(verb: &[&str], dir: &Path) -> String {
    let output = ondo().args(verb).current_dir(dir).output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn hooks_and_explain_say_what_is_asked_and_how_often() {
    let dir = tempfile::tempdir().unwrap();
    let rules = r#"
rule waiter: on carbis.waiter_call poll every 5s do stop "слышно"
rule slow:   on carbis.waiter_call do stop "слышно"
rule orders: on ozon.new_posting do stop "слышно"
"#;
    bundle(dir.path(), "hall.ondo", rules);
    let text = said(&["hooks"], dir.path());
    let asked = "asked every 5s with carbis.getEvents  waiter_call";
    assert!(text.contains(asked), "{text}");
    assert!(
        text.contains("/hooks/hall/ozon/<OZON_HOOKSECRET>  new_posting"),
        "{text}"
    );
    assert!(
        text.contains("asked every 1m with ozon.getUnfulfilled  new_posting"),
        "{text}"
    );
    let json: Value = serde_json::from_str(&said(&["hooks", "--json"], dir.path())).unwrap();
    let polls = json["polls"].as_array().unwrap();
    assert_eq!(polls.len(), 2, "{json}");
    assert_eq!(polls[0]["every_s"], 5);
    assert_eq!(polls[0]["read"], "getEvents");
    let text = said(&["check", "--explain", "bundles"], dir.path());
    assert!(
        text.contains(
            "carbis.waiter_call is asked for every 5s with getEvents; begins with what is waiting"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "ozon.new_posting is asked for every 1m with getUnfulfilled, and heard when it is sent"
        ),
        "{text}"
    );
}

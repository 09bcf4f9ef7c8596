//! `kill -9` under load: nothing that was answered 2xx is lost, nothing is paid twice.
//!
//! The verdict comes from the sender's own list, the stub's ledger and the store read by SQL.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::support::daemon::{Daemon, settings, sql};
use crate::support::stub::{Reply, plazius};
use crate::support::{PHRASE, bundle, order};

/// How often the daemon is killed.
const KILLS: u64 = 50;
/// So much each of the three senders posts to one process: what is left at the end has to be worked off.
const EVENTS_OF_SENDER: usize = 20;

/// Every fourth kill comes while the stub holds its answer to a call.
const HELD_EVERY: u64 = 4;

#[test]
fn fifty_kills_lose_no_event_and_repeat_no_bonus() {
    let hold = Arc::new(AtomicBool::new(false));
    let held = Arc::new(AtomicU64::new(0));
    let (holding, holds) = (hold.clone(), held.clone());
    let vendor = plazius(move |_, _| {
        if holding.load(Ordering::SeqCst) {
            holds.fetch_add(1, Ordering::SeqCst);
            return Reply::Silence(Duration::from_secs(3));
        }
        Reply::Json(200, String::new())
    });
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let acknowledged: Arc<Mutex<Vec<u64>>> = Arc::default();
    let next = Arc::new(AtomicU64::new(1));
    let mut kills_while_held = 0;

    for kill in 0..KILLS {
        let daemon = Daemon::start(&bundles, &data, &env);
        let hold_this = kill % HELD_EVERY == 0;
        hold.store(hold_this, Ordering::SeqCst);
        let held_before = held.load(Ordering::SeqCst);
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..3)
            .map(|_| {
                let (addr, stop, next, acknowledged) = (
                    daemon.addr,
                    stop.clone(),
                    next.clone(),
                    acknowledged.clone(),
                );
                thread::spawn(move || {
                    let hook = format!(
                        "/hooks/bonus/retailcrm/{}",
                        crate::support::daemon::HOOK_SECRET
                    );
                    for _ in 0..EVENTS_OF_SENDER {
                        if stop.load(Ordering::SeqCst) {
                            return;
                        }
                        let id = next.fetch_add(1, Ordering::SeqCst);
                        let answer =
                            crate::support::http::post_json(addr, &hook, &order(id, |_| {}));
                        match answer {
                            Some(answer) if answer.status / 100 == 2 => {
                                acknowledged.lock().unwrap().push(id)
                            }
                            Some(_) => {}
                            None => return,
                        }
                    }
                })
            })
            .collect();
        if hold_this {
            // The call is out and unanswered: its intent is on disk, its outcome is not.
            let mut patience = 4_000;
            while held.load(Ordering::SeqCst) == held_before && patience > 0 {
                thread::sleep(Duration::from_millis(5));
                patience -= 1;
            }
            assert!(patience > 0, "no call came to be held\n{}", daemon.log());
            kills_while_held += 1;
        } else {
            thread::sleep(Duration::from_millis(40 + (kill * 37) % 160));
        }
        daemon.kill();
        stop.store(true, Ordering::SeqCst);
        for sender in senders {
            sender.join().unwrap();
        }
    }
    assert!(kills_while_held >= 10);

    hold.store(false, Ordering::SeqCst);
    let daemon = Daemon::start(&bundles, &data, &env);
    daemon.wait_until_quiet();
    drop(daemon);

    let acknowledged = acknowledged.lock().unwrap().clone();
    let mut calls: HashMap<String, usize> = HashMap::new();
    for call in vendor.seen_at("/addBonus") {
        // Behind the author's comment stands the marker of the call.
        let body = call.json();
        let (comment, _) = body["comment"].as_str().unwrap().split_once(" [").unwrap();
        *calls.entry(comment.to_owned()).or_default() += 1;
    }
    let store = sql(&data);
    let mut stored: HashMap<u64, usize> = HashMap::new();
    let mut query = store.prepare("SELECT body FROM events").unwrap();
    for body in query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap() {
        let event: serde_json::Value = serde_json::from_slice(&body.unwrap()).unwrap();
        *stored.entry(event["id"].as_u64().unwrap()).or_default() += 1;
    }
    let mut query = store.prepare("SELECT once_key, CASE WHEN state = 'dead' THEN state || ': ' || coalesce(reason, '') ELSE state END FROM runs").unwrap();
    let states: HashMap<String, String> = query
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();

    assert!(
        acknowledged.len() as u64 >= KILLS,
        "only {} events were accepted",
        acknowledged.len()
    );
    for id in &acknowledged {
        assert_eq!(
            stored.get(id),
            Some(&1),
            "order {id} was answered 2xx and is not stored exactly once"
        );
    }
    let mut unknown = 0;
    for id in stored.keys() {
        let state = states.get(&id.to_string()).map_or("no run", String::as_str);
        let seen = calls.get(&format!("Order {id}-Ц")).copied().unwrap_or(0);
        match (state, seen) {
            ("done", 1) => {}
            // It is looked up in its own time.
            ("waiting" | "in_doubt", 0 | 1) => unknown += 1,
            other => panic!(
                "order {id}: the run is {}, the vendor saw {} calls",
                other.0, other.1
            ),
        }
    }
    assert!(
        unknown >= 10,
        "of only {unknown} runs nobody knows: no kill came between intent and outcome"
    );
    println!(
        "{KILLS} kills, {kills_while_held} of them while a call was held: {} events answered 2xx, {} stored, {} bonuses, {unknown} unknown",
        acknowledged.len(),
        stored.len(),
        calls.len(),
    );
}

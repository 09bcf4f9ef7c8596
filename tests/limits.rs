//! The limits of vendors are kept and used up: hundreds of calls over the real daemon and real HTTP, measured by the
//! moments that the sandbox has recorded, which refuses what comes too fast.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::daemon::Daemon;
use crate::support::http::{post_json, request};

/// What a bundle does with its account: so many runs, each with all calls.
struct Load<'a> {
    /// `crm = retailcrm { … }`
    account: &'a str,
    /// One call; `i` is its number.
    call: &'a str,
    bundles: usize,
    rules: usize,
    /// Of each run.
    calls: usize,
}

impl Load<'_> {
    fn write(&self, dir: &Path) -> PathBuf {
        let bundles = dir.join("bundles");
        std::fs::create_dir_all(&bundles).unwrap();
        for number in 0..self.bundles {
            let mut text = format!(
                "account site = webhook {{ open: true }}\naccount {}\ntype Go = {{ calls: [int] }}\n",
                self.account
            );
            for rule in 0..self.rules {
                text += &format!(
                    "rule r{rule}: on site.post(\"/go\") as go: Go do {{\n  for i in go.calls parallel 16 {{ {} }}\n}}\n",
                    self.call
                );
            }
            std::fs::write(bundles.join(format!("b{number}.ondo")), text).unwrap();
        }
        bundles
    }

    fn total(&self) -> usize {
        self.bundles * self.rules * self.calls
    }
}

/// The daemon under this load, and the address of the vendor.
fn start(load: &Load<'_>, connector: &str, dir: &Path, args: &[&str]) -> (Daemon, SocketAddr) {
    let bundles = load.write(dir);
    let mut all = vec!["--sandbox"];
    all.extend(args);
    let daemon = Daemon::try_start_with(&bundles, &dir.join("data"), &[], &all);
    let daemon = daemon.unwrap_or_else(|log| panic!("the daemon did not start:\n{log}"));
    let log = daemon.log();
    let played = log
        .lines()
        .find(|line| line.contains(&format!("connector=\"{connector}\"")));
    let (_, url) = played
        .unwrap_or_else(|| panic!("{log}"))
        .split_once("url=\"http://")
        .unwrap();
    let vendor = url.split('"').next().unwrap().parse().unwrap();
    (daemon, vendor)
}

fn give(load: &Load<'_>, daemon: &Daemon) {
    let calls: Vec<usize> = (1..=load.calls).collect();
    for number in 0..load.bundles {
        let hook = format!("/hooks/b{number}/go");
        let stored = post_json(daemon.addr, &hook, &json!({ "calls": calls })).unwrap();
        assert_eq!(stored.status / 100, 2, "{}", stored.text());
    }
}

fn wait(load: &Load<'_>, daemon: &Daemon) {
    let runs = i64::try_from(load.bundles * load.rules).unwrap();
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", runs);
}

fn asked(vendor: SocketAddr, path: &str) -> Value {
    request(vendor, "GET", &format!("/_sandbox/{path}"), &[], b"")
        .unwrap()
        .json()
}

/// Moments and statuses of the calls, in order.
fn calls(vendor: SocketAddr) -> Vec<(Timestamp, Option<u64>)> {
    let sent = asked(vendor, "sent");
    let calls = sent
        .as_array()
        .unwrap()
        .iter()
        .filter(|sent| !sent["action"].is_null());
    let calls = calls.map(|sent| {
        assert_eq!(sent["problems"], json!([]), "{sent}");
        let at: Timestamp = sent["at"].as_str().unwrap().parse().unwrap();
        (at, sent["status"].as_u64())
    });
    calls.collect()
}

/// What the sandbox has counted for the account.
fn limits_of(load: &Load<'_>, vendor: SocketAddr) -> Value {
    let name = load.account.split(' ').next().unwrap();
    let limits = asked(vendor, "limits");
    let accounts = limits["accounts"].as_array().unwrap();
    let found = accounts.iter().find(|account| account["account"] == *name);
    found.unwrap_or_else(|| panic!("{limits}")).clone()
}

/// All calls came, none was refused, and no window holds more than the vendor takes.
fn within(
    load: &Load<'_>,
    vendor: SocketAddr,
    most: usize,
    window: SignedDuration,
) -> Vec<Timestamp> {
    let found = calls(vendor);
    assert_eq!(found.len(), load.total());
    assert!(
        found.iter().all(|(_, status)| *status == Some(200)),
        "{found:?}"
    );
    let moments: Vec<Timestamp> = found.into_iter().map(|(at, _)| at).collect();
    for (place, begin) in moments.iter().enumerate() {
        let inside = moments[place..]
            .iter()
            .filter(|at| at.duration_since(*begin) < window);
        let inside = inside.count();
        assert!(
            inside <= most,
            "{inside} calls within {window:#} from {begin}"
        );
    }
    let limits = limits_of(load, vendor);
    assert_eq!(limits["too_fast"], json!(0), "{limits}");
    assert_eq!(limits["calls"], json!(load.total()), "{limits}");
    let most = &limits["limits"][0]["most"];
    println!("{most} calls in the fullest window");
    moments
}

/// The limit is used up: most of the calls follow each other as closely as it allows. A machine that stands still for a
/// while changes some gaps, not the one in the middle.
fn near(moments: &[Timestamp], interval: SignedDuration) {
    let mut gaps: Vec<SignedDuration> = moments
        .windows(2)
        .map(|pair| pair[1].duration_since(pair[0]))
        .collect();
    gaps.sort();
    let middle = gaps[gaps.len() / 2];
    println!(
        "{} calls, {middle:#} between two of them, {interval:#} is allowed",
        moments.len()
    );
    assert!(
        middle < interval + interval / 4,
        "{middle:#} between two calls"
    );
}

/// A tenth of a window is what the way may change.
fn window(length: SignedDuration) -> SignedDuration {
    length - length / 10
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);

#[test]
fn ten_calls_a_second_are_shared_by_four_rules_of_two_bundles() {
    let dir = tempfile::tempdir().unwrap();
    let load = Load {
        account: r#"crm = retailcrm { url: "https://shop.example.com", apiKey: secret "KEY", hookSecret: secret "HOOK" }"#,
        call: "crm.getOrder(id: i) on not_found as r { }",
        bundles: 2,
        rules: 2,
        calls: 15,
    };
    let (daemon, vendor) = start(&load, "retailcrm", dir.path(), &[]);
    give(&load, &daemon);
    wait(&load, &daemon);
    let moments = within(&load, vendor, 10, window(SECOND));
    near(&moments, SignedDuration::from_millis(100));
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn fifty_calls_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let load = Load {
        account: r#"shop = ozon { clientId: "15", apiKey: secret "KEY" }"#,
        call: "shop.getPosting(posting_number: \"{i}\")",
        bundles: 1,
        rules: 2,
        calls: 100,
    };
    let (daemon, vendor) = start(&load, "ozon", dir.path(), &[]);
    give(&load, &daemon);
    wait(&load, &daemon);
    let moments = within(&load, vendor, 50, window(SECOND));
    near(&moments, SignedDuration::from_millis(20));
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn thirty_messages_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let load = Load {
        account: r#"staff = telegram { token: secret "TOKEN", chat: "-100" }"#,
        call: "staff.send(text: \"Заказ {i}\")",
        bundles: 1,
        rules: 1,
        calls: 90,
    };
    let (daemon, vendor) = start(&load, "telegram", dir.path(), &[]);
    give(&load, &daemon);
    wait(&load, &daemon);
    let moments = within(&load, vendor, 30, window(SECOND));
    near(&moments, SignedDuration::from_micros(33_334));
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_burst_of_twenty_and_then_five_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let load = Load {
        account: r#"shop = wildberries { token: secret "TOKEN" }"#,
        call: "shop.getStatuses(orders: [i])",
        bundles: 1,
        rules: 2,
        calls: 25,
    };
    let (daemon, vendor) = start(&load, "wildberries", dir.path(), &[]);
    give(&load, &daemon);
    wait(&load, &daemon);
    // Twenty that were saved up, and five of this second; one may have been late.
    let moments = within(&load, vendor, 26, SECOND);
    near(&moments[20..], SignedDuration::from_millis(200));
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn six_tasks_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let load = Load {
        account: r#"till = rkeeper { objectId: 1, agent: "2.7.9.1", token: secret "TOKEN" }"#,
        call: "till.getTaskResponse(taskGuid: \"{i}\") on rejected as r { }",
        bundles: 1,
        rules: 1,
        calls: 30,
    };
    let (daemon, vendor) = start(&load, "rkeeper", dir.path(), &[]);
    give(&load, &daemon);
    wait(&load, &daemon);
    let moments = within(&load, vendor, 360, window(SECOND * 60));
    near(&moments, SignedDuration::from_micros(166_667));
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn never_more_than_four_calls_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let load = Load {
        account: r#"shop = kaspi { token: secret "TOKEN" }"#,
        call: "shop.getOrder(id: \"{i}\")",
        bundles: 1,
        rules: 2,
        calls: 40,
    };
    let args = ["--sandbox-fault", "shop: latency 50ms"];
    let (daemon, vendor) = start(&load, "kaspi", dir.path(), &args);
    give(&load, &daemon);
    wait(&load, &daemon);
    let moments = within(&load, vendor, load.total(), SECOND);
    assert_eq!(limits_of(&load, vendor)["in_flight_most"], json!(4));
    println!("{} calls, four at once", moments.len());
    let faults = asked(vendor, "faults");
    assert_eq!(faults[0]["struck"], json!(load.total()), "{faults}");
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn nobody_calls_before_the_time_that_the_vendor_has_named() {
    let dir = tempfile::tempdir().unwrap();
    let load = Load {
        account: r#"crm = retailcrm { url: "https://shop.example.com", apiKey: secret "KEY", hookSecret: secret "HOOK" }"#,
        call: "crm.getOrder(id: i) on not_found as r { }",
        bundles: 2,
        rules: 1,
        calls: 6,
    };
    let (daemon, vendor) = start(&load, "retailcrm", dir.path(), &[]);
    let replies = json!(["applied", "applied", { "rate_limited": 3 }]);
    let plan = json!({ "account": "crm", "action": "getOrder", "replies": replies });
    let planned = post_json(vendor, "/_sandbox/plan", &plan).unwrap();
    assert_eq!(planned.json(), json!({ "planned": 3 }));
    give(&load, &daemon);
    wait(&load, &daemon);
    let found = calls(vendor);
    // The one that was refused comes again.
    assert_eq!(found.len(), load.total() + 1);
    assert_eq!(found[2].1, Some(503), "{found:?}");
    let pause = found[3].0.duration_since(found[2].0);
    println!("{pause:#} until the next call of two bundles, 3 s were asked for");
    assert!(pause >= SECOND * 3, "{found:?}");
    assert!(
        found[3..].iter().all(|(_, status)| *status == Some(200)),
        "{found:?}"
    );
    assert_eq!(daemon.stop(), Some(0));
}

//! *once*: RetailCRM sends an order again on every edit; money moves once.

use crate::support::daemon::{Daemon, settings};
use crate::support::stub::{Reply, plazius};
use crate::support::{PHRASE, bundle, order};

/// Posts one order five times, each time edited otherwise, still `new`; gives the number of bonuses.
fn bonuses_for_five_edits(rule: &str) -> usize {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", rule);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &settings("http://127.0.0.1:9", &vendor.url()),
    );
    for edit in 1..=5 {
        let order = order(5012, |order| {
            order["managerComment"] = format!("правка {edit}").into();
            order["summ"] = (1000 + edit).into();
        });
        let stored = daemon.post_order("bonus", &order).unwrap();
        assert_eq!(stored.status / 100, 2, "{}", stored.text());
    }
    daemon.wait_for("SELECT count(*) FROM events WHERE state = 'routed'", 5);
    daemon.wait_until_quiet();
    vendor.seen_at("/addBonus").len()
}

#[test]
fn five_edits_of_one_order_lead_to_one_bonus() {
    assert_eq!(bonuses_for_five_edits(PHRASE), 1);
}

#[test]
fn once_per_event_leads_to_five() {
    assert_eq!(
        bonuses_for_five_edits(&PHRASE.replace(" do ", " once per event do ")),
        5
    );
}

#[test]
fn another_order_has_a_bonus_of_its_own() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &settings("http://127.0.0.1:9", &vendor.url()),
    );
    for id in [1, 2, 1, 2, 3] {
        daemon.post_order("bonus", &order(id, |_| {})).unwrap();
    }
    vendor.wait_for("/addBonus", 3);
    daemon.wait_until_quiet();
    let comments: std::collections::BTreeSet<_> = vendor
        .seen_at("/addBonus")
        .iter()
        .map(|call| call.json()["comment"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(comments.len(), 3);
    assert_eq!(vendor.seen_at("/addBonus").len(), 3);
}

#[test]
fn once_holds_across_a_restart() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let env = settings("http://127.0.0.1:9", &vendor.url());
    for _ in 0..3 {
        let daemon = Daemon::start(&bundles, &data, &env);
        daemon.post_order("bonus", &order(5012, |_| {})).unwrap();
        daemon.wait_until_quiet();
        assert_eq!(daemon.stop(), Some(0));
    }
    assert_eq!(vendor.seen_at("/addBonus").len(), 1);
}

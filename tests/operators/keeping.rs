//! What is paused, searched, erased, copied and listed.

use super::*;

#[test]
fn a_paused_rule_begins_nothing_until_it_is_resumed() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let place = Place::new("card.ondo", CARD, &vendor);
    let wrong = place.say(&["pause", "rule", "card/cart", "--note", "касса закрыта"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("there are: card"), "{}", wrong.err);
    let said = place.say(&["pause", "rule", "card/card", "--note", "касса закрыта"]);
    assert_eq!(said.code, 0, "{}", said.err);
    place
        .daemon()
        .post_order("card", &order(5012, |_| {}))
        .unwrap();
    place.daemon().wait_for(
        "SELECT count(*) FROM runs WHERE reason LIKE 'paused by%'",
        1,
    );
    let listed = place.say(&["pause", "list"]);
    assert!(
        listed.out.contains("rule card/card") && listed.out.contains("касса закрыта"),
        "{}",
        listed.out
    );
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 0);
    let said = place.say(&["resume", "rule", "card/card", "--note", "открыта"]);
    assert_eq!(said.code, 0, "{}", said.err);
    place.run_in("done");
    assert_eq!(place.say(&["pause", "list"]).err, "nothing is paused\n");
}

#[test]
fn history_is_searched_by_several_things() {
    let (place, ..) = in_doubt();
    place
        .daemon()
        .post_order("card", &order(5013, |_| {}))
        .unwrap();
    place.run_in("done");
    let count = |args: &[&str]| {
        let json = place.say(&[&["history", "--json"], args].concat()).json();
        json["runs"].as_array().unwrap().len()
    };
    assert_eq!(count(&["--state", "done,in_doubt"]), 2);
    assert_eq!(count(&["--state", "done", "--state", "dead"]), 1);
    assert_eq!(count(&["--bundle", "card"]), 2);
    assert_eq!(count(&["--bundle", "bonus"]), 0);
    assert_eq!(count(&["--since", "1h"]), 2);
    assert_eq!(count(&["--until", "1h"]), 0);
    // Only the request has it: the event has the number alone.
    assert_eq!(count(&["--text", "Карта-5013"]), 1);
    // An order on which no rule acted is found, too.
    let filtered = order(8888, |order| order["status"] = "complete".into());
    place.daemon().post_order("card", &filtered).unwrap();
    let passed = "SELECT count(*) FROM events WHERE body LIKE '%8888%' AND state = 'routed'";
    place.daemon().wait_for(passed, 1);
    let found = place.say(&["history", "--text", "8888"]);
    assert!(found.err.contains("no rule acted"), "{}", found.err);
    assert!(found.out.contains("evt_"), "{}", found.out);
    let listed = place.say(&["history", "--events", "--text", "8888", "--json"]);
    assert_eq!(listed.json()["events"].as_array().unwrap().len(), 1);
    let told = place.say(&["show", "8888"]);
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(told.err.contains("on which no rule acted"), "{}", told.err);
    let wrong = place.say(&["history", "--limit", "x"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("`x` is no number; write how many"),
        "{}",
        wrong.err
    );
}

#[test]
fn a_person_is_erased_beside_the_daemon_and_their_runs_are_cancelled() {
    let (place, _vendor, _, run) = in_doubt();
    let phone = "+79990001122";
    let said = place.say(&["erase", phone, "--note", "запрос гостя"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(
        said.err.contains(&run) && said.err.contains("--cancel"),
        "{}",
        said.err
    );
    let said = place.say(&["erase", phone, "--note", "запрос гостя", "--cancel"]);
    assert_eq!(said.code, 0, "{}", said.err);
    place.run_in("cancelled");
    assert!(
        !place
            .say(&["show", &run, "--raw"])
            .out
            .contains("000-11-22")
    );
    let audit = place.say(&["audit", "--json"]).json();
    let whats: Vec<&str> = audit["audit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["what"].as_str().unwrap())
        .collect();
    assert_eq!(whats, ["erased", "cancelled"]);
    // Without a daemon the verb does it itself.
    let mut place = place;
    place
        .daemon()
        .post_order("card", &order(5014, |_| {}))
        .unwrap();
    place.run_in("done");
    assert_eq!(place.daemon.take().unwrap().stop(), Some(0));
    let dry = place.say(&["erase", phone, "--dry-run"]);
    assert!(dry.out.contains("1 events, 1 runs"), "{}", dry.out);
    let said = place.say(&["erase", phone, "--note", "запрос гостя"]);
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn a_backup_is_made_beside_the_daemon_and_needs_a_word_to_go_on_from() {
    let (place, vendor, _, _) = in_doubt();
    let copy = place.data.with_file_name("copy");
    std::fs::create_dir(&copy).unwrap();
    let file = copy.join("ondo.db");
    let said = place.say(&["backup", file.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(place.say(&["backup", file.to_str().unwrap()]).code, 2);
    let refused = Daemon::try_start(&place.bundles, &copy, &place.env);
    let log = refused.err().unwrap();
    assert!(log.contains("--recovered"), "{log}");
    let daemon = Daemon::try_start_with(&place.bundles, &copy, &place.env, &["--recovered"]);
    let daemon = daemon.unwrap_or_else(|log| panic!("{log}"));
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'in_doubt'", 1);
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 1);
}

#[test]
fn effects_are_listed_with_the_run_that_holds_them() {
    let (place, _vendor, _, run) = in_doubt();
    let json = place.say(&["effects", "--json"]).json();
    assert_eq!(json["effects"][0]["run"], run.as_str(), "{json}");
    assert_eq!(json["effects"][0]["state"], "doubt", "{json}");
    let none = place.say(&["effects", "--state", "applied"]);
    assert_eq!(none.err, "no effects\n");
}

#[test]
fn a_paused_account_is_called_by_nobody_until_it_is_resumed() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let place = Place::new("card.ondo", CARD, &vendor);
    // An account that is not declared has its connector's name.
    let said = place.say(&["pause", "account", "card/plazius", "--note", "работы у них"]);
    assert_eq!(said.code, 0, "{}", said.err);
    place
        .daemon()
        .post_order("card", &order(5012, |_| {}))
        .unwrap();
    let held = "SELECT count(*) FROM runs WHERE state = 'waiting' AND reason LIKE '%работы у них%'";
    place.daemon().wait_for(held, 1);
    assert_eq!(vendor.seen().len(), 0);
    let said = place.say(&["resume", "account", "card/plazius", "--note", "готово"]);
    assert_eq!(said.code, 0, "{}", said.err);
    place.run_in("done");
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 1);
    let again = place.say(&["resume", "account", "card/plazius", "--note", "готово"]);
    assert_eq!((again.code, again.err.contains("is not paused")), (1, true));
}

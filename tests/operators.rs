//! What an operator does with a running daemon: decides doubts, does runs again, ends them, lets things stand still.
//!
//! The vendor is a stub with a ledger of its own: what is claimed is proven by what it saw.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::support::daemon::{Daemon, ondo, settings};
use crate::support::stub::{Reply, Stub, plazius};
use crate::support::{bundle, order};

/// A call that cannot be looked up: nobody knows whether it happened when its answer does not come.
const CARD: &str = r#"rule card: on retailcrm.order when status == "new" and phone != null do plazius.addLoyaltyCard(
  guest:        { type: "phone", phone: e164(phone, region: "RU") },
  organization: { type: "rkObjectId", id: "4174244" },
  cardTrack:    "Карта-{number}",
  cardNumber:   number,
) timeout 1s
"#;

/// Money, and behind it a call that is refused.
const BONUS_AND_CARD: &str = r#"rule both: on retailcrm.order when status == "new" and phone != null do {
  plazius.addBonus(
    guest:        { type: "phone", phone: e164(phone, region: "RU") },
    organization: { type: "rkObjectId", id: "4174244" },
    amount:       round(totalSumm * 5%, 2),
    comment:      "Заказ {number}",
  )
  plazius.addLoyaltyCard(
    guest:        { type: "phone", phone: e164(phone, region: "RU") },
    organization: { type: "rkObjectId", id: "4174244" },
    cardTrack:    "Карта-{number}",
    cardNumber:   number,
  ) timeout 1s
}
"#;

/// A daemon with one bundle, and what verbs are told about it.
struct Place {
    _dir: tempfile::TempDir,
    data: PathBuf,
    daemon: Option<Daemon>,
    bundles: PathBuf,
    env: Vec<(String, String)>,
}

/// What a verb came to.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl Place {
    fn new(file: &str, text: &str, vendor: &Stub) -> Place {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let bundles = bundle(dir.path(), file, text);
        let env = settings("http://127.0.0.1:9", &vendor.url());
        let daemon = Daemon::start(&bundles, &data, &env);
        Place {
            _dir: dir,
            data,
            daemon: Some(daemon),
            bundles,
            env,
        }
    }

    fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().unwrap()
    }

    fn say(&self, args: &[&str]) -> Said {
        say(&self.data, args)
    }

    /// The only run in this state.
    fn run_in(&self, state: &str) -> String {
        let query = format!("SELECT count(*) FROM runs WHERE state = '{state}'");
        self.daemon().wait_for(&query, 1);
        let query = format!("SELECT id FROM runs WHERE state = '{state}'");
        let row = self.daemon().sql().query_row(&query, [], |row| row.get(0));
        row.unwrap()
    }
}

fn say(data: &Path, args: &[&str]) -> Said {
    let output = ondo().args(args).arg("--data").arg(data).output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A vendor that says nothing to the card calls as long as it is silent.
fn silent_for_cards(silent: &Arc<AtomicBool>) -> Stub {
    let silent = Arc::clone(silent);
    plazius(move |request, _| {
        let is_card = request.first_line.contains("addLoyaltyCard");
        match is_card && silent.load(Ordering::SeqCst) {
            true => Reply::Silence(Duration::from_secs(3)),
            false => Reply::Json(200, String::new()),
        }
    })
}

/// A run in doubt, the vendor, and whether it is silent.
fn in_doubt() -> (Place, Stub, Arc<AtomicBool>, String) {
    let silent = Arc::new(AtomicBool::new(true));
    let vendor = silent_for_cards(&silent);
    let place = Place::new("card.ondo", CARD, &vendor);
    place
        .daemon()
        .post_order("card", &order(5012, |_| {}))
        .unwrap();
    let run = place.run_in("in_doubt");
    silent.store(false, Ordering::SeqCst);
    (place, vendor, silent, run)
}

#[test]
fn what_is_in_doubt_is_listed_with_what_was_sent_and_what_to_type() {
    let (place, _vendor, _, run) = in_doubt();
    let listed = place.say(&["doubt", "list"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    assert!(listed.out.contains(&run), "{}", listed.out);
    assert!(
        listed.out.contains("nobody knows whether it happened"),
        "{}",
        listed.out
    );
    assert!(listed.out.contains("sent: POST"), "{}", listed.out);
    let command = format!("ondo doubt resolve {run} --applied --note");
    assert!(listed.out.contains(&command), "{}", listed.out);
    // A phone and the track of a card are a person's.
    assert!(!listed.out.contains("9990001122"), "{}", listed.out);
    assert!(!listed.out.contains("Карта-5012"), "{}", listed.out);
    let json = place.say(&["doubt", "list", "--json"]).json();
    let doubt = &json["doubts"][0];
    assert_eq!(doubt["run"], run.as_str());
    assert_eq!(doubt["action"], "plazius.addLoyaltyCard");
    assert_eq!(json["looked_up"].as_array().unwrap().len(), 0);
}

#[test]
fn a_bonus_that_is_looked_up_is_listed_apart_with_its_amount() {
    let vendor = plazius(|_, _| Reply::Json(500, "oops".into()));
    let place = Place::new("bonus.ondo", crate::support::PHRASE, &vendor);
    place
        .daemon()
        .post_order("bonus", &order(5012, |_| {}))
        .unwrap();
    let run = place.run_in("waiting");
    let json = place.say(&["doubt", "list", "--json"]).json();
    assert_eq!(json["doubts"].as_array().unwrap().len(), 0, "{json}");
    assert_eq!(json["looked_up"][0]["run"], run.as_str(), "{json}");
    assert_eq!(json["looked_up"][0]["amount"], "50", "{json}");
}

#[test]
fn applied_goes_on_and_sends_nothing() {
    let (place, vendor, _, run) = in_doubt();
    let note = "карта видна у гостя";
    let said = place.say(&[
        "doubt",
        "resolve",
        &run,
        "--applied",
        "--note",
        note,
        "--as",
        "Мария",
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("counts as done"), "{}", said.out);
    place.run_in("done");
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 1);
    let audit = place.say(&["audit", "--json"]).json();
    assert_eq!(audit["audit"][0]["what"], "confirmed applied");
    assert_eq!(audit["audit"][0]["note"], note);
    let who = audit["audit"][0]["who"].as_str().unwrap();
    assert!(who.starts_with("Мария ("), "{who}");
}

#[test]
fn absent_sends_it_once_more_with_the_same_bytes() {
    let (place, vendor, _, run) = in_doubt();
    // The end of an id is enough.
    let end = &run[run.len() - 12..];
    let said = place.say(&["doubt", "resolve", end, "--absent", "--note", "карты нет"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("sent again"), "{}", said.out);
    place.run_in("done");
    let sent = vendor.seen_at("addLoyaltyCard");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body, sent[1].body);
}

#[test]
fn skip_leaves_it_out() {
    let (place, vendor, _, run) = in_doubt();
    let said = place.say(&[
        "doubt",
        "resolve",
        &run,
        "--skip",
        "--note",
        "сделано вручную",
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    place.run_in("done");
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 1);
}

#[test]
fn a_doubt_is_decided_once() {
    let (place, vendor, _, run) = in_doubt();
    let decide = [
        "doubt",
        "resolve",
        run.as_str(),
        "--applied",
        "--note",
        "видно",
    ];
    assert_eq!(place.say(&decide).code, 0);
    place.run_in("done");
    let again = place.say(&["doubt", "resolve", &run, "--absent", "--note", "ой"]);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.err.contains("is not in doubt"), "{}", again.err);
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 1);
}

#[test]
fn a_decision_needs_a_note_and_one_way() {
    let dir = tempfile::tempdir().unwrap();
    let said = say(dir.path(), &["doubt", "resolve", "run_1", "--applied"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("--note"), "{}", said.err);
    let said = say(
        dir.path(),
        &["doubt", "resolve", "run_1", "--applied", "--note", "  "],
    );
    assert_eq!(said.code, 2);
    assert!(said.err.contains("say why"), "{}", said.err);
    let said = say(dir.path(), &["doubt", "resolve", "run_1", "--note", "x"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("--applied"), "{}", said.err);
    let both = [
        "doubt",
        "resolve",
        "run_1",
        "--applied",
        "--absent",
        "--note",
        "x",
    ];
    assert_eq!(say(dir.path(), &both).code, 2);
}

#[test]
fn without_a_daemon_a_verb_says_how_to_start_one() {
    let (mut place, _vendor, _, run) = in_doubt();
    assert_eq!(place.daemon.take().unwrap().stop(), Some(0));
    assert!(!place.data.join("ondo.sock").exists());
    let said = place.say(&["cancel", &run, "--note", "не нужно"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no daemon runs on"), "{}", said.err);
    assert!(said.err.contains("ondo run BUNDLES --data"), "{}", said.err);
    // Reading needs none.
    assert!(place.say(&["doubt", "list"]).out.contains(&run));
}

#[test]
fn a_socket_that_a_killed_process_left_is_replaced() {
    let (mut place, vendor, _, run) = in_doubt();
    place.daemon.take().unwrap().kill();
    assert!(place.data.join("ondo.sock").exists());
    let said = place.say(&["cancel", &run, "--note", "не нужно"]);
    assert!(said.err.contains("no daemon runs on"), "{}", said.err);
    place.daemon = Some(Daemon::start(&place.bundles, &place.data, &place.env));
    let said = place.say(&["doubt", "resolve", &run, "--applied", "--note", "видно"]);
    assert_eq!(said.code, 0, "{}", said.err);
    place.run_in("done");
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 1);
}

#[test]
fn the_socket_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (place, ..) = in_doubt();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.data.join("ondo.sock")), 0o600);
    assert_eq!(mode(&place.data), 0o700);
}

#[test]
fn what_is_no_order_is_answered_and_changes_nothing() {
    use std::io::{Read, Write};
    let (place, ..) = in_doubt();
    let ask = |text: &[u8]| {
        let socket = place.data.join("ondo.sock");
        let mut stream = std::os::unix::net::UnixStream::connect(socket).unwrap();
        let _ = stream.write_all(text);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    assert!(ask(b"{\n").starts_with("{\"failed\":\"this is no order"));
    assert!(ask(b"{\"ondo\":7}\n").contains("version 7"));
    assert!(ask(b"\xff\xfe\n").contains("failed"));
    assert!(ask(b"{\"ondo\":1,\"order\":{\"cancel\":{\"run\":\"run_1\"}}}\n").contains("note"));
    let long = vec![b'x'; 100_000];
    assert!(!ask(&long).contains("done"));
    assert_eq!(
        place.say(&["audit", "--json"]).json()["audit"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    place.run_in("in_doubt");
}

#[test]
fn cancel_ends_a_run_and_says_what_stays_unknown() {
    let (place, vendor, _, run) = in_doubt();
    let said = place.say(&["cancel", &run, "--note", "гость отказался"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("stays unknown"), "{}", said.out);
    place.run_in("cancelled");
    let again = place.say(&["cancel", &run, "--note", "ещё раз"]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("has ended"), "{}", again.err);
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 1);
}

#[test]
fn of_two_who_decide_at_once_one_is_heard() {
    let (place, vendor, _, run) = in_doubt();
    let decide = |way: &'static str| {
        let (data, run) = (place.data.clone(), run.clone());
        std::thread::spawn(move || say(&data, &["doubt", "resolve", &run, way, "--note", "оба"]))
    };
    let both = [decide("--applied"), decide("--absent")];
    let codes = both.map(|one| one.join().unwrap().code);
    assert_eq!(
        codes.iter().filter(|code| **code == 0).count(),
        1,
        "{codes:?}"
    );
    assert_eq!(
        codes.iter().filter(|code| **code == 1).count(),
        1,
        "{codes:?}"
    );
    place.run_in("done");
    let sent = if codes[0] == 0 { 1 } else { 2 };
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), sent);
    let audit = place.say(&["audit", "--json"]).json();
    assert_eq!(audit["audit"].as_array().unwrap().len(), 1);
}

#[test]
fn cancel_waits_for_a_call_that_is_under_way() {
    let vendor = plazius(|request, _| match request.first_line.contains("addBonus") {
        true => Reply::Silence(Duration::from_secs(5)),
        false => Reply::Json(200, String::new()),
    });
    let place = Place::new("both.ondo", BONUS_AND_CARD, &vendor);
    place
        .daemon()
        .post_order("both", &order(5012, |_| {}))
        .unwrap();
    vendor.wait_for("addBonus", 1);
    let run = place.run_in("ready");
    let said = place.say(&["cancel", &run, "--note", "гость отказался"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("a call ends first"), "{}", said.err);
    place.run_in("cancelled");
    // The call was let to its end, and nothing behind it began.
    let outcomes = "SELECT count(*) FROM journal WHERE kind = 'outcome' AND verdict = 'unknown'";
    place.daemon().wait_for(outcomes, 1);
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 0);
}

#[test]
fn an_answer_that_does_not_come_is_not_taken_for_a_no() {
    let dir = tempfile::tempdir().unwrap();
    let socket = std::os::unix::net::UnixListener::bind(dir.path().join("ondo.sock")).unwrap();
    let daemon = std::thread::spawn(move || {
        use std::io::BufRead;
        let (stream, _) = socket.accept().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(stream)
            .read_line(&mut line)
            .unwrap();
        line
    });
    let said = say(
        dir.path(),
        &["pause", "rule", "card/card", "--note", "касса закрыта"],
    );
    let order: Value = serde_json::from_str(&daemon.join().unwrap()).unwrap();
    assert_eq!(order["note"], "касса закрыта");
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("nobody knows here whether"),
        "{}",
        said.err
    );
    assert!(said.err.contains("`ondo audit --data"), "{}", said.err);
}

/// A run whose bonus was given and whose card was refused.
fn dead_behind_money() -> (Place, Stub, Arc<AtomicBool>, String) {
    let refuses = Arc::new(AtomicBool::new(true));
    let answers = Arc::clone(&refuses);
    let vendor = plazius(move |request, _| {
        let is_card = request.first_line.contains("addLoyaltyCard");
        match is_card && answers.load(Ordering::SeqCst) {
            true => Reply::Json(
                400,
                r#"{"error":{"code":"3007","message":"Гость не найден"}}"#.into(),
            ),
            false => Reply::Json(200, String::new()),
        }
    });
    let place = Place::new("both.ondo", BONUS_AND_CARD, &vendor);
    place
        .daemon()
        .post_order("both", &order(5012, |_| {}))
        .unwrap();
    let run = place.run_in("dead");
    refuses.store(false, Ordering::SeqCst);
    (place, vendor, refuses, run)
}

#[test]
fn a_redrive_repeats_what_was_refused_and_not_the_money() {
    let (place, vendor, _, run) = dead_behind_money();
    let dry = place.say(&["redrive", &run, "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert!(
        dry.out.contains("skipped             addBonus"),
        "{}",
        dry.out
    );
    assert!(
        dry.out.contains("safe to send        addLoyaltyCard"),
        "{}",
        dry.out
    );
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 1);
    let said = place.say(&["redrive", &run, "--note", "гость заведён"]);
    assert_eq!(said.code, 0, "{}", said.err);
    place.run_in("done");
    assert_eq!(vendor.seen_at("addBonus").len(), 1);
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 2);
    let again = place.say(&["redrive", &run, "--note", "ещё раз"]);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(
        again.err.contains("was done again already"),
        "{}",
        again.err
    );
    assert_eq!(vendor.seen_at("addBonus").len(), 1);
}

#[test]
fn money_is_repeated_only_with_a_yes() {
    let (place, vendor, _, run) = dead_behind_money();
    let said = place.say(&["redrive", &run, "--from", "addBonus", "--note", "заново"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(
        said.out.contains("WOULD HAPPEN AGAIN  addBonus"),
        "{}",
        said.out
    );
    assert!(said.err.contains("--yes-repeat-money"), "{}", said.err);
    assert_eq!(vendor.seen_at("addBonus").len(), 1);
    let verb = [
        "redrive",
        run.as_str(),
        "--from",
        "addBonus",
        "--yes-repeat-money",
        "--note",
        "заново",
    ];
    let said = place.say(&verb);
    assert_eq!(said.code, 0, "{}", said.err);
    place.run_in("done");
    assert_eq!(vendor.seen_at("addBonus").len(), 2);
}

#[test]
fn a_mended_bundle_reaches_a_run_that_died() {
    let vendor = plazius(|request, _| match request.text().contains("Старая") {
        true => Reply::Json(400, r#"{"error":{"code":"3007","message":"нет"}}"#.into()),
        false => Reply::Json(200, String::new()),
    });
    let old = CARD.replace("Карта-", "Старая-");
    let place = Place::new("card.ondo", &old, &vendor);
    place
        .daemon()
        .post_order("card", &order(5012, |_| {}))
        .unwrap();
    let run = place.run_in("dead");
    std::fs::write(place.bundles.join("card.ondo"), CARD).unwrap();
    place.daemon().hang_up();
    place.daemon().wait_for("SELECT count(*) FROM versions", 2);
    let verb = [
        "redrive",
        run.as_str(),
        "--bundle",
        "recorded",
        "--json",
        "--note",
        "как было",
    ];
    let said = place.say(&verb);
    assert_eq!(said.code, 0, "{}", said.err);
    let newer = said.json()["redriven_as"].as_str().unwrap().to_owned();
    place
        .daemon()
        .wait_for("SELECT count(*) FROM runs WHERE state = 'dead'", 2);
    let said = place.say(&["redrive", &newer, "--note", "исправлено"]);
    assert_eq!(said.code, 0, "{}", said.err);
    place.run_in("done");
    let sent = vendor.seen_at("addLoyaltyCard");
    let has_old: Vec<bool> = sent
        .iter()
        .map(|call| call.text().contains("Старая"))
        .collect();
    assert_eq!(has_old, [true, true, false]);
}

#[test]
fn money_is_never_repeated_in_bulk() {
    let dir = tempfile::tempdir().unwrap();
    let verb = [
        "redrive",
        "--state",
        "dead",
        "--all",
        "--yes-repeat-money",
        "--note",
        "x",
    ];
    let said = say(dir.path(), &verb);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("cannot be used with"), "{}", said.err);
}

#[test]
fn many_are_done_again_only_with_all_and_not_faster_than_was_said() {
    let refuses = Arc::new(AtomicBool::new(true));
    let answers = Arc::clone(&refuses);
    let vendor = plazius(move |_, _| match answers.load(Ordering::SeqCst) {
        true => Reply::Json(400, r#"{"error":{"code":"3007","message":"нет"}}"#.into()),
        false => Reply::Json(200, String::new()),
    });
    let place = Place::new("card.ondo", CARD, &vendor);
    for id in 1..=4 {
        place
            .daemon()
            .post_order("card", &order(id, |_| {}))
            .unwrap();
    }
    let dead = "SELECT count(*) FROM runs WHERE state = 'dead'";
    place.daemon().wait_for(dead, 4);
    refuses.store(false, Ordering::SeqCst);
    let said = place.say(&[
        "redrive",
        "--state",
        "dead",
        "--rule",
        "card.card",
        "--note",
        "x",
    ]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("4 runs are meant"), "{}", said.err);
    let begun = std::time::Instant::now();
    let said = place.say(&[
        "redrive",
        "--state",
        "dead",
        "--all",
        "--per-second",
        "4",
        "--json",
        "--note",
        "починили",
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(begun.elapsed() >= Duration::from_millis(750));
    assert_eq!(said.out.lines().count(), 4, "{}", said.out);
    place
        .daemon()
        .wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 4);
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 8);
    let none = place.say(&["redrive", "--state", "dead", "--all", "--note", "ещё раз"]);
    assert_eq!(none.code, 0);
    assert!(none.err.contains("nothing was done"), "{}", none.err);
}

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
fn orders_reach_a_daemon_whose_folder_is_too_deep_for_a_socket() {
    let silent = Arc::new(AtomicBool::new(true));
    let vendor = silent_for_cards(&silent);
    let dir = tempfile::tempdir().unwrap();
    let data = (0..12).fold(dir.path().to_owned(), |path, _| path.join("ресторан"));
    let bundles = bundle(dir.path(), "card.ondo", CARD);
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let daemon = Daemon::start(&bundles, &data, &env);
    let said = say(
        &data,
        &["pause", "account", "card/plazius", "--note", "работы"],
    );
    assert_eq!(said.code, 0, "{}{}", said.err, daemon.log());
    assert!(data.join("ondo.sock").exists());
    assert_eq!(daemon.stop(), Some(0));
    assert!(!data.join("ondo.sock").exists());
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

#[test]
fn send_says_where_to_look_and_takes_an_address_without_a_scheme() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("хранилище 1");
    let bundles = bundle(dir.path(), "card.ondo", CARD);
    let daemon = Daemon::try_start_with(&bundles, &data, &[], &["--sandbox"]).unwrap();
    let file = dir.path().join("order.json");
    std::fs::write(&file, order(5012, |_| {}).to_string()).unwrap();
    let to = daemon.addr.to_string();
    let (file, bundles) = (file.to_str().unwrap(), bundles.to_str().unwrap());
    let send = [
        "send",
        "retailcrm.order",
        file,
        "--bundles",
        bundles,
        "--to",
        &to,
    ];
    let said = say(&data, &send);
    assert_eq!(said.code, 0, "{}", said.err);
    let command = said
        .err
        .trim()
        .strip_prefix("what came of it: ondo ")
        .unwrap();
    assert!(command.ends_with("--sandbox"), "{command}");
    assert!(
        command.contains(&format!("--data '{}'", data.display())),
        "{command}"
    );
    let id = command.split(' ').nth(1).unwrap();
    assert_eq!(say(&data, &["show", id, "--sandbox"]).code, 0);
    let said = say(&data, &[&send[..], &["--bundle", "nope"]].concat());
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("there is no bundle `nope`"),
        "{}",
        said.err
    );
    assert!(said.err.contains("bundles are card"), "{}", said.err);
}

//! What nobody knows: listed, decided, ended.

use super::*;

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
    assert!(said.err.contains("a call must end first"), "{}", said.err);
    place.run_in("cancelled");
    // The call was let to its end, and nothing behind it began.
    let outcomes = "SELECT count(*) FROM journal WHERE kind = 'outcome' AND verdict = 'unknown'";
    place.daemon().wait_for(outcomes, 1);
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 0);
}

//! Runs that are done again.

use super::*;

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

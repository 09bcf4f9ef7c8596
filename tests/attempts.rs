//! What one attempt means: every way in which Plazius can answer, or not, and what the daemon makes of it.

use std::time::{Duration, Instant};

use crate::support::daemon::{Daemon, settings};
use crate::support::http::Message;
use crate::support::stub::{Reply, Stub, plazius};
use crate::support::{PHRASE, bundle, order};

/// One order through the phrase; ends when nothing is left to do. Gives the bonuses that the stub saw, and the run's
/// state and reason.
fn one_order(vendor: &Stub, rule: &str) -> (Vec<Message>, String, String) {
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", rule);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &settings("http://127.0.0.1:9", &vendor.url()),
    );
    daemon.post_order("bonus", &order(5012, |_| {})).unwrap();
    daemon.wait_for("SELECT count(*) FROM events WHERE state = 'routed'", 1);
    daemon.wait_until_quiet();
    let (state, reason) = daemon
        .sql()
        .query_row("SELECT state, coalesce(reason, '') FROM runs", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    (vendor.seen_at("/addBonus"), state, reason)
}

/// The phrase with a short patience, so that a silent vendor does not hold up the tests.
fn impatient() -> String {
    format!("{PHRASE}  timeout 1s\n")
}

#[test]
fn a_401_renews_the_token_once_and_the_call_succeeds() {
    let vendor = Stub::start(
        |request, before| match request.first_line.contains("gentoken") {
            true => Reply::Json(
                200,
                format!(r#"{{"token":"token-{before}","aliveSecondsTtl":900}}"#),
            ),
            false if request.header("authorization") == Some("token-0") => Reply::Json(
                401,
                r#"{"error":{"code":"401","message":"token expired"}}"#.into(),
            ),
            false => Reply::Json(200, String::new()),
        },
    );
    let (calls, state, reason) = one_order(&vendor, PHRASE);
    assert_eq!((calls.len(), state.as_str()), (2, "done"), "{reason}");
    assert_eq!(vendor.seen_at("gentoken").len(), 2);
    assert_eq!(calls[1].header("authorization"), Some("token-2"));
    assert_eq!(calls[0].body, calls[1].body);
}

#[test]
fn a_401_that_stays_is_refused_after_one_renewal() {
    let vendor =
        plazius(|_, _| Reply::Json(401, r#"{"error":{"code":"401","message":"no"}}"#.into()));
    let (calls, state, reason) = one_order(&vendor, PHRASE);
    assert_eq!((calls.len(), state.as_str()), (2, "dead"), "{reason}");
}

#[test]
fn a_429_waits_for_retry_after_and_then_pays_once() {
    let first = std::sync::Mutex::new(None::<Instant>);
    let vendor = plazius(move |_, _| {
        let mut first = first.lock().unwrap();
        match *first {
            None => {
                *first = Some(Instant::now());
                Reply::With(429, vec![("Retry-After".into(), "2".into())], "{}".into())
            }
            Some(at) if at.elapsed() < Duration::from_millis(1_900) => {
                Reply::Json(500, "too early".into())
            }
            Some(_) => Reply::Json(200, String::new()),
        }
    });
    let (calls, state, reason) = one_order(&vendor, PHRASE);
    assert_eq!((calls.len(), state.as_str()), (2, "done"), "{reason}");
}

#[test]
fn a_400_with_code_3007_is_refused_and_says_what_it_means() {
    let body = r#"{"error":{"code":"3007","message":"Гость не найден"}}"#;
    let vendor = plazius(move |_, _| Reply::Json(400, body.into()));
    let (calls, state, reason) = one_order(&vendor, PHRASE);
    assert_eq!((calls.len(), state.as_str()), (1, "dead"), "{reason}");
    assert!(
        reason.contains("3007") && reason.contains("Гость не найден"),
        "{reason}"
    );
}

/// Sent once, and waiting for what the guest's history says.
fn assert_looked_up<T>(calls: &[T], state: &str, reason: &str) {
    assert_eq!((calls.len(), state), (1, "waiting"), "{reason}");
    let says = "nobody knows whether addBonus happened; the vendor is asked (read 1 of 3)";
    assert!(reason.starts_with(says), "{reason}");
}

#[test]
fn a_500_is_looked_up_and_not_sent_again() {
    let vendor =
        plazius(|_, _| Reply::Json(500, r#"{"error":{"code":"1","message":"oops"}}"#.into()));
    let (calls, state, reason) = one_order(&vendor, PHRASE);
    assert_looked_up(&calls, &state, &reason);
}

#[test]
fn half_an_answer_is_done_and_not_sent_again() {
    let vendor = plazius(|_, _| {
        Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":".to_vec())
    });
    let (calls, state, reason) = one_order(&vendor, PHRASE);
    assert_eq!((calls.len(), state.as_str()), (1, "done"), "{reason}");
}

#[test]
fn no_answer_at_all_is_looked_up_and_not_sent_again() {
    let vendor = plazius(|_, _| Reply::Close);
    let (calls, state, reason) = one_order(&vendor, PHRASE);
    assert_looked_up(&calls, &state, &reason);
}

#[test]
fn a_timeout_is_looked_up_and_not_sent_again() {
    let vendor = plazius(|_, _| Reply::Silence(Duration::from_secs(5)));
    let (calls, state, reason) = one_order(&vendor, &impatient());
    assert_looked_up(&calls, &state, &reason);
    // Longer than the first pauses of the retry schedule.
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(vendor.seen_at("/addBonus").len(), 1);
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Stub::start(|_, _| Reply::Json(200, String::new()));
    let location = other.url();
    let vendor = plazius(move |_, _| {
        Reply::With(
            302,
            vec![("Location".into(), location.clone())],
            String::new(),
        )
    });
    let (calls, state, reason) = one_order(&vendor, PHRASE);
    assert_looked_up(&calls, &state, &reason);
    assert!(other.seen().is_empty());
}

#[test]
fn a_refused_connection_is_tried_again_until_it_succeeds() {
    // A port that nobody listens on yet.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &settings("http://127.0.0.1:9", &format!("http://{port}")),
    );
    daemon.post_order("bonus", &order(5012, |_| {})).unwrap();
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'waiting'", 1);
    let due: Option<i64> = daemon
        .sql()
        .query_row("SELECT due FROM runs", [], |row| row.get(0))
        .unwrap();
    assert!(due.is_some(), "a waiting run has a moment");
}

#[test]
fn a_restart_between_intent_and_outcome_has_it_looked_up() {
    let vendor = plazius(|_, _| Reply::Silence(Duration::from_secs(5)));
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let daemon = Daemon::start(&bundles, &data, &env);
    daemon.post_order("bonus", &order(5012, |_| {})).unwrap();
    vendor.wait_for("/addBonus", 1);
    daemon.kill();
    let daemon = Daemon::start(&bundles, &data, &env);
    daemon.wait_for(
        "SELECT count(*) FROM runs WHERE state = 'waiting' AND reason LIKE 'nobody knows whether addBonus happened%'",
        1,
    );
    assert_eq!(vendor.seen_at("/addBonus").len(), 1);
}

#[test]
fn a_note_is_repeated_after_a_500_until_it_is_written() {
    let crm = Stub::start(|_, before| match before {
        0 | 1 => Reply::Json(500, r#"{"success":false,"errorMsg":"oops"}"#.into()),
        _ => Reply::Json(201, r#"{"success":true,"id":9}"#.into()),
    });
    let dir = tempfile::tempdir().unwrap();
    let rule = r#"on retailcrm.order when status == "new" and customer != null do retailcrm.createCustomerNote(
  customer: { id: customer.id },
  text: "Заказ {number}",
)
  retry 5 backoff 100ms..300ms
"#;
    let bundles = bundle(dir.path(), "note.ondo", rule);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &settings(&crm.url(), "http://127.0.0.1:9"),
    );
    daemon.post_order("note", &order(5012, |_| {})).unwrap();
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
    let calls = crm.seen();
    assert_eq!(calls.len(), 3);
    assert_eq!(
        calls[0].first_line,
        "POST /api/v5/customers/notes/create HTTP/1.1"
    );
    assert_eq!(
        calls[0].header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(calls[0].body, calls[2].body);
    let note = calls[0].text();
    assert!(note.starts_with("note=%7B"), "{note}");
}

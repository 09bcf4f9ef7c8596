//! What the verbs say when somebody is on the wrong way.

use std::path::Path;

use crate::support::daemon::{Daemon, ondo, run, settings};
use crate::support::http::request;
use crate::support::stub::{Reply, plazius};
use crate::support::{PHRASE, bundle, order};

/// A webhook of one's own with a token.
const SITE: &str = r#"account site = webhook { token: secret "SITE_TOKEN" }
type Lead = { id: int, name: string }
on site.post("/lead") as lead: Lead when lead.id == 0 do fail "never"
"#;

fn said(verb: &[&str], dir: &Path) -> String {
    let output = ondo().args(verb).current_dir(dir).output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn send_says_which_bundle_does_not_compile_and_which_name_was_meant() {
    let dir = tempfile::tempdir().unwrap();
    bundle(dir.path(), "site.ondo", SITE);
    std::fs::write(dir.path().join("lead.json"), "{}").unwrap();
    let text = said(&["send", "site.pots", "lead.json"], dir.path());
    assert!(text.contains("did you mean `site.post`?"), "{text}");
    let text = said(
        &["send", "site.post", "lead.json", "--path", "/leid"],
        dir.path(),
    );
    assert!(
        text.contains("no webhook has the path `/leid`; there is /hooks/site/lead"),
        "{text}"
    );
    bundle(
        dir.path(),
        "site.ondo",
        &SITE.replace("lead.id ==", "lead.idd =="),
    );
    let text = said(&["send", "site.post", "lead.json"], dir.path());
    assert!(
        text.contains("`site` does not compile (1 error") && text.contains("ondo check bundles"),
        "{text}"
    );
}

#[test]
fn hooks_says_which_header_carries_which_variable() {
    let dir = tempfile::tempdir().unwrap();
    bundle(dir.path(), "site.ondo", SITE);
    let text = said(&["hooks"], dir.path());
    assert!(
        text.contains("`Authorization: Bearer $SITE_TOKEN`"),
        "{text}"
    );
    let text = said(&["hooks", "--sandbox"], dir.path());
    assert!(text.contains("Bearer sandbox:SITE_TOKEN"), "{text}");
    let text = said(&["hooks", "--base", "example.com"], dir.path());
    assert!(text.contains("is no URL; write for example"), "{text}");
}

#[test]
fn show_and_history_help_with_what_was_typed() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let daemon = Daemon::start(&bundles, &data, &env);
    daemon.post_order("bonus", &order(5012, |_| {})).unwrap();
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
    let data = data.to_str().unwrap();
    let shown = run(&["show", "5012-Ц", "--data", data]);
    let text = String::from_utf8_lossy(&shown.stdout);
    assert!(text.contains("rule bonus.bonus"), "{text}");
    let shown = run(&["show", "777000", "--data", data]);
    let text = String::from_utf8_lossy(&shown.stderr);
    assert!(text.contains("`777000` is no id"), "{text}");
    let listed = run(&["history", "--rule", "nope", "--data", data]);
    let text = String::from_utf8_lossy(&listed.stderr);
    assert!(
        text.contains("there is no rule `nope`; rules are bonus.bonus"),
        "{text}"
    );
}

#[test]
fn the_log_as_json_is_json_in_every_line() {
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    std::fs::write(bundles.join("broken.ondo"), "on nobody.knows do this\n").unwrap();
    let env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
    let data = dir.path().join("data");
    let daemon = Daemon::try_start_with(&bundles, &data, &env, &["--log-json"]).unwrap();
    daemon.wait_for_log("listening on");
    for line in daemon.log().lines() {
        assert!(
            serde_json::from_str::<serde_json::Value>(line).is_ok(),
            "{line}"
        );
    }
}

#[test]
fn a_webhook_of_ones_own_and_a_reject_show_no_person() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "site.ondo", SITE);
    let env = [("SITE_TOKEN".to_owned(), "token-1".to_owned())];
    let daemon = Daemon::start(&bundles, &data, &env);
    let headers = [("Content-Type", "application/json"), ("X-Token", "token-1")];
    let hook = "/hooks/site/lead";
    let good = "{\"id\":7,\"name\":\"Щукин\",\"phone\":\"8 (999) 000-11-22\"}";
    let stored = request(daemon.addr, "POST", hook, &headers, good.as_bytes()).unwrap();
    let event = stored.json()["event"].as_str().unwrap().to_owned();
    let broken = "{\"id\":7,\"name\":\"Щукин\",\"phone\":\"8 (999) 000-11-22\"";
    request(daemon.addr, "POST", hook, &headers, broken.as_bytes()).unwrap();
    daemon.wait_for("SELECT count(*) FROM rejects", 1);
    daemon.wait_until_quiet();
    let data = data.to_str().unwrap();
    for verb in [
        vec!["show", &event, "--data", data],
        vec!["show", &event, "--data", data, "--json"],
        vec!["history", "--rejects", "--data", data],
        vec!["history", "--rejects", "--data", data, "--json"],
    ] {
        let output = run(&verb);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("7") && text.contains("***"), "{text}");
        assert!(
            !text.contains("Щукин") && !text.contains("000-11"),
            "{text}"
        );
    }
}

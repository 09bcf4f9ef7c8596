//! Secrets come from the environment or from files, and are found nowhere else.

use std::path::Path;
use std::time::Duration;

use crate::support::daemon::{Daemon, HOOK_SECRET, ondo, run, settings};
use crate::support::stub::{Reply, plazius};
use crate::support::{PHRASE, bundle, order};

/// The planted secrets.
const PLANTED: [&str; 4] = [
    "crm-key-1",
    "plazius-key-1",
    "plazius-password-1",
    HOOK_SECRET,
];

fn assert_clean(what: &str, bytes: &[u8]) {
    for secret in PLANTED.iter().chain(&["token-1"]) {
        let found = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{what} holds the secret {secret}");
    }
}

fn assert_folder_clean(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_folder_clean(&path);
        } else {
            assert_clean(&path.display().to_string(), &std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn planted_secrets_are_in_no_output_and_not_in_the_store() {
    // A vendor that repeats what it was sent, as some do in their error messages.
    let vendor = plazius(|request, before| match before % 3 {
        1 => Reply::Silence(Duration::from_secs(4)),
        2 => Reply::Json(500, "{}".into()),
        _ => {
            let quoted: Vec<String> = request
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            let message = quoted.join(", ");
            let error = serde_json::json!({ "error": { "code": "9004", "message": message } });
            Reply::Json(400, error.to_string())
        }
    });
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", &format!("{PHRASE}  timeout 1s\n"));
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let daemon = Daemon::start(&bundles, &data, &env);
    let mut events = Vec::new();
    for id in 1..=6 {
        let stored = daemon.post_order("bonus", &order(id, |_| {})).unwrap();
        assert_clean("the hook's answer", &stored.body);
        events.push(stored.json()["event"].as_str().unwrap().to_owned());
    }
    crate::support::http::request(
        daemon.addr,
        "POST",
        &format!("/hooks/bonus/retailcrm/{HOOK_SECRET}"),
        &[("Content-Type", "application/json")],
        b"{",
    )
    .unwrap();
    daemon.wait_until_quiet();
    let folder = data.to_str().unwrap();
    let mut outputs = vec![
        run(&["history", "--data", folder]),
        run(&["history", "--data", folder, "--json"]),
    ];
    for event in &events {
        outputs.push(run(&["show", event, "--data", folder]));
        outputs.push(run(&["show", event, "--data", folder, "--json"]));
    }
    outputs.push(run(&["ir", bundles.join("bonus.ondo").to_str().unwrap()]));
    outputs.push(
        ondo()
            .arg("check")
            .arg(&bundles)
            .envs(env.clone())
            .output()
            .unwrap(),
    );
    for output in &outputs {
        assert!(!output.stdout.is_empty() || !output.stderr.is_empty());
        assert_clean("standard output", &output.stdout);
        assert_clean("standard error", &output.stderr);
    }
    assert_clean("the log", daemon.log().as_bytes());
    assert_eq!(daemon.stop(), Some(0));
    assert_folder_clean(&data);
}

#[test]
fn a_missing_secret_is_a_load_error_that_names_all_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let env: Vec<_> = settings("http://127.0.0.1:9", "http://127.0.0.1:9")
        .into_iter()
        .filter(|(name, _)| name != "PLAZIUS_PASSWORD" && name != "RETAILCRM_APIKEY")
        .collect();
    let log = Daemon::try_start(&bundles, &dir.path().join("data"), &env)
        .map(|_| ())
        .unwrap_err();
    assert!(
        log.contains("PLAZIUS_PASSWORD") && log.contains("RETAILCRM_APIKEY"),
        "{log}"
    );
    assert!(!log.contains("crm-key-1"), "{log}");
}

#[test]
fn nothing_loadable_ends_with_78() {
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let output = ondo()
        .arg("run")
        .arg(&bundles)
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(dir.path().join("data"))
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(78),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn check_needs_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let output = ondo().arg("check").arg(&bundles).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_secret_can_come_from_a_file() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    std::fs::write(&file, "plazius-password-1\n").unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let mut env: Vec<_> = settings("http://127.0.0.1:9", &vendor.url())
        .into_iter()
        .filter(|(name, _)| name != "PLAZIUS_PASSWORD")
        .collect();
    env.push((
        "PLAZIUS_PASSWORD_FILE".into(),
        file.to_str().unwrap().into(),
    ));
    let daemon = Daemon::start(&bundles, &dir.path().join("data"), &env);
    daemon.post_order("bonus", &order(5012, |_| {})).unwrap();
    let exchange = vendor.wait_for("gentoken", 1);
    assert_eq!(exchange[0].text(), r#"{"password":"plazius-password-1"}"#);
}

//! The sandbox and what is live never meet: neither in a store nor on the wire.

use crate::support::daemon::{Daemon, HOOK_SECRET, run, settings};
use crate::support::http::{post_json, request};
use crate::support::stub::{Reply, Stub, plazius};
use crate::support::{bundle, order};

/// Pays once per order's number.
const ONCE: &str = r#"on retailcrm.order when phone != null once per number do plazius.addBonus(
  guest:        { type: "phone", phone: e164(phone, region: "RU") },
  organization: { type: "rkObjectId", id: "4174244" },
  amount:       round(totalSumm * 5%, 2),
  comment:      "Order {number}",
)
"#;

#[test]
fn an_order_that_was_paid_in_the_sandbox_is_paid_by_a_live_run() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", ONCE);
    let env = settings("http://127.0.0.1:9", &vendor.url());

    let played = Daemon::try_start_with(&bundles, &data, &env, &["--sandbox"]).unwrap();
    let stored = played.post_order("bonus", &order(5012, |_| {})).unwrap();
    assert_eq!(stored.status / 100, 2, "{}", stored.text());
    played.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
    assert!(vendor.seen().is_empty(), "{:?}", vendor.seen());
    let log = played.log();
    assert!(
        log.contains(data.join("sandbox").to_str().unwrap()),
        "{log}"
    );
    assert_eq!(played.stop(), Some(0));

    let live = Daemon::start(&bundles, &data, &env);
    let stored = live.post_order("bonus", &order(5012, |_| {})).unwrap();
    assert_eq!(stored.status / 100, 2, "{}", stored.text());
    vendor.wait_for("/addBonus", 1);
    live.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
    assert_eq!(vendor.seen_at("/addBonus").len(), 1);

    let folder = data.to_str().unwrap();
    let both = [
        run(&["history", "--json", "--data", folder]),
        run(&["history", "--json", "--data", folder, "--sandbox"]),
    ];
    let ids = both.map(|output| {
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["runs"].as_array().unwrap().len(), 1, "{json}");
        json["runs"][0]["id"].as_str().unwrap().to_owned()
    });
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_store_is_not_opened_for_the_other_world() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", ONCE);
    let env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
    let played = Daemon::try_start_with(&bundles, &data, &env, &["--sandbox"]).unwrap();
    assert_eq!(played.stop(), Some(0));

    let log = Daemon::try_start(&bundles, &data.join("sandbox"), &env)
        .map(|_| ())
        .unwrap_err();
    assert!(log.contains("is a store of the sandbox"), "{log}");

    let live = Daemon::start(&bundles, &data, &env);
    assert_eq!(live.stop(), Some(0));
    std::fs::create_dir_all(dir.path().join("other/sandbox")).unwrap();
    std::fs::copy(
        data.join("ondo.db"),
        dir.path().join("other/sandbox/ondo.db"),
    )
    .unwrap();
    let log = Daemon::try_start_with(&bundles, &dir.path().join("other"), &env, &["--sandbox"])
        .map(|_| ())
        .unwrap_err();
    assert!(log.contains("is a live store"), "{log}");
}

/// Where a connector is played, as the log says it.
fn address(daemon: &Daemon, connector: &str) -> std::net::SocketAddr {
    let log = daemon.log();
    let played = log
        .lines()
        .find(|line| line.contains(&format!("connector=\"{connector}\"")));
    let (_, url) = played
        .unwrap_or_else(|| panic!("{log}"))
        .split_once("url=\"http://")
        .unwrap();
    url.split('"').next().unwrap().parse().unwrap()
}

#[test]
fn a_bonus_that_nobody_heard_of_is_there_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", ONCE);
    let env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
    let args = [
        "--sandbox",
        "--sandbox-fault",
        "plazius.addBonus: applied then reset",
    ];
    let daemon = Daemon::try_start_with(&bundles, &data, &env, &args).unwrap();
    let stored = daemon.post_order("bonus", &order(5012, |_| {})).unwrap();
    assert_eq!(stored.status / 100, 2, "{}", stored.text());
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'in_doubt'", 1);
    let asked = |path: &str| {
        let path = format!("/_sandbox/{path}");
        let answer = request(address(&daemon, "plazius"), "GET", &path, &[], b"");
        answer.unwrap().json()
    };
    let sent = asked("sent");
    let calls: Vec<_> = sent
        .as_array()
        .unwrap()
        .iter()
        .filter(|sent| !sent["action"].is_null())
        .map(|sent| {
            (
                sent["action"].as_str().unwrap(),
                &sent["applied"],
                &sent["status"],
            )
        })
        .collect();
    let yes = serde_json::json!(true);
    assert_eq!(calls, [("addBonus", &yes, &serde_json::Value::Null)]);
    let operations = asked("rows?account=plazius&set=operations");
    assert_eq!(operations.as_array().unwrap().len(), 1, "{operations}");
    let comment = operations[0]["comment"].as_str().unwrap();
    assert!(comment.starts_with("Order 5012-Ц"), "{operations}");
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_fault_that_is_none_is_said_before_anything_runs() {
    let output = run(&[
        "run",
        "bundles",
        "--sandbox",
        "--sandbox-fault",
        "loyalty: explode",
    ]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(said.contains("`explode` is no fault"), "{said}");
    let output = run(&["run", "bundles", "--sandbox-fault", "loyalty: timeout"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("--sandbox"), "{said}");

    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", ONCE);
    let args = ["--sandbox", "--sandbox-fault", "plazius.addBonuss: timeout"];
    let daemon = Daemon::try_start_with(&bundles, &dir.path().join("data"), &[], &args).unwrap();
    daemon.wait_for_log("nobody here is struck by `plazius.addBonuss: timeout`");
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_whole_url_in_the_universal_action_is_not_called_in_the_sandbox() {
    let service = Stub::start(|_, _| Reply::Json(200, "{}".into()));
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        r#"account net = http {{ privateNetwork: true }}
on retailcrm.order do net.request(method: "POST", url: "{}/orders/{{id}}", body: {{ id: id }})
"#,
        service.url()
    );
    let bundles = bundle(dir.path(), "calls.ondo", &text);
    let env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
    let data = dir.path().join("data");
    let daemon = Daemon::try_start_with(&bundles, &data, &env, &["--sandbox"]).unwrap();
    let stored = daemon.post_order("calls", &order(5012, |_| {})).unwrap();
    assert_eq!(stored.status / 100, 2, "{}", stored.text());
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
    assert_eq!(daemon.stop(), Some(0));
    assert!(service.seen().is_empty(), "{:?}", service.seen());
}

#[test]
fn a_private_address_ends_the_run_at_once_and_says_what_to_write() {
    let service = Stub::start(|_, _| Reply::Json(200, "{}".into()));
    for (account, wanted) in [
        (
            "account net = http {}\n",
            "write `privateNetwork: true` in `account net = http`",
        ),
        ("", "set HTTP_PRIVATENETWORK=true"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let name = if account.is_empty() { "http" } else { "net" };
        let text = format!(
            r#"{account}on retailcrm.order do {name}.request(method: "POST", url: "{}/orders/{{id}}", body: {{ id: id }})
"#,
            service.url()
        );
        let bundles = bundle(dir.path(), "calls.ondo", &text);
        let env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
        let data = dir.path().join("data");
        let daemon = Daemon::start(&bundles, &data, &env);
        let hook = format!("/hooks/calls/retailcrm/{HOOK_SECRET}");
        let stored = post_json(daemon.addr, &hook, &order(5012, |_| {})).unwrap();
        assert_eq!(stored.status / 100, 2, "{}", stored.text());
        daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'dead'", 1);
        let event = stored.json()["event"].as_str().unwrap().to_owned();
        let shown = run(&["show", &event, "--data", data.to_str().unwrap()]);
        let text = String::from_utf8(shown.stdout).unwrap();
        assert!(text.contains(wanted), "{text}");
        let log = daemon.log();
        assert!(log.contains("WARN") && log.contains(wanted), "{log}");
        assert!(service.seen().is_empty(), "{:?}", service.seen());
    }
}

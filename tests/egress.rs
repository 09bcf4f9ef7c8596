//! The way out: what strangers write into events cannot make the daemon call anybody that its author did not mean.
//!
//! Calls are counted at listeners of the test. The table of addresses is in `runtime/src/client/egress/tests.rs`.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::bundle;
use crate::support::daemon::Daemon;
use crate::support::http::post_json;
use crate::support::stub::{Reply, Stub};

/// Counts connections and closes them.
fn counting() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = accepted.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    (port, accepted)
}

/// Sends what an event says to where an event says.
const CALLBACK: &str = r#"account form = webhook { open: true }
type Lead = { id: int, to: string, note: string }
rule callback: on form.post("/lead") as lead: Lead once per lead.id do http.request(
  method:  "POST",
  url:     lead.to,
  headers: { "X-Note": lead.note },
  body:    { id: lead.id },
)
"#;

fn start(text: &str, env: &[(&str, &str)]) -> (tempfile::TempDir, Daemon) {
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "leads.ondo", text);
    let env: Vec<_> = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let daemon = Daemon::start(&bundles, &dir.path().join("data"), &env);
    (dir, daemon)
}

fn lead(daemon: &Daemon, id: usize, to: &str, note: &str) {
    let lead = serde_json::json!({ "id": id, "to": to, "note": note });
    let answer = post_json(daemon.addr, "/hooks/leads/lead", &lead).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn an_address_from_an_event_reaches_no_private_network() {
    let (port, accepted) = counting();
    let (_dir, daemon) = start(CALLBACK, &[]);
    let hosts = [
        "127.0.0.1",
        "localhost",
        "localhost.",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "example.com@127.0.0.1",
        "0.0.0.0",
    ];
    for (id, host) in hosts.iter().enumerate() {
        lead(&daemon, id, &format!("http://{host}:{port}/"), "note");
    }
    daemon.wait_for(
        "SELECT count(*) FROM runs WHERE state = 'dead' AND reason LIKE '%address is private%'",
        hosts.len() as i64,
    );
    assert_eq!(accepted.load(Ordering::SeqCst), 0);
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let (proxy, accepted) = counting();
    let vendor = Stub::start(|_, _| Reply::Json(200, "{}".into()));
    let proxy = format!("http://127.0.0.1:{proxy}");
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let mut env: Vec<(&str, &str)> = names.iter().map(|name| (*name, &*proxy)).collect();
    env.extend(lower.iter().map(|name| (&**name, &*proxy)));
    env.push(("HTTP_PRIVATENETWORK", "true"));
    let (_dir, daemon) = start(CALLBACK, &env);
    lead(&daemon, 1, &format!("{}/a", vendor.url()), "note");
    vendor.wait_for("/a", 1);
    assert_eq!(accepted.load(Ordering::SeqCst), 0);
}

#[test]
fn a_redirect_of_a_vendor_is_not_followed() {
    let (port, accepted) = counting();
    let vendor = Stub::start(move |_, before| {
        let status = [301, 302, 303, 307, 308][before % 5];
        let to = format!("http://127.0.0.1:{port}/");
        Reply::With(status, vec![("Location".into(), to)], String::new())
    });
    let (_dir, daemon) = start(CALLBACK, &[("HTTP_PRIVATENETWORK", "true")]);
    for id in 0..5 {
        lead(&daemon, id, &format!("{}/a", vendor.url()), "note");
    }
    vendor.wait_for("/a", 5);
    // What it did before it pointed elsewhere is not known.
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'in_doubt'", 5);
    assert_eq!(accepted.load(Ordering::SeqCst), 0);
}

#[test]
fn a_line_break_in_a_value_adds_no_header() {
    let vendor = Stub::start(|_, _| Reply::Json(200, "{}".into()));
    let (_dir, daemon) = start(CALLBACK, &[("HTTP_PRIVATENETWORK", "true")]);
    let notes = [
        "a\r\nX-Injected: yes",
        "a\nX-Injected: yes",
        "a\rX-Injected: yes",
        "a\r\n\r\nPOST /other HTTP/1.1\r\n\r\n",
        "a\u{0}b",
    ];
    for (id, note) in notes.iter().enumerate() {
        lead(&daemon, id, &format!("{}/a", vendor.url()), note);
    }
    lead(&daemon, 99, &format!("{}/healthy", vendor.url()), "ok");
    vendor.wait_for("/healthy", 1);
    daemon.wait_for(
        "SELECT count(*) FROM runs WHERE state IN ('dead', 'failed')",
        notes.len() as i64,
    );
    // None of them went out, not even without the part behind the break.
    assert_eq!(vendor.seen().len(), 1, "{:?}", vendor.seen());
}

#[test]
fn a_value_in_a_path_stays_in_its_place() {
    let vendor = Stub::start(|_, _| Reply::Json(404, "{}".into()));
    let text = r#"account form = webhook { open: true }
account crm = retailcrm { url: env "CRM_URL", apiKey: secret "CRM_KEY", hookSecret: secret "CRM_HOOK", privateNetwork: true }
type Lead = { id: string }
rule look: on form.post("/lead") as lead: Lead do crm.getOrder(id: lead.id, by: "externalId", site: "msk")
"#;
    let url = vendor.url();
    let env = [("CRM_URL", &*url), ("CRM_KEY", "k"), ("CRM_HOOK", "h")];
    let (_dir, daemon) = start(text, &env);
    let ids = [
        "../../credentials",
        "..%2f..%2fcredentials",
        "1?apiKey=other",
        "1#end",
        "1/edit",
        "1\\edit",
        "1 HTTP/1.1\r\nX-Injected: yes",
        "1\u{0}",
        "//127.0.0.1/",
        "@127.0.0.1",
    ];
    for id in ids {
        let lead = serde_json::json!({ "id": id });
        let answer = post_json(daemon.addr, "/hooks/leads/lead", &lead).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    vendor.wait_for("/orders/", ids.len());
    for request in vendor.seen() {
        let path = request.first_line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let id = path.strip_prefix("/api/v5/orders/").unwrap_or("/");
        assert!(!id.contains('/') && id != "..", "{path}");
        assert_eq!(query, "by=externalId&site=msk", "{path}");
        assert!(request.header("x-injected").is_none());
    }
    // `..` alone leads elsewhere: it is not sent at all.
    for id in ["..", "."] {
        post_json(
            daemon.addr,
            "/hooks/leads/lead",
            &serde_json::json!({ "id": id }),
        )
        .unwrap();
    }
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'failed'", 2);
    assert_eq!(vendor.seen().len(), ids.len());
}

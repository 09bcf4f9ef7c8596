//! What strangers write does not reach a terminal as it is: no line of theirs in our log, no code that clears a screen,
//! changes its title or hides a line.

use crate::support::bundle;
use crate::support::daemon::{Daemon, run};
use crate::support::http::request;

/// Codes that terminals act on.
const CODES: [&str; 8] = [
    "\u{1b}[2J",
    "\u{1b}]0;title\u{7}",
    "\u{9b}31m",
    "\r\nERROR forged line",
    "\u{8}\u{8}\u{8}",
    "\u{202e}moc.live",
    "\u{2028}",
    "\u{0}",
];

const RULES: &str = r#"account form = webhook { open: true }
type Lead = { id: int, note: string }
rule fails: on form.post("/lead") as lead: Lead once per "{lead.id}{lead.note}" do fail "не вышло: {lead.note}"
rule calls: on form.post("/lead") as lead: Lead once per "{lead.id}{lead.note}" do http.request(
  method: "POST", url: "http://127.0.0.1:9/{lead.note}", headers: { "X-Note": lead.note }, body: { note: lead.note },
)
"#;

#[test]
#[ignore = "a hundred processes, one after the other: cargo test -p ondo --test ondo terminal:: -- --ignored"]
fn control_codes_in_events_are_shown_as_what_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "site.ondo", RULES);
    let daemon = Daemon::start(&bundles, &data, &[]);
    let json = [("Content-Type", "application/json")];
    for (id, code) in CODES.iter().enumerate() {
        let lead = serde_json::json!({ "id": id, "note": format!("до{code}после") });
        let body = lead.to_string();
        let answer = request(
            daemon.addr,
            "POST",
            "/hooks/site/lead",
            &json,
            body.as_bytes(),
        );
        assert_eq!(answer.unwrap().status, 200);
        // One that cannot be read is kept as it is.
        let broken = format!("{{\"note\":\"до{code}");
        request(
            daemon.addr,
            "POST",
            "/hooks/site/lead",
            &json,
            broken.as_bytes(),
        )
        .unwrap();
        // A path and a header go through the server's own words.
        request(daemon.addr, "POST", "/hooks/site/%1b%5b2J", &json, b"{}").unwrap();
    }
    daemon.wait_until_quiet();
    let folder = data.to_str().unwrap();
    let mut outputs = vec![
        run(&["history", "--data", folder]),
        run(&["history", "--events", "--data", folder]),
        run(&["history", "--rejects", "--data", folder]),
    ];
    for table in ["events", "runs"] {
        let store = daemon.sql();
        let mut query = store.prepare(&format!("SELECT id FROM {table}")).unwrap();
        let ids = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
        for id in ids.map(Result::unwrap) {
            outputs.push(run(&["show", &id, "--data", folder]));
            outputs.push(run(&["show", &id, "--raw", "--data", folder]));
            outputs.push(run(&["show", &id, "--json", "--data", folder]));
        }
    }
    let mut texts: Vec<String> = outputs
        .into_iter()
        .map(|output| String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
        .collect();
    assert!(texts.iter().any(|text| text.contains("после")));
    texts.push(daemon.log());
    for text in &texts {
        let raw = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(raw, None, "{text:?}");
        assert!(
            !text.lines().any(|line| line.starts_with("ERROR forged")),
            "{text}"
        );
    }
}

//! The main job: a RetailCRM order comes in, one call of Plazius goes out, byte for byte what the document asks for.

use crate::support::daemon::{Daemon, HOOK_SECRET, ondo, run, settings};
use crate::support::http::{post_json, request};
use crate::support::stub::{Reply, Stub, plazius};
use crate::support::{PHRASE, bundle, vendor_docs};

/// Amounts of orders with the bonus that five percent of them is, as it stands in the request.
const AMOUNTS: [(&str, &str); 4] = [
    ("1290.70", "64.54"),
    ("0.10", "0.01"),
    ("19.99", "1"),
    ("99999999999.99", "5000000000"),
];

/// What the order's number is in the vendor's own example.
const NUMBER: &str = "8123522898559160";

/// The body without the marker that the engine puts behind a comment: ten digits of its own choice.
fn unmarked(body: &str) -> String {
    let (start, rest) = body.split_once(" [").expect("a bonus carries a marker");
    let (marker, end) = rest.split_once(']').unwrap();
    assert!(marker.len() == 10 && marker.bytes().all(|byte| byte.is_ascii_hexdigit()));
    format!("{start}{end}")
}

/// The body that the Plazius document asks for, written by hand.
fn wanted(amount: &str) -> String {
    format!(
        "{{\"guest\":{{\"type\":\"phone\",\"phone\":\"+79990001122\"}},\
         \"organization\":{{\"type\":\"rkObjectId\",\"id\":\"4174244\"}},\
         \"amount\":{amount},\"comment\":\"Order {NUMBER}\"}}"
    )
}

/// The vendor's own example, changed as text so that no number is ever anything but its digits.
fn example(total: &str) -> Option<String> {
    let path = vendor_docs()?.join("payloads/retailcrm/orders_get.response.json");
    let text = std::fs::read_to_string(path).unwrap();
    let mut answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    let order = answer["order"].as_object_mut().unwrap();
    order["status"] = "new".into();
    order["totalSumm"] = serde_json::from_str(total).unwrap();
    order.insert("phone".into(), "8 (999) 000-11-22".into());
    Some(answer.to_string())
}

#[test]
fn an_order_that_is_posted_whole_leads_to_one_bonus() {
    for (total, amount) in AMOUNTS {
        let Some(answer) = example(total) else { return };
        let vendor = plazius(|_, _| Reply::Json(200, String::new()));
        let dir = tempfile::tempdir().unwrap();
        let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
        let daemon = Daemon::start(
            &bundles,
            &dir.path().join("data"),
            &settings("http://127.0.0.1:9", &vendor.url()),
        );
        let order: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let stored = daemon.post_order("bonus", &order["order"]).unwrap();
        assert_eq!(stored.status / 100, 2, "{}", stored.text());
        let calls = vendor.wait_for("/addBonus", 1);
        assert_eq!(
            calls[0].first_line,
            "POST /b2b/v1/loyalty/guests/addBonus HTTP/1.1"
        );
        assert_eq!(unmarked(&calls[0].text()), wanted(amount));
        assert_eq!(calls[0].header("content-type"), Some("application/json"));
        assert_eq!(calls[0].header("apikey"), Some("plazius-key-1"));
        assert_eq!(calls[0].header("authorization"), Some("token-1"));
        daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
        assert_eq!(vendor.seen_at("/addBonus").len(), 1);
        assert_eq!(daemon.stop(), Some(0));
    }
}

#[test]
fn a_trigger_with_the_orders_id_reads_the_order_and_leads_to_one_bonus() {
    for (total, amount) in AMOUNTS {
        let Some(answer) = example(total) else { return };
        let crm = Stub::start(move |_, _| Reply::Json(200, answer.clone()));
        let vendor = plazius(|_, _| Reply::Json(200, String::new()));
        let dir = tempfile::tempdir().unwrap();
        let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
        let daemon = Daemon::start(
            &bundles,
            &dir.path().join("data"),
            &settings(&crm.url(), &vendor.url()),
        );
        let hook = format!("/hooks/bonus/retailcrm/{HOOK_SECRET}");
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let stored = request(daemon.addr, "POST", &hook, &form, b"id=6722").unwrap();
        assert_eq!(stored.status / 100, 2, "{}", stored.text());
        let calls = vendor.wait_for("/addBonus", 1);
        assert_eq!(unmarked(&calls[0].text()), wanted(amount));
        let reads = crm.seen();
        assert_eq!(reads.len(), 1);
        assert_eq!(
            reads[0].first_line,
            "GET /api/v5/orders/6722?by=id HTTP/1.1"
        );
        assert_eq!(reads[0].header("x-api-key"), Some("crm-key-1"));
        daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
        assert_eq!(vendor.seen_at("/addBonus").len(), 1);
    }
}

#[test]
fn the_unchanged_order_leads_to_none_and_show_says_which_term_was_false() {
    let Some(docs) = vendor_docs() else { return };
    let answer =
        std::fs::read_to_string(docs.join("payloads/retailcrm/orders_get.response.json")).unwrap();
    let order: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let daemon = Daemon::start(
        &bundles,
        &data,
        &settings("http://127.0.0.1:9", &vendor.url()),
    );
    let stored = daemon.post_order("bonus", &order["order"]).unwrap();
    let event = stored.json()["event"].as_str().unwrap().to_owned();
    daemon.wait_for("SELECT count(*) FROM events WHERE state = 'routed'", 1);
    let shown = run(&["show", &event, "--data", data.to_str().unwrap()]);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&shown.stderr)
    );
    assert!(text.contains("status == \"new\""), "{text}");
    assert!(vendor.seen().is_empty(), "{:?}", vendor.seen());
}

#[test]
fn an_order_with_nothing_but_what_the_documents_require_is_enough() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &settings("http://127.0.0.1:9", &vendor.url()),
    );
    let order = serde_json::json!({
        "id": 1, "number": "1", "status": "new", "site": "msk", "createdAt": "2026-11-20 12:01:30",
        "summ": 10, "totalSumm": 10, "items": [], "phone": "+79990001122"
    });
    daemon.post_order("bonus", &order).unwrap();
    let calls = vendor.wait_for("/addBonus", 1);
    assert!(
        calls[0].text().contains("\"amount\":0.5,"),
        "{}",
        calls[0].text()
    );
}

#[test]
fn send_delivers_a_file_as_the_vendor_would() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let daemon = Daemon::start(&bundles, &data, &env);
    let file = dir.path().join("заказ.json");
    std::fs::write(&file, crate::support::order(5012, |_| {}).to_string()).unwrap();
    let output = ondo()
        .args(["send", "retailcrm.order"])
        .arg(&file)
        .arg("--bundles")
        .arg(&bundles)
        .args(["--to", &format!("http://{}", daemon.addr)])
        .envs(env)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let calls = vendor.wait_for("/addBonus", 1);
    assert!(
        calls[0].text().contains("\"amount\":50,"),
        "{}",
        calls[0].text()
    );
}

#[test]
fn a_webhook_of_ones_own_is_passed_on_by_the_universal_action() {
    let service = Stub::start(|_, _| Reply::Json(200, "{}".into()));
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        r#"account site = webhook {{ token: secret "SITE_TOKEN" }}
account net = http {{ privateNetwork: true }}
type Lead = {{ id: int, name: string, price: decimal, note: string? }}
on site.post("/lead") as lead: Lead once per lead.id do net.request(
  method: "PUT",
  url: "{}/api/leads/{{lead.id}}",
  headers: {{ Authorization: secret "CALLS_TOKEN" }},
  body: {{ name: lead.name, price: lead.price, note: lead.note, none: null }},
)
"#,
        service.url()
    );
    let bundles = bundle(dir.path(), "leads.ondo", &text);
    let env = [
        ("SITE_TOKEN", "site-token-1"),
        ("CALLS_TOKEN", "calls-token-1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let daemon = Daemon::start(&bundles, &dir.path().join("data"), &env);
    let lead = br#"{"id":7,"name":"\u041e\u043b\u044f","price":19.990}"#;
    let headers = [
        ("Content-Type", "application/json"),
        ("Authorization", "Bearer site-token-1"),
    ];
    let stored = request(daemon.addr, "POST", "/hooks/leads/lead", &headers, lead).unwrap();
    assert_eq!(stored.status / 100, 2, "{}", stored.text());
    let calls = service.wait_for("/api/leads/7", 1);
    assert_eq!(calls[0].first_line, "PUT /api/leads/7 HTTP/1.1");
    assert_eq!(
        calls[0].text(),
        r#"{"name":"Оля","price":19.99,"none":null}"#
    );
    assert_eq!(calls[0].header("authorization"), Some("calls-token-1"));
    let unsigned = post_json(
        daemon.addr,
        "/hooks/leads/lead",
        &serde_json::json!({ "id": 8 }),
    )
    .unwrap();
    assert_eq!(unsigned.status, 401, "{}", unsigned.text());
}

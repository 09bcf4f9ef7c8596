//! What people are told is true: of orders that were not paid again, of deliveries that no rule could read.

use crate::support::daemon::{Daemon, HOOK_SECRET, run, settings};
use crate::support::http::request;
use crate::support::stub::{Reply, Stub, plazius};
use crate::support::{bundle, order};

/// Posts to the RetailCRM hook of a bundle and gives what `ondo show` says of the event.
fn shown(daemon: &Daemon, data: &str, body: &[u8]) -> (u16, String) {
    let headers = [("Content-Type", "application/json")];
    let hook = format!("/hooks/bonus/retailcrm/{HOOK_SECRET}");
    let stored = request(daemon.addr, "POST", &hook, &headers, body).unwrap();
    let event = stored.json()["event"].as_str().unwrap().to_owned();
    daemon.wait_until_quiet();
    let output = run(&["show", &event, "--data", data]);
    (stored.status, String::from_utf8(output.stdout).unwrap())
}

fn second_order(vendor: &Stub, timeout: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let text = format!(
        r#"on retailcrm.order when phone != null once per number do plazius.addBonus(
  guest:        {{ type: "phone", phone: e164(phone, region: "RU") }},
  organization: {{ type: "rkObjectId", id: "4174244" }},
  amount:       round(totalSumm * 5%, 2),
  comment:      "Order {{number}}",
)
{timeout}"#
    );
    let bundles = bundle(dir.path(), "bonus.ondo", &text);
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let daemon = Daemon::start(&bundles, &data, &env);
    let data = data.to_str().unwrap();
    let body = order(5012, |_| {}).to_string();
    shown(&daemon, data, body.as_bytes());
    let edited = order(5012, |order| order["summ"] = 7.into()).to_string();
    shown(&daemon, data, edited.as_bytes()).1
}

#[test]
fn a_key_whose_run_was_refused_is_not_said_to_have_acted() {
    let vendor =
        plazius(|_, _| Reply::Json(400, r#"{"error":{"code":"3007","message":"нет"}}"#.into()));
    let text = second_order(&vendor, "");
    assert!(
        text.contains("`5012-Ц` was taken by run_")
            && text.contains("which is dead before anything of it happened"),
        "{text}"
    );
}

#[test]
fn a_key_whose_run_nobody_knows_about_says_so() {
    let vendor = plazius(|_, _| Reply::Close);
    let text = second_order(&vendor, "");
    assert!(text.contains("which has not ended (waiting)"), "{text}");
}

#[test]
fn a_key_whose_run_is_done_says_so() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let text = second_order(&vendor, "");
    assert!(text.contains("which is done"), "{text}");
}

#[test]
fn json_that_is_no_object_is_stored_and_dead() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let text = "on retailcrm.order when status == \"new\" and customer != null do retailcrm.createCustomerNote(\n  customer: { id: customer.id }, site: site, text: \"первый\",\n)\n";
    let bundles = bundle(dir.path(), "bonus.ondo", text);
    let env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
    let daemon = Daemon::start(&bundles, &data, &env);
    for (body, wanted) in [
        ("[1,2]", "the event is a list, wanted an object"),
        ("\"заказ\"", "the event is a text, wanted an object"),
        ("12", "the event is a number, wanted an object"),
        ("true", "the event is true or false, wanted an object"),
    ] {
        let (status, text) = shown(&daemon, data.to_str().unwrap(), body.as_bytes());
        assert_eq!(status / 100, 2, "{text}");
        assert!(text.contains(wanted) && text.contains(", dead"), "{text}");
    }
    daemon.wait_for("SELECT count(*) FROM events WHERE state = 'dead'", 4);
    daemon.wait_for("SELECT count(*) FROM runs", 0);
}

#[test]
fn a_second_sigterm_ends_it_at_once_and_the_call_in_flight_is_looked_up() {
    let vendor = plazius(|_, _| Reply::Silence(std::time::Duration::from_secs(25)));
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "bonus.ondo", crate::support::PHRASE);
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let daemon = Daemon::start(&bundles, &data, &env);
    daemon.post_order("bonus", &order(5012, |_| {})).unwrap();
    vendor.wait_for("/addBonus", 1);
    daemon.terminate();
    daemon.wait_for_log("stopping when");
    assert_eq!(daemon.stop(), Some(3));
    let again = Daemon::start(&bundles, &data, &env);
    again.wait_for(
        "SELECT count(*) FROM runs WHERE reason LIKE 'nobody knows whether addBonus happened%'",
        1,
    );
    assert_eq!(vendor.seen_at("/addBonus").len(), 1);
}

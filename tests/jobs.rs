//! What is accepted now and done later: an order at the till of a restaurant.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

use crate::support::daemon::{Daemon, ondo, run, settings};
use crate::support::stub::{Reply, Stub};
use crate::support::{bundle, order};

const RULE: &str = r#"
bundle pizza { timezone: "Europe/Moscow", currency: "RUB" }

account crm  = retailcrm { url: env "RETAILCRM_URL", apiKey: secret "RETAILCRM_KEY", hookSecret: secret "RETAILCRM_HOOK_SECRET" }
account till = rkeeper   { objectId: 199990001, agent: "2.7.9.1", token: secret "RK_TOKEN" }

allow personal -> rkeeper, retailcrm

rule to_pos: on crm.order as order when order.status == "assembling" do {
  let made = till.createOrder(order: {
      originalOrderId: string(order.id),
      expeditionType:  "pickup",
      products:        [{ id: 1000071, quantity: 1 }],
    })
    timeout 150s
    on rejected as r {
      crm.editOrder(id: order.id, by: "id", managerComment: "Касса: {r.code}")
      stop "the till said no"
    }
  crm.editOrder(id: order.id, by: "id", managerComment: "Чек {made.orderGuid ?? "?"}")
}
"#;

/// Runs one test with these lines; what was printed, and whether it passed.
fn test(lines: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("pizza");
    std::fs::create_dir_all(&bundle).unwrap();
    let order = r#"given crm.order with { id: 5012, status: "assembling" }"#;
    let text = format!("{RULE}\ntest \"заказ\" {{\n  {order}\n{lines}\n}}\n");
    std::fs::write(bundle.join("pizza.ondo"), text).unwrap();
    let output = ondo()
        .args(["test", "pizza"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[track_caller]
fn passes(lines: &str) {
    let (code, said) = test(lines);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_order_goes_to_the_till() {
    passes("  expect till.createOrder once\n  expect run done");
}

#[test]
fn a_planned_result_is_asked_for() {
    passes(
        r#"  reply till.createOrder -> ok { orderGuid: "F4CE1102" }
  expect till.createOrder once
  expect till.getTaskResponse once
  expect crm.editOrder(managerComment: "Чек F4CE1102") once
  expect run done"#,
    );
}

#[test]
fn a_refusal_of_the_till_reaches_its_handler() {
    passes(
        r#"  reply till.createOrder -> rejected { code: "17", message: "Нет блюда" }
  expect till.createOrder once
  expect crm.editOrder(managerComment: "Касса: 17") once
  expect run stopped"#,
    );
}

#[test]
fn what_follows_accepted_is_for_the_questions() {
    passes(
        r#"  reply till.createOrder -> accepted then timeout then status 500 then ok { orderGuid: "A1" }
  expect till.createOrder once
  expect till.getTaskResponse 3 times
  expect crm.editOrder(managerComment: "Чек A1") once
  expect run done"#,
    );
}

#[test]
fn an_answer_that_was_lost_is_submitted_again_with_the_same_key() {
    passes(
        r#"  reply till.createOrder -> applied then timeout then ok { orderGuid: "A1" }
  expect till.createOrder 2 times
  expect crm.editOrder(managerComment: "Чек A1") once
  expect run done"#,
    );
}

#[test]
fn a_question_may_be_answered_by_its_own_name() {
    passes(
        r#"  reply till.createOrder -> accepted
  reply till.getTaskResponse -> waiting then waiting then cancelled
  expect till.createOrder once
  expect till.getTaskResponse 3 times
  expect run dead"#,
    );
}

/// A till whose tasks are done when it is told so.
fn till(is_done: &Arc<AtomicBool>) -> Stub {
    let is_done = is_done.clone();
    Stub::start(move |request, _| {
        let common =
            r#""responseCommon":{"taskGuid":"6b0f","taskType":"CreateOrder","objectId":1}"#;
        let answer = match request.json()["taskType"].as_str().unwrap() {
            "CreateOrder" => format!("{{{common}}}"),
            _ if is_done.load(Ordering::SeqCst) => {
                format!(r#"{{{common},"taskResponse":{{"order":{{"orderGuid":"f4ce"}}}}}}"#)
            }
            _ => r#"{"error":{"wsError":{"code":"AwaitingAnswer","desc":"ждите"}}}"#.to_owned(),
        };
        Reply::Json(200, answer)
    })
}

fn tasks(till: &Stub, kind: &str) -> usize {
    let seen = till.seen();
    let of_kind = seen
        .iter()
        .filter(|request| request.json()["taskType"] == kind);
    of_kind.count()
}

#[test]
fn an_order_that_waits_for_the_till_survives_kill_9_and_is_submitted_once() {
    let is_done = Arc::new(AtomicBool::new(false));
    let till = till(&is_done);
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let text = r#"on retailcrm.order as order when order.status == "new" do rkeeper.createOrder(order: {
  originalOrderId: string(order.id), expeditionType: "pickup", products: [{ id: 1000071, quantity: 1 }],
})
"#;
    let bundles = bundle(dir.path(), "pizza.ondo", text);
    let mut env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
    for (name, value) in [
        ("RKEEPER_BASE", till.url().as_str()),
        ("RKEEPER_TOKEN", "till-token-1"),
        ("RKEEPER_OBJECTID", "199990001"),
        ("RKEEPER_AGENT", "2.7.9.1"),
        ("RKEEPER_PRIVATENETWORK", "true"),
    ] {
        env.push((name.to_owned(), value.to_owned()));
    }
    let daemon = Daemon::start(&bundles, &data, &env);
    let stored = daemon.post_order("pizza", &order(5012, |_| {})).unwrap();
    let event = stored.json()["event"].as_str().unwrap().to_owned();
    till.wait_for("/aggregators/Create", 2);
    daemon.kill();

    let daemon = Daemon::start(&bundles, &data, &env);
    let asked = till.seen().len();
    till.wait_for("/aggregators/Create", asked + 1);
    let waiting = run(&["show", &event, "--data", data.to_str().unwrap()]);
    let waiting = String::from_utf8(waiting.stdout).unwrap();
    assert!(
        waiting.contains("waits for the result of createOrder (job 6b0f), gives up at"),
        "{waiting}"
    );
    is_done.store(true, Ordering::SeqCst);
    daemon.wait_until_quiet();
    assert_eq!(tasks(&till, "CreateOrder"), 1);
    assert!(tasks(&till, "GetTaskResponse") >= 2);
    let shown = run(&["show", &event, "--data", data.to_str().unwrap()]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    for part in [
        "createOrder, attempt 1: rkeeper.createOrder",
        "accepted: pending",
        "createOrder, attempt 1: rkeeper.getTaskResponse",
        "ok: applied",
        "f4ce",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    // What said "not yet" is not part of the story.
    assert!(!shown.contains("AwaitingAnswer"), "{shown}");
}

#[test]
fn iterations_of_a_parallel_loop_are_at_the_vendor_at_the_same_time() {
    // Nobody is answered before three requests are there: calls that came one after the other would never be.
    let together = Arc::new(Barrier::new(3));
    let vendor = Stub::start(move |_, _| {
        together.wait();
        Reply::Json(200, r#"{"success":true,"id":1}"#.to_owned())
    });
    let dir = tempfile::tempdir().unwrap();
    let text = r#"on retailcrm.order as order when order.status == "new" do {
  for who in [1, 2, 3, 4, 5, 6] parallel 3 {
    retailcrm.createCustomerNote(customer: { id: who }, text: "Заказ {order.number}")
  }
}
"#;
    let bundles = bundle(dir.path(), "notes.ondo", text);
    let env = settings(&vendor.url(), "http://127.0.0.1:9");
    let daemon = Daemon::start(&bundles, &dir.path().join("data"), &env);
    daemon.post_order("notes", &order(5012, |_| {})).unwrap();
    vendor.wait_for("/customers/notes/create", 6);
    daemon.wait_for("SELECT count(*) FROM runs WHERE state = 'done'", 1);
}

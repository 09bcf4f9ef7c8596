//! What is accepted now and done later: an order at the till of a restaurant.

use crate::support::daemon::ondo;

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
      crm.editOrder(id: order.id, by: "id", managerComment: "Касса: {r.code ?? "?"}")
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

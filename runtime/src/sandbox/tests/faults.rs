//! Faults that are told over HTTP and strike over real connections.

use super::*;

async fn told(world: &World, fault: &str) {
    let (status, body) = control(world, "POST", "faults", &json!({ "fault": fault })).await;
    assert_eq!(status, 200, "{body}");
}

async fn save(world: &World, timeout: u64) -> Classified {
    let args = [("id", Value::Int(7)), ("name", Value::text("Анна"))];
    let request = world.request("save", &args).await;
    world
        .send("save", &request, Duration::from_millis(timeout))
        .await
}

#[tokio::test]
async fn every_second_call_is_reset_until_the_fault_is_taken_back() {
    let world = World::new().await;
    told(&world, "loyalty.addBonus: applied then reset every 2").await;
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        outcomes.push(world.add_bonus().await.outcome.to_string());
    }
    assert_eq!(outcomes, ["ok", "reset", "ok", "reset"]);
    // All four happened.
    assert_eq!(world.sandbox.applied("loyalty", "addBonus"), 4);
    let (_, faults) = control(&world, "GET", "faults", &Json::Null).await;
    let fault = "loyalty.addBonus: applied then reset every 2";
    assert_eq!(faults, json!([{ "fault": fault, "calls": 4, "struck": 2 }]));
    let (_, left) = control(&world, "DELETE", "faults", &Json::Null).await;
    assert_eq!(left, json!([]));
    assert_eq!(&*world.add_bonus().await.outcome, "ok");
}

#[tokio::test]
async fn half_an_answer_is_no_answer_but_it_happened() {
    let world = World::new().await;
    told(&world, "wallet: half").await;
    let found = save(&world, 20_000).await;
    assert_eq!(found.verdict, Verdict::AppliedResultLost, "{found:?}");
    assert_eq!(world.sandbox.applied("loyalty", "save"), 1);
    // A body without a byte ends in the middle too.
    assert_ne!(&*world.add_bonus().await.outcome, "rejected");
    assert_eq!(world.sandbox.applied("loyalty", "addBonus"), 1);
}

#[tokio::test]
async fn a_late_and_a_slow_answer_come_or_are_given_up() {
    let world = World::new().await;
    told(&world, "loyalty.save: latency 200ms").await;
    assert_eq!(&*save(&world, 20_000).await.outcome, "ok");
    assert_eq!(&*save(&world, 50).await.outcome, "timeout");
    control(&world, "DELETE", "faults", &Json::Null).await;
    told(&world, "loyalty.save: slow 300ms").await;
    let found = save(&world, 20_000).await;
    assert_eq!((&*found.outcome, found.verdict), ("ok", Verdict::Applied));
    let given_up = save(&world, 100).await;
    assert_ne!(given_up.verdict, Verdict::Applied, "{given_up:?}");
    assert_eq!(world.sandbox.applied("loyalty", "save"), 4);
}

#[tokio::test]
async fn what_is_told_wrongly_is_said_in_words() {
    let world = World::new().await;
    for (body, problem) in [
        (
            json!({ "fault": "other: reset" }),
            "no account `other` is played here: loyalty",
        ),
        (
            json!({ "fault": "loyalty.addBonuss: reset" }),
            "wallet has no action `addBonuss`",
        ),
        (json!({}), "`fault` or `faults` is required"),
    ] {
        let found = control(&world, "POST", "faults", &body).await;
        assert_eq!(found, (400, json!({ "error": problem })));
    }
    let plan = json!({ "account": "loyalty", "action": "nothing", "reply": "reset" });
    assert_eq!(control(&world, "POST", "plan", &plan).await.0, 400);
    let kept = control(&world, "POST", "limits", &json!({ "kept": 1 })).await;
    assert_eq!(kept.0, 400);
}

#[tokio::test]
async fn rows_are_put_in_place_and_looked_at_from_outside() {
    let world = World::new().await;
    let row = json!({ "balance": 12.5 });
    let body = json!({ "account": "loyalty", "set": "wallets", "key": "+79990001122", "row": row });
    let (status, kept) = control(&world, "POST", "rows", &body).await;
    assert_eq!((status, kept), (200, json!({ "kept": 1 })));
    let request = world.request("wallet", &[bonus()[0].clone()]).await;
    let found = world
        .send("wallet", &request, Duration::from_secs(20))
        .await;
    assert_eq!(&*found.outcome, "ok", "{found:?}");
    let shown = "rows?account=loyalty&set=wallets";
    let (_, rows) = control(&world, "GET", shown, &Json::Null).await;
    assert_eq!(rows.to_string(), r#"[{"balance":12.5}]"#);
    control(&world, "DELETE", "rows", &Json::Null).await;
    let (_, rows) = control(&world, "GET", shown, &Json::Null).await;
    assert_eq!(rows, json!([]));
}

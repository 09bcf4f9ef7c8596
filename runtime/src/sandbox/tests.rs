//! The sandbox by the client: both sides of the same patterns, over real connections.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use ondo_compiler::catalog::{ConnectorSource, build};
use ondo_compiler::source::SourceFile;
use ondo_compiler::value::{Money, Num, Secret};
use ondo_compiler::wire::{self, Classified, Cx, HeaderText, HttpRequest, Observed, Verdict};
use serde_json::{Value as Json, json};

use super::*;
use crate::client::Client;

const WALLET: &str = r#"
connector wallet "Кошелёк" {
  setting base:     url = "https://wallet.example/pub"
  setting apiKey:   secret identity
  setting password: secret
  auth token {
    request POST "/gentoken" headers { ApiKey = apiKey } json { password = password }
    token answer.data.token
    send headers { ApiKey = apiKey, Authorization = token }
    renew when status == 401
  }
  answer rejected     refused status 400 json { error: { code: string -> code, message: string -> message } }
  answer rate_limited refused status 429
  code "3007" "Гость не найден"
}
action addBonus {
  request POST "/addBonus" json { phone: phone, amount: money where amount > 0, comment: string? }
  answer ok applied status 200 empty
  effect unsafe
}
action save {
  request POST "/guests/{id}" path { id: int } json { name: string }
  answer ok applied status 200 json { id: int -> id, name: string -> name, balance: money -> balance }
}
action wallet {
  request POST "/wallet" json { phone: phone }
  answer ok applied status 200 json { balance: money -> balance, history: [Operation] -> history, total: int -> total }
}
type Operation = { amount: money, comment: string?, at: datetime }
sandbox {
  action addBonus {
    add amount to wallets.balance by phone
    keep { amount, comment, at: now() } in operations by phone
  }
  action wallet {
    find wallets by phone as wallet
    find operations by phone as operations
    refuse "3007" if wallet == null
    reply { balance: wallet?.balance ?? 0, history: operations, total: count(operations) }
  }
}
"#;

fn catalog() -> Arc<Catalog> {
    let (catalog, diagnostics) = build(vec![ConnectorSource {
        name: "wallet".to_owned(),
        files: vec![SourceFile {
            path: "connectors/wallet/connector.ondo".to_owned(),
            text: WALLET.to_owned(),
        }],
    }]);
    let messages: Vec<&str> = diagnostics
        .iter()
        .map(|found| found.message.as_str())
        .collect();
    assert!(messages.is_empty(), "{messages:#?}");
    Arc::new(catalog)
}

fn account(name: &str, key: &str) -> ResolvedAccount {
    ResolvedAccount {
        name: name.into(),
        connector: "wallet".into(),
        identity: format!("wallet {key}").into(),
        settings: vec![
            ("apiKey".into(), Value::Secret(Secret::new(key))),
            ("password".into(), Value::Secret(Secret::new("PASS"))),
        ],
    }
}

struct World {
    catalog: Arc<Catalog>,
    sandbox: Sandbox,
    client: Client,
    account: ResolvedAccount,
}

impl World {
    async fn new() -> Self {
        let catalog = catalog();
        let mut account = account("loyalty", "KEY");
        let sandbox = Sandbox::start(Arc::clone(&catalog), vec![account.clone()])
            .await
            .unwrap();
        let url = sandbox.base_url(&account.identity).unwrap();
        account
            .settings
            .push((wire::SANDBOX_BASE.into(), Value::text(url)));
        Self {
            catalog,
            sandbox,
            client: Client::new().unwrap(),
            account,
        }
    }

    fn cx(&self) -> Cx<'_> {
        Cx {
            catalog: &self.catalog,
            settings: &self.account.settings,
            zone: "UTC",
            now: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    async fn token(&self) -> Secret {
        let connector = &self.catalog.connectors["wallet"];
        let request = wire::auth_request(&self.cx(), connector).unwrap().unwrap();
        match self
            .client
            .send(
                &request,
                Duration::from_secs(20),
                false,
                crate::client::Access::PRIVATE,
            )
            .await
        {
            Observed::Answer(answer) => wire::read_token(&self.cx(), connector, &answer).unwrap().0,
            other => panic!("{other:?}"),
        }
    }

    async fn request(&self, action: &str, args: &[(&str, Value)]) -> HttpRequest {
        let connector = &self.catalog.connectors["wallet"];
        let args: Vec<(Name, Value)> = args
            .iter()
            .map(|(name, value)| ((*name).into(), value.clone()))
            .collect();
        let token = self.token().await;
        wire::build_request(
            &self.cx(),
            connector,
            &connector.actions[action],
            &args,
            Some(&token),
        )
        .unwrap()
    }

    async fn send(&self, action: &str, request: &HttpRequest, timeout: Duration) -> Classified {
        let connector = &self.catalog.connectors["wallet"];
        let observed = self
            .client
            .send(request, timeout, true, crate::client::Access::PRIVATE)
            .await;
        wire::classify(&self.cx(), connector, &connector.actions[action], &observed)
    }

    async fn add_bonus(&self) -> Classified {
        let request = self.request("addBonus", &bonus()).await;
        self.send("addBonus", &request, Duration::from_secs(20))
            .await
    }
}

fn bonus() -> [(&'static str, Value); 2] {
    let amount = Money {
        amount: Num::parse("64.53").unwrap(),
        currency: None,
    };
    [
        ("phone", Value::text("+79990001122")),
        ("amount", Value::Money(amount)),
    ]
}

#[tokio::test]
async fn a_call_is_applied_and_remembered() {
    let world = World::new().await;
    let found = world.add_bonus().await;
    assert_eq!((&*found.outcome, found.verdict), ("ok", Verdict::Applied));
    let sent = world.sandbox.sent();
    assert_eq!(sent.len(), 2);
    // The password of the token exchange is not kept.
    assert_eq!((sent[0].action.as_deref(), sent[0].body.len()), (None, 0));
    assert_eq!(sent[1].action.as_deref(), Some("addBonus"));
    assert_eq!(sent[1].body, br#"{"phone":"+79990001122","amount":64.53}"#);
    assert_eq!(sent[1].problems, Vec::<String>::new());
    assert_eq!(
        sent[1].args,
        bonus().map(|(name, value)| (name.into(), value))
    );
    for account in ["loyalty", "wallet"] {
        assert_eq!(world.sandbox.applied(account, "addBonus"), 1);
    }
    assert_eq!(world.sandbox.applied("loyalty", "save"), 0);
}

#[tokio::test]
async fn an_answer_repeats_what_was_sent_and_fills_in_the_rest() {
    let world = World::new().await;
    let args = [("id", Value::Int(7)), ("name", Value::text("Анна"))];
    let request = world.request("save", &args).await;
    let found = world.send("save", &request, Duration::from_secs(20)).await;
    let Value::Object(value) = &found.value else {
        panic!("{found:?}")
    };
    assert_eq!(
        (value.get("id"), value.get("name")),
        (&Value::Int(7), &Value::text("Анна"))
    );
    assert!(matches!(value.get("balance"), Value::Money(_)));
}

#[tokio::test]
async fn a_wrong_request_is_refused_in_the_vendors_own_words() {
    let world = World::new().await;
    let mut request = world.request("addBonus", &bonus()).await;
    request.body = br#"{"phone":"+79990001122","amount":64.53,"summ":1}"#.to_vec();
    let found = world
        .send("addBonus", &request, Duration::from_secs(20))
        .await;
    assert_eq!(
        (&*found.outcome, found.verdict),
        ("rejected", Verdict::Refused)
    );
    let Value::Object(value) = &found.value else {
        panic!("{found:?}")
    };
    assert_eq!(
        value.get("message"),
        &Value::text("`summ` is no field of the request")
    );
    assert_eq!(world.sandbox.applied("loyalty", "addBonus"), 0);
}

#[tokio::test]
async fn a_wrong_token_is_401_and_asks_for_a_new_one() {
    let world = World::new().await;
    let mut request = world.request("addBonus", &bonus()).await;
    for (name, value) in &mut request.headers {
        if name == "Authorization" {
            *value = HeaderText::Secret(Secret::new("OLD"));
        }
    }
    let found = world
        .send("addBonus", &request, Duration::from_secs(20))
        .await;
    assert_eq!((found.verdict, found.renew), (Verdict::Refused, true));
    assert_eq!(
        world.sandbox.sent()[1].problems,
        ["the header Authorization has another value than the account's"]
    );
}

#[tokio::test]
async fn planned_replies_are_given_once_and_in_order() {
    let world = World::new().await;
    let value = Value::object(vec![("code".into(), Value::text("3007"))]);
    world.sandbox.plan(
        "loyalty",
        "addBonus",
        Reply::Outcome("rejected".into(), Some(value)),
    );
    world.sandbox.plan(
        "loyalty",
        "addBonus",
        Reply::Status(502, b"<html>".to_vec()),
    );
    world
        .sandbox
        .plan("wallet", "addBonus", Reply::RateLimited(7));
    world.sandbox.plan("wallet", "addBonus", Reply::Reset);
    let mut found = Vec::new();
    for _ in 0..5 {
        let one = world.add_bonus().await;
        found.push((
            one.outcome.to_string(),
            one.verdict,
            one.message,
            one.pause.map(|pause| pause.as_secs()),
        ));
    }
    let wanted = [
        (
            "rejected",
            Verdict::Refused,
            "400: 3007 Гость не найден",
            None,
        ),
        ("unknown", Verdict::Unknown, "502: unknown", None),
        (
            "rate_limited",
            Verdict::Refused,
            "429: rate_limited",
            Some(7),
        ),
        ("reset", Verdict::Unknown, "reset", None),
        ("ok", Verdict::Applied, "200: ok", None),
    ];
    let wanted = wanted.map(|(outcome, verdict, message, pause)| {
        (outcome.to_owned(), verdict, message.to_owned(), pause)
    });
    assert_eq!(found, wanted);
    assert_eq!(world.sandbox.applied("loyalty", "addBonus"), 1);
}

#[tokio::test]
async fn it_may_happen_without_an_answer() {
    let world = World::new().await;
    world
        .sandbox
        .plan("loyalty", "addBonus", Reply::AppliedThenTimeout);
    world.sandbox.plan("loyalty", "addBonus", Reply::Timeout);
    let request = world.request("addBonus", &bonus()).await;
    for applied in [1, 1] {
        let found = world
            .send("addBonus", &request, Duration::from_millis(300))
            .await;
        assert_eq!(
            (&*found.outcome, found.verdict),
            ("timeout", Verdict::Unknown)
        );
        assert_eq!(world.sandbox.applied("loyalty", "addBonus"), applied);
    }
    let statuses: Vec<Option<u16>> = world
        .sandbox
        .sent()
        .iter()
        .map(|sent| sent.status)
        .collect();
    assert_eq!(statuses, [Some(200), None, None]);
}

#[tokio::test]
async fn a_path_that_no_action_has_is_404() {
    let world = World::new().await;
    let mut request = world.request("addBonus", &bonus()).await;
    request.url = Secret::new(format!(
        "{}?key=KEY",
        request.url.expose().replace("addBonus", "nothing")
    ));
    let found = world
        .send("addBonus", &request, Duration::from_secs(20))
        .await;
    assert_eq!(found.message, "404: refused");
    let sent = world.sandbox.sent().pop().unwrap();
    assert_eq!(sent.problems, ["no action has this method and path"]);
    assert_eq!(sent.path, "/nothing?key=***");
}

#[tokio::test]
async fn equal_identities_share_an_address_and_others_do_not() {
    let accounts = vec![account("a", "1"), account("b", "1"), account("c", "2")];
    let sandbox = Sandbox::start(catalog(), accounts).await.unwrap();
    assert_ne!(sandbox.base_url("wallet 1"), sandbox.base_url("wallet 2"));
    assert_eq!(sandbox.base_url("wallet 3"), None);
    assert_eq!(sandbox.addresses.len(), 2);
}

async fn control(world: &World, method: &str, path: &str, body: &Json) -> (u16, Json) {
    let url = world.sandbox.base_url(&world.account.identity).unwrap();
    let request = HttpRequest {
        method: method.into(),
        url: Secret::new(format!("{url}/_sandbox/{path}")),
        shown_url: String::new(),
        headers: Vec::new(),
        body: if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        },
        secret_body: false,
    };
    match world
        .client
        .send(
            &request,
            Duration::from_secs(20),
            false,
            crate::client::Access::PRIVATE,
        )
        .await
    {
        Observed::Answer(answer) => (answer.status, serde_json::from_slice(&answer.body).unwrap()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn another_process_can_plan_and_ask() {
    let world = World::new().await;
    let replies = json!([
        { "outcome": "rejected", "value": { "code": "9", "message": "нет" } },
        { "status": 500, "body": { "a": 1 } },
        { "rate_limited": 3 },
        "reset",
        "ok",
    ]);
    let plan = json!({ "account": "loyalty", "action": "addBonus", "replies": replies });
    assert_eq!(
        control(&world, "POST", "plan", &plan).await,
        (200, json!({ "planned": 5 }))
    );
    let mut outcomes = Vec::new();
    for _ in 0..5 {
        outcomes.push(world.add_bonus().await.outcome.to_string());
    }
    assert_eq!(
        outcomes,
        ["rejected", "unknown", "rate_limited", "reset", "ok"]
    );
    let (status, sent) = control(&world, "GET", "sent", &Json::Null).await;
    assert_eq!((status, sent.as_array().unwrap().len()), (200, 10));
    assert_eq!(sent[1]["args"]["amount"].to_string(), "64.53");
    assert_eq!(sent[9]["applied"], json!(true));
    for (body, problem) in [
        (
            json!({ "account": "loyalty" }),
            "`action` is missing, text is required",
        ),
        (
            json!({ "account": "loyalty", "action": "addBonus" }),
            "`reply` or `replies` is required",
        ),
    ] {
        assert_eq!(
            control(&world, "POST", "plan", &body).await,
            (400, json!({ "error": problem }))
        );
    }
    assert_eq!(control(&world, "GET", "plan", &Json::Null).await.0, 404);
}

#[tokio::test]
async fn the_vendor_remembers_what_was_applied_even_unheard() {
    let world = World::new().await;
    let wallet = || async {
        let request = world.request("wallet", &[bonus()[0].clone()]).await;
        world
            .send("wallet", &request, Duration::from_secs(20))
            .await
    };
    let unknown = wallet().await;
    assert_eq!(unknown.message, "400: 3007 Гость не найден");

    let request = world.request("addBonus", &bonus()).await;
    for reply in [Reply::AppliedThenTimeout, Reply::Timeout] {
        world.sandbox.plan("loyalty", "addBonus", reply);
        world
            .send("addBonus", &request, Duration::from_millis(300))
            .await;
    }
    world.add_bonus().await;

    let found = wallet().await;
    let Value::Object(value) = &found.value else {
        panic!("{found:?}")
    };
    let amount = |value: &Value| match value {
        Value::Money(money) => money.amount.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(amount(value.get("balance")), "129.06");
    assert_eq!(value.get("total"), &Value::Int(2));
    let Value::List(history) = value.get("history") else {
        panic!("{value:?}")
    };
    let Value::Object(first) = &history[0] else {
        panic!("{history:?}")
    };
    assert_eq!(amount(first.get("amount")), "64.53");
}

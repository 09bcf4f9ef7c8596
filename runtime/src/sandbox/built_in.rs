//! The connectors of the binary in the sandbox: every example goes out, is understood, and comes back as applied.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use ondo_compiler::catalog::{Action, Connector};
use ondo_compiler::types::Type;
use ondo_compiler::value::Secret;
use ondo_compiler::wire::{self, Classified, Cx, Observed, Verdict};

use super::*;
use crate::client::{Access, Client};

/// Every setting of a connector, as the sandbox fills it in.
fn account(connector: &Connector) -> ResolvedAccount {
    let settings = connector.settings.iter().filter_map(|(name, setting)| {
        let text = format!("sandbox:{name}");
        let value = match setting.ty.non_null() {
            Type::Secret => Value::Secret(Secret::new(text)),
            Type::Text if !setting.url && &**name != "currency" && &**name != "timezone" => {
                Value::text(text)
            }
            Type::Int if setting.default.is_none() => Value::Int(1),
            _ => return None,
        };
        Some((name.clone(), value))
    });
    ResolvedAccount {
        name: connector.name.clone(),
        connector: connector.name.clone(),
        identity: connector.name.clone(),
        settings: settings.collect(),
    }
}

struct Vendor {
    catalog: Arc<Catalog>,
    sandbox: Sandbox,
    client: Client,
    account: ResolvedAccount,
}

impl Vendor {
    async fn new(name: &str) -> Self {
        let catalog = crate::bundle::catalog();
        let mut account = account(&catalog.connectors[name]);
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
            zone: "Europe/Moscow",
            now: jiff::Timestamp::now(),
        }
    }

    fn connector(&self) -> &Connector {
        &self.catalog.connectors[&self.account.connector]
    }

    async fn send(&self, request: &wire::HttpRequest) -> Observed {
        let timeout = Duration::from_secs(20);
        self.client
            .send(request, timeout, true, Access::PRIVATE)
            .await
    }

    async fn call(&self, action: &Action, args: &[(Name, Value)]) -> Classified {
        let (cx, connector) = (self.cx(), self.connector());
        let token = match wire::auth_request(&cx, connector) {
            None => None,
            Some(request) => match self.send(&request.unwrap()).await {
                Observed::Answer(answer) => {
                    Some(wire::read_token(&cx, connector, &answer).unwrap().0)
                }
                other => panic!("{other:?}"),
            },
        };
        let request = wire::build_request(&cx, connector, action, args, token.as_ref()).unwrap();
        wire::classify(&cx, connector, action, &self.send(&request).await)
    }

    /// The arguments of an action's first example.
    fn example(&self, action: &Action) -> Option<Vec<(Name, Value)>> {
        let bytes = crate::bundle::example(&self.account.connector, action.examples.first()?)?;
        let example: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let mut args = (*action.args).clone();
        for field in &mut args.fields {
            field.ty = field.ty.clone().nullable();
        }
        let text = example.get("args")?.to_string();
        let ty = Type::Object(Arc::new(args));
        match wire::decode_value(
            &ty,
            text.as_bytes(),
            &self.catalog.types,
            "Europe/Moscow",
            None,
        ) {
            Ok(Value::Object(args)) => Some(args.fields.clone()),
            other => panic!("{}: {other:?}", action.name),
        }
    }
}

#[tokio::test]
async fn every_example_is_understood_and_applied() {
    let catalog = crate::bundle::catalog();
    let mut count = 0;
    for connector in catalog.connectors.values() {
        let vendor = Vendor::new(&connector.name).await;
        for action in vendor.connector().actions.values() {
            let (Some(args), Some(_)) = (vendor.example(action), &action.request) else {
                continue;
            };
            let name = format!("{}.{}", connector.name, action.name);
            let found = vendor.call(action, &args).await;
            let sent = vendor.sandbox.sent().pop().unwrap();
            assert_eq!(sent.problems, Vec::<String>::new(), "{name}");
            let is_known = matches!(found.verdict, Verdict::Applied | Verdict::Pending)
                // A vendor with a memory may not know the guest of the example.
                || (connector.sandbox.contains_key(&action.name) && found.verdict == Verdict::Refused);
            assert!(is_known, "{name}: {found:?}");
            count += 1;
        }
    }
    assert!(count >= 15, "only {count} actions have an example");
}

#[tokio::test]
async fn a_bonus_that_nobody_heard_of_stands_in_the_history() {
    let vendor = Vendor::new("plazius").await;
    let actions = &vendor.connector().actions;
    let (add, history) = (&actions["addBonus"], &actions["getBonusHistory"]);
    let args = vendor.example(add).unwrap();
    vendor
        .sandbox
        .plan("plazius", "addBonus", Reply::AppliedThenTimeout);
    let (cx, connector) = (vendor.cx(), vendor.connector());
    let token = Secret::new("sandbox-token");
    let request = wire::build_request(&cx, connector, add, &args, Some(&token)).unwrap();
    let timeout = Duration::from_millis(300);
    let observed = vendor
        .client
        .send(&request, timeout, true, Access::PRIVATE)
        .await;
    assert!(
        matches!(observed, Observed::NoAnswer { .. }),
        "{observed:?}"
    );

    let guest = args.iter().filter(|(name, _)| &**name == "guest").cloned();
    let found = vendor.call(history, &guest.collect::<Vec<_>>()).await;
    let Value::Object(value) = &found.value else {
        panic!("{found:?}")
    };
    assert_eq!(value.get("totalCount"), &Value::Int(1));
    let Value::List(operations) = value.get("operations") else {
        panic!("{found:?}")
    };
    let Value::Object(operation) = &operations[0] else {
        panic!("{operations:?}")
    };
    let comment = args.iter().find(|(name, _)| &**name == "comment");
    assert_eq!(
        Some(operation.get("comment")),
        comment.map(|(_, value)| value)
    );
}

//! The connectors of the binary in the sandbox, over real connections and through the real client: what is right is
//! answered as documented, what is wrong is refused in the vendor's own words.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod places;
mod refused;
mod stateless;
mod states;

use std::time::Duration;

use ondo_compiler::catalog::{Action, Connector};
use ondo_compiler::types::Type;
use ondo_compiler::value::Secret;
use ondo_compiler::wire::{self, Classified, Cx, HttpRequest, Observed, Verdict};
use serde_json::{Value as Json, json};

use super::rows::{Change, Place, value_of};
use super::vendor::key_text;
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

/// A vendor that is played, and the client of its account.
struct Vendor {
    catalog: Arc<Catalog>,
    sandbox: Sandbox,
    client: Client,
    account: ResolvedAccount,
    token: Option<Secret>,
}

impl Vendor {
    async fn new(name: &str) -> Self {
        let catalog = crate::bundle::catalog();
        let mut account = account(&catalog.connectors[name]);
        let sandbox = Sandbox::start(Arc::clone(&catalog), vec![account.clone()])
            .await
            .unwrap();
        // Hundreds of requests follow each other here.
        sandbox.keep_limits(false);
        let url = sandbox.base_url(&account.identity).unwrap();
        account
            .settings
            .push((wire::SANDBOX_BASE.into(), Value::text(url)));
        let mut vendor = Self {
            catalog,
            sandbox,
            client: Client::new().unwrap(),
            account,
            token: None,
        };
        if let Some(request) = wire::auth_request(&vendor.cx(), vendor.connector()) {
            let Observed::Answer(answer) = vendor.send(&request.unwrap()).await else {
                panic!("no token");
            };
            let read = wire::read_token(&vendor.cx(), vendor.connector(), &answer);
            vendor.token = Some(read.unwrap().0);
        }
        vendor
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

    fn action(&self, name: &str) -> &Action {
        &self.connector().actions[name]
    }

    async fn send(&self, request: &HttpRequest) -> Observed {
        let timeout = Duration::from_secs(20);
        self.client
            .send(request, timeout, false, Access::PRIVATE)
            .await
    }

    fn request(&self, action: &Action, args: &[(Name, Value)]) -> HttpRequest {
        wire::build_request(
            &self.cx(),
            self.connector(),
            action,
            args,
            self.token.as_ref(),
        )
        .unwrap_or_else(|failure| panic!("{}: {failure:?}", action.name))
    }

    async fn call(&self, action: &Action, args: &[(Name, Value)]) -> Classified {
        let request = self.request(action, args);
        self.classified(action, &request).await
    }

    async fn classified(&self, action: &Action, request: &HttpRequest) -> Classified {
        let observed = self.send(request).await;
        wire::classify(&self.cx(), self.connector(), action, &observed)
    }

    /// The arguments of an action's first example.
    fn example(&self, action: &Action) -> Option<Vec<(Name, Value)>> {
        let json = self.example_json(action)?;
        Some(self.args(action, &json))
    }

    fn example_json(&self, action: &Action) -> Option<Json> {
        let bytes = crate::bundle::example(&self.account.connector, action.examples.first()?)?;
        let example: Json = serde_json::from_slice(&bytes).unwrap();
        example.get("args").cloned()
    }

    fn args(&self, action: &Action, json: &Json) -> Vec<(Name, Value)> {
        let mut args = (*action.args).clone();
        for field in &mut args.fields {
            field.ty = field.ty.clone().nullable();
        }
        let ty = Type::Object(Arc::new(args));
        let text = json.to_string();
        match wire::decode_value(
            &ty,
            text.as_bytes(),
            &self.catalog.types,
            "Europe/Moscow",
            None,
        ) {
            Ok(Value::Object(args)) => args.fields.clone(),
            other => panic!("{}: {other:?}", action.name),
        }
    }

    /// Puts a row in place.
    fn keep(&self, set: &str, key: &Json, row: &Json) {
        let place = Place {
            identity: self.account.identity.clone(),
            set: set.into(),
            key: key_text(&value_of(key)).unwrap(),
        };
        let Value::Object(row) = value_of(row) else {
            panic!("{row} is no row");
        };
        let change = Change::Keep(place, (*row).clone());
        let mut memory = self.sandbox.state.memory();
        memory.rows.change(jiff::Timestamp::now(), change).unwrap();
    }
}

/// What has to be there before the example of an action can be done: set, key, row.
fn rows_before(action: &str, args: &Json) -> Vec<(&'static str, Json, Json)> {
    let phone = || args["guest"]["phone"].clone();
    match action {
        "plazius.get" | "plazius.update" => {
            vec![(
                "guests",
                phone(),
                json!({ "phone": phone(), "firstName": "Анна" }),
            )]
        }
        "plazius.writeoffBonus" => vec![("wallets", phone(), json!({ "balance": 100_000 }))],
        "rkeeper.getTaskResponse" => {
            let task = args["taskGuid"].clone();
            let guid = "f4ce1102-50dc-48f7-a8e0-74dd68a7d8c1";
            vec![
                ("accepted", task.clone(), json!({ "taskGuid": task })),
                ("made", task, json!({ "orderGuid": guid })),
            ]
        }
        "iiko.cancelReserve" => {
            let reserve = json!({ "id": args["reserveId"], "reserve": { "status": "New" } });
            vec![("reserves", args["reserveId"].clone(), reserve)]
        }
        "iiko.getCommandStatus" => {
            let done = json!({ "state": "Success" });
            vec![("commands", args["correlationId"].clone(), done)]
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_action_is_answered_as_documented() {
    let catalog = crate::bundle::catalog();
    let mut count = 0;
    for connector in catalog.connectors.values() {
        let vendor = Vendor::new(&connector.name).await;
        for action in vendor.connector().actions.values() {
            let name = format!("{}.{}", connector.name, action.name);
            if action.request.is_none() {
                continue;
            }
            let json = vendor.example_json(action);
            let json = json.unwrap_or_else(|| panic!("{name} has no example"));
            for (set, key, row) in rows_before(&name, &json) {
                vendor.keep(set, &key, &row);
            }
            let args = vendor.args(action, &json);
            let found = vendor.call(action, &args).await;
            let sent = vendor.sandbox.sent().pop().unwrap();
            assert_eq!(sent.problems, Vec::<String>::new(), "{name}");
            assert_eq!(sent.action.as_ref(), Some(&action.name), "{name}");
            nothing_is_lost(&vendor, action, &args, &sent);
            let is_done = matches!(found.verdict, Verdict::Applied | Verdict::Pending);
            assert!(is_done, "{name}: {found:?}");
            count += 1;
        }
    }
    println!("{count} actions were answered as documented");
    assert!(count >= 30, "only {count} actions");
}

/// What was given has come, except arguments that stand nowhere in the request and only choose how it is made.
fn nothing_is_lost(vendor: &Vendor, action: &Action, args: &[(Name, Value)], sent: &Sent) {
    let sections = &action.request.as_ref().unwrap().sections;
    for (name, value) in args {
        let chooses = sections.iter().any(|section| {
            let object = vendor.catalog.types.object(&section.ty);
            section.place == ondo_grammar::ast::Place::Path
                && object.is_some_and(|object| object.field(name).is_some())
        });
        let has_come = sent.args.iter().any(|(known, _)| known == name);
        assert!(
            has_come || chooses || value.is_null(),
            "{}: `{name}` was lost",
            action.name
        );
    }
}

#[tokio::test]
async fn a_bonus_that_nobody_heard_of_stands_in_the_history() {
    let vendor = Vendor::new("plazius").await;
    let (add, history) = (vendor.action("addBonus"), vendor.action("getBonusHistory"));
    let args = vendor.example(add).unwrap();
    vendor
        .sandbox
        .plan("plazius", "addBonus", Reply::AppliedThenTimeout);
    let request = vendor.request(add, &args);
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

//! What the simulated vendors remember, by a clock that is moved by hand.

use jiff::{SignedDuration, Timestamp};

use super::*;

/// A vendor in this process.
struct World {
    catalog: Arc<Catalog>,
    vendors: InProcess,
    account: ResolvedAccount,
    now: Timestamp,
}

impl World {
    fn new(name: &str) -> Self {
        let catalog = crate::bundle::catalog();
        let mut account = account(&catalog.connectors[name]);
        let vendors = InProcess::new(Arc::clone(&catalog), vec![account.clone()]);
        account
            .settings
            .push((wire::SANDBOX_BASE.into(), Value::text(ADDRESS)));
        Self {
            catalog,
            vendors,
            account,
            now: "2026-11-21T10:00:00Z".parse().unwrap(),
        }
    }

    fn after(&mut self, length: SignedDuration) {
        self.now = self.now.checked_add(length).unwrap();
    }

    /// Outcome and value.
    fn call(&self, action: &str, args: Json) -> (String, Json) {
        let found = self.classified(action, args);
        let value = match &found.value {
            Value::Null => Json::Null,
            value => {
                let ty = Type::Json;
                let table = ondo_compiler::types::TypeTable::default();
                let bytes = wire::encode(&ty, &table, value).unwrap();
                serde_json::from_slice(&bytes).unwrap()
            }
        };
        (found.outcome.to_string(), value)
    }

    fn classified(&self, action: &str, args: Json) -> Classified {
        let connector = &self.catalog.connectors[&self.account.connector];
        let action = &connector.actions[action];
        let mut fields = (*action.args).clone();
        for field in &mut fields.fields {
            field.ty = field.ty.clone().nullable();
        }
        let ty = Type::Object(Arc::new(fields));
        let text = args.to_string();
        let args = match wire::decode_value(&ty, text.as_bytes(), &self.catalog.types, "UTC", None)
        {
            Ok(Value::Object(args)) => args.fields.clone(),
            other => panic!("{}: {other:?}", action.name),
        };
        let cx = Cx {
            catalog: &self.catalog,
            settings: &self.account.settings,
            zone: "UTC",
            now: self.now,
        };
        let token = Secret::new("sandbox-token");
        let request = wire::build_request(&cx, connector, action, &args, Some(&token)).unwrap();
        let observed = self
            .vendors
            .answer(self.now, &self.account.identity, &request);
        wire::classify(&cx, connector, action, &observed.unwrap())
    }
}

fn guest() -> Json {
    json!({ "type": "phone", "phone": "+79990001122" })
}

fn code(found: (String, Json)) -> (String, String) {
    (
        found.0,
        found.1["code"].as_str().unwrap_or_default().to_owned(),
    )
}

fn refused(code: &str) -> (String, String) {
    ("rejected".to_owned(), code.to_owned())
}

#[test]
fn a_guest_is_saved_updated_and_found_with_the_cards() {
    let world = World::new("plazius");
    let of_guest = || json!({ "guest": guest() });
    assert_eq!(code(world.call("get", of_guest())), refused("3007"));
    let saved = json!({ "phone": "+79990001122", "firstName": "Анна", "lastName": "Ильина", "sex": "female" });
    world.call("save", json!({ "guest": saved }));
    let update = json!({
        "guest": guest(),
        "guestInformation": {
            "firstName": { "hasValue": true, "value": "Аня" },
            "lastName": { "hasValue": true },
            "email": { "hasValue": false, "value": "no@example.com" },
        },
    });
    world.call("update", update);
    let card = json!({ "guest": guest(), "cardTrack": "7700123", "cardNumber": "0123" });
    assert_eq!(world.call("addLoyaltyCard", card.clone()).0, "ok");
    // The track is unique.
    assert_eq!(code(world.call("addLoyaltyCard", card)), refused("9004"));
    let first = world.call("generateLoyaltyCard", of_guest());
    assert_eq!(first, world.call("generateLoyaltyCard", of_guest()));
    let (outcome, found) = world.call("get", of_guest());
    assert_eq!(outcome, "ok");
    let wanted = json!({ "phone": "+79990001122", "firstName": "Аня", "sex": "female" });
    assert_eq!(found["guest"], wanted);
    let cards = found["loyaltyCards"].as_array().unwrap();
    assert_eq!(cards.len(), 2);
    assert_eq!(cards[0]["track"], json!("7700123"));
    assert_eq!(cards[1], first.1["card"]);
    // Saving replaces everything.
    world.call("save", json!({ "guest": { "phone": "+79990001122" } }));
    let (_, found) = world.call("get", of_guest());
    assert_eq!(found["guest"], json!({ "phone": "+79990001122" }));
}

#[test]
fn a_wallet_does_not_go_below_zero_and_tells_what_was_done() {
    let mut world = World::new("plazius");
    let pay = |amount: Json| json!({ "guest": guest(), "amount": amount, "comment": "Заказ 1" });
    let balance = |world: &World| {
        world.call("getWallet", json!({ "guest": guest() })).1["balance"].to_string()
    };
    // Nobody has saved this guest: a bonus can be paid all the same.
    assert_eq!(balance(&world), "0");
    assert_eq!(world.call("addBonus", pay(json!(64.53))).0, "ok");
    world.after(SignedDuration::from_hours(1));
    assert_eq!(world.call("writeoffBonus", pay(json!(14.53))).0, "ok");
    assert_eq!(
        code(world.call("writeoffBonus", pay(json!(50.01)))),
        refused("9004")
    );
    assert_eq!(balance(&world), "50");
    let history = |filter: Json| {
        let (_, found) = world.call(
            "getBonusHistory",
            json!({ "guest": guest(), "filter": filter }),
        );
        let operations = found["operations"].as_array().unwrap();
        let amounts: Vec<String> = operations
            .iter()
            .map(|operation| operation["amount"].to_string())
            .collect();
        (found["totalCount"].as_i64().unwrap(), amounts.join(" "))
    };
    let all = |amounts: &str| (2, amounts.to_owned());
    assert_eq!(history(Json::Null), all("64.53 -14.53"));
    assert_eq!(history(json!({ "skip": 1 })), all("-14.53"));
    assert_eq!(history(json!({ "take": 1 })), all("64.53"));
    let one = |amounts: &str| (1, amounts.to_owned());
    assert_eq!(
        history(json!({ "fromDate": "2026-11-21T10:30:00Z" })),
        one("-14.53")
    );
    assert_eq!(
        history(json!({ "toDate": "2026-11-21T10:30:00Z" })),
        one("64.53")
    );
}

#[test]
fn an_order_at_the_till_is_there_after_a_while_and_only_once() {
    let mut world = World::new("rkeeper");
    let guid = "4a1b6d3e-52c4-4d0e-9a61-0f7c0a2d5e11";
    let order = |sync: bool| {
        let products = json!([{ "id": 1000, "quantity": 2 }]);
        json!({
            "sync": sync,
            "order": { "withRkId": guid, "expeditionType": "pickup", "products": products },
        })
    };
    let (outcome, accepted) = world.call("createOrder", order(false));
    assert_eq!(outcome, "accepted");
    let task = || json!({ "taskGuid": accepted["taskGuid"] });
    assert_eq!(world.call("getTaskResponse", task()).0, "waiting");
    world.after(SignedDuration::from_secs(3));
    let (outcome, made) = world.call("getTaskResponse", task());
    assert_eq!((outcome.as_str(), &made["orderGuid"]), ("ok", &json!(guid)));
    // The till has had it: the vendor says so, and makes no second one.
    let again = world.classified("createOrder", order(false));
    assert_eq!((&*again.outcome, again.verdict), ("ok", Verdict::Applied));
    let Value::Object(value) = &again.value else {
        panic!("{again:?}")
    };
    assert!(value.get("orderGuid").is_null(), "{value:?}");
    let applied = world
        .vendors
        .sent()
        .iter()
        .filter(|sent| sent.applied && sent.action.as_deref() == Some("createOrder"))
        .count();
    assert_eq!(applied, 1);
    let unknown = json!({ "taskGuid": "5b0f7d3e-52c4-4d0e-9a61-0f7c0a2d5e11" });
    assert_eq!(
        code(world.call("getTaskResponse", unknown)),
        refused("NotFound")
    );
}

#[test]
fn an_order_that_is_waited_for_is_there_at_once() {
    let world = World::new("rkeeper");
    let products = json!([{ "id": 1000, "quantity": 2 }]);
    let order = json!({ "expeditionType": "pickup", "products": products });
    let (outcome, made) = world.call("createOrder", json!({ "sync": true, "order": order }));
    assert_eq!(outcome, "ok");
    assert!(made["orderGuid"].is_string(), "{made}");
}

#[test]
fn a_booking_is_made_read_and_cancelled() {
    let mut world = World::new("iiko");
    let id = "4a1b6d3e-52c4-4d0e-9a61-0f7c0a2d5e11";
    let reserve = json!({
        "id": id,
        "customer": { "type": "one-time", "name": "Ольга" },
        "phone": "+79165550142",
        "guestsCount": 6,
        "durationInMinutes": 120,
        "shouldRemind": true,
        "tableIds": ["c4b8e2d6"],
        "estimatedStartTime": "2026-11-28 19:00:00.000",
    });
    let (outcome, accepted) = world.call("createReserve", reserve.clone());
    assert_eq!(outcome, "accepted");
    let status = |world: &World, operation: &Json| {
        world
            .call("getCommandStatus", json!({ "correlationId": operation }))
            .0
    };
    assert_eq!(status(&world, &accepted["correlationId"]), "waiting");
    let read = |world: &World| {
        let (_, found) = world.call("getReserves", json!({ "reserveIds": [id] }));
        let reserve = &found["reserves"][0];
        (
            reserve["creationStatus"].clone(),
            reserve["reserve"]["status"].clone(),
        )
    };
    assert_eq!(read(&world), (json!("InProgress"), Json::Null));
    world.after(SignedDuration::from_secs(2));
    assert_eq!(status(&world, &accepted["correlationId"]), "ok");
    assert_eq!(read(&world), (json!("Success"), json!("New")));
    let (outcome, again) = world.call("createReserve", reserve);
    assert_eq!(
        (outcome.as_str(), &again["code"]),
        ("rejected", &json!("DuplicatedOrderId"))
    );

    let cancel = || json!({ "reserveId": id, "cancelReason": "ClientRefused" });
    let (outcome, accepted) = world.call("cancelReserve", cancel());
    assert_eq!(outcome, "accepted");
    world.after(SignedDuration::from_secs(2));
    assert_eq!(status(&world, &accepted["correlationId"]), "ok");
    assert_eq!(read(&world).1, json!("Closed"));
    assert_eq!(world.call("cancelReserve", cancel()).0, "rejected");
    assert_eq!(
        status(&world, &json!("00000000-0000-0000-0000-000000000000")),
        "expired"
    );
}

#[test]
fn the_queue_of_the_tables_tells_what_came_behind_a_hash_for_five_minutes() {
    let mut world = World::new("carbis");
    let codes = |world: &World, hash: &str| {
        let (_, found) = world.call("getEvents", json!({ "hash": hash }));
        let updates = found["updates"].as_array().unwrap().clone();
        let hashes: Vec<String> = updates
            .iter()
            .map(|update| update["hash"].as_str().unwrap().to_owned())
            .collect();
        hashes.join(" ")
    };
    // Nobody has put anything into the queue: it holds what the example has.
    assert_ne!(codes(&world, "none"), "");
    for hash in ["0x01", "0x02", "0x03"] {
        let place = Place {
            identity: world.account.identity.clone(),
            set: "updates".into(),
            key: "\"1\"".to_owned(),
        };
        let row = json!({
            "hash": hash, "code": "waiter_call", "table": 4,
            "table_repr": { "id": 4, "name": "4", "max_guests": 2 },
        });
        let Value::Object(row) = value_of(&row) else {
            panic!()
        };
        world.vendors.keep(world.now, place, (*row).clone());
        world.after(SignedDuration::from_mins(2));
    }
    world.now = "2026-11-21T10:04:00Z".parse().unwrap();
    assert_eq!(codes(&world, "none"), "0x01 0x02 0x03");
    assert_eq!(codes(&world, "0x02"), "0x03");
    assert_eq!(codes(&world, "0x03"), "");
    assert_eq!(codes(&world, "0x99"), "0x01 0x02 0x03");
    world.now = "2026-11-21T10:06:00Z".parse().unwrap();
    assert_eq!(codes(&world, "none"), "0x02 0x03");
    world.now = "2026-11-21T11:00:00Z".parse().unwrap();
    assert_eq!(codes(&world, "none"), "");
}

#[test]
fn a_posting_of_any_number_is_there_until_one_was_put_in_place() {
    let world = World::new("ozon");
    let get = |number: &str| world.call("getPosting", json!({ "posting_number": number }));
    let (outcome, found) = get("17-Ц");
    assert_eq!(
        (outcome.as_str(), &found["posting"]["posting_number"]),
        ("ok", &json!("17-Ц"))
    );
    let row = json!({
        "posting_number": "18", "order_id": 1, "order_number": "1", "status": "delivering",
        "products": [{ "price": "1390.50", "offer_id": "А-1", "name": "Чай", "sku": 7, "quantity": 1 }],
    });
    let place = Place {
        identity: world.account.identity.clone(),
        set: "postings".into(),
        key: "\"18\"".to_owned(),
    };
    let Value::Object(row) = value_of(&row) else {
        panic!()
    };
    world.vendors.keep(world.now, place, (*row).clone());
    assert_eq!(get("17-Ц").0, "not_found");
    let (outcome, found) = get("18");
    assert_eq!(outcome, "ok", "{found}");
    assert_eq!(
        found["posting"]["products"][0]["price"].to_string(),
        "1390.5"
    );
    let list = |status: Json| {
        let args = json!({
            "cutoff_from": "2026-11-01T00:00:00Z", "cutoff_to": "2026-12-01T00:00:00Z", "status": status,
        });
        world.call("getUnfulfilled", args).1["count"].clone()
    };
    assert_eq!(
        (list(Json::Null), list(json!("awaiting_packaging"))),
        (json!(1), json!(0))
    );
}

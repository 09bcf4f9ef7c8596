//! The traps of the vendors' interfaces, as `docs/connectors/traps.md` lists them: that each has a test, and the tests of
//! those that no other file holds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::support::account::{account, cx, example};
use crate::support::wire::{
    classify, ends, field, list, moment, payload_of, read_args, send, take_json,
};
use crate::support::{built_in, root};
use ondo_compiler::check::{BundleInput, compile};
use ondo_compiler::source::SourceFile;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Verdict};
use serde_json::{Value as Json, json};

// ------------------------------------------------------------------------------------------------------------ the list

/// The rows of the page: trap and names of tests.
fn rows() -> Vec<(String, Vec<String>)> {
    let page = fs::read_to_string(root().join("docs/connectors/traps.md")).unwrap();
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line
            .strip_prefix("| ")?
            .split(" | ")
            .map(str::trim)
            .collect();
        let tests: Vec<String> = cells
            .last()?
            .trim_end_matches('|')
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        (!cells[0].starts_with("trap") && !cells[0].starts_with('-'))
            .then(|| (cells[0].to_owned(), tests))
    });
    rows.collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// The names of all tests of the workspace: of functions that stand below `#[test]`.
fn names_of_tests() -> Vec<String> {
    let mut files = Vec::new();
    for folder in [
        "compiler/tests",
        "compiler/src",
        "runtime/src",
        "tests/support",
    ] {
        rust_files(&root().join(folder), &mut files);
    }
    for entry in fs::read_dir(root().join("tests")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
    let mut names = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if line == "#[test]" {
                is_test = true;
            } else if let Some((name, _)) = line
                .strip_prefix("fn ")
                .and_then(|rest| rest.split_once('('))
            {
                if is_test {
                    names.push(name.to_owned());
                }
                is_test = false;
            }
        }
    }
    names
}

#[test]
fn every_trap_has_a_test() {
    let known = names_of_tests();
    let rows = rows();
    assert!(rows.len() >= 50, "{} rows", rows.len());
    for (trap, tests) in &rows {
        assert!(!tests.is_empty(), "no test: {trap}");
        for test in tests {
            assert!(known.contains(test), "{trap}: there is no test `{test}`");
        }
    }
    println!("{} traps", rows.len());
}

// ------------------------------------------------------------------------------------------------------------ r_keeper

#[test]
fn a_price_of_the_till_is_written_as_a_number() {
    let (catalog, _) = built_in();
    for (price, wanted) in [
        (json!(590.50), "590.5"),
        (json!("590.50"), "590.5"),
        (json!(590), "590"),
    ] {
        let args = json!({ "order": {
            "expeditionType": "pickup", "products": [{ "id": 1000071, "quantity": 1, "price": price }],
        } });
        let body = String::from_utf8(send(catalog, "rkeeper", "createOrder", &args).body).unwrap();
        assert!(body.contains(&format!("\"price\":{wanted},")), "{body}");
    }
}

#[test]
fn a_time_of_the_till_may_have_an_offset_in_two_forms_or_none() {
    let (catalog, _) = built_in();
    for (time, wanted) in [
        ("2026-11-21T14:30:00+03:00", "2026-11-21T11:30:00Z"),
        ("2026-11-21T14:30:00+0300", "2026-11-21T11:30:00Z"),
        ("2026-11-21T14:30:00", "2026-11-21T11:30:00Z"),
    ] {
        let till = catalog.connector("rkeeper").unwrap();
        let args = json!({ "order": { "expeditionType": "pickup", "pickup": { "expectedTime": time, "taker": "customer" }, "products": [] } });
        let args = read_args(catalog, till, "createOrder", &args);
        let pickup = field(&args[0].1, "pickup");
        assert_eq!(moment(field(pickup, "expectedTime")), wanted, "{time}");
    }
}

#[test]
fn a_shared_promotion_says_who_pays_how_much() {
    let (catalog, _) = built_in();
    let till = catalog.connector("rkeeper").unwrap();
    let build = |promo: Json| {
        let args = json!({ "order": { "expeditionType": "pickup", "products": [{ "id": 1, "quantity": 1 }], "yandexPromos": [promo] } });
        let args = read_args(catalog, till, "createOrder", &args);
        let settings = account("rkeeper");
        let action = till.action("createOrder").unwrap();
        wire::build_request(&cx(catalog, &settings), till, action, &args, None)
            .map_err(|failure| failure.code)
    };
    let missing = build(json!({ "type": "COFINANCE", "discount": 100 }));
    assert_eq!(missing.unwrap_err(), "missing-field");
    let other = build(json!({ "type": "FIXED", "discount": 100, "yandexDiscount": 40 })).unwrap();
    let body = String::from_utf8(other.body).unwrap();
    assert!(!body.contains("yandexDiscount"), "{body}");
}

// ---------------------------------------------------------------------------------------------------------------- iiko

fn iiko_example(name: &str) -> Json {
    let (catalog, _) = built_in();
    example(catalog.connector("iiko").unwrap(), name)
}

#[test]
fn a_guest_who_comes_once_has_only_a_name() {
    let (catalog, _) = built_in();
    let mut event = iiko_example("reserve-update.json");
    event["eventInfo"]["reserve"]["customer"] = json!({ "type": "one-time", "name": "Ёлка" });
    let taken = take_json(catalog, "iiko", &json!([event]).to_string()).unwrap();
    let payload = payload_of(catalog, "iiko", &taken[0]);
    let guest = field(field(field(&payload, "eventInfo"), "reserve"), "customer");
    assert_eq!(field(guest, "type"), &Value::text("one-time"));
    assert_eq!(field(guest, "name"), &Value::text("Ёлка"));
}

/// What becomes of a booking for this guest.
fn booked(customer: Json) -> Result<String, &'static str> {
    let (catalog, _) = built_in();
    let iiko = catalog.connector("iiko").unwrap();
    let mut args = iiko_example("create-reserve.json")["args"].clone();
    args["customer"] = customer;
    let args = read_args(catalog, iiko, "createReserve", &args);
    let settings = account("iiko");
    let action = iiko.action("createReserve").unwrap();
    let token = ondo_compiler::value::Secret::new("t");
    wire::build_request(&cx(catalog, &settings), iiko, action, &args, Some(&token))
        .map(|request| String::from_utf8(request.body).unwrap())
        .map_err(|failure| failure.code)
}

#[test]
fn a_new_guest_needs_a_name_and_a_known_one_does_not() {
    assert_eq!(
        booked(json!({ "type": "regular" })).unwrap_err(),
        "wrong-value"
    );
    let named = booked(json!({ "type": "regular", "name": "Иван" })).unwrap();
    assert!(named.contains("\"customer\":{\"type\":\"regular\",\"name\":\"Иван\"}"));
    let known = booked(json!({ "type": "regular", "id": "e1f0" })).unwrap();
    assert!(known.contains("\"customer\":{\"type\":\"regular\",\"id\":\"e1f0\"}"));
    let long = booked(json!({ "type": "regular", "name": "ё".repeat(61) }));
    assert_eq!(long.unwrap_err(), "wrong-value");
}

#[test]
fn a_cancellation_is_only_accepted_at_first() {
    let (catalog, _) = built_in();
    let body = iiko_example("cancel-reserve.json")["answer"].to_string();
    let seen = classify(catalog, "iiko", "cancelReserve", 200, &body);
    assert_eq!(ends(&seen), ("accepted", Verdict::Pending));
    let iiko = catalog.connector("iiko").unwrap();
    let job = iiko.action("cancelReserve").unwrap().job.as_ref().unwrap();
    assert_eq!(&*job.ask.as_ref().unwrap().action, "getCommandStatus");
}

#[test]
fn a_booking_that_is_there_at_once_is_done() {
    let (catalog, _) = built_in();
    let mut info = iiko_example("reserve-update.json")["eventInfo"].clone();
    let answer = |info: &Json| {
        let body = json!({ "correlationId": "0f6a", "reserveInfo": info }).to_string();
        let seen = classify(catalog, "iiko", "createReserve", 200, &body);
        (seen.outcome.to_string(), seen.verdict)
    };
    assert_eq!(answer(&info), ("ok".to_owned(), Verdict::Applied));
    info["creationStatus"] = json!("InProgress");
    info["reserve"] = Json::Null;
    assert_eq!(answer(&info), ("accepted".to_owned(), Verdict::Pending));
}

// -------------------------------------------------------------------------------------------------------------- carbis

#[test]
fn a_queue_that_is_asked_too_seldom_is_an_error() {
    let (catalog, _) = built_in();
    let catalog = Arc::new(catalog.clone());
    let codes = |every: &str| {
        let text = format!(
            "account hall = carbis {{ url: \"https://192.168.1.20\", token: secret \"HALL\", privateNetwork: true }}\n\
             account staff = telegram {{ token: secret \"TG\", chat: \"1\" }}\n\
             rule call: on hall.waiter_call poll every {every} do staff.send(text: \"Стол {{table}}\")\n"
        );
        let bundle = BundleInput {
            name: "hall".to_owned(),
            files: vec![Arc::new(SourceFile {
                path: "hall.ondo".to_owned(),
                text,
            })],
            libraries: Vec::new(),
            tables: Vec::new(),
        };
        let found = compile(&bundle, &catalog).diagnostics;
        found
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<&str>>()
    };
    assert_eq!(codes("6m"), ["poll-too-slow"]);
    assert_eq!(codes("10s"), Vec::<&str>::new());
}

#[test]
fn an_event_that_the_queue_shows_again_has_the_same_key_and_two_of_one_hash_have_not() {
    let (catalog, _) = built_in();
    let carbis = catalog.connector("carbis").unwrap();
    let settings = account("carbis");
    let cx = cx(catalog, &settings);
    let key = |event: &str, payload: &Json| {
        let event = carbis.event(event).unwrap();
        let bytes = payload.to_string();
        wire::event_key(&cx, carbis, event, bytes.as_bytes())
            .unwrap()
            .unwrap()
    };
    let call = example(carbis, "waiter-call.json");
    // What the server sends for a hash that it has forgotten is not documented: all of its queue, again, is no news.
    assert_eq!(key("waiter_call", &call), key("waiter_call", &call.clone()));
    let mut other_table = call.clone();
    other_table["table"] = json!(7);
    assert_ne!(key("waiter_call", &call), key("waiter_call", &other_table));
    let mut paid = example(carbis, "online-payment.json");
    let mut bill = example(carbis, "bill-request.json");
    for (event, code) in [(&mut paid, "online_payment"), (&mut bill, "bill_request")] {
        event["hash"] = json!("0xa1fb9fc1");
        event["code"] = json!(code);
    }
    assert_ne!(key("online_payment", &paid), key("bill_request", &bill));
}

// ------------------------------------------------------------------------------------------------------------- plazius

#[test]
fn a_bonus_is_done_when_the_answer_is_empty() {
    let (catalog, _) = built_in();
    for action in ["addBonus", "writeoffBonus", "addLoyaltyCard"] {
        let seen = classify(catalog, "plazius", action, 200, "");
        assert_eq!(ends(&seen), ("ok", Verdict::Applied), "{action}");
        assert_eq!(seen.value, Value::Null);
    }
}

#[test]
fn the_sex_of_a_guest_may_come_as_number_or_word() {
    let (catalog, _) = built_in();
    let sex = |action: &str, sex: Json| {
        let body =
            json!({ "guest": { "phone": "+79165550142", "sex": sex }, "loyaltyCards": null });
        let seen = classify(catalog, "plazius", action, 200, &body.to_string());
        assert_eq!(ends(&seen), ("ok", Verdict::Applied));
        field(field(&seen.value, "guest"), "sex").clone()
    };
    assert_eq!(sex("get", json!(0)), Value::text("notSpecified"));
    assert_eq!(sex("get", json!(1)), Value::text("male"));
    assert_eq!(sex("get", json!("female")), Value::text("female"));
    assert_eq!(sex("save", json!("male")), Value::text("male"));
    // Written as the word, never as the number.
    let args = json!({ "guest": { "phone": "+79165550142", "sex": "female" } });
    let body = send(catalog, "plazius", "save", &args).body;
    assert!(
        String::from_utf8(body)
            .unwrap()
            .contains("\"sex\":\"female\"")
    );
}

#[test]
fn the_number_of_an_order_is_a_number_in_one_history_and_a_text_in_the_other() {
    let (catalog, _) = built_in();
    let plazius = catalog.connector("plazius").unwrap();
    let read = |file: &str, action: &str| {
        let body = example(plazius, file)["answer"].to_string();
        classify(catalog, "plazius", action, 200, &body).value
    };
    let orders = read("get-orders-history.json", "getOrdersHistory");
    assert!(matches!(
        field(&list(field(&orders, "orders"))[0], "number"),
        Value::Int(_)
    ));
    let bonuses = read("get-bonus-history.json", "getBonusHistory");
    let of_orders = list(field(&bonuses, "operations")).iter();
    let mut numbers = of_orders
        .filter(|operation| !field(operation, "order").is_null())
        .map(|operation| field(field(operation, "order"), "number"));
    assert!(matches!(numbers.next(), Some(Value::Text(_))));
}

#[test]
fn the_times_of_the_bonus_history_are_utc() {
    let (catalog, _) = built_in();
    let body = "{\"totalCount\":1,\"operations\":[{\"amount\":1,\"date\":\"2026-11-21T06:50:00\",\"operationType\":\"api\"}]}";
    let seen = classify(catalog, "plazius", "getBonusHistory", 200, body);
    let operation = &list(field(&seen.value, "operations"))[0];
    assert_eq!(moment(field(operation, "date")), "2026-11-21T06:50:00Z");
    let args = json!({
        "guest": { "type": "phone", "phone": "+79165550142" },
        "filter": { "fromDate": "2026-11-21T09:50:00+03:00" },
    });
    let sent = send(catalog, "plazius", "getBonusHistory", &args).body;
    let sent = String::from_utf8(sent).unwrap();
    assert!(
        sent.contains("\"fromDate\":\"2026-11-21T06:50:00Z\""),
        "{sent}"
    );
}

// --------------------------------------------------------------------------------------------------------------- ozon

#[test]
fn a_date_that_was_taken_back_is_an_event_with_a_key() {
    let (catalog, _) = built_in();
    let ozon = catalog.connector("ozon").unwrap();
    for (file, name, event) in [
        (
            "cutoff-date-changed.json",
            "new_cutoff_date",
            "cutoff_date_changed",
        ),
        (
            "delivery-date-changed.json",
            "new_delivery_date_begin",
            "delivery_date_changed",
        ),
    ] {
        let mut push = example(ozon, file);
        let whole = take_json(catalog, "ozon", &push.to_string()).unwrap();
        push[name] = Json::Null;
        let taken = take_json(catalog, "ozon", &push.to_string()).unwrap();
        assert_eq!(&*taken[0].event, event);
        let key = taken[0].key.as_ref().unwrap();
        assert!(key.ends_with(" deleted"), "{key}");
        assert_ne!(taken[0].key, whole[0].key);
        let payload = payload_of(catalog, "ozon", &taken[0]);
        assert_eq!(field(&payload, name), &Value::Null);
    }
}

#[test]
fn a_posting_is_one_event_whichever_way_it_comes() {
    let (catalog, _) = built_in();
    let ozon = catalog.connector("ozon").unwrap();
    let settings = account("ozon");
    let posting = example(ozon, "posting.json");
    let event = ozon.event("new_posting").unwrap();
    let bytes = posting.to_string();
    let polled = wire::event_key(&cx(catalog, &settings), ozon, event, bytes.as_bytes()).unwrap();
    let push = json!({ "message_type": "TYPE_NEW_POSTING", "posting_number": posting["posting_number"], "seller_id": 15 });
    let pushed = take_json(catalog, "ozon", &push.to_string()).unwrap();
    assert_eq!(pushed[0].key, polled);
}

// ---------------------------------------------------------------------------------------------------------- wildberries

#[test]
fn one_order_is_one_piece_also_when_the_basket_is_the_same() {
    let (catalog, _) = built_in();
    let shop = catalog.connector("wildberries").unwrap();
    let settings = account("wildberries");
    let cx = cx(catalog, &settings);
    let event = shop.event("new_order").unwrap();
    let first = example(shop, "order.json");
    let mut second = first.clone();
    second["id"] = json!(99);
    let key = |order: &Json| {
        let bytes = order.to_string();
        wire::event_key(&cx, shop, event, bytes.as_bytes()).unwrap()
    };
    assert_eq!(first["orderUid"], second["orderUid"]);
    assert_ne!(key(&first), key(&second));
    // Nothing says how many: one, of one article.
    let order = catalog.types.object(&event.payload).unwrap();
    assert!(order.field("quantity").is_none());
    assert!(order.field("article").is_some());
}

//! The history of orders of RetailCRM as a source of events: which records are news, and what completes them.

use crate::retailcrm::{crm, seen};
use crate::support::wire::{ends, field, list, value_of};
use ondo_compiler::catalog::Poll;
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire::Verdict;
use serde_json::{Value as Json, json};

fn poll(event: &str) -> &'static Poll {
    crm().event(event).unwrap().poll.as_ref().unwrap()
}

/// Records of the history as a page has them: id, order, and what else they say.
fn page(records: &[(i64, i64, Json)]) -> Vec<Value> {
    let records: Vec<Json> = records
        .iter()
        .map(|(id, order, more)| {
            let mut record = json!({ "id": id, "order": { "id": order } });
            for (name, value) in more.as_object().unwrap() {
                record[name] = value.clone();
            }
            record
        })
        .collect();
    let body = json!({
        "success": true,
        "pagination": { "limit": 100, "totalCount": 1, "currentPage": 1, "totalPageCount": 1 },
        "history": records,
    });
    let seen = seen("getHistory", 200, &body);
    assert_eq!(ends(&seen), ("ok", Verdict::Applied), "{}", seen.message);
    list(field(&seen.value, "history")).to_vec()
}

/// The ids of the records that become events.
fn heard(event: &str, records: &[(i64, i64, Json)]) -> Vec<i64> {
    let items = page(records);
    let skip = poll(event).skip.unwrap();
    let is_news = |item: &&Value| {
        let inputs = [
            ("items".into(), Value::list(items.clone())),
            ("item".into(), (*item).clone()),
        ];
        value_of(crm(), &inputs, skip) != Value::Bool(true)
    };
    let ids = items
        .iter()
        .filter(is_news)
        .map(|item| match field(item, "id") {
            Value::Int(id) => *id,
            other => panic!("{other:?}"),
        });
    ids.collect()
}

#[test]
fn our_own_changes_in_the_history_are_no_events() {
    let ours = json!({ "source": "api", "apiKey": { "current": true } });
    let theirs = json!({ "source": "api", "apiKey": { "current": false } });
    let people = json!({ "source": "user", "user": { "id": 19 } });
    let records = [(1, 7, ours.clone()), (2, 8, theirs), (3, 9, people.clone())];
    assert_eq!(heard("order_changed", &records), [2, 3]);
    // A change of ours does not hide that of somebody else before it.
    assert_eq!(
        heard("order_changed", &[(1, 7, people), (2, 7, ours.clone())]),
        [1]
    );
    let mut made = ours;
    made["created"] = json!(true);
    assert_eq!(heard("order_created", &[(1, 7, made)]), [0; 0]);
}

#[test]
fn several_records_of_an_order_are_one_change() {
    let change = || json!({ "source": "user" });
    let records = [
        (1, 7, change()),
        (2, 8, change()),
        (3, 7, change()),
        (4, 7, change()),
    ];
    assert_eq!(heard("order_changed", &records), [2, 4]);
}

#[test]
fn records_say_whether_the_order_is_new() {
    let records = [
        (1, 7, json!({ "created": true })),
        (2, 7, json!({})),
        (3, 8, json!({})),
    ];
    assert_eq!(heard("order_created", &records), [1]);
    assert_eq!(heard("order_changed", &records), [2, 3]);
}

#[test]
fn an_order_that_is_deleted_is_not_read() {
    let records = [
        (1, 7, json!({ "created": true })),
        (2, 7, json!({})),
        (3, 7, json!({ "deleted": true })),
        (4, 8, json!({})),
    ];
    assert_eq!(heard("order_created", &records), [0; 0]);
    assert_eq!(heard("order_changed", &records), [4]);
}

#[test]
fn the_history_is_followed_by_the_last_record_and_begins_now() {
    for event in ["order_created", "order_changed"] {
        let poll = poll(event);
        assert!(poll.on_demand, "a trigger needs no questions");
        assert!(!poll.start_waiting, "what was before is no news");
        let arg = |inputs: &[(Name, Value)], name: &str| {
            let found = poll.read.args.iter().find(|(known, _)| **known == *name);
            value_of(crm(), inputs, found.unwrap().1)
        };
        let since: jiff::Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let since = Value::DateTime(since.to_zoned(jiff::tz::TimeZone::UTC));
        let first = [
            ("cursor".into(), Value::Null),
            ("since".into(), since.clone()),
        ];
        assert_eq!(arg(&first, "sinceId"), Value::Null);
        assert_eq!(arg(&first, "startDate"), since);
        let later = [("cursor".into(), Value::Int(90)), ("since".into(), since)];
        assert_eq!(arg(&later, "sinceId"), Value::Int(90));
        assert_eq!(arg(&later, "startDate"), Value::Null);
        assert!(!poll.counts_pages(&crm().exprs), "pages move the cursor");
        let cursor = |items: Vec<Value>, known: Value| {
            let inputs = [
                ("items".into(), Value::list(items)),
                ("cursor".into(), known),
            ];
            value_of(crm(), &inputs, poll.cursor.unwrap())
        };
        let items = page(&[(91, 7, json!({})), (95, 8, json!({})), (93, 7, json!({}))]);
        assert_eq!(cursor(items, Value::Int(90)), Value::Int(95));
        assert_eq!(cursor(Vec::new(), Value::Int(90)), Value::Int(90));
        assert_eq!(cursor(Vec::new(), Value::Null), Value::Null);
    }
}

#[test]
fn a_record_is_completed_by_the_order_itself() {
    for event in ["order_created", "order_changed"] {
        let then = poll(event).then.as_ref().unwrap();
        assert_eq!(&*then.read.action, "getOrder");
        assert_eq!(then.field.as_deref(), Some("order"));
        let inputs = [("item".into(), page(&[(91, 7, json!({}))])[0].clone())];
        let args: Vec<(&str, Value)> = then
            .read
            .args
            .iter()
            .map(|(name, value)| (&**name, value_of(crm(), &inputs, *value)))
            .collect();
        assert_eq!(args, [("id", Value::Int(7)), ("by", Value::text("id"))]);
    }
}

#[test]
fn whoever_listens_to_orders_hears_new_and_changed_ones() {
    assert!(crm().event("order").unwrap().poll.is_none());
    let kinds: Vec<&str> = crm()
        .kinds_of("order")
        .into_iter()
        .filter(|kind| kind.poll.is_some())
        .map(|kind| &*kind.name)
        .collect();
    assert_eq!(kinds, ["order_created", "order_changed"]);
}

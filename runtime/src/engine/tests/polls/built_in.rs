//! The connectors of the binary that are asked, each over the vendor that the sandbox plays from its definition: the
//! expressions of every `poll` have values, and the example page becomes events.

use std::collections::{BTreeMap, VecDeque};

use super::super::super::testing;
use super::*;
use crate::engine::{Command, History, Input, Limits, Machine};
use crate::sandbox::{ADDRESS, InProcess, Reply};
use crate::settings::{self, Environment, Unset};
use crate::store::{EventState, Memory, Version};

/// What came of asking for a while.
struct Played {
    /// Names, states and keys of the events.
    events: Vec<(String, EventState, String)>,
    /// Every question with its arguments.
    asked: Vec<String>,
    /// What was said of troubles.
    told: Vec<String>,
}

/// Lets a bundle ask its vendors, played in this process, from a moment on for this long.
fn played(rules: &str, now: jiff::Timestamp, length: SignedDuration) -> Played {
    played_by(rules, now, length, |_| {})
}

/// The same, with vendors that are told first what to answer.
fn played_by(
    rules: &str,
    mut now: jiff::Timestamp,
    length: SignedDuration,
    prepare: impl FnOnce(&InProcess),
) -> Played {
    let ready = bundle::tests::ready(rules);
    let program = ready.program;
    let environment = Environment::default();
    let accounts = settings::resolve(&program, &environment, Unset::Sandbox).unwrap();
    let vendors = InProcess::new(Arc::clone(&program.catalog), accounts.clone());
    prepare(&vendors);
    let mut accounts = accounts;
    for account in &mut accounts {
        let connector = &program.catalog.connectors[&account.connector];
        settings::set_base_url(account, connector, ADDRESS);
    }
    let store = Memory::new();
    let mut machine = Machine::new(1, Limits::default());
    let end = now + length;
    let mut wake = None;
    let mut told = Vec::new();
    let mut inputs = VecDeque::from([
        Input::Load {
            version: Version("v1".into()),
            program,
            accounts,
            active: true,
            history: History::default(),
        },
        Input::Recovered,
    ]);
    loop {
        while let Some(input) = inputs.pop_front() {
            for command in machine.step(now, input) {
                match command {
                    Command::Commit { commit, writes } => {
                        let result = testing::commit(&store, writes);
                        inputs.push_back(Input::Committed { commit, result });
                    }
                    Command::Send {
                        call,
                        request,
                        identity,
                        ..
                    } => {
                        let observed = vendors.answer(now, &identity, &request).unwrap();
                        inputs.push_back(Input::Observed { call, observed });
                    }
                    Command::WakeAt(at) => wake = Some(at),
                    Command::Tell(crate::engine::Notice::Source { trouble, .. }) => {
                        told.extend(trouble);
                    }
                    _ => {}
                }
            }
        }
        match wake.take().filter(|at| *at <= end) {
            Some(at) => {
                now = now.max(at);
                inputs.push_back(Input::Wake);
            }
            None => break,
        }
    }
    let mut events = store.events(1_000).unwrap();
    events.reverse();
    let events = events
        .into_iter()
        .map(|event| (event.name, event.state, event.key.unwrap_or_default()));
    let problems = vendors.sent().into_iter().flat_map(|sent| sent.problems);
    told.extend(problems);
    let asked = vendors
        .sent()
        .into_iter()
        .map(|sent| format!("{} {:?}", sent.path, sent.args));
    Played {
        events: events.collect(),
        asked: asked.collect(),
        told,
    }
}

/// Every polled event of the binary's connectors.
fn polled() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for connector in bundle::catalog().connectors.values() {
        for event in connector
            .events
            .values()
            .filter(|event| event.poll.is_some())
        {
            let events = found.entry(connector.name.to_string()).or_default();
            events.push(event.name.to_string());
        }
    }
    found
}

#[test]
fn every_poll_of_the_connectors_can_be_asked() {
    let polled = polled();
    let names: Vec<&str> = polled.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["carbis", "kaspi", "ozon", "retailcrm", "wildberries"]
    );
    for (connector, events) in &polled {
        let rules: Vec<String> = events
            .iter()
            .map(|event| {
                format!("rule {event}: on {connector}.{event} poll every 1m do stop \"слышно\"")
            })
            .collect();
        let Played {
            events: found,
            asked,
            told,
        } = played(
            &rules.join("\n"),
            testing::start(),
            SignedDuration::from_mins(10),
        );
        assert_eq!(told, [""; 0], "{connector}");
        assert!(asked.len() > 5, "{connector}: {asked:?}");
        let all_routed = found
            .iter()
            .all(|(_, state, _)| *state == EventState::Routed);
        assert!(all_routed, "{connector}: {found:?}");
        // Ten minutes of the same page are no flood.
        // The history of the CRM is left behind by the first question, and goes on with nothing.
        let least = usize::from(connector != "retailcrm");
        assert!((least..=6).contains(&found.len()), "{connector}: {found:?}");
    }
}

#[test]
fn carbis_events_are_told_apart_by_their_code() {
    let rules = r#"
rule saved: on carbis.save_order do stop "слышно"
rule added: on carbis.additional_order do stop "слышно"
rule waiter: on carbis.waiter_call do stop "слышно"
"#;
    let Played {
        events: found,
        asked,
        ..
    } = played(rules, testing::start(), SECOND * 25);
    let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
    assert!(names.contains(&"additional_order"), "{found:?}");
    // The cursor is the hash of the last of all.
    assert!(asked[0].contains("none"), "{asked:?}");
    assert!(!asked.last().unwrap().contains("none"), "{asked:?}");
}

#[test]
fn kaspi_hears_only_what_is_younger_than_the_source() {
    let rules = r#"rule orders: on kaspi.new_order do stop "слышно""#;
    // The order of the example was made at eight, and the windows reach back for an hour.
    let half_past_eight = "2026-11-22T08:30:00Z".parse().unwrap();
    let played = played(rules, half_past_eight, SignedDuration::from_mins(5));
    assert_eq!(played.told, [""; 0]);
    assert_eq!(played.events, []);
    assert!(played.asked.len() >= 5, "{:?}", played.asked);
}

/// A page of the CRM's history: records as id, order and what else they say.
fn history(records: &[(i64, i64, &str)], pages: i64) -> Reply {
    let records: Vec<String> = records
        .iter()
        .map(|(id, order, more)| format!(r#"{{"id":{id},"order":{{"id":{order}}}{more}}}"#))
        .collect();
    let body = format!(
        r#"{{"success":true,"pagination":{{"limit":100,"totalCount":9,"currentPage":1,"totalPageCount":{pages}}},"history":[{}]}}"#,
        records.join(",")
    );
    Reply::Status(200, body.into_bytes())
}

#[test]
fn retailcrm_changes_are_read_by_the_ids_in_its_history() {
    let rules = r#"rule orders: on retailcrm.order_changed poll every 1m do stop "слышно""#;
    let ours = r#","apiKey":{"current":true}"#;
    let played = played_by(
        rules,
        testing::start(),
        SignedDuration::from_mins(2),
        |vendors| {
            // What was there before, then two pages of changes, then nothing.
            let pages = [
                history(&[(89, 700, "")], 1),
                history(
                    &[(90, 701, ""), (91, 702, ours), (92, 701, ""), (93, 703, "")],
                    2,
                ),
                history(&[(94, 703, r#","created":true"#), (95, 704, "")], 1),
                history(&[], 0),
            ];
            for page in pages {
                vendors.plan("retailcrm", "getHistory", page);
            }
        },
    );
    assert_eq!(played.told, [""; 0]);
    let states: Vec<EventState> = played.events.iter().map(|(_, state, _)| *state).collect();
    assert_eq!(states, [EventState::Routed; 3]);
    let path = |asked: &String| asked.split(' ').next().unwrap().to_owned();
    let asked: Vec<String> = played.asked.iter().map(path).collect();
    let page = "limit=100&page=1";
    let since = "filter%5BsinceId%5D";
    assert_eq!(
        asked,
        [
            &*format!(
                "/api/v5/orders/history?filter%5BstartDate%5D=2026-11-21+07%3A00%3A00&{page}"
            ),
            &*format!("/api/v5/orders/history?{since}=89&{page}"),
            // The next page follows at once, by the last record of the first.
            "/api/v5/orders/701?by=id",
            "/api/v5/orders/703?by=id",
            &*format!("/api/v5/orders/history?{since}=93&{page}"),
            "/api/v5/orders/704?by=id",
            &*format!("/api/v5/orders/history?{since}=95&{page}"),
        ]
    );
}

#[test]
fn retailcrm_does_not_hear_what_the_bundle_does_itself() {
    let rules = r#"
rule orders: on retailcrm.order poll every 1m do stop "слышно"
rule makes: every 1m once per event do retailcrm.createOrder(order: { firstName: "Пётр" })
"#;
    let played = played(rules, testing::start(), SignedDuration::from_mins(10));
    assert_eq!(played.told, [""; 0]);
    assert_eq!(
        played
            .events
            .iter()
            .filter(|(name, ..)| name.starts_with("order"))
            .count(),
        0
    );
    let made = played
        .asked
        .iter()
        .filter(|asked| asked.contains("/orders/create"));
    assert!(made.count() >= 5, "{:?}", played.asked);
}

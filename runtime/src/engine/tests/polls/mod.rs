//! Events that are asked for, point by point, over a vendor made for it and over the connectors of the binary.

mod built_in;
mod by_id;
mod histories;
mod questions;
mod troubles;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use jiff::SignedDuration;
use ondo_compiler::ir::Program;
use ondo_compiler::source::SourceFile;
use ondo_compiler::wire::Observed;

use super::super::testing::{Bench, Sent, answer};
use crate::bundle::{self, Bundle, File, Kind};
use crate::store::{Event, Store};

/// A vendor with every way of being asked.
const HALL: &str = r#"
connector hall "Зал" {
  setting base: url identity
  setting open: bool = false

  answer rejected     refused status 400
  answer rate_limited refused status 429
  answer transient    unknown status 500..599
}

type Call = { hash: string, code: string, table: int }

action calls {
  request GET "/calls" query { hash: string = "none" }
  answer ok applied status 200 json { data: { updates: [Call] -> updates } }
  effect read
}

// A cursor, and other events between those that are wanted.
event call "Вызов" {
  payload Call
  key "{hash} {table}"
  poll {
    every 10s
    read calls(hash: cursor ?? "none") -> updates
    skip item.code != "call"
    cursor if count(items) == 0 then cursor else last(items).hash
    start waiting
    keeps 5m
  }
}

type Order = { id: int, text: string? }

action orders {
  request GET "/orders" query { page: int = 0 }
  answer ok applied status 200 json { orders: [Order] -> orders, count: int -> count }
  effect read
}

// What is open, page by page.
event order "Заказ" {
  payload Order
  key id
  accept post json Order -> payload
  poll {
    every 1m
    read orders(page: page) -> orders
    more (page + 1) * 2 < answer.count
    start waiting
  }
}

// The same, but only what comes from now on.
event fresh "Новый" {
  payload Order
  key "fresh {id}"
  poll {
    every 1m
    read orders(page: page) -> orders
    more (page + 1) * 2 < answer.count
    start now
  }
}

action changes {
  request GET "/changes" query { after: int? }
  answer ok applied status 200 json { changes: [Order] -> changes }
  effect read
}

// A definition whose cursor has no value while the last order has no text.
event faulty "Ошибка" {
  payload Order
  key "faulty {id}"
  poll {
    every 10s
    read changes(after: cursor) -> changes
    cursor int(last(items).text)
    start now
  }
}

// A history: the cursor leads from page to page.
event change "Изменение" {
  payload Order
  key "change {id}"
  poll {
    every 10s
    read changes(after: cursor) -> changes
    more count(items) == 2
    cursor last(items).id
    start waiting
  }
}

// The same, but only what comes from now on.
event later "Позже" {
  payload Order
  key "later {id}"
  poll {
    every 10s
    read changes(after: cursor) -> changes
    more count(items) == 2
    cursor if count(items) == 0 then cursor else last(items).id
    start now
  }
}

action order {
  request GET "/order" query { id: int }
  answer ok applied status 200 json { order: Order -> order }
  effect read
}

event any_order "Заказ" {
  payload Order
  accept post json Order -> payload
}

// A history that only names the orders, asked where a rule says so.
event touched "Тронут" is any_order {
  accept post json { touched: Order -> payload }
  poll {
    on demand
    read changes(after: cursor) -> changes
    then order(id: item.id) -> order
    more count(items) == 2
    cursor if count(items) == 0 then cursor else last(items).id
    start waiting
  }
}

action note {
  request POST "/note" json { mark: string }
  answer ok applied status 200 json { found: string }
  effect harmless
}
"#;

const OK: &str = r#"{"found":"yes"}"#;
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A bundle of this name with the vendor and these rules.
fn program_of(bundle: &str, rules: &str) -> Arc<Program> {
    let file = |kind, key: &str, text: &str| File {
        kind,
        key: key.to_owned(),
        source: Arc::new(SourceFile {
            path: format!("bundles/{key}"),
            text: text.to_owned(),
        }),
    };
    let bundle = Bundle {
        name: bundle.to_owned(),
        path: bundle.to_owned(),
        stem: bundle.to_owned(),
        files: vec![
            file(Kind::Own, "rules.ondo", rules),
            file(Kind::Connector, "connectors/hall.ondo", HALL),
        ],
    };
    let checked = bundle::compile(&bundle);
    let said = crate::report::concise(&checked.findings, &checked.sources);
    checked.ready.unwrap_or_else(|| panic!("{said}")).program
}

fn program(rules: &str) -> Arc<Program> {
    program_of("cafe", rules)
}

/// What the vendor has, shared with the test.
#[derive(Debug, Default)]
struct Hall {
    /// Of `/calls`: hash, code, table.
    calls: Vec<(String, String, i64)>,
    /// Ids of `/orders` and `/changes`.
    orders: Vec<i64>,
    /// What it says instead.
    instead: Option<Observed>,
}

impl Hall {
    fn call(&mut self, hash: &str, code: &str, table: i64) {
        self.calls.push((hash.into(), code.into(), table));
    }

    fn answers(&self, sent: &Sent) -> Observed {
        if sent.action == "note" {
            return answer(200, OK);
        }
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        let asked = |name: &str| {
            let (_, query) = sent.target.split_once('?')?;
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
        };
        let order = |id: &i64| format!(r#"{{"id":{id},"text":"Заказ {id}"}}"#);
        match sent.action.as_str() {
            "calls" => {
                // An unknown hash brings everything.
                let known = asked("hash").unwrap_or_default();
                let seen = self.calls.iter().rposition(|(hash, ..)| hash == known);
                let new = &self.calls[seen.map_or(0, |at| at + 1)..];
                let new: Vec<String> = new
                    .iter()
                    .map(|(hash, code, table)| {
                        format!(r#"{{"hash":"{hash}","code":"{code}","table":{table}}}"#)
                    })
                    .collect();
                answer(
                    200,
                    &format!(r#"{{"data":{{"updates":[{}]}}}}"#, new.join(",")),
                )
            }
            "orders" => {
                let page: usize = asked("page").map_or(0, |page| page.parse().unwrap());
                let shown: Vec<String> = self
                    .orders
                    .iter()
                    .skip(page * 2)
                    .take(2)
                    .map(order)
                    .collect();
                let count = self.orders.len();
                if page > 0 && page * 2 >= count {
                    return answer(400, r#"{"error":"нет такой страницы"}"#);
                }
                answer(
                    200,
                    &format!(r#"{{"orders":[{}],"count":{count}}}"#, shown.join(",")),
                )
            }
            "changes" => {
                let after: i64 = asked("after").map_or(0, |after| after.parse().unwrap());
                let new = self.orders.iter().filter(|id| **id > after).take(2);
                let new: Vec<String> = new.map(order).collect();
                answer(200, &format!(r#"{{"changes":[{}]}}"#, new.join(",")))
            }
            "order" => match asked("id").unwrap().parse::<i64>() {
                Ok(id) if id != 3 => answer(
                    200,
                    &format!(r#"{{"order":{{"id":{id},"text":"Заказ {id} целиком"}}}}"#),
                ),
                _ => answer(400, ""),
            },
            other => panic!("nobody knows {other}"),
        }
    }
}

type Shared = Rc<RefCell<Hall>>;

/// A vendor and a machine that has this program.
fn bench(program: &Arc<Program>, prepare: impl FnOnce(&mut Hall)) -> (Bench, Shared) {
    let hall: Shared = Rc::default();
    prepare(&mut hall.borrow_mut());
    let answering = Rc::clone(&hall);
    let bench = Bench::new(program, move |sent, _| {
        Some(answering.borrow().answers(sent))
    });
    (bench, hall)
}

/// The questions after `?`, oldest first.
fn questions(bench: &Bench) -> Vec<String> {
    let asked = bench.sent.iter().filter(|sent| sent.action != "note");
    asked
        .map(|sent| {
            sent.target
                .split_once('?')
                .map_or("", |(_, query)| query)
                .to_owned()
        })
        .collect()
}

/// The events, oldest first.
fn events(bench: &Bench) -> Vec<Event> {
    let mut events = bench.store.events(10_000).unwrap();
    events.reverse();
    events
}

/// Their keys.
fn keys(bench: &Bench) -> Vec<String> {
    let keys = events(bench).into_iter().map(|event| event.key.unwrap());
    keys.collect()
}

const CALLS: &str = r#"rule waiter: on hall.call do hall.note(mark: "{hash}")"#;

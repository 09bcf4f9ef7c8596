//! Rows that simulated vendors remember: what is there now, and what will be there later.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use ondo_compiler::types::Name;
use ondo_compiler::value::{Num, Object, Value};

use serde_json::Value as Json;

use super::vendor::number;

/// Rows of one set; older ones are forgotten.
const ROWS_MAX: usize = 10_000;
/// Changes that are still to come; when there are more, the earliest are made at once.
const LATER_MAX: usize = 10_000;

/// Where a row is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// Of the account.
    pub(super) identity: Name,
    /// The set.
    pub(super) set: Name,
    /// The key, as text.
    pub(super) key: String,
}

/// A change of rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    /// One more row of this key.
    Keep(Place, Object),
    /// The only row of this key.
    Replace(Place, Object),
    /// No row of this key.
    Forget(Place),
    /// More in this field of the newest row of this key, which is made if there is none.
    Add(Place, Name, Num),
}

#[derive(Debug)]
struct Row {
    key: String,
    since: Timestamp,
    value: Object,
}

/// Everything that vendors remember.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By identity and set, in the order in which the rows came.
    sets: HashMap<(Name, Name), VecDeque<Row>>,
    /// Ordered by the moment; those of one moment in the order in which they were made.
    later: VecDeque<(Timestamp, Change)>,
    /// How many calls each identity has made.
    calls: HashMap<Name, u64>,
}

impl Rows {
    /// The number of a call of this account, from 1.
    pub(super) fn next_call(&mut self, identity: &Name) -> u64 {
        let calls = self.calls.entry(identity.clone()).or_default();
        *calls += 1;
        *calls
    }

    /// Makes the changes whose moment has come.
    pub(super) fn let_time_pass(&mut self, now: Timestamp) {
        while self.later.front().is_some_and(|(due, _)| *due <= now) {
            self.change_first();
        }
    }

    fn change_first(&mut self) {
        if let Some((due, change)) = self.later.pop_front() {
            // A sum that cannot be made leaves the row as it was; the call itself has been answered long ago.
            let _ = self.change(due, change);
        }
    }

    /// Makes a change at a moment to come.
    pub(super) fn change_later(&mut self, due: Timestamp, change: Change) {
        let at = self.later.partition_point(|(known, _)| *known <= due);
        self.later.insert(at, (due, change));
        if self.later.len() > LATER_MAX {
            self.change_first();
        }
    }

    /// Makes a change now.
    pub(super) fn change(&mut self, now: Timestamp, change: Change) -> Result<(), String> {
        match change {
            Change::Keep(place, row) => self.push(now, place, row),
            Change::Replace(place, row) => {
                self.forget(&place);
                self.push(now, place, row);
            }
            Change::Forget(place) => self.forget(&place),
            Change::Add(place, field, amount) => {
                let rows = self.rows(&place);
                let kept = rows.iter_mut().rev().find(|row| row.key == place.key);
                match kept {
                    Some(row) => {
                        let sum = number(row.value.get(&field))?.add(amount);
                        let sum = sum.map_err(|error| error.to_string())?;
                        row.value.set(field, Value::Num(sum));
                    }
                    None => {
                        let mut row = Object::default();
                        row.set(field, Value::Num(amount));
                        self.push(now, place, row);
                    }
                }
            }
        }
        Ok(())
    }

    fn rows(&mut self, place: &Place) -> &mut VecDeque<Row> {
        let set = (place.identity.clone(), place.set.clone());
        self.sets.entry(set).or_default()
    }

    fn push(&mut self, now: Timestamp, place: Place, value: Object) {
        let rows = self.rows(&place);
        if rows.len() == ROWS_MAX {
            rows.pop_front();
        }
        rows.push_back(Row {
            key: place.key,
            since: now,
            value,
        });
    }

    fn forget(&mut self, place: &Place) {
        self.rows(place).retain(|row| row.key != place.key);
    }

    /// Rows of a set, oldest first: of this key, or all; not older than `since`.
    pub(super) fn find(
        &self,
        identity: &Name,
        set: &Name,
        key: Option<&str>,
        since: Option<Timestamp>,
    ) -> Vec<Object> {
        let rows = self.sets.get(&(identity.clone(), set.clone()));
        let rows = rows.into_iter().flatten();
        let of_key = rows.filter(|row| key.is_none_or(|key| row.key == key));
        of_key
            .filter(|row| since.is_none_or(|since| row.since >= since))
            .map(|row| row.value.clone())
            .collect()
    }
}

/// JSON as the values that a definition's expressions work with.
pub(super) fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(number) => match Num::parse(&number.to_string()) {
            Ok(number) => number.to_i64().map_or(Value::Num(number), Value::Int),
            Err(_) => Value::text(number.to_string()),
        },
        Json::String(text) => Value::text(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value_of).collect()),
        Json::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, json)| (name.as_str().into(), value_of(json)));
            Value::object(fields.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn place(key: &str) -> Place {
        Place {
            identity: "a".into(),
            set: "guests".into(),
            key: key.to_owned(),
        }
    }

    fn row(name: &str) -> Object {
        let mut row = Object::default();
        row.set("name".into(), Value::text(name));
        row
    }

    fn names(rows: &Rows, key: Option<&str>, since: Option<i64>) -> Vec<String> {
        let found = rows.find(&"a".into(), &"guests".into(), key, since.map(at));
        let name = |row: &Object| match row.get("name") {
            Value::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        };
        found.iter().map(name).collect()
    }

    #[test]
    fn kept_rows_stand_beside_each_other_and_replaced_ones_alone() {
        let mut rows = Rows::default();
        for (second, key, name) in [(1, "1", "Анна"), (2, "2", "Олег"), (3, "1", "Аня")]
        {
            rows.change(at(second), Change::Keep(place(key), row(name)))
                .unwrap();
        }
        assert_eq!(names(&rows, Some("1"), None), ["Анна", "Аня"]);
        assert_eq!(names(&rows, None, None), ["Анна", "Олег", "Аня"]);
        assert_eq!(names(&rows, None, Some(2)), ["Олег", "Аня"]);
        rows.change(at(4), Change::Replace(place("1"), row("Анна Ильина")))
            .unwrap();
        assert_eq!(names(&rows, Some("1"), None), ["Анна Ильина"]);
        rows.change(at(5), Change::Forget(place("2"))).unwrap();
        assert_eq!(names(&rows, None, None), ["Анна Ильина"]);
    }

    #[test]
    fn what_comes_later_cannot_be_seen_before_and_comes_in_its_order() {
        let mut rows = Rows::default();
        rows.change_later(at(20), Change::Forget(place("1")));
        rows.change_later(at(10), Change::Keep(place("1"), row("готов")));
        rows.let_time_pass(at(9));
        assert_eq!(names(&rows, None, None), [""; 0]);
        rows.let_time_pass(at(10));
        assert_eq!(names(&rows, None, None), ["готов"]);
        rows.let_time_pass(at(21));
        assert_eq!(names(&rows, None, None), [""; 0]);
    }

    #[test]
    fn adding_makes_the_row_and_changes_the_newest() {
        let mut rows = Rows::default();
        let add = |amount: &str| {
            let amount = Num::parse(amount).unwrap();
            Change::Add(place("1"), "balance".into(), amount)
        };
        rows.change(at(1), add("64.53")).unwrap();
        rows.change(at(2), add("-4.53")).unwrap();
        let found = rows.find(&"a".into(), &"guests".into(), Some("1"), None);
        assert_eq!(found.len(), 1);
        assert_eq!(number(found[0].get("balance")).unwrap().to_string(), "60");
    }

    #[test]
    fn a_set_does_not_grow_for_ever() {
        let mut rows = Rows::default();
        for number in 0..=ROWS_MAX {
            let name = number.to_string();
            rows.change(at(1), Change::Keep(place(&name), row(&name)))
                .unwrap();
        }
        let found = names(&rows, None, None);
        assert_eq!(found.len(), ROWS_MAX);
        assert_eq!(found[0], "1");
    }
}

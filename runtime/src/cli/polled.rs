//! What `ondo hooks` says of events that nobody sends: who is asked for them, how often and with which read.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use ondo_compiler::ir::Program;
use serde_json::{Value, json};

/// An event of an account that is asked for.
pub(super) struct Row {
    bundle: String,
    account: String,
    connector: String,
    event: String,
    read: String,
    every: SignedDuration,
}

/// What is asked for because of a bundle, as often as the most impatient of its rules wants it.
pub(super) fn rows(program: &Program) -> Vec<Row> {
    let mut rows: BTreeMap<(u32, String), Row> = BTreeMap::new();
    let asked = program
        .rules
        .iter()
        .flat_map(|rule| program.polled_by(rule));
    for asked in asked {
        let Some(account) = program.accounts.get(asked.account.0 as usize) else {
            continue;
        };
        let key = (asked.account.0, asked.event.name.to_string());
        let row = rows.entry(key).or_insert_with(|| Row {
            bundle: program.bundle.to_string(),
            account: account.name.to_string(),
            connector: asked.connector.name.to_string(),
            event: asked.event.name.to_string(),
            read: asked.poll.read.action.to_string(),
            every: asked.every,
        });
        row.every = row.every.min(asked.every);
    }
    rows.into_values().collect()
}

impl Row {
    /// `cafe.hall: asked every 10s with carbis.getEvents  waiter_call`
    pub(super) fn line(&self) -> String {
        format!(
            "{}.{}: asked every {:#} with {}.{}  {}",
            self.bundle, self.account, self.every, self.connector, self.read, self.event
        )
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "bundle": self.bundle,
            "account": self.account,
            "connector": self.connector,
            "event": self.event,
            "read": self.read,
            "every_s": self.every.as_secs(),
        })
    }
}

//! What the rules did in a test, as data: every call as the vendor read it, and the end of every run.

use jiff::Timestamp;
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;

use super::compare;
use super::expect::{Played, title, why, word};
use crate::store::Store;

/// What happened from the first line of a test to the last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Happened {
    /// Every call in the order in which it was sent, repetitions too.
    pub calls: Vec<Called>,
    /// What became of each event: the rules that did not act, then the runs.
    pub ends: Vec<Ended>,
}

/// A call as the vendor read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// `loyalty.addBonus`
    pub action: String,
    /// Its arguments as JSON, in the order of the definition, without those that were not sent.
    pub args: String,
    /// When, by the clock of the test.
    pub at: Timestamp,
}

/// The end of a run, or why there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The rule.
    pub rule: String,
    /// `done`, `failed`, …; none for a rule that did not act.
    pub state: Option<&'static str>,
    /// Why.
    pub reason: Option<String>,
}

impl Played {
    /// Everything that has happened so far.
    pub(super) fn happened(&self) -> Happened {
        let calls = self.calls();
        let calls = calls.iter().map(|sent| Called {
            action: title(sent),
            args: json(&sent.args),
            at: sent.at,
        });
        Happened {
            calls: calls.collect(),
            ends: self.ends(),
        }
    }

    fn ends(&self) -> Vec<Ended> {
        let mut ends = Vec::new();
        for event in &self.world.events().unwrap_or_default() {
            for passed in self.world.store.passed(&event.id).unwrap_or_default() {
                ends.push(Ended {
                    reason: Some(why(&passed.why)),
                    rule: passed.rule,
                    state: None,
                });
            }
            for run in self.world.runs_of(event).unwrap_or_default() {
                ends.push(Ended {
                    rule: run.rule,
                    state: Some(word(run.state)),
                    reason: run.reason,
                });
            }
        }
        ends
    }
}

/// `{"id":7,"text":"Order 7"}`
fn json(args: &[(Name, Value)]) -> String {
    let sent = args.iter().filter(|(_, value)| *value != Value::Absent);
    compare::shown(&Value::object(sent.cloned().collect()))
}

//! Sources: what the active versions want to be asked for, who hears it, and what a question begins with.
//!
//! A source is an event of an account identity. However many rules, bundles and accounts of that identity listen, it is
//! asked by one poller, as often as the most impatient of its rules wants it. Each bundle hears an event once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::catalog::{Connector, Event, Poll};
use ondo_compiler::eval;
use ondo_compiler::ir::{AccountId, Program};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;

use super::account::later;
use super::machine::Machine;
use super::polls::PAGES_MAX;
use super::prepare::PreparedCall;
use super::state::{Bundle, Work};
use crate::store::{self, Cursor};

/// Identity of the account and name of the event.
pub(super) type SourceKey = (Name, Name);

/// A source that somebody listens to.
#[derive(Debug)]
pub(super) struct Source {
    /// The version by whose definition it is asked: the first bundle's, by name.
    pub(super) bundle: Arc<Bundle>,
    pub(super) account: AccountId,
    pub(super) hearers: Vec<Hearer>,
    pub(super) every: SignedDuration,
    pub(super) due: Timestamp,
    /// When the last question began, of however many pages.
    pub(super) asked_at: Option<Timestamp>,
    pub(super) pages_left: u32,
    pub(super) state: State,
    /// Questions in a row that brought nothing but trouble.
    pub(super) failures: u32,
    /// People were told of it.
    pub(super) is_told: bool,
    /// The token was renewed for this question.
    pub(super) renewed: bool,
}

/// A bundle that hears the events of a source, under the name that it has for the account.
#[derive(Debug, Clone)]
pub(super) struct Hearer {
    pub(super) bundle: String,
    pub(super) account: Name,
}

/// What a source is doing.
#[derive(Debug)]
pub(super) enum State {
    Idle,
    Asking(Box<Asking>),
    Storing,
}

/// A question under way.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) bundle: Arc<Bundle>,
    pub(super) call: PreparedCall,
    pub(super) event: Name,
    pub(super) question: Question,
}

/// What a question begins with.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// Null until an answer has said one.
    pub(super) cursor: Value,
    /// When the source was asked for the first time.
    pub(super) since: Timestamp,
    pub(super) page: u32,
    /// `now()`. All pages of a question share it: a window that ends now must not grow while it is read.
    pub(super) moment: Timestamp,
    /// Nothing was asked before this question.
    pub(super) is_first: bool,
}

impl Question {
    pub(super) fn new(
        known: Option<&Cursor>,
        now: Timestamp,
        counts_pages: bool,
    ) -> Result<Self, String> {
        let Some(known) = known else {
            return Ok(Self {
                cursor: Value::Null,
                since: now,
                page: 0,
                moment: now,
                is_first: true,
            });
        };
        let cursor = known.value.as_deref().map_or(Ok(Value::Null), |text| {
            let json = serde_json::from_str(text).map_err(|error| error.to_string())?;
            eval::from_json(&json).map_err(|failure| failure.message)
        });
        let began_at = known.began_at.filter(|_| counts_pages);
        Ok(Self {
            cursor: cursor.map_err(|why| format!("the stored cursor is broken: {why}"))?,
            since: known.since,
            page: if counts_pages { known.page } else { 0 },
            moment: began_at.unwrap_or(now),
            is_first: known.began_at == Some(known.since),
        })
    }

    /// What the definition's expressions see.
    pub(super) fn inputs(&self, program: &Program) -> Vec<(Name, Value)> {
        let zone = jiff::tz::TimeZone::get(&program.timezone).unwrap_or(jiff::tz::TimeZone::UTC);
        vec![
            ("cursor".into(), self.cursor.clone()),
            ("since".into(), Value::DateTime(self.since.to_zoned(zone))),
            ("page".into(), Value::Int(i64::from(self.page))),
        ]
    }
}

/// The definition of a polled event.
pub(super) fn definition<'p>(
    program: &'p Program,
    connector: &str,
    event: &str,
) -> Option<(&'p Connector, &'p Event, &'p Poll)> {
    let connector = program.catalog.connectors.get(connector)?;
    let event = connector.events.get(event)?;
    Some((connector, event, event.poll.as_ref()?))
}

/// Whether an event is one that can be asked for: then it belongs to the account's identity, not to the account by
/// which it came. What is asked for on demand has a key if it was; without one it was sent.
pub(super) fn is_asked_for(program: &Program, event: &store::Event) -> bool {
    definition(program, &event.connector, &event.name)
        .is_some_and(|(_, _, poll)| !poll.on_demand || event.key.is_some())
}

impl Machine {
    /// The same machine, which asks nobody: in tests of bundles events come only from the test.
    pub fn without_polls(mut self) -> Self {
        self.asks = false;
        self
    }

    /// What earlier processes knew. What this one knows is newer.
    pub(super) fn know_cursors(&mut self, cursors: &[Cursor]) {
        for cursor in cursors {
            let key = (
                Name::from(cursor.identity.as_str()),
                Name::from(cursor.event.as_str()),
            );
            self.cursors.entry(key).or_insert_with(|| cursor.clone());
        }
    }

    /// Finds out anew which sources the active versions listen to. Those that stay go on where they are.
    pub(super) fn set_polls(&mut self) {
        let mut before = std::mem::take(&mut self.sources);
        let now = self.now;
        for (key, wanted) in self.wanted_sources() {
            let source = match before.remove(&key) {
                Some(known) => {
                    let sooner = known.asked_at.map(|asked| later(asked, wanted.every));
                    let due = match sooner {
                        Some(sooner) if known.failures == 0 => known.due.min(sooner),
                        _ => known.due,
                    };
                    Source {
                        bundle: wanted.bundle,
                        account: wanted.account,
                        hearers: wanted.hearers,
                        every: wanted.every,
                        due,
                        ..known
                    }
                }
                None => Source {
                    bundle: wanted.bundle,
                    account: wanted.account,
                    hearers: wanted.hearers,
                    every: wanted.every,
                    due: now,
                    asked_at: None,
                    pages_left: PAGES_MAX,
                    state: State::Idle,
                    failures: 0,
                    is_told: false,
                    renewed: false,
                },
            };
            self.work.push_back(Work::Poll(key.clone()));
            self.sources.insert(key, source);
        }
    }

    fn wanted_sources(&self) -> BTreeMap<SourceKey, Wanted> {
        let mut wanted: BTreeMap<SourceKey, Wanted> = BTreeMap::new();
        if !self.asks {
            return wanted;
        }
        let mut active: Vec<(&String, &store::Version)> = self.active.iter().collect();
        active.sort();
        for (name, version) in active {
            let Some(bundle) = self.bundles.get(&(name.clone(), version.clone())) else {
                continue;
            };
            let rules = bundle.program.rules.iter();
            for asked in rules.flat_map(|rule| bundle.program.polled_by(rule)) {
                let Some(account) = bundle.accounts.get(asked.account.0 as usize) else {
                    continue;
                };
                let key = (account.identity.clone(), asked.event.name.clone());
                let source = wanted.entry(key).or_insert_with(|| Wanted {
                    bundle: Arc::clone(bundle),
                    account: asked.account,
                    hearers: Vec::new(),
                    every: asked.every,
                });
                source.every = source.every.min(asked.every);
                if source.hearers.iter().all(|hearer| hearer.bundle != *name) {
                    source.hearers.push(Hearer {
                        bundle: name.clone(),
                        account: account.name.clone(),
                    });
                }
            }
        }
        wanted
    }
}

/// A source as the active versions want it.
struct Wanted {
    bundle: Arc<Bundle>,
    account: AccountId,
    hearers: Vec<Hearer>,
    every: SignedDuration,
}

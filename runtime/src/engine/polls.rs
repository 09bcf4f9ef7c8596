//! Asking: when a source is due, what it is asked, and what becomes of the answer.
//!
//! ```text
//! due -> place at the account -> token -> read -> page -> [events and cursor on disk] -> next page | due again
//! ```
//!
//! INVARIANT: a cursor moves in the transaction that stores what was before it, or not at all. Whatever goes wrong between
//! the question and that transaction, the question is asked again, and what was stored already is known by its key.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::wire::{self, Classified, HttpAnswer, Verdict};

use super::account::{Caller, later};
use super::machine::Machine;
use super::pages::{self, Brought};
use super::sources::{Asking, Question, Source, SourceKey, State, definition};
use super::state::{After, Timer, Work};
use super::{Command, Notice, enrich, prepare};
use crate::store::{self, Cursor, EventState, Write, Written};

/// How many pages are read at one time. The rest waits for the next: one source must not keep its account for itself.
pub(super) const PAGES_MAX: u32 = 10;
/// A source that cannot be asked is tried at least this often, unless its rules want it less often.
const TROUBLE_PAUSE_MAX: SignedDuration = SignedDuration::from_mins(5);
/// After this, a source is asked for which there was no room in memory or in the store's queue.
const SHED_PAUSE: SignedDuration = SignedDuration::from_secs(1);

impl Machine {
    /// All runs of earlier processes are known: sources are asked from now on.
    pub(super) fn begin_polls(&mut self) {
        let all = self.sources.keys().cloned();
        self.work.extend(all.map(Work::Poll));
    }

    /// What was due soon is far away now: a vendor that keeps its events for minutes must not wait for hours.
    pub(super) fn clock_was_set_back(&mut self) {
        let now = self.now;
        for (key, source) in &mut self.sources {
            let soon = later(now, source.every);
            if source.due > soon {
                source.due = soon;
                source.asked_at = None;
                self.work.push_back(Work::Poll(key.clone()));
            }
        }
    }

    /// A source may be due.
    pub(super) fn poll_due(&mut self, key: &SourceKey) {
        if self.draining || !self.recovered {
            return;
        }
        let now = self.now;
        let has_room = self.takes_events();
        let known = self.cursors.get(key);
        let Some(source) = self.sources.get_mut(key) else {
            return;
        };
        if !matches!(source.state, State::Idle) {
            return;
        }
        if source.due <= now && !has_room {
            source.due = later(now, SHED_PAUSE);
        }
        if source.due > now {
            self.timers.insert((source.due, Timer::Poll(key.clone())));
            return;
        }
        if source.pages_left == PAGES_MAX || source.asked_at.is_none() {
            source.asked_at = Some(now);
        }
        match ask(source, key, known, now) {
            Ok(asking) => {
                source.state = State::Asking(Box::new(asking));
                self.want_place(Caller::Poll(key.clone()), &key.0);
            }
            Err(reason) => self.poll_failed(key, Some(reason)),
        }
    }

    /// The question of a source that is under way.
    pub(super) fn asking(&self, key: &SourceKey) -> Option<&Asking> {
        match &self.sources.get(key)?.state {
            State::Asking(asking) => Some(asking),
            _ => None,
        }
    }

    /// A question has an answer, or none.
    pub(super) fn page_over(
        &mut self,
        key: &SourceKey,
        classified: &Classified,
        answer: Option<&HttpAnswer>,
    ) {
        let now = self.now;
        let Some(source) = self.sources.get_mut(key) else {
            return;
        };
        let asking = match std::mem::replace(&mut source.state, State::Idle) {
            State::Asking(asking) => asking,
            other => {
                source.state = other;
                return;
            }
        };
        if self.draining {
            // The next process asks again.
            return;
        }
        let is_page = classified.verdict == Verdict::Applied || &*classified.outcome == UNREADABLE;
        if let (true, Some(answer)) = (is_page, answer.filter(|answer| answer.complete)) {
            let known = self.cursors.get(key);
            return match pages::read(&asking, key, known, answer) {
                Ok(brought) => self.store_page(key, brought),
                Err(reason) => self.poll_failed(key, Some(reason)),
            };
        }
        let is_refused = classified.verdict == Verdict::Refused;
        if is_refused && classified.renew && asking.call.needs_token && !source.renewed {
            source.renewed = true;
            source.due = now;
            return self.work.push_back(Work::Poll(key.clone()));
        }
        if is_refused && classified.pause.is_some() {
            let paused = self.accounts.get(&key.0);
            let until = paused.and_then(|account| account.paused_until());
            source.due = until.unwrap_or(now).max(later(now, SHED_PAUSE));
            return self.work.push_back(Work::Poll(key.clone()));
        }
        if is_refused && let Some(known) = self.cursors.get_mut(key) {
            // The page may be gone because the list has become shorter: the question begins anew.
            known.page = 0;
        }
        // That the vendor cannot be reached is said of the account.
        let account = self.accounts.get(&key.0);
        let is_said = account.is_some_and(|account| account.health.is_unreachable());
        let reason =
            (!is_said).then(|| format!("{}: {}", asking.call.full_action(), classified.message));
        self.poll_failed(key, reason);
    }

    /// The cursor stays, and the source is asked again: a little later each time it goes wrong.
    fn poll_failed(&mut self, key: &SourceKey, reason: Option<String>) {
        let now = self.now;
        let Some(source) = self.sources.get_mut(key) else {
            return;
        };
        source.failures = source.failures.saturating_add(1);
        source.pages_left = PAGES_MAX;
        source.renewed = false;
        let program = &source.bundle.program;
        let account = source.bundle.accounts.get(source.account.0 as usize);
        let poll = account.and_then(|account| definition(program, &account.connector, &key.1));
        let keeps = poll.and_then(|(_, _, poll)| poll.keeps);
        // A vendor that forgets what was not fetched must not be left alone that long.
        let longest = keeps.map_or(TROUBLE_PAUSE_MAX, |keeps| TROUBLE_PAUSE_MAX.min(keeps / 2));
        let doublings = (source.failures - 1).min(16);
        let pause = source.every.checked_mul(1 << doublings);
        let pause = pause.unwrap_or(longest).min(longest.max(source.every));
        source.due = later(now, pause);
        let is_news = reason.is_some() && !source.is_told;
        source.is_told |= is_news;
        if is_news {
            self.tell_of_source(key, reason);
        }
        self.work.push_back(Work::Poll(key.clone()));
    }

    fn tell_of_source(&mut self, key: &SourceKey, trouble: Option<String>) {
        let source = self.sources.get(key);
        let account =
            source.and_then(|source| source.bundle.accounts.get(source.account.0 as usize));
        if let Some(account) = account {
            self.commands.push(Command::Tell(Notice::Source {
                account: account.name.clone(),
                connector: account.connector.clone(),
                event: key.1.clone(),
                trouble,
            }));
        }
    }

    fn store_page(&mut self, key: &SourceKey, brought: Brought) {
        let Brought {
            items,
            cursor,
            more,
            trouble,
        } = brought;
        let now = self.now;
        let hearers = match self.sources.get_mut(key) {
            Some(source) => {
                source.renewed = false;
                source.state = State::Storing;
                source.hearers.clone()
            }
            None => return,
        };
        let mut events = Vec::with_capacity(items.len() * hearers.len());
        for item in items {
            for hearer in &hearers {
                events.push(item.heard_by(hearer, self.ids.event_id(now), now));
            }
        }
        if events.is_empty() && self.cursors.get(key) == Some(&cursor) {
            // Nothing to write: a quiet source costs no flush.
            return self.page_stored(key, more, trouble);
        }
        let write = self.write(Write::Poll {
            cursor: cursor.clone(),
            events: events.clone(),
        });
        self.after(After::Polled(Box::new(Polled {
            write,
            key: key.clone(),
            cursor,
            events,
            more,
            trouble,
        })));
    }

    /// A page and its cursor are on disk.
    pub(super) fn polled(&mut self, polled: Polled, written: Option<&Written>) {
        let new = match written {
            Some(Written::Polled(new)) => new.as_slice(),
            _ => &[],
        };
        let mut new = new.iter().peekable();
        // The store names the new ones in the order in which it was given them.
        for event in polled.events {
            if new.next_if(|id| **id == event.id).is_none() {
                continue;
            }
            match event.state {
                EventState::Dead => self.commands.push(Command::Tell(Notice::EventDead {
                    event: event.id,
                    reason: event.reason.unwrap_or_default(),
                })),
                EventState::Received | EventState::Enriching => self.take_in(event),
                _ => {}
            }
        }
        self.cursors.insert(polled.key.clone(), polled.cursor);
        self.page_stored(&polled.key, polled.more, polled.trouble);
    }

    /// The store had no room for a page: the cursor stays where it is.
    pub(super) fn page_shed(&mut self, key: &SourceKey) {
        let due = later(self.now, SHED_PAUSE);
        if let Some(source) = self.sources.get_mut(key) {
            source.state = State::Idle;
            source.due = due;
            source.pages_left = PAGES_MAX;
            self.work.push_back(Work::Poll(key.clone()));
        }
    }

    fn page_stored(&mut self, key: &SourceKey, more: bool, trouble: Option<String>) {
        let now = self.now;
        let Some(source) = self.sources.get_mut(key) else {
            return;
        };
        source.state = State::Idle;
        if trouble.is_some() {
            return self.poll_failed(key, trouble);
        }
        source.failures = 0;
        if more && source.pages_left > 1 {
            source.pages_left -= 1;
            source.due = now;
        } else {
            source.pages_left = PAGES_MAX;
            source.due = later(source.asked_at.unwrap_or(now), source.every).max(now);
        }
        if std::mem::take(&mut source.is_told) {
            self.tell_of_source(key, None);
        }
        self.work.push_back(Work::Poll(key.clone()));
    }
}

/// A page that is being written.
#[derive(Debug)]
pub(super) struct Polled {
    pub(super) write: usize,
    pub(super) key: SourceKey,
    cursor: Cursor,
    events: Vec<store::Event>,
    more: bool,
    trouble: Option<String>,
}

/// The outcome of an answer that no pattern of its definition fits. Perhaps only one of its items does not.
const UNREADABLE: &str = "unreadable";

fn ask(
    source: &Source,
    key: &SourceKey,
    known: Option<&Cursor>,
    now: Timestamp,
) -> Result<Asking, String> {
    let bundle = &source.bundle;
    let program = &bundle.program;
    let account = bundle.accounts.get(source.account.0 as usize);
    let found = account.and_then(|account| {
        let definition = definition(program, &account.connector, &key.1)?;
        Some((account, definition))
    });
    let Some((account, (connector, event, poll))) = found else {
        return Err("it is not described any more".to_owned());
    };
    let question = Question::new(known, now, poll.counts_pages(&connector.exprs))?;
    let cx = prepare::wire_cx(program, &account.settings, question.moment);
    let inputs = question.inputs(program);
    let mut args = Vec::with_capacity(poll.read.args.len());
    for (name, value) in &poll.read.args {
        let value = wire::compute(&cx, connector, &inputs, *value)
            .map_err(|failure| format!("`{name}` has no value: {}", failure.message))?;
        if !value.is_null() {
            args.push((name.clone(), value));
        }
    }
    let call = enrich::read_call(bundle, source.account, &poll.read.action, args, "poll", now)?;
    Ok(Asking {
        bundle: Arc::clone(bundle),
        call,
        event: event.name.clone(),
        question,
    })
}

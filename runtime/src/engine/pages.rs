//! One page of a source: its items become events, and the cursor goes on.
//!
//! Pure. An item that cannot be an event is kept as a dead one with its reason, under a key of its bytes: it is neither
//! lost nor in the way of the others, and the next page that shows it again is not news.

use jiff::Timestamp;
use ondo_compiler::catalog::{Connector, Event, Poll};
use ondo_compiler::eval;
use ondo_compiler::types::{Name, Type};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, HttpAnswer, Item};
use sha2::{Digest, Sha256};

use super::prepare;
use super::sources::{self, Asking, Hearer, SourceKey};
use crate::store::{self, Cursor, EventId, EventState};

/// So many items of a page are looked at. A page with more does not move the cursor.
const ITEMS_MAX: usize = 10_000;
/// After so many pages a question is over, whatever the vendor says: it may not know what a page is.
const PAGES_OF_QUESTION_MAX: u32 = 10_000;
/// Longest cursor, as JSON.
const CURSOR_BYTES_MAX: usize = 4 * 1024;

/// What a page brought.
#[derive(Debug)]
pub(super) struct Brought {
    pub(super) items: Vec<Found>,
    pub(super) cursor: Cursor,
    /// Another page follows.
    pub(super) more: bool,
    /// What was wrong with the definition or the answer as a whole, although its items could be used.
    pub(super) trouble: Option<String>,
}

/// An event, before it is known who hears it.
#[derive(Debug)]
pub(super) struct Found {
    connector: Name,
    name: Name,
    identity: Name,
    key: String,
    body: Vec<u8>,
    payload: Option<Vec<u8>>,
    /// The read that completes it, as it is stored.
    enrich: Option<String>,
    state: EventState,
    reason: Option<String>,
}

impl Found {
    /// The event as one bundle has it.
    pub(super) fn heard_by(&self, hearer: &Hearer, id: EventId, now: Timestamp) -> store::Event {
        store::Event {
            id,
            at: now,
            bundle: hearer.bundle.clone(),
            account: hearer.account.to_string(),
            connector: self.connector.to_string(),
            name: self.name.to_string(),
            args: Vec::new(),
            key: Some(self.key.clone()),
            identity: self.identity.to_string(),
            headers: Vec::new(),
            body: self.body.clone(),
            payload: self.payload.clone(),
            enrich: self.enrich.clone(),
            state: self.state,
            reason: self.reason.clone(),
            repeats: 0,
            conflicts: 0,
        }
    }
}

/// What the definition of an event makes of a page.
struct Reading<'a> {
    cx: wire::Cx<'a>,
    connector: &'a Connector,
    event: &'a Event,
    poll: &'a Poll,
    identity: &'a Name,
    /// `cursor`, `since`, `page`, `answer`, `items`.
    inputs: Vec<(Name, Value)>,
}

/// Reads a page. `known`: how far the source was asked before it.
///
/// # Errors
/// The answer holds no page.
pub(super) fn read(
    asking: &Asking,
    key: &SourceKey,
    known: Option<&Cursor>,
    answer: &HttpAnswer,
) -> Result<Brought, String> {
    let program = &asking.bundle.program;
    let call = &asking.call;
    let settings = asking.bundle.settings(call.account);
    let (connector, action) = prepare::definition(program, &call.connector, &call.action)
        .map_err(|failure| failure.message)?;
    let Some((_, event, poll)) = sources::definition(program, &call.connector, &asking.event)
    else {
        return Err("it is not described any more".to_owned());
    };
    let question = &asking.question;
    let cx = prepare::wire_cx(program, settings, question.moment);
    let page = wire::read_page(&cx, connector, action, poll.items.as_ref(), answer)
        .map_err(|failure| failure.message)?;
    let mut inputs = question.inputs(program);
    let values = page.items.iter().map(|item| item.value.clone()).collect();
    inputs.push(("items".into(), Value::list(values)));
    inputs.push(("answer".into(), page.answer));
    let reading = Reading {
        cx,
        connector,
        event,
        poll,
        identity: &key.0,
        inputs,
    };
    // Without `start waiting` what was there before is no news. A cursor leaves it behind; without one it is
    // remembered by its keys.
    let is_old = question.is_first && !poll.start_waiting;
    let mut items = Vec::new();
    if !is_old || poll.cursor.is_none() {
        let looked_at = page.items.iter().take(ITEMS_MAX);
        items.extend(looked_at.filter_map(|item| reading.found(item, is_old)));
    }
    let mut cursor = Cursor {
        identity: key.0.to_string(),
        event: key.1.to_string(),
        value: known.and_then(|known| known.value.clone()),
        since: question.since,
        page: 0,
        began_at: None,
    };
    if page.items.len() > ITEMS_MAX {
        cursor = known.cloned().unwrap_or(cursor);
        let trouble = format!("it has {} items on a page", page.items.len());
        return Ok(Brought {
            items,
            cursor,
            more: false,
            trouble: Some(trouble),
        });
    }
    let (more, mut trouble) = match reading.more() {
        Ok(more) => (more && !page.items.is_empty(), None),
        Err(reason) => (false, Some(reason)),
    };
    let more = more && question.page < PAGES_OF_QUESTION_MAX;
    if more && poll.counts_pages(&connector.exprs) {
        cursor.page = question.page + 1;
        cursor.began_at = Some(question.moment);
        return Ok(Brought {
            items,
            cursor,
            more,
            trouble,
        });
    }
    let before = cursor.value.clone();
    match reading.cursor() {
        // Null: it stays where it was.
        Ok(next) => cursor.value = next.or(cursor.value),
        Err(reason) => {
            trouble = trouble.or(Some(reason));
            if is_old {
                // What is to be left behind has not been yet.
                cursor.began_at = Some(question.since);
            }
        }
    }
    // The cursor alone leads to the next page: one that stays would bring the same page for ever.
    let more = more && cursor.value != before;
    if more && question.is_first {
        cursor.began_at = Some(question.since);
    }
    Ok(Brought {
        items,
        cursor,
        more,
        trouble,
    })
}

impl Reading<'_> {
    /// The event of an item; none: it is skipped.
    fn found(&self, item: &Item, is_old: bool) -> Option<Found> {
        let mut found = Found {
            connector: self.connector.name.clone(),
            name: self.event.name.clone(),
            identity: self.identity.clone(),
            key: digest(&item.bytes),
            body: item.bytes.clone(),
            payload: None,
            enrich: None,
            state: EventState::Received,
            reason: None,
        };
        match self.complete(item, &mut found) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(reason) => {
                found.state = EventState::Dead;
                // What is wrong with its shape explains what could not be computed of it.
                found.reason = Some(match &item.problem {
                    Some(problem) => format!("{} ({reason})", problem.message),
                    None => reason,
                });
            }
        }
        if is_old {
            found.state = EventState::Unrouted;
            found.reason = Some("it was there when the source was asked for the first time".into());
        }
        Some(found)
    }

    /// Fills in payload and key. False: the item is skipped.
    fn complete(&self, item: &Item, found: &mut Found) -> Result<bool, String> {
        let mut inputs = self.inputs.clone();
        inputs.push(("item".into(), item.value.clone()));
        let compute = |what: &str, expr| {
            let computed = wire::compute(&self.cx, self.connector, &inputs, expr);
            computed.map_err(|failure| format!("`{what}` has no value: {}", failure.message))
        };
        if let Some(skip) = self.poll.skip
            && compute("skip", skip)? == Value::Bool(true)
        {
            return Ok(false);
        }
        if let Some(payload) = self.poll.payload {
            let value = compute("payload", payload)?;
            let ty = match &self.event.payload {
                Type::Unknown => &Type::Json,
                ty => ty,
            };
            let bytes = wire::encode(ty, &self.cx.catalog.types, &value)
                .map_err(|failure| format!("`payload` has another shape: {}", failure.message))?;
            found.payload = Some(bytes);
        }
        // The key is that of what the list holds: it is known before the read.
        let payload = found.payload.as_deref().unwrap_or(&found.body);
        if self.event.key.is_none() {
            found.key = digest(payload);
        } else {
            found.key = self.key(payload)?;
        }
        if let Some(then) = &self.poll.then {
            let mut args = Vec::with_capacity(then.read.args.len());
            for (name, value) in &then.read.args {
                args.push((name.clone(), compute(name, *value)?));
            }
            let read = wire::EnrichCall {
                action: then.read.action.clone(),
                args,
                field: then.field.clone(),
            };
            found.enrich = Some(read.to_json(&self.cx.catalog.types));
            found.payload = None;
            found.state = EventState::Enriching;
        }
        Ok(true)
    }

    fn key(&self, payload: &[u8]) -> Result<String, String> {
        let key = wire::event_key(&self.cx, self.connector, self.event, payload)
            .map_err(|failure| format!("`key` has no value: {}", failure.message))?;
        key.ok_or_else(|| "`key` is null".to_owned())
    }

    fn more(&self) -> Result<bool, String> {
        let Some(more) = self.poll.more else {
            return Ok(false);
        };
        // The message of a failure may hold what stands in an item, and this is logged.
        wire::compute(&self.cx, self.connector, &self.inputs, more)
            .map(|value| value == Value::Bool(true))
            .map_err(|failure| format!("`more` has no value ({})", failure.code))
    }

    /// The new cursor as JSON; none: it stays.
    fn cursor(&self) -> Result<Option<String>, String> {
        let Some(cursor) = self.poll.cursor else {
            return Ok(None);
        };
        let value = wire::compute(&self.cx, self.connector, &self.inputs, cursor)
            .map_err(|failure| format!("`cursor` has no value ({})", failure.code))?;
        match value {
            Value::Absent | Value::Null => return Ok(None),
            Value::Text(_) | Value::Int(_) | Value::Num(_) | Value::Bool(_) => {}
            // What comes back from the store has no other types.
            _ => return Err("`cursor` is neither a text nor a number".to_owned()),
        }
        let json = eval::to_json(&value).map_err(|failure| failure.message)?;
        let text = json.to_string();
        match text.len() {
            length if length > CURSOR_BYTES_MAX => {
                Err(format!("`cursor` has {length} bytes, which is too long"))
            }
            _ => Ok(Some(text)),
        }
    }
}

/// A key for what has none of its own.
fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", eval::hex(&Sha256::digest(bytes)))
}

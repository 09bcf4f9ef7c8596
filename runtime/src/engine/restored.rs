//! A store that was restored from a backup knows less than happened.
//!
//! What came after the backup was made is not in it. Vendors deliver some of that again, and sources still show it: those
//! events are new to the store, yet their effects may be there. So the keys and markers of effects follow from what a delivery
//! is, or what it is about, not from the id that it was given this time; and for a while after the restore the vendor is asked
//! before a send.

use jiff::Timestamp;
use ondo_compiler::eval;
use sha2::{Digest, Sha256};

use crate::store::{Event, Run};

/// When somebody began to work with a restored store.
#[derive(Debug, Clone, Copy)]
pub struct Restored {
    /// What was stored until then may have been worked on since the backup was made.
    pub at: Timestamp,
    /// Until then a delivery that says which one it is may be one that came before.
    pub until: Timestamp,
}

impl Restored {
    /// Whether the effects of a run may be there already.
    pub(super) fn may_have_seen(self, run: &Run, event: &Event) -> bool {
        event.at <= self.at || (!run.origin.is_empty() && event.at < self.until)
    }
}

/// What the keys and markers of effects of an event's runs are made of. Empty: of the event's id.
pub(super) fn of_delivery(event: &Event) -> String {
    match &event.key {
        Some(key) => digest_of(&["delivery", &event.identity, key]),
        None => String::new(),
    }
}

/// The same for a rule that acts once for ever for a thing: whichever delivery tells of it.
pub(super) fn of_thing(event: &Event, once_key: &str) -> String {
    digest_of(&["once", &event.identity, once_key])
}

/// SHA-256 of texts, each with its length before it: none can borrow from its neighbour.
pub(super) fn digest_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    eval::hex(&hash.finalize())
}

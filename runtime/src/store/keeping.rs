//! For how long something is kept, who is erased, and copies of a store.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{EventId, RunId};

const DAY: u64 = 24 * 60 * 60;

/// For how long things are kept. Only what has ended is ever forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Bodies of events, requests and answers, and rejects.
    pub bodies: Duration,
    /// Events, runs and journals, and versions that nothing needs.
    pub journal: Duration,
    /// Delivery keys, from the last time that they were shown: after that a delivery with the same key is a new one.
    pub keys: Duration,
    /// The effect ledger.
    pub effects: Duration,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep {
            bodies: Duration::from_secs(14 * DAY),
            journal: Duration::from_secs(90 * DAY),
            keys: Duration::from_secs(30 * DAY),
            effects: Duration::from_secs(3 * 365 * DAY),
        }
    }
}

/// What one step of the forgetting is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Forget {
    /// Bodies of events whose runs have all ended, and of their runs. The event is [`EventState::Erased`](super::EventState)
    /// then.
    Bodies,
    /// Rejects.
    Rejects,
    /// Delivery keys. The greatest one of an account stays: a schedule goes on from it.
    Keys,
    /// Keys of `once … within` whose time is over.
    Once,
    /// Events that hold no key any more, with their runs and journals.
    Journals,
    /// Lines of the effect ledger.
    Effects,
    /// Versions that are not active and that no run began with.
    Versions,
}

impl Forget {
    /// All of it, in the order in which one makes room for the next.
    pub const ALL: [Forget; 7] = [
        Forget::Bodies,
        Forget::Rejects,
        Forget::Keys,
        Forget::Once,
        Forget::Journals,
        Forget::Effects,
        Forget::Versions,
    ];

    /// For how long that is kept.
    pub fn kept(self, keep: &Keep) -> Duration {
        match self {
            Forget::Bodies | Forget::Rejects => keep.bodies,
            Forget::Keys => keep.keys,
            Forget::Once => Duration::ZERO,
            Forget::Journals | Forget::Versions => keep.journal,
            Forget::Effects => keep.effects,
        }
    }
}

/// Whom to erase, and who says so.
#[derive(Debug, Clone)]
pub struct Erase {
    /// What everything about the person mentions: a phone in any written form, an e-mail, an id.
    pub text: String,
    /// Who orders it.
    pub who: String,
    /// Why. It must not mention the person.
    pub note: String,
    /// When.
    pub at: Timestamp,
    /// Runs that have not ended are cancelled. Not for a store that an engine works with: cancel them there.
    pub cancel: bool,
    /// Only count.
    pub dry_run: bool,
}

/// What came of an [`Erase`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erased {
    /// Nothing in the files mentions the person any more; the proof is kept.
    Done(Counts),
    /// This would be erased.
    Would(Counts),
    /// Nothing was changed: these have not ended.
    Unfinished {
        /// Runs that wait, are queued or in doubt.
        runs: Vec<RunId>,
        /// Events that are not routed yet.
        events: Vec<EventId>,
    },
}

/// How much an erasure is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Events whose bodies are gone.
    pub events: u64,
    /// Their runs.
    pub runs: u64,
    /// Records of their journals.
    pub records: u64,
    /// Deliveries that could not be read.
    pub rejects: u64,
    /// Keys that mentioned the person: of events, of `once`, of effects.
    pub keys: u64,
    /// Notes of people that mentioned the person.
    pub notes: u64,
}

/// The proof of an erasure. It does not say who it was; [`Erasure::is_of`] does, for who knows the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// When.
    pub at: Timestamp,
    /// Who ordered it.
    pub who: String,
    /// Why.
    pub note: String,
    /// Random bytes.
    pub salt: Vec<u8>,
    /// SHA-256 of the salt and the text.
    pub digest: Vec<u8>,
    /// What was erased.
    pub counts: Counts,
}

impl Erasure {
    /// The proof for an order that is carried out.
    pub(super) fn new(erase: &Erase, counts: Counts) -> Erasure {
        let salt: Vec<u8> = [uuid::Uuid::now_v7(), uuid::Uuid::now_v7()]
            .iter()
            .flat_map(|id| id.into_bytes())
            .collect();
        Erasure {
            at: erase.at,
            who: erase.who.clone(),
            note: erase.note.clone(),
            digest: proof(&salt, &erase.text),
            salt,
            counts,
        }
    }

    /// Whether it was about this text, as it was typed then.
    pub fn is_of(&self, text: &str) -> bool {
        self.digest == proof(&self.salt, text)
    }
}

fn proof(salt: &[u8], text: &str) -> Vec<u8> {
    let text = text.trim().to_lowercase();
    Sha256::new()
        .chain_update(salt)
        .chain_update(text.as_bytes())
        .finalize()
        .to_vec()
}

/// A copy that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup {
    /// When.
    pub made_at: Timestamp,
    /// How large it is.
    pub bytes: u64,
}

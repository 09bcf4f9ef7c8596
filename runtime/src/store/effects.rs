//! The effect ledger and what people decide: who may bring about an effect, what was confirmed, paused, redriven.

use jiff::Timestamp;

use super::{EventId, Record, RunId};

/// A line of the effect ledger. Unique by account identity, action and key, across runs and bundles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Identity of the account.
    pub identity: String,
    /// `connector.action`
    pub action: String,
    /// The author's `key`, or the engine's own.
    pub key: String,
    /// The run that holds it.
    pub run: RunId,
    /// The step that brings it about.
    pub step: String,
    /// Its iteration.
    pub iteration: String,
    /// What caused it.
    pub event: EventId,
    /// When it was claimed.
    pub at: Timestamp,
    /// Whether it happened.
    pub state: EffectState,
    /// Digest of the request.
    pub digest: String,
    /// What makes it recognisable at the vendor.
    pub marker: Option<String>,
}

/// Whether an effect happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EffectState {
    /// Its run brings it about, or will.
    Claimed,
    /// It happened.
    Applied,
    /// It did not happen, and nobody tries any more: another run may.
    Absent,
    /// Nobody knows.
    Doubt,
    /// A person left it out.
    Skipped,
}

/// Who holds an effect that a run wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The line as it is.
    pub by: Effect,
    /// The record that says what it came to, if it was applied and its journal is still kept.
    pub record: Option<Record>,
}

/// What a person decided, kept for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// `confirmed applied`, `redriven`, `paused` …
    pub what: String,
    /// A run, a rule, an account.
    pub subject: String,
    /// Why, in the person's words.
    pub note: String,
}

impl Audit {
    /// `what` of the moment when somebody began to work with a store that was restored from a backup.
    pub const RECOVERED: &'static str = "recovered";
}

/// What a person stopped for a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Paused {
    /// Runs of this rule begin nothing.
    Rule {
        /// The bundle.
        bundle: String,
        /// The rule.
        rule: String,
    },
    /// No calls go to the account that has this name in this bundle. Every bundle that calls the same account waits.
    Account {
        /// The bundle.
        bundle: String,
        /// The account's name there.
        account: String,
    },
}

impl std::fmt::Display for Paused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Paused::Rule { bundle, rule } => write!(f, "rule {bundle}/{rule}"),
            Paused::Account { bundle, account } => write!(f, "account {bundle}/{account}"),
        }
    }
}

/// A pause as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// What.
    pub what: Paused,
    /// Since when.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// Why.
    pub note: String,
}

/// Which lines of the effect ledger are wanted.
#[derive(Debug, Clone, Default)]
pub struct EffectFilter {
    /// In this state.
    pub state: Option<EffectState>,
    /// Of this action.
    pub action: Option<String>,
    /// Whose key or marker holds this text.
    pub key: Option<String>,
    /// Claimed at or after.
    pub since: Option<Timestamp>,
    /// At most this many, newest first.
    pub limit: usize,
}

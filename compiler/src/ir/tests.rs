//! In-file tests, typed.

use super::*;
use crate::source::Place;
use crate::types::Name;
use crate::value::Value;

/// A test of the bundle.
#[derive(Debug, Clone)]
pub struct Test {
    /// What it shows.
    pub name: Name,
    /// Its lines.
    pub steps: Vec<TestStep>,
    /// How many locals its expressions use.
    pub local_count: u32,
    /// Where it stands.
    pub place: Place,
}

/// A line of a test.
#[derive(Debug, Clone)]
pub struct TestStep {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub kind: TestStepKind,
}

/// What a line of a test says.
#[derive(Debug, Clone)]
pub enum TestStepKind {
    /// `at "…"`: the clock shows this moment.
    At(jiff::Timestamp),
    /// `after D`: the clock goes on by so much.
    After(jiff::SignedDuration),
    /// `given …`: an event comes in.
    Given(Box<TestGiven>),
    /// `reply … -> …`: how the simulated vendor answers the next calls.
    Reply {
        /// Whose calls.
        action: CalledAction,
        /// One for each call, in order.
        replies: Vec<TestReply>,
    },
    /// `expect CALL(partial)`
    ExpectCall {
        /// Which action.
        action: CalledAction,
        /// What must have been sent; objects are partial.
        args: Vec<(Name, ExprId)>,
        /// How often.
        occurs: Occurs,
    },
    /// `expect no ACTION`
    ExpectNo(CalledAction),
    /// `expect run STATE`
    ExpectRun(Name),
    /// `expect no run`
    ExpectNoRun,
}

impl TestStepKind {
    /// Whether the line says what should have happened.
    pub fn expects(&self) -> bool {
        match self {
            Self::At(_) | Self::After(_) | Self::Given(_) | Self::Reply { .. } => false,
            Self::ExpectCall { .. }
            | Self::ExpectNo(_)
            | Self::ExpectRun(_)
            | Self::ExpectNoRun => true,
        }
    }
}

/// An event of a test.
#[derive(Debug, Clone)]
pub struct TestGiven {
    /// Whose.
    pub account: AccountId,
    /// Its name in the connector.
    pub event: Name,
    /// Arguments of the event, for example `path` of a webhook.
    pub args: Vec<(Name, Value)>,
    /// Type of the payload.
    pub payload: Type,
    /// The file with the payload, from the bundle's folder; the connector's example without it.
    pub from: Option<Name>,
    /// What is laid over it: an object with some of the payload's fields.
    pub with: Option<ExprId>,
}

/// An action of an account, as a test speaks of it.
#[derive(Debug, Clone)]
pub struct CalledAction {
    /// Whose.
    pub account: AccountId,
    /// The action's name in the connector.
    pub action: Name,
    /// As written: `loyalty.addBonus`.
    pub title: Name,
}

/// How often a call is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// At least once.
    Any,
    /// Exactly so often.
    Times(u64),
    /// After the calls of earlier lines `in order`.
    InOrder,
}

/// What a simulated vendor answers to one call of a test.
#[derive(Debug, Clone)]
pub enum TestReply {
    /// An outcome; what its value does not say is filled in by type.
    Outcome {
        /// Which.
        name: Name,
        /// Some of its fields.
        value: Option<ExprId>,
    },
    /// As the connector's definition has it.
    Applied,
    /// Silence. `applied`: but the vendor has it.
    Timeout {
        /// Whether it happened.
        applied: bool,
    },
    /// The connection is reset. `applied`: but the vendor has it.
    Reset {
        /// Whether it happened.
        applied: bool,
    },
    /// The connection cannot be made.
    NotSent,
    /// This status with this body.
    Status {
        /// The status.
        code: u16,
        /// A text as it is, anything else as JSON.
        body: Option<ExprId>,
    },
}

//! Named places at which a test makes the process die, exactly and by plan. Only in builds with the feature `failpoints`;
//! without it every function here is empty and nothing of it is left in the binary.
//!
//! ```text
//! ONDO_FAILPOINT=before-outcome:3 ondo run …     dies when it passes the place for the third time
//! ONDO_PLANT=synchronous-normal ondo run …       has a bug that the power cuts must find
//! ```
//!
//! A module of our own and not the crate `fail`: the only action is to die at once, for which no registry, no scripts and no
//! macro are needed. The process ends by `abort`: no destructor runs and nothing is flushed, as with `kill -9`, but no other
//! thread gets any further meanwhile, as it would while another process sends a signal.

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "failpoints"),
    expect(
        dead_code,
        reason = "some places are only made where the process may die at them"
    )
)]
pub(crate) enum Point {
    /// The process has begun; by this a test sees whether a binary has the feature.
    Start,
    /// An intent is about to go to the store.
    BeforeIntent,
    /// An intent is on disk, and the engine does not know it yet.
    AfterIntent,
    /// The connection for a call is there; nothing was sent.
    AfterConnect,
    /// The head and half of the body went out.
    AfterFirstByte,
    /// The whole request went out.
    AfterLastByte,
    /// The head of the answer has come.
    AfterHeaders,
    /// The whole answer has come.
    AfterBody,
    /// An outcome is about to go to the store.
    BeforeOutcome,
    /// An outcome is on disk, and the engine does not know it yet.
    AfterOutcome,
    /// All batches of a group are written; COMMIT comes next.
    InGroupCommit,
    /// A part of the log was moved into the file.
    InCheckpoint,
    /// The tables of a new format are there; their COMMIT comes next.
    InMigration,
    /// New versions are active in the store, and the engine does not know them yet.
    InReload,
    /// What was kept long enough is taken away; the COMMIT comes next.
    InForget,
    /// A person is erased and the old pages are not cleaned yet.
    InErase,
}

/// A bug for negative controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plant {
    /// Commits are not flushed.
    SynchronousNormal,
    /// Deliveries are answered before they are on disk.
    AnswerBeforeCommit,
}

/// The places before and after a commit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    #[cfg(feature = "failpoints")]
    points: [Option<(Point, Point)>; 2],
}

#[cfg(not(feature = "failpoints"))]
mod without {
    use super::{Around, Plant, Point};
    use crate::store::Write;

    #[inline(always)]
    pub(crate) fn pass(_: Point) {}

    #[inline(always)]
    pub(crate) fn is_planted(_: Plant) -> bool {
        false
    }

    #[inline(always)]
    pub(crate) fn around(_: &[Write]) -> Around {
        Around {}
    }

    impl Around {
        #[inline(always)]
        pub(crate) fn before(self) {}

        #[inline(always)]
        pub(crate) fn after(self) {}
    }

    #[inline(always)]
    pub(crate) fn watch(request: reqwest::Request) -> reqwest::Request {
        request
    }
}

#[cfg(not(feature = "failpoints"))]
pub(crate) use without::{around, is_planted, pass, watch};

#[cfg(feature = "failpoints")]
mod body;
#[cfg(feature = "failpoints")]
mod with;

#[cfg(feature = "failpoints")]
pub(crate) use body::watch;
#[cfg(feature = "failpoints")]
pub(crate) use with::{around, is_planted, pass};

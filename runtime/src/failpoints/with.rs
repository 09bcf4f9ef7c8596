//! What the feature adds: the plan in the environment, the count, the end.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Around, Plant, Point};
use crate::store::{RecordKind, Write};

const POINTS: &[(&str, Point)] = &[
    ("start", Point::Start),
    ("before-intent", Point::BeforeIntent),
    ("after-intent", Point::AfterIntent),
    ("after-connect", Point::AfterConnect),
    ("after-first-byte", Point::AfterFirstByte),
    ("after-last-byte", Point::AfterLastByte),
    ("after-headers", Point::AfterHeaders),
    ("after-body", Point::AfterBody),
    ("before-outcome", Point::BeforeOutcome),
    ("after-outcome", Point::AfterOutcome),
    ("in-group-commit", Point::InGroupCommit),
    ("in-checkpoint", Point::InCheckpoint),
    ("in-migration", Point::InMigration),
    ("in-reload", Point::InReload),
    ("in-forget", Point::InForget),
    ("in-erase", Point::InErase),
];

const PLANTS: &[(&str, Plant)] = &[
    ("synchronous-normal", Plant::SynchronousNormal),
    ("answer-before-commit", Plant::AnswerBeforeCommit),
];

/// Where to die, and how often it may be passed before.
struct Plan {
    point: Point,
    left: AtomicU64,
}

/// Passes a place. Dies if it is the one of the plan and its time has come.
pub(crate) fn pass(point: Point) {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    let Some(plan) = PLAN.get_or_init(plan) else {
        return;
    };
    if plan.point == point && plan.left.fetch_sub(1, Ordering::SeqCst) == 1 {
        std::process::abort();
    }
}

fn plan() -> Option<Plan> {
    let text = std::env::var("ONDO_FAILPOINT").ok()?;
    let found = text.split_once(':').and_then(|(name, count)| {
        let (_, point) = POINTS.iter().find(|(known, _)| *known == name)?;
        let count = count.parse::<u64>().ok().filter(|count| *count > 0)?;
        Some((*point, count))
    });
    let Some((point, count)) = found else {
        // A test with a wrong name would never fail.
        eprintln!("error: ONDO_FAILPOINT=`{text}` is no NAME:COUNT of a known place");
        std::process::exit(2);
    };
    Some(Plan {
        point,
        left: AtomicU64::new(count),
    })
}

/// Whether this process shall have the bug.
pub(crate) fn is_planted(plant: Plant) -> bool {
    static PLANTED: OnceLock<Option<Plant>> = OnceLock::new();
    let planted = PLANTED.get_or_init(|| {
        let text = std::env::var("ONDO_PLANT").ok()?;
        let found = PLANTS.iter().find(|(known, _)| *known == text);
        let Some((_, plant)) = found else {
            eprintln!("error: ONDO_PLANT=`{text}` is no known bug");
            std::process::exit(2);
        };
        Some(*plant)
    });
    *planted == Some(plant)
}

/// The places around a commit of these changes: those of intents, those of outcomes.
pub(crate) fn around(writes: &[Write]) -> Around {
    let holds = |wanted: RecordKind| {
        let is_it =
            |write: &Write| matches!(write, Write::Journal(record) if record.kind == wanted);
        writes.iter().any(is_it)
    };
    Around {
        points: [
            holds(RecordKind::Intent).then_some((Point::BeforeIntent, Point::AfterIntent)),
            holds(RecordKind::Outcome).then_some((Point::BeforeOutcome, Point::AfterOutcome)),
        ],
    }
}

impl Around {
    /// The commit comes next.
    pub(crate) fn before(self) {
        self.points
            .iter()
            .flatten()
            .for_each(|(before, _)| pass(*before));
    }

    /// It is on disk.
    pub(crate) fn after(self) {
        self.points
            .iter()
            .flatten()
            .for_each(|(_, after)| pass(*after));
    }
}

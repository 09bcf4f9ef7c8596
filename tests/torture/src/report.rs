//! What a campaign came to: for people a line, for programs JSON.

use std::time::{Duration, Instant};

use crate::check::{Evidence, Violation};

/// So many violations are printed in full.
const SHOWN_MAX: usize = 10;

/// The result of one campaign.
#[derive(Debug)]
pub struct Outcome {
    /// `F1`.
    pub campaign: &'static str,
    /// What was counted, in the order in which it is told.
    pub counts: Vec<(&'static str, String)>,
    /// What was broken.
    pub violations: Vec<Violation>,
    /// Why it could not be carried out here.
    pub skipped: Option<String>,
    /// By which it can be repeated.
    pub seed: u64,
    /// How long it took.
    pub took: Duration,
    /// What is known of the events of the first violations.
    pub explained: Vec<String>,
}

impl Outcome {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(campaign: &'static str, seed: u64) -> Outcome {
        Outcome {
            campaign,
            counts: Vec::new(),
            violations: Vec::new(),
            skipped: None,
            seed,
            took: Duration::ZERO,
            explained: Vec::new(),
        }
    }

    /// One that cannot be carried out here.
    #[must_use]
    pub fn skipped(campaign: &'static str, seed: u64, why: &str) -> Outcome {
        Outcome {
            skipped: Some(why.to_owned()),
            ..Outcome::new(campaign, seed)
        }
    }

    /// Tells one figure.
    pub fn count(&mut self, what: &'static str, figure: impl ToString) {
        self.counts.push((what, figure.to_string()));
    }

    /// Takes what a judgement found, with what is known of the first events.
    pub fn take(&mut self, evidence: &Evidence) {
        let found = evidence.judge();
        let ids = found.iter().filter_map(|violation| violation.id).take(3);
        self.explained.extend(ids.map(|id| evidence.explain(id)));
        self.violations.extend(found);
    }

    /// A promise was seen broken.
    pub fn broken(&mut self, promise: &'static str, id: Option<u64>, text: String) {
        self.violations.push(Violation { promise, id, text });
    }

    /// Sets how long it took.
    #[must_use]
    pub fn since(mut self, begun: Instant) -> Outcome {
        self.took = begun.elapsed();
        self
    }

    /// Whether every promise held.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.violations.is_empty()
    }

    /// `F14  copies 40000, events 2000  0 violations  12 s  seed 7`
    #[must_use]
    pub fn line(&self) -> String {
        if let Some(why) = &self.skipped {
            return format!("{:<4} skipped: {why}", self.campaign);
        }
        format!(
            "{:<4} {}; {} violations; {} s; seed {}",
            self.campaign,
            self.figures(),
            self.violations.len(),
            self.took.as_secs(),
            self.seed
        )
    }

    /// `copies 40000, events 2000`
    #[must_use]
    pub fn figures(&self) -> String {
        let counts = self
            .counts
            .iter()
            .map(|(what, figure)| format!("{what} {figure}"));
        counts.collect::<Vec<_>>().join(", ")
    }

    /// The violations, for people.
    #[must_use]
    pub fn details(&self, explain: bool) -> String {
        let mut lines: Vec<String> = self
            .violations
            .iter()
            .take(SHOWN_MAX)
            .map(|violation| format!("  {violation}"))
            .collect();
        if self.violations.len() > SHOWN_MAX {
            lines.push(format!(
                "  … and {} more",
                self.violations.len() - SHOWN_MAX
            ));
        }
        if explain {
            lines.extend(self.explained.iter().cloned());
        }
        if !lines.is_empty() {
            lines.push(format!(
                "  again: ondo-torture {} --seed {}",
                self.campaign, self.seed
            ));
        }
        lines.join("\n")
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        let counts: serde_json::Map<String, serde_json::Value> = self
            .counts
            .iter()
            .map(|(what, figure)| ((*what).to_owned(), figure.as_str().into()))
            .collect();
        let violations: Vec<serde_json::Value> = self
            .violations
            .iter()
            .map(|one| serde_json::json!({ "promise": one.promise, "event": one.id, "text": one.text }))
            .collect();
        serde_json::json!({
            "campaign": self.campaign,
            "counts": counts,
            "violations": violations,
            "skipped": self.skipped,
            "seed": self.seed,
            "seconds": self.took.as_secs(),
        })
    }
}

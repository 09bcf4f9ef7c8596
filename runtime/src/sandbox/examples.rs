//! What the examples beside the definitions say of answers.

use ondo_compiler::catalog::{Action, Connector};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Cx, Observed};

/// Outcome and value of the first example of an action that says it was done.
pub(super) fn answer(cx: &Cx<'_>, connector: &Connector, action: &Action) -> Option<(Name, Value)> {
    action.examples.iter().find_map(|file| {
        let bytes = crate::bundle::example(&connector.name, file)?;
        let example: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let status = example.get("status")?.as_u64()?;
        let answer = wire::HttpAnswer {
            status: u16::try_from(status).ok()?,
            headers: Vec::new(),
            body: example.get("answer")?.to_string().into_bytes(),
            complete: true,
        };
        let read = wire::classify(cx, connector, action, &Observed::Answer(answer));
        (read.verdict == wire::Verdict::Applied).then_some((read.outcome, read.value))
    })
}

//! Lines to start from: a rule on an event, a call of an action with all that it needs. They check as they are.

use serde_json::Value as Json;

use super::literals;
use crate::catalog::{Action, Catalog, Connector, Event};
use crate::types::Type;

/// A call that is longer stands in several lines.
const WIDTH: usize = 76;

/// `on carbis.waiter_call as call do stop "…"`
pub fn start_of_event(catalog: &Catalog, connector: &Connector, event: &Event) -> String {
    let mut source = format!("{}.{}", connector.name, event.name);
    if !event.params.is_empty() {
        let args: Vec<String> = event
            .params
            .iter()
            .map(|param| match catalog.types.resolve(&param.ty) {
                // What an author is asked for in the place of an event's name is the end of an address.
                Type::Text => format!("\"/{}\"", event.name),
                ty => literals::literal(ty, None, &catalog.types),
            })
            .collect();
        source.push_str(&format!("({})", args.join(", ")));
    }
    let typed = match &event.payload {
        Type::Json if !event.params.is_empty() => " as it: { id: string }",
        _ => " as it",
    };
    format!("on {source}{typed} do stop \"nothing is done yet\"")
}

/// `plazius.addBonus(guest: …, amount: …)`: with all arguments that cannot be left out, as in the example.
pub fn start_of_action(
    catalog: &Catalog,
    connector: &Connector,
    action: &Action,
    example: Option<&Json>,
) -> String {
    let given = example.and_then(|example| example.get("args"));
    let args = literals::parts(&action.args, given, &catalog.types);
    let title = format!("{}.{}", connector.name, action.name);
    let parts: Vec<String> = args
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let short = format!("{title}({})", parts.join(", "));
    if short.chars().count() <= WIDTH {
        return short;
    }
    let longest = args.iter().map(|(name, _)| name.chars().count()).max();
    let longest = longest.unwrap_or_default();
    let lines: Vec<String> = args
        .iter()
        .map(|(name, value)| {
            let blanks = " ".repeat(longest - name.chars().count() + 1);
            format!("  {name}:{blanks}{value},\n")
        })
        .collect();
    format!("{title}(\n{})", lines.concat())
}

//! Actions that are made of steps: their definitions, their calls, and what holds for both.

use super::{compiled, finds, lines, sound};
use crate::catalog::{self, ConnectorSource};
use crate::check::explain;
use crate::ir_text;
use crate::source::SourceFile;

/// What is wrong in a connector with these actions.
fn definition(actions: &str) -> Vec<String> {
    // A declaration at the beginning of a line would end the one before.
    let actions = actions.replace('\n', "\n  ");
    let text = format!(
        "connector shelf \"Shelf\" {{
  setting url: url = \"https://shelf.example\"
  action find {{
    request GET \"/find\" query {{ article: string }}
    answer ok applied status 200 json {{ id: int? -> id }}
  }}
  action put {{
    request POST \"/put\" json {{ id: int, text: string? }}
    answer ok applied status 200 json {{ place: int -> place }}
    effect unsafe
  }}
  {actions}
}}"
    );
    let (catalog, findings) = catalog::build(vec![ConnectorSource {
        name: "shelf".to_owned(),
        files: vec![SourceFile {
            path: "connectors/shelf/connector.ondo".to_owned(),
            text,
        }],
    }]);
    let line = |finding: &crate::diagnostic::Diagnostic| {
        let (line, column) = catalog.sources.line_col(finding.labels[0].place);
        format!("{} @ {line}:{column} {}", finding.code, finding.message)
    };
    findings.iter().map(line).collect()
}

#[track_caller]
fn defines(actions: &str, expected: &[&str]) {
    assert_eq!(definition(actions), expected, "in\n{actions}");
}

const ACCOUNT: &str = "account m = market { token: secret \"T\", site: \"msk\" }\n";

fn rule(steps: &str) -> String {
    format!("{ACCOUNT}on m.posting as p do {{ {steps} }}")
}

// ---- definitions

#[test]
fn a_definition_is_typed() {
    defines(
        "action f(article: string, text: string? = \"x\") -> int { do {
  let found = find(article: article)
  let id = found.id ?? fail \"no {article}\"
  put(id: id, text: text)
  return id
} }",
        &[],
    );
}

#[test]
fn a_mistake_is_told_where_the_definition_stands() {
    defines(
        "action f(article: string) -> int { do {
  let found = find(article: article)
  return found.id
} }",
        &[
            "possibly-null @ 14:12 `found.id` can be absent, but the value of `f` needs a whole number",
        ],
    );
}

#[test]
fn a_definition_calls_its_own_connector_only() {
    defines(
        "action f() { do { shelf.find(article: \"1\") } }",
        &[
            "definition @ 12:21 the steps of an action call only actions of `shelf`, and by their names alone; not `shelf`",
        ],
    );
    defines(
        "action f() { do { finds(article: \"1\") } }",
        &["unknown-action @ 12:21 shelf has no action `finds`"],
    );
}

#[test]
fn a_definition_does_not_stop_the_run() {
    defines(
        "action f() { do { stop \"enough\" } }",
        &["definition @ 12:21 `stop` ends a run, which is up to the rule, not to an action"],
    );
}

#[test]
fn the_value_is_the_one_that_is_promised() {
    defines(
        "action f() -> int { do { put(id: 1) } }",
        &["definition @ 12:17 `f` promises a value, but its steps return none"],
    );
    defines(
        "action f() { do { return 1 } }",
        &["definition @ 12:28 the steps of `f` return a value, but its type is not written"],
    );
    defines(
        "action f() -> int { do { return 1\n put(id: 1) } }",
        &["definition @ 13:4 `return` is the last of the steps, and nothing is done behind it"],
    );
}

#[test]
fn an_action_made_of_steps_sends_nothing_itself() {
    defines(
        "action f() { effect unsafe do { put(id: 1) } }",
        &[
            "definition @ 12:16 `f` is made of steps, so it has no effect of its own; the actions that it calls have",
        ],
    );
}

#[test]
fn a_circle_of_actions_is_an_error() {
    defines(
        "action f() { do { g() } }\naction g() { do { f() } }",
        &["recursion @ 13:21 `f` needs itself to be computed"],
    );
    defines(
        "action f() { do { f() } }",
        &["recursion @ 12:21 `f` needs itself to be computed"],
    );
}

#[test]
fn a_call_inside_of_a_value_is_no_step() {
    defines(
        "action f() -> int { do { return find(article: \"1\").id ?? 0 } }",
        &[
            "action-in-expression @ 12:35 `find` does something outside, so it is a step and cannot stand inside a value",
        ],
    );
}

#[test]
fn unsafe_calls_in_a_loop_of_a_definition_need_a_key() {
    defines(
        "action f(ids: [int]) { do { for id in ids { put(id: id) } } }",
        &[
            "loop-needs-key @ 12:47 `put` happens each time it is called; in a loop each call needs a key, so that none is made twice",
        ],
    );
    defines(
        "action f(ids: [int]) { do { for id in ids { put(id: id) key id } } }",
        &[],
    );
}

#[test]
fn actions_that_multiply_are_bounded() {
    let doubled = |name: &str, inner: &str| {
        format!("action {name}() {{ do {{ let a = {inner}() let b = {inner}() }} }}\n")
    };
    let mut text = "action a0() { do { put(id: 1) } }\n".to_owned();
    for at in 1..=30 {
        text += &doubled(&format!("a{at}"), &format!("a{}", at - 1));
    }
    let found = definition(&text);
    assert!(
        found
            .iter()
            .all(|line| line.contains("comes to more than 100 actions made of steps")),
        "{found:?}"
    );
    assert!(!found.is_empty());
}

// ---- calls

#[test]
fn a_call_has_a_typed_value() {
    sound(&rule(
        "let made = m.createFromMarket(posting: p) m.note(order: made.id, text: join(made.skipped, \", \"))",
    ));
    finds(
        &rule("let made = m.createFromMarket(posting: p) m.note(order: made.number, text: \"x\")"),
        &["unknown-field @ 2:85 `made` has no field `number`"],
    );
}

#[test]
fn arguments_are_those_of_the_definition() {
    finds(
        &rule("m.createFromMarket(posting: p, missing: \"drop\")"),
        &[
            "enum-value @ 2:64 \"drop\" is not among the values that `missing` of `m.createFromMarket` takes | one of \"fail\", \"skip\"",
        ],
    );
    finds(
        &rule("m.createFromMarket(missing: \"skip\")"),
        &["missing-argument @ 2:24 `m.createFromMarket` needs the argument `posting` | posting: …"],
    );
}

#[test]
fn what_the_account_lacks_is_told_at_the_call() {
    finds(
        "account m = market { token: secret \"T\" }\non m.posting as p do m.createFromMarket(posting: p)",
        &[
            "missing-argument @ 2:22 `createOrder` needs the argument `site` here: the account has no `site` to take it from | site: …",
        ],
    );
}

#[test]
fn versions_are_those_of_the_calls_inside() {
    let with = |agent: &str| {
        format!(
            "account m = market {{ token: secret \"T\", site: \"msk\", agent: \"{agent}\" }}\non m.posting as p do m.createUrgent(posting: p)"
        )
    };
    sound(&with("2.0"));
    finds(
        &with("1.9"),
        &["too-new @ 2:22 `urgent` of `createOrder` is known since version 2.0, but `m` has 1.9"],
    );
}

#[test]
fn an_effect_inside_is_an_effect_of_the_rule() {
    let text = rule("m.createFromMarket(posting: p)");
    let compiled = compiled(&text);
    let program = compiled.program.unwrap();
    let said: Vec<String> = explain(&program)
        .into_iter()
        .map(|line| line.text)
        .collect();
    assert_eq!(
        said,
        [
            "acts once for each `number`, for ever (implied; `once per …` replaces it)",
            "market.createFromMarket: made of the calls below, each with its own repetitions",
            "- market.findOffers: a read; repeated freely",
            "- rejected ends the run",
            "- ends the run as failed",
            "- market.createOrder: never repeated; in doubt when nobody knows, until a person decides",
            "- rejected ends the run",
            "- market.note: may happen twice, which does no harm",
            "- rejected ends the run",
        ]
    );
    finds(
        &format!(
            "{ACCOUNT}rule x: every 5m do m.createFromMarket(posting: {{ number: \"1\", items: [] }})"
        ),
        &[
            "repeats-effect @ 2:21 `m.createFromMarket` happens each time it is called, and nothing says what makes two events one | once per EXPR, or once per event",
        ],
    );
}

#[test]
fn in_a_loop_the_call_needs_a_key() {
    let call = "for i in p.items { m.createFromMarket(posting: p)";
    finds(
        &rule(&format!("{call} }}")),
        &[
            "loop-needs-key @ 2:43 `m.createFromMarket` happens each time it is called; in a loop each call needs a key, so that none is made twice | key \"{…}\" with what tells the iterations apart",
        ],
    );
    let text = rule(&format!("{call} key i.article }}"));
    let compiled = compiled(&text);
    let program = ir_text::print(&compiled.program.unwrap());
    assert!(program.contains("key "), "{program}");
    assert!(program.contains("/made"), "{program}");
    sound(&rule(
        "for i in p.items { m.createFromMarket(posting: p) key i.article }",
    ));
}

#[test]
fn a_call_in_a_call_has_its_own_steps() {
    let text = rule("let id = m.createAndTell(posting: p) m.note(order: id, text: \"x\")");
    let compiled = compiled(&text);
    assert_eq!(lines(&compiled), Vec::<String>::new());
    let program = ir_text::print(&compiled.program.unwrap());
    for id in ["id.made.found", "id.made.made", "id.made.note", "id.note"] {
        assert!(
            program.contains(&format!("call {id} ")),
            "no {id} in\n{program}"
        );
    }
}

#[test]
fn twice_needs_two_names() {
    finds(
        &rule("m.createAndTell(posting: p) m.createAndTell(posting: p)"),
        &[
            "duplicate-step @ 2:54 two steps of the rule are called `createAndTell`, so its history could not tell them apart | let NAME = m.createAndTell(…)",
        ],
    );
    sound(&rule(
        "m.createAndTell(posting: p) let again = m.createAndTell(posting: p)",
    ));
}

#[test]
fn what_is_about_one_call_cannot_follow() {
    finds(
        &rule("m.createFromMarket(posting: p) timeout 30s retry 5"),
        &[
            "made-of-steps @ 2:55 `timeout` is about one call, but `m.createFromMarket` is made of several | leave it out: each call in it is repeated as far as it may be",
            "made-of-steps @ 2:67 `retry` is about one call, but `m.createFromMarket` is made of several | leave it out: each call in it is repeated as far as it may be",
        ],
    );
}

#[test]
fn a_block_for_an_outcome_ends_the_run() {
    sound(&rule(
        "m.createFromMarket(posting: p) on rejected as r { m.note(order: 1, text: r.message) stop r.message }",
    ));
    finds(
        &rule(
            "m.createFromMarket(posting: p) on rejected as r { m.note(order: 1, text: r.message) }",
        ),
        &[
            "made-of-steps @ 2:58 behind `on rejected` of `m.createFromMarket` the run has to end: nothing can go on in the middle of its steps | end the block with `stop` or `fail`",
        ],
    );
    finds(
        &rule("m.createFromMarket(posting: p) on ok { stop }"),
        &[
            "unknown-outcome @ 2:58 `m.createFromMarket` has no outcome `ok` | it answers with rejected and transient",
        ],
    );
}

#[test]
fn personal_data_comes_back_to_its_system() {
    sound(&format!(
        "{ACCOUNT}allow personal -> shop\non m.posting as p do {{ m.createFromMarket(posting: p) shop.note(id: 1, text: \"\") }}"
    ));
    finds(
        &format!(
            "{ACCOUNT}allow personal -> shop\naccount s = shop {{ apiKey: secret \"A\", hookSecret: secret \"B\" }}\non s.order as o do m.createFromMarket(posting: {{ number: o.number, buyer: {{ name: o.phone }}, items: [] }})"
        ),
        &[
            "personal-data @ 4:83 `phone` is personal, and market is not among those who may be sent it (`name` of `buyer`) | allow personal -> …, market",
        ],
    );
}

#[test]
fn a_test_speaks_of_the_calls_inside() {
    finds(
        &format!(
            "{}\ntest \"x\" {{ reply m.createAndTell -> timeout expect m.createAndTell once }}",
            rule("m.createAndTell(posting: p)")
        ),
        &[
            "made-of-steps @ 3:18 `reply` speaks of calls of the vendor, but `m.createAndTell` is made of several | reply m.createFromMarket and m.note",
            "made-of-steps @ 3:52 `expect` speaks of calls of the vendor, but `m.createAndTell` is made of several | expect m.createFromMarket and m.note",
        ],
    );
    sound(&format!(
        "{}\ntest \"x\" {{ given m.posting reply m.createOrder -> ok {{ id: 7 }} expect m.note(order: 7) once }}",
        rule("m.createAndTell(posting: p)")
    ));
}

#[test]
fn a_definition_sees_nothing_of_the_bundle() {
    // `made` and `skipped` are names of the definition, too.
    sound(&format!(
        "{ACCOUNT}const made = 5
fn skipped(x: int) -> int = x
on m.posting as p do {{ m.createFromMarket(posting: p) m.note(order: skipped(made), text: \"\") }}"
    ));
}

// ---- lists of calls

#[test]
fn one_call_for_each_makes_a_list_of_answers() {
    defines(
        "action f(articles: [string]) -> [int] { do {
  let found = [find(article: a) for a in articles if a != \"\"] retry 3
  return [one.id ?? fail \"none\" for one in found]
} }",
        &[],
    );
    sound(
        "on shop.order as o do { let all = [shop.find(number: i.offer?.externalId ?? \"\") for i in o.items] shop.note(id: o.id, text: \"{count(all)}\") }",
    );
}

#[test]
fn an_answer_of_a_list_is_typed() {
    finds(
        "on shop.order as o do { let all = [shop.find(number: o.number) for i in o.items] shop.note(id: o.id, text: all[0].number) }",
        &[
            "nullable-access @ 1:108 `all[0]` can be absent, so nothing can be read from it without `?` | all[0]?.number",
            "unknown-field @ 1:115 `all[0]` has no field `number`",
        ],
    );
}

#[test]
fn unsafe_calls_of_a_list_need_a_key() {
    finds(
        &rule("let all = [m.createOrder(number: i.article, lines: []) for i in p.items]"),
        &[
            "loop-needs-key @ 2:35 `m.createOrder` happens each time it is called; in a loop each call needs a key, so that none is made twice | key \"{…}\" with what tells the iterations apart",
        ],
    );
    sound(&rule(
        "let all = [m.createOrder(number: i.article, lines: []) for i in p.items] key i.article",
    ));
}

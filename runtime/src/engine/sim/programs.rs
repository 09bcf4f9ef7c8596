//! The rules that are simulated: every class, order, loops, handlers, `on error`, tokens.

use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use ondo_compiler::ir::{AccountId, Call, Expr, ExprId, LocalId, Once, Op, Program, Step};

use crate::engine::testing::program::{Maker, SAFE, SHOP, on, step, when};

/// Steps of each rule that must have happened, in this order, when the run is done.
pub(super) const STEPS: [(&str, &[&str]); 13] = [
    ("chain", &["look", "give", "put"]),
    ("ordered", &["pay", "give"]),
    ("loop", &["give-a", "give-b"]),
    ("guarded", &["note", "give"]),
    ("once", &["pay"]),
    ("perishable", &["note"]),
    ("limited", &["note", "give"]),
    ("calmed", &["give"]),
    ("job", &["start", "put"]),
    ("fan", &FAN),
    ("gated", &["note", "put"]),
    ("paid", &["bonus", "put"]),
    ("shared", &["give"]),
];

/// Rules whose ended runs a person lets be done again.
pub(super) const REDRIVEN: [&str; 8] = [
    "chain", "ordered", "loop", "guarded", "job", "fan", "paid", "shared",
];

/// The steps of each iteration of `fan`, one after the other.
const FAN: [&str; 8] = [
    "give-a", "put-a", "give-b", "put-b", "give-c", "put-c", "give-d", "put-d",
];
/// So many iterations of `fan` are under way at the same time.
pub(super) const BESIDE: usize = 2;

/// Whether a step must not be repeated: its action is never sent again after it may have been done.
pub(super) fn is_unsafe(step: &str) -> bool {
    step.starts_with("give") || step == "start"
}

/// How many runs of `limited` may begin in which time.
const LIMIT: (u64, SignedDuration) = (2, SignedDuration::from_mins(20));

/// The versions of the bundle. They differ in nothing but their marks.
pub(super) fn program(version: &str) -> Arc<Program> {
    static PROGRAMS: OnceLock<[Arc<Program>; 2]> = OnceLock::new();
    let [first, second] = PROGRAMS.get_or_init(|| [make("v1"), make("v2")]);
    Arc::clone(if version == "v1" { first } else { second })
}

/// `EVENT.RULE.STEP.VERSION`: by this the vendor, and the checks, know whose request it is.
fn mark(maker: &mut Maker, rest: &str) -> ExprId {
    let event = maker.field("event");
    let rest = maker.text(rest);
    maker.expr(Expr::Text(vec![event, rest]))
}

fn make(version: &str) -> Arc<Program> {
    let mut maker = Maker::new();
    let call = |maker: &mut Maker, account: AccountId, rule: &str, action: &str| -> Call {
        let mark = mark(maker, &format!(".{rule}.{action}.{version}"));
        maker.call_with(account, action, action, mark)
    };

    let steps = ["look", "give", "put"].map(|action| step(call(&mut maker, SHOP, "chain", action)));
    maker.rule("chain", steps.into());

    let steps = ["pay", "give"].map(|action| step(call(&mut maker, SHOP, "ordered", action)));
    let group = maker.field("group");
    maker.rule("ordered", steps.into()).ordered_by = Some(group);

    // for p in parts { give(mark: "EVENT.loop.give-{p}.VERSION") key "{event}/{p}" }
    let (start, item, end) = (
        mark(&mut maker, ".loop.give-"),
        maker.expr(Expr::Local(LocalId(0))),
        maker.text(&format!(".{version}")),
    );
    let marked = maker.expr(Expr::Text(vec![start, item, end]));
    let mut give = maker.call_with(SHOP, "give", "give", marked);
    let (event, slash) = (maker.field("event"), maker.text("/"));
    give.key = Some(maker.expr(Expr::Text(vec![event, slash, item])));
    let list = maker.field("parts");
    maker.rule(
        "loop",
        vec![Step::For {
            var: LocalId(0),
            list,
            cond: None,
            parallel: 1,
            body: vec![step(give)],
        }],
    );

    // on rejected { note } … on error { look }
    let note = call(&mut maker, SAFE, "guarded", "note");
    let mut give = call(&mut maker, SAFE, "guarded", "give");
    let sorry = mark(&mut maker, &format!(".guarded.sorry.{version}"));
    let sorry = maker.call_with(SHOP, "give.rejected.note", "note", sorry);
    give.handlers = vec![on("rejected", None, vec![step(sorry)])];
    let alarm = call(&mut maker, SHOP, "guarded", "look");
    maker.rule("guarded", vec![step(note), step(give)]).on_error =
        Some((LocalId(1), vec![step(alarm)]));

    let pay = step(call(&mut maker, SHOP, "once", "pay"));
    let key = maker.field("group");
    maker.rule("once", vec![pay]).once = Once::Per {
        key,
        within: None,
        implied: true,
    };

    let note = step(call(&mut maker, SHOP, "perishable", "note"));
    maker.rule("perishable", vec![note]).valid_for = Some(SignedDuration::from_mins(10));

    let steps = ["note", "give"].map(|action| step(call(&mut maker, SHOP, "limited", action)));
    maker.rule("limited", steps.into()).at_most = Some(LIMIT);

    // for p in ["a", "b", "c", "d"] parallel 2 { give(mark: …) key …  put(mark: …) }
    let mut body = Vec::new();
    for action in ["give", "put"] {
        let start = mark(&mut maker, &format!(".fan.{action}-"));
        let marked = maker.expr(Expr::Text(vec![start, item, end]));
        let mut call = maker.call_with(SHOP, action, action, marked);
        call.key = Some(marked);
        body.push(step(call));
    }
    let items = ["a", "b", "c", "d"].map(|item| maker.text(item));
    let list = maker.expr(Expr::List(items.into()));
    let fan = Step::For {
        var: LocalId(0),
        list,
        cond: None,
        parallel: BESIDE as u32,
        body,
    };
    maker.rule("fan", vec![fan]);

    let steps = ["start", "put"].map(|action| step(call(&mut maker, SHOP, "job", action)));
    maker.rule("job", steps.into());

    let steps = ["bonus", "put"].map(|action| step(call(&mut maker, SHOP, "paid", action)));
    maker.rule("paid", steps.into());

    // give(…) key group: whichever event comes first, once for its group.
    let mut give = call(&mut maker, SHOP, "shared", "give");
    give.key = Some(maker.field("group"));
    maker.rule("shared", vec![step(give)]);

    let give = step(call(&mut maker, SHOP, "calmed", "give"));
    let group = maker.field("group");
    maker.rule("calmed", vec![give]).debounce = Some((SignedDuration::from_secs(40), Some(group)));

    // debounce 40s per group  when group != "c"  once per group within 2h  at most 2 per 20m  ordered by "all"
    let steps = ["note", "put"].map(|action| step(call(&mut maker, SHOP, "gated", action)));
    let group = maker.field("group");
    let (third, all) = (maker.text("c"), maker.text("all"));
    let not_third = maker.expr(Expr::Binary {
        op: Op::Ne,
        left: group,
        right: third,
    });
    let rule = maker.rule("gated", steps.into());
    rule.debounce = Some((SignedDuration::from_secs(40), Some(group)));
    rule.when = Some(when(&[(not_third, "group != \"c\"")]));
    rule.once = Once::Per {
        key: group,
        within: Some(SignedDuration::from_hours(2)),
        implied: false,
    };
    rule.at_most = Some(LIMIT);
    rule.ordered_by = Some(all);
    maker.program()
}

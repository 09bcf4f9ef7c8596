//! Gates: what holds a rule back. Each is lowered into its own field of the rule.

use ondo_grammar::ast::{self, GateKind};

use super::cx::Cx;
use super::events::Source;
use super::{consts, expr};
use crate::errors;
use crate::ir::{ExprId, Misfire, Once, Trigger, When};
use crate::schedule::EVERY_MIN;
use crate::source::Place;
use crate::types::Type;

/// The checked gates of a rule.
#[derive(Debug, Default)]
pub(super) struct Gates {
    pub(super) when: Option<When>,
    /// The condition itself can fail: then nothing that it proves holds in `on error`.
    pub(super) when_fails: bool,
    pub(super) once: Option<Once>,
    pub(super) ordered_by: Option<ExprId>,
    pub(super) at_most: Option<(u64, jiff::SignedDuration)>,
    pub(super) debounce: Option<(jiff::SignedDuration, Option<ExprId>)>,
    pub(super) valid_for: Option<jiff::SignedDuration>,
    pub(super) poll_every: Option<jiff::SignedDuration>,
    pub(super) overlap_queue: Option<bool>,
    pub(super) misfire: Option<Misfire>,
}

/// Most runs that `at most` counts. The engine keeps a moment for each of them.
const AT_MOST_MAX: u64 = 10_000;

/// Checks the gates in the order in which they hold an event back: `debounce` sees it before `when` has said anything,
/// the others know what `when` proved.
pub(super) fn check(cx: &mut Cx<'_>, written: &[ast::Gate], source: Option<&Source>) -> Gates {
    twice(cx, written);
    let mut gates = Gates::default();
    let mut sorted: Vec<&ast::Gate> = written.iter().collect();
    sorted.sort_by_key(|gate| match gate.kind {
        GateKind::Debounce { .. } => 0,
        GateKind::When(_) => 1,
        _ => 2,
    });
    for gate in sorted {
        one(cx, gate, &mut gates, source);
    }
    contradictions(cx, written, &gates);
    gates
}

/// Two gates that are fine by themselves can leave nothing to do together.
fn contradictions(cx: &mut Cx<'_>, written: &[ast::Gate], gates: &Gates) {
    let place = |cx: &Cx<'_>, wanted: &str| {
        let gate = written.iter().find(|gate| word(&gate.kind) == wanted);
        gate.map(|gate| cx.at(gate.span))
    };
    if let (Some(valid), Some((silence, _))) = (gates.valid_for, gates.debounce)
        && valid <= silence
        && let Some((at, other)) = place(cx, "valid for").zip(place(cx, "debounce"))
    {
        cx.report(errors::rules::never_in_time(at, other));
    }
    if gates.misfire == Some(Misfire::All)
        && gates.overlap_queue == Some(false)
        && let Some((at, other)) = place(cx, "overlap").zip(place(cx, "misfire"))
    {
        cx.report(errors::rules::skips_what_is_made_up_for(at, other));
    }
}

fn word(kind: &GateKind) -> &'static str {
    match kind {
        GateKind::When(_) => "when",
        GateKind::OncePerEvent | GateKind::OncePer { .. } => "once per",
        GateKind::AtMost { .. } => "at most",
        GateKind::OrderedBy(_) => "ordered by",
        GateKind::Debounce { .. } => "debounce",
        GateKind::PollEvery(_) => "poll every",
        GateKind::ValidFor(_) => "valid for",
        GateKind::Misfire(_) => "misfire",
        GateKind::Overlap(_) => "overlap",
    }
}

fn twice(cx: &mut Cx<'_>, written: &[ast::Gate]) {
    for (at, gate) in written.iter().enumerate() {
        let word = word(&gate.kind);
        let first = written[..at]
            .iter()
            .find(|other| self::word(&other.kind) == word);
        if let Some(first) = first {
            let (place, first) = (cx.at(gate.span), cx.at(first.span));
            cx.report(errors::rules::gate_twice(place, word, first));
        }
    }
}

fn one(cx: &mut Cx<'_>, gate: &ast::Gate, gates: &mut Gates, source: Option<&Source>) {
    let place = cx.at(gate.span);
    match &gate.kind {
        GateKind::When(cond) => when(cx, cond, gates),
        GateKind::OncePerEvent => gates.once = Some(Once::PerEvent),
        GateKind::OncePer { key, within } => {
            let key = self::key(cx, key, "`once per`");
            let within = within
                .as_ref()
                .and_then(|within| consts::duration(cx, within, "`within`"));
            gates.once = Some(Once::Per {
                key,
                within,
                implied: false,
            });
        }
        GateKind::AtMost { count, per } => {
            let count_place = cx.at(count.span);
            let count = consts::count(cx, count, "`at most`").filter(|count| {
                let fits = *count <= AT_MOST_MAX;
                if !fits {
                    cx.report(errors::rules::too_many(count_place, *count, AT_MOST_MAX));
                }
                fits
            });
            let per = consts::duration(cx, per, "`per`");
            gates.at_most = count.zip(per);
        }
        GateKind::OrderedBy(key) => {
            event_only(cx, source, place, "ordered by");
            gates.ordered_by = Some(self::key(cx, key, "`ordered by`"));
        }
        GateKind::Debounce { silence, per } => {
            event_only(cx, source, place, "debounce");
            let silence = consts::duration(cx, silence, "`debounce`");
            let per = per.as_ref().map(|per| key(cx, per, "`per`"));
            gates.debounce = silence.map(|silence| (silence, per));
        }
        GateKind::PollEvery(every) => {
            gates.poll_every = consts::duration(cx, every, "`poll every`");
            poll(cx, gates.poll_every, source, place);
        }
        GateKind::ValidFor(length) => {
            gates.valid_for = consts::duration(cx, length, "`valid for`");
        }
        GateKind::Misfire(name) => {
            schedule_only(cx, source, place, "misfire");
            gates.misfire = match &*name.text {
                "skip" => Some(Misfire::Skip),
                "once" => Some(Misfire::Once),
                "all" => Some(Misfire::All),
                other => {
                    let at = cx.at(name.span);
                    cx.report(errors::rules::one_word_of(
                        at,
                        "misfire",
                        other,
                        &["skip", "once", "all"],
                    ));
                    None
                }
            };
        }
        GateKind::Overlap(name) => {
            schedule_only(cx, source, place, "overlap");
            gates.overlap_queue = match &*name.text {
                "skip" => Some(false),
                "queue" => Some(true),
                other => {
                    let at = cx.at(name.span);
                    cx.report(errors::rules::one_word_of(
                        at,
                        "overlap",
                        other,
                        &["skip", "queue"],
                    ));
                    None
                }
            };
        }
    }
}

/// `when a and b`: each term has its own text, so that the one that was false can be named.
fn when(cx: &mut Cx<'_>, cond: &ast::Expr, gates: &mut Gates) {
    let mut terms = Vec::new();
    split(cond, &mut terms);
    let mut lowered = Vec::new();
    for term in terms {
        let value = expr::condition(cx, term, "`when`");
        cx.scope.known.learn(&value.facts.when_true);
        gates.when_fails |= value.fails;
        lowered.push((value.id, cx.text(value.place).into()));
    }
    match &mut gates.when {
        Some(when) => when.terms.append(&mut lowered),
        None => gates.when = Some(When { terms: lowered }),
    }
}

fn split<'e>(cond: &'e ast::Expr, terms: &mut Vec<&'e ast::Expr>) {
    match &cond.kind {
        ast::ExprKind::Binary {
            op: ast::BinaryOp::And,
            left,
            right,
            ..
        } => {
            split(left, terms);
            split(right, terms);
        }
        _ => terms.push(cond),
    }
}

/// A key has a text of its own: null and lists have none.
pub(super) fn key(cx: &mut Cx<'_>, e: &ast::Expr, what: &str) -> ExprId {
    let value = expr::check(cx, e, None);
    let value = super::arithmetic::needed(cx, value, what);
    let ty = cx.resolve(&value.ty);
    let finding = match ty {
        Type::Secret => errors::data::secret_leak(value.place, "a key"),
        Type::Json | Type::Account(_) | Type::Bytes => {
            let text = cx.text(value.place);
            errors::types::not_printable(value.place, text, &cx.describe(&ty), &ty)
        }
        _ => return value.id,
    };
    cx.report(finding);
    value.id
}

/// A scheduled time has nothing to be told apart by, and `overlap` says how they follow each other.
fn event_only(cx: &mut Cx<'_>, source: Option<&Source>, place: Place, word: &str) {
    if let Some(source) = source
        && !matches!(source.trigger, Trigger::Event { .. })
    {
        cx.report(errors::rules::only_for_events(place, word));
    }
}

fn schedule_only(cx: &mut Cx<'_>, source: Option<&Source>, place: Place, word: &str) {
    if let Some(source) = source
        && matches!(source.trigger, Trigger::Event { .. })
    {
        cx.report(errors::rules::only_for_schedules(place, word));
    }
}

fn poll(
    cx: &mut Cx<'_>,
    every: Option<jiff::SignedDuration>,
    source: Option<&Source>,
    place: Place,
) {
    let Some(source) = source else { return };
    let Trigger::Event { account, event, .. } = &source.trigger else {
        cx.report(errors::rules::not_polled(place, "a schedule"));
        return;
    };
    let Some(connector) = cx.connector_of(*account) else {
        return;
    };
    let asked: Vec<(Place, Option<jiff::SignedDuration>)> = connector
        .kinds_of(event)
        .into_iter()
        .filter_map(|kind| Some((kind.place, kind.poll.as_ref()?.keeps)))
        .collect();
    if asked.is_empty() {
        let event = format!("`{event}`");
        cx.report(errors::rules::not_polled(place, &event));
        return;
    }
    let Some(every) = every else { return };
    if every < EVERY_MIN {
        cx.report(errors::decls::every_too_short(place, "poll every"));
    }
    let forgets = asked
        .into_iter()
        .find_map(|(declared, keeps)| Some((declared, keeps.filter(|keeps| every > *keeps)?)));
    if let Some((declared, keeps)) = forgets {
        cx.report(errors::rules::poll_too_slow(place, event, keeps, declared));
    }
}

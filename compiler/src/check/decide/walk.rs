//! Goes through a rule or a function with what its conditions have left, and reports conditions that say nothing.

use super::keys::{Key, Reader};
use super::state::State;
use super::suppose::{Case, suppose};
use crate::check::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::errors;
use crate::ir::{Call, Expr, ExprId, Op, ReadPath, Rule, Step};
use crate::value::Value;

/// Expressions that are looked at in one rule or function. Constants made of constants could be endless.
const WORK_MAX: u32 = 100_000;

/// A call of a rule, with what holds where it stands.
#[derive(Debug)]
pub(in crate::check) struct CallAt<'r> {
    pub(in crate::check) call: &'r Call,
    pub(in crate::check) cases: Vec<Case>,
    /// Whether it is made hangs on more than conditions: on the elements of a list, or on what a system answers.
    pub(in crate::check) hangs: bool,
}

struct Walk<'c, 'a, 'r, 'f> {
    reader: Reader<'c, 'a>,
    findings: &'f mut Vec<Diagnostic>,
    calls: Vec<CallAt<'r>>,
    /// How many loops and handlers are around the step.
    hanging: u32,
    work: u32,
}

/// Reads a rule.
pub(super) fn rule<'r>(
    cx: &Cx<'_>,
    rule: &'r Rule,
    findings: &mut Vec<Diagnostic>,
) -> super::RuleFacts<'r> {
    let mut walk = Walk::new(cx, &rule.read_set.paths, findings);
    let mut state = State::new();
    for (term, _) in rule.when.iter().flat_map(|when| &when.terms) {
        walk.condition(*term, &state);
        state.learn(&walk.reader, *term, true, true);
    }
    let when = state.all.clone();
    walk.steps(&rule.body, &mut state);
    if let Some((_, steps)) = &rule.on_error {
        // The condition itself may be what failed.
        walk.hanging += 1;
        walk.steps(steps, &mut State::new());
    }
    super::RuleFacts {
        rule,
        when,
        calls: walk.calls,
        names: walk.reader.names,
    }
}

/// Reads the body of a function.
pub(super) fn function(cx: &Cx<'_>, body: ExprId, findings: &mut Vec<Diagnostic>) {
    Walk::new(cx, &[], findings).value(body, &State::new());
}

impl<'c, 'a, 'r, 'f> Walk<'c, 'a, 'r, 'f> {
    fn new(cx: &'c Cx<'a>, slots: &'c [ReadPath], findings: &'f mut Vec<Diagnostic>) -> Self {
        Self {
            reader: Reader::new(cx, slots),
            findings,
            calls: Vec::new(),
            hanging: 0,
            work: WORK_MAX,
        }
    }

    /// True if the run never goes on behind these steps.
    fn steps(&mut self, steps: &'r [Step], state: &mut State) -> bool {
        steps.iter().any(|step| self.step(step, state))
    }

    fn step(&mut self, step: &'r Step, state: &mut State) -> bool {
        match step {
            Step::Let { local, value } => {
                self.value(*value, state);
                self.reader.names.insert(*local, *value);
                false
            }
            Step::Call(call) => {
                self.call(call, state);
                false
            }
            Step::If {
                cond,
                then,
                otherwise,
            } => {
                self.condition(*cond, state);
                let mut yes = state.clone();
                yes.learn(&self.reader, *cond, true, true);
                let then_ends = self.steps(then, &mut yes);
                let mut no = state.clone();
                no.learn(&self.reader, *cond, false, false);
                let else_ends = self.steps(otherwise, &mut no);
                if then_ends {
                    state.learn(&self.reader, *cond, false, false);
                } else if else_ends {
                    state.learn(&self.reader, *cond, true, true);
                }
                then_ends && else_ends
            }
            Step::Match {
                subject,
                arms,
                otherwise,
            } => {
                self.value(*subject, state);
                let mut ends = true;
                let mut behind = state.clone();
                let before = state.clone();
                for (values, body) in arms {
                    self.arm(*subject, values, &before);
                    let mut inner = state.clone();
                    inner.match_on(&self.reader, *subject, values, true);
                    let arm_ends = self.steps(body, &mut inner);
                    state.match_on(&self.reader, *subject, values, false);
                    if arm_ends {
                        behind.match_on(&self.reader, *subject, values, false);
                    }
                    ends &= arm_ends;
                }
                ends &= self.steps(otherwise, state);
                *state = behind;
                ends
            }
            Step::For {
                list, cond, body, ..
            } => {
                self.value(*list, state);
                let mut inner = state.clone();
                if let Some(cond) = cond {
                    self.condition(*cond, &inner);
                    inner.learn(&self.reader, *cond, true, true);
                }
                self.hanging += 1;
                self.steps(body, &mut inner);
                self.hanging -= 1;
                false
            }
            Step::Composite(composite) => {
                // What its own conditions say is known with the arguments of this call only; elsewhere they may differ.
                let before = self.findings.len();
                let ends = self.steps(&composite.steps, state);
                let of_rule = composite.place.file;
                let found = self.findings.split_off(before);
                let kept = found.into_iter().filter(|finding| {
                    let label = finding.labels.first();
                    label.is_some_and(|label| label.place.file == of_rule)
                });
                self.findings.extend(kept);
                ends
            }
            Step::Stop(reason, _) => {
                if let Some(reason) = reason {
                    self.value(*reason, state);
                }
                true
            }
            Step::Fail(reason, _) => {
                self.value(*reason, state);
                true
            }
        }
    }

    fn call(&mut self, call: &'r Call, state: &State) {
        self.value(call.account, state);
        for arg in &call.args {
            self.value(arg.value, state);
        }
        if let Some(key) = call.key {
            self.value(key, state);
        }
        self.calls.push(CallAt {
            call,
            cases: state.all.clone(),
            hangs: self.hanging > 0,
        });
        self.hanging += 1;
        for handler in &call.handlers {
            self.steps(&handler.body, &mut state.clone());
        }
        self.hanging -= 1;
    }

    /// A condition: each of its terms is looked at with what those before it have left.
    fn condition(&mut self, cond: ExprId, state: &State) {
        if state.is_dead() || !self.goes_on() {
            return;
        }
        match self.reader.expr(cond) {
            Expr::Not(inner)
                if matches!(self.reader.expr(*inner), Expr::And(..) | Expr::Or(..)) =>
            {
                self.condition(*inner, state);
            }
            Expr::And(left, right) | Expr::Or(left, right) => {
                let (left, right) = (*left, *right);
                let both = matches!(self.reader.expr(cond), Expr::And(..));
                self.condition(left, state);
                let mut state = state.clone();
                state.learn(&self.reader, left, both, true);
                self.condition(right, &state);
            }
            _ => {
                self.value(cond, state);
                self.term(cond, state);
            }
        }
    }

    fn term(&mut self, term: ExprId, state: &State) {
        if self.names_a_constant(term) {
            return;
        }
        let place = self.reader.cx.exprs.place(term);
        let text = self.reader.cx.text(place);
        if suppose(&self.reader, &state.all, term, true).is_empty() {
            let because = self.reason(term, true, state);
            // Alone against null or a value that does not exist: the types have said so.
            if because.is_none() && self.is_null_test(term) {
                return;
            }
            let because = because.map(|(at, truth)| (self.reader.cx.exprs.place(at), truth));
            let help = self.alternatives(term, state);
            let finding = errors::conditions::never_true(place, text, because, help);
            self.findings.push(finding);
        } else if suppose(&self.reader, &state.asserted, term, false).is_empty()
            && !self.is_null_test(term)
            && let Some((at, truth)) = self.reason(term, false, state)
        {
            let because = (self.reader.cx.exprs.place(at), truth);
            let help = self.exclusions(term, state);
            let finding = errors::conditions::always_true(place, text, because, help);
            self.findings.push(finding);
        }
    }

    /// The term before this one that decides it.
    fn reason(&self, term: ExprId, truth: bool, state: &State) -> Option<(ExprId, bool)> {
        let nothing = [Case::default()];
        let alone = |at: ExprId, at_truth: bool| {
            let cases = suppose(&self.reader, &nothing, at, at_truth);
            suppose(&self.reader, &cases, term, truth).is_empty()
        };
        if suppose(&self.reader, &nothing, term, truth).is_empty() {
            return None;
        }
        let decides = |(at, at_truth): &&(ExprId, bool)| alone(*at, *at_truth);
        // Where only several together decide, the last one of the same field is shown.
        let fields = self.fields(term);
        let related =
            |(at, _): &&(ExprId, bool)| self.fields(*at).iter().any(|f| fields.contains(f));
        let mut terms = state.terms.iter();
        let found = terms.find(decides);
        found
            .or_else(|| state.terms.iter().rev().find(related))
            .copied()
    }

    fn fields(&self, term: ExprId) -> Vec<Key> {
        let sides = match self.reader.expr(term) {
            Expr::Binary { left, right, .. } | Expr::In(left, right) => vec![*left, *right],
            _ => vec![term],
        };
        sides
            .into_iter()
            .filter_map(|side| self.reader.key(side))
            .collect()
    }

    /// `status == "a" and status == "b"` was meant as `status in ["a", "b"]`.
    fn alternatives(&self, term: ExprId, state: &State) -> Option<String> {
        let (side, value) = self.comparison(term, Op::Eq)?;
        let first = state.terms.iter().find_map(|(at, truth)| {
            let (other, first) = self.comparison(*at, Op::Eq)?;
            (*truth && other == side).then_some(first)
        })?;
        Some(format!("{side} in [{first}, {value}]"))
    }

    /// `status != "a" or status != "b"` was meant as `status not in ["a", "b"]`.
    fn exclusions(&self, term: ExprId, state: &State) -> Option<String> {
        let (side, value) = self.comparison(term, Op::Ne)?;
        let first = state.terms.iter().find_map(|(at, truth)| {
            let (other, first) = self.comparison(*at, Op::Ne)?;
            (!*truth && other == side).then_some(first)
        })?;
        Some(format!("{side} not in [{first}, {value}]"))
    }

    /// The two sides of a comparison with a literal, as they are written.
    fn comparison(&self, term: ExprId, wanted: Op) -> Option<(&'c str, &'c str)> {
        let Expr::Binary { op, left, right } = self.reader.expr(term) else {
            return None;
        };
        if *op != wanted || self.reader.key(*left).is_none() {
            return None;
        }
        self.reader.literal(*right)?;
        let text = |id: ExprId| self.reader.cx.text(self.reader.cx.exprs.place(id));
        Some((text(*left), text(*right)))
    }

    fn is_null_test(&self, term: ExprId) -> bool {
        let Expr::Binary { left, right, .. } = self.reader.expr(term) else {
            return false;
        };
        let null =
            |id: &ExprId| matches!(self.reader.expr(*id), Expr::Const(value) if value.is_null());
        null(left) || null(right)
    }

    /// `if DEBUG`: a switch that somebody turns by hand.
    fn names_a_constant(&self, term: ExprId) -> bool {
        self.reader.literal(term).is_some()
    }

    /// Values of a `match` that cannot come. An enum must be covered whatever a condition has said before.
    fn arm(&mut self, subject: ExprId, values: &[Value], state: &State) {
        if state.is_dead() {
            return;
        }
        let Some(key) = self.reader.key(subject) else {
            return;
        };
        for value in values {
            let comes = state.all.iter().any(|case| {
                let values = std::slice::from_ref(value);
                case.matched(&self.reader, (subject, key.clone()), values, true)
                    .is_some()
            });
            let pattern = self
                .reader
                .cx
                .open_patterns
                .iter()
                .find(|pattern| pattern.subject == subject && pattern.value == *value);
            if let (false, Some(pattern)) = (comes, pattern) {
                let text = self.reader.cx.text(pattern.place);
                let subject_text = self.reader.cx.text(self.reader.cx.exprs.place(subject));
                let because = state
                    .terms
                    .iter()
                    .rev()
                    .find(|(at, _)| self.fields(*at).contains(&key));
                let because = because.map(|(at, truth)| (self.reader.cx.exprs.place(*at), *truth));
                let finding =
                    errors::conditions::never_comes(pattern.place, subject_text, text, because);
                self.findings.push(finding);
            }
        }
    }

    fn goes_on(&mut self) -> bool {
        self.work = self.work.saturating_sub(1);
        self.work > 0
    }

    /// Looks for conditions inside of a value.
    fn value(&mut self, id: ExprId, state: &State) {
        if !self.goes_on() {
            return;
        }
        match self.reader.expr(id) {
            Expr::If(cond, then, otherwise) => {
                self.condition(*cond, state);
                let mut yes = state.clone();
                yes.learn(&self.reader, *cond, true, true);
                self.value(*then, &yes);
                let mut no = state.clone();
                no.learn(&self.reader, *cond, false, false);
                self.value(*otherwise, &no);
            }
            Expr::And(..) | Expr::Or(..) => {
                // A value, not a condition of this place: it may well be known by what holds here.
                self.condition(id, &State::new());
            }
            Expr::Match {
                subject,
                arms,
                otherwise,
            } => {
                self.value(*subject, state);
                let before = state;
                let mut state = state.clone();
                for (values, value) in arms {
                    self.arm(*subject, values, before);
                    let mut inner = state.clone();
                    inner.match_on(&self.reader, *subject, values, true);
                    self.value(*value, &inner);
                    state.match_on(&self.reader, *subject, values, false);
                }
                if let Some(otherwise) = otherwise {
                    self.value(*otherwise, &state);
                }
            }
            Expr::Comprehension {
                list, cond, value, ..
            } => {
                self.value(*list, state);
                let mut inner = state.clone();
                if let Some(cond) = cond {
                    self.condition(*cond, state);
                    inner.learn(&self.reader, *cond, true, true);
                }
                self.value(*value, &inner);
            }
            Expr::Chain { value, bind, then } => {
                self.value(*value, state);
                self.reader.names.insert(*bind, *value);
                self.value(*then, state);
            }
            other => {
                for part in other.parts() {
                    self.value(part, state);
                }
            }
        }
    }
}

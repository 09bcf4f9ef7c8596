//! A run of a checked rule over any event and any answers, as far as it is pure.
//!
//! What the checker promised is asserted: no null and no value of another kind where a value was promised.

use ondo_compiler::eval::{self, Failure, Frame, Scope};
use ondo_compiler::ir::{Call, ExprId, LocalId, Once, Program, Rule, Step, Trigger};
use ondo_compiler::types::Name;
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{self, HttpAnswer, Observed, Verdict};

use crate::repository::PROGRAMS;
use crate::wire::{now, settings};

/// Failures that a checked program never meets, whatever comes in.
const NEVER: [&str; 8] = [
    "null-value",
    "null-in-text",
    "null-key",
    "wrong-type",
    "secret-in-text",
    "not-text",
    "unknown-mode",
    "not-an-account",
];

/// Separates the event from the answers: no text contains it.
const APART: u8 = 0xff;

/// The event, then the answers to the calls; the last byte chooses the rule, so that a file with an event is a case.
pub fn eval(data: &[u8]) {
    let Some((choice, rest)) = data.split_last() else {
        return;
    };
    let rules: Vec<(&Program, &Rule)> = PROGRAMS
        .iter()
        .flat_map(|program| program.rules.iter().map(move |rule| (program, rule)))
        .collect();
    let (program, rule) = rules[usize::from(*choice) % rules.len()];
    let mut parts = rest.split(|byte| *byte == APART);
    let event = parts.next().unwrap_or_default();
    let currency = program.currency.as_ref();
    let slots = match rule.trigger {
        Trigger::Event { .. } => {
            match wire::decode(
                event,
                &rule.read_set,
                &program.types,
                &program.timezone,
                currency,
            ) {
                Ok(slots) => slots,
                Err(failure) => return shown(&failure),
            }
        }
        _ => Vec::new(),
    };
    let mut run = Run {
        program,
        rule,
        slots,
        frame: Frame::new(rule.local_count),
        answers: parts.collect(),
        settings: settings(),
    };
    if let Err(End::Failed(failure)) = run.whole() {
        shown(&failure);
        assert!(
            !NEVER.contains(&failure.code),
            "{failure:?} in rule `{}`",
            rule.name
        );
    }
}

fn shown(failure: &Failure) {
    assert!(!failure.code.is_empty());
    assert!(
        failure.code == "fail" || !failure.message.is_empty(),
        "{failure:?}"
    );
}

enum End {
    Stopped,
    Failed(Failure),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        End::Failed(failure)
    }
}

struct Run<'a> {
    program: &'a Program,
    rule: &'a Rule,
    slots: Vec<Value>,
    frame: Frame,
    answers: Vec<&'a [u8]>,
    settings: Vec<(Name, Value)>,
}

impl Run<'_> {
    fn eval(&mut self, id: ExprId) -> Result<Value, Failure> {
        let scope = Scope {
            exprs: &self.program.exprs,
            program: Some(self.program),
            inputs: &[],
            slots: &self.slots,
            read_set: Some(&self.rule.read_set),
            now: now(),
            step_time: now(),
            zone: &self.program.timezone,
        };
        eval::eval(&scope, &mut self.frame, id)
    }

    fn set(&mut self, local: LocalId, value: Value) {
        self.frame.locals[local.0 as usize] = value;
    }

    fn whole(&mut self) -> Result<(), End> {
        if let Some(when) = &self.rule.when {
            for (term, _) in &when.terms {
                if self.eval(*term)? != Value::Bool(true) {
                    return Ok(());
                }
            }
        }
        let once = match &self.rule.once {
            Once::Per { key, .. } => Some(*key),
            Once::PerEvent => None,
        };
        let entity = match &self.rule.trigger {
            Trigger::Event { entity, .. } => *entity,
            _ => None,
        };
        for key in [once, entity, self.rule.ordered_by].into_iter().flatten() {
            let key = self.eval(key)?;
            eval::key_text(&key)?;
        }
        self.steps(&self.rule.body)
    }

    fn steps(&mut self, steps: &[Step]) -> Result<(), End> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &Step) -> Result<(), End> {
        match step {
            Step::Let { local, value } => {
                let value = self.eval(*value)?;
                self.set(*local, value);
            }
            Step::Call(call) => self.call(call)?,
            Step::Composite(composite) => self.steps(&composite.steps)?,
            Step::If {
                cond,
                then,
                otherwise,
            } => match self.eval(*cond)? {
                Value::Bool(true) => self.steps(then)?,
                Value::Bool(false) => self.steps(otherwise)?,
                other => panic!("a condition is {other:?}"),
            },
            Step::Match {
                subject,
                arms,
                otherwise,
            } => {
                let subject = self.eval(*subject)?;
                let hit = arms
                    .iter()
                    .find(|(keys, _)| keys.iter().any(|key| eval::equals(key, &subject)));
                self.steps(hit.map_or(otherwise, |(_, body)| body))?;
            }
            Step::For {
                var,
                list,
                cond,
                body,
                ..
            } => {
                let Value::List(items) = self.eval(*list)? else {
                    panic!("a loop goes through no list");
                };
                for item in items.iter() {
                    self.set(*var, item.clone());
                    let chosen = match cond {
                        Some(cond) => self.eval(*cond)? == Value::Bool(true),
                        None => true,
                    };
                    if chosen {
                        self.steps(body)?;
                    }
                }
            }
            Step::Stop(reason, _) => {
                if let Some(reason) = reason {
                    self.eval(*reason)?;
                }
                return Err(End::Stopped);
            }
            Step::Fail(reason, _) => {
                self.eval(*reason)?;
                return Err(End::Stopped);
            }
        }
        Ok(())
    }

    fn call(&mut self, call: &Call) -> Result<(), End> {
        assert!(matches!(self.eval(call.account)?, Value::Account(_)));
        let mut args = Vec::new();
        for arg in &call.args {
            let value = self.eval(arg.value)?;
            if value != Value::Absent && !(arg.omit_null && value.is_null()) {
                args.push((arg.name.clone(), value));
            }
        }
        if let Some(key) = call.key {
            let key = self.eval(key)?;
            eval::key_text(&key)?;
        }
        let connector = &self.program.catalog.connectors[&call.connector];
        let action = &connector.actions[&call.action];
        let settings = std::mem::take(&mut self.settings);
        let cx = wire::Cx {
            catalog: &self.program.catalog,
            settings: &settings,
            zone: &self.program.timezone,
            now: now(),
        };
        let token = Secret::new("token");
        let body = match self.answers.is_empty() {
            true => &[],
            false => self.answers.remove(0),
        };
        if let Ok(request) = wire::build_request(&cx, connector, action, &args, Some(&token)) {
            let _ = wire::digest(&request);
        }
        let answer = Observed::Answer(HttpAnswer {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_vec(),
            complete: true,
        });
        let classified = wire::classify(&cx, connector, action, &answer);
        self.settings = settings;
        let handler = call
            .handlers
            .iter()
            .find(|handler| handler.outcome == classified.outcome);
        if let Some(handler) = handler {
            call.bind
                .into_iter()
                .for_each(|local| self.set(local, Value::Null));
            handler
                .bind
                .into_iter()
                .for_each(|local| self.set(local, classified.value.clone()));
            return self.steps(&handler.body);
        }
        if &*classified.outcome != "ok" || classified.verdict == Verdict::AppliedResultLost {
            return Err(End::Stopped);
        }
        call.bind
            .into_iter()
            .for_each(|local| self.set(local, classified.value.clone()));
        Ok(())
    }
}

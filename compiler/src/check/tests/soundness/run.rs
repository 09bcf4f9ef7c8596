//! Runs of a checked rule over events made from the payload's type, in which everything that may be absent is absent now
//! and then.

use std::collections::HashMap;

use crate::eval::{self, Failure, Frame, Scope};
use crate::ir::{Call, ExprId, Program, Rule, Step, Trigger};
use crate::types::{EnumValue, Name, Type};
use crate::value::{Money, Num, Value};
use crate::wire;

/// Failures that the checker promises never happen. All others are the author's own or those of data.
pub(super) const NEVER: [&str; 8] = [
    "null-value",
    "null-in-text",
    "null-key",
    "wrong-type",
    "secret-in-text",
    "not-text",
    "currency-mismatch",
    "unknown-mode",
];

/// Choices that repeat with the seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A value of a type, as a decoder would give it.
pub(super) fn sample(program: &Program, ty: &Type, dice: &mut Dice) -> Value {
    match ty {
        Type::Named(name) => {
            let def = program.types.types.get(name).unwrap();
            sample(program, &def.ty, dice)
        }
        Type::Nullable(inner) => match dice.roll(3) {
            0 => Value::Null,
            1 => Value::Absent,
            _ => sample(program, inner, dice),
        },
        Type::Bool => Value::Bool(dice.roll(2) == 0),
        Type::Int => Value::Int(i64::try_from(dice.roll(9)).unwrap()),
        Type::Decimal | Type::Percent => Value::Num(Num::parse("1.5").unwrap()),
        Type::Money(_) => Value::Money(Money {
            amount: Num::parse("640.50").unwrap(),
            currency: None,
        }),
        Type::Text if dice.roll(2) == 0 => Value::text("Заказ"),
        Type::Text | Type::Phone => Value::text("+79161234567"),
        Type::DateTime => Value::DateTime("2026-11-21T10:00:00[UTC]".parse().unwrap()),
        Type::Enum(members) => {
            let at = dice.roll(members.values.len() as u64) as usize;
            match &members.values[at] {
                EnumValue::Text(text) => Value::Text(text.clone()),
                EnumValue::Int(number) => Value::Int(*number),
                EnumValue::Bool(value) => Value::Bool(*value),
            }
        }
        Type::List(item) => {
            let length = dice.roll(3);
            Value::list((0..length).map(|_| sample(program, item, dice)).collect())
        }
        Type::Object(object) => {
            let fields = object.fields.iter();
            Value::object(
                fields
                    .map(|field| (field.name.clone(), sample(program, &field.ty, dice)))
                    .collect(),
            )
        }
        Type::Json => Value::Null,
        Type::Null => Value::Null,
        other => panic!("the cases have no {other:?}"),
    }
}

/// One run of one rule.
pub(super) struct Run<'a> {
    program: &'a Program,
    rule: &'a Rule,
    slots: Vec<Value>,
    frame: Frame,
    dice: Dice,
    /// The arguments of each call.
    pub(super) sent: Vec<HashMap<Name, Value>>,
}

/// How a run ended before its last step.
pub(super) enum End {
    Stopped,
    Failed(Failure),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        End::Failed(failure)
    }
}

impl<'a> Run<'a> {
    /// A rule with an event of these choices.
    pub(super) fn new(program: &'a Program, rule: &'a Rule, event: &Value, dice: Dice) -> Run<'a> {
        Run {
            program,
            rule,
            slots: slots(program, rule, event),
            frame: Frame::new(rule.local_count),
            dice,
            sent: Vec::new(),
        }
    }

    pub(super) fn eval(&mut self, id: ExprId) -> Result<Value, Failure> {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let scope = Scope {
            exprs: &self.program.exprs,
            program: Some(self.program),
            inputs: &[],
            slots: &self.slots,
            read_set: Some(&self.rule.read_set),
            now,
            step_time: now,
            zone: "UTC",
        };
        eval::eval(&scope, &mut self.frame, id)
    }

    pub(super) fn whole(&mut self) -> Result<(), End> {
        let terms: Vec<ExprId> = self
            .rule
            .when
            .iter()
            .flat_map(|when| &when.terms)
            .map(|term| term.0)
            .collect();
        for term in terms {
            if self.eval(term)? != Value::Bool(true) {
                return Ok(());
            }
        }
        if let crate::ir::Once::Per { key, .. } = &self.rule.once {
            let key = self.eval(*key)?;
            eval::key_text(&key)?;
        }
        if let Some(key) = self.rule.ordered_by {
            let key = self.eval(key)?;
            eval::key_text(&key)?;
        }
        self.steps(&self.rule.body)
    }

    fn steps(&mut self, steps: &[Step]) -> Result<(), End> {
        for step in steps {
            self.step(step)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), End> {
        match step {
            Step::Let { local, value } => {
                let value = self.eval(*value)?;
                self.frame.locals[local.0 as usize] = value;
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
                    self.frame.locals[var.0 as usize] = item.clone();
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
        let connector = &self.program.catalog.connectors[&call.connector];
        let action = &connector.actions[&call.action];
        assert!(matches!(self.eval(call.account)?, Value::Account(_)));
        let mut sent: HashMap<Name, Value> = HashMap::new();
        for arg in &call.args {
            let value = self.eval(arg.value)?;
            if !(arg.omit_null && value.is_null()) {
                sent.insert(arg.name.clone(), value);
            }
        }
        for field in &action.args.fields {
            let needed =
                !field.ty.is_nullable() && field.default.is_none() && field.computed.is_none();
            let given = sent.get(&field.name).is_some_and(|value| !value.is_null());
            assert!(
                given || !needed,
                "`{}` of `{}` is missing",
                field.name,
                call.action
            );
        }
        self.sent.push(sent);
        if let Some(key) = call.key {
            let key = self.eval(key)?;
            eval::key_text(&key)?;
        }
        let outcomes = connector.outcomes(action);
        let handler = match call.handlers.as_slice() {
            [handler, ..] if self.dice.roll(3) == 0 => Some(handler),
            _ => None,
        };
        let name = handler.map_or("ok", |handler| &handler.outcome);
        let outcome = outcomes
            .iter()
            .find(|outcome| &*outcome.name == name)
            .unwrap();
        let value = sample(self.program, &outcome.value, &mut self.dice);
        match handler {
            Some(handler) => {
                if let Some(local) = call.bind {
                    self.frame.locals[local.0 as usize] = Value::Null;
                }
                if let Some(local) = handler.bind {
                    self.frame.locals[local.0 as usize] = value;
                }
                self.steps(&handler.body)?;
            }
            None => {
                if let Some(local) = call.bind {
                    self.frame.locals[local.0 as usize] = value;
                }
            }
        }
        Ok(())
    }
}

/// The slots of an event, as they come from its JSON.
fn slots(program: &Program, rule: &Rule, event: &Value) -> Vec<Value> {
    let json = eval::to_json(event).unwrap().to_string();
    let decoded = wire::decode(json.as_bytes(), &rule.read_set, &program.types, "UTC", None);
    decoded.unwrap_or_else(|failure| panic!("{failure:?}: the payload's type allows {json}"))
}

/// An event of a rule.
pub(super) fn event_of(program: &Program, rule: &Rule, dice: &mut Dice) -> Value {
    match &rule.trigger {
        Trigger::Event { payload, .. } => sample(program, payload, dice),
        other => panic!("the cases have events only, not {other:?}"),
    }
}

/// Runs a rule over the event of a seed.
///
/// # Panics
/// When it meets what the checker promised that it would not.
pub(super) fn must_keep_the_promise(program: &Program, rule: &Rule, seed: u64, text: &str) -> bool {
    let mut dice = Dice(seed);
    let event = event_of(program, rule, &mut dice);
    let mut run = Run::new(program, rule, &event, dice);
    if let Trigger::Event {
        entity: Some(entity),
        ..
    } = &rule.trigger
    {
        assert!(!run.eval(*entity).unwrap().is_null());
    }
    match run.whole() {
        Ok(()) => true,
        Err(End::Stopped) => false,
        Err(End::Failed(failure)) => {
            assert!(
                !NEVER.contains(&failure.code),
                "{failure:?}\n{event:?}\nin\n{text}"
            );
            false
        }
    }
}

//! A checked program never meets a null, or a value of another kind, where it promised none.
//!
//! Bundles are run over events made from the payload's type, in which everything that may be absent is absent now and
//! then. Arguments that are sent must have a value wherever the connector wants one.

use std::collections::HashMap;

use super::compiled;
use crate::eval::{self, Failure, Frame, Scope};
use crate::ir::{Call, ExprId, Program, Rule, Step};
use crate::types::{EnumValue, Name, Type};
use crate::value::{Money, Num, Value};

/// Failures that the checker promises never happen. All others are the author's own or those of data.
const NEVER: [&str; 8] = [
    "null-value",
    "null-in-text",
    "null-key",
    "wrong-type",
    "secret-in-text",
    "not-text",
    "currency-mismatch",
    "unknown-mode",
];

const BUNDLES: [&str; 6] = [
    r#"on shop.order when status == "new" and phone != null do till.pay(
  guest: { type: "phone", phone: e164(phone, region: "RU") catch fail "no phone" },
  organization: "1", amount: round(total * 5%, 2), comment: "Order {number}", points: count, rate: count)"#,
    r#"table words: shop.Status -> string { "new" -> "n"  "paid", "done" -> "d" }
fn net(i: shop.Item) -> money = i.price - (i.discount ?? 0)
fn name(c: shop.Customer?) -> string = c?.name ?? "nobody"
on shop.order as o
  once per "{o.id}:{o.status}"
  ordered by o.customer?.id ?? 0
do {
  let offers = [i.offer.externalId ?? words[o.status] for i in o.items if i.offer != null and i.quantity >= 0]
  let best = max(net(i) for i in o.items) ?? 0
  if o.customer == null { shop.note(id: o.id, text: name(o.customer)) }
  if o.customer?.phone == null { stop "none" }
  let sent = shop.edit(id: o.customer.id, phone: o.customer.phone.e164(region: "RU") catch null, comment: join(offers, ", "), total: best)
    on rejected as r { shop.note(id: 1, text: r.message) }
  shop.find(number: "{sent?.id ?? 0}{sent?.note ?? ""}")
}
on error as e { shop.note(id: o.id, text: "{e.kind} {e.step} {e.message}") }"#,
    r#"on shop.order as o when not (o.count == null or o.customer?.vip == null) do {
  let more = o.count * 2
  for p in o.payments if p.status != "new" {
    till.pay(guest: { type: "card", card: p.type }, organization: "1", amount: round(p.amount / 3 + money(more), 2), comment: "") key "{p.id}"
  }
}"#,
    r#"on shop.order as o do {
  let first = o.items[0]
  let last = o.items[-1]?.offer?.externalId
  let picked = if first == null then "none" else (match o.status { "new" -> "{first.id}"  else -> last ?? "no" })
  if last != null and o.phone in ["70000000000", last] { shop.note(id: first?.id ?? 0, text: o.phone) }
  till.create(key: picked, lines: [{ id: i.id, price: i.price, comment: i.offer?.externalId } for i in o.items])
}"#,
    r#"on shop.order as o do {
  let found = shop.find(number: o.number)
  let order = found.order
  if order == null { fail "not found" }
  shop.note(id: order.id, text: "{order.total} {order.customer?.name ?? ""} {count(order.items)}")
  let n = match order.count { null -> 0  else -> 1 }
  shop.edit(id: n, total: sum(p.amount for p in order.payments), status: if present(o.phone) then "paid" else null)
}"#,
    r#"const LIMIT: money = 500
type Note = { id: int, text: string?, tags: [string]? }
fn tag(n: Note) -> string = n.tags?[0] ?? n.text ?? "none"
on shop.order as o when o.total >= LIMIT or o.createdAt < now() - 1d do {
  let note: Note = { id: o.count ?? o.id, text: o.phone?.upper() }
  shop.note(id: note.id, text: tag(note))
  let again = shop.note(id: o.id, text: "{tag({ ...note, tags: ["a"] })} {clamp(o.total, 0, 500)} {sum([o.total, 5])}")
}"#,
];

/// Choices that repeat with the seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A value of a type, as a decoder would give it.
fn sample(program: &Program, ty: &Type, dice: &mut Dice) -> Value {
    match ty {
        Type::Named(name) => {
            let own = program.types.types.get(name);
            let def = own
                .or_else(|| program.catalog.types.types.get(name))
                .unwrap();
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
struct Run<'a> {
    program: &'a Program,
    rule: &'a Rule,
    slots: Vec<Value>,
    frame: Frame,
    dice: Dice,
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

impl Run<'_> {
    fn eval(&mut self, id: ExprId) -> Result<Value, Failure> {
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

    fn whole(&mut self) -> Result<(), End> {
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

/// The slots of an event, by walking each path as a decoder does.
fn slots(rule: &Rule, event: &Value) -> Vec<Value> {
    let read = |path: &[Name]| {
        path.iter().fold(event.clone(), |value, name| match &value {
            Value::Object(object) => object.get(name).clone(),
            _ => Value::Absent,
        })
    };
    rule.read_set
        .paths
        .iter()
        .map(|read_path| read(&read_path.path))
        .collect()
}

#[test]
fn checked_bundles_never_meet_a_null_they_did_not_expect() {
    let mut ends = 0;
    for text in BUNDLES {
        let compiled = compiled(text);
        assert_eq!(super::lines(&compiled), Vec::<String>::new(), "in\n{text}");
        let program = compiled.program.unwrap();
        for seed in 0..400 {
            for rule in &program.rules {
                let crate::ir::Trigger::Event {
                    payload, entity, ..
                } = &rule.trigger
                else {
                    panic!("the cases have events only");
                };
                let mut dice = Dice(seed);
                let event = sample(&program, payload, &mut dice);
                let mut run = Run {
                    program: &program,
                    rule,
                    slots: slots(rule, &event),
                    frame: Frame::new(rule.local_count),
                    dice,
                };
                if let Some(entity) = entity {
                    assert!(!run.eval(*entity).unwrap().is_null());
                }
                match run.whole() {
                    Ok(()) => ends += 1,
                    Err(End::Stopped) => {}
                    Err(End::Failed(failure)) => {
                        assert!(
                            !NEVER.contains(&failure.code),
                            "{failure:?}\n{event:?}\nin\n{text}"
                        );
                    }
                }
            }
        }
    }
    assert!(ends > 200, "most runs come to their end");
}

//! The state of a simulated vendor: rows in sets, by key, as `sandbox { … }` of a definition says.

use std::collections::HashMap;

use jiff::Timestamp;
use ondo_compiler::catalog::{Action, Connector, SandboxVerb};
use ondo_compiler::types::{Name, Type, TypeTable};
use ondo_compiler::value::{Num, Object, Value};
use ondo_compiler::wire::{self, Cx, RequestCheck};

use crate::engine::ResolvedAccount;

/// Rows of one key; older ones are forgotten.
const ROWS_MAX: usize = 1_000;

/// Identity of the account, set and key.
type Place = (Name, Name, String);

/// Everything that vendors remember, with the moment from which it can be seen.
pub(super) type Rows = HashMap<Place, Vec<(Timestamp, Object)>>;

/// What came of a call.
#[derive(Debug, PartialEq)]
pub(super) enum Happened {
    /// It was done; fields of the answer's value, where the definition says them.
    Done(Option<Value>),
    /// The vendor refuses with this code.
    Refused(Name),
}

/// Carries out what an action does to the vendor.
pub(super) fn happen(
    rows: &mut Rows,
    cx: &Cx<'_>,
    connector: &Connector,
    account: &ResolvedAccount,
    action: &Action,
    check: &RequestCheck,
) -> Result<Happened, String> {
    let Some(verbs) = connector.sandbox.get(&action.name) else {
        return Ok(Happened::Done(None));
    };
    let mut call = Call {
        rows,
        cx,
        connector,
        identity: &account.identity,
        inputs: check.args.clone(),
        reply: None,
    };
    match call.run(verbs, cx.now)? {
        Some(code) => Ok(Happened::Refused(code)),
        None => Ok(Happened::Done(call.reply)),
    }
}

struct Call<'a> {
    rows: &'a mut Rows,
    cx: &'a Cx<'a>,
    connector: &'a Connector,
    identity: &'a Name,
    /// The arguments, and the names that `find` gave.
    inputs: Vec<(Name, Value)>,
    reply: Option<Value>,
}

impl Call<'_> {
    /// Gives the code with which the vendor refuses. `from`: when the changes can be seen.
    fn run(&mut self, verbs: &[SandboxVerb], from: Timestamp) -> Result<Option<Name>, String> {
        for verb in verbs {
            match verb {
                SandboxVerb::Keep { row, set, key } => {
                    let place = self.place(set, *key)?;
                    let row = match self.compute(*row)? {
                        Value::Object(row) => (*row).clone(),
                        _ => return Err(format!("what is kept in `{set}` is no object")),
                    };
                    let kept = self.rows.entry(place).or_default();
                    if kept.len() == ROWS_MAX {
                        kept.remove(0);
                    }
                    kept.push((from, row));
                }
                SandboxVerb::Find {
                    set,
                    key,
                    alias,
                    one,
                } => {
                    let place = self.place(set, *key)?;
                    let found = self.found(&place, *one);
                    self.inputs.push((alias.clone(), found));
                }
                SandboxVerb::Refuse { code, cond } => {
                    if self.compute(*cond)? == Value::Bool(true) {
                        return Ok(Some(code.clone()));
                    }
                }
                SandboxVerb::Add {
                    amount,
                    set,
                    field,
                    key,
                } => {
                    let place = self.place(set, *key)?;
                    let amount = number(&self.compute(*amount)?)?;
                    let kept = self.rows.entry(place).or_default();
                    if kept.is_empty() {
                        kept.push((from, Object::default()));
                    }
                    if let Some((_, row)) = kept.last_mut() {
                        let sum = number(row.get(field))?.add(amount);
                        let sum = sum.map_err(|error| error.to_string())?;
                        row.set(field.clone(), Value::Num(sum));
                    }
                }
                SandboxVerb::After { delay, verbs } => {
                    let later = delay.and_then(|delay| from.checked_add(delay).ok());
                    if let Some(code) = self.run(verbs, later.unwrap_or(from))? {
                        return Ok(Some(code));
                    }
                }
                SandboxVerb::Reply(value) => self.reply = Some(self.compute(*value)?),
            }
        }
        Ok(None)
    }

    fn compute(&self, expr: ondo_compiler::ir::ExprId) -> Result<Value, String> {
        let computed = wire::compute(self.cx, self.connector, &self.inputs, expr);
        computed.map_err(|failure| failure.message)
    }

    fn place(&self, set: &Name, key: ondo_compiler::ir::ExprId) -> Result<Place, String> {
        let key = self.compute(key)?;
        let text = wire::encode(&Type::Json, &TypeTable::default(), &key)
            .map_err(|failure| failure.message)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok((self.identity.clone(), set.clone(), text))
    }

    fn found(&self, place: &Place, one: bool) -> Value {
        let kept = self.rows.get(place).map_or(&[][..], Vec::as_slice);
        let seen = kept.iter().filter(|(from, _)| *from <= self.cx.now);
        let mut rows = seen.map(|(_, row)| Value::Object(row.clone().into()));
        if one {
            rows.next_back().unwrap_or(Value::Null)
        } else {
            Value::list(rows.collect())
        }
    }
}

/// An amount or number; nothing counts as zero.
fn number(value: &Value) -> Result<Num, String> {
    match value {
        Value::Absent | Value::Null => Ok(Num::ZERO),
        Value::Int(int) => Ok(Num::from_i64(*int)),
        Value::Num(num) => Ok(*num),
        Value::Money(money) => Ok(money.amount),
        _ => Err("only numbers and amounts can be added".to_owned()),
    }
}

//! The state of a simulated vendor: rows in sets, by key, as `sandbox { … }` of a definition says.

use ondo_compiler::catalog::{Action, BODY, CALL_NUMBER, Connector, EXAMPLE, SandboxVerb};
use ondo_compiler::ir::{Expr, ExprId};
use ondo_compiler::types::{Name, Type, TypeTable};
use ondo_compiler::value::{Num, Object, Value};
use ondo_compiler::wire::{self, Cx, RequestCheck};

use super::examples;
use super::rows::{Change, Place, Rows, value_of};
use crate::engine::ResolvedAccount;

/// What came of a call.
#[derive(Debug, PartialEq)]
pub(super) enum Happened {
    /// It was done, and the definition does not say what is answered.
    Done,
    /// What is answered: the answer's name (none: the first that says it was done) and fields of its value.
    Answered(Option<Name>, Option<Value>),
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
    body: &[u8],
) -> Result<Happened, String> {
    rows.let_time_pass(cx.now);
    let number = rows.next_call(&account.identity);
    let Some(verbs) = connector.sandbox.get(&action.name) else {
        return Ok(Happened::Done);
    };
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let mut inputs = vec![(CALL_NUMBER.into(), Value::Int(number))];
    if speaks_of(connector, EXAMPLE)
        && let Some((_, value)) = examples::answer(cx, connector, action)
    {
        inputs.push((EXAMPLE.into(), value));
    }
    if speaks_of(connector, BODY)
        && let Ok(body) = serde_json::from_slice(body)
    {
        inputs.push((BODY.into(), value_of(&body)));
    }
    inputs.extend(check.args.iter().cloned());
    let mut call = Call {
        rows,
        cx,
        connector,
        identity: &account.identity,
        inputs,
    };
    Ok(call.run(verbs)?.unwrap_or(Happened::Done))
}

fn speaks_of(connector: &Connector, name: &str) -> bool {
    let is_it = |expr: &Expr| matches!(expr, Expr::Input(known) if &**known == name);
    connector.exprs.nodes.iter().any(is_it)
}

struct Call<'a> {
    rows: &'a mut Rows,
    cx: &'a Cx<'a>,
    connector: &'a Connector,
    identity: &'a Name,
    /// The arguments, and the names that `let` and `find` gave.
    inputs: Vec<(Name, Value)>,
}

impl Call<'_> {
    /// Carries out the verbs, up to the one that says what is answered.
    fn run(&mut self, verbs: &[SandboxVerb]) -> Result<Option<Happened>, String> {
        for verb in verbs {
            match verb {
                SandboxVerb::Let { name, value } => {
                    let value = self.compute(*value)?;
                    self.inputs.push((name.clone(), value));
                }
                SandboxVerb::Find {
                    set,
                    key,
                    within,
                    alias,
                    one,
                } => {
                    let key = key.map(|key| self.key(key)).transpose()?;
                    let since = within.and_then(|within| self.cx.now.checked_sub(within).ok());
                    let found = self.rows.find(self.identity, set, key.as_deref(), since);
                    let mut found = found.into_iter().map(|row| Value::Object(row.into()));
                    let value = match one {
                        true => found.next_back().unwrap_or(Value::Null),
                        false => Value::list(found.collect()),
                    };
                    self.inputs.push((alias.clone(), value));
                }
                SandboxVerb::Refuse { code, cond } => {
                    if self.holds(*cond)? {
                        return Ok(Some(Happened::Refused(code.clone())));
                    }
                }
                SandboxVerb::Reply {
                    outcome,
                    value,
                    cond,
                } => {
                    let applies = match cond {
                        Some(cond) => self.holds(*cond)?,
                        None => true,
                    };
                    if applies {
                        let value = value.map(|value| self.compute(value)).transpose()?;
                        return Ok(Some(Happened::Answered(outcome.clone(), value)));
                    }
                }
                SandboxVerb::After { delay, verbs } => {
                    let due = delay.and_then(|delay| self.cx.now.checked_add(delay).ok());
                    for verb in verbs {
                        if let Some(change) = self.change(verb)? {
                            self.rows.change_later(due.unwrap_or(self.cx.now), change);
                        }
                    }
                }
                SandboxVerb::Keep { .. }
                | SandboxVerb::Replace { .. }
                | SandboxVerb::Forget { .. }
                | SandboxVerb::Add { .. } => {
                    if let Some(change) = self.change(verb)? {
                        self.rows.change(self.cx.now, change)?;
                    }
                }
            }
        }
        Ok(None)
    }

    /// What a verb changes; its values are those of this moment.
    fn change(&self, verb: &SandboxVerb) -> Result<Option<Change>, String> {
        Ok(Some(match verb {
            SandboxVerb::Keep { row, set, key } => {
                Change::Keep(self.place(set, *key)?, self.row(set, *row)?)
            }
            SandboxVerb::Replace { row, set, key } => {
                Change::Replace(self.place(set, *key)?, self.row(set, *row)?)
            }
            SandboxVerb::Forget { set, key } => Change::Forget(self.place(set, *key)?),
            SandboxVerb::Add {
                amount,
                set,
                field,
                key,
            } => {
                let amount = number(&self.compute(*amount)?)?;
                Change::Add(self.place(set, *key)?, field.clone(), amount)
            }
            _ => return Ok(None),
        }))
    }

    fn row(&self, set: &Name, row: ExprId) -> Result<Object, String> {
        match self.compute(row)? {
            Value::Object(row) => Ok((*row).clone()),
            _ => Err(format!("what is kept in `{set}` is no object")),
        }
    }

    fn compute(&self, expr: ExprId) -> Result<Value, String> {
        let computed = wire::compute(self.cx, self.connector, &self.inputs, expr);
        computed.map_err(|failure| failure.message)
    }

    fn holds(&self, cond: ExprId) -> Result<bool, String> {
        Ok(self.compute(cond)? == Value::Bool(true))
    }

    fn place(&self, set: &Name, key: ExprId) -> Result<Place, String> {
        Ok(Place {
            identity: self.identity.clone(),
            set: set.clone(),
            key: self.key(key)?,
        })
    }

    fn key(&self, key: ExprId) -> Result<String, String> {
        key_text(&self.compute(key)?)
    }
}

/// Equal keys are equal texts.
pub(super) fn key_text(key: &Value) -> Result<String, String> {
    let text = wire::encode(&Type::Json, &TypeTable::default(), key);
    let text = text.map_err(|failure| failure.message)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// An amount or number; nothing counts as zero.
pub(super) fn number(value: &Value) -> Result<Num, String> {
    match value {
        Value::Absent | Value::Null => Ok(Num::ZERO),
        Value::Int(int) => Ok(Num::from_i64(*int)),
        Value::Num(num) => Ok(*num),
        Value::Money(money) => Ok(money.amount),
        _ => Err("only numbers and amounts can be added".to_owned()),
    }
}

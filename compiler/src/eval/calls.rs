//! Calls of the bundle's functions and of built-in ones.

use super::machine::{Machine, Next};
use super::{Args, Failure, Frame, limits};
use crate::builtins::Builtin;
use crate::ir::{ExprId, FnId};
use crate::value::Value;

impl Machine<'_, '_, '_> {
    /// A function sees its arguments and nothing else of the caller.
    #[inline(never)]
    pub(super) fn call(&mut self, function: FnId, args: &[ExprId]) -> Result<Next, Failure> {
        let function = self
            .scope
            .program
            .and_then(|program| program.functions.get(function.0 as usize))
            .ok_or_else(|| {
                Failure::new("wrong-type", "functions of a bundle cannot be used here")
            })?;
        let mut locals = vec![Value::Absent; function.local_count as usize];
        for (param, arg) in function.params.iter().zip(args) {
            let value = self.run(*arg)?;
            if let Some(slot) = locals.get_mut(param.0 as usize) {
                *slot = value;
            }
        }
        self.run_of_bundle(function.body, locals).map(Next::Value)
    }

    /// An expression of the bundle with locals of its own, on the same budget.
    pub(super) fn run_of_bundle(
        &mut self,
        id: ExprId,
        locals: Vec<Value>,
    ) -> Result<Value, Failure> {
        let Some(program) = self.scope.program else {
            return Err(Failure::new("wrong-type", "the bundle cannot be used here"));
        };
        let mut frame = Frame {
            locals,
            budget: self.frame.budget,
        };
        let result = Machine {
            scope: self.scope,
            exprs: &program.exprs,
            frame: &mut frame,
            depth: self.depth,
        }
        .run(id);
        self.frame.budget = frame.budget;
        result
    }

    #[inline(never)]
    pub(super) fn builtin(
        &mut self,
        builtin: &'static Builtin,
        args: &[Option<ExprId>],
    ) -> Result<Next, Failure> {
        // `round(a / b, 2)` works on the quotient itself.
        if let Some(value) = self.rounded_quotient(builtin, args)? {
            return Ok(Next::Value(value));
        }
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            let value = match arg {
                Some(arg) => self.run(*arg)?,
                None => Value::Absent,
            };
            self.charge(size_steps(&value))?;
            values.push(value);
        }
        let value = (builtin.call)(&mut Args {
            scope: self.scope,
            values,
        })?;
        match &value {
            Value::Text(text) if text.len() > limits::TEXT_BYTES_MAX => {
                return Err(Failure::too_large("the text"));
            }
            Value::List(items) if items.len() > limits::LIST_LENGTH_MAX => {
                return Err(Failure::too_large("the list"));
            }
            Value::List(_) | Value::Object(_) => self.weigh(&value)?,
            _ => {}
        }
        self.charge(size_steps(&value))?;
        Ok(Next::Value(value))
    }
}

/// What it costs to go once through a value.
fn size_steps(value: &Value) -> u64 {
    match value {
        Value::Text(text) => (text.len() / limits::TEXT_BYTES_PER_STEP) as u64,
        Value::Bytes(bytes) => (bytes.len() / limits::TEXT_BYTES_PER_STEP) as u64,
        Value::List(items) => items.len() as u64 * 2,
        Value::Object(object) => object.fields.len() as u64,
        Value::Json(_) => 16,
        _ => 0,
    }
}

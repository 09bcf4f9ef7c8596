//! Calls of the bundle's functions and of built-in ones.

use super::machine::{Machine, Next};
use super::{Args, Failure, Frame, limits};
use crate::builtins::Builtin;
use crate::ir::{ExprId, Exprs, FnId};
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
        self.run_with(&program.exprs, id, locals)
    }

    /// A constant has locals of its own: those of the expression that uses it stay as they are.
    #[inline(never)]
    pub(super) fn apart(&mut self, id: ExprId, local_count: u32) -> Result<Next, Failure> {
        let locals = vec![Value::Absent; local_count as usize];
        self.run_with(self.exprs, id, locals).map(Next::Value)
    }

    fn run_with(
        &mut self,
        exprs: &Exprs,
        id: ExprId,
        locals: Vec<Value>,
    ) -> Result<Value, Failure> {
        let mut frame = Frame {
            locals,
            budget: self.frame.budget,
        };
        let result = Machine {
            scope: self.scope,
            exprs,
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
            self.weigh_once(&value)?;
            values.push(value);
        }
        if builtin.name == "capture" {
            self.charge(limits::REGEX_STEPS)?;
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
            _ => {}
        }
        self.weigh_once(&value)?;
        Ok(Next::Value(value))
    }

    /// Charges for going once through a value.
    fn weigh_once(&mut self, value: &Value) -> Result<(), Failure> {
        let bytes = match value {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            other => return self.weigh(other),
        };
        self.charge((bytes / limits::TEXT_BYTES_PER_STEP) as u64)
    }
}

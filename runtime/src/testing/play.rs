//! One test: its lines from the first to the last.
//!
//! The replies up to the next `expect` are known before the events come in, wherever they are written. An event does at
//! once what it can; `after` and `at` let time go on; `expect` lets it go on until nothing is left to do.

use jiff::Timestamp;
use ondo_compiler::eval::{self, Frame, Scope};
use ondo_compiler::ir::{
    CalledAction, Entry, Expr, ExprId, Test, TestGiven, TestReply, TestStepKind,
};
use ondo_compiler::source::Place;
use ondo_compiler::value::Value;
use uuid::Uuid;

use super::expect::Played;
use super::world::World;
use super::{Failure, Happened, Setting, key, payload, shown, text};
use crate::engine;
use crate::sandbox::Reply;
use crate::store::{Event, EventId, EventState, Store};

/// When a test without `at` begins, in seconds: the noon of a Monday, so that nothing depends on the day it is run.
const BEGIN_S: i64 = 1_767_614_400;

/// Runs a test and adds the places of the steps that it came to. What was not as expected, and all that happened.
pub(super) fn play(
    setting: &Setting<'_>,
    test: &Test,
    reached: &mut Vec<Place>,
) -> (Vec<Failure>, Happened) {
    let mut stage = Stage::new(setting, test);
    let mut failures = Vec::new();
    for (at, step) in test.steps.iter().enumerate() {
        match stage.step(at) {
            Ok(found) if found.is_empty() => {}
            Ok(found) => failures.push(failure(setting, step.place, found)),
            Err(problem) => {
                failures.push(failure(setting, step.place, vec![problem]));
                break;
            }
        }
    }
    if failures.is_empty()
        && let Some(found) = stage.end()
    {
        failures.push(failure(setting, test.place, found));
    }
    if !failures.is_empty() {
        let told = stage.played.told();
        if let Some(last) = failures.last_mut() {
            last.found.extend(told);
        }
    }
    reached.extend(stage.reached());
    (failures, stage.played.happened())
}

fn failure(setting: &Setting<'_>, place: Place, found: Vec<String>) -> Failure {
    Failure {
        place: shown(&setting.program, place),
        expected: text(&setting.program, place),
        found,
    }
}

pub(super) struct Stage<'a> {
    setting: &'a Setting<'a>,
    test: &'a Test,
    played: Played,
    /// Replies of lines before this one are planned.
    planned_to: usize,
}

impl<'a> Stage<'a> {
    /// Before the first line.
    pub(super) fn new(setting: &'a Setting<'a>, test: &'a Test) -> Self {
        let begin = match test.steps.first().map(|step| &step.kind) {
            Some(TestStepKind::At(moment)) => *moment,
            _ => Timestamp::from_second(BEGIN_S).unwrap_or(Timestamp::UNIX_EPOCH),
        };
        let world = World::new(
            setting.program.clone(),
            setting.accounts.clone(),
            setting.version,
            begin,
        );
        Self {
            setting,
            test,
            played: Played::new(world),
            planned_to: 0,
        }
    }

    /// Carries out a line. What it found if it is an expectation that was not met.
    fn step(&mut self, at: usize) -> Result<Vec<String>, String> {
        self.plan_from(at)?;
        match &self.test.steps[at].kind {
            TestStepKind::At(moment) => {
                if *moment < self.played.world.now {
                    return Err("the clock does not go back".to_owned());
                }
                self.played.world.go_on_to(*moment)?;
            }
            TestStepKind::After(length) => {
                let moment = self.played.world.now.checked_add(*length);
                let moment = moment.map_err(|error| error.to_string())?;
                self.played.world.go_on_to(moment)?;
            }
            TestStepKind::Given(given) => {
                let event = self.event(given)?;
                self.played.events.push(event.clone());
                self.played.world.receive(event)?;
            }
            TestStepKind::Reply { .. } => {}
            TestStepKind::ExpectCall {
                action,
                args,
                occurs,
            } => {
                self.played.world.settle()?;
                let mut wanted = Vec::new();
                for (name, value) in args {
                    wanted.push((name.clone(), self.value(*value)?));
                }
                return Ok(self.played.call(action, &wanted, *occurs));
            }
            TestStepKind::ExpectNo(action) => {
                self.played.world.settle()?;
                return Ok(self.played.no_call(action));
            }
            TestStepKind::ExpectRun(state) => {
                self.played.world.settle()?;
                return self.played.run(state);
            }
            TestStepKind::ExpectNoRun => {
                self.played.world.settle()?;
                return self.played.no_run();
            }
        }
        Ok(Vec::new())
    }

    /// What is wrong although every expectation was met.
    fn end(&mut self) -> Option<Vec<String>> {
        if let Err(problem) = self.played.world.settle() {
            return Some(vec![problem]);
        }
        let problems = self.played.problems();
        (!problems.is_empty()).then_some(problems)
    }

    /// Plans the replies from this line to the next `expect`.
    fn plan_from(&mut self, at: usize) -> Result<(), String> {
        if at < self.planned_to {
            return Ok(());
        }
        self.planned_to = at;
        for step in &self.test.steps[at..] {
            match &step.kind {
                TestStepKind::Reply { action, replies } => {
                    for reply in replies {
                        self.plan(action, reply)?;
                    }
                }
                TestStepKind::ExpectCall { .. }
                | TestStepKind::ExpectNo(_)
                | TestStepKind::ExpectRun(_)
                | TestStepKind::ExpectNoRun => break,
                _ => {}
            }
            self.planned_to += 1;
        }
        Ok(())
    }

    fn plan(&self, action: &CalledAction, reply: &TestReply) -> Result<(), String> {
        let reply = match reply {
            TestReply::Outcome { name, value } => {
                let value = value.map(|value| self.value(value)).transpose()?;
                Reply::Outcome(name.clone(), value)
            }
            TestReply::Applied => Reply::Applied,
            TestReply::Timeout { applied: false } => Reply::Timeout,
            TestReply::Timeout { applied: true } => Reply::AppliedThenTimeout,
            TestReply::Reset { applied: false } => Reply::Reset,
            TestReply::Reset { applied: true } => Reply::AppliedThenReset,
            TestReply::NotSent => Reply::NotSent,
            TestReply::Status { code, body } => {
                let body = body.map(|body| self.value(body)).transpose()?;
                let body = match body {
                    None => Vec::new(),
                    Some(Value::Text(text)) => text.as_bytes().to_vec(),
                    Some(value) => super::compare::shown(&value).into_bytes(),
                };
                Reply::Status(*code, body)
            }
        };
        let account = &self.setting.program.accounts[action.account.0 as usize];
        // Undeclared accounts share their name.
        let name = match account.declared {
            true => &account.name,
            false => &account.connector,
        };
        self.played.world.vendors.plan(name, &action.action, reply);
        Ok(())
    }

    fn value(&self, id: ExprId) -> Result<Value, String> {
        let program = &self.setting.program;
        let now = self.played.world.now;
        let scope = Scope {
            exprs: &program.exprs,
            program: Some(program),
            inputs: &[],
            slots: &[],
            read_set: None,
            now,
            step_time: now,
            zone: &program.timezone,
        };
        let mut frame = Frame::new(self.test.local_count);
        eval::eval(&scope, &mut frame, id).map_err(|failure| failure.message)
    }

    /// The value of `with`. An object that is computed has no field that was left out; here `omit` has to be seen, because
    /// it takes away what the file has.
    fn laid_over(&self, id: ExprId) -> Result<Value, String> {
        match self.setting.program.exprs.get(id) {
            Expr::Omit => Ok(Value::Absent),
            Expr::Object(entries) => {
                let mut fields = Vec::new();
                for entry in entries {
                    let Entry::Field { name, value, .. } = entry else {
                        return self.value(id);
                    };
                    fields.push((name.clone(), self.laid_over(*value)?));
                }
                Ok(Value::object(fields))
            }
            _ => self.value(id),
        }
    }

    /// The payload of `given`: its file or example, with what `with` lays over it.
    pub(super) fn payload(&self, given: &TestGiven) -> Result<Vec<u8>, String> {
        let with = given.with.map(|with| self.laid_over(with)).transpose()?;
        let folder = crate::bundle::fixtures::folder(&self.setting.bundle.path);
        payload::payload(&self.played.world, given, &folder, with.as_ref())
    }

    fn event(&self, given: &TestGiven) -> Result<Event, String> {
        let world = &self.played.world;
        let account = &world.accounts[given.account.0 as usize];
        let payload = self.payload(given)?;
        let number = self.played.events.len() as u128 + 1;
        let args = given.args.iter().map(|(name, value)| {
            let text = eval::display(value).unwrap_or_default();
            (name.to_string(), text.to_string())
        });
        Ok(Event {
            id: EventId(format!("evt_{}", Uuid::from_u128(number))),
            at: world.now,
            bundle: world.program.bundle.to_string(),
            account: account.name.to_string(),
            connector: account.connector.to_string(),
            name: given.event.to_string(),
            args: args.collect(),
            key: key::key(world, given, &payload),
            identity: account.identity.to_string(),
            headers: Vec::new(),
            body: payload.clone(),
            payload: Some(payload),
            enrich: None,
            state: EventState::Received,
            reason: None,
            repeats: 0,
            conflicts: 0,
        })
    }

    /// Places of the steps that the runs came to.
    fn reached(&self) -> Vec<Place> {
        let world = &self.played.world;
        let mut places = Vec::new();
        for event in &world.events().unwrap_or_default() {
            for run in world.runs_of(event).unwrap_or_default() {
                let journal = world.store.journal(&run.id).unwrap_or_default();
                let found = engine::reached(&world.program, &world.accounts, &run, event, &journal);
                places.extend(found);
            }
        }
        places
    }
}

//! For tests: a small vendor with an action of each class, programs made by hand, and a bench that drives the machine
//! with a store in memory.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has to stop"
)]

pub(super) mod program;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::ir::Program;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{HttpAnswer, HttpRequest, Observed};

use super::{Command, History, Input, Limits, Machine, Notice, ResolvedAccount};
use crate::store::{
    self, Event, EventId, EventState, Memory, Record, RecordKind, Run, Store, Version, Write,
    Written,
};

/// The moment at which tests begin.
pub(super) fn start() -> Timestamp {
    "2026-11-21T07:00:00Z".parse().unwrap()
}

/// The accounts of a program, with the settings of the vendors here.
pub(super) fn resolved(program: &Program) -> Vec<ResolvedAccount> {
    program
        .accounts
        .iter()
        .map(|account| ResolvedAccount {
            name: account.name.clone(),
            connector: account.connector.clone(),
            identity: format!("{}|https://vendor.test", account.connector).into(),
            settings: vec![
                ("base".into(), Value::text("https://vendor.test")),
                (
                    "password".into(),
                    Value::Secret(ondo_compiler::value::Secret::new("p")),
                ),
            ],
        })
        .collect()
}

pub(super) fn load(program: &Arc<Program>, version: &str, active: bool) -> Input {
    Input::Load {
        version: Version(version.to_owned()),
        program: Arc::clone(program),
        accounts: resolved(program),
        active,
        history: History::default(),
    }
}

/// An order that came to the account `shop`.
pub(super) fn event(number: usize, group: &str) -> Event {
    let id = format!("evt_{number:04}");
    let body = format!(r#"{{"id":"{number}","event":"{id}","group":"{group}","parts":["a","b"]}}"#);
    Event {
        id: EventId(id.clone()),
        at: start(),
        bundle: "bundle".into(),
        account: "shop".into(),
        connector: "vendor".into(),
        name: "order".into(),
        args: Vec::new(),
        key: Some(id),
        identity: "vendor|https://vendor.test".into(),
        headers: Vec::new(),
        body: body.into_bytes(),
        payload: None,
        enrich: None,
        state: EventState::Received,
        reason: None,
        repeats: 0,
        conflicts: 0,
    }
}

/// A complete answer.
pub(super) fn answer(status: u16, body: &str) -> Observed {
    Observed::Answer(HttpAnswer {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        complete: true,
    })
}

pub(super) fn not_sent() -> Observed {
    Observed::NotSent {
        reason: "connection refused".into(),
    }
}

pub(super) fn timeout() -> Observed {
    Observed::NoAnswer {
        reason: "timeout".into(),
    }
}

/// Writes a batch into a store in memory.
pub(super) fn commit(store: &Memory, writes: Vec<Write>) -> Result<Vec<Written>, store::Error> {
    let result = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&result);
    store.commit(
        writes,
        Box::new(move |done| *kept.lock().unwrap() = Some(done)),
    );
    result.lock().unwrap().take().unwrap()
}

/// A request that went out.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) at: Timestamp,
    /// The last part of the path: the action.
    pub(super) action: String,
    pub(super) target: String,
    pub(super) body: String,
    pub(super) authorization: Option<String>,
    pub(super) fresh_connection: bool,
}

impl Sent {
    pub(super) fn of(at: Timestamp, request: &HttpRequest, fresh_connection: bool) -> Self {
        let target = request.url.expose().to_owned();
        let path = target.split('?').next().unwrap();
        let authorization = request
            .headers
            .iter()
            .find(|(name, _)| name == "Authorization");
        Self {
            at,
            action: path.rsplit('/').next().unwrap().to_owned(),
            body: String::from_utf8(request.body.clone()).unwrap(),
            authorization: authorization.map(|(_, text)| match text {
                ondo_compiler::wire::HeaderText::Plain(text) => text.clone(),
                ondo_compiler::wire::HeaderText::Secret(secret) => secret.expose().to_owned(),
            }),
            fresh_connection,
            target,
        }
    }
}

type Answers = Box<dyn FnMut(&Sent, usize) -> Option<Observed>>;

/// A machine with a store that never fails and a vendor that answers at once. Time jumps to the next wake.
pub(super) struct Bench {
    pub(super) store: Memory,
    pub(super) machine: Machine,
    pub(super) now: Timestamp,
    pub(super) sent: Vec<Sent>,
    pub(super) notices: Vec<Notice>,
    pub(super) drained: bool,
    /// Bare connections that were made.
    pub(super) probes: usize,
    /// Whether they come about.
    pub(super) is_reachable: bool,
    /// What came of orders.
    pub(super) order_answers: Vec<Result<crate::engine::orders::Answer, String>>,
    /// Most runs that were asked for and had not come yet.
    pub(super) loading_max: usize,
    /// Calls that the vendor has not answered, with their numbers.
    pub(super) open: Vec<(u64, Sent)>,
    inputs: VecDeque<Input>,
    wake: Option<Timestamp>,
    /// What the vendor answers to a request, given how many came before; `None`: nothing, for ever.
    answers: Answers,
}

impl Bench {
    pub(super) fn new(
        program: &Arc<Program>,
        answers: impl FnMut(&Sent, usize) -> Option<Observed> + 'static,
    ) -> Self {
        let mut bench = Self {
            store: Memory::new(),
            machine: Machine::new(1, Limits::default()),
            now: start(),
            sent: Vec::new(),
            notices: Vec::new(),
            drained: false,
            probes: 0,
            is_reachable: true,
            order_answers: Vec::new(),
            loading_max: 0,
            open: Vec::new(),
            inputs: VecDeque::new(),
            wake: None,
            answers: Box::new(answers),
        };
        bench.input(load(program, "v1", true));
        bench.input(Input::Recovered);
        bench
    }

    /// Stores an event and hands it over.
    pub(super) fn ingest(&mut self, event: Event) {
        commit(&self.store, vec![Write::Ingest(event.clone())]).unwrap();
        self.input(Input::Event(event));
    }

    /// One input, and all that follows at the same moment.
    pub(super) fn input(&mut self, input: Input) {
        self.inputs.push_back(input);
        self.take_inputs();
    }

    fn take_inputs(&mut self) {
        while let Some(input) = self.inputs.pop_front() {
            for command in self.machine.step(self.now, input) {
                self.carry_out(command);
            }
        }
    }

    /// Carries out commands that a test has held back, and all that follows.
    pub(super) fn carry_out_all(&mut self, commands: Vec<Command>) {
        for command in commands {
            self.carry_out(command);
        }
        self.take_inputs();
    }

    /// Lets time pass until nothing is due any more, for at most 100 days.
    pub(super) fn settle(&mut self) {
        let end = self.now + SignedDuration::from_hours(2_400);
        self.settle_until(end);
    }

    /// Lets this much time pass.
    pub(super) fn pass(&mut self, length: SignedDuration) {
        let end = self.now + length;
        self.settle_until(end);
        self.now = end;
    }

    fn settle_until(&mut self, end: Timestamp) {
        while let Some(at) = self.wake.take() {
            if at > end {
                self.wake = Some(at);
                break;
            }
            self.now = self.now.max(at);
            self.input(Input::Wake);
        }
    }

    /// A new process with the same store.
    pub(super) fn restart(&mut self, program: &Arc<Program>) {
        self.machine = Machine::new(2, Limits::default());
        self.wake = None;
        self.inputs.clear();
        self.open.clear();
        self.input(Input::Pauses(self.store.pauses().unwrap()));
        let mut input = load(program, "v1", true);
        if let Input::Load { history, .. } = &mut input {
            *history = History::of(&self.store, program).unwrap();
        }
        self.input(input);
        for id in self.store.unfinished_runs(None, usize::MAX).unwrap() {
            let input = resume(&self.store, &id);
            self.input(input);
        }
        for id in self.store.unfinished_events(10_000).unwrap() {
            let event = self.store.event(&id).unwrap().unwrap();
            self.input(Input::Event(event));
        }
        self.input(Input::Recovered);
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Commit {
                commit: number,
                writes,
            } => {
                let result = commit(&self.store, writes);
                self.inputs.push_back(Input::Committed {
                    commit: number,
                    result,
                });
            }
            Command::Send {
                call,
                request,
                fresh_connection,
                ..
            } => {
                let sent = Sent::of(self.now, &request, fresh_connection);
                let before = self
                    .sent
                    .iter()
                    .filter(|other| other.action == sent.action)
                    .count();
                match (self.answers)(&sent, before) {
                    Some(observed) => self.inputs.push_back(Input::Observed { call, observed }),
                    None => self.open.push((call, sent.clone())),
                }
                self.sent.push(sent);
            }
            Command::Probe { call, .. } => {
                self.probes += 1;
                let observed = match self.is_reachable {
                    true => answer(200, ""),
                    false => not_sent(),
                };
                self.inputs.push_back(Input::Observed { call, observed });
            }
            Command::WakeAt(at) => self.wake = Some(at),
            Command::Tell(notice) => self.notices.push(notice),
            Command::LoadRun(id) => {
                let input = resume(&self.store, &id);
                self.inputs.push_back(input);
                let resumes = self
                    .inputs
                    .iter()
                    .filter(|input| matches!(input, Input::Resume { .. }));
                self.loading_max = self.loading_max.max(resumes.count());
            }
            Command::LoadMore(count) => {
                let ids = self.store.unfinished_events(10_000).unwrap();
                let all = ids.len() <= count;
                let events = ids
                    .iter()
                    .take(count)
                    .map(|id| self.store.event(id).unwrap().unwrap())
                    .collect();
                self.inputs.push_back(Input::More { events, all });
            }
            Command::Answer { result, .. } => self.order_answers.push(result),
            Command::Drained => self.drained = true,
            Command::StoreFailed(error) => panic!("{error}"),
        }
    }

    /// The runs, oldest first.
    pub(super) fn runs(&self) -> Vec<Run> {
        let filter = store::RunFilter {
            limit: 1_000,
            ..store::RunFilter::default()
        };
        let mut runs = self.store.runs(&filter).unwrap();
        runs.sort_by(|left, right| left.id.cmp(&right.id));
        runs
    }

    /// The only run.
    pub(super) fn run(&self) -> Run {
        let runs = self.runs();
        assert_eq!(runs.len(), 1, "{runs:#?}");
        runs[0].clone()
    }

    /// The outcomes in the journal of the only run: outcome and verdict.
    pub(super) fn outcomes(&self) -> Vec<(String, String)> {
        self.journal()
            .iter()
            .filter(|record| record.kind == RecordKind::Outcome)
            .map(|record| {
                (
                    record.outcome.clone().unwrap(),
                    record.verdict.clone().unwrap(),
                )
            })
            .collect()
    }

    pub(super) fn journal(&self) -> Vec<Record> {
        self.store.journal(&self.run().id).unwrap()
    }

    /// Answers the open call whose request holds this text.
    pub(super) fn answer_to(&mut self, text: &str, observed: Observed) {
        let place = self
            .open
            .iter()
            .position(|(_, sent)| sent.body.contains(text) || sent.target.contains(text));
        let open: Vec<&Sent> = self.open.iter().map(|(_, sent)| sent).collect();
        let place = place.unwrap_or_else(|| panic!("`{text}` is not open: {open:#?}"));
        let (call, _) = self.open.remove(place);
        self.input(Input::Observed { call, observed });
    }

    /// How often the vendor was asked to do this.
    pub(super) fn count(&self, action: &str) -> usize {
        self.sent
            .iter()
            .filter(|sent| sent.action == action)
            .count()
    }
}

/// What the shell says to `LoadRun`.
pub(super) fn resume(store: &Memory, id: &store::RunId) -> Input {
    let Some(run) = store.run(id).unwrap() else {
        return Input::Gone(id.clone());
    };
    let event = store.event(&run.event).unwrap().unwrap();
    let journal = store.journal(id).unwrap();
    Input::Resume {
        run,
        event,
        journal,
    }
}

//! A vendor that is down for hours under load: the machine with a clock that jumps, and the real store on the real disk.
//!
//! What is counted: nothing is lost, nothing perishable is sent, it drains at the vendor's rate. What is printed: memory.
//! `ONDO_OUTAGE_HOURS=12 cargo test --release -p ondo --lib sim::outage -- --nocapture` takes the whole time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc;

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::ir::Program;

use crate::engine::testing::program::{Maker, SLOW, step};
use crate::engine::testing::{self, answer, load, not_sent};
use crate::engine::{Command, Input, Limits, Machine};
use crate::store::{Kind, RunFilter, RunState, Store, Write, Written, open};

/// Deliveries in a second.
const PER_SECOND: usize = 50;
/// One delivery in so many leads to something perishable.
const PERISHABLE_EVERY: usize = 10;

fn program() -> Arc<Program> {
    let mut maker = Maker::new();
    let put = maker.call(SLOW, "put", "put");
    let group = maker.field("group");
    let lasting = maker.text("a");
    let is_lasting = maker.expr(ondo_compiler::ir::Expr::Binary {
        op: ondo_compiler::ir::Op::Eq,
        left: group,
        right: lasting,
    });
    maker.rule("lasting", vec![step(put)]).when =
        Some(testing::program::when(&[(is_lasting, "lasting")]));
    let note = maker.call(SLOW, "note", "note");
    let is_perishable = maker.expr(ondo_compiler::ir::Expr::Binary {
        op: ondo_compiler::ir::Op::Ne,
        left: group,
        right: lasting,
    });
    let rule = maker.rule("perishable", vec![step(note)]);
    rule.when = Some(testing::program::when(&[(is_perishable, "perishable")]));
    rule.valid_for = Some(SignedDuration::from_mins(10));
    maker.program()
}

struct Outage {
    store: Arc<dyn Store>,
    machine: Machine,
    now: Timestamp,
    wake: Option<Timestamp>,
    inputs: VecDeque<Input>,
    down: bool,
    puts: u64,
    notes: u64,
    first_put: Option<Timestamp>,
    last_put: Option<Timestamp>,
}

impl Outage {
    fn commit(&self, writes: Vec<Write>) -> Vec<Written> {
        let (done, committed) = mpsc::channel();
        let tell = move |result| drop(done.send(result));
        self.store.commit(writes, Box::new(tell));
        committed.recv().unwrap().unwrap()
    }

    fn take(&mut self, input: Input) {
        self.inputs.push_back(input);
        while let Some(input) = self.inputs.pop_front() {
            for command in self.machine.step(self.now, input) {
                self.carry_out(command);
            }
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Commit { commit, writes } => {
                let written = self.commit(writes);
                let result = Ok(written);
                self.inputs.push_back(Input::Committed { commit, result });
            }
            Command::Send { call, request, .. } => {
                let observed = match self.down {
                    true => not_sent(),
                    false => {
                        match request.shown_url.contains("/put") {
                            true => {
                                self.puts += 1;
                                self.first_put.get_or_insert(self.now);
                                self.last_put = Some(self.now);
                            }
                            false => self.notes += 1,
                        }
                        answer(200, r#"{"found":"1"}"#)
                    }
                };
                self.inputs.push_back(Input::Observed { call, observed });
            }
            Command::Probe { call, .. } => {
                let observed = match self.down {
                    true => not_sent(),
                    false => answer(200, ""),
                };
                self.inputs.push_back(Input::Observed { call, observed });
            }
            Command::WakeAt(at) => self.wake = Some(at),
            Command::LoadRun(id) => {
                let run = self.store.run(&id).unwrap().unwrap();
                let event = self.store.event(&run.event).unwrap().unwrap();
                let journal = self.store.journal(&id).unwrap();
                self.inputs.push_back(Input::Resume {
                    run,
                    event,
                    journal,
                });
            }
            Command::LoadMore(count) => {
                let ids = self.store.unfinished_events(count + 1).unwrap();
                let all = ids.len() <= count;
                let events = ids.iter().take(count);
                let events = events
                    .map(|id| self.store.event(id).unwrap().unwrap())
                    .collect();
                self.inputs.push_back(Input::More { events, all });
            }
            Command::Tell(_) | Command::Answer { .. } | Command::Drained => {}
            Command::StoreFailed(error) => panic!("{error}"),
        }
    }

    /// Lets everything happen that is due until then.
    fn pass_until(&mut self, end: Timestamp) {
        while let Some(at) = self.wake
            && at <= end
        {
            self.wake = None;
            self.now = self.now.max(at);
            self.take(Input::Wake);
        }
        self.now = end;
    }
}

/// Memory of this process in MiB, where the system says it.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    number.unwrap_or(0) / 1024
}

#[test]
fn a_vendor_that_is_down_for_long_loses_nothing_and_gets_nothing_stale() {
    let seconds = match super::number("ONDO_OUTAGE_HOURS") {
        Some(hours) => hours as i64 * 3_600,
        // Longer than what perishes is valid.
        None => 700,
    };
    let per_second = match super::number("ONDO_OUTAGE_HOURS") {
        Some(_) => PER_SECOND,
        None => 1,
    };
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("ondo.db"), Kind::Live).unwrap();
    let program = program();
    let mut outage = Outage {
        store,
        machine: Machine::new(1, Limits::default()),
        now: testing::start(),
        wake: None,
        inputs: VecDeque::new(),
        down: true,
        puts: 0,
        notes: 0,
        first_put: None,
        last_put: None,
    };
    outage.take(load(&program, "v1", true));
    outage.take(Input::Recovered);
    let mut count = 0;
    let mut at_tenth = 0;
    for second in 0..seconds {
        let mut events = Vec::with_capacity(per_second);
        for _ in 0..per_second {
            let group = match count % PERISHABLE_EVERY {
                0 => "b",
                _ => "a",
            };
            let mut event = testing::event(count, group);
            event.at = outage.now;
            events.push(event);
            count += 1;
        }
        outage.commit(events.iter().cloned().map(Write::Ingest).collect());
        for event in events {
            outage.take(Input::Event(event));
        }
        let next = outage
            .now
            .checked_add(SignedDuration::from_secs(1))
            .unwrap();
        outage.pass_until(next);
        if second == seconds / 10 {
            at_tenth = memory();
        }
        if second % 3_600 == 3_599 {
            println!("{} h: {count} events, {} MiB", second / 3_600 + 1, memory());
        }
    }
    let at_end = memory();
    // What is valid no more is not sent, however soon the vendor is back.
    let wait = SignedDuration::from_mins(11);
    let end = outage.now.checked_add(wait).unwrap();
    outage.pass_until(end);
    outage.down = false;
    let lasting = (count - count.div_ceil(PERISHABLE_EVERY)) as u64;
    for _ in 0..1_000_000 {
        if outage.puts >= lasting && outage.store.unfinished_events(1).unwrap().is_empty() {
            break;
        }
        let next = outage
            .now
            .checked_add(SignedDuration::from_secs(60))
            .unwrap();
        outage.pass_until(next);
    }
    let end = outage
        .now
        .checked_add(SignedDuration::from_mins(10))
        .unwrap();
    outage.pass_until(end);
    let took = match (outage.first_put, outage.last_put) {
        (Some(first), Some(last)) => last.duration_since(first).as_millis() as u64,
        _ => 0,
    };
    println!(
        "{count} events in {seconds} s of an outage: memory {at_tenth} MiB after a tenth, {at_end} MiB at its end; {} of {lasting} sent in {took} ms, {} stale ones sent",
        outage.puts, outage.notes
    );
    assert_eq!(outage.puts, lasting, "each lasting call goes once");
    assert_eq!(outage.notes, 0, "something stale was sent");
    let filter = |state| RunFilter {
        states: vec![state],
        limit: 10_000_000,
        ..RunFilter::default()
    };
    let expired = outage.store.runs(&filter(RunState::Expired)).unwrap().len();
    assert_eq!(expired as u64, count as u64 - lasting);
    // A hundred in a second are allowed, and ten in a hundred less are sent.
    let fastest = lasting * 10;
    assert!(
        took + 1_000 >= fastest,
        "{lasting} calls in {took} ms are too fast"
    );
    assert!(
        took <= fastest * 13 / 10 + 60_000,
        "{lasting} calls took {took} ms"
    );
}

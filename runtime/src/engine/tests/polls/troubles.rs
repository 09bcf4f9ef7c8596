//! What goes wrong: with the vendor, with an item, with the store, with the process. Nothing is lost, nothing is stuck,
//! people hear of it once.

use super::super::super::testing::not_sent;
use super::*;
use crate::engine::{Command, Input, Notice};
use crate::store::{self, EventState};

/// What people were told of sources and of accounts.
fn told(bench: &Bench) -> Vec<String> {
    let said = bench.notices.iter().filter_map(|notice| match notice {
        Notice::Source { event, trouble, .. } => {
            let trouble = trouble.as_deref().unwrap_or("well again");
            Some(format!("{event}: {trouble}"))
        }
        Notice::Reach { unreachable, .. } => {
            let why = unreachable.as_deref().unwrap_or("reached again");
            Some(format!("account: {why}"))
        }
        _ => None,
    });
    said.collect()
}

#[test]
fn a_vendor_that_fails_for_a_while_loses_nothing() {
    let (mut bench, hall) = bench(&program(CALLS), |hall| {
        hall.call("a", "call", 1);
    });
    bench.pass(SECOND);
    hall.borrow_mut().instead = Some(answer(503, "{}"));
    hall.borrow_mut().call("b", "call", 2);
    bench.pass(SECOND * 59);
    let asked = questions(&bench);
    // After 10 s, then 10, 20 and 40 s later: less and less often.
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(asked[1..].iter().all(|question| question == "hash=a"));
    bench.pass(SECOND * 600);
    // Never less often than half of what the vendor keeps.
    let calm = questions(&bench).len();
    assert!((7..=9).contains(&calm), "{calm}");
    hall.borrow_mut().instead = None;
    bench.pass(SECOND * 160);
    assert_eq!(keys(&bench), ["a 1", "b 2"]);
    assert_eq!(
        told(&bench),
        ["call: hall.calls: 503: transient", "call: well again"]
    );
}

#[test]
fn a_vendor_that_cannot_be_reached_is_said_once_of_the_account() {
    let (mut bench, hall) = bench(&program(CALLS), |hall| hall.instead = Some(not_sent()));
    bench.pass(SECOND * 300);
    hall.borrow_mut().instead = None;
    bench.pass(SECOND * 300);
    assert_eq!(
        told(&bench),
        ["account: connection refused", "account: reached again"]
    );
}

#[test]
fn an_address_that_may_not_be_called_is_said_once() {
    let not_allowed = Observed::NotAllowed {
        reason: "private".into(),
    };
    let (mut bench, _) = bench(&program(CALLS), |hall| hall.instead = Some(not_allowed));
    bench.pass(SECOND * 300);
    assert_eq!(told(&bench), ["call: hall.calls: private"]);
}

#[test]
fn a_rate_limit_is_waited_for_and_is_no_trouble() {
    let (mut bench, hall) = bench(&program(CALLS), |hall| {
        hall.call("a", "call", 1);
        let mut limited = answer(429, "");
        if let Observed::Answer(answer) = &mut limited {
            answer.headers.push(("retry-after".into(), "7".into()));
        }
        hall.instead = Some(limited);
    });
    hall.borrow_mut().instead = None;
    bench.pass(SECOND * 6);
    assert_eq!(questions(&bench).len(), 1);
    bench.pass(SECOND * 2);
    assert_eq!(keys(&bench), ["a 1"]);
    assert!(told(&bench).is_empty());
}

#[test]
fn an_item_that_cannot_be_read_is_kept_dead_and_spoils_nothing() {
    let (mut bench, hall) = bench(&program(CALLS), |_| {});
    let page = r#"{"data":{"updates":[{"hash":"a","code":"call","table":1},17,
        {"code":"call","table":2},{"code":"bill"},{"hash":"c","code":"call","table":"седьмой"}]}}"#;
    hall.borrow_mut().instead = Some(answer(200, page));
    bench.pass(SECOND * 30);
    let events = events(&bench);
    let dead: Vec<&Event> = events
        .iter()
        .filter(|event| event.state == EventState::Dead)
        .collect();
    assert_eq!(dead.len(), 2, "{events:#?}");
    assert_eq!(dead[0].body, b"17");
    assert!(
        dead[1].reason.as_deref().unwrap().contains("hash"),
        "{:?}",
        dead[1].reason
    );
    // A field of another type is the affair of the rules that read it; `waiter` does not read the table.
    let keys: Vec<&str> = events
        .iter()
        .filter_map(|event| event.key.as_deref())
        .collect();
    assert!(
        keys.contains(&"a 1") && keys.contains(&"c седьмой"),
        "{keys:?}"
    );
    assert_eq!(events.len(), 4);
    assert_eq!(bench.count("note"), 2);
    // The cursor went on with the last item.
    assert_eq!(questions(&bench)[2], "hash=c");
    assert_eq!(
        bench
            .notices
            .iter()
            .filter(|notice| matches!(notice, Notice::EventDead { .. }))
            .count(),
        2
    );
}

#[test]
fn an_answer_that_is_no_page_moves_nothing() {
    let (mut bench, hall) = bench(&program(CALLS), |hall| hall.call("a", "call", 1));
    bench.pass(SECOND);
    for body in [
        "",
        "[]",
        r#"{"data":{"updates":"нет"}}"#,
        r#"{"data":null}"#,
        "<html>",
    ] {
        hall.borrow_mut().instead = Some(answer(200, body));
        bench.pass(SECOND * 200);
        assert_eq!(questions(&bench).last().unwrap(), "hash=a", "{body}");
    }
    assert_eq!(keys(&bench), ["a 1"]);
    assert_eq!(told(&bench).len(), 1, "{:?}", told(&bench));
}

/// Carries out everything but the commits; gives those back.
fn without_commits(bench: &mut Bench, input: Input) -> Vec<Command> {
    let commands = bench.machine.step(bench.now, input);
    let (commits, others): (Vec<_>, Vec<_>) = commands
        .into_iter()
        .partition(|command| matches!(command, Command::Commit { .. }));
    for command in others {
        if let Command::Send { call, request, .. } = command {
            let sent = Sent::of(bench.now, &request, false);
            let hall = Hall {
                calls: vec![("b".into(), "call".into(), 2)],
                ..Hall::default()
            };
            let observed = hall.answers(&sent);
            return without_commits(bench, Input::Observed { call, observed });
        }
    }
    commits
}

#[test]
fn a_process_that_dies_before_the_commit_asks_again() {
    let program = program(CALLS);
    let (mut bench, hall) = bench(&program, |_| {});
    hall.borrow_mut().call("b", "call", 2);
    bench.now += SECOND * 10;
    let lost = without_commits(&mut bench, Input::Wake);
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(events(&bench).is_empty());
    bench.restart(&program);
    bench.pass(SECOND);
    assert_eq!(questions(&bench).last().unwrap(), "hash=none");
    assert_eq!(keys(&bench), ["b 2"]);
    assert_eq!(bench.count("note"), 1);
}

#[test]
fn a_store_without_room_moves_no_cursor() {
    let (mut bench, hall) = bench(&program(CALLS), |_| {});
    hall.borrow_mut().call("b", "call", 2);
    bench.now += SECOND * 10;
    let refused = without_commits(&mut bench, Input::Wake);
    let Command::Commit { commit, .. } = &refused[0] else {
        panic!("{refused:?}");
    };
    let result = Err(store::Error::Busy);
    bench.input(Input::Committed {
        commit: *commit,
        result,
    });
    assert!(events(&bench).is_empty());
    bench.pass(SECOND * 2);
    assert_eq!(questions(&bench).last().unwrap(), "hash=none");
    assert_eq!(keys(&bench), ["b 2"]);
}

#[test]
fn a_draining_process_asks_nobody_and_keeps_no_answer() {
    let program = program(CALLS);
    let (mut bench, hall) = bench(&program, |_| {});
    bench.now += SECOND * 10;
    let commands = bench.machine.step(bench.now, Input::Wake);
    let Command::Send { call, .. } = &commands[0] else {
        panic!("{commands:?}");
    };
    hall.borrow_mut().call("b", "call", 2);
    bench.input(Input::Drain);
    let observed = hall.borrow().answers(&bench.sent[0]);
    bench.input(Input::Observed {
        call: *call,
        observed,
    });
    assert!(bench.drained);
    bench.pass(SECOND * 60);
    assert!(events(&bench).is_empty());
    bench.restart(&program);
    assert_eq!(keys(&bench), ["b 2"]);
}

#[test]
fn a_page_that_is_gone_begins_the_question_anew() {
    let program = program(r#"rule orders: on hall.order do hall.note(mark: "{id}")"#);
    let (mut bench, hall) = bench(&program, |hall| hall.orders = (1..=25).collect());
    bench.pass(SECOND);
    hall.borrow_mut().orders = vec![1, 99];
    bench.pass(SECOND * 150);
    let asked = questions(&bench);
    assert_eq!(asked[10..], ["page=10", "page=0"]);
    assert_eq!(keys(&bench).last().unwrap(), "99");
}

#[test]
fn a_cursor_without_a_value_is_said_and_makes_no_news_of_what_was_there() {
    let program = program(r#"rule faulty: on hall.faulty do hall.note(mark: "{id}")"#);
    let (mut bench, hall) = bench(&program, |hall| {
        hall.instead = Some(answer(200, r#"{"changes":[{"id":5,"text":null}]}"#));
    });
    bench.pass(SECOND * 60);
    assert_eq!(told(&bench).len(), 1, "{:?}", told(&bench));
    assert!(
        told(&bench)[0].contains("`cursor` has no value"),
        "{:?}",
        told(&bench)
    );
    bench.restart(&program);
    bench.pass(SECOND * 60);
    hall.borrow_mut().instead = None;
    hall.borrow_mut().orders = vec![5];
    bench.pass(SECOND * 400);
    assert!(events(&bench).is_empty());
}

#[test]
fn a_clock_that_is_set_back_stops_no_source() {
    let (mut bench, hall) = bench(&program(CALLS), |_| {});
    bench.pass(SECOND * 15);
    bench.now -= SignedDuration::from_hours(5);
    bench.input(Input::Wake);
    hall.borrow_mut().call("b", "call", 2);
    bench.pass(SECOND * 11);
    assert_eq!(keys(&bench), ["b 2"]);
}

#[test]
fn a_machine_that_is_full_asks_nobody() {
    let program = program(CALLS);
    let (mut bench, hall) = bench(&program, |_| {});
    bench.machine.limits.active_max = 0;
    hall.borrow_mut().call("b", "call", 2);
    bench.pass(SECOND * 60);
    assert_eq!(questions(&bench).len(), 1);
    bench.machine.limits.active_max = 10;
    bench.pass(SECOND * 2);
    assert_eq!(keys(&bench), ["b 2"]);
}

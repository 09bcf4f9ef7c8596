//! What one attempt means: each row of the table, for each class of action.

use jiff::SignedDuration;
use ondo_compiler::ir::LocalId;
use ondo_compiler::wire::{HttpAnswer, Observed};

use super::super::testing::program::{Maker, SAFE, one_call, step};
use super::super::testing::{Bench, answer, event, not_sent, timeout};
use crate::store::RunState;

const OK: &str = r#"{"found":"yes"}"#;
/// Actions by class: read, harmless, idempotent, keyed, unsafe.
const ALL: [&str; 5] = ["look", "note", "put", "pay", "give"];
const REPEATABLE: [&str; 4] = ["look", "note", "put", "pay"];

/// A run of one call that is first answered like this, later with 200. Yields its state, the number of requests and the
/// recorded outcomes.
fn first(
    action: &str,
    observed: impl Fn() -> Observed + 'static,
) -> (RunState, usize, Vec<String>) {
    let mut bench = Bench::new(&one_call(action, |_| {}), move |_, before| {
        Some(if before == 0 {
            observed()
        } else {
            answer(200, OK)
        })
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    let outcomes = bench
        .outcomes()
        .into_iter()
        .map(|(outcome, verdict)| format!("{outcome} {verdict}"))
        .collect();
    (bench.run().state, bench.count(action), outcomes)
}

fn truncated() -> Observed {
    Observed::Answer(HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: br#"{"fou"#.to_vec(),
        complete: false,
    })
}

#[test]
fn what_was_not_sent_is_repeated_for_every_class() {
    for action in ALL {
        let (state, sends, outcomes) = first(action, not_sent);
        assert_eq!((state, sends), (RunState::Done, 2), "{action}");
        assert_eq!(outcomes, ["not_sent not_sent", "ok applied"], "{action}");
    }
}

#[test]
fn a_timeout_is_repeated_only_for_what_may_be_repeated() {
    for action in REPEATABLE {
        let (state, sends, outcomes) = first(action, timeout);
        assert_eq!((state, sends), (RunState::Done, 2), "{action}");
        assert_eq!(outcomes, ["timeout unknown", "ok applied"], "{action}");
    }
    let (state, sends, outcomes) = first("give", timeout);
    assert_eq!((state, sends), (RunState::InDoubt, 1));
    assert_eq!(outcomes, ["timeout unknown"]);
}

#[test]
fn a_reset_or_a_closed_connection_is_like_a_timeout() {
    for reason in ["reset", "closed", "incomplete"] {
        let observed = move || Observed::NoAnswer {
            reason: reason.into(),
        };
        for action in REPEATABLE {
            let (state, sends, _) = first(action, observed);
            assert_eq!((state, sends), (RunState::Done, 2), "{action} {reason}");
        }
        let (state, sends, _) = first("give", observed);
        assert_eq!((state, sends), (RunState::InDoubt, 1), "{reason}");
    }
}

#[test]
fn a_complete_2xx_is_applied() {
    for action in ALL {
        let (state, sends, outcomes) = first(action, || answer(200, OK));
        assert_eq!((state, sends), (RunState::Done, 1), "{action}");
        assert_eq!(outcomes, ["ok applied"], "{action}");
    }
}

#[test]
fn a_truncated_2xx_is_never_sent_again_unless_it_is_a_read() {
    let (state, sends, _) = first("look", truncated);
    assert_eq!((state, sends), (RunState::Done, 2));
    for action in ["note", "put", "pay", "give"] {
        let (state, sends, outcomes) = first(action, truncated);
        assert_eq!((state, sends), (RunState::Done, 1), "{action}");
        assert!(
            outcomes[0].ends_with("applied_result_lost"),
            "{action} {outcomes:?}"
        );
    }
}

#[test]
fn a_lost_result_that_is_needed_fails_the_run_and_is_not_sent_again() {
    let program = one_call("give", |call| call.bind = Some(LocalId(0)));
    let mut bench = Bench::new(&program, |_, _| Some(truncated()));
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("give")),
        (RunState::Failed, 1)
    );
    let reason = bench.run().reason.unwrap();
    assert!(
        reason.starts_with("give happened, but its result is lost"),
        "{reason}"
    );
}

#[test]
fn a_refusal_ends_the_run_as_dead_and_is_not_repeated() {
    for status in [400, 401, 403, 404, 405, 413, 415, 422] {
        for action in ALL {
            let (state, sends, outcomes) =
                first(action, move || answer(status, r#"{"code":"no"}"#));
            assert_eq!((state, sends), (RunState::Dead, 1), "{action} {status}");
            assert!(
                outcomes[0].ends_with(" refused"),
                "{action} {status} {outcomes:?}"
            );
        }
    }
}

#[test]
fn a_rate_limit_is_waited_for_and_uses_up_no_attempt() {
    for action in ALL {
        let program = one_call(action, |call| call.retry.never = true);
        let mut bench = Bench::new(&program, |_, before| {
            Some(if before < 7 {
                answer(429, "")
            } else {
                answer(200, OK)
            })
        });
        bench.ingest(event(1, "a"));
        bench.settle();
        assert_eq!(
            (bench.run().state, bench.count(action)),
            (RunState::Done, 8),
            "{action}"
        );
        assert_eq!(
            bench.outcomes()[0],
            ("rate_limited".into(), "refused".into())
        );
    }
}

#[test]
fn retry_after_is_honoured() {
    let mut bench = Bench::new(&one_call("give", |_| {}), |_, before| {
        Some(match before {
            0 => Observed::Answer(HttpAnswer {
                status: 429,
                headers: vec![("retry-after".into(), "120".into())],
                body: Vec::new(),
                complete: true,
            }),
            _ => answer(200, OK),
        })
    });
    bench.ingest(event(1, "a"));
    let run = bench.run();
    assert_eq!(run.state, RunState::Waiting);
    assert_eq!(run.reason.as_deref(), Some("rate limit of vendor"));
    bench.settle();
    let pause = bench.sent[1].at.duration_since(bench.sent[0].at);
    assert!(pause >= SignedDuration::from_secs(120), "{pause}");
}

#[test]
fn server_errors_and_unknown_codes_are_not_known() {
    for status in [408, 425, 500, 502, 503, 599] {
        for action in REPEATABLE {
            let (state, sends, _) = first(action, move || answer(status, ""));
            assert_eq!((state, sends), (RunState::Done, 2), "{action} {status}");
        }
        let (state, sends, outcomes) = first("give", move || answer(status, ""));
        assert_eq!(
            (state, sends),
            (RunState::InDoubt, 1),
            "{status} {outcomes:?}"
        );
        assert!(outcomes[0].ends_with(" unknown"), "{status} {outcomes:?}");
    }
}

#[test]
fn a_401_renews_the_token_once_also_for_an_unsafe_call() {
    let mut maker = Maker::new();
    let call = maker.call(SAFE, "give", "give");
    maker.rule("rule", vec![step(call)]);
    let mut bench = Bench::new(&maker.program(), |sent, before| {
        Some(match sent.action.as_str() {
            "token" => answer(200, &format!(r#"{{"token":"t{before}"}}"#)),
            _ if sent.authorization.as_deref() == Some("t0") => answer(401, ""),
            _ => answer(200, OK),
        })
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!((bench.count("give"), bench.count("token")), (2, 2));
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(
        bench.outcomes()[0],
        ("token_expired".into(), "refused".into())
    );
}

#[test]
fn a_401_that_stays_is_a_refusal_after_one_renewal() {
    let mut maker = Maker::new();
    let call = maker.call(SAFE, "give", "give");
    maker.rule("rule", vec![step(call)]);
    let mut bench = Bench::new(&maker.program(), |sent, _| {
        Some(match sent.action.as_str() {
            "token" => answer(200, r#"{"token":"t"}"#),
            _ => answer(401, ""),
        })
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!((bench.count("give"), bench.count("token")), (2, 2));
    assert_eq!(bench.run().state, RunState::Dead);
}

#[test]
fn many_callers_share_one_token_exchange() {
    let mut maker = Maker::new();
    let call = maker.call(SAFE, "note", "note");
    maker.rule("rule", vec![step(call)]);
    let mut bench = Bench::new(&maker.program(), |sent, _| {
        Some(match sent.action.as_str() {
            "token" => answer(200, r#"{"token":"t"}"#),
            _ => answer(200, OK),
        })
    });
    for number in 0..20 {
        bench.ingest(event(number, "a"));
    }
    bench.settle();
    assert_eq!((bench.count("note"), bench.count("token")), (20, 1));
}

#[test]
fn without_a_token_nothing_is_sent_and_the_run_tries_again() {
    let mut maker = Maker::new();
    let call = maker.call(SAFE, "give", "give");
    maker.rule("rule", vec![step(call)]);
    let mut bench = Bench::new(&maker.program(), |sent, before| {
        Some(match (sent.action.as_str(), before) {
            ("token", 0) => answer(401, ""),
            ("token", 1) => timeout(),
            ("token", 2) => not_sent(),
            ("token", _) => answer(200, r#"{"token":"t"}"#),
            _ => answer(200, OK),
        })
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!((bench.count("give"), bench.count("token")), (1, 4));
    assert_eq!(bench.run().state, RunState::Done);
    let not_sent = ("not_sent".to_owned(), "not_sent".to_owned());
    assert_eq!(
        bench.outcomes()[..3],
        [not_sent.clone(), not_sent.clone(), not_sent]
    );
}

#[test]
fn unsafe_calls_have_a_connection_of_their_own_and_others_do_not() {
    for action in ALL {
        let mut bench = Bench::new(&one_call(action, |_| {}), |_, _| Some(answer(200, OK)));
        bench.ingest(event(1, "a"));
        assert_eq!(bench.sent[0].fresh_connection, action == "give", "{action}");
    }
}

#[test]
fn every_attempt_sends_the_same_bytes_and_key() {
    for action in ["put", "pay"] {
        let mut bench = Bench::new(&one_call(action, |_| {}), |_, before| {
            Some(if before < 5 {
                timeout()
            } else {
                answer(200, OK)
            })
        });
        bench.ingest(event(1, "a"));
        bench.settle();
        assert_eq!(bench.count(action), 6);
        assert!(
            bench
                .sent
                .iter()
                .all(|sent| sent.body == bench.sent[0].body),
            "{action}"
        );
        let keys: Vec<String> = bench
            .journal()
            .iter()
            .map(|record| record.key.clone())
            .collect();
        assert!(
            keys.iter().all(|key| *key == keys[0] && key.len() == 64),
            "{keys:?}"
        );
        assert_eq!(
            action == "pay",
            bench.sent[0].body.contains(&keys[0]),
            "{action}"
        );
    }
}

#[test]
fn attempts_end_after_72_hours_and_the_run_is_dead() {
    let mut bench = Bench::new(&one_call("put", |_| {}), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.settle();
    let run = bench.run();
    assert_eq!(run.state, RunState::Dead);
    let lasted = run.ended_at.unwrap().duration_since(run.created_at);
    assert!(lasted >= SignedDuration::from_hours(72), "{lasted}");
    assert!(lasted <= SignedDuration::from_hours(80), "{lasted}");
}

#[test]
fn retry_replaces_the_count_and_the_pauses() {
    let program = one_call("put", |call| {
        call.retry.count = Some(3);
        call.retry.backoff = Some((SignedDuration::from_secs(2), SignedDuration::from_secs(5)));
    });
    let mut bench = Bench::new(&program, |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!((bench.run().state, bench.count("put")), (RunState::Dead, 4));
    for pair in bench.sent.windows(2) {
        let pause = pair[1].at.duration_since(pair[0].at);
        assert!(
            pause >= SignedDuration::from_secs(2) && pause <= SignedDuration::from_secs(5),
            "{pause}"
        );
    }
}

#[test]
fn retry_when_repeats_only_what_it_names() {
    let named = |call: &mut ondo_compiler::ir::Call| call.retry.when = vec!["transient".into()];
    for (observed, sends) in [(answer(500, ""), 2), (timeout(), 1)] {
        let mut bench = Bench::new(&one_call("put", named), move |_, before| {
            Some(if before == 0 {
                observed.clone()
            } else {
                answer(200, OK)
            })
        });
        bench.ingest(event(1, "a"));
        bench.settle();
        assert_eq!(bench.count("put"), sends);
    }
}

#[test]
fn retry_never_repeats_nothing() {
    let program = one_call("put", |call| call.retry.never = true);
    let mut bench = Bench::new(&program, |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!((bench.run().state, bench.count("put")), (RunState::Dead, 1));
}

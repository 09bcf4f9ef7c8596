//! Conditions, failures, `match`, lists, objects and limits.

use super::*;
use crate::eval::limits;
use crate::ir::Entry;

#[test]
fn the_right_side_runs_only_when_it_counts() {
    let logic = |make: fn(ExprId, ExprId) -> Expr, left: bool| {
        run(|b| {
            let (left, right) = (b.value(Value::Bool(left)), b.fail());
            b.add(make(left, right))
        })
    };
    assert_eq!(logic(Expr::And, false), Ok(Value::Bool(false)));
    assert_eq!(code(logic(Expr::And, true)), "fail");
    assert_eq!(logic(Expr::Or, true), Ok(Value::Bool(true)));
    assert_eq!(code(logic(Expr::Or, false)), "fail");
}

#[test]
fn coalesce_is_for_null_and_absent_only() {
    let coalesce = |left: fn(&mut Build) -> ExprId| {
        run(|b| {
            let (left, right) = (left(b), b.int(2));
            b.add(Expr::Coalesce(left, right))
        })
    };
    assert_eq!(coalesce(|b| b.value(Value::Null)), Ok(int(2)));
    assert_eq!(coalesce(|b| b.value(Value::Absent)), Ok(int(2)));
    assert_eq!(coalesce(|b| b.value(text(""))), Ok(text("")));
    assert_eq!(code(coalesce(Build::fail)), "fail");
}

#[test]
fn coalesce_in_a_row_takes_the_first_value() {
    let result = run(|b| {
        let nulls = [b.value(Value::Null), b.value(Value::Absent)];
        let (third, unused) = (b.int(3), b.fail());
        let first = b.add(Expr::Coalesce(nulls[0], nulls[1]));
        let second = b.add(Expr::Coalesce(first, third));
        b.add(Expr::Coalesce(second, unused))
    });
    assert_eq!(result, Ok(int(3)));
}

#[test]
fn catch_is_for_failures_only() {
    let catch = |left: fn(&mut Build) -> ExprId| {
        run(|b| {
            let (left, right) = (left(b), b.int(2));
            b.add(Expr::Catch(left, right))
        })
    };
    assert_eq!(catch(Build::fail), Ok(int(2)));
    assert_eq!(catch(|b| b.value(Value::Null)), Ok(Value::Null));
}

#[test]
fn a_failure_carries_the_place_of_the_innermost_expression() {
    let failure = run(|b| {
        let bad = b.text("x");
        let bad = b.builtin("int", &[bad]);
        let one = b.int(1);
        b.binary(Op::Add, one, bad)
    })
    .unwrap_err();
    assert_eq!(failure.code, "not-a-number");
    assert_eq!(failure.place.unwrap().span.start, 1);
}

#[test]
fn the_authors_own_words_are_the_message() {
    let failure = run(|b| {
        let parts = [b.text("item "), b.int(7), b.text(" has no offer")];
        let why = b.add(Expr::Text(parts.to_vec()));
        b.add(Expr::Fail(why))
    })
    .unwrap_err();
    assert_eq!(failure.message, "item 7 has no offer");
}

#[test]
fn a_match_takes_the_first_arm_that_fits() {
    let matched = |subject: Value, with_else: bool| {
        run(|b| {
            let subject = b.value(subject);
            let (first, second, third) = (b.int(1), b.int(2), b.int(3));
            b.add(Expr::Match {
                subject,
                arms: vec![
                    (vec![text("msk"), text("spb")], first),
                    (vec![Value::Null], second),
                ],
                otherwise: with_else.then_some(third),
            })
        })
    };
    assert_eq!(matched(text("spb"), true), Ok(int(1)));
    assert_eq!(matched(Value::Absent, true), Ok(int(2)));
    assert_eq!(matched(text("tver"), true), Ok(int(3)));
    assert_eq!(code(matched(text("tver"), false)), "no-match");
}

#[test]
fn a_comprehension_filters_and_maps() {
    let result = run(|b| {
        let list = b.value(list(&[int(1), int(2), int(3)]));
        let (x, one, ten) = (b.local(0), b.int(1), b.int(10));
        let cond = b.binary(Op::Gt, x, one);
        let value = b.binary(Op::Mul, x, ten);
        b.add(Expr::Comprehension {
            var: LocalId(0),
            list,
            cond: Some(cond),
            value,
        })
    });
    assert_eq!(result, Ok(list(&[int(20), int(30)])));
}

#[test]
fn a_null_list_is_empty() {
    let result = run(|b| {
        let (list, value) = (b.value(Value::Null), b.fail());
        b.add(Expr::Comprehension {
            var: LocalId(0),
            list,
            cond: None,
            value,
        })
    });
    assert_eq!(result, Ok(list(&[])));
}

#[test]
fn null_is_left_out_where_the_target_may_be_missing() {
    let result = run(|b| {
        let (null, omit, base) = (
            b.value(Value::Null),
            b.add(Expr::Omit),
            b.value(Value::object(vec![
                ("a".into(), int(1)),
                ("z".into(), int(9)),
            ])),
        );
        let two = b.int(2);
        let field = |name: &str, value, omit_null| Entry::Field {
            name: name.into(),
            value,
            omit_null,
        };
        b.add(Expr::Object(vec![
            Entry::Spread(base),
            field("a", two, false),
            field("optional", null, true),
            field("sent_as_null", null, false),
            field("omitted", omit, false),
        ]))
    });
    let expected = Value::object(vec![
        ("a".into(), int(2)),
        ("z".into(), int(9)),
        ("sent_as_null".into(), Value::Null),
    ]);
    assert_eq!(result, Ok(expected));
}

#[test]
fn membership_compares_by_value() {
    let within = |item: Value| {
        run(|b| {
            let item = b.value(item);
            let items = b.value(list(&[text("msk"), int(1)]));
            b.add(Expr::In(item, items))
        })
    };
    assert_eq!(within(num("1.0")), Ok(Value::Bool(true)));
    assert_eq!(within(text("1")), Ok(Value::Bool(false)));
}

#[test]
fn a_condition_is_a_bool_and_nothing_else() {
    let not = |value: Value| {
        run(|b| {
            let value = b.value(value);
            b.add(Expr::Not(value))
        })
    };
    assert_eq!(not(Value::Bool(true)), Ok(Value::Bool(false)));
    assert_eq!(code(not(Value::Null)), "null-value");
    assert_eq!(code(not(int(0))), "wrong-type");
}

#[test]
fn long_chains_are_not_deep() {
    let result = run(|b| {
        let mut sum = b.int(0);
        for _ in 0..20_000 {
            let one = b.int(1);
            sum = b.binary(Op::Add, sum, one);
        }
        let expected = b.int(20_000);
        let mut both = b.binary(Op::Eq, sum, expected);
        for _ in 0..20_000 {
            let yes = b.value(Value::Bool(true));
            both = b.add(Expr::And(both, yes));
        }
        both
    });
    assert_eq!(result, Ok(Value::Bool(true)));
}

#[test]
fn else_if_in_a_row_is_not_deep() {
    let result = run(|b| {
        let no = b.value(Value::Bool(false));
        let mut value = b.int(1);
        for _ in 0..20_000 {
            value = b.add(Expr::If(no, no, value));
        }
        value
    });
    assert_eq!(result, Ok(int(1)));
}

#[test]
fn nesting_has_a_limit_that_the_stack_of_a_thread_holds() {
    // Lists in lists, texts in texts, calls in calls: each kind of level, beyond the limit, on a small stack.
    let nested: [fn(&mut Build, ExprId) -> ExprId; 6] = [
        |b, inner| b.add(Expr::List(vec![inner])),
        |b, inner| b.add(Expr::Text(vec![inner])),
        |b, inner| b.builtin("string", &[inner]),
        |b, inner| b.builtin("round", &[inner]),
        |b, inner| {
            let one = b.int(1);
            let quotient = b.binary(Op::Div, one, inner);
            b.builtin("round", &[quotient])
        },
        |b, inner| {
            let one = b.int(1);
            let items = b.add(Expr::List(vec![one]));
            b.add(Expr::Comprehension {
                var: LocalId(0),
                list: items,
                cond: None,
                value: inner,
            })
        },
    ];
    for nest in nested {
        let small_stack = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        let result = small_stack
            .spawn(move || {
                run(|b| {
                    let mut value = b.int(1);
                    for _ in 0..2 * limits::DEPTH_MAX {
                        value = nest(b, value);
                    }
                    value
                })
            })
            .unwrap()
            .join()
            .unwrap();
        assert_eq!(code(result), "too-much-work");
    }
}

#[test]
fn work_has_a_limit() {
    // Eight lists of a hundred within each other: 10^16 elements.
    let result = run(|b| {
        let hundred = b.value(list(&vec![int(1); 100]));
        let mut value = b.int(1);
        for _ in 0..8 {
            let items = b.add(Expr::Comprehension {
                var: LocalId(0),
                list: hundred,
                cond: None,
                value,
            });
            value = b.builtin("count", &[items]);
        }
        value
    });
    assert_eq!(code(result), "too-much-work");
}

#[test]
fn running_out_of_budget_cannot_be_caught() {
    let mut b = Build::default();
    let one = b.int(1);
    let sum = b.binary(Op::Add, one, one);
    let id = b.add(Expr::Catch(sum, one));
    let program = program(b.exprs);
    let scope = Scope {
        exprs: &program.exprs,
        program: None,
        inputs: &[],
        slots: &[],
        read_set: None,
        now: jiff::Timestamp::UNIX_EPOCH,
        step_time: jiff::Timestamp::UNIX_EPOCH,
        zone: "UTC",
    };
    let mut frame = Frame {
        locals: Vec::new(),
        budget: 3,
    };
    assert_eq!(code(eval(&scope, &mut frame, id)), "too-much-work");
}

#[test]
fn values_that_double_at_each_step_have_a_limit() {
    // let a = [1, 1], b = [a, a], …: little memory, but 2^40 elements for whoever prints them.
    let result = run(|b| {
        let mut value = b.int(1);
        let mut steps = Vec::new();
        for _ in 0..40 {
            steps.push(value);
            value = b.local(0);
            value = b.add(Expr::List(vec![value, value]));
        }
        let mut chained = b.int(1);
        for _ in 0..40 {
            let then = b.local(0);
            let doubled = b.add(Expr::List(vec![then, then]));
            chained = b.add(Expr::Chain {
                value: chained,
                bind: LocalId(0),
                then: doubled,
            });
        }
        chained
    });
    assert_eq!(code(result), "too-large");
}

#[test]
fn texts_have_a_limit() {
    let result = run(|b| {
        let part = b.value(text(&"x".repeat(1024 * 1024)));
        b.add(Expr::Text(vec![part; 5]))
    });
    assert_eq!(code(result), "too-large");
}

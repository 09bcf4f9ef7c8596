//! Whatever the expression and whatever the values: a value or a failure, never a panic, and an end.

use proptest::prelude::*;

use super::*;
use crate::builtins;
use crate::eval::{compare, display, equals, from_json, key_text, to_json};
use crate::ir::{AccountId, Conversion, Entry, FnId, Function, SlotId, Table, TableId, Take};
use crate::types::{Currency, Type};
use crate::value::{Num, Secret};

/// A choice of an expression: its kind and four numbers that the kind uses as it likes.
type Choice = (u8, [u32; 4], Value);

fn scalar() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "",
        " ",
        "x",
        "чай",
        "42",
        "-1.50",
        "1e400",
        "RUB",
        "half-even",
        "2026-11-21",
        "2026-11-21T10:00:00+03:00",
        "10:00",
        "+7 999 123-45-67",
        "%Y-%m-%d",
        "%",
        "UTC",
        "Europe/Moscow",
        "[1, {\"a\": null}]",
        "YWJj",
        "left",
        "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
        "\u{0}\u{10ffff}",
        "ß",
        "İ",
    ]);
    let numbers = prop::sample::select(vec![
        "0",
        "0.1",
        "-0.005",
        "9999999999999999999999999999",
        "0.0000000000000000000000000001",
        "1000",
        "3",
        "0.07",
    ]);
    prop_oneof![
        Just(Value::Null),
        Just(Value::Absent),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-3..40_i64).prop_map(Value::Int),
        numbers.prop_map(|text| Value::Num(Num::parse(text).unwrap())),
        (
            -1_000..1_000_i64,
            prop::sample::select(vec!["", "RUB", "KZT"])
        )
            .prop_map(|(amount, currency)| money(&amount.to_string(), currency)),
        words.prop_map(text),
        ".{0,12}".prop_map(Value::text),
        prop::sample::select(vec![
            "2026-11-21",
            "-009999-01-01",
            "9999-12-31",
            "2024-02-29"
        ])
        .prop_map(|day| Value::Date(day.parse().unwrap())),
        prop::sample::select(vec!["00:00", "23:59:59.999999999"])
            .prop_map(|time| Value::Time(time.parse().unwrap())),
        prop::sample::select(vec![
            "2026-11-21T10:00:00+03:00",
            "9999-12-30T22:00:00Z",
            "-009999-01-03T00:00:00Z"
        ])
        .prop_map(moment),
        any::<i64>().prop_map(|secs| Value::Duration(jiff::SignedDuration::from_secs(secs))),
        (-100..100_i64).prop_map(|hours| Value::Duration(jiff::SignedDuration::from_hours(hours))),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(|bytes| Value::Bytes(bytes.into())),
        Just(Value::Secret(Secret::new("s"))),
        Just(Value::Account(AccountId(0))),
        prop::sample::select(vec![
            "null",
            "1e400",
            "{\"a\": [1, null, \"x\"], \"b\": 1.50}",
            "[[1], [2]]",
            "\"7\""
        ])
        .prop_map(json),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
            prop::collection::vec((prop::sample::select(vec!["a", "b", "id"]), inner), 0..3)
                .prop_map(|fields| {
                    let mut object = crate::value::Object::default();
                    for (name, value) in fields {
                        object.set(name.into(), value);
                    }
                    Value::Object(Arc::new(object))
                }),
        ]
    })
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    prop::collection::vec((any::<u8>(), any::<[u32; 4]>(), value()), 1..24)
}

/// The expression number `at`; it refers only to earlier ones, so functions and tables cannot recurse.
fn expression(at: u32, (kind, n, value): Choice, regex: &Arc<regex::Regex>) -> Expr {
    if at == 0 {
        return Expr::Const(value);
    }
    let id = |n: u32| ExprId(n % at);
    let [a, b, c] = [id(n[0]), id(n[1]), id(n[2])];
    let local = LocalId(n[3] % 4);
    let name = || ["a", "b", "id"][(n[3] % 3) as usize].into();
    let ops = [
        Op::Eq,
        Op::Ne,
        Op::Lt,
        Op::Le,
        Op::Gt,
        Op::Ge,
        Op::Add,
        Op::Sub,
        Op::Mul,
        Op::Div,
    ];
    let types = [
        Type::Int,
        Type::Decimal,
        Type::Text,
        Type::Phone,
        Type::Date,
        Type::Time,
        Type::DateTime,
        Type::Duration,
        Type::Json,
        Type::Money(Currency::Named("RUB".into())),
        Type::List(Arc::new(Type::Int)),
        Type::Map(Arc::new(Type::Text.nullable())),
        Type::Named("nowhere".into()),
        Type::Union([Type::Bool, Type::List(Arc::new(Type::Json))].into()),
    ];
    match kind % 32 {
        0..=3 => Expr::Const(value),
        4 => Expr::Slot(SlotId(n[0] % 3)),
        5 => Expr::Local(local),
        6 => Expr::Input(if n[0].is_multiple_of(2) {
            "token".into()
        } else {
            "x".into()
        }),
        7 => Expr::Field {
            base: a,
            name: name(),
        },
        8 => Expr::Index { base: a, index: b },
        9 => Expr::Chain {
            value: a,
            bind: local,
            then: b,
        },
        10 => Expr::Lookup {
            table: TableId(n[0] % at),
            key: a,
        },
        11 => Expr::Call {
            function: FnId(n[0] % at),
            args: vec![b, c],
        },
        12..=16 => {
            let builtin = builtins::ALL[n[3] as usize % builtins::ALL.len()];
            let args = [a, b, c, a]
                .into_iter()
                .take(builtin.signature().params.len());
            let args = args
                .enumerate()
                .map(|(at, arg)| (at == 0 || n[2] % 3 != 0).then_some(arg))
                .collect();
            Expr::Builtin { builtin, args }
        }
        17 => Expr::Not(a),
        18 => Expr::Neg(a),
        19..=21 => Expr::Binary {
            op: ops[n[3] as usize % ops.len()],
            left: a,
            right: b,
        },
        22 => {
            if n[3].is_multiple_of(2) {
                Expr::And(a, b)
            } else {
                Expr::Or(a, b)
            }
        }
        23 => {
            if n[3].is_multiple_of(2) {
                Expr::Coalesce(a, b)
            } else {
                Expr::Catch(a, b)
            }
        }
        24 => {
            if n[3].is_multiple_of(2) {
                Expr::In(a, b)
            } else {
                Expr::Matches {
                    value: a,
                    regex: regex.clone(),
                }
            }
        }
        25 => {
            if n[3].is_multiple_of(2) {
                Expr::If(a, b, c)
            } else {
                Expr::Match {
                    subject: a,
                    arms: vec![(vec![value], b)],
                    otherwise: n[2].is_multiple_of(2).then_some(c),
                }
            }
        }
        26 => Expr::List(vec![a, b, c]),
        27 => Expr::Comprehension {
            var: local,
            list: a,
            cond: n[2].is_multiple_of(2).then_some(b),
            value: c,
        },
        28 => Expr::Object(vec![
            Entry::Spread(a),
            Entry::Field {
                name: name(),
                value: b,
                omit_null: n[2].is_multiple_of(2),
            },
        ]),
        29 => {
            if n[3].is_multiple_of(2) {
                Expr::Text(vec![a, b])
            } else {
                Expr::Fail(a)
            }
        }
        30 => {
            if n[3].is_multiple_of(2) {
                Expr::Cast {
                    value: a,
                    ty: types[n[2] as usize % types.len()].clone(),
                }
            } else {
                let to = if n[2].is_multiple_of(2) {
                    Conversion::Decimal
                } else {
                    Conversion::Money(None)
                };
                Expr::Convert { value: a, to }
            }
        }
        _ => match n[3] % 5 {
            0 => Expr::JsonPath {
                base: a,
                take: Take::All,
                path: "$..*".into(),
            },
            1 => Expr::JsonPath {
                base: a,
                take: Take::First,
                path: "$[?@.a == 'x']".into(),
            },
            2 => Expr::Present(a),
            3 => Expr::Now,
            _ => Expr::Omit,
        },
    }
}

fn bundle(choices: Vec<Choice>) -> Program {
    let regex = Arc::new(regex::Regex::new(r"^\d+[а-я]?").unwrap());
    let mut build = Build::default();
    for (at, choice) in choices.into_iter().enumerate() {
        let expr = expression(at as u32, choice, &regex);
        build.add(expr);
    }
    let ids = 0..build.exprs.nodes.len() as u32;
    let mut program = program(build.exprs);
    program.functions = ids
        .clone()
        .map(|id| Function {
            name: "f".into(),
            params: vec![LocalId(0), LocalId(1)],
            body: ExprId(id),
            local_count: 4,
        })
        .collect();
    program.tables = ids
        .map(|id| Table {
            name: "t".into(),
            rows: vec![(vec![text("x"), int(1)], ExprId(id))],
            otherwise: Some(ExprId(id)),
            records: None,
        })
        .collect();
    program
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_expression_panics_or_runs_for_ever(choices in choices(), slots in prop::collection::vec(value(), 3)) {
        let program = bundle(choices);
        let scope = Scope {
            exprs: &program.exprs,
            program: Some(&program),
            inputs: &[("token".into(), text("t-1"))],
            slots: &slots,
            read_set: None,
            now: "2026-11-21T07:00:00Z".parse().unwrap(),
            step_time: "2026-11-21T07:05:00Z".parse().unwrap(),
            zone: "Europe/Moscow",
        };
        // Expressions refer to others freely, so that most cases would run for ever without a budget.
        let mut frame = Frame { locals: Vec::new(), budget: 20_000 };
        let last = ExprId(program.exprs.nodes.len() as u32 - 1);
        match eval(&scope, &mut frame, last) {
            Ok(value) => {
                // What comes out can be shown, remembered and sent, or says why not.
                let _ = (display(&value), key_text(&value), to_json(&value));
            }
            Err(failure) => {
                prop_assert!(failure.place.is_some(), "{failure:?}");
                prop_assert!(!failure.message.is_empty() || failure.code == "fail");
                prop_assert!(!failure.message.ends_with('.') || failure.code == "fail");
            }
        }
    }

    #[test]
    fn every_function_takes_anything(builtin in prop::sample::select(builtins::ALL.to_vec()), values in prop::collection::vec(value(), 0..5)) {
        let result = run(|b| {
            let args = values.iter().map(|value| Some(b.value(value.clone()))).collect();
            b.add(Expr::Builtin { builtin, args })
        });
        if let Err(failure) = result {
            prop_assert!(!failure.message.contains('\n'), "{failure:?}");
        }
    }

    #[test]
    fn equality_goes_both_ways_and_agrees_with_order_and_keys(left in value(), right in value()) {
        prop_assert_eq!(equals(&left, &right), equals(&right, &left));
        if let Ok(order) = compare(&left, &right) {
            prop_assert_eq!(order.is_eq(), equals(&left, &right));
            prop_assert_eq!(compare(&right, &left), Ok(order.reverse()));
        }
        if equals(&left, &right)
            && let (Ok(left), Ok(right)) = (key_text(&left), key_text(&right))
        {
            // Zero without a currency equals zero of any; nothing else has two keys.
            prop_assert!(left == right || left.contains('0'), "{left} {right}");
        }
    }

    #[test]
    fn json_comes_back_from_a_value(value in value()) {
        if let Ok(json) = to_json(&value)
            && let Ok(read) = from_json(&json)
        {
            let again = from_json(&to_json(&read).unwrap()).unwrap();
            prop_assert!(equals(&again, &read));
        }
    }
}

//! Fields, elements, chains, inputs, functions and tables.

use super::*;
use crate::ir::{FnId, Function, SlotId, Table, TableId};

fn order() -> Value {
    Value::object(vec![
        ("number".into(), text("5012C")),
        ("customer".into(), Value::Null),
        ("items".into(), list(&[int(1), int(2), int(3)])),
    ])
}

fn field(base: Value, name: &str) -> Value {
    run(|b| {
        let base = b.value(base);
        b.add(Expr::Field {
            base,
            name: name.into(),
        })
    })
    .unwrap()
}

fn element(base: Value, index: i64) -> Value {
    run(|b| {
        let (base, index) = (b.value(base), b.int(index));
        b.add(Expr::Index { base, index })
    })
    .unwrap()
}

#[test]
fn a_field_that_is_not_there_is_absent() {
    assert_eq!(field(order(), "number"), text("5012C"));
    assert_eq!(field(order(), "customer"), Value::Null);
    assert_eq!(field(order(), "missing"), Value::Absent);
    assert_eq!(field(Value::Null, "number"), Value::Absent);
}

#[test]
fn json_is_read_like_an_object() {
    let raw = json(r#"{"a": [{"b": null}, {"b": 2.50}]}"#);
    let second = element(field(raw.clone(), "a"), 1);
    assert_eq!(super::super::display(&field(second, "b")).unwrap(), "2.5");
    let first = element(field(raw, "a"), 0);
    assert_eq!(field(first, "b"), Value::Null);
}

#[test]
fn an_index_counts_from_both_ends_and_is_null_outside() {
    let items = list(&[int(1), int(2), int(3)]);
    assert_eq!(element(items.clone(), 0), int(1));
    assert_eq!(element(items.clone(), -1), int(3));
    assert!(element(items.clone(), 3).is_null());
    assert!(element(items.clone(), -4).is_null());
    assert!(element(items, i64::MIN).is_null());
    assert!(element(Value::Null, 0).is_null());
}

#[test]
fn a_chain_stops_at_null() {
    let chain = |value: Value| {
        run(|b| {
            let (value, bound) = (b.value(value), b.local(2));
            let then = b.builtin("upper", &[bound]);
            b.add(Expr::Chain {
                value,
                bind: LocalId(2),
                then,
            })
        })
        .unwrap()
    };
    assert_eq!(chain(text("чай")), text("ЧАЙ"));
    assert!(chain(Value::Null).is_null());
}

#[test]
fn slots_inputs_and_moments_come_from_the_scope() {
    let mut b = Build::default();
    let slot = b.add(Expr::Slot(SlotId(0)));
    let beyond = b.add(Expr::Slot(SlotId(9)));
    let token = b.add(Expr::Input("token".into()));
    let unknown = b.add(Expr::Input("nothing".into()));
    let now = b.add(Expr::Now);
    let step_time = b.add(Expr::StepTime);
    let program = program(b.exprs);
    let slots = [text("assembling")];
    let yields = |id| run_in(&program, &slots, id).unwrap();
    assert_eq!(yields(slot), text("assembling"));
    assert_eq!(yields(beyond), Value::Absent);
    assert_eq!(yields(token), text("t-1"));
    assert_eq!(yields(unknown), Value::Absent);
    let shown = |id| super::super::display(&yields(id)).unwrap();
    assert_eq!(shown(now), "2026-11-21T10:00:00+03:00");
    assert_eq!(shown(step_time), "2026-11-21T10:05:00+03:00");
}

#[test]
fn a_function_sees_only_its_arguments() {
    let mut b = Build::default();
    let (x, foreign) = (b.local(0), b.local(1));
    let doubled = b.binary(Op::Add, x, x);
    let body = b.add(Expr::List(vec![doubled, foreign]));
    // The caller's local 0 is something else, and is still there afterwards.
    let caller_local = b.local(0);
    let seven = b.int(7);
    let call = b.add(Expr::Call {
        function: FnId(0),
        args: vec![seven],
    });
    let one = b.int(1);
    let items = b.add(Expr::List(vec![one]));
    let both = b.add(Expr::List(vec![call, caller_local]));
    let outer = b.add(Expr::Comprehension {
        var: LocalId(0),
        list: items,
        cond: None,
        value: both,
    });
    let mut program = program(b.exprs);
    program.functions.push(Function {
        name: "twice".into(),
        params: vec![LocalId(0)],
        body,
        local_count: 2,
    });
    let expected = list(&[list(&[list(&[int(14), Value::Absent]), int(1)])]);
    assert_eq!(run_in(&program, &[], outer), Ok(expected));
}

#[test]
fn a_table_gives_the_first_row_that_fits() {
    let mut b = Build::default();
    let (cash, card) = (b.text("cash"), b.text("card"));
    let keys = ["courier-cash", "bank-card", "bitcoin"].map(|key| b.text(key));
    let lookups = keys.map(|key| {
        b.add(Expr::Lookup {
            table: TableId(0),
            key,
        })
    });
    let mut program = program(b.exprs);
    program.tables.push(Table {
        name: "pay_type".into(),
        rows: vec![
            (vec![text("cash"), text("courier-cash")], cash),
            (vec![text("bank-card")], card),
        ],
        otherwise: None,
        records: None,
    });
    assert_eq!(run_in(&program, &[], lookups[0]), Ok(text("cash")));
    assert_eq!(run_in(&program, &[], lookups[1]), Ok(text("card")));
    let failure = run_in(&program, &[], lookups[2]).unwrap_err();
    assert_eq!(failure.code, "no-row");
    assert_eq!(
        failure.message,
        "table `pay_type` has no row for the value and no `else`"
    );
    program.tables[0].otherwise = Some(card);
    assert_eq!(run_in(&program, &[], lookups[2]), Ok(text("card")));
}

#[test]
fn presence_tells_null_from_absent() {
    let present = |name: &str| {
        run(|b| {
            let base = b.value(order());
            let field = b.add(Expr::Field {
                base,
                name: name.into(),
            });
            b.add(Expr::Present(field))
        })
        .unwrap()
    };
    assert_eq!(present("customer"), Value::Bool(true));
    assert_eq!(present("missing"), Value::Bool(false));
}

//! Money of different currencies never mixes: an expression over amounts is what a reference says that it is, or a
//! failure where the reference finds two currencies, or it does not check.
//!
//! The reference counts whole hundredths. It knows no types: only that an amount has a currency or none.

use std::cell::Cell;
use std::sync::{Arc, LazyLock};

use ondo_generate::Tape;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use super::generated::config;
use super::run::{Dice, End, Run};
use crate::catalog::{self, Catalog, ConnectorSource};
use crate::check::{BundleInput, Compiled, compile};
use crate::source::SourceFile;
use crate::types::Name;
use crate::value::{Money, Num, Value};

static BANK: LazyLock<Arc<Catalog>> = LazyLock::new(|| {
    let file = SourceFile {
        path: "connectors/bank/connector.ondo".to_owned(),
        text: include_str!("../bank.ondo").to_owned(),
    };
    let source = ConnectorSource {
        name: "bank".to_owned(),
        files: vec![file],
    };
    let (catalog, findings) = catalog::build(vec![source]);
    assert_eq!(findings, Vec::new());
    Arc::new(catalog)
});

fn compiled(text: &str) -> Compiled {
    let file = SourceFile {
        path: "bundles/case.ondo".to_owned(),
        text: text.to_owned(),
    };
    let bundle = BundleInput {
        name: "case".to_owned(),
        files: vec![Arc::new(file)],
        libraries: Vec::new(),
        tables: Vec::new(),
    };
    compile(&bundle, &BANK)
}

/// Hundredths and a currency.
type Amount = (i128, Option<&'static str>);

/// The amounts of an event.
#[derive(Debug, Clone, Copy)]
struct Event {
    sum: Amount,
    fee: Option<Amount>,
    rest: Amount,
    plain: Amount,
}

/// An amount as an expression.
#[derive(Debug, Clone)]
enum Expr {
    Literal(i128, &'static str),
    Zero,
    Sum,
    Rest,
    Plain,
    /// `(o.fee ?? e)`
    Fee(Box<Expr>),
    Add(Box<Expr>, Box<Expr>),
    Sub(Box<Expr>, Box<Expr>),
    Neg(Box<Expr>),
    Times(Box<Expr>, i128),
    /// `round(e * 5%, 2)`
    Percent(Box<Expr>),
    /// `round(e / 3, 2)`
    Third(Box<Expr>),
    Larger(Box<Expr>, Box<Expr>),
    Smaller(Box<Expr>, Box<Expr>),
    /// `sum([a, b, c])`
    Total(Vec<Expr>),
    /// `(if a < b then c else d)`
    If(Box<[Expr; 4]>),
    /// `(if a == b then c else d)`
    IfEqual(Box<[Expr; 4]>),
    /// `(e catch 0)`
    Caught(Box<Expr>),
}

fn expr(tape: &mut Tape<'_>, depth: usize) -> Expr {
    if depth == 0 || tape.has_ended() {
        return leaf(tape);
    }
    let depth = depth - 1;
    let one = |tape: &mut Tape<'_>| Box::new(expr(tape, depth));
    let four = |tape: &mut Tape<'_>| Box::new([(); 4].map(|()| expr(tape, depth)));
    match tape.roll(18) {
        0 | 1 => leaf(tape),
        2..=4 => Expr::Add(one(tape), one(tape)),
        5 | 6 => Expr::Sub(one(tape), one(tape)),
        7 => Expr::Neg(one(tape)),
        8 => Expr::Times(one(tape), tape.one_of(&[0, 1, 3])),
        9 => Expr::Percent(one(tape)),
        10 => Expr::Third(one(tape)),
        11 => Expr::Larger(one(tape), one(tape)),
        12 => Expr::Smaller(one(tape), one(tape)),
        13 => Expr::Total(tape.many(1, 3, |tape| expr(tape, depth))),
        14 => Expr::If(four(tape)),
        15 => Expr::Fee(one(tape)),
        16 => Expr::IfEqual(four(tape)),
        _ => Expr::Caught(one(tape)),
    }
}

fn leaf(tape: &mut Tape<'_>) -> Expr {
    match tape.roll(8) {
        0..=2 => Expr::Sum,
        3 => Expr::Rest,
        4 => Expr::Plain,
        5 => Expr::Zero,
        6 => Expr::Literal(tape.one_of(&[0, 150, 64_053]), "RUB"),
        _ => Expr::Literal(tape.one_of(&[0, 1_000]), "KZT"),
    }
}

fn text(value: &Expr) -> String {
    match value {
        Expr::Literal(hundredths, currency) => {
            format!("{}.{:02} {currency}", hundredths / 100, hundredths % 100)
        }
        Expr::Zero => "money(0)".to_owned(),
        Expr::Sum => "o.sum".to_owned(),
        Expr::Rest => "o.rest".to_owned(),
        Expr::Plain => "o.plain".to_owned(),
        Expr::Fee(other) => format!("(o.fee ?? {})", text(other)),
        Expr::Add(left, right) => format!("({} + {})", text(left), text(right)),
        Expr::Sub(left, right) => format!("({} - {})", text(left), text(right)),
        Expr::Neg(inner) => format!("(-{})", text(inner)),
        Expr::Times(inner, times) => format!("({} * {times})", text(inner)),
        Expr::Percent(inner) => format!("round({} * 5%, 2)", text(inner)),
        Expr::Third(inner) => format!("round({} / 3, 2)", text(inner)),
        Expr::Larger(left, right) => {
            format!("(max([{}, {}]) ?? money(0))", text(left), text(right))
        }
        Expr::Smaller(left, right) => {
            format!("(min([{}, {}]) ?? money(0))", text(left), text(right))
        }
        Expr::Total(all) => {
            let all: Vec<String> = all.iter().map(text).collect();
            format!("sum([{}])", all.join(", "))
        }
        Expr::If(four) => chosen("<", four),
        Expr::IfEqual(four) => chosen("==", four),
        Expr::Caught(inner) => format!("({} catch money(0))", text(inner)),
    }
}

fn chosen(sign: &str, [left, right, then, otherwise]: &[Expr; 4]) -> String {
    let (left, right, then, otherwise) = (text(left), text(right), text(then), text(otherwise));
    format!("(if {left} {sign} {right} then {then} else {otherwise})")
}

/// Two currencies met.
struct Mixed;

fn common(left: Amount, right: Amount) -> Result<Option<&'static str>, Mixed> {
    match (left, right) {
        ((_, a), (_, b)) if a == b => Ok(a),
        ((_, Some(named)), (0, None)) | ((0, None), (_, Some(named))) => Ok(Some(named)),
        _ => Err(Mixed),
    }
}

/// `value / by`, half away from zero.
fn rounded(value: i128, by: i128) -> i128 {
    let half = if value < 0 { -by } else { by };
    (2 * value + half) / (2 * by)
}

fn reference(value: &Expr, event: &Event) -> Result<Amount, Mixed> {
    let of = |value: &Expr| reference(value, event);
    Ok(match value {
        Expr::Literal(hundredths, currency) => (*hundredths, Some(*currency)),
        Expr::Zero => (0, None),
        Expr::Sum => event.sum,
        Expr::Rest => event.rest,
        Expr::Plain => event.plain,
        Expr::Fee(other) => match event.fee {
            Some(fee) => fee,
            None => of(other)?,
        },
        Expr::Add(left, right) => {
            let (left, right) = (of(left)?, of(right)?);
            (left.0 + right.0, common(left, right)?)
        }
        Expr::Sub(left, right) => {
            let (left, right) = (of(left)?, of(right)?);
            (left.0 - right.0, common(left, right)?)
        }
        Expr::Neg(inner) => {
            let inner = of(inner)?;
            (-inner.0, inner.1)
        }
        Expr::Times(inner, times) => {
            let inner = of(inner)?;
            (inner.0 * times, inner.1)
        }
        Expr::Percent(inner) => {
            let inner = of(inner)?;
            (rounded(inner.0 * 5, 100), inner.1)
        }
        Expr::Third(inner) => {
            let inner = of(inner)?;
            (rounded(inner.0, 3), inner.1)
        }
        Expr::Larger(left, right) | Expr::Smaller(left, right) => {
            let larger = matches!(value, Expr::Larger(..));
            let (left, right) = (of(left)?, of(right)?);
            common(left, right)?;
            // Of two that are equal it is the first.
            let keeps = if larger {
                left.0 >= right.0
            } else {
                left.0 <= right.0
            };
            if keeps { left } else { right }
        }
        Expr::Total(all) => {
            let mut total = (0, None);
            for next in all {
                let next = of(next)?;
                total = (total.0 + next.0, common(total, next)?);
            }
            total
        }
        Expr::If(four) => {
            let (left, right) = (of(&four[0])?, of(&four[1])?);
            common(left, right)?;
            of(&four[if left.0 < right.0 { 2 } else { 3 }])?
        }
        Expr::IfEqual(four) => {
            let (left, right) = (of(&four[0])?, of(&four[1])?);
            common(left, right)?;
            of(&four[if left.0 == right.0 { 2 } else { 3 }])?
        }
        Expr::Caught(inner) => of(inner).unwrap_or((0, None)),
    })
}

fn value((hundredths, currency): Amount) -> Value {
    let sign = if hundredths < 0 { "-" } else { "" };
    let digits = hundredths.unsigned_abs();
    let amount = Num::parse(&format!("{sign}{}.{:02}", digits / 100, digits % 100)).unwrap();
    Value::Money(Money::new(amount, currency.map(Name::from)))
}

fn event_value(event: &Event) -> Value {
    let fields = [
        ("id", Value::Int(1)),
        ("currency", Value::text(event.sum.1.unwrap())),
        ("other", Value::text(event.rest.1.unwrap())),
        ("sum", value(event.sum)),
        ("fee", event.fee.map_or(Value::Absent, value)),
        ("rest", value(event.rest)),
        ("plain", value(event.plain)),
    ];
    Value::object(fields.map(|(name, value)| (name.into(), value)).to_vec())
}

fn events() -> impl Strategy<Value = Event> {
    let amount = || prop_oneof![Just(0_i128), -10_000..1_000_000_i128];
    let currency = || prop::sample::select(vec!["RUB", "KZT"]);
    let amounts = (amount(), prop::option::of(amount()), amount(), amount());
    (amounts, currency(), currency()).prop_map(|((sum, fee, rest, plain), own, other)| Event {
        sum: (sum, Some(own)),
        fee: fee.map(|fee| (fee, Some(own))),
        rest: (rest, Some(other)),
        plain: (plain, None),
    })
}

#[test]
fn money_is_what_the_reference_says_or_does_not_mix() {
    let [checked, mixed, refused] = [(); 3].map(|()| Cell::new(0_u32));
    let more = |cell: &Cell<u32>| cell.set(cell.get() + 1);
    let mut runner = TestRunner::new(config(500));
    let cases = runner.config().cases;
    let cases_made = (
        prop::collection::vec(any::<u16>(), 0..80),
        prop::collection::vec(events(), 6),
    );
    let result = runner.run(&cases_made, |(choices, events)| {
        let made = expr(&mut Tape::new(&choices), 4);
        let text = format!(
            "on bank.paid as o do bank.send(id: o.id, amount: {})",
            text(&made)
        );
        let compiled = compiled(&text);
        let Some(program) = compiled.program else {
            more(&refused);
            for found in &compiled.diagnostics {
                let lint = ["needless-catch", "needless-default"].contains(&found.code);
                // In a list the two currencies are two types.
                let listed = found.code == "type-mismatch"
                    && found.message.contains("money in RUB")
                    && found.message.contains("money in KZT");
                let known = lint || listed || found.code == "currency-mismatch";
                prop_assert!(known, "{}: {}\n{text}", found.code, found.message);
            }
            return Ok(());
        };
        more(&checked);
        for event in &events {
            let wanted = reference(&made, event);
            let mut run = Run::new(&program, &program.rules[0], &event_value(event), Dice(1));
            match (run.whole(), wanted) {
                (Ok(()), Ok(amount)) => {
                    prop_assert_eq!(
                        &run.sent[0]["amount"],
                        &value(amount),
                        "{}\n{:?}",
                        text,
                        event
                    );
                }
                (Err(End::Failed(failure)), Err(Mixed)) if failure.code == "currency-mismatch" => {
                    more(&mixed)
                }
                (Err(End::Failed(failure)), _) => {
                    return Err(TestCaseError::fail(format!(
                        "{failure:?}\n{text}\n{event:?}"
                    )));
                }
                (Err(End::Stopped), _) => unreachable!("the rule does not stop"),
                (Ok(()), Err(Mixed)) => {
                    let sent = &run.sent[0]["amount"];
                    return Err(TestCaseError::fail(format!(
                        "mixed silently to {sent:?}\n{text}\n{event:?}"
                    )));
                }
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    println!(
        "{cases} expressions: {} checked, {} did not; {} runs met two currencies",
        checked.get(),
        refused.get(),
        mixed.get()
    );
    assert!(checked.get() * 4 > cases, "too few expressions check");
    assert!(mixed.get() * 10 > cases, "too few runs meet two currencies");
}

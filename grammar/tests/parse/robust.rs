//! No text makes the parser panic, and a broken text is always reported.

use ondo_grammar::parse;

const SMALL: &str = "bundle b { version: \"1\" }
const A = 5% // c
table t: A -> B { \"a\", \"b\" -> 1 else -> fail \"x\" }
fn f(x: string?) -> int? = x?.g(y: [1, 2][0]) catch null
rule r \"C\": on crm.order as o
  when o.s == \"n\" and o.sum >= 5 RUB
  once per \"{o.id}:{o.s}\" within 30d
do {
  let t = match o.s { \"m\" -> a else -> b }
  if t == null { stop \"no {t}\" }
  c.d(e: { f: [ g(i) for i in o.items if i.q > 0 ] })
    retry 5 backoff 2s..5m when transient
    on bad as r { stop }
  for p in o.ps parallel 4 { l.m(p) key \"{p.id}\" }
}
on error as e { s.t(x: e.kind) }
test \"t\" { given crm.order from \"f.json\" with { s: \"n\" } reply a.b -> ok { x: 1 } then timeout expect run done }
";

/// Every span lies in the text and on whole characters; errors stand in order.
fn check(text: &str) {
    let parsed = parse(text);
    let inside = |start: u32, end: u32| text.get(start as usize..end as usize).is_some();
    for error in &parsed.errors {
        assert!(
            inside(error.span.start, error.span.end),
            "{error:?} in {text}"
        );
        if let Some((span, _)) = &error.related {
            assert!(inside(span.start, span.end), "{error:?} in {text}");
        }
    }
    assert!(parsed.errors.is_sorted_by_key(|error| error.span));
    for item in &parsed.file.items {
        assert!(inside(item.span.start, item.span.end), "{text}");
    }
}

/// An error node always has its message.
fn check_nodes(text: &str) {
    check(text);
    let parsed = parse(text);
    if format!("{:?}", parsed.file).contains("kind: Error") {
        assert!(!parsed.errors.is_empty(), "{text}");
    }
}

#[test]
fn every_prefix_of_a_small_bundle() {
    for (at, _) in SMALL.char_indices() {
        check_nodes(&SMALL[..at]);
    }
}

// Every fifth: all of them take a minute without optimisation.
#[test]
fn prefixes_of_a_whole_bundle() {
    let text = include_str!("texts/pizza.ondo");
    for (at, _) in text.char_indices().step_by(5) {
        check(&text[..at]);
    }
}

#[test]
fn prefixes_of_a_connector() {
    let text = include_str!("texts/plazius.ondo");
    for (at, _) in text.char_indices().step_by(11) {
        check(&text[..at]);
    }
}

#[test]
fn every_deletion_of_one_character() {
    for (at, sign) in SMALL.char_indices() {
        check_nodes(&format!(
            "{}{}",
            &SMALL[..at],
            &SMALL[at + sign.len_utf8()..]
        ));
    }
}

#[test]
fn every_insertion_of_one_sign() {
    for sign in [
        "{", "}", "(", ")", "\"", "'", ",", ":", "=", "§", "\n", "/*", "ж",
    ] {
        for (at, _) in SMALL.char_indices().step_by(5) {
            check(&format!("{}{sign}{}", &SMALL[..at], &SMALL[at..]));
        }
    }
}

#[test]
fn one_deleted_character_makes_few_messages() {
    let mut most = (0, String::new());
    for (at, sign) in SMALL.char_indices() {
        let text = format!("{}{}", &SMALL[..at], &SMALL[at + sign.len_utf8()..]);
        let count = parse(&text).errors.len();
        if count > most.0 {
            most = (count, text);
        }
    }
    assert!(most.0 <= 2, "{}\n{:#?}", most.1, parse(&most.1).errors);
}

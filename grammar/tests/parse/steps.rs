//! Rules, gates, steps, and what follows a call.

use super::{same, tree};

/// The steps of a rule.
fn steps(text: &str) -> String {
    let tree = tree(&format!("on a.b do {{ {text} }}"));
    let flat = tree.split_whitespace().collect::<Vec<_>>().join(" ");
    let inner = flat
        .strip_prefix("(rule (on a.b) (do ")
        .and_then(|rest| rest.strip_suffix("))"));
    inner.unwrap().to_owned()
}

fn flat(text: &str) -> String {
    tree(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_step() {
    same(
        &[
            ("let x: int = 1", "(let x (: int) 1)"),
            ("let x = a.b(c: 1)", "(let x (call a.b (c: 1)))"),
            ("a.b()", "(step (call a.b))"),
            ("if c { stop }", "(if c (then (stop)))"),
            (
                "if c { stop } else { fail \"x\" }",
                "(if c (then (stop)) (else (fail \"x\")))",
            ),
            (
                "if c { stop } else if d { a.b() } else { c.d() }",
                "(if c (then (stop)) (else (if d (then (step (call a.b))) (else (step (call c.d))))))",
            ),
            ("if (c) { stop }", "(if c (then (stop)))"),
            (
                "for x in xs if x.a parallel 4 { a.b(x) }",
                "(for x xs (if x.a) (parallel 4) (do (step (call a.b x))))",
            ),
            (
                "match x { \"a\" -> a.b()  \"b\" -> { stop }  else -> fail \"x\" }",
                "(match x (-> \"a\" (do (step (call a.b)))) (-> \"b\" (do (stop))) (-> else (do (fail \"x\"))))",
            ),
            ("fail \"x {y}\"", "(fail (text \"x \" y))"),
        ],
        steps,
    );
}

#[test]
fn the_reason_of_stop_is_no_next_step_and_no_pattern() {
    same(
        &[
            ("stop", "(stop)"),
            ("stop \"why\"", "(stop \"why\")"),
            ("stop\n\"why\"", "(stop \"why\")"),
            ("stop reason", "(stop reason)"),
            ("stop // why\n a.b()", "(stop) (step (call a.b))"),
            ("stop\n a.b()", "(stop) (step (call a.b))"),
            (
                "match x { \"a\" -> stop \"b\" -> stop \"why\" 1, 2 -> stop c -> stop else -> stop }",
                "(match x (-> \"a\" (do (stop))) (-> \"b\" (do (stop \"why\"))) (-> 1 2 (do (stop))) (-> c (do (stop))) (-> else (do (stop))))",
            ),
        ],
        steps,
    );
}

#[test]
fn every_clause() {
    same(
        &[
            ("a.b() timeout 150s", "(step (call a.b) (timeout 150s))"),
            ("a.b() retry 5", "(step (call a.b) (retry 5))"),
            (
                "a.b()\n retry 5 backoff 2s..5m when transient, rate_limited",
                "(step (call a.b) (retry 5 (backoff 2s 5m) (when transient rate_limited)))",
            ),
            (
                "a.b() backoff MIN..MAX",
                "(step (call a.b) (retry (backoff MIN MAX)))",
            ),
            ("a.b() retry never", "(step (call a.b) (retry-never))"),
            ("a.b() key \"{x}\"", "(step (call a.b) (key (text x)))"),
            (
                "let y = a.b()\n on rejected as r { stop }\n on other { stop }\n timeout 1s",
                "(let y (call a.b) (on rejected (as r) (do (stop))) (on other (do (stop))) (timeout 1s))",
            ),
            (
                "let x = y\n timeout.send()",
                "(let x y) (step (call timeout.send))",
            ),
        ],
        steps,
    );
}

#[test]
fn every_gate() {
    same(
        &[(
            "rule r \"C\": on a.b(\"/x\", m: 1) as e: T when x once per event once per e.id within 30d at most 5 per 1h ordered by e.id debounce 5s per e.id poll every 10s valid for 5m misfire once overlap skip do a.b()",
            "(rule r \"C\" (on a.b \"/x\" (m: 1) (as e) (: T)) (when x) (once-per-event) (once-per e.id (within 30d)) (at-most 5 1h) (ordered-by e.id) (debounce 5s (per e.id)) (poll-every 10s) (valid-for 5m) (misfire once) (overlap skip) (do (step (call a.b))))",
        )],
        flat,
    );
}

#[test]
fn every_trigger() {
    same(
        &[
            ("on a.b do c.d()", "(rule (on a.b) (do (step (call c.d))))"),
            ("on a do c.d()", "(rule (on a) (do (step (call c.d))))"),
            (
                "every 5m do c.d()",
                "(rule (every 5m) (do (step (call c.d))))",
            ),
            (
                "cron \"0 4 * * *\" in \"Europe/Moscow\" do c.d()",
                "(rule (cron \"0 4 * * *\" (in \"Europe/Moscow\")) (do (step (call c.d))))",
            ),
            (
                "rule \"C\": every 5m do c.d()",
                "(rule \"C\" (every 5m) (do (step (call c.d))))",
            ),
            (
                "on a.b do c.d()\non error as e { f.g() }",
                "(rule (on a.b) (do (step (call c.d))) (on-error (as e) (do (step (call f.g)))))",
            ),
            (
                "on a.b do c.d()\non e.f do g.h()",
                "(rule (on a.b) (do (step (call c.d)))) (rule (on e.f) (do (step (call g.h))))",
            ),
            (
                "on a.b do c.d() on bad { stop }\non error { stop }",
                "(rule (on a.b) (do (step (call c.d) (on bad (do (stop))))) (on-error (do (stop))))",
            ),
        ],
        flat,
    );
}

#[test]
fn words_of_the_language_are_names_where_they_cannot_stand() {
    same(
        &[
            (
                "let rule = test.account(key: type, timeout: stop)",
                "(let rule (call test.account (key: type) (timeout: stop)))",
            ),
            ("stop.send()", "(step (call stop.send))"),
            (
                "let retry = timeout\n retry.x()",
                "(let retry timeout) (step (call retry.x))",
            ),
            (
                "for event in table { fn.use(event) }",
                "(for event table (do (step (call fn.use event))))",
            ),
        ],
        steps,
    );
}

#[test]
fn every_line_of_a_test() {
    same(
        &[(
            "test \"t\" { at \"x\" after 20m given a.b given a.b(\"/p\") { x: 1 } given a.b from \"f.json\" with { y: 2 } reply a.c -> ok { z: 1 } then applied then timeout then reset then status 400 { e: 1 } then rejected expect a.c(x: 1) once expect a.c expect a.c(x: 1) 3 times expect a.c() in order expect no a.d expect run in_doubt }",
            "(test \"t\" (at \"x\") (after 20m) (given a.b) (given a.b \"/p\" (with (object (x: 1)))) (given a.b (from \"f.json\") (with (object (y: 2)))) (reply a.c (ok (object (z: 1))) applied timeout reset (status 400 (object (e: 1))) (rejected)) (expect a.c (x: 1) once) (expect a.c) (expect a.c (x: 1) (times 3)) (expect a.c in-order) (expect-no a.d) (expect-run in_doubt))",
        )],
        flat,
    );
}

//! Places are exact: no blank and no comment at the end of anything.

use ondo_grammar::ast::{ItemKind, StmtKind};
use ondo_grammar::parse;

const TEXT: &str = "// first
const A = 1 + 2 // sum
rule r: /* c */ on a.b // trigger
  when x == 1 // gate
do { // body
  let y = c.d(e: 1) // call
    timeout 5s // clause
  if y { stop } // if
} // end
// last
on e.f do g.h() /* tail */
";

#[test]
fn declarations_and_steps_end_where_their_text_ends() {
    let parsed = parse(TEXT);
    assert_eq!(parsed.errors, []);
    let items: Vec<&str> = parsed
        .file
        .items
        .iter()
        .map(|item| item.span.text(TEXT))
        .collect();
    assert_eq!(items[0], "const A = 1 + 2");
    assert!(items[1].starts_with("rule r:") && items[1].ends_with("{ stop } // if\n}"));
    assert_eq!(items[2], "on e.f do g.h()");
    let ItemKind::Rule(rule) = &parsed.file.items[1].kind else {
        panic!("no rule")
    };
    assert_eq!(rule.trigger_span.text(TEXT), "on a.b");
    assert_eq!(rule.gates[0].span.text(TEXT), "when x == 1");
    assert!(rule.body.span.text(TEXT).starts_with("{ // body"));
    let steps: Vec<&str> = rule
        .body
        .stmts
        .iter()
        .map(|stmt| stmt.span.text(TEXT))
        .collect();
    assert_eq!(
        steps,
        ["let y = c.d(e: 1) // call\n    timeout 5s", "if y { stop }"]
    );
    let StmtKind::Let { value, clauses, .. } = &rule.body.stmts[0].kind else {
        panic!("no let")
    };
    assert_eq!(value.span.text(TEXT), "c.d(e: 1)");
    assert_eq!(clauses[0].span.text(TEXT), "timeout 5s");
}

#[test]
fn no_place_of_a_bundle_has_a_blank_at_its_ends() {
    for text in [
        include_str!("texts/pizza.ondo"),
        include_str!("texts/plazius.ondo"),
        TEXT,
    ] {
        let tree = format!("{:?}", parse(text).file);
        let spans = tree.split("Span { start: ").skip(1).map(|rest| {
            let (start, rest) = rest.split_once(", end: ").unwrap();
            let end = rest.split(' ').next().unwrap();
            (
                start.parse::<usize>().unwrap(),
                end.parse::<usize>().unwrap(),
            )
        });
        let mut count = 0;
        for (start, end) in spans {
            let piece = &text[start..end];
            assert_eq!(piece, piece.trim(), "{piece:?}");
            assert!(!piece.starts_with("//") && !piece.is_empty(), "{piece:?}");
            count += 1;
        }
        assert!(count > 20);
    }
}

#[test]
fn all_comments_are_collected() {
    let parsed = parse(TEXT);
    let comments: Vec<&str> = parsed
        .comments
        .iter()
        .map(|comment| comment.span.text(TEXT))
        .collect();
    let wanted = [
        "// first",
        "// sum",
        "/* c */",
        "// trigger",
        "// gate",
        "// body",
        "// call",
        "// clause",
        "// if",
        "// end",
        "// last",
        "/* tail */",
    ];
    assert_eq!(comments, wanted);
}

#[test]
fn what_looks_like_a_comment_in_a_text_is_none() {
    let text = "const A = \"http://x /* y */ {f(\"// z\")}\" // real\r\nconst B = r'//'\nconst C = `$..a//b`\nconst D = \"\"\"\n// text\n\"\"\"";
    let parsed = parse(text);
    assert_eq!(parsed.errors, []);
    let comments: Vec<&str> = parsed
        .comments
        .iter()
        .map(|comment| comment.span.text(text))
        .collect();
    assert_eq!(comments, ["// real"]);
}

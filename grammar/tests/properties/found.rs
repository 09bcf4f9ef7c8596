//! What generated trees and texts found, each as small as it could be.

use ondo_grammar::ast::{Definition, ItemKind, Member, ReplyKind, TestStepKind, TypeKind};
use ondo_grammar::{fmt, parse};

#[test]
fn two_minus_signs_stay_apart() {
    let text = "const A = - -b\n";
    assert_eq!(fmt::format("const A = -  -b").as_deref(), Ok(text));
}

#[test]
fn a_comma_ends_the_reason_of_a_failure() {
    let parsed = parse("const A = match x { \"a\" -> fail \"no\", \"b\" -> 1 }");
    assert_eq!(parsed.errors, []);
    let parsed = parse("table t: string -> int { \"a\" -> fail \"no\", \"b\", \"c\" -> 1 }");
    assert_eq!(parsed.errors, []);
}

#[test]
fn one_group_of_alternatives_can_follow_another() {
    let parsed = parse("type T = { one of a, b, one of c, d, e: int, one of one, of }");
    assert_eq!(parsed.errors, []);
    let ItemKind::Type(declared) = &parsed.file.items[0].kind else {
        panic!("no type");
    };
    let TypeKind::Object(object) = &declared.ty.kind else {
        panic!("no object");
    };
    let group = |member: &Member| match member {
        Member::OneOf(names) => names.len(),
        _ => 0,
    };
    let groups: Vec<usize> = object.members.iter().map(group).collect();
    assert_eq!(groups, [2, 2, 0, 2]);
}

#[test]
fn a_list_behind_a_status_is_its_body() {
    let parsed = parse("test \"t\" {\n  reply a.b -> status 400 [{ code: 1 }]\n}");
    assert_eq!(parsed.errors, []);
    let ItemKind::Test(test) = &parsed.file.items[0].kind else {
        panic!("no test");
    };
    let TestStepKind::Reply { replies, .. } = &test.steps[0].kind else {
        panic!("no reply");
    };
    assert!(matches!(
        replies[0].kind,
        ReplyKind::Status { body: Some(_), .. }
    ));
}

#[test]
fn a_declaration_at_the_beginning_of_a_line_blames_the_brace_above() {
    let parsed = parse("connector vendor \"caption\" {\ntype A = int\n}\n");
    assert_eq!(parsed.errors[0].code, "unclosed");
    assert!(
        parsed.errors[0].message.starts_with("`{`"),
        "{}",
        parsed.errors[0].message
    );
}

#[test]
fn a_declaration_within_a_connector_is_read() {
    let parsed = parse("connector vendor {\n  setting url: url\n}\n");
    assert_eq!(parsed.errors, []);
    let ItemKind::Connector(connector) = &parsed.file.items[0].kind else {
        panic!("no connector");
    };
    let definition = &connector.items[0].kind;
    assert!(matches!(
        definition,
        ItemKind::Definition(Definition::Setting(_))
    ));
}

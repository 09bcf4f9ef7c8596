//! JSON texts, also hostile ones.

use proptest::prelude::*;

use crate::wire::json::*;

#[test]
fn refuses_what_is_not_json_and_says_where() {
    let deep = "[".repeat(DEPTH_MAX + 1);
    let long = format!("1{}", "0".repeat(NUMBER_LENGTH_MAX));
    for (text, message) in [
        ("", "the text ends early at byte 0"),
        ("{\"a\":1", "no `,` or `}` after a field at byte 6"),
        ("{\"a\":1,}", "no name in quotes at byte 7"),
        ("[1 2]", "no `,` or `]` after a value at byte 3"),
        ("01", "more text after the value at byte 1"),
        ("1.", "no digit behind the point at byte 2"),
        ("-", "no digit at byte 1"),
        ("NaN", "no value at byte 0"),
        ("nul", "no value at byte 0"),
        ("\"a\nb\"", "a control character inside a text at byte 2"),
        ("\"\\x\"", "an unknown escape at byte 2"),
        ("\"\\ud83d\"", "half of a character at byte 7"),
        (
            "{\"id\":1,\"id\":2}",
            "an object with the same name twice at byte 8",
        ),
        (&deep, "nested too deeply at byte 128"),
        (&long, "a number that is too long at byte 1001"),
    ] {
        assert_eq!(
            parse(text.as_bytes()).unwrap_err().to_string(),
            message,
            "{text}"
        );
    }
    assert_eq!(
        parse(b"\"\xff\"").unwrap_err().to_string(),
        "bytes that are not UTF-8 at byte 1"
    );
}

#[test]
fn finds_a_repeated_name_among_many() {
    let names: Vec<String> = (0..40)
        .map(|index| format!("\"f{}\":0", index % 39))
        .collect();
    let text = format!("{{{}}}", names.join(","));
    assert!(
        parse(text.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("twice")
    );
}

#[test]
fn keeps_numbers_and_parts_as_written() {
    let node =
        parse(" {\"a\": [1.10, {\"b\" : 1e2}], \"т\\u0435\": \"Г\\ud83d\\ude00\\n\"}".as_bytes())
            .unwrap();
    assert_eq!(node.field("a").unwrap().raw, "[1.10, {\"b\" : 1e2}]");
    assert_eq!(node.field("те").unwrap().kind, Kind::Text("Г😀\n".into()));
}

proptest! {
    #[test]
    fn reads_what_serde_json_reads(text in "[\\[\\]{}\",:0-9a-c.eE+\\-\\\\u \n]{0,24}") {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        match (parse(text.as_bytes()), theirs) {
            (Ok(node), Ok(_)) => {
                let again = node.to_json();
                prop_assert_eq!(parse(again.as_bytes()).unwrap().to_json(), again);
            }
            (Err(ours), Ok(_)) => prop_assert!(ours.to_string().contains("twice"), "{}: {}", text, ours),
            (Ok(_), Err(theirs)) => prop_assert!(false, "{}: {}", text, theirs),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn texts_come_back(text in any::<String>()) {
        let mut json = String::new();
        write_text(&mut json, &text);
        prop_assert_eq!(&serde_json::from_str::<String>(&json).unwrap(), &text);
        prop_assert_eq!(parse(json.as_bytes()).unwrap().kind, Kind::Text(text.into()));
    }
}

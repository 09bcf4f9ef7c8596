//! Bodies that are meant to hurt whoever reads them. Each is answered within a second, kept as it came or not at all, and
//! the next delivery is taken.

use std::time::{Duration, Instant};

use crate::support::door::Door;

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// Longest time that one of them may take, on a busy machine and without optimisations.
const PATIENCE: Duration = Duration::from_secs(3);

/// Posts a body; the status is this, and a 2xx is given to what is stored byte by byte and to nothing else.
fn answered(door: &Door, what: &str, body: &[u8], status: u16) {
    let before = door.events();
    let begin = Instant::now();
    let answer = door.post(&JSON, body).expect("an answer");
    let took = begin.elapsed();
    println!(
        "{what}: {} bytes, {} in {took:?}",
        body.len(),
        answer.status
    );
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert!(took < PATIENCE, "{what} took {took:?}");
    match status {
        200 => {
            assert_eq!(door.events(), before + 1, "{what}");
            assert_eq!(door.last_body("events"), body, "{what}");
        }
        _ => assert_eq!(door.events(), before, "{what}"),
    }
    door.assert_well();
}

/// The beginning of what could not be read is kept as it came.
fn kept_as_reject(door: &Door, body: &[u8]) {
    assert_eq!(door.last_body("rejects"), &body[..body.len().min(4096)]);
}

#[test]
fn a_body_128_levels_deep_is_taken_and_one_of_129_is_not() {
    let door = Door::open(&[]);
    let nested = |levels: usize| {
        let inner = [b"[".repeat(levels - 1), b"]".repeat(levels - 1)].concat();
        [b"{\"id\":1,\"x\":".as_slice(), &inner, b"}"].concat()
    };
    answered(&door, "128 levels", &nested(128), 200);
    answered(&door, "129 levels", &nested(129), 400);
}

#[test]
fn a_body_a_million_levels_deep_is_refused_at_once() {
    let door = Door::open(&[]);
    for levels in [10_000, 1_000_000] {
        answered(&door, "lists", &b"[".repeat(levels), 400);
    }
    answered(&door, "objects", &b"{\"a\":".repeat(200_000), 400);
}

#[test]
fn a_hundred_thousand_keys_are_read_in_time() {
    let door = Door::open(&[]);
    let keys: Vec<String> = (0..90_000).map(|n| format!("\"{n}\":0")).collect();
    let body = format!("{{\"id\":1,{}}}", keys.join(","));
    answered(&door, "90,000 keys", body.as_bytes(), 200);
}

#[test]
fn a_million_keys_are_more_than_a_body_may_have() {
    let door = Door::open(&["--body-max", "33554432"]);
    let keys: Vec<String> = (0..1_000_000).map(|n| format!("\"{n}\":0")).collect();
    let body = format!("{{\"id\":1,{}}}", keys.join(","));
    answered(&door, "1,000,000 keys", body.as_bytes(), 400);
    let answer = door.post(&JSON, body.as_bytes()).expect("an answer");
    assert!(
        answer.text().contains("too many values"),
        "{}",
        answer.text()
    );
}

#[test]
fn keys_that_collide_in_a_weak_hash_are_read_in_time() {
    let door = Door::open(&[]);
    // For hashes that multiply by 31 or 33 and add, as many languages have them, all of these are one bucket.
    let pairs = ["Aa", "BB"];
    let keys: Vec<String> = (0..16_384_u32)
        .map(|n| {
            let key: String = (0..14).map(|bit| pairs[(n >> bit & 1) as usize]).collect();
            format!("\"{key}\":0")
        })
        .collect();
    let body = format!("{{\"id\":1,{}}}", keys.join(","));
    answered(&door, "16,384 colliding keys", body.as_bytes(), 200);
}

#[test]
fn a_key_that_stands_twice_is_refused_in_every_spelling() {
    let door = Door::open(&[]);
    for body in [
        r#"{"id":1,"id":2}"#,
        r#"{"id":1,"\u0069d":2}"#,
        r#"{"id":1,"x":{"й":1,"\u0439":2}}"#,
    ] {
        answered(&door, "a key twice", body.as_bytes(), 400);
        kept_as_reject(&door, body.as_bytes());
    }
}

#[test]
fn half_a_surrogate_is_refused() {
    let door = Door::open(&[]);
    for body in [
        r#"{"id":1,"x":"\ud800"}"#,
        r#"{"id":1,"x":"\udc00"}"#,
        r#"{"id":1,"x":"\ud800\ud800"}"#,
        r#"{"id":1,"x":"\ud800\u0041"}"#,
        r#"{"id":1,"\ud800":1}"#,
    ] {
        answered(&door, "half a surrogate", body.as_bytes(), 400);
    }
    answered(
        &door,
        "a whole one",
        r#"{"id":1,"x":"\ud83d\ude00"}"#.as_bytes(),
        200,
    );
}

#[test]
fn a_byte_order_mark_is_passed_over_and_kept() {
    let door = Door::open(&[]);
    answered(&door, "a mark", "\u{feff}{\"id\":1}".as_bytes(), 200);
    answered(
        &door,
        "two marks",
        "\u{feff}\u{feff}{\"id\":1}".as_bytes(),
        400,
    );
    answered(&door, "UTF-16", b"\xff\xfe{\x00}\x00", 400);
}

#[test]
fn a_zero_in_a_text_is_a_text() {
    let door = Door::open(&[]);
    answered(&door, "an escaped zero", br#"{"id":1,"x":"a\u0000b"}"#, 200);
    answered(&door, "a raw zero", b"{\"id\":1,\"x\":\"a\x00b\"}", 400);
}

#[test]
fn what_only_some_readers_take_for_json_is_refused() {
    let door = Door::open(&[]);
    for body in [
        "{\"id\":NaN}",
        "{\"id\":Infinity}",
        "{\"id\":-Infinity}",
        "{\"id\":01}",
        "{\"id\":+1}",
        "{\"id\":.5}",
        "{\"id\":1.}",
        "{\"id\":0x1}",
        "{\"id\":1,}",
        "{'id':1}",
        "{id:1}",
        "{\"id\":1}/* */",
        "{\"id\":1}{\"id\":2}",
        "{\"id\":1} 2",
        "{\"id\":1}\u{a0}",
        "{\"id\":1}\0",
        "{\"id\":1,\"x\":\"a\nb\"}",
        "{\"id\":1,\"x\":\"\\x41\"}",
        "{\"id\":tru}",
        "",
        " ",
    ] {
        answered(&door, &format!("{body:?}"), body.as_bytes(), 400);
    }
}

#[test]
fn a_number_of_a_megabyte_is_refused_at_once() {
    let door = Door::open(&[]);
    let body = [
        b"{\"id\":1,\"x\":".as_slice(),
        &b"7".repeat(1_000_000),
        b"}",
    ]
    .concat();
    answered(&door, "a long number", &body, 400);
    let body = format!("{{\"id\":1,\"x\":1e{}}}", "9".repeat(900));
    answered(&door, "a long exponent", body.as_bytes(), 200);
}

#[test]
fn a_number_of_a_hundred_megabytes_is_cut_by_the_limit() {
    let door = Door::open(&[]);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n",
        crate::support::door::HOOK
    );
    let begin = Instant::now();
    let received = door.exchange(&[head.as_bytes(), &b"7".repeat(100_000)].concat());
    assert!(received.starts_with("HTTP/1.1 413"), "{received}");
    assert!(begin.elapsed() < PATIENCE);
    door.assert_well();
}

#[test]
fn bytes_that_are_no_text_are_kept_exactly() {
    let door = Door::open(&[]);
    for body in [
        b"{\"id\":1,\"x\":\"\xff\xfe\"}".as_slice(),
        b"{\"id\":1,\"x\":\"\xc0\xaf\"}",
        b"{\"id\":1,\"x\":\"\xed\xa0\x80\"}",
        b"{\"id\":1,\"x\":\"\xf4\x90\x80\x80\"}",
        b"{\"id\":1,\"x\":\"\xd0\"}",
    ] {
        answered(&door, "no UTF-8", body, 400);
        kept_as_reject(&door, body);
    }
}

#[test]
fn a_compressed_body_is_refused_without_a_look_inside() {
    let door = Door::open(&[]);
    let (before, _) = door.daemon.memory_kib();
    let bomb = b"\x1f\x8b\x08\x00".repeat(256 * 1024 - 16);
    for encoding in [
        "gzip",
        "br",
        "zstd",
        "deflate",
        "x-gzip",
        "gzip, gzip",
        "GZIP",
    ] {
        let headers = [JSON[0], ("Content-Encoding", encoding)];
        let begin = Instant::now();
        let answer = door.post(&headers, &bomb).expect("an answer");
        assert_eq!(answer.status, 415, "{encoding}: {}", answer.text());
        assert!(begin.elapsed() < PATIENCE);
    }
    let (after, most) = door.daemon.memory_kib();
    println!("memory before {before} KiB, after {after} KiB, at most {most} KiB");
    assert!(most < before + 32 * 1024, "{before} KiB became {most} KiB");
    assert_eq!(door.events(), 0);
    door.assert_well();
}

#[test]
fn a_body_is_what_its_content_type_says_or_nothing() {
    let door = Door::open(&[]);
    let body = br#"{"id":1,"files":{"a":{"path":"/etc/passwd"}}}"#;
    for kind in [
        "multipart/form-data; boundary=x",
        "text/html",
        "application/xml",
        "application/octet-stream",
        "application/json, text/html",
        "*/*",
    ] {
        let answer = door
            .post(&[("Content-Type", kind)], body)
            .expect("an answer");
        assert!(
            matches!(answer.status, 400 | 415),
            "{kind}: {} {}",
            answer.status,
            answer.text()
        );
    }
    assert_eq!(door.events(), 0);
    // A field of JSON is data, whatever it is called.
    answered(&door, "files", body, 200);
}

#[test]
fn a_form_of_a_hundred_thousand_fields_is_answered_in_time() {
    let door = Door::open(&[]);
    let fields: Vec<String> = (0..100_000).map(|n| format!("a{n}=1")).collect();
    let body = format!("id=1&{}", fields.join("&"));
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let begin = Instant::now();
    let answer = door.post(&headers, body.as_bytes()).expect("an answer");
    println!(
        "{} bytes, {} in {:?}",
        body.len(),
        answer.status,
        begin.elapsed()
    );
    assert!(begin.elapsed() < PATIENCE);
    assert_eq!(door.events(), i64::from(answer.status == 200));
    door.assert_well();
}

//! What `given` brings, over the real binary: deliveries that come twice, moments that never come, dates in the bundle's zone.

use crate::support::tested::say;

#[track_caller]
fn passes(text: &str) {
    let said = say(&[("shop.ondo", text)], "test");
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
}

/// A payment is known by its delivery; the order it is about is another thing.
const CALLS: &str = r#"
account hall  = carbis   { url: "https://192.168.1.20:9443", token: secret "CARBIS_TOKEN", privateNetwork: true }
account staff = telegram { token: secret "TG_TOKEN", chat: "1" }

rule waiter: on hall.waiter_call do staff.send(text: "Стол {table_repr.name}")
"#;

#[test]
fn a_delivery_that_comes_again_is_no_second_event() {
    passes(&format!(
        r#"{CALLS}
test "дважды" {{
  given hall.waiter_call with {{ hash: "0x1" }}
  given hall.waiter_call with {{ hash: "0x1" }}
  expect no run
  expect staff.send once
  after 29d
  given hall.waiter_call with {{ hash: "0x1" }}
  expect no run
  given hall.waiter_call with {{ hash: "0x2" }}
  expect run done
  expect staff.send 2 times
}}
"#
    ));
}

#[test]
fn a_test_that_fails_says_which_event_was_known() {
    let text = format!(
        r#"{CALLS}
test "дважды" {{
  given hall.waiter_call
  given hall.waiter_call
  expect staff.send 2 times
}}
"#
    );
    let said = say(&[("shop.ondo", &text)], "test");
    assert_eq!(said.code, Some(1));
    assert!(
        said.out
            .contains("note: `waiter_call` was given again with the key `"),
        "{}",
        said.out
    );
}

#[test]
fn what_has_no_key_is_an_event_each_time() {
    passes(
        r#"
account site = webhook { token: secret "SITE_TOKEN" }
on site.post("/visit") as visit: { id: int } once per event do stop "визит {visit.id}"

test "дважды" {
  given site.post("/visit") with { id: 7 }
  expect run stopped
  given site.post("/visit") with { id: 7 }
  expect run stopped
}
"#,
    );
}

#[test]
fn a_test_of_a_hundred_years_is_given_up() {
    let text = r#"
rule pulse: every 1s do stop "жив"

test "век" {
  after 5200w
  expect run stopped
}
"#;
    let said = say(&[("shop.ondo", text)], "test");
    assert_eq!(said.code, Some(1));
    for part in [
        "shop/shop.ondo:5:3: after 5200w\n",
        "the test was given up at 2026-01-05 14:46:40: the clock had gone on 10000 times",
        "; `pulse` alone ran 10000 times. Let less time pass",
    ] {
        assert!(said.out.contains(part), "{}", said.out);
    }
}

#[test]
fn what_a_system_was_sent_is_read_in_the_zone_of_the_bundle() {
    passes(
        r#"
bundle shop { timezone: "Asia/Almaty" }
on retailcrm.order as order do retailcrm.editOrder(id: order.id, by: "id", markDatetime: now())

test "полдень в Алматы" {
  at "2026-11-30T12:00"
  given retailcrm.order
  expect retailcrm.editOrder(markDatetime: datetime("2026-11-30T12:00:00+05:00")) once
}
"#,
    );
}

#[test]
fn a_test_that_expects_nothing_does_not_pass() {
    let text = r#"
on retailcrm.order as order do stop "заказ {order.number}"

test "ничего" {
  given retailcrm.order
}
"#;
    let said = say(&[("shop.ondo", text)], "test");
    assert_eq!(said.code, Some(1));
    let told = "  FAILED  ничего\n    shop/shop.ondo:4:6: test \"ничего\"\n      it expects nothing, so it would pass whatever happens\n      help: expect run done\n";
    assert!(said.out.contains(told), "{}", said.out);
}

//! Events of the engine about runs, over the real binary: `on ondo.failed`, `on ondo.in_doubt`, `on ondo.expired`.

use crate::support::tested::{Said, say};

const RULES: &str = r#"
bundle shop { currency: "RUB" }

account crm     = retailcrm { url: env "RETAILCRM_URL", apiKey: secret "RETAILCRM_KEY", hookSecret: secret "RETAILCRM_HOOK_SECRET" }
account loyalty = plazius   { organization: "4174244", apiKey: secret "PLAZIUS_KEY", password: secret "PLAZIUS_PASSWORD" }
account staff   = telegram  { token: secret "TG_TOKEN", chat: "-100200300" }

allow personal -> plazius

rule bonus: on crm.order as order when order.status == "new" and order.phone != null do {
  loyalty.addBonus(
    guest:   { type: "phone", phone: e164(order.phone, region: "RU") },
    amount:  round(order.totalSumm * 5%, 2),
    comment: "Заказ {order.number}",
  )
}

rule in_doubt: on ondo.in_doubt as d do staff.send(text: "{d.rule}/{d.trigger}: {d.step ?? "?"} неизвестно")
rule failed:   on ondo.failed   as f do staff.send(text: "{f.rule}: {f.kind}")
"#;

fn bundle(lines: &str, verb: &str) -> Said {
    let rules = format!("{RULES}\ntest \"случай\" {{\n{lines}\n}}\n");
    say(&[("rules.ondo", &rules)], verb)
}

#[track_caller]
fn passes(lines: &str) {
    let said = bundle(lines, "test");
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("ok      случай"), "{}", said.out);
}

const ORDER: &str = r#"  given crm.order with { status: "new", phone: "+79990001122" }"#;

#[test]
fn a_run_in_doubt_is_told_to_people() {
    passes(&format!(
        r#"{ORDER}
  reply loyalty.addBonus -> timeout then timeout
  expect staff.send(text: "bonus/crm.order: addBonus неизвестно") once
  expect run in_doubt"#
    ));
}

#[test]
fn a_dead_run_is_told_to_people() {
    passes(&format!(
        r#"{ORDER}
  reply loyalty.addBonus -> rejected
  expect staff.send(text: "bonus: dead") once
  expect run dead"#
    ));
}

#[test]
fn a_run_that_got_through_is_not_told() {
    passes(&format!(
        "{ORDER}\n  reply loyalty.addBonus -> ok\n  expect no staff.send\n  expect run done"
    ));
}

#[test]
fn an_alert_can_be_given() {
    passes(
        r#"  given ondo.in_doubt with { rule: "bonus", trigger: "crm.order", step: "addBonus" }
  expect staff.send(text: "bonus/crm.order: addBonus неизвестно") once
  expect run done"#,
    );
}

#[test]
fn an_alarm_that_fails_sets_off_no_other() {
    passes(&format!(
        r#"{ORDER}
  reply loyalty.addBonus -> rejected
  reply staff.send -> rejected then rejected then rejected
  expect staff.send once
  expect run dead"#
    ));
}

#[test]
fn they_are_no_webhooks() {
    let said = bundle("  expect run done", "hooks");
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("/hooks/shop/crm"), "{}", said.out);
    assert!(!said.out.contains("ondo"), "{}", said.out);
}

#[test]
fn a_reason_is_personal() {
    let rules = r#"
account staff = telegram { token: secret "TG_TOKEN", chat: "-100200300" }
allow personal -> plazius
on ondo.failed as f do staff.send(text: f.reason ?? "")
"#;
    let said = say(&[("rules.ondo", rules)], "check");
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.err.contains("`reason` is personal"), "{}", said.err);
}

#[test]
fn a_bundle_may_be_called_like_the_engine() {
    let rules = RULES.replace("bundle shop", "bundle ondo");
    let said = say(&[("rules.ondo", &rules)], "check");
    assert_eq!(said.code, Some(0), "{}", said.err);
}

//! `ondo test`: the real binary over bundles with tests that pass, fail and cannot be run.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::daemon::ondo;

const RULE: &str = r#"
bundle shop { version: "1.0.0", currency: "RUB" }

account crm     = retailcrm { url: env "RETAILCRM_URL", apiKey: secret "RETAILCRM_KEY", hookSecret: secret "RETAILCRM_HOOK_SECRET" }
account loyalty = plazius   { organization: "4174244", apiKey: secret "PLAZIUS_KEY", password: secret "PLAZIUS_PASSWORD" }

allow personal -> plazius

rule bonus: on crm.order as order when order.status == "new" and order.phone != null do {
  loyalty.addBonus(
    guest: { type: "phone", phone: e164(order.phone, region: "RU") },
    amount: round(order.totalSumm * 5%, 2),
    comment: "Заказ {order.number}",
  )
    timeout 20s
    on rejected as r { crm.editOrder(id: order.id, by: "id", managerComment: r.message) }
}
"#;

const ORDER: &str = r#"{
  "id": 5012, "number": "5012-Ц", "status": "new", "site": "msk", "createdAt": "2026-11-20 12:01:30",
  "phone": "8 (999) 000-11-22", "totalSumm": 1290.70, "currency": "RUB"
}"#;

/// A folder with one bundle and a fixture.
struct Bundle {
    folder: tempfile::TempDir,
}

impl Bundle {
    fn new(tests: &str) -> Bundle {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("shop");
        std::fs::create_dir_all(bundle.join("fixtures")).unwrap();
        std::fs::write(bundle.join("shop.ondo"), format!("{RULE}{tests}")).unwrap();
        std::fs::write(bundle.join("fixtures/order.json"), ORDER).unwrap();
        Bundle { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn test(&self, args: &[&str]) -> Said {
        let output = ondo()
            .args(["test", "shop"])
            .args(args)
            .current_dir(self.path())
            .output()
            .unwrap();
        Said::of(&output)
    }
}

/// What the binary said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: &Output) -> Said {
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }
}

/// A test with these lines behind the order's fixture.
fn test(lines: &str) -> String {
    format!("test \"случай\" {{\n  given crm.order from \"fixtures/order.json\"\n{lines}\n}}\n")
}

#[track_caller]
fn passes(lines: &str) {
    let said = Bundle::new(&test(lines)).test(&[]);
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("ok      случай"), "{}", said.out);
}

/// What a failing test says behind the line with its name.
#[track_caller]
fn fails(lines: &str) -> String {
    let said = Bundle::new(&test(lines)).test(&[]);
    assert_eq!(said.code, Some(1), "{}\n{}", said.out, said.err);
    let (_, behind) = said.out.split_once("FAILED  случай\n").unwrap();
    behind.to_owned()
}

#[test]
fn what_is_as_expected_passes() {
    passes(
        "expect loyalty.addBonus(guest: { phone: \"+79990001122\" }, amount: 64.54, comment: \"Заказ 5012-Ц\") once\nexpect run done\nexpect no crm.editOrder",
    );
}

#[test]
fn another_value_is_shown_as_a_difference() {
    let said =
        fails("expect loyalty.addBonus(guest: { phone: \"+79990001133\" }, amount: 64.53) once");
    assert!(
        said.contains("shop/shop.ondo:20:1: expect loyalty.addBonus("),
        "{said}"
    );
    assert!(said.contains("  - amount: 64.53\n"), "{said}");
    assert!(said.contains("  + amount: 64.54\n"), "{said}");
    assert!(
        said.contains("  - guest.phone: \"+79990001133\"\n"),
        "{said}"
    );
    assert!(
        said.contains("  + guest.phone: \"+79990001122\"\n"),
        "{said}"
    );
    assert!(
        !said.contains("- comment"),
        "what is not named is not compared: {said}"
    );
}

#[test]
fn a_call_that_was_not_sent_is_named_with_those_that_were() {
    let said = fails("expect crm.editOrder once");
    assert!(
        said.contains("`crm.editOrder` was not sent; what was:"),
        "{said}"
    );
    assert!(said.contains("loyalty.addBonus(guest: {"), "{said}");
}

#[test]
fn a_call_that_is_not_wanted_fails() {
    let said = fails("expect no loyalty.addBonus");
    assert!(said.contains("sent once\n"), "{said}");
}

#[test]
fn a_wrong_count_fails() {
    let said = fails("expect loyalty.addBonus 2 times");
    assert!(said.contains("sent once, expected 2 times"), "{said}");
}

#[test]
fn a_rule_that_did_not_act_says_why() {
    let lines = "given crm.order from \"fixtures/order.json\" with { id: 1, status: \"old\" }\nexpect loyalty.addBonus 2 times";
    let said = fails(lines);
    assert!(
        said.contains("note: `bonus` did not act: `order.status == \"new\"` was false"),
        "{said}"
    );
}

#[test]
fn a_timeout_never_doubles_the_bonus() {
    // The vendor has it, and its history says so.
    for reply in ["applied then timeout", "applied then reset"] {
        passes(&format!(
            "reply loyalty.addBonus -> {reply}\nexpect loyalty.addBonus once\nexpect run done"
        ));
    }
}

#[test]
fn what_the_history_does_not_show_is_sent_once_more() {
    for reply in ["timeout", "reset", "status 500"] {
        passes(&format!(
            "reply loyalty.addBonus -> {reply} then ok\nexpect loyalty.addBonus(comment: \"Заказ 5012-Ц\") 2 times\nexpect run done"
        ));
    }
}

#[test]
fn what_nobody_knows_after_two_sends_is_in_doubt() {
    passes(
        "reply loyalty.addBonus -> timeout then timeout then ok\nexpect loyalty.addBonus 2 times\nexpect run in_doubt",
    );
}

#[test]
fn nobody_waits_for_the_clock() {
    passes("reply loyalty.addBonus -> timeout then timeout\nafter 300d\nexpect run in_doubt");
}

#[test]
fn what_was_not_sent_is_sent_again() {
    passes(
        "reply loyalty.addBonus -> not_sent then not_sent then ok\nexpect loyalty.addBonus once\nexpect run done",
    );
}

#[test]
fn an_outcome_with_its_value_reaches_the_handler() {
    passes(
        "reply loyalty.addBonus -> rejected { code: \"3007\", message: \"Гость не найден\" }\nexpect loyalty.addBonus in order\nexpect crm.editOrder(id: 5012, managerComment: \"Гость не найден\") in order",
    );
    let said = fails(
        "reply loyalty.addBonus -> rejected { code: \"3007\", message: \"Гость не найден\" }\nexpect crm.editOrder in order\nexpect loyalty.addBonus in order",
    );
    assert!(said.contains("not sent after the calls before"), "{said}");
}

#[test]
fn the_state_of_the_run_is_compared() {
    let said = fails("expect run failed");
    assert!(said.contains("the run of `bonus` is done"), "{said}");
    passes(
        "given crm.order from \"fixtures/order.json\" with { status: \"old\" }\nexpect no run\nexpect run done",
    );
}

#[test]
fn a_field_that_is_not_there_is_an_error_with_the_nearest_one() {
    let said = Bundle::new(&test("expect loyalty.addBonus(amonut: 64.54) once")).test(&[]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.err
            .contains("`loyalty.addBonus` has no argument `amonut`"),
        "{}",
        said.err
    );
    assert!(said.err.contains("help: amount"), "{}", said.err);
}

#[test]
fn a_fixture_that_is_not_there_fails_its_test() {
    let bundle =
        Bundle::new("test \"t\" { given crm.order from \"fixtures/gone.json\" expect run done }");
    let said = bundle.test(&[]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.out.contains("cannot read `fixtures/gone.json`"),
        "{}",
        said.out
    );
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_folder() {
    let bundle =
        Bundle::new("test \"t\" { given crm.order from \"fixtures/out.json\" expect run done }");
    std::fs::write(bundle.path().join("out.json"), ORDER).unwrap();
    let link = bundle.path().join("shop/fixtures/out.json");
    std::os::unix::fs::symlink(bundle.path().join("out.json"), link).unwrap();
    let said = bundle.test(&[]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.out.contains("leads outside the folder of the bundle"),
        "{}",
        said.out
    );
}

#[test]
fn without_a_file_the_connectors_example_comes_in() {
    let bundle = Bundle::new(
        "test \"t\" { given crm.order with { status: \"new\", phone: \"+79990001122\", totalSumm: 100 } expect loyalty.addBonus(amount: 5) once }",
    );
    let said = bundle.test(&[]);
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
}

#[test]
fn what_no_test_comes_to_is_listed() {
    let bundle = Bundle::new(&test("expect run done"));
    let said = bundle.test(&[]);
    let (_, missing) = said.out.split_once("no test comes to\n").unwrap();
    assert!(
        missing.contains("shop/shop.ondo:16:24: `crm.editOrder` in rule `bonus`"),
        "{missing}"
    );
    assert_eq!(missing.matches("shop.ondo").count(), 1, "{missing}");
    let said = Bundle::new("test \"t\" { expect no run }").test(&[]);
    assert!(
        said.out.contains("shop.ondo:9:13: rule `bonus`\n"),
        "{}",
        said.out
    );
}

#[test]
fn a_filter_chooses_by_name() {
    let bundle =
        Bundle::new("test \"first\" { expect no run }\ntest \"second\" { expect run done }");
    let said = bundle.test(&["--filter", "irs"]);
    assert_eq!(said.code, Some(0), "{}", said.out);
    assert!(
        said.out.contains("1 test passed") && !said.out.contains("second"),
        "{}",
        said.out
    );
    assert!(!said.out.contains("no test comes to"), "{}", said.out);
    let said = bundle.test(&["--filter", "third"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("no test has `third` in its name"),
        "{}",
        said.err
    );
}

#[test]
fn results_are_json_for_programs() {
    let bundle =
        Bundle::new("test \"first\" { expect no run }\ntest \"second\" { expect run done }");
    let said = bundle.test(&["--json"]);
    assert_eq!(said.code, Some(1));
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (&report["tests"], &report["failed"]),
        (&2.into(), &1.into())
    );
    let tests = &report["bundles"][0]["tests"];
    assert_eq!(tests[0]["passed"], true);
    assert_eq!(tests[1]["failures"][0]["expected"], "expect run done");
    assert_eq!(tests[1]["failures"][0]["found"][0], "no event made a run");
}

#[test]
fn results_are_written_for_ci_servers() {
    let bundle =
        Bundle::new("test \"a < b\" { expect no run }\ntest \"second\" { expect run done }");
    let file: PathBuf = bundle.path().join("tests.xml");
    let said = bundle.test(&["--junit", file.to_str().unwrap()]);
    assert_eq!(said.code, Some(1));
    let text = std::fs::read_to_string(file).unwrap();
    assert!(
        text.contains("<testsuites tests=\"2\" failures=\"1\">"),
        "{text}"
    );
    assert!(
        text.contains("<testcase classname=\"shop\" name=\"a &lt; b\"/>"),
        "{text}"
    );
    assert!(
        text.contains("<failure message=\"expect run done\">"),
        "{text}"
    );
}

#[test]
fn no_setting_of_the_machine_is_read() {
    let bundle = Bundle::new(&test("expect run done"));
    let output = ondo()
        .args(["test", "shop"])
        .env("RETAILCRM_URL", "no address")
        .env("PLAZIUS_KEY_FILE", "/nowhere")
        .current_dir(bundle.path())
        .output()
        .unwrap();
    assert_eq!(Said::of(&output).code, Some(0));
}

#[test]
fn time_goes_on_through_gates_and_schedules() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
account crm = retailcrm { url: "https://shop.example", apiKey: secret "RETAILCRM_KEY", hookSecret: secret "HOOK" }
rule nightly: cron "0 4 * * *" in "Europe/Moscow" do crm.createCustomerNote(customer: { id: 1 }, text: "ночь")
rule daily: on crm.order as order once per order.id within 24h do crm.createCustomerNote(customer: { id: order.id }, text: order.number)

test "a schedule" {
  at "2026-11-21T10:00:00+03:00"
  after 3d
  expect crm.createCustomerNote(text: "ночь") 3 times
}

test "once a day" {
  given crm.order with { id: 7, number: "один" }
  after 10m
  given crm.order with { id: 7, number: "два" }
  after 24h
  given crm.order with { id: 7, number: "три" }
  expect crm.createCustomerNote(customer: { id: 7 }, text: "один") in order
  expect crm.createCustomerNote(customer: { id: 7 }, text: "три") in order
  expect crm.createCustomerNote(customer: { id: 7 }) 2 times
}
"#;
    std::fs::write(folder.path().join("shop.ondo"), text).unwrap();
    let output = ondo()
        .arg("test")
        .arg("shop.ondo")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = Said::of(&output);
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
}

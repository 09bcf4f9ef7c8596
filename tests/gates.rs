//! Gates, tables from CSV files and constants in the real binary: bundles with tests in them.

use std::process::Output;

use crate::support::daemon::ondo;

const ORDER: &str = r#"{
  "id": 5012, "number": "5012-Ц", "status": "new", "site": "msk", "createdAt": "2026-11-20 12:01:30",
  "totalSumm": 1290.70, "currency": "RUB"
}"#;

/// The bundle `shop` of these files, and an order as its fixture.
fn bundle(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files.iter().chain(&[("shop/order.json", ORDER)]) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn run(folder: &tempfile::TempDir, verb: &str, args: &[&str]) -> (Option<i32>, String) {
    let output: Output = ondo()
        .arg(verb)
        .args(args)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    text.push_str(&String::from_utf8(output.stderr).unwrap());
    (output.status.code(), text)
}

#[track_caller]
fn all_pass(files: &[(&str, &str)], count: usize) {
    let (code, text) = run(&bundle(files), "test", &["shop"]);
    assert_eq!(code, Some(0), "{text}");
    let passed = text
        .lines()
        .filter(|line| line.trim_start().starts_with("ok "))
        .count();
    assert_eq!(passed, count, "{text}");
}

const CALM: &str = r#"
rule calm: on retailcrm.order as order
  debounce 10m per order.id
  when order.status == "new"
  once per "{order.id}:{order.site}"
  at most 1 per 1h
  ordered by order.site
do retailcrm.editOrder(id: order.id, by: "id", managerComment: "Заказ {order.id}, {order.totalSumm}")

test "the last of several decides" {
  given retailcrm.order from "order.json"
  after 6m
  given retailcrm.order from "order.json" with { totalSumm: 700 }
  after 11m
  expect retailcrm.editOrder(managerComment: "Заказ 5012, 700.00") once
  expect run done
}

test "one that the condition refuses begins the silence anew, and takes the place of the others" {
  given retailcrm.order from "order.json"
  after 6m
  given retailcrm.order from "order.json" with { status: "cancel-other" }
  after 20m
  expect no retailcrm.editOrder
  expect run filtered
  expect no run
}

test "once is asked behind the silence" {
  given retailcrm.order from "order.json"
  after 11m
  given retailcrm.order from "order.json"
  after 11m
  expect retailcrm.editOrder(managerComment: "Заказ 5012, 1290.70") once
  expect run filtered
}

test "what is let through waits for its turn" {
  given retailcrm.order from "order.json"
  given retailcrm.order from "order.json" with { id: 5013 }
  after 71m
  expect retailcrm.editOrder(id: 5012) in order
  expect retailcrm.editOrder(id: 5013) in order
  expect run done
}
"#;

#[test]
fn the_gates_behind_debounce_are_asked_when_the_silence_is_over() {
    all_pass(&[("shop/shop.ondo", CALM)], 4);
}

const SKUS: &str = "\u{feff}article;name;price;code;left\r\nmsk;\"Пицца \"\"Маргарита\"\"\";540,50;007;3\r\nspb;Чай;90;12;\r\n";

const PRICES: &str = r#"
table skus from "data/skus.csv" key "article"

on retailcrm.order as order when order.status == "new" do {
  let sku = skus[order.site]
  retailcrm.editOrder(id: order.id, by: "id", managerComment: "{sku.name} {sku.price * 2} {sku.code} {sku.left ?? 0} {skus["kzn"].name catch "?"}")
}

test "a row is found by its key" {
  given retailcrm.order from "order.json"
  expect retailcrm.editOrder(managerComment: "Пицца \"Маргарита\" 1081 007 3 ?") once
}

test "an empty cell is null" {
  given retailcrm.order from "order.json" with { site: "spb" }
  expect retailcrm.editOrder(managerComment: "Чай 180 12 0 ?") once
}

test "a row that is missing fails the run before anything is sent" {
  given retailcrm.order from "order.json" with { site: "tver" }
  expect no retailcrm.editOrder
  expect run failed
}
"#;

#[test]
fn a_table_from_a_csv_file_finds_its_rows() {
    all_pass(
        &[("shop/shop.ondo", PRICES), ("shop/data/skus.csv", SKUS)],
        3,
    );
}

#[test]
fn explain_says_that_a_row_may_be_missing() {
    let folder = bundle(&[("shop/shop.ondo", PRICES), ("shop/data/skus.csv", SKUS)]);
    let (code, text) = run(&folder, "check", &["--explain", "shop"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("`skus` fails without a row for this `article`"),
        "{text}"
    );
}

#[test]
fn a_library_brings_its_own_csv_file() {
    let library =
        "table skus: string -> { price: money in RUB } from \"skus.csv\" key \"article\"\n";
    let rules = r#"
use "lib/prices.ondo" as prices

on retailcrm.order as order when order.status == "new" do
  retailcrm.editOrder(id: order.id, by: "id", managerComment: "{prices.skus[order.site].price}")

test "the price is that of the library" {
  given retailcrm.order from "order.json"
  expect retailcrm.editOrder(managerComment: "540.50") once
}
"#;
    all_pass(
        &[
            ("shop/shop.ondo", rules),
            ("lib/prices.ondo", library),
            ("lib/skus.csv", SKUS),
        ],
        1,
    );
}

#[test]
fn text_in_the_letters_of_one_country_only_is_refused_with_its_line() {
    let folder = bundle(&[("shop/shop.ondo", PRICES), ("shop/data/skus.csv", "")]);
    let windows_1251 = b"article;name;price\r\nmsk;\xcf\xe8\xf6\xf6\xe0;540,50\r\n";
    std::fs::write(folder.path().join("shop/data/skus.csv"), windows_1251).unwrap();
    let (code, text) = run(&folder, "check", &["shop"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("shop/data/skus.csv") && text.contains("line 2 is not UTF-8 text"),
        "{text}"
    );
}

#[test]
fn a_csv_file_outside_of_the_bundle_is_refused() {
    let rules = PRICES.replace("data/skus.csv", "../skus.csv");
    let folder = bundle(&[("shop/shop.ondo", &rules), ("skus.csv", SKUS)]);
    let (code, text) = run(&folder, "check", &["shop"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("leads outside"), "{text}");
}

#[test]
fn fmt_leaves_csv_files_alone() {
    let folder = bundle(&[("shop/shop.ondo", PRICES), ("shop/data/skus.csv", SKUS)]);
    let (code, text) = run(&folder, "fmt", &["shop"]);
    assert!(matches!(code, Some(0 | 1)), "{text}");
    let csv = std::fs::read_to_string(folder.path().join("shop/data/skus.csv")).unwrap();
    assert_eq!(csv, SKUS);
}

const CONSTANTS: &str = r#"
const SITES  = [ upper(site) for site in ["msk", "spb"] if length(site) == 3 ]
const LONGEST = max(length(site) for site in SITES) ?? 0
const FIRST  = SITES[0]?.lower() ?? "?"

fn join_all(texts: [string], sign: string = join("{s}" for s in [", "])) -> string = join(texts, sign)

table of_site: string -> string {
  "msk" -> join([ "{upper(part)}" for part in ["a", "b"] ], "+")
  "spb" -> match FIRST { "msk" -> "first" else -> SITES[1]?.lower() ?? "?" }
  else  -> SITES[9]?.lower() ?? "none"
}

on retailcrm.order as order when order.status == "new" do {
  let marks = [ "{site}{join([ other.lower() for other in SITES ], "")}{FIRST}" for site in SITES ]
  retailcrm.editOrder(id: order.id, by: "id", managerComment: "{join_all(marks)} {LONGEST} {of_site[order.site]} {[ "{x}{of_site["msk"]}" for x in [1, 2] ][1] ?? ""}")
}

test "constants and tables have locals of their own" {
  given retailcrm.order from "order.json"
  expect retailcrm.editOrder(managerComment: "MSKmskspbmsk, SPBmskspbmsk 3 A+B 2A+B") once
}

test "so has the value for all others" {
  given retailcrm.order from "order.json" with { site: "tver" }
  expect retailcrm.editOrder(managerComment: "MSKmskspbmsk, SPBmskspbmsk 3 none 2A+B") once
}
"#;

#[test]
fn constants_and_tables_may_hold_loops_and_chains() {
    all_pass(&[("shop/shop.ondo", CONSTANTS)], 2);
}

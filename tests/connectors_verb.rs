//! `ondo connectors`: what the systems offer is found by those who write rules, and nothing that is a guess looks like a
//! fact.

use std::path::Path;
use std::process::Output;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::daemon::ondo;
use crate::support::{bundle, root};

fn connectors(args: &[&str]) -> Output {
    ondo().arg("connectors").args(args).output().unwrap()
}

/// What a call that succeeds prints.
fn text(args: &[&str]) -> String {
    let output = connectors(args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&text(&[args, &["--json"]].concat())).unwrap()
}

/// What a call that finds nothing says.
fn complaint(args: &[&str]) -> String {
    let output = connectors(args);
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// What is shown of each system, as JSON.
fn systems() -> &'static Vec<(String, Value)> {
    static SYSTEMS: OnceLock<Vec<(String, Value)>> = OnceLock::new();
    SYSTEMS.get_or_init(|| {
        let names = names().into_iter();
        names
            .map(|name| {
                let shown = json(&["show", &name]);
                (name, shown)
            })
            .collect()
    })
}

/// The names of all systems.
fn names() -> Vec<String> {
    let list = json(&["list"]);
    let systems = list["connectors"].as_array().unwrap();
    systems
        .iter()
        .map(|system| system["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn list_has_one_line_for_each_system() {
    let listed = text(&["list"]);
    for name in names() {
        let lines = listed
            .lines()
            .filter(|line| line.starts_with(&format!("{name} ")));
        assert_eq!(lines.count(), 1, "{name}:\n{listed}");
    }
    assert!(listed.contains("0 events, 12 actions"), "{listed}");
}

#[test]
fn a_system_is_shown_with_its_settings_limits_and_codes() {
    let shown = text(&["show", "plazius"]);
    for wanted in [
        "apiKey: secret, required",
        "base: url = \"https://api.plazius.ru/pub\"",
        "// inferred: the documents do not say whether the token is sent bare",
        "a token is fetched with POST /b2b/v1/auth/gentoken and used for 15m",
        "unsafe readback: never repeated blindly",
        "Гость не найден",
        "of every account: currency, timezone, privateNetwork",
    ] {
        assert!(shown.contains(wanted), "{wanted}\n{shown}");
    }
    let shown = text(&["show", "carbis"]);
    assert!(shown.contains("heard: poll; one delivery:"), "{shown}");
    let shown = text(&["show", "rkeeper"]);
    assert!(shown.contains("360 calls per 1m"), "{shown}");
}

#[test]
fn an_action_is_shown_with_its_arguments_outcomes_and_effect() {
    let shown = text(&["show", "plazius.addBonus"]);
    for wanted in [
        "amount: money where amount > 0",
        "Сумма изменения баланса. Всегда больше 0",
        "phone: phone personal",
        "(with the setting",
        "rejected (refused, status 400)",
        "nobody knows whether it happened",
        "  plazius.addBonus(\n",
        "example add-bonus.json",
    ] {
        assert!(shown.contains(wanted), "{wanted}\n{shown}");
    }
    let order = text(&["show", "rkeeper.createOrder"]);
    for wanted in [
        "since \"",
        "ignored if ",
        "its result is asked for with `getTaskResponse`",
    ] {
        assert!(order.contains(wanted), "{wanted}\n{order}");
    }
}

#[test]
fn an_event_is_shown_as_a_tree_of_fields() {
    let shown = text(&["show", "retailcrm.order"]);
    let items = shown.find("\n  items: [").unwrap();
    let inside = shown[items..].lines().nth(2).unwrap();
    assert!(inside.starts_with("    id: "), "{inside}");
    assert!(shown.contains("enriched: POST with a form"), "{shown}");
    assert!(
        shown.contains("on retailcrm.order as it do stop"),
        "{shown}"
    );
    let field = text(&["show", "retailcrm.order.customer.phones"]);
    assert!(
        field.starts_with("retailcrm.order.customer.phones: "),
        "{field}"
    );
}

#[test]
fn a_type_is_shown_with_its_values() {
    let shown = text(&["show", "plazius.GiftStatus"]);
    assert!(
        shown.contains("\"precalculated\" | \"active\" | \"expired\" | \"received\""),
        "{shown}"
    );
}

#[test]
fn a_slip_in_a_name_is_answered_with_the_name() {
    let cases = [
        ("plazus", "help: ondo connectors show plazius"),
        ("r_keeper", "help: ondo connectors show rkeeper"),
        (
            "plazius.addBonuses",
            "help: ondo connectors show plazius.addBonus",
        ),
        ("plazius.щука", "help: ondo connectors show plazius\n"),
        (
            "retailcrm.order.custmer.phones",
            "help: ondo connectors show retailcrm.order.customer",
        ),
    ];
    for (typed, wanted) in cases {
        let said = complaint(&["show", typed]);
        assert!(said.contains(wanted), "{typed}: {said}");
    }
    assert!(!complaint(&["show", "щука"]).contains("help"));
}

/// The titles of what is found.
fn found(words: &[&str]) -> Vec<String> {
    let found = json(&[&["search"], words].concat());
    let hits = found["found"].as_array().unwrap();
    hits.iter()
        .map(|hit| hit["title"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn words_of_captions_find_what_has_them_whatever_their_endings() {
    let bonuses = found(&["бонус"]);
    assert_eq!(bonuses[0], "plazius.addBonus", "{bonuses:?}");
    assert_eq!(bonuses[1], "plazius.writeoffBonus", "{bonuses:?}");
    let wanted = |titles: &[String], title: &str| titles.iter().any(|one| one == title);
    assert!(wanted(
        &found(&["изменение", "баланс"]),
        "plazius.addBonus amount: money"
    ));
    assert!(
        found(&["статусы"])
            .iter()
            .any(|title| title.starts_with("retailcrm.order status:"))
    );
    assert_eq!(found(&["ОФИЦИАНТ"])[0], "carbis.waiter_call");
    // One word of the caption, one of the system.
    assert!(wanted(
        &found(&["plazius", "телефон"]),
        "plazius.getWallet guest.phone: phone"
    ));
}

#[test]
fn names_paths_codes_and_remarks_are_searched_too() {
    let has = |words: &[&str], title: &str| {
        let titles = found(words);
        assert!(
            titles.iter().any(|one| one.starts_with(title)),
            "{words:?}: {titles:?}"
        );
    };
    has(&["writeoffBonus"], "plazius.writeoffBonus");
    has(
        &["order.customer.phones"],
        "retailcrm.order customer.phones",
    );
    has(&["3007"], "plazius code 3007");
    has(&["WsaDuplicateOrder"], "rkeeper code WsaDuplicateOrder");
    has(&["сгорания", "подарок"], "plazius.Gift expirationDate");
    has(&["comes", "zone"], "plazius.Gift expirationDate");
}

#[test]
fn yo_and_ye_are_one_letter() {
    assert_eq!(found(&["счёт"]), found(&["счет"]));
    assert!(!found(&["счет"]).is_empty());
}

#[test]
fn all_words_must_occur() {
    let both = found(&["статус", "заказ"]);
    let one = found(&["статус"]);
    assert!(!both.is_empty() && both.len() < one.len(), "{both:?}");
    assert!(found_nothing(&["статус", "щука"]).contains("nothing has the words `статус щука`"));
}

fn found_nothing(words: &[&str]) -> String {
    complaint(&[&["search"], words].concat())
}

#[test]
fn a_word_that_is_nearly_there_is_suggested() {
    let said = found_nothing(&["офицант"]);
    assert!(
        said.contains("help: ondo connectors search официант"),
        "{said}"
    );
    assert!(!found_nothing(&["щщщщщщщщ"]).contains("help"));
}

#[test]
fn lines_fit_and_have_no_colour() {
    for name in names() {
        let shown = text(&["show", &name]);
        assert!(!shown.contains('\u{1b}'), "{name}");
        let mut definitions = String::new();
        for file in std::fs::read_dir(root().join("connectors").join(&name)).unwrap() {
            definitions
                .push_str(&std::fs::read_to_string(file.unwrap().path()).unwrap_or_default());
        }
        for line in shown.lines() {
            // A line of code in a comment is not broken, and neither is an address.
            let mut comments = definitions
                .lines()
                .filter(|one| one.trim().starts_with("//"));
            let is_code = comments.any(|one| one.ends_with(line.trim()));
            let is_one_word = line.trim().split(' ').count() <= 2;
            let fits = line.chars().count() <= 100;
            assert!(fits || is_code || is_one_word, "{name}: {line}");
        }
    }
}

fn schema() -> Value {
    let schema = std::fs::read(root().join("docs/connectors.schema.json")).unwrap();
    serde_json::from_slice(&schema).unwrap()
}

fn assert_valid(validator: &jsonschema::Validator, document: &Value, of: &str) {
    let problems: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{of}: {problems:#?}");
}

#[test]
fn json_is_valid_by_its_schema() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert_valid(&validator, &json(&["list"]), "list");
    assert_valid(&validator, &json(&["search", "заказ"]), "search");
    for (name, shown) in systems() {
        assert_valid(&validator, shown, name);
    }
    for path in [
        "plazius.addBonus",
        "retailcrm.order",
        "plazius.Gift",
        "retailcrm.order.customer",
    ] {
        assert_valid(&validator, &json(&["show", path]), path);
    }
    // The schema is one that can say no.
    let mut broken = json(&["show", "plazius.addBonus"]);
    broken["action"]["effect"]["class"] = "perhaps".into();
    assert!(!validator.is_valid(&broken));
}

/// What is printed to start from checks as it is.
#[test]
fn every_line_to_start_from_checks() {
    let mut text = String::new();
    let mut count = 0;
    for (_, shown) in systems() {
        for event in shown["connector"]["events"].as_array().unwrap() {
            count += 1;
            let start = event["start"].as_str().unwrap();
            text.push_str(&format!("rule e{count}: {start}\n"));
        }
        for action in shown["connector"]["actions"].as_array().unwrap() {
            count += 1;
            let start = action["start"].as_str().unwrap();
            text.push_str(&format!(
                "rule a{count}: on webhook.post(\"/a{count}\") as it: {{ id: string }} once per it.id do {start}\n"
            ));
        }
    }
    let dir = tempfile::tempdir().unwrap();
    bundle(dir.path(), "starts.ondo", &text);
    let path = dir.path().join("bundles/starts.ondo");
    let output = ondo().arg("check").arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    println!("{count} lines to start from");
    assert!(output.status.success(), "{said}\n{text}");
    assert!(count > 50);
}

/// A guess that a reader does not see is taken for a fact.
#[test]
fn every_inference_of_a_definition_is_shown() {
    for (name, shown) in systems() {
        let mut inferred = Vec::new();
        inferences(shown, &mut inferred);
        let said = inferred.join("\n");
        for path in std::fs::read_dir(root().join("connectors").join(name)).unwrap() {
            let path = path.unwrap().path();
            if path.extension().is_none_or(|end| end != "ondo") {
                continue;
            }
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                let Some((_, rest)) = line.split_once("inferred:") else {
                    continue;
                };
                let rest = rest.trim();
                assert!(said.contains(rest), "{}: {rest}", path.display());
            }
        }
    }
}

/// The texts of all remarks that are marked as inferred.
fn inferences(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::Object(fields) => {
            if fields.get("inferred") == Some(&Value::Bool(true)) {
                found.push(fields["text"].as_str().unwrap().to_owned());
            }
            fields.values().for_each(|json| inferences(json, found));
        }
        Value::Array(items) => items.iter().for_each(|json| inferences(json, found)),
        _ => {}
    }
}

const KITCHEN: &str = r#"// The display over the stove.
connector kitchen "Экран на кухне" {
  setting base: url identity  "Адрес"
}

action show "Показать заказ" {
  request POST "/orders" json { number: string "Номер", note: string? "Для повара" }
  answer ok applied status 200 empty
  effect idempotent
  example "show.json"
}
"#;

/// A bundle `cafe` with a connector of its own.
fn cafe(dir: &Path, definition: &str) -> String {
    let folder = dir.join("cafe");
    std::fs::create_dir_all(folder.join("connectors/examples")).unwrap();
    std::fs::write(folder.join("rules.ondo"), "").unwrap();
    std::fs::write(folder.join("connectors/kitchen.ondo"), definition).unwrap();
    let example = r#"{ "args": { "number": "5012-Ц" }, "status": 200, "answer": null }"#;
    std::fs::write(folder.join("connectors/examples/show.json"), example).unwrap();
    folder.to_str().unwrap().to_owned()
}

#[test]
fn the_connectors_of_a_bundle_are_there_too() {
    let dir = tempfile::tempdir().unwrap();
    let cafe = cafe(dir.path(), KITCHEN);
    let listed = text(&["list", "--bundle", &cafe]);
    assert!(
        listed.contains("Экран на кухне (of the bundle)"),
        "{listed}"
    );
    assert!(listed.contains("plazius"), "{listed}");
    let shown = text(&["show", "kitchen.show", "--bundle", &cafe]);
    assert!(
        shown.contains("kitchen.show(number: \"5012-Ц\")"),
        "{shown}"
    );
    let hits = text(&["search", "повар", "--bundle", &cafe]);
    assert!(hits.starts_with("kitchen.show note: string?"), "{hits}");
}

#[test]
fn what_is_wrong_with_a_connector_of_a_bundle_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let cafe = cafe(dir.path(), &KITCHEN.replace("idempotent", "idempotant"));
    let output = connectors(&["list", "--bundle", &cafe]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`idempotant` is no effect"), "{said}");
    assert!(said.contains("connectors/kitchen.ondo:9:10"), "{said}");
    assert!(output.status.success());
}

/// What `ondo check` says of a bundle, one line for each finding.
fn check(path: &str) -> String {
    let output = ondo().args(["check", "--concise", path]).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn check_points_into_the_connector_of_a_bundle() {
    let cases = [
        (
            ("idempotent", "idempotant"),
            "kitchen.ondo:9:10: error[unknown-word]: `idempotant` is no effect",
        ),
        (
            ("number: string", "number: strng"),
            "kitchen.ondo:7:41: error[unknown-type]: there is no type `strng`",
        ),
        (
            ("show.json", "shw.json"),
            "kitchen.ondo:10:11: error[unknown-file]: there is no file `examples/shw.json` beside this definition",
        ),
        (
            ("show.json", "../rules.json"),
            "kitchen.ondo:10:11: error[unknown-file]",
        ),
        (
            ("connector kitchen", "connector kitchens"),
            "kitchen.ondo:2:11: error[definition]: this is connector `kitchens`",
        ),
    ];
    for ((from, to), wanted) in cases {
        let dir = tempfile::tempdir().unwrap();
        let said = check(&cafe(dir.path(), &KITCHEN.replace(from, to)));
        assert!(said.contains(wanted), "{wanted}\n{said}");
        assert!(said.contains("1 error"), "{said}");
    }
    let dir = tempfile::tempdir().unwrap();
    let said = check(&cafe(dir.path(), KITCHEN));
    assert!(said.contains("nothing found"), "{said}");
}

#[test]
fn a_connector_of_a_bundle_may_be_a_folder_of_files() {
    let dir = tempfile::tempdir().unwrap();
    let cafe = cafe(dir.path(), KITCHEN);
    let connectors = Path::new(&cafe).join("connectors");
    let (head, actions) = KITCHEN.split_once("\n\n").unwrap();
    std::fs::remove_file(connectors.join("kitchen.ondo")).unwrap();
    let folder = connectors.join("kitchen");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("connector.ondo"), head).unwrap();
    std::fs::write(folder.join("orders.ondo"), actions).unwrap();
    std::fs::rename(connectors.join("examples"), folder.join("examples")).unwrap();
    let said = check(&cafe);
    assert!(said.contains("nothing found"), "{said}");
    let shown = text(&["show", "kitchen.show", "--bundle", &cafe]);
    assert!(
        shown.contains("kitchen.show(number: \"5012-Ц\")"),
        "{shown}"
    );
}

#[test]
fn explain_leads_to_the_connectors() {
    for (typed, wanted) in [
        (
            "plazius.addBonus",
            "ondo connectors show plazius.addBonus\n",
        ),
        (
            "plazius.addBonsu",
            "ondo connectors show plazius.addBonus\n",
        ),
        ("plazius", "ondo connectors show plazius\n"),
    ] {
        let output = ondo().args(["explain", typed]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(wanted), "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
}

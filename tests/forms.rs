//! What `ondo check` prints for programs: JSON by its own schema, SARIF by the official one, annotations for GitHub.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::daemon::ondo;
use crate::support::root;

/// A file with Cyrillic letters before a mistake, so that bytes and characters differ, and one that can be mended.
const MISTAKES: &str = "\
// Начисление
on retailcrm.order as order when \"Новый\" == order.statuss do retailcrm.editOrder(id: order.id, by: \"id\")
rule другой: on retailcrm.order as order when order.status = \"new\" do retailcrm.editOrder(id: order.id, by: \"id\")
";

fn check(folder: &Path, args: &[&str]) -> Output {
    ondo()
        .arg("check")
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn mistakes() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("мой заказ.ondo"), MISTAKES).unwrap();
    folder
}

/// The schema of SARIF 2.1.0 by OASIS, as the package `serde-sarif` carries it.
fn official_schema() -> Value {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: "));
    // Packages of other platforms are not on this machine.
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", host.unwrap()])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|package| package["name"] == "serde-sarif");
    let manifest = package.unwrap()["manifest_path"].as_str().unwrap();
    let schema = PathBuf::from(manifest).with_file_name("src/schema.json");
    let mut schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    mend_language(&mut schema);
    schema
}

/// The official pattern of a language has a closing bracket too many and can be read by no engine that is strict. We
/// send no language.
fn mend_language(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let broken = fields
                .get("pattern")
                .and_then(Value::as_str)
                .is_some_and(|pattern| pattern.ends_with("{2}]?$"));
            if broken {
                fields.shift_remove("pattern");
            }
            fields.values_mut().for_each(mend_language);
        }
        Value::Array(values) => values.iter_mut().for_each(mend_language),
        _ => {}
    }
}

fn assert_valid(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let schema = official_schema();
    let folder = mistakes();
    let output = check(folder.path(), &["--sarif", "мой заказ.ondo"]);
    assert_eq!(output.status.code(), Some(1));
    let mistakes: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_valid(&schema, &mistakes);
    // Everything that can be found, with all its labels, helps and fixes.
    let output = check(&root().join("tests/ui"), &["--sarif", "."]);
    let all: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert!(all["runs"][0]["results"].as_array().unwrap().len() > 100);
    assert_valid(&schema, &all);
    let output = check(folder.path(), &["--sarif", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    let unread: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_valid(&schema, &unread);
    assert_eq!(
        unread["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
    // The schema is one that can say no.
    let mut broken = mistakes;
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!jsonschema::is_valid(&schema, &broken));
}

#[test]
fn sarif_places_are_characters_and_uris() {
    let folder = mistakes();
    let output = check(folder.path(), &["--sarif", "мой заказ.ondo"]);
    let sarif: Value = serde_json::from_str(stdout(&output)).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "unknown-field");
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "unknown-field");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "%D0%BC%D0%BE%D0%B9%20%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7.ondo"
    );
    assert_eq!(place["region"]["startLine"], 2);
    assert_eq!(place["region"]["startColumn"], 51);
    let fix = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(fix["deletedRegion"]["startColumn"], 51);
    assert_eq!(fix["insertedContent"]["text"], "status");
}

#[test]
fn json_is_valid_by_its_schema() {
    let schema = std::fs::read(root().join("docs/check.schema.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let output = check(&root().join("tests/ui"), &["--json", "."]);
    let document: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert!(document["findings"].as_array().unwrap().len() > 100);
    assert_valid(&schema, &document);
}

#[test]
fn github_gets_one_command_for_each_finding() {
    let folder = mistakes();
    let output = check(folder.path(), &["--github", "мой заказ.ondo"]);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<&str> = stdout(&output).lines().collect();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(
        lines[0].starts_with(
            "::error file=мой заказ.ondo,line=2,col=51,endColumn=58,title=unknown-field::"
        ),
        "{lines:#?}"
    );
    // A line end within a command is written as its number.
    assert!(lines[0].contains("%0Ahelp: "), "{lines:#?}");
}

#[test]
fn concise_lines_count_characters() {
    let folder = mistakes();
    let output = check(folder.path(), &["--concise", "мой заказ.ondo"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.starts_with("мой заказ.ondo:2:51: error[unknown-field]: "),
        "{text}"
    );
}

#[test]
fn two_forms_at_once_are_refused() {
    let folder = mistakes();
    let output = check(folder.path(), &["--json", "--sarif", "мой заказ.ondo"]);
    assert_eq!(output.status.code(), Some(2));
}

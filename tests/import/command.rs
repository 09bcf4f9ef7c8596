//! The verb itself: where the connector goes, what is said, what is left alone when something is wrong.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::daemon::ondo;
use crate::support::root;

fn import(folder: &Path, args: &[&str]) -> Output {
    ondo()
        .args(["import", "openapi"])
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A folder with one of the documents.
fn with(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = root().join("tests/import").join(name);
    std::fs::copy(from, folder.path().join("api.yaml")).unwrap();
    folder
}

/// Names of all files below a folder, hidden ones too.
fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.extend(files(&path));
        } else {
            names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    names.sort();
    names
}

#[test]
fn the_connector_goes_to_standard_output_and_the_losses_to_standard_error() {
    let folder = with("bodies.yaml");
    let output = import(folder.path(), &["api.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        out(&output).contains("connector bodies \"Bodies\" {"),
        "{}",
        out(&output)
    );
    assert!(err(&output).contains("api.yaml:13: #/paths/~1file/post/requestBody: not carried over: a body of multipart/form-data\n"), "{}", err(&output));
    assert!(
        err(&output).ends_with("connector bodies: 6 actions, 1 type; 3 things not carried over\n"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_folder_gives_the_name_and_what_is_in_it_checks() {
    let folder = with("a-whole-small-system.yaml");
    let output = import(
        folder.path(),
        &["api.yaml", "--out", "shop/connectors/coffee"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(
        files(folder.path()),
        ["actions.ondo", "api.yaml", "connector.ondo", "types.ondo"]
    );
    let bundle = "account c = coffee { key: secret \"K\" }\ncron \"0 9 * * *\" once per \"x\" do c.createOrder(позиции: [{ напиток: \"Раф\", количество: 1 }])\n";
    std::fs::write(folder.path().join("shop/shop.ondo"), bundle).unwrap();
    for path in ["shop/connectors/coffee", "shop"] {
        let checked = ondo()
            .args(["check", "--deny", "warnings", path])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(checked.status.code(), Some(0), "{path}: {}", err(&checked));
    }
    let formatted = ondo()
        .args(["fmt", "--check", "shop/connectors"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(formatted.status.code(), Some(0), "{}", err(&formatted));
}

#[test]
fn what_is_there_is_written_over_only_when_asked() {
    let folder = with("a-whole-small-system.yaml");
    let path = folder.path().join("own.ondo");
    std::fs::write(&path, "mine").unwrap();
    let output = import(folder.path(), &["api.yaml", "--out", "own.ondo"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("`own.ondo` is there already; `--force` writes over it"),
        "{}",
        err(&output)
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    let output = import(folder.path(), &["api.yaml", "--out", "own.ondo", "--force"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("connector own")
    );
}

#[test]
fn nothing_is_written_when_a_document_is_bad() {
    let folder = with("bad/broken.yaml");
    let output = import(folder.path(), &["api.yaml", "--out", "connectors/broken"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).starts_with("error: api.yaml:3: this is no YAML: "),
        "{}",
        err(&output)
    );
    assert_eq!(files(folder.path()), ["api.yaml"]);
    assert!(!folder.path().join("connectors").exists());
}

#[test]
fn nothing_is_left_when_a_file_cannot_be_written() {
    let folder = with("a-whole-small-system.yaml");
    // A folder stands where the second file has to go.
    std::fs::create_dir_all(folder.path().join("connectors/coffee/types.ondo/x")).unwrap();
    let output = import(
        folder.path(),
        &["api.yaml", "--out", "connectors/coffee", "--force"],
    );
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(
        err(&output).contains("cannot write `connectors/coffee/types.ondo`"),
        "{}",
        err(&output)
    );
    let left = files(folder.path());
    assert!(left.iter().all(|name| !name.ends_with(".new")), "{left:?}");
}

#[test]
fn the_report_holds_everything() {
    let folder = with("bodies.yaml");
    let output = import(folder.path(), &["api.yaml", "--json", "--name", "shop"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let report: Value = serde_json::from_str(out(&output)).unwrap();
    assert_eq!(report["connector"], "shop");
    assert_eq!(report["actions"], 6);
    assert_eq!(report["losses"].as_array().unwrap().len(), 3);
    assert_eq!(
        report["losses"][1]["pointer"],
        "#/paths/~1file/post/requestBody"
    );
    assert!(
        report["files"][0]["text"]
            .as_str()
            .unwrap()
            .contains("connector shop")
    );
}

#[test]
fn a_name_that_is_none_is_refused() {
    let folder = with("bodies.yaml");
    for args in [
        ["api.yaml", "--name", "my shop"],
        ["api.yaml", "--out", "connectors/my-shop"],
    ] {
        let output = import(folder.path(), &args);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            err(&output).contains("cannot be the name of a connector"),
            "{}",
            err(&output)
        );
    }
    assert_eq!(files(folder.path()), ["api.yaml"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = import(folder.path(), &["no.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).starts_with("error: cannot read `no.yaml`: "),
        "{}",
        err(&output)
    );
}

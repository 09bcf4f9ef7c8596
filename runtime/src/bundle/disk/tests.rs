#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn names(found: &Found) -> Vec<&str> {
    found
        .bundles
        .iter()
        .map(|bundle| bundle.name.as_str())
        .collect()
}

#[test]
fn a_directory_holds_folders_and_files_but_not_lib() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "one.ondo", "");
    write(dir.path(), "пицца/a.ondo", "");
    write(dir.path(), "пицца/b.ondo", "");
    write(dir.path(), "lib/common.ondo", "");
    write(dir.path(), "empty/readme.txt", "");
    let found = directory(dir.path()).unwrap();
    assert_eq!(names(&found), ["one", "пицца"]);
    assert_eq!(found.bundles[1].files.len(), 2);
    assert_eq!(load(dir.path()).unwrap(), found);
}

#[test]
fn a_folder_with_connectors_is_one_bundle() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "till/orders.ondo", "");
    write(dir.path(), "till/connectors/pos.ondo", "");
    let found = load(&dir.path().join("till")).unwrap();
    assert_eq!(names(&found), ["till"]);
    let kinds: Vec<Kind> = found.bundles[0]
        .files
        .iter()
        .map(|file| file.kind)
        .collect();
    assert_eq!(kinds, [Kind::Own, Kind::Connector]);
    assert_eq!(found.bundles[0].files[1].key, "till/connectors/pos.ondo");
}

#[test]
fn two_bundles_of_one_name_are_an_error_that_names_both_and_neither_is_loaded() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "same.ondo", "");
    write(dir.path(), "same/a.ondo", "");
    let found = directory(dir.path()).unwrap();
    assert!(found.bundles.is_empty());
    assert_eq!(found.unreadable, ["same"]);
    let message = found.errors[0].to_string();
    assert!(
        message.contains("same.ondo") && message.contains("`same`"),
        "{message}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "outside.ondo", "");
    write(dir.path(), "bundles/a/x.ondo", "");
    std::os::unix::fs::symlink(
        dir.path().join("outside.ondo"),
        dir.path().join("bundles/a/y.ondo"),
    )
    .unwrap();
    let found = directory(&dir.path().join("bundles")).unwrap();
    assert!(
        matches!(found.errors[..], [LoadError::Outside { .. }]),
        "{found:?}"
    );
}

#[test]
fn text_that_is_not_utf8_is_an_error_with_the_place() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.ondo"), b"on \xff").unwrap();
    let found = load(&dir.path().join("a.ondo")).unwrap();
    assert!(
        found.errors[0]
            .to_string()
            .contains("line 1 is not UTF-8 text"),
        "{:?}",
        found.errors
    );
}

#[test]
fn nothing_there_says_so() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(load(dir.path()), Err(LoadError::Empty(_))));
    assert!(matches!(
        load(&dir.path().join("x")),
        Err(LoadError::Read { .. })
    ));
}

#[test]
fn a_library_beside_the_folder_is_used_and_is_part_of_the_bundle() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        "lib/common.ondo",
        "use \"lib/deep.ondo\" as deep\n",
    );
    write(dir.path(), "lib/deep.ondo", "const A = 1\n");
    write(
        dir.path(),
        "pizza/a.ondo",
        "use \"lib/common.ondo\" as common\n",
    );
    let keys = |found: Found| -> Vec<String> {
        found.bundles[0]
            .files
            .iter()
            .map(|file| file.key.clone())
            .collect()
    };
    let wanted = ["pizza/a.ondo", "lib/common.ondo", "lib/deep.ondo"];
    assert_eq!(keys(directory(dir.path()).unwrap()), wanted);
    assert_eq!(keys(load(&dir.path().join("pizza")).unwrap()), wanted);
}

#[test]
fn a_library_above_the_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "outside.ondo", "");
    write(
        dir.path(),
        "bundles/a.ondo",
        "use \"../outside.ondo\" as o\n",
    );
    let found = directory(&dir.path().join("bundles")).unwrap();
    assert!(
        matches!(found.errors[..], [LoadError::Outside { .. }]),
        "{found:?}"
    );
}

#[test]
fn a_folder_of_definitions_is_checked_as_a_connector() {
    let dir = tempfile::tempdir().unwrap();
    let head = "connector erp \"ERP\" {\n  setting base: url\n}\n";
    write(dir.path(), "erp/connector.ondo", head);
    write(
        dir.path(),
        "erp/save.ondo",
        "action save \"Save\" {\n  request POST \"/save\" json { id: itn }\n  answer ok applied status 200\n}\n",
    );
    let found = load(&dir.path().join("erp")).unwrap();
    let checked = crate::bundle::compile(&found.bundles[0]);
    let said = crate::report::concise(&checked.findings, &checked.sources);
    assert!(
        said.contains("save.ondo:2:35: error[unknown-type]"),
        "{said}"
    );
    assert_eq!(checked.findings.len(), 1, "{said}");
}

const PRICES: &str =
    "table skus from \"data/skus.csv\" key \"article\"\nconst TEA = skus[\"A1\"].price\n";

#[test]
fn a_csv_file_is_part_of_the_version_and_is_not_needed_any_more_to_compile_it_again() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "shop/a.ondo", PRICES);
    let version = |rows: &str| {
        write(dir.path(), "shop/data/skus.csv", rows);
        let found = load(&dir.path().join("shop")).unwrap();
        let keys: Vec<&str> = found.bundles[0]
            .files
            .iter()
            .map(|file| &*file.key)
            .collect();
        assert_eq!(keys, ["shop/a.ondo", "shop/data/skus.csv"]);
        crate::bundle::compile(&found.bundles[0]).ready.unwrap()
    };
    let first = version("article;price\nA1;90\n");
    let second = version("article;price\nA1;95\n");
    assert_ne!(first.version, second.version);
    fs::remove_dir_all(dir.path().join("shop")).unwrap();
    let bundle = crate::bundle::from_stored(&first.stored).unwrap();
    let again = crate::bundle::compile(&bundle).ready.unwrap();
    assert_eq!(again.version, first.version);
    let records = again.program.tables[0].records.as_ref().unwrap();
    let price = ondo_compiler::value::Value::Int(90);
    assert_eq!(
        records.by_key["A1"],
        ondo_compiler::value::Value::object(vec![("price".into(), price)])
    );
}

#[cfg(unix)]
#[test]
fn a_csv_file_that_is_a_link_out_of_the_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "skus.csv", "article;price\nA1;90\n");
    write(dir.path(), "shop/a.ondo", PRICES);
    fs::create_dir_all(dir.path().join("shop/data")).unwrap();
    std::os::unix::fs::symlink(
        dir.path().join("skus.csv"),
        dir.path().join("shop/data/skus.csv"),
    )
    .unwrap();
    let found = load(&dir.path().join("shop")).unwrap();
    assert!(
        matches!(found.errors[..], [LoadError::Outside { .. }]),
        "{found:?}"
    );
}

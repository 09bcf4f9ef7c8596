//! `ondo fmt`: what it writes, what it only says, what it leaves alone. The style itself is tested with the grammar.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::TempDir;

use crate::support::daemon::ondo;
use crate::support::root;

const LOOSE: &str = "const  A=1\n";
const TIGHT: &str = "const A = 1\n";

fn fmt(folder: &Path, args: &[&str]) -> Output {
    ondo()
        .arg("fmt")
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn fmt_stdin(args: &[&str], text: &[u8]) -> Output {
    let mut child = ondo()
        .arg("fmt")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A directory of two bundles with a connector of their own, a hidden folder and a file of another kind.
fn directory() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in [
        "one.ondo",
        "shop/orders.ondo",
        "shop/connectors/till.ondo",
        ".git/hidden.ondo",
        "shop/notes.txt",
    ] {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, LOOSE).unwrap();
    }
    fs::write(folder.path().join("done.ondo"), TIGHT).unwrap();
    folder
}

fn text(folder: &TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join(file)).unwrap()
}

#[test]
fn a_directory_of_bundles_is_formatted_and_what_changed_is_named() {
    let folder = directory();
    let output = fmt(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0));
    let named = ["one.ondo", "shop/connectors/till.ondo", "shop/orders.ondo"];
    assert_eq!(
        stdout(&output),
        named.map(|name| format!("{name}\n")).concat()
    );
    assert_eq!(
        stderr(&output),
        "3 files formatted, 1 in the style already\n"
    );
    for name in named {
        assert_eq!(text(&folder, name), TIGHT);
    }
    for other in [".git/hidden.ondo", "shop/notes.txt"] {
        assert_eq!(text(&folder, other), LOOSE);
    }
    let left = fs::read_dir(folder.path().join("shop")).unwrap().count();
    assert_eq!(left, 3, "nothing else is left behind");
}

#[test]
fn check_writes_nothing_and_ends_with_one() {
    let folder = directory();
    let output = fmt(folder.path(), &["--check", "shop"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stdout(&output),
        "shop/connectors/till.ondo\nshop/orders.ondo\n"
    );
    assert_eq!(text(&folder, "shop/orders.ondo"), LOOSE);
    let output = fmt(folder.path(), &["--check", "done.ondo"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), "");
}

#[test]
fn diff_shows_the_lines_and_writes_nothing() {
    let folder = directory();
    let output = fmt(folder.path(), &["--diff", "one.ondo"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stdout(&output),
        "--- a/one.ondo\n+++ b/one.ondo\n@@ -1 +1 @@\n-const  A=1\n+const A = 1\n"
    );
    assert_eq!(text(&folder, "one.ondo"), LOOSE);
}

#[test]
fn a_text_with_mistakes_stays_and_is_explained() {
    let folder = directory();
    let broken = "const  A = \nconst  B=2\n";
    fs::write(folder.path().join("one.ondo"), broken).unwrap();
    let output = fmt(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&folder, "one.ondo"), broken);
    assert_eq!(text(&folder, "shop/orders.ondo"), TIGHT);
    assert!(
        stderr(&output).contains("[one.ondo:"),
        "{}",
        stderr(&output)
    );
    assert!(stderr(&output).contains("1 not formatted"));
}

#[test]
fn standard_input_goes_to_standard_output() {
    let output = fmt_stdin(&["-"], LOOSE.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), TIGHT);
    let output = fmt_stdin(&["-", "--check"], LOOSE.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    let output = fmt_stdin(&["-"], b"const A =");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    let output = fmt_stdin(&["-"], b"const A = \"\xff\"");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let output = fmt(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no `.ondo` file in `.`"));
    let output = fmt(folder.path(), &["missing.ondo"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cannot read `missing.ondo`"));
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = directory();
    let file = folder.path().join("one.ondo");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.ondo");
    symlink("one.ondo", &link).unwrap();
    let output = fmt(folder.path(), &["link.ondo"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(text(&folder, "one.ondo"), TIGHT);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn bundles_and_connectors_of_the_repository_have_the_style() {
    let output = fmt(&root(), &["--check", "bundles", "connectors"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

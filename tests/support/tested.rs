//! A bundle in a folder of its own, for `ondo test`, `ondo ir` and the like.

use std::path::Path;

use super::daemon::ondo;

/// What the binary said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a verb over a bundle `shop` with these files.
pub fn say(files: &[(&str, &str)], verb: &str) -> Said {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join("shop").join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut words = verb.split(' ');
    let output = ondo()
        .args(words.by_ref().take(1))
        .arg("shop")
        .args(words)
        .current_dir(folder.path())
        .output()
        .unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

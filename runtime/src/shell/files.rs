//! The directory of bundles is looked at, and read again when it has changed and then been quiet for a moment.
//!
//! It is looked at by names, sizes, times and inodes, a few times a second. That costs some calls of the system for each
//! file, and it sees what notices of the system do not: a folder that was taken away and made again, a link that points
//! elsewhere, a network file system. What a look cannot see, a file that was written without its time or size changing, is found by
//! its contents, less often.
//!
//! A directory without any bundle is not acted on: that is how one looks while it is being replaced. A person who means it
//! sends SIGHUP.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::Handle;

/// Files that bundles are made of.
const ENDINGS: [&str; 2] = ["ondo", "csv"];
/// So deep below the directory.
const DEPTH_MAX: usize = 8;
/// So many files and folders are looked at.
const ENTRIES_MAX: usize = 10_000;

/// How often, and how long a directory must be quiet.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// From one look to the next.
    pub look: Duration,
    /// So long nothing must change before it is read. An editor writes a file in several steps, a person several files.
    pub quiet: Duration,
    /// It is read after this time also when it is never quiet.
    pub patience: Duration,
    /// From one comparison of the contents to the next.
    pub contents: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_millis(250),
            quiet: Duration::from_millis(500),
            patience: Duration::from_secs(10),
            contents: Duration::from_secs(30),
        }
    }
}

/// What a directory looked like at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Look {
    /// Device, inode, size, time of the last change and of the last change of anything about it.
    files: BTreeMap<PathBuf, [i128; 5]>,
}

impl Look {
    fn at(directory: &Path) -> Self {
        let mut look = Self::default();
        let mut left = ENTRIES_MAX;
        look.add(directory, 0, &mut left);
        look
    }

    fn add(&mut self, path: &Path, depth: usize, left: &mut usize) {
        // Links are followed: what a bundle is made of may be somewhere else.
        let Ok(about) = std::fs::metadata(path) else {
            return;
        };
        if about.is_dir() {
            if depth > DEPTH_MAX {
                return;
            }
            let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
            for entry in entries {
                if *left == 0 {
                    return;
                }
                *left -= 1;
                let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
                if !is_hidden {
                    self.add(&entry.path(), depth + 1, left);
                }
            }
            return;
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        if ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            let nanoseconds =
                |seconds: i64, more: i64| i128::from(seconds) * 1_000_000_000 + i128::from(more);
            let known = [
                i128::from(about.dev()),
                i128::from(about.ino()),
                i128::from(about.size()),
                nanoseconds(about.mtime(), about.mtime_nsec()),
                nanoseconds(about.ctime(), about.ctime_nsec()),
            ];
            self.files.insert(path.to_owned(), known);
        }
    }

    /// A hash of all that is in these files.
    fn contents(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for path in self.files.keys() {
            let text = std::fs::read(path).unwrap_or_default();
            for part in [path.as_os_str().as_encoded_bytes(), &text] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        hash.finalize().into()
    }
}

/// Watches a directory of bundles. What it looked like must be known from before it was first read.
#[derive(Debug)]
pub struct Watch {
    directory: PathBuf,
    pace: Pace,
    last: Look,
    contents: [u8; 32],
}

impl Watch {
    /// Takes the first look. To be called before the bundles are read, so that no change falls between.
    pub fn begin(directory: &Path, pace: Pace) -> Self {
        let last = Look::at(directory);
        let contents = last.contents();
        Self {
            directory: directory.to_owned(),
            pace,
            last,
            contents,
        }
    }

    /// Reads the bundles again whenever they have changed. Ends with the service.
    pub async fn run(mut self, handle: Handle) {
        loop {
            if !self.changed().await {
                return;
            }
            let Some(report) = handle.reload().await else {
                return;
            };
            report.print_if_new();
        }
    }

    /// Waits until there is something new to read. False: this can no longer be told.
    async fn changed(&mut self) -> bool {
        let mut compared = Instant::now();
        let mut began: Option<Instant> = None;
        let mut quiet_since = Instant::now();
        let mut is_empty_said = false;
        loop {
            tokio::time::sleep(self.pace.look).await;
            let directory = self.directory.clone();
            let compares = began.is_none() && compared.elapsed() >= self.pace.contents;
            // A slow disk must not keep the hooks waiting.
            let looked = tokio::task::spawn_blocking(move || {
                let look = Look::at(&directory);
                let contents = compares.then(|| look.contents());
                (look, contents)
            });
            let Ok((look, contents)) = looked.await else {
                return false;
            };
            if compares {
                compared = Instant::now();
            }
            if look.files.is_empty() {
                if !is_empty_said {
                    is_empty_said = true;
                    tracing::warn!(
                        directory = %self.directory.display(),
                        "there is no bundle in the directory; those that run go on. SIGHUP takes them away"
                    );
                }
                continue;
            }
            if look != self.last {
                self.last = look;
                quiet_since = Instant::now();
                began.get_or_insert(quiet_since);
            }
            let is_due = began.is_some_and(|began| {
                quiet_since.elapsed() >= self.pace.quiet || began.elapsed() >= self.pace.patience
            });
            let is_other = contents.is_some_and(|contents| contents != self.contents);
            if is_due || is_other {
                let look = self.last.clone();
                let read = tokio::task::spawn_blocking(move || look.contents()).await;
                let before = self.contents;
                self.contents = read.unwrap_or(before);
                if self.contents != before {
                    return true;
                }
                // The same texts with other times.
                began = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn pace() -> Pace {
        Pace {
            look: Duration::from_millis(5),
            quiet: Duration::from_millis(20),
            patience: Duration::from_millis(300),
            contents: Duration::from_millis(60),
        }
    }

    /// Whether a change is seen within some time.
    async fn sees(watch: &mut Watch, patience: Duration) -> bool {
        tokio::time::timeout(patience, watch.changed())
            .await
            .unwrap_or(false)
    }

    const SOON: Duration = Duration::from_secs(10);
    const NEVER: Duration = Duration::from_millis(300);

    fn begin() -> (tempfile::TempDir, Watch) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.ondo"), "один").unwrap();
        let watch = Watch::begin(dir.path(), pace());
        (dir, watch)
    }

    #[tokio::test]
    async fn a_file_of_a_bundle_is_seen_and_another_is_not() {
        let (dir, mut watch) = begin();
        std::fs::write(dir.path().join("notes.txt"), "x").unwrap();
        std::fs::write(dir.path().join(".a.ondo.swp"), "x").unwrap();
        std::fs::create_dir(dir.path().join(".git")).unwrap();
        std::fs::write(dir.path().join(".git/b.ondo"), "x").unwrap();
        assert!(!sees(&mut watch, NEVER).await);
        std::fs::create_dir_all(dir.path().join("shop/tables")).unwrap();
        std::fs::write(dir.path().join("shop/tables/ids.csv"), "a,b").unwrap();
        assert!(sees(&mut watch, SOON).await);
    }

    #[tokio::test]
    async fn other_contents_with_the_same_size_and_times_are_found() {
        let (dir, mut watch) = begin();
        let path = dir.path().join("a.ondo");
        std::fs::write(&path, "двое").unwrap();
        // As if nothing but the contents had changed.
        watch.last = Look::at(dir.path());
        assert!(sees(&mut watch, SOON).await);
        assert!(!sees(&mut watch, NEVER).await);
    }

    #[tokio::test]
    async fn a_file_that_was_only_touched_is_not_read_again() {
        let (dir, mut watch) = begin();
        std::fs::write(dir.path().join("a.ondo"), "один").unwrap();
        assert!(!sees(&mut watch, NEVER).await);
    }

    #[tokio::test]
    async fn a_directory_that_is_never_quiet_is_read_all_the_same() {
        let (dir, mut watch) = begin();
        let path = dir.path().join("a.ondo");
        let writing = tokio::spawn(async move {
            for count in 0_u64.. {
                std::fs::write(&path, format!("{count}")).unwrap();
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        assert!(sees(&mut watch, SOON).await);
        writing.abort();
    }

    #[tokio::test]
    async fn an_empty_directory_is_waited_for() {
        let (dir, mut watch) = begin();
        std::fs::remove_dir_all(dir.path()).unwrap();
        assert!(!sees(&mut watch, NEVER).await);
        std::fs::create_dir(dir.path()).unwrap();
        assert!(!sees(&mut watch, NEVER).await);
        std::fs::write(dir.path().join("b.ondo"), "два").unwrap();
        assert!(sees(&mut watch, SOON).await);
    }

    #[tokio::test]
    async fn a_link_that_points_elsewhere_is_a_change() {
        let outside = tempfile::tempdir().unwrap();
        for name in ["one", "two"] {
            std::fs::create_dir(outside.path().join(name)).unwrap();
            std::fs::write(outside.path().join(name).join("a.ondo"), name).unwrap();
        }
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("current");
        std::os::unix::fs::symlink(outside.path().join("one"), &link).unwrap();
        let mut watch = Watch::begin(dir.path(), pace());
        let next = dir.path().join("next");
        std::os::unix::fs::symlink(outside.path().join("two"), &next).unwrap();
        std::fs::rename(&next, &link).unwrap();
        assert!(sees(&mut watch, SOON).await);
    }
}

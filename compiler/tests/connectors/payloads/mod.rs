//! Every payload that we hold of a vendor is read by a test, or `not_used.md` says why not.
//!
//! The payloads themselves may not be copied here (`support/documents.rs` finds them). Each file of this folder holds the
//! tests of one vendor and, above them, the table of which test reads which payload:
//!
//! ```text
//! readers! {
//!     a_booking_is_taken: "iiko/webhook.ReserveUpdate.created.json";
//! }
//! ```

mod carbis;
mod iiko;
mod ozon;
mod plazius;
mod retailcrm;
mod rkeeper;
mod wildberries;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::documents::{Reader, payloads_folder, read_by};

/// The folders of payloads and who reads them: one line for each vendor.
const FOLDERS: &[(&str, &[Reader])] = &[
    ("carbis", carbis::READERS),
    ("iiko", iiko::READERS),
    ("ozon", ozon::READERS),
    ("plazius", plazius::READERS),
    ("retailcrm", retailcrm::READERS),
    ("rkeeper", rkeeper::READERS),
    ("wildberries", wildberries::READERS),
];

/// The files of a folder as `folder/name`, those of folders in it too.
fn files_of(payloads: &Path, folder: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(payloads.join(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        if payloads.join(&path).is_dir() {
            found.extend(files_of(payloads, &path));
        } else {
            found.insert(path);
        }
    }
    found
}

/// The rows of `not_used.md`: file and reason.
fn not_used() -> Vec<(String, String)> {
    let rows = include_str!("not_used.md").lines().filter_map(|line| {
        let (file, reason) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((file.to_owned(), reason.trim_end_matches('|').trim().into()))
    });
    rows.collect()
}

fn used() -> BTreeSet<String> {
    let readers = FOLDERS.iter().flat_map(|(_, readers)| *readers);
    readers
        .flat_map(|reader| reader.files)
        .map(|file| (*file).to_owned())
        .collect()
}

#[test]
fn every_payload_is_read_by_a_test_or_said_to_be_of_no_use() {
    let Some(payloads) = payloads_folder() else {
        return;
    };
    let unused: BTreeSet<String> = not_used().into_iter().map(|(file, _)| file).collect();
    let mut known = used();
    known.extend(unused.iter().cloned());
    let mut there = BTreeSet::new();
    for (folder, _) in FOLDERS {
        there.extend(files_of(&payloads, folder));
    }
    let forgotten: Vec<&String> = there.difference(&known).collect();
    let gone: Vec<&String> = known.difference(&there).collect();
    assert!(forgotten.is_empty(), "nobody reads {forgotten:#?}");
    assert!(gone.is_empty(), "there is no {gone:#?}");
    println!(
        "{} payloads: {} read, {} of no use",
        there.len(),
        used().len(),
        unused.len()
    );
}

#[test]
fn every_vendor_with_payloads_has_readers() {
    let Some(payloads) = payloads_folder() else {
        return;
    };
    let there: BTreeSet<String> = fs::read_dir(&payloads)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let known: BTreeSet<String> = FOLDERS
        .iter()
        .filter(|(_, readers)| !readers.is_empty())
        .map(|(folder, _)| (*folder).to_owned())
        .collect();
    assert_eq!(there, known);
}

#[test]
fn what_is_of_no_use_has_a_reason_and_no_reader() {
    let used = used();
    for (file, reason) in not_used() {
        assert!(!used.contains(&file), "{file} is read");
        assert!(reason.len() > 10, "{file}: why is it of no use?");
    }
}

#[test]
fn every_reader_reads_what_its_table_says() {
    if payloads_folder().is_none() {
        return;
    }
    for (folder, readers) in FOLDERS {
        for reader in *readers {
            let wanted: BTreeSet<String> =
                reader.files.iter().map(|file| (*file).to_owned()).collect();
            assert_eq!(read_by(reader.test), wanted, "{folder}::{}", reader.name);
        }
    }
}

//! The vendors' own payloads. They may not be copied into this repository, so they are read from the folder that the
//! variable `ONDO_VENDOR_DOCS` names; without it the tests that need them say `skipped`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value as Json;

thread_local! {
    /// What the test of this thread has read so far: the proof that a reader reads what it says.
    static READ: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// The folder of the payloads, if there is one on this machine.
pub(crate) fn payloads_folder() -> Option<PathBuf> {
    let docs = std::env::var_os("ONDO_VENDOR_DOCS").filter(|docs| !docs.is_empty());
    if docs.is_none() {
        println!("skipped: ONDO_VENDOR_DOCS is not set to a folder with the vendors' documents");
    }
    docs.map(|docs| PathBuf::from(docs).join("payloads"))
}

/// The text of a payload (`iiko/error.response.json`), byte for byte. `None`: there are no documents on this machine.
pub(crate) fn payload(name: &str) -> Option<String> {
    let path = payloads_folder()?.join(name);
    READ.with_borrow_mut(|read| read.insert(name.to_owned()));
    Some(fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display())))
}

pub(crate) fn payload_json(name: &str) -> Option<Json> {
    let text = payload(name)?;
    Some(serde_json::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why}")))
}

/// A test and the payloads that it reads.
pub(crate) struct Reader {
    pub(crate) name: &'static str,
    pub(crate) test: fn(),
    pub(crate) files: &'static [&'static str],
}

/// What a test reads, found by running it.
pub(crate) fn read_by(test: fn()) -> BTreeSet<String> {
    READ.take();
    test();
    READ.take()
}

/// The table of a module of `payloads`: which test reads which files.
macro_rules! readers {
    ($($test:ident: $($file:literal),+;)*) => {
        pub(super) const READERS: &[crate::support::documents::Reader] = &[$(
            crate::support::documents::Reader {
                name: stringify!($test),
                test: $test,
                files: &[$($file),+],
            },
        )*];
    };
}
pub(crate) use readers;

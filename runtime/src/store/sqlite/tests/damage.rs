//! Bytes that flip and files that are cut: the store comes back, or it is refused with words; it never panics, and what it
//! shows without a word was written by somebody.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::store::{RunFilter, Store};

/// How many damages there are. Each is a copy of two files, so it takes a while.
const DAMAGES: u64 = 200;
/// The start of the random numbers; a failure names it and its number.
const SEED: u64 = 0x05ee_d0f0_0d00;

/// A number that looks random and is the same each time.
fn random(number: u64) -> u64 {
    let mut mixed = SEED ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// What is done to a file.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// A byte in the file.
    Flip,
    /// A byte in the log.
    FlipInLog,
    /// 512 bytes of nothing in the file.
    Sector,
    /// The file ends early.
    Cut,
    /// The log ends early.
    CutLog,
    /// The log is gone.
    NoLog,
}

const KINDS: [Damage; 6] = [
    Damage::Flip,
    Damage::FlipInLog,
    Damage::Sector,
    Damage::Cut,
    Damage::CutLog,
    Damage::NoLog,
];

fn spoil(damage: Damage, file: &Path, number: u64) {
    let log = checkpoint::log_of(file);
    let place = |bytes: &[u8]| usize::try_from(random(number ^ 0xffff)).unwrap() % bytes.len();
    let change = |path: &Path, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(path).unwrap();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
    };
    let flip = |bytes: &mut Vec<u8>| {
        let at = place(bytes);
        bytes[at] ^= 1 << (random(number) % 8);
    };
    let cut = |bytes: &mut Vec<u8>| bytes.truncate(place(bytes));
    match damage {
        Damage::Flip => change(file, &flip),
        Damage::FlipInLog => change(&log, &flip),
        Damage::Sector => change(file, &|bytes| {
            let at = place(bytes) / 512 * 512;
            let end = (at + 512).min(bytes.len());
            bytes[at..end].fill(0);
        }),
        Damage::Cut => change(file, &cut),
        Damage::CutLog => change(&log, &cut),
        Damage::NoLog => fs::remove_file(log).unwrap(),
    }
}

/// Everything that a start and a look read. The first error.
fn read_all(store: &dyn Store) -> Result<Vec<Event>, Error> {
    store.unfinished_events(10)?;
    store.unfinished_runs(None, usize::MAX)?;
    store.active()?;
    store.cursors()?;
    store.runs(&RunFilter {
        limit: 999,
        ..RunFilter::default()
    })?;
    store.events(999)
}

/// A file with forty events in it and twenty more in its log, as a killed process leaves them.
fn killed(folder: &Path) -> PathBuf {
    let path = folder.join("ондо.db");
    let first = open(&path).unwrap();
    let large = |id: u64| {
        Write::Ingest(Event {
            body: format!("заказ {id} ").repeat(20).into_bytes(),
            ..event(&id.to_string())
        })
    };
    (0..40).for_each(|id| drop(begin(&first, vec![large(id)]).recv().unwrap().unwrap()));
    first.close().unwrap();
    drop(first);
    let connection = open::writer(&path, Kind::Live).unwrap();
    (40..60).for_each(|id| drop(writes::apply(&connection, &large(id)).unwrap()));
    drop(connection);
    path
}

#[test]
fn two_hundred_damages_are_mended_or_refused_and_none_is_a_crash() {
    let (folder, _) = place();
    let whole = killed(folder.path());
    let written: Vec<Event> = {
        let look = Sqlite::open_to_read(&whole, Kind::Live).unwrap();
        look.events(999).unwrap()
    };
    assert_eq!(written.len(), 60);
    // Looking may have touched the log; what is spoilt is what a kill leaves.
    let (mut mended, mut refused) = (0, 0);
    for number in 0..DAMAGES {
        let damage = KINDS[usize::try_from(number).unwrap() % KINDS.len()];
        let (copies, copy) = place();
        fs::copy(&whole, &copy).unwrap();
        fs::copy(checkpoint::log_of(&whole), checkpoint::log_of(&copy)).unwrap();
        spoil(damage, &copy, number);
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let unreserved = Options {
                reserve_bytes: 0,
                ..Options::default()
            };
            let store = Sqlite::open(&copy, unreserved)?;
            read_all(&store)
        }));
        let what = format!("{damage:?}, number {number} of seed {SEED:#x}");
        let opened = opened.unwrap_or_else(|_| panic!("a crash: {what}"));
        match opened {
            Err(error) => {
                let said = error.to_string();
                let names_it = said.contains("ондо.db") || said.contains("the store is damaged");
                assert!(names_it, "{what}: {said}");
                refused += 1;
            }
            Ok(found) => {
                // The end of the log may be lost with the log itself, as far as it was spoilt; nothing else.
                let in_log = matches!(damage, Damage::FlipInLog | Damage::CutLog | Damage::NoLog);
                let least = if in_log { 40 } else { 60 };
                assert!(found.len() >= least, "{what}: {} events", found.len());
                mended += 1;
                let same = found.iter().all(|event| written.contains(event));
                if !same {
                    // A flipped bit in the middle of a body is no damage that a page shows: it has no checksum.
                    assert!(matches!(damage, Damage::Flip | Damage::Sector), "{what}");
                }
            }
        }
        drop(copies);
    }
    println!(
        "{DAMAGES} damages (seed {SEED:#x}): {mended} opened, {refused} refused with words, 0 crashes"
    );
    assert!(mended > 0 && refused > 0);
}

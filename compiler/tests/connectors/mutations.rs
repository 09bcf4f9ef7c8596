//! That these tests notice a wrong definition: each mutation changes one line of a copy of the connectors, all tests of
//! this binary run against the copy, and at least one of them has to fail.
//!
//! The vendors' documents are hidden from these runs: what is noticed is noticed by what stands in this repository. The
//! listings are left out, because they notice every change: here a test has to know what is right.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{build_folder, connectors_folder};

struct Mutation {
    /// What is wrong with the definition then.
    name: &'static str,
    file: &'static str,
    old: &'static str,
    new: &'static str,
}

const fn mutation(
    name: &'static str,
    file: &'static str,
    old: &'static str,
    new: &'static str,
) -> Mutation {
    Mutation {
        name,
        file,
        old,
        new,
    }
}

#[rustfmt::skip]
const MUTATIONS: &[Mutation] = &[
    mutation("a field is renamed",               "iiko/types.ondo",           "guestsComingTime: ",                       "guestComingTime:  "),
    mutation("a required field may be absent",   "iiko/types.ondo",           "durationInMinutes:  int   ",               "durationInMinutes:  int?  "),
    mutation("a pattern loses its zone",         "iiko/events.ondo",          "%S%.3f\", \"UTC\")",                       "%S%.3f\")"),
    mutation("a header has another word",        "iiko/connector.ondo",       "send headers { Authorization = \"Bearer {token}\" }", "send headers { Authorization = \"{token}\" }"),
    mutation("an answer has another verdict",    "iiko/connector.ondo",       "answer expired      refused status 410",   "answer expired      unknown status 410"),
    mutation("a caption says something else",    "rkeeper/types.ondo",        "\"Название блюда\"",                       "\"Имя блюда\""),
    mutation("a version is an older one",        "rkeeper/types.ondo",        "since \"2.5.4.10\"",                       "since \"2.5.4.1\""),
    mutation("a word is missing in an enum",     "rkeeper/types.ondo",        "\"cash\" | \"card\" | \"online\"",         "\"cash\" | \"card\""),
    mutation("a code of an error is missing",    "rkeeper/connector.ondo",    "  code \"WsaOrderCreationDishNotFound\"     \"Блюдо из заказа не найдено в меню\"\n", ""),
    mutation("a repeated order counts as refused", "rkeeper/connector.ondo",  "agentError: { code: \"WsaDuplicateOrder\" }", "agentError: { code: \"WsaDoubleOrder\" }"),
    mutation("a signature is over something else", "rkeeper/connector.ondo",  "sha256(body + salt)",                      "hmac_sha256(body, salt)"),
    mutation("two events of one hash are one",   "carbis/events.ondo",        "payload Call\n  key \"{hash} {code} {table}\"", "payload Call\n  key hash"),
    mutation("a path is another one",            "carbis/events.ondo",        "GET \"/api/v4/events\"",                   "GET \"/api/v3/events\""),
    mutation("an alias is gone",                 "plazius/orders.ondo",       " alias \"еarnedBonuses\"",                 ""),
    mutation("a word has another number",        "plazius/guests.ondo",       "male: 1, female: 2",                       "male: 2, female: 1"),
    mutation("a bonus may be repeated",          "plazius/bonuses.ondo",      "if o.operationType == \"api\" and amount(o.amount)", "if o.operationType == \"order\" and amount(o.amount)"),
    mutation("a status stands for another thing", "plazius/connector.ondo",   "answer rejected     refused status 400 json", "answer rejected     refused status 422 json"),
    mutation("a price is no text",               "ozon/postings.ondo",        "money in currency_code as string",         "money in currency_code as hundredths"),
    mutation("a notification is another one",    "ozon/events.ondo",          "payload.message_type == \"TYPE_STATE_CHANGED\"", "payload.message_type == \"TYPE_CHANGED\""),
    mutation("a price is not in hundredths",     "wildberries/orders.ondo",   "money in currencyCode as hundredths",      "money in currencyCode"),
    mutation("a window is too wide",             "kaspi/orders.ondo",         "where to <= from + 14d",                   "where to <= from + 41d"),
    mutation("a webhook forgets its window",     "webhook/connector.ondo",    "<= seconds(window) * 1000",                "<= seconds(window) * 1000000"),
    mutation("a text may be too long",           "telegram/messages.ondo",    "length(text) <= 4096",                     "length(text) <= 40960"),
    mutation("an order is found by another id",  "retailcrm/orders.ondo",     "POST \"/api/v5/orders/{id}/edit\"",        "POST \"/api/v5/orders/{id}/update\""),
];

/// How many of 20 have to be noticed: one may pass that no test can tell from the right definition.
fn wanted(count: usize) -> usize {
    count - count / 20
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The tests that fail with this definition.
fn noticed_by(index: usize, mutation: &Mutation) -> Vec<String> {
    let name = format!("ondo-mutation-{}-{index}", std::process::id());
    let folder = Folder(std::env::temp_dir().join(name));
    copy(&connectors_folder(), &folder.0);
    let file = folder.0.join(mutation.file);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(
        text.matches(mutation.old).count(),
        1,
        "{}: `{}` has to stand in {} once",
        mutation.name,
        mutation.old,
        mutation.file
    );
    fs::write(&file, text.replacen(mutation.old, mutation.new, 1)).unwrap();
    // A definition that does not even build would be noticed by everything.
    let found = build_folder(&folder.0).1;
    assert!(found.is_empty(), "{}: {found:?}", mutation.name);
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["mutations::", "tables_all::", "listing::"].map(|tests| format!("--skip={tests}")))
        .env("ONDO_TEST_CONNECTORS", &folder.0)
        .env("RUST_BACKTRACE", "0")
        .env("INSTA_UPDATE", "no")
        .env_remove("ONDO_VENDOR_DOCS")
        .output()
        .unwrap();
    String::from_utf8_lossy(&run.stdout)
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_definition_with_one_wrong_line_is_noticed() {
    let next = AtomicUsize::new(0);
    let seen = Mutex::new(Vec::new());
    // Each run has threads of its own; two at a time keep the machine busy while one of them starts.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(mutation) = MUTATIONS.get(index) else {
                        break;
                    };
                    let by = noticed_by(index, mutation);
                    seen.lock().unwrap().push((index, by));
                }
            });
        }
    });
    let mut seen = seen.into_inner().unwrap();
    seen.sort();
    for (index, by) in &seen {
        let mutation = &MUTATIONS[*index];
        let by = match by.as_slice() {
            [] => "NOBODY NOTICED".to_owned(),
            [one] => one.clone(),
            [one, rest @ ..] => format!("{one} and {} more", rest.len()),
        };
        println!("{} ({}): {by}", mutation.name, mutation.file);
    }
    let noticed = seen.iter().filter(|(_, by)| !by.is_empty()).count();
    println!("{noticed} of {} noticed", MUTATIONS.len());
    assert!(MUTATIONS.len() >= 20);
    assert!(noticed >= wanted(MUTATIONS.len()));
}

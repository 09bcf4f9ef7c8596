//! Erasing and copies, as they are seen in the files.

use std::fs;

use super::*;
use crate::store::{Copied, Erase, Erased, Forget, Record, RecordKind, ShownRequest};

/// The phone of a person in two written forms, and an e-mail.
const PLANTED: [&str; 3] = ["79161234567", "8 (916) 123-45-67", "anna@example.ru"];

/// In how many files of the folder, and how often, a text stands.
fn grep(folder: &Path, text: &str) -> usize {
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    files
        .map(|file| {
            let bytes = fs::read(file.path()).unwrap();
            bytes
                .windows(text.len())
                .filter(|window| *window == text.as_bytes())
                .count()
        })
        .sum()
}

fn write(store: &Sqlite, batch: Vec<Write>) {
    begin(store, batch).recv().unwrap().unwrap();
}

fn erase(text: &str) -> Erase {
    Erase {
        text: text.to_string(),
        who: "Ольга".to_string(),
        note: "письмо".to_string(),
        at: event("1").at,
        cancel: false,
        dry_run: false,
    }
}

/// Many events, each with an ended run and a journal; every tenth is about the person.
fn store_people(store: &Sqlite, count: usize) {
    for number in 0..count {
        let id = number.to_string();
        let text = match number % 10 {
            0 => format!("{} и {} и {}", PLANTED[0], PLANTED[1], PLANTED[2]),
            _ => format!("гость {number}"),
        };
        let of = Event {
            body: format!("{{\"гость\":\"{text}\",\"x\":\"{}\"}}", "x".repeat(number)).into_bytes(),
            ..event(&id)
        };
        let record = Record {
            run: RunId(format!("run_{id}")),
            seq: 0,
            at: of.at,
            kind: RecordKind::Outcome,
            step: "s".to_string(),
            iteration: String::new(),
            attempt: 1,
            digest: "d".to_string(),
            key: format!("k {text}"),
            identity: "i".to_string(),
            action: "a.b".to_string(),
            request: Some(ShownRequest {
                method: "POST".to_string(),
                url: format!("https://api.example/{text}"),
                body: text.clone().into_bytes(),
            }),
            outcome: None,
            verdict: Some("applied".to_string()),
            status: Some(200),
            answer: Some(text.clone().into_bytes()),
            message: Some(text.clone()),
        };
        let route = Write::Route {
            event: of.id.clone(),
            state: EventState::Routed,
            reason: None,
            runs: vec![(run(&id, Some(&text)), None)],
            passed: Vec::new(),
        };
        let ended = Write::RunState {
            run: record.run.clone(),
            state: RunState::Done,
            due: None,
            reason: Some(text),
            step: None,
            at: of.at,
        };
        write(
            store,
            vec![Write::Ingest(of), route, Write::Journal(record), ended],
        );
    }
}

fn run(id: &str, key: Option<&str>) -> Run {
    Run {
        id: RunId(format!("run_{id}")),
        event: event(id).id,
        bundle: "кафе".to_string(),
        rule: "Бонус".to_string(),
        version: Version("v1".to_string()),
        created_at: event(id).at,
        state: RunState::Ready,
        due: None,
        reason: None,
        step: None,
        ended_at: None,
        once_key: key.map(|key| format!("{key} {id}")),
        order_key: key.map(str::to_string),
        redrive_of: None,
        check_first: false,
        origin: String::new(),
    }
}

#[test]
fn nothing_of_an_erased_person_is_in_the_files() {
    let (folder, path) = place();
    let store = open(&path).unwrap();
    store_people(&store, 300);
    for planted in PLANTED {
        assert!(grep(folder.path(), planted) > 30, "{planted} was there");
    }
    let erased = store.erase(&erase("+7 916 123 45 67")).unwrap();
    let Erased::Done(counts) = erased else {
        panic!("{erased:?}");
    };
    assert_eq!(counts.events, 30);
    // The daemon goes on; nothing was closed.
    for planted in PLANTED {
        assert_eq!(grep(folder.path(), planted), 0, "{planted}");
    }
    assert!(grep(folder.path(), "гость 17") > 0, "others are there");
    assert!(ingest(&store, "новое").is_ok());
    store.close().unwrap();
    drop(store);
    assert_eq!(open(&path).unwrap().erasures(9).unwrap().len(), 1);
}

#[test]
fn an_erasure_that_a_power_cut_interrupted_is_cleaned_at_the_next_start() {
    let (folder, path) = place();
    let store = open(&path).unwrap();
    store_people(&store, 60);
    store.close().unwrap();
    drop(store);
    // As it stands after the transaction: what was there is still in free pages.
    let connection = open::writer(&path, Kind::Live).unwrap();
    connection
        .execute_batch(
            "PRAGMA secure_delete = OFF;
             UPDATE keeping SET emptying = 1;
             DELETE FROM journal; DELETE FROM runs; DELETE FROM once; DELETE FROM events;
             UPDATE keeping SET emptying = 0, clean_due = 1;
             PRAGMA wal_checkpoint(TRUNCATE)",
        )
        .unwrap();
    drop(connection);
    assert!(grep(folder.path(), PLANTED[0]) > 0);
    let store = open(&path).unwrap();
    assert_eq!(grep(folder.path(), PLANTED[0]), 0);
    assert!(ingest(&store, "1").is_ok());
}

#[test]
fn what_is_forgotten_is_not_in_the_files_either() {
    let (folder, path) = place();
    let store = open(&path).unwrap();
    store_people(&store, 100);
    let mut after = 0;
    loop {
        let step = Write::Forget {
            what: Forget::Bodies,
            before: event("1").at + Duration::from_secs(1),
            after,
            rows_max: 16,
        };
        let written = begin(&store, vec![step]).recv().unwrap().unwrap();
        match &written[0] {
            Written::Forgot {
                next: Some(next), ..
            } => after = *next,
            Written::Forgot { next: None, .. } => break,
            other => panic!("{other:?}"),
        }
    }
    store.close().unwrap();
    let body = "{\"гость\":\"";
    assert_eq!(grep(folder.path(), body), 0);
}

#[test]
fn a_copy_is_made_while_the_store_is_written_and_can_be_restored() {
    let (folder, path) = place();
    let store = Arc::new(open(&path).unwrap());
    store_people(&store, 50);
    let writer = {
        let store = Arc::clone(&store);
        std::thread::spawn(move || {
            (1_000..1_200).for_each(|id| drop(ingest(&store, &id.to_string())))
        })
    };
    let copy = folder.path().join("копия.db");
    let made = store.backup(&copy).unwrap();
    writer.join().unwrap();
    assert_eq!(made.bytes, fs::metadata(&copy).unwrap().len());
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(
        fs::metadata(&copy).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!folder.path().join("копия.db.part").exists());

    // It is looked into as it is, and never taken for the store itself.
    let look = Sqlite::open_to_read(&copy, Kind::Live).unwrap();
    assert!(look.events(999).unwrap().len() >= 50);
    drop(look);
    let with = |copied: Copied| {
        Sqlite::open(
            &copy,
            Options {
                copied,
                ..Options::default()
            },
        )
    };
    let refused = format!(
        "FOLDER/копия.db: this store was restored from a backup made at {}: start with --recovered, then unsafe calls are looked up first, or are in doubt",
        made.made_at
    );
    assert_eq!(message(with(Copied::Refuse), &path), refused);
    drop(with(Copied::Leave).unwrap());
    assert_eq!(
        message(with(Copied::Refuse), &path),
        refused,
        "still a copy"
    );
    drop(with(Copied::Recover).unwrap());
    let restored = with(Copied::Refuse).unwrap();
    // Known with the same transaction, whatever becomes of the process that opened it.
    assert!(restored.recovered_at().unwrap() > Some(made.made_at));
    assert_eq!(
        restored.event(&event("7").id).unwrap(),
        store.event(&event("7").id).unwrap()
    );
    assert!(ingest(&restored, "нов").is_ok());
    // A copy of a restored store is a copy again.
    let second = folder.path().join("вторая.db");
    restored.backup(&second).unwrap();
    assert!(matches!(open(&second), Err(Error::Copy { .. })));
}

#[test]
fn a_copy_replaces_nothing() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    let copy = path.parent().unwrap().join("копия.db");
    fs::write(&copy, "важное").unwrap();
    assert_eq!(
        message(store.backup(&copy), &path),
        "there is already something at FOLDER/копия.db: a backup replaces nothing"
    );
    assert_eq!(fs::read_to_string(&copy).unwrap(), "важное");
    let nowhere = path.parent().unwrap().join("нет/копия.db");
    assert!(matches!(store.backup(&nowhere), Err(Error::Place(_))));
    assert!(ingest(&store, "1").is_ok(), "the store goes on");
}

#[test]
fn a_person_is_erased_from_a_copy_too() {
    let (folder, path) = place();
    let store = open(&path).unwrap();
    store_people(&store, 30);
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("копия.db");
    store.backup(&copy).unwrap();
    drop((store, folder));
    assert!(grep(copies.path(), PLANTED[0]) > 0);
    let leave = Options {
        copied: Copied::Leave,
        ..Options::default()
    };
    let opened = Sqlite::open(&copy, leave).unwrap();
    opened.erase(&erase(PLANTED[2])).unwrap();
    drop(opened);
    for planted in PLANTED {
        assert_eq!(grep(copies.path(), planted), 0, "{planted}");
    }
    assert!(
        matches!(open(&copy), Err(Error::Copy { .. })),
        "still a copy"
    );
}

#[test]
fn copies_beside_a_damaged_store_are_named() {
    let (folder, path) = place();
    let store = open(&path).unwrap();
    store_people(&store, 30);
    store.backup(&folder.path().join("вчера.db")).unwrap();
    store.close().unwrap();
    drop(store);
    fs::write(folder.path().join("заметки.txt"), "SQLite format 3").unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[4_096..8_192].fill(0xaa);
    fs::write(&path, bytes).unwrap();
    let message = message(open(&path), &path);
    assert!(
        message.ends_with("copy a backup of `ondo backup` to its place (beside it, newest first: вчера.db), and start with --recovered"),
        "{message}"
    );
}

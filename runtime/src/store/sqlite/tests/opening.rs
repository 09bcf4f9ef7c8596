//! Opening and closing: what is kept, what is refused, and in which words.

use std::fs;

use super::*;

#[test]
fn everything_is_there_after_opening_again() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    ingest(&store, "1").unwrap();
    let again = Event {
        id: EventId("evt_2".to_string()),
        body: b"{}".to_vec(),
        ..event("1")
    };
    begin(&store, vec![Write::Ingest(again)])
        .recv()
        .unwrap()
        .unwrap();
    store.close().unwrap();
    drop(store);

    let store = open(&path).unwrap();
    assert_eq!(
        store.event(&event("1").id).unwrap(),
        Some(Event {
            repeats: 1,
            conflicts: 1,
            ..event("1")
        })
    );
    let third = Event {
        id: EventId("evt_3".to_string()),
        ..event("1")
    };
    let written = begin(&store, vec![Write::Ingest(third)])
        .recv()
        .unwrap()
        .unwrap();
    assert_eq!(written, [Written::Duplicate(event("1").id)]);
}

#[test]
fn an_answered_event_survives_a_store_that_is_not_closed() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    ingest(&store, "1").unwrap();
    // What a process leaves that is killed just now: the file and its log, nothing of its memory.
    let (_other_folder, left) = place();
    let log_of = |path: &Path| format!("{}-wal", path.display());
    fs::copy(&path, &left).unwrap();
    fs::copy(log_of(&path), log_of(&left)).unwrap();

    let recovered = open(&left).unwrap();
    assert_eq!(recovered.event(&event("1").id).unwrap(), Some(event("1")));
}

#[test]
fn closing_writes_what_waits_and_empties_the_log() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    let waiting: Vec<_> = (0..200)
        .map(|number| begin(&store, vec![Write::Ingest(event(&number.to_string()))]))
        .collect();
    store.close().unwrap();
    for answer in waiting {
        answer.try_recv().unwrap().unwrap();
    }
    assert_eq!(
        fs::metadata(format!("{}-wal", path.display())).map_or(0, |log| log.len()),
        0
    );
    assert!(matches!(store.events(1), Err(Error::Closed)));
    assert_eq!(open(&path).unwrap().events(999).unwrap().len(), 200);
}

#[test]
fn each_commit_is_flushed_to_a_write_ahead_log() {
    let (_folder, path) = place();
    let _store = open(&path).unwrap();
    let writer = open::writer(&path, Kind::Live).unwrap();
    assert_eq!(schema::number(&writer, "synchronous").unwrap(), 2, "FULL");
    assert_eq!(schema::number(&writer, "wal_autocheckpoint").unwrap(), 0);
    assert_eq!(schema::number(&writer, "foreign_keys").unwrap(), 1);
    let reader = open::reader(&path).unwrap();
    let mode: String = reader
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    assert_eq!(
        schema::number(&reader, "application_id").unwrap(),
        schema::APPLICATION_ID
    );
    assert_eq!(
        schema::number(&reader, "user_version").unwrap(),
        schema::current()
    );
}

#[test]
fn a_reader_cannot_write() {
    let (_folder, path) = place();
    let _store = open(&path).unwrap();
    let reader = open::reader(&path).unwrap();
    assert!(reader.execute("DELETE FROM events", []).is_err());
}

#[test]
fn a_second_opening_says_that_the_store_is_in_use() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    let second = open(&path);
    assert!(matches!(second, Err(Error::Locked(_))));
    assert_eq!(
        message(second, &path),
        "the store is in use by another process (FOLDER/ондо.db)"
    );
    // The first is not disturbed, and closing lets the next one in.
    ingest(&store, "1").unwrap();
    store.close().unwrap();
    assert_eq!(open(&path).unwrap().events(9).unwrap().len(), 1);
}

#[test]
fn a_store_in_use_can_be_looked_into() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    let look = Sqlite::open_to_read(&path, Kind::Live).unwrap();
    for id in ["1", "2"] {
        ingest(&store, id).unwrap();
        assert_eq!(look.event(&event(id).id).unwrap(), Some(event(id)));
    }
    assert!(matches!(ingest(&look, "3"), Err(Error::Closed)));
    look.close().unwrap();
    drop(look);
    ingest(&store, "3").unwrap();
}

#[test]
fn looking_into_a_store_that_is_not_there_does_not_make_one() {
    let (_folder, path) = place();
    assert_eq!(
        message(Sqlite::open_to_read(&path, Kind::Live), &path),
        "there is no store at FOLDER/ондо.db"
    );
    assert!(!path.exists());
}

#[test]
fn a_store_of_a_newer_ondo_is_refused_and_left_alone() {
    let (_folder, path) = place();
    open(&path).unwrap().close().unwrap();
    let newer = schema::current() + 1;
    let file = Connection::open(&path).unwrap();
    file.execute_batch(&format!("PRAGMA user_version = {newer}"))
        .unwrap();
    drop(file);

    let found = format!(
        "FOLDER/ондо.db was made by a newer ondo (format {newer}, this one knows up to {}): update ondo",
        newer - 1
    );
    assert_eq!(message(open(&path), &path), found);
    assert_eq!(
        message(Sqlite::open_to_read(&path, Kind::Live), &path),
        found
    );
    let file = Connection::open(&path).unwrap();
    assert_eq!(schema::number(&file, "user_version").unwrap(), newer);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let (_folder, path) = place();
    let letter = "Дорогая Анна! ".repeat(200);
    fs::write(&path, &letter).unwrap();
    assert_eq!(
        message(open(&path), &path),
        "FOLDER/ондо.db is not a store of ondo: give another path"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), letter);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let (_folder, path) = place();
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE guests (name TEXT)")
        .unwrap();
    let before = fs::read(&path).unwrap();
    assert_eq!(
        message(open(&path), &path),
        "FOLDER/ондо.db is a database of another program, not a store of ondo: give another path"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_store_is_refused() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    begin(
        &store,
        vec![Write::Ingest(Event {
            body: vec![b'x'; 100_000],
            ..event("1")
        })],
    )
    .recv()
    .unwrap()
    .unwrap();
    store.close().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[4_096..8_192].fill(0xaa);
    fs::write(&path, bytes).unwrap();

    let refused = open(&path);
    assert!(matches!(refused, Err(Error::Schema(_))));
    let message = message(refused, &path);
    assert!(
        message.starts_with("FOLDER/ондо.db is damaged ("),
        "{message}"
    );
    assert!(
        message.ends_with("): move it away, copy a backup of `ondo backup` to its place, and start with --recovered"),
        "{message}"
    );
    // A large store is not looked through, so that a restart does not take long.
    let unchecked = Options {
        check_bytes_max: 0,
        ..Options::default()
    };
    assert!(Sqlite::open(&path, unchecked).is_ok());
}

#[test]
fn a_missing_folder_is_named() {
    let (_folder, path) = place();
    let missing = path.parent().unwrap().join("нет/ондо.db");
    assert_eq!(
        message(open(&missing), &path),
        "the store should be at FOLDER/нет/ондо.db, but there is no folder FOLDER/нет: mkdir -p FOLDER/нет"
    );
    fs::write(path.parent().unwrap().join("нет"), "").unwrap();
    assert_eq!(
        message(open(&missing), &path),
        "the store should be at FOLDER/нет/ондо.db, but FOLDER/нет is not a folder"
    );
}

#[test]
fn a_folder_is_no_store() {
    let (_folder, path) = place();
    fs::create_dir(&path).unwrap();
    assert_eq!(
        message(open(&path), &path),
        "the store should be a file, but FOLDER/ондо.db is a folder"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    // Tests may run as a user who may write everywhere, so the words are tested without a folder.
    let said = |kind: std::io::ErrorKind| {
        open::unwritable(Path::new("/srv/ondo/ondo.db"), &kind.into()).to_string()
    };
    assert_eq!(
        said(std::io::ErrorKind::PermissionDenied),
        "there can be no store at /srv/ondo/ondo.db: the folder /srv/ondo may not be written by this user"
    );
    assert_eq!(
        said(std::io::ErrorKind::ReadOnlyFilesystem),
        "there can be no store at /srv/ondo/ondo.db: the folder /srv/ondo is on a read-only file system"
    );
}

#[cfg(unix)]
#[test]
fn only_the_user_of_the_process_may_read_the_store() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, path) = place();
    let store = open(&path).unwrap();
    ingest(&store, "1").unwrap();
    let mut seen = 0;
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{file:?}"
        );
        seen += 1;
    }
    assert_eq!(
        seen, 5,
        "the file, its log, the log's index, the lock, the reserve"
    );
}

#[test]
fn a_store_of_the_first_format_goes_on_with_its_events() {
    let (_folder, path) = place();
    let first = include_str!("../migrations/001_first.sql");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "{first} PRAGMA application_id = {}; PRAGMA user_version = 1;
             INSERT INTO events (id, at, bundle, account, connector, name, args, identity, key, headers, body, state,
                 repeats, conflicts)
             VALUES ('evt_0', 1, 'кафе', 'касса', 'iiko', 'orderClosed', '[]', '{}', '0', '[]', x'7b7d', 'routed', 0, 0);",
            schema::APPLICATION_ID,
            event("0").identity,
        ))
        .unwrap();
    drop(connection);
    let store = open(&path).unwrap();
    let poll = Write::Poll {
        cursor: crate::store::Cursor {
            identity: event("0").identity,
            event: "orderClosed".to_string(),
            value: None,
            since: event("0").at,
            page: 0,
            began_at: None,
        },
        events: vec![
            Event {
                bundle: "кафе".to_string(),
                ..event("0")
            },
            event("1"),
        ],
    };
    let written = begin(&store, vec![poll]).recv().unwrap().unwrap();
    assert_eq!(written, [Written::Polled(vec![event("1").id])]);
    assert_eq!(store.cursors().unwrap().len(), 1);
}

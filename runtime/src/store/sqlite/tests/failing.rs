//! Overload, a disk that is full, waiters that panic or let go of the store.

use super::*;

#[test]
fn too_many_deliveries_are_told_to_come_again_and_outcomes_have_room() {
    let (_folder, path) = place();
    let limits = Options {
        deliveries_waiting_max: 3,
        ..Options::default()
    };
    let store = Sqlite::open(&path, limits).unwrap();
    let held = hold_writer(&store);

    let deliver = |id: &str| begin(&store, vec![Write::Ingest(event(id))]);
    let taken = [deliver("1"), deliver("2"), deliver("3")];
    let refused = deliver("4").try_recv().unwrap();
    assert!(matches!(refused, Err(Error::Busy)));
    let payload = Write::Payload {
        event: event("1").id,
        payload: b"{}".to_vec(),
    };
    let outcomes: Vec<_> = (0..9)
        .map(|_| begin(&store, vec![payload.clone()]))
        .collect();

    drop(held);
    for answer in taken.into_iter().chain(outcomes) {
        answer.recv().unwrap().unwrap();
    }
    assert!(ingest(&store, "4").is_ok(), "there is room again");
}

#[test]
fn deliveries_that_are_too_large_together_are_told_to_come_again() {
    let (_folder, path) = place();
    let limits = Options {
        deliveries_waiting_bytes_max: 10_000,
        ..Options::default()
    };
    let store = Sqlite::open(&path, limits).unwrap();
    let held = hold_writer(&store);
    let deliver = |id: &str| {
        begin(
            &store,
            vec![Write::Ingest(Event {
                body: vec![b'x'; 8_000],
                ..event(id)
            })],
        )
    };
    let first = deliver("1");
    assert!(matches!(deliver("2").try_recv().unwrap(), Err(Error::Busy)));
    drop(held);
    first.recv().unwrap().unwrap();
    assert!(deliver("2").recv().unwrap().is_ok());
}

#[test]
fn one_delivery_larger_than_the_limit_is_taken_when_none_waits() {
    let (_folder, path) = place();
    let limits = Options {
        deliveries_waiting_bytes_max: 10,
        ..Options::default()
    };
    let store = Sqlite::open(&path, limits).unwrap();
    assert!(ingest(&store, "1").is_ok());
}

/// A writer with a file that can grow by a few pages only, and its queue.
struct Narrow {
    _folder: TempDir,
    path: PathBuf,
    queue: Arc<Queue>,
    answers: mpsc::Receiver<(&'static str, Result<Vec<Written>, Error>)>,
    answer: mpsc::Sender<(&'static str, Result<Vec<Written>, Error>)>,
}

impl Narrow {
    fn new() -> (
        Narrow,
        impl FnOnce() -> JoinHandle<Option<(Connection, File)>>,
    ) {
        let (folder, path) = place();
        open(&path).unwrap().close().unwrap();
        let connection = open::writer(&path, Kind::Live).unwrap();
        let pages = schema::number(&connection, "page_count").unwrap();
        schema::number(&connection, &format!("max_page_count = {}", pages + 4)).unwrap();
        let lock = File::create(folder.path().join("lock")).unwrap();
        std::fs::remove_file(format!("{}.reserve", path.display())).unwrap();
        let options = Options {
            free_bytes_min: 0,
            reserve_bytes: 64 << 10,
            ..Options::default()
        };
        let room = Arc::new(Room::watch(&path, &options));
        let queue = Arc::new(Queue::new(&options, Arc::clone(&room)));
        let (answer, answers) = mpsc::channel();
        let narrow = Narrow {
            _folder: folder,
            path,
            queue: Arc::clone(&queue),
            answers,
            answer,
        };
        let start = move || writer::start(connection, lock, queue, room).unwrap();
        (narrow, start)
    }

    fn push(&self, name: &'static str, writes: Vec<Write>) {
        let sender = self.answer.clone();
        let done = move |written| sender.send((name, written)).unwrap();
        self.queue.push(writes, Box::new(done));
    }

    fn deliver(&self, id: &'static str, bytes: usize) {
        let large = Event {
            body: vec![b'x'; bytes],
            ..event(id)
        };
        self.push(id, vec![Write::Ingest(large)]);
    }

    fn audit(&self, name: &'static str, bytes: usize) {
        let audit = crate::store::Audit {
            at: event("1").at,
            who: "Ольга".to_string(),
            what: "paused".to_string(),
            subject: "касса".to_string(),
            note: "x".repeat(bytes),
        };
        self.push(name, vec![Write::Audit(audit)]);
    }
}

#[test]
fn on_a_full_disk_deliveries_are_refused_and_outcomes_are_written() {
    let (narrow, start) = Narrow::new();
    let reserve = PathBuf::from(format!("{}.reserve", narrow.path.display()));
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), 64 << 10);
    // All are in the queue when the writer begins; the second fills the disk.
    narrow.deliver("small", 10);
    narrow.deliver("full", 600_000);
    narrow.audit("outcome", 10);
    narrow.deliver("same group", 600_000);
    narrow.audit("next group", 10);
    let writer = start();
    let answers: Vec<_> = (0..5).map(|_| narrow.answers.recv().unwrap()).collect();
    for (name, answer) in &answers {
        let is_outcome = ["outcome", "next group"].contains(name);
        assert_eq!(answer.is_ok(), is_outcome, "{name}: {answer:?}");
        assert!(is_outcome || matches!(answer, Err(Error::Full)), "{name}");
    }
    assert!(!reserve.exists(), "it was given up");
    narrow.deliver("late", 10);
    let late = narrow.answers.recv().unwrap().1;
    assert!(matches!(late, Err(Error::Full)), "refused at once");
    narrow.queue.close();
    assert!(writer.join().unwrap().is_some(), "the writer went on");
    let store = open(&narrow.path).unwrap();
    assert_eq!(store.events(9).unwrap(), []);
    assert_eq!(store.audit(9).unwrap().len(), 2);
}

#[test]
fn after_a_failed_write_nothing_is_ever_written_again() {
    let (narrow, start) = Narrow::new();
    narrow.deliver("small", 10);
    narrow.audit("full", 600_000);
    narrow.audit("same group", 600_000);
    narrow.audit("next group", 10);
    let writer = start();
    assert!(writer.join().unwrap().is_none());
    narrow.audit("late", 10);

    let answers: Vec<_> = (0..5).map(|_| narrow.answers.recv().unwrap()).collect();
    let ids: Vec<&str> = answers.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, ["small", "full", "same group", "next group", "late"]);
    assert!(matches!(answers[0].1, Err(Error::Full)));
    assert!(
        answers[1..4]
            .iter()
            .all(|(_, answer)| matches!(answer, Err(Error::Io(_)))),
        "{answers:?}"
    );
    assert!(matches!(answers[4].1, Err(Error::Closed)));
    let store = open(&narrow.path).unwrap();
    assert_eq!(store.events(9).unwrap(), []);
    assert_eq!(store.audit(9).unwrap(), []);
}

#[test]
fn deliveries_are_refused_before_the_disk_is_full() {
    let (_folder, path) = place();
    let nearly_full = Options {
        free_bytes_min: u64::MAX,
        ..Options::default()
    };
    let store = Sqlite::open(&path, nearly_full).unwrap();
    assert!(!store.has_room());
    assert!(matches!(ingest(&store, "1"), Err(Error::Full)));
    let audit = crate::store::Audit {
        at: event("1").at,
        who: "Ольга".to_string(),
        what: "paused".to_string(),
        subject: "касса".to_string(),
        note: "диск".to_string(),
    };
    let written = begin(&store, vec![Write::Audit(audit)]).recv().unwrap();
    assert_eq!(written.unwrap(), [Written::Done], "what was begun goes on");
}

#[test]
fn deliveries_are_taken_again_when_there_is_room_and_the_reserve_is_made_anew() {
    let (_folder, path) = place();
    let options = Options {
        free_bytes_min: 1,
        reserve_bytes: 64 << 10,
        ..Options::default()
    };
    let room = Room::watch(&path, &options);
    let reserve = PathBuf::from(format!("{}.reserve", path.display()));
    assert!(!room.is_low());
    assert!(room.release(), "there was one");
    assert!(room.is_low());
    assert!(!reserve.exists());
    assert!(!room.release(), "only once");
    room.look();
    assert!(!room.is_low());
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), 64 << 10);
}

#[test]
fn a_waiter_that_panics_does_not_stop_the_writer() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    store.commit(
        vec![Write::Ingest(event("1"))],
        Box::new(|_| panic!("a test panics on purpose")),
    );
    assert!(ingest(&store, "2").is_ok());
    assert_eq!(store.events(9).unwrap().len(), 2);
}

#[test]
fn a_waiter_may_let_go_of_the_store() {
    let (_folder, path) = place();
    let store = Arc::new(open(&path).unwrap());
    let held = Arc::clone(&store);
    let (sender, receiver) = mpsc::channel();
    let (let_go, others_gone) = mpsc::channel::<()>();
    let done = move |written| {
        others_gone.recv().unwrap();
        drop(held);
        sender.send(written).unwrap();
    };
    store.commit(vec![Write::Ingest(event("1"))], Box::new(done));
    let after = begin(&store, vec![Write::Ingest(event("2"))]);
    drop(store);
    let_go.send(()).unwrap();
    receiver.recv().unwrap().unwrap();
    after.recv().unwrap().unwrap();
    let look = Sqlite::open_to_read(&path, Kind::Live).unwrap();
    assert_eq!(look.events(9).unwrap().len(), 2);
}

#[test]
fn a_long_log_is_moved_into_the_file_while_the_store_is_open() {
    let (_folder, path) = place();
    let connection = {
        open(&path).unwrap().close().unwrap();
        open::writer(&path, Kind::Live).unwrap()
    };
    let log = checkpoint::log_of(&path);
    let bytes_of = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let write = |id: &str, bytes: usize| {
        let large = Write::Ingest(Event {
            body: vec![b'x'; bytes],
            ..event(id)
        });
        writes::apply(&connection, &large).unwrap();
        checkpoint::checkpoint(&connection, &log, false).unwrap();
    };
    write("short", 1 << 20);
    assert!(bytes_of(&path) < 1 << 20, "not worth it yet");
    write("long", 4 << 20);
    assert!(bytes_of(&path) > 5 << 20);
    assert!(
        bytes_of(&log) > 4 << 20,
        "the log begins anew with the next write"
    );
    checkpoint::run(&connection, "TRUNCATE").unwrap();
    assert_eq!(bytes_of(&log), 0);
}

#[test]
fn a_journal_cannot_be_changed_behind_the_back_of_the_store() {
    let (_folder, path) = place();
    open(&path).unwrap().close().unwrap();
    let connection = open::writer(&path, Kind::Live).unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             INSERT INTO journal (run, seq, format, at, kind, step, iteration, attempt, digest, key, identity, action)
             VALUES ('run_1', 0, 1, 0, 'intent', 's', '', 1, 'd', 'k', 'i', 'a')",
        )
        .unwrap();
    let changed = connection.execute("UPDATE journal SET verdict = 'applied'", []);
    assert!(matches!(
        changed.map_err(Error::from),
        Err(Error::Refused(_))
    ));
}

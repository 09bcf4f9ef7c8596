//! How verbs reach a daemon, and what they say when they do not.

use super::*;

#[test]
fn without_a_daemon_a_verb_says_how_to_start_one() {
    let (mut place, _vendor, _, run) = in_doubt();
    assert_eq!(place.daemon.take().unwrap().stop(), Some(0));
    assert!(!place.data.join("ondo.sock").exists());
    let said = place.say(&["cancel", &run, "--note", "не нужно"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no daemon runs on"), "{}", said.err);
    assert!(said.err.contains("ondo run BUNDLES --data"), "{}", said.err);
    // Reading needs none.
    assert!(place.say(&["doubt", "list"]).out.contains(&run));
}

#[test]
fn a_socket_that_a_killed_process_left_is_replaced() {
    let (mut place, vendor, _, run) = in_doubt();
    place.daemon.take().unwrap().kill();
    assert!(place.data.join("ondo.sock").exists());
    let said = place.say(&["cancel", &run, "--note", "не нужно"]);
    assert!(said.err.contains("no daemon runs on"), "{}", said.err);
    place.daemon = Some(Daemon::start(&place.bundles, &place.data, &place.env));
    let said = place.say(&["doubt", "resolve", &run, "--applied", "--note", "видно"]);
    assert_eq!(said.code, 0, "{}", said.err);
    place.run_in("done");
    assert_eq!(vendor.seen_at("addLoyaltyCard").len(), 1);
}

#[test]
fn the_socket_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (place, ..) = in_doubt();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.data.join("ondo.sock")), 0o600);
    assert_eq!(mode(&place.data), 0o700);
}

#[test]
fn what_is_no_order_is_answered_and_changes_nothing() {
    use std::io::{Read, Write};
    let (place, ..) = in_doubt();
    let ask = |text: &[u8]| {
        let socket = place.data.join("ondo.sock");
        let mut stream = std::os::unix::net::UnixStream::connect(socket).unwrap();
        let _ = stream.write_all(text);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    assert!(ask(b"{\n").starts_with("{\"failed\":\"this is no order"));
    assert!(ask(b"{\"ondo\":7}\n").contains("version 7"));
    assert!(ask(b"\xff\xfe\n").contains("failed"));
    assert!(ask(b"{\"ondo\":1,\"order\":{\"cancel\":{\"run\":\"run_1\"}}}\n").contains("note"));
    let long = vec![b'x'; 100_000];
    assert!(!ask(&long).contains("done"));
    assert_eq!(
        place.say(&["audit", "--json"]).json()["audit"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    place.run_in("in_doubt");
}

#[test]
fn an_answer_that_does_not_come_is_not_taken_for_a_no() {
    let dir = tempfile::tempdir().unwrap();
    let socket = std::os::unix::net::UnixListener::bind(dir.path().join("ondo.sock")).unwrap();
    let daemon = std::thread::spawn(move || {
        use std::io::BufRead;
        let (stream, _) = socket.accept().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(stream)
            .read_line(&mut line)
            .unwrap();
        line
    });
    let said = say(
        dir.path(),
        &["pause", "rule", "card/card", "--note", "касса закрыта"],
    );
    let order: Value = serde_json::from_str(&daemon.join().unwrap()).unwrap();
    assert_eq!(order["note"], "касса закрыта");
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("nobody knows here whether"),
        "{}",
        said.err
    );
    assert!(said.err.contains("`ondo audit --data"), "{}", said.err);
}

#[test]
fn orders_reach_a_daemon_whose_folder_is_too_deep_for_a_socket() {
    let silent = Arc::new(AtomicBool::new(true));
    let vendor = silent_for_cards(&silent);
    let dir = tempfile::tempdir().unwrap();
    let data = (0..12).fold(dir.path().to_owned(), |path, _| path.join("ресторан"));
    let bundles = bundle(dir.path(), "card.ondo", CARD);
    let env = settings("http://127.0.0.1:9", &vendor.url());
    let daemon = Daemon::start(&bundles, &data, &env);
    let said = say(
        &data,
        &["pause", "account", "card/plazius", "--note", "работы"],
    );
    assert_eq!(said.code, 0, "{}{}", said.err, daemon.log());
    assert!(data.join("ondo.sock").exists());
    assert_eq!(daemon.stop(), Some(0));
    assert!(!data.join("ondo.sock").exists());
}

#[test]
fn send_says_where_to_look_and_takes_an_address_without_a_scheme() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("хранилище 1");
    let bundles = bundle(dir.path(), "card.ondo", CARD);
    let daemon = Daemon::try_start_with(&bundles, &data, &[], &["--sandbox"]).unwrap();
    let file = dir.path().join("order.json");
    std::fs::write(&file, order(5012, |_| {}).to_string()).unwrap();
    let to = daemon.addr.to_string();
    let (file, bundles) = (file.to_str().unwrap(), bundles.to_str().unwrap());
    let send = [
        "send",
        "retailcrm.order",
        file,
        "--bundles",
        bundles,
        "--to",
        &to,
    ];
    let said = say(&data, &send);
    assert_eq!(said.code, 0, "{}", said.err);
    let command = said
        .err
        .trim()
        .strip_prefix("what came of it: ondo ")
        .unwrap();
    assert!(command.ends_with("--sandbox"), "{command}");
    assert!(
        command.contains(&format!("--data '{}'", data.display())),
        "{command}"
    );
    let id = command.split(' ').nth(1).unwrap();
    assert_eq!(say(&data, &["show", id, "--sandbox"]).code, 0);
    let said = say(&data, &[&send[..], &["--bundle", "nope"]].concat());
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("there is no bundle `nope`"),
        "{}",
        said.err
    );
    assert!(said.err.contains("bundles are card"), "{}", said.err);
}

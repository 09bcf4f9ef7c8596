//! A real disk that fills up: a small file system in memory, which only root may mount.

use std::fs;
use std::process::Command;

use super::*;
use crate::store::Audit;

/// A small file system, gone with the test.
struct Disk(TempDir);

impl Disk {
    /// None where this user may not mount one.
    fn mount(bytes: u64) -> Option<Disk> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"])
            .arg(folder.path())
            .output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            println!("skipped: a file system can be mounted by root only");
            return None;
        }
        Some(Disk(folder))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn audit(number: usize) -> Write {
    Write::Audit(Audit {
        at: event("1").at,
        who: "Ольга".to_string(),
        what: "paused".to_string(),
        subject: "касса".to_string(),
        note: format!("{number} {}", "x".repeat(2_000)),
    })
}

fn deliver(store: &Sqlite, id: usize) -> Result<Vec<Written>, Error> {
    let large = Event {
        body: vec![b'x'; 20_000],
        ..event(&id.to_string())
    };
    begin(store, vec![Write::Ingest(large)]).recv().unwrap()
}

#[test]
fn on_a_disk_that_fills_up_outcomes_have_room_and_deliveries_come_back_with_it() {
    let Some(disk) = Disk::mount(12 << 20) else {
        return;
    };
    let path = disk.0.path().join("ондо.db");
    let options = Options {
        free_bytes_min: 0,
        reserve_bytes: 4 << 20,
        ..Options::default()
    };
    let store = Sqlite::open(&path, options).unwrap();
    let mut taken = Vec::new();
    let mut rounds = 0;
    // Full, free, full again.
    for round in 0..3 {
        let ballast = disk.0.path().join("чужое");
        fs::write(&ballast, vec![b'y'; 2 << 20]).unwrap();
        let refused = (0..2_000).map(|id| round * 10_000 + id).find(|id| {
            let answer = deliver(&store, *id);
            match answer {
                Ok(_) => taken.push(*id),
                Err(Error::Full) => return true,
                Err(other) => panic!("{other}"),
            }
            false
        });
        assert!(refused.is_some(), "round {round}: it never filled up");
        assert!(!store.has_room());
        for number in 0..100 {
            let written = begin(&store, vec![audit(number)]).recv().unwrap();
            assert!(
                written.is_ok(),
                "round {round}: an outcome found no room: {written:?}"
            );
        }
        fs::remove_file(&ballast).unwrap();
        checkpoint::run(&open::writer(&path, Kind::Live).unwrap(), "TRUNCATE").unwrap();
        // Somebody makes room for the reserve, too.
        let mut patience = 100;
        while !store.has_room() && patience > 0 {
            std::thread::sleep(Duration::from_millis(50));
            patience -= 1;
        }
        if !store.has_room() {
            break;
        }
        rounds += 1;
    }
    assert!(rounds >= 1, "deliveries were taken again at least once");
    store.close().unwrap();
    drop(store);
    let look = Sqlite::open_to_read(&path, Kind::Live).unwrap();
    for id in &taken {
        assert!(
            look.event(&event(&id.to_string()).id).unwrap().is_some(),
            "{id} was answered"
        );
    }
    println!(
        "{} deliveries taken, {rounds} times full and free again, none lost",
        taken.len()
    );
}

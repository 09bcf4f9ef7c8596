//! Thousands of connections that are held and used for nothing: those who have something to say are served all the while.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::door::{Door, HOOK};

/// How many of each kind. Those who never read fill the buffers of the system, so they are few.
const HELD: [(Slow, usize); 4] = [
    (Slow::Silent, 664),
    (Slow::Head, 664),
    (Slow::Body, 664),
    (Slow::Reader, 8),
];
/// Descriptors for both ends and everything else.
const FILES: u64 = 6_000;

/// What somebody does who holds a connection.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Slow {
    Silent,
    Head,
    Body,
    Reader,
}

impl Slow {
    fn begin(self, addr: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(addr).unwrap();
        let text = match self {
            Slow::Silent => String::new(),
            Slow::Head => format!("POST {HOOK} HTTP/1.1\r\nHost: x\r\nX-Slow: "),
            Slow::Body => format!(
                "POST {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
            ),
            Slow::Reader => String::new(),
        };
        let _ = stream.write_all(text.as_bytes());
        stream.set_nonblocking(true).unwrap();
        stream
    }

    /// One byte more, as it would come from a slow line. False: the server has closed.
    fn drip(self, stream: &mut TcpStream) -> bool {
        if self != Slow::Reader {
            let mut buffer = [0; 1024];
            if matches!(stream.read(&mut buffer), Ok(0)) {
                return false;
            }
        }
        let asking = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(500);
        let more: &[u8] = match self {
            Slow::Silent => return true,
            Slow::Reader => asking.as_bytes(),
            Slow::Head | Slow::Body => b" ",
        };
        let times = match self {
            Slow::Reader => 64,
            _ => 1,
        };
        for _ in 0..times {
            if let Err(error) = stream.write(more) {
                return error.kind() == std::io::ErrorKind::WouldBlock;
            }
        }
        true
    }
}

/// p50 and p99 of deliveries one after the other.
fn latency(door: &Door, count: usize) -> (Duration, Duration) {
    let mut took: Vec<Duration> = (0..count)
        .map(|_| {
            let begin = Instant::now();
            door.assert_well();
            begin.elapsed()
        })
        .collect();
    took.sort();
    (took[count / 2], took[count * 99 / 100])
}

/// Lets this process, and so the daemon that it starts, have enough files. False: it cannot.
fn enough_files() -> bool {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    if soft.is_some_and(|soft| soft >= FILES) {
        return true;
    }
    Command::new("prlimit")
        .arg(format!("--pid={}", std::process::id()))
        .arg(format!("--nofile={FILES}:"))
        .status()
        .is_ok_and(|status| status.success())
}

#[test]
#[ignore = "two minutes and 2,000 sockets: cargo test -p ondo --test ondo hostile_senders -- --ignored --nocapture"]
fn two_thousand_held_connections_keep_nobody_out() {
    if !enough_files() {
        println!("skipped: this process may not have {FILES} files open");
        return;
    }
    let door = Door::open(&[]);
    let (memory_before, _) = door.daemon.memory_kib();
    let before = latency(&door, 300);
    let begin = Instant::now();
    let mut held: Vec<(Slow, Instant, TcpStream)> = HELD
        .iter()
        .flat_map(|(kind, count)| std::iter::repeat_n(*kind, *count))
        .map(|kind| (kind, Instant::now(), kind.begin(door.daemon.addr)))
        .collect();
    println!("{} connections in {:?}", held.len(), begin.elapsed());
    let during = latency(&door, 300);
    let (memory_during, _) = door.daemon.memory_kib();
    let mut longest: Vec<(Slow, Duration)> = Vec::new();
    while !held.is_empty() && begin.elapsed() < Duration::from_secs(120) {
        held.retain_mut(|(kind, since, stream)| {
            let is_open = kind.drip(stream);
            if !is_open {
                let known = longest.iter().find(|(known, _)| known == kind);
                let longer = known.map_or(Duration::ZERO, |(_, time)| *time);
                longest.retain(|(known, _)| known != kind);
                longest.push((*kind, longer.max(since.elapsed())));
            }
            is_open
        });
        std::thread::sleep(Duration::from_millis(300));
    }
    let after = latency(&door, 300);
    println!("            p50          p99");
    for (when, (p50, p99)) in [("before", before), ("during", during), ("after", after)] {
        println!("{when:8} {p50:>10.2?}  {p99:>10.2?}");
    }
    println!(
        "the longest of each kind was held for {longest:?}; memory {memory_before} -> {memory_during} KiB"
    );
    assert!(held.is_empty(), "{} were never cut", held.len());
    assert!(during.1 < Duration::from_millis(200), "p99 {:?}", during.1);
    for (kind, held) in longest {
        let limit = match kind {
            Slow::Silent | Slow::Head => 18,
            Slow::Body => 38,
            // It is not slow until the buffers of the system are full.
            Slow::Reader => 110,
        };
        assert!(held < Duration::from_secs(limit), "{kind:?}: {held:?}");
    }
}

//! Thousands of connections that are held and used for nothing: those who have something to say are served all the while.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::door::{Door, HOOK};

/// Of each of four kinds.
const SOCKETS_OF_KIND: usize = 500;
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
            Slow::Reader => "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200),
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
        let more: &[u8] = match self {
            Slow::Silent => return true,
            Slow::Reader => b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
            Slow::Head | Slow::Body => b" ",
        };
        match stream.write(more) {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
        }
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
#[ignore = "half a minute and 2,000 sockets: cargo test -p ondo --test ondo hostile_senders -- --ignored --nocapture"]
fn two_thousand_held_connections_keep_nobody_out() {
    if !enough_files() {
        println!("skipped: this process may not have {FILES} files open");
        return;
    }
    let door = Door::open(&[]);
    let (memory_before, _) = door.daemon.memory_kib();
    let before = latency(&door, 300);
    let begin = Instant::now();
    let kinds = [Slow::Silent, Slow::Head, Slow::Body, Slow::Reader];
    let mut held: Vec<(Slow, TcpStream)> = (0..SOCKETS_OF_KIND)
        .flat_map(|_| kinds)
        .map(|kind| (kind, kind.begin(door.daemon.addr)))
        .collect();
    println!("{} connections in {:?}", held.len(), begin.elapsed());
    let during = latency(&door, 300);
    let (memory_during, _) = door.daemon.memory_kib();
    let mut last: Vec<(Slow, Duration)> = Vec::new();
    while !held.is_empty() && begin.elapsed() < Duration::from_secs(60) {
        held.retain_mut(|(kind, stream)| {
            let is_open = kind.drip(stream);
            if !is_open {
                last.retain(|(known, _)| known != kind);
                last.push((*kind, begin.elapsed()));
            }
            is_open
        });
        std::thread::sleep(Duration::from_millis(500));
    }
    let after = latency(&door, 300);
    println!("            p50          p99");
    for (when, (p50, p99)) in [("before", before), ("during", during), ("after", after)] {
        println!("{when:8} {p50:>10.2?}  {p99:>10.2?}");
    }
    println!("last of each kind cut after {last:?}; memory {memory_before} -> {memory_during} KiB");
    assert!(held.is_empty(), "{} were never cut", held.len());
    assert!(during.1 < Duration::from_millis(200), "p99 {:?}", during.1);
    for (kind, at) in last {
        let limit = match kind {
            Slow::Silent | Slow::Head => 13,
            Slow::Body => 33,
            Slow::Reader => 40,
        };
        assert!(at < Duration::from_secs(limit), "{kind:?} after {at:?}");
    }
}

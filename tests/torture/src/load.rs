//! The senders: they post as a vendor does, and write down every answer.
//!
//! What is not answered 2xx is sent again, some of what was is too, and some comes out of order.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::http::Client;
use crate::seed::Seed;
use crate::sink::lock;

/// An answer to a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The number of what was sent.
    pub id: u64,
    /// The bundle that it was sent to.
    pub bundle: String,
    /// 0: no answer came, so nobody knows whether it was taken.
    pub status: u16,
    /// The event that the daemon named.
    pub event: Option<String>,
    /// Whether the daemon called it known.
    pub duplicate: bool,
}

/// What is sent for a number.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// To which bundle.
    pub bundle: String,
    /// Its body.
    pub body: String,
}

/// From numbers to deliveries.
pub type Make = dyn Fn(u64) -> Delivery + Send + Sync;

/// How senders behave.
#[derive(Debug, Clone)]
pub struct Manner {
    /// So many at the same time.
    pub senders: u64,
    /// All together, in a second. 0: as fast as they can.
    pub per_second: u64,
    /// Of a hundred acknowledged ones so many are sent again.
    pub duplicates: u64,
    /// Of a hundred so many are held back behind later ones.
    pub out_of_order: u64,
    /// No numbers beyond this.
    pub last: u64,
    /// What is drawn.
    pub seed: u64,
}

/// Running senders.
pub struct Load {
    log: Arc<Mutex<Vec<Answer>>>,
    next: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    senders: Vec<JoinHandle<()>>,
}

/// What a sender without an answer waits before it tries again.
const PAUSE: Duration = Duration::from_millis(40);
/// A sender hears nothing for so long: the delivery counts as unanswered.
const PATIENCE: Duration = Duration::from_secs(15);
/// So many deliveries overtake one that is held back.
const HELD_BACK: usize = 10;

impl Load {
    /// Starts the senders. They send the numbers from 1 on.
    #[must_use]
    pub fn start(addr: SocketAddr, manner: Manner, make: Arc<Make>) -> Load {
        let load = Load {
            log: Arc::default(),
            next: Arc::new(AtomicU64::new(1)),
            stop: Arc::default(),
            senders: Vec::new(),
        };
        let senders = (0..manner.senders.max(1)).map(|number| {
            let sender = Sender {
                client: Client::new(addr, PATIENCE),
                seed: Seed::of(manner.seed, "sender", number),
                manner: manner.clone(),
                make: make.clone(),
                log: load.log.clone(),
                next: load.next.clone(),
                stop: load.stop.clone(),
            };
            thread::spawn(move || sender.work())
        });
        Load {
            senders: senders.collect(),
            ..load
        }
    }

    /// Every answer so far.
    #[must_use]
    pub fn answers(&self) -> Vec<Answer> {
        lock(&self.log).clone()
    }

    /// So many deliveries were answered 2xx for the first time.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        lock(&self.log)
            .iter()
            .filter(|answer| answer.status / 100 == 2 && !answer.duplicate)
            .count()
    }

    /// Whether every sender has come to its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.senders.iter().all(JoinHandle::is_finished)
    }

    /// Ends the senders, also those that wait for an answer, and gives every answer.
    #[must_use]
    pub fn stop(self) -> Vec<Answer> {
        self.stop.store(true, Ordering::SeqCst);
        self.finish()
    }

    /// Waits until all numbers are acknowledged, and gives every answer.
    #[must_use]
    pub fn finish(self) -> Vec<Answer> {
        for sender in self.senders {
            if sender.join().is_err() {
                eprintln!("a sender panicked");
            }
        }
        let log = lock(&self.log);
        log.clone()
    }
}

struct Sender {
    client: Client,
    seed: Seed,
    manner: Manner,
    make: Arc<Make>,
    log: Arc<Mutex<Vec<Answer>>>,
    next: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Sender {
    fn work(mut self) {
        let mut held: VecDeque<u64> = VecDeque::new();
        let begun = Instant::now();
        let mut sent: u64 = 0;
        while !self.stop.load(Ordering::SeqCst) {
            let id = self.next.fetch_add(1, Ordering::SeqCst);
            if id > self.manner.last {
                break;
            }
            self.pace(begun, sent);
            sent += 1;
            if self.seed.percent(self.manner.out_of_order) {
                held.push_back(id);
            } else {
                self.deliver(id);
            }
            if held.len() > HELD_BACK / 2
                && let Some(id) = held.pop_front()
            {
                self.deliver(id);
            }
        }
        for id in held {
            self.deliver(id);
        }
    }

    fn pace(&self, begun: Instant, sent: u64) {
        if self.manner.per_second == 0 {
            return;
        }
        let due =
            Duration::from_millis(sent * 1_000 * self.manner.senders / self.manner.per_second);
        if let Some(early) = due.checked_sub(begun.elapsed()) {
            thread::sleep(early);
        }
    }

    /// Sends until it is acknowledged, and perhaps once more.
    fn deliver(&mut self, id: u64) {
        let again = self.seed.percent(self.manner.duplicates);
        while !self.stop.load(Ordering::SeqCst) {
            if self.once(id) {
                if again {
                    self.once(id);
                }
                return;
            }
            thread::sleep(PAUSE);
        }
    }

    fn once(&mut self, id: u64) -> bool {
        let delivery = (self.make)(id);
        let answer = post(&mut self.client, id, &delivery);
        let taken = answer.status / 100 == 2;
        lock(&self.log).push(answer);
        taken
    }
}

/// Posts one delivery.
#[must_use]
pub fn post(client: &mut Client, id: u64, delivery: &Delivery) -> Answer {
    let hook = crate::bundle::hook(&delivery.bundle);
    let said = client.send("POST", &hook, delivery.body.as_bytes()).ok();
    let json = said
        .as_ref()
        .map(crate::http::Message::json)
        .unwrap_or_default();
    Answer {
        id,
        bundle: delivery.bundle.clone(),
        status: said.map_or(0, |said| said.status()),
        event: json["event"].as_str().map(str::to_owned),
        duplicate: json["duplicate"] == true,
    }
}

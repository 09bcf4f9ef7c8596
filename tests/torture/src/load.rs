//! The load generator: sends deliveries as a provider does, and keeps what it was answered.
//!
//! What got no 2xx is sent again, to the next process if need be; some deliveries come twice although they were answered,
//! and some come late. The log holds every answer; nothing is ever taken out of it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use crate::bundle;
use crate::http::{Connection, Message};
use crate::rng::Rng;

/// A delivery and what became of it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its id, which is its key.
    pub id: String,
    /// By what it is ordered.
    pub group: String,
    /// Which rules act.
    pub acts: &'static str,
    /// How often it was sent.
    pub sent: u32,
    /// How often it was answered 2xx.
    pub acknowledged: u32,
    /// The events that these answers named, each once.
    pub events: Vec<String>,
}

/// What shares of the deliveries do what.
#[derive(Debug, Clone, Copy)]
pub struct Mix {
    /// All rules.
    pub all: u64,
    /// Only what may be repeated.
    pub keyed: u64,
    /// An unsafe call.
    pub give: u64,
    /// One that can be looked up.
    pub bonus: u64,
}

/// The mix of an ordinary campaign; the rest of 100 leads to no rule.
pub const MIX: Mix = Mix {
    all: 6,
    keyed: 14,
    give: 10,
    bonus: 10,
};

/// Deliveries that are sent within about a second.
const WINDOW: usize = 200;
/// In each such second there are so many groups.
const GROUPS_OF_WINDOW: u64 = 3;

/// All deliveries of a campaign.
#[derive(Clone)]
pub struct Load {
    deliveries: Arc<Mutex<Vec<Delivery>>>,
    /// Numbers of deliveries that have to be sent (again).
    due: Arc<Mutex<VecDeque<usize>>>,
    acknowledged: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
    /// When each 2xx came.
    moments: Arc<Mutex<Vec<SystemTime>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Load {
    /// `count` deliveries, made by chance.
    pub fn new(rng: &mut Rng, count: usize, mix: Mix) -> Self {
        Self::with(rng, count, |_, rng| match rng.pick(100) {
            roll if roll < mix.all => "all",
            roll if roll < mix.all + mix.keyed => "keyed",
            roll if roll < mix.all + mix.keyed + mix.give => "give",
            roll if roll < mix.all + mix.keyed + mix.give + mix.bonus => "bonus",
            _ => "none",
        })
    }

    /// `count` deliveries that act by their number.
    pub fn with(
        rng: &mut Rng,
        count: usize,
        acts: impl Fn(usize, &mut Rng) -> &'static str,
    ) -> Self {
        let mut deliveries = Vec::with_capacity(count);
        for number in 0..count {
            let acts = acts(number, rng);
            deliveries.push(Delivery {
                id: format!("заказ-{number}"),
                // A group is a matter of a second: its runs stand in each other's way.
                group: format!("g{}-{}", number / WINDOW, rng.pick(GROUPS_OF_WINDOW)),
                acts,
                sent: 0,
                acknowledged: 0,
                events: Vec::new(),
            });
        }
        let mut due: VecDeque<usize> = (0..count).collect();
        // One in twenty comes late, and some come twice.
        for number in 0..count {
            if rng.percent(5) {
                let other = (number + rng.pick(40) as usize).min(count - 1);
                due.swap(number, other);
            }
        }
        for _ in 0..count / 20 {
            let again = rng.pick(count as u64) as usize;
            let place = (again + 1 + rng.pick(200) as usize).min(due.len());
            due.insert(place, again);
        }
        Self {
            deliveries: Arc::new(Mutex::new(deliveries)),
            due: Arc::new(Mutex::new(due)),
            acknowledged: Arc::default(),
            sent: Arc::default(),
            moments: Arc::default(),
        }
    }

    /// How often anything was sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// How many answers were 2xx after a moment.
    pub fn acknowledged_after(&self, moment: SystemTime) -> usize {
        let moments = lock(&self.moments);
        moments.iter().filter(|came| **came > moment).count()
    }

    /// How many deliveries were answered 2xx, counted once each.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Whether nothing is left to be sent.
    pub fn is_empty(&self) -> bool {
        lock(&self.due).is_empty()
    }

    /// The log.
    pub fn log(&self) -> Vec<Delivery> {
        lock(&self.deliveries).clone()
    }

    /// Sends to a daemon with this many senders until it is stopped, the daemon is gone, or nothing is left. `pace`: between
    /// two deliveries of one sender.
    pub fn send(&self, to: SocketAddr, senders: usize, pace: Duration) -> Sending {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..senders)
            .map(|_| {
                let (load, stop) = (self.clone(), Arc::clone(&stop));
                thread::spawn(move || load.send_all(to, &stop, pace))
            })
            .collect();
        Sending { stop, threads }
    }

    fn send_all(&self, to: SocketAddr, stop: &AtomicBool, pace: Duration) {
        let hook = bundle::hook();
        let Some(mut connection) = Connection::open(to) else {
            return;
        };
        while !stop.load(Ordering::SeqCst) {
            let Some(number) = lock(&self.due).pop_front() else {
                return;
            };
            let body = {
                let mut deliveries = lock(&self.deliveries);
                let delivery = &mut deliveries[number];
                delivery.sent += 1;
                bundle::order(&delivery.id, &delivery.group, delivery.acts)
            };
            let begun = Instant::now();
            self.sent.fetch_add(1, Ordering::SeqCst);
            let answer = connection.post(&hook, &body);
            match answer.as_ref().map(Message::status) {
                Some(200..=299) => {
                    let named = answer.as_ref().and_then(event_of).unwrap_or_default();
                    lock(&self.moments).push(SystemTime::now());
                    let mut deliveries = lock(&self.deliveries);
                    if !deliveries[number].events.contains(&named) {
                        deliveries[number].events.push(named);
                    }
                    deliveries[number].acknowledged += 1;
                    if deliveries[number].acknowledged == 1 {
                        self.acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                }
                Some(_) => {
                    lock(&self.due).push_back(number);
                    thread::sleep(Duration::from_millis(20));
                }
                None => {
                    // Nobody knows whether it was stored: the provider sends it again.
                    lock(&self.due).push_back(number);
                    match Connection::open(to) {
                        Some(again) => connection = again,
                        None => return,
                    }
                }
            }
            thread::sleep(pace.saturating_sub(begun.elapsed()));
        }
    }
}

/// The event that an answer names.
fn event_of(answer: &Message) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    json["event"].as_str().map(str::to_owned)
}

/// Senders at work.
pub struct Sending {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Sending {
    /// Ends them.
    pub fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.join();
    }

    /// Waits until nothing is left to be sent.
    pub fn join(self) {
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

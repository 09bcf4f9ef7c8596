//! The vendor: a server whose ledger says what really happened, whatever it answered.

use std::collections::HashMap;
use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::http::{self, Message};
use crate::toxic::Toxic;

/// What happens when a call comes twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Noticed by its key.
    Keyed,
    /// The last one counts.
    Idempotent,
    /// Nobody minds.
    Harmless,
    /// Paid twice, and nobody can look it up.
    Unsafe,
    /// Paid twice; the history shows it.
    Bonus,
    /// The history is read.
    History,
}

/// Classes that do something.
pub const CLASSES: [Class; 5] = [
    Class::Keyed,
    Class::Idempotent,
    Class::Harmless,
    Class::Unsafe,
    Class::Bonus,
];

impl Class {
    /// The last part of the path of its action.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Class::Keyed => "keyed",
            Class::Idempotent => "idempotent",
            Class::Harmless => "harmless",
            Class::Unsafe => "unsafe",
            Class::Bonus => "bonus",
            Class::History => "history",
        }
    }

    /// Whether a second one is a second payment.
    #[must_use]
    pub fn is_unsafe(self) -> bool {
        matches!(self, Class::Unsafe | Class::Bonus)
    }
}

/// A request that has come, and what was done about it.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When, by the sink's own clock.
    pub at: Instant,
    /// Seconds by which the clocks had been moved.
    pub moved: u64,
    /// The first part of the path: the account.
    pub lane: String,
    /// The action.
    pub class: Class,
    /// The event's number.
    pub id: u64,
    /// The key of a keyed call, the comment of a bonus.
    pub key: String,
    /// All bytes of the body.
    pub body: String,
    /// What was done.
    pub toxic: Toxic,
    /// From 0: how many came before it for the same lane, action and number.
    pub before: u64,
}

/// Decides about each request.
pub type Plan = dyn Fn(&Arrival) -> Toxic + Send + Sync;
/// How late the history shows a bonus of this number.
pub type Lag = dyn Fn(u64) -> Duration + Send + Sync;

#[derive(Default)]
struct Ledger {
    arrivals: Vec<Arrival>,
    seen: HashMap<(String, Class, u64), u64>,
    bonuses: HashMap<(String, u64), Vec<usize>>,
}

/// A running sink. Ends with the process.
#[derive(Clone)]
pub struct Sink {
    /// Where it listens.
    pub addr: SocketAddr,
    ledger: Arc<Mutex<Ledger>>,
    plan: Arc<Mutex<Arc<Plan>>>,
    lag: Arc<Lag>,
    moved: Arc<AtomicU64>,
}

impl Sink {
    /// Starts one whose requests are treated as the plan says.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start(plan: Arc<Plan>, lag: Arc<Lag>) -> io::Result<Sink> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let sink = Sink {
            addr: listener.local_addr()?,
            ledger: Arc::default(),
            plan: Arc::new(Mutex::new(plan)),
            lag,
            moved: Arc::default(),
        };
        let serving = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = serving.clone();
                // A connection that breaks is what this server is for.
                thread::spawn(move || drop(sink.serve(stream)));
            }
        });
        Ok(sink)
    }

    /// A sink that does all that it is asked, at once.
    ///
    /// # Errors
    /// If no port is free.
    pub fn good() -> io::Result<Sink> {
        Sink::start(
            Arc::new(|_: &Arrival| Toxic::None),
            Arc::new(|_| Duration::ZERO),
        )
    }

    /// Replaces the plan for what comes from now on.
    pub fn set_plan(&self, plan: Arc<Plan>) {
        *lock(&self.plan) = plan;
    }

    /// Moves the clock of the history, as the daemon's has been moved.
    pub fn move_clock(&self, seconds: u64) {
        self.moved.store(seconds, Ordering::SeqCst);
    }

    /// Everything that has come so far, in order.
    #[must_use]
    pub fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.ledger).arrivals.clone()
    }

    /// How much has come so far.
    #[must_use]
    pub fn count(&self) -> usize {
        lock(&self.ledger).arrivals.len()
    }

    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut writer = stream.try_clone()?;
        let mut reader = BufReader::new(stream);
        while let Some(mut request) = http::read_head(&mut reader)? {
            let path = request.path().to_owned();
            let (lane, action) = path
                .trim_start_matches('/')
                .split_once('/')
                .unwrap_or_default();
            if let Some((_, id)) = action.split_once("history?id=") {
                let body = self.history(lane, id.parse().unwrap_or(0));
                Toxic::None.answer(&mut writer, &body)?;
                continue;
            }
            let Some(class) = CLASSES.into_iter().find(|class| class.name() == action) else {
                return Ok(());
            };
            http::read_body(&mut reader, &mut request)?;
            let toxic = self.record(lane, class, &request);
            if !toxic.answer(&mut writer, &good(&request))? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn record(&self, lane: &str, class: Class, request: &Message) -> Toxic {
        let json = request.json();
        let key = json["key"]
            .as_str()
            .or(json["comment"].as_str())
            .unwrap_or_default();
        let mut arrival = Arrival {
            at: Instant::now(),
            moved: self.moved.load(Ordering::SeqCst),
            lane: lane.to_owned(),
            class,
            id: json["id"].as_u64().unwrap_or(0),
            key: key.to_owned(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            toxic: Toxic::None,
            before: 0,
        };
        let plan = lock(&self.plan).clone();
        let mut ledger = lock(&self.ledger);
        let seen = ledger
            .seen
            .entry((arrival.lane.clone(), class, arrival.id))
            .or_default();
        arrival.before = *seen;
        *seen += 1;
        arrival.toxic = plan(&arrival);
        let toxic = arrival.toxic;
        if class == Class::Bonus && toxic.applies() {
            let index = ledger.arrivals.len();
            ledger
                .bonuses
                .entry((arrival.lane.clone(), arrival.id))
                .or_default()
                .push(index);
        }
        ledger.arrivals.push(arrival);
        toxic
    }

    fn history(&self, lane: &str, id: u64) -> String {
        let moved = self.moved.load(Ordering::SeqCst);
        let lag = (self.lag)(id);
        let ledger = lock(&self.ledger);
        let bonuses = ledger.bonuses.get(&(lane.to_owned(), id));
        let shown: Vec<serde_json::Value> = bonuses
            .into_iter()
            .flatten()
            .map(|index| &ledger.arrivals[*index])
            .filter(|bonus| {
                bonus.at.elapsed() + Duration::from_secs(moved.saturating_sub(bonus.moved)) >= lag
            })
            .map(|bonus| serde_json::json!({ "id": id, "comment": bonus.key }))
            .collect();
        serde_json::json!({ "total": shown.len(), "items": shown }).to_string()
    }
}

/// What a good answer says.
fn good(request: &Message) -> String {
    serde_json::json!({ "id": request.json()["id"], "said": "принято" }).to_string()
}

/// A lock whose holder has panicked still guards a list that can be read.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

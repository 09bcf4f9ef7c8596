//! The daemon around the engine: store, bundles, hook server, client, clock.
//!
//! ```text
//! let service = Service::new(options).await?;
//! let handle = service.handle();            // reload(), address(), notices()
//! service.run(stop).await                   // until `stop`, then drains
//! ```
//!
//! One task owns the machine and the one channel of its inputs; everything that happens outside goes through it, so that
//! there is one order of things.

pub(crate) mod control;
mod drive;
mod files;
mod keeping;
mod load;
mod recover;
mod signals;
mod tell;
mod working;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use ondo_compiler::types::Name;
use ondo_compiler::wire::HttpRequest;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::client::{Access, Client};
use crate::engine::{Input, Notice, Restored};
use crate::ingest::{self, Intake, Quota, State};
use crate::sandbox::{Fault, Sandbox};
use crate::settings::{Environment, Unset};
use crate::store::{self, Copied, Keep, Kind, Store};

pub use files::{Pace, Watch};
pub use load::Report;
pub use signals::signals;

/// Name of the store's file in its folder.
pub const STORE_FILE: &str = "ondo.db";

/// Notices that a slow listener may be behind before it misses some.
const NOTICES_MAX: usize = 4_096;

/// What a service is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Directory of bundles.
    pub bundles: PathBuf,
    /// Folder of the store; none: in memory, for tries and tests. The sandbox has a folder of its own in it.
    pub data: Option<PathBuf>,
    /// Where hooks are taken.
    pub listen: SocketAddr,
    /// Play every vendor on this machine.
    pub sandbox: bool,
    /// What goes wrong there, for vendors that are played.
    pub faults: Vec<Fault>,
    /// By which shares of the faults are drawn.
    pub faults_seed: u64,
    /// Everything that is said is a line of JSON.
    pub log_json: bool,
    /// Where settings and secrets come from.
    pub environment: Environment,
    /// The store was restored from a backup: what unfinished runs send may have been sent already, so it is looked up first.
    pub recovered: bool,
    /// For how long after that deliveries with a key may be ones that came before.
    pub recovered_for: Duration,
    /// For how long things are kept.
    pub keep: Keep,
    /// Room that the store must have.
    pub disk: Disk,
    /// How long calls in flight may take when the service stops.
    pub grace: Duration,
    /// Limits of the hook server.
    pub limits: ingest::Limits,
    /// Proxies, which bring the deliveries of many.
    pub proxies: Vec<IpAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bundles: PathBuf::from("bundles"),
            data: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            sandbox: false,
            faults: Vec::new(),
            faults_seed: 0,
            log_json: false,
            environment: Environment::default(),
            recovered: false,
            recovered_for: Duration::from_secs(24 * 60 * 60),
            keep: Keep::default(),
            disk: Disk::default(),
            grace: Duration::from_secs(60),
            limits: ingest::Limits::default(),
            proxies: Vec::new(),
        }
    }
}

/// Room on the disk of the store.
#[derive(Debug, Clone, Copy)]
pub struct Disk {
    /// With less free space than this no deliveries are taken.
    pub free_bytes_min: u64,
    /// What is kept for the outcomes of what was begun.
    pub reserve_bytes: u64,
}

impl Default for Disk {
    fn default() -> Self {
        let store::Options {
            free_bytes_min,
            reserve_bytes,
            ..
        } = store::Options::default();
        Self {
            free_bytes_min,
            reserve_bytes,
        }
    }
}

/// Why a service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No bundle can be run, and the store has no last good version. What is wrong was reported.
    #[error("nothing to run in `{0}`")]
    NothingToRun(String),
    /// The store could not be opened or read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The address is taken, or there is no such address.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The folder of the store, the client or the sandbox.
    #[error("{0}")]
    Other(String),
}

/// How a service ended.
#[derive(Debug)]
pub enum Ended {
    /// Nothing was cut.
    Drained,
    /// Calls were under way at the end of the grace, or the second signal came. Those that are unsafe are in doubt.
    Cut,
    /// The store failed: nothing that came after is on disk, and nobody was told otherwise.
    StoreFailed(store::Error),
    /// The engine failed, which is a bug. What is on disk goes on after the next start.
    Bug,
}

/// How a service is asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It is not.
    No,
    /// Finish what is in flight.
    Drain,
    /// End at once.
    Now,
}

/// What the parts of a service share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) inputs: mpsc::UnboundedSender<Input>,
    /// Whom accounts may call, by their identity.
    pub(crate) access: ArcSwap<HashMap<Name, Access>>,
    pub(crate) sandboxes: tokio::sync::Mutex<Vec<Arc<Sandbox>>>,
    pub(crate) notices: broadcast::Sender<Notice>,
    pub(crate) address: SocketAddr,
    /// Runs that were read and that the engine has not looked at.
    resuming: AtomicUsize,
    /// What people ordered, and who waits for an answer.
    pub(crate) orders: control::Orders,
}

impl Shared {
    /// The store has failed: the engine ends as it does when it cannot be written.
    fn ends(&self, error: store::Error) {
        let _ = self.inputs.send(Input::Committed {
            commit: 0,
            result: Err(error),
        });
    }

    /// Ends the process if this is a failure of the disk: the writer has stopped, and nothing can be kept any more.
    fn store_failed(&self, error: &store::Error) {
        if matches!(error, store::Error::Io(_)) {
            self.ends(error.clone());
        }
    }

    /// Gives the engine a run that was read.
    fn resume(&self, run: Input) {
        self.resuming.fetch_add(1, Ordering::AcqRel);
        let _ = self.inputs.send(run);
    }

    /// Whether a request goes to the sandbox.
    async fn plays(&self, request: &HttpRequest) -> bool {
        let url = request.url.expose();
        let sandboxes = self.sandboxes.lock().await;
        sandboxes.iter().any(|sandbox| sandbox.is_at(url))
    }

    /// The socket for orders. Without it the daemon does its work all the same.
    fn socket(&self) -> Option<control::Socket> {
        let data = self.options.data.as_ref()?;
        let folder = store_folder(data, self.options.sandbox);
        match control::Socket::open(&folder) {
            Ok(socket) => Some(socket),
            Err(error) => {
                tracing::error!(%error, folder = %folder.display(), "no orders can be given to this process: its socket cannot be made");
                None
            }
        }
    }

    /// Tells who gave an order what came of it.
    fn answer(&self, number: u64, result: Result<crate::engine::orders::Answer, String>) {
        self.orders.answer(number, result);
    }

    /// What a name without a value means here.
    pub(crate) fn unset(&self) -> Unset {
        if self.options.sandbox {
            Unset::Sandbox
        } else {
            Unset::Missing
        }
    }
}

/// A daemon that is ready to run.
pub struct Service {
    shared: Arc<Shared>,
    received: mpsc::UnboundedReceiver<Input>,
    backlog: Arc<AtomicUsize>,
    listener: TcpListener,
    client: Client,
    reloads: mpsc::Receiver<oneshot::Sender<Report>>,
    handle: Handle,
    active: load::Active,
    socket: Option<control::Socket>,
}

/// Asks a service from outside. Cheap to clone; it keeps nothing alive.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
    reloads: mpsc::Sender<oneshot::Sender<Report>>,
}

impl Handle {
    /// Where hooks are taken.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// The store, to read.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.shared.store)
    }

    /// What happens from now on.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.shared.notices.subscribe()
    }

    /// The sandboxes, in the order of their start.
    pub async fn sandboxes(&self) -> Vec<Arc<Sandbox>> {
        self.shared.sandboxes.lock().await.clone()
    }

    /// What goes wrong at the sandboxes, as the service was told at its start.
    pub fn faults(&self) -> &[Fault] {
        &self.shared.options.faults
    }

    /// Reads the bundles again. A bad one does not replace a good one. None when the service has ended.
    pub async fn reload(&self) -> Option<Report> {
        let (done, report) = oneshot::channel();
        self.reloads.send(done).await.ok()?;
        report.await.ok()
    }
}

impl Service {
    /// Opens the store, loads the bundles, takes the address. What is wrong with bundles is reported on standard error.
    pub async fn new(options: Options) -> Result<Service, StartError> {
        let store = open(&options)?;
        let client = Client::new().map_err(StartError::Other)?;
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| StartError::Listen(options.listen, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Listen(options.listen, error))?;
        let (inputs, received) = mpsc::unbounded_channel();
        let backlog = Arc::new(AtomicUsize::new(0));
        let intake = Intake::new(
            Arc::clone(&store),
            inputs.clone(),
            Arc::clone(&backlog),
            options.limits.deliveries_max,
        );
        let shared = Arc::new(Shared {
            store,
            intake: Arc::new(intake),
            inputs,
            access: ArcSwap::default(),
            sandboxes: tokio::sync::Mutex::default(),
            notices: broadcast::channel(NOTICES_MAX).0,
            address,
            resuming: AtomicUsize::new(0),
            orders: control::Orders::default(),
            options,
        });
        if shared.options.recovered {
            recover::check_first(&shared.store).await?;
        }
        if let Some(at) = shared.store.recovered_at()? {
            let until = at + shared.options.recovered_for;
            if jiff::Timestamp::now() < until {
                tracing::warn!(
                    %until,
                    "the store was restored: what unfinished runs and repeated deliveries send is looked up first, or waits for `ondo doubt resolve`"
                );
            }
            let _ = shared.inputs.send(Input::Restored(Restored { at, until }));
        }
        let _ = shared.inputs.send(Input::Pauses(shared.store.pauses()?));
        let mut active = load::Active::default();
        let report = load::load(&shared, &mut active).await?;
        report.print();
        if active.is_empty() {
            let _ = shared.store.close();
            let bundles = shared.options.bundles.display().to_string();
            return Err(StartError::NothingToRun(bundles));
        }
        let _ = shared.inputs.send(Input::Recovering);
        let (reload, reloads) = mpsc::channel(1);
        let handle = Handle {
            shared: Arc::clone(&shared),
            reloads: reload,
        };
        let socket = shared.socket();
        shared.intake.set_state(State::Ready);
        Ok(Service {
            shared,
            received,
            backlog,
            listener,
            client,
            reloads,
            handle,
            active,
            socket,
        })
    }

    /// A handle for others.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Works until it is asked to stop and everything in flight has ended.
    pub async fn run(self, mut stop: watch::Receiver<Stop>) -> Ended {
        let Service {
            shared,
            received,
            backlog,
            listener,
            client,
            mut reloads,
            handle,
            mut active,
            socket,
        } = self;
        // Ours would keep the channel of reloads open for ever.
        drop(handle);
        let versions = active.versions();
        let (close_door, door_closed) = watch::channel(false);
        let server = tokio::spawn(ingest::serve(
            listener,
            Arc::clone(&shared.intake),
            shared.options.limits,
            Quota::new(
                shared.options.limits.connections_max / 4,
                &shared.options.proxies,
            ),
            door_closed,
        ));
        let listening = socket.map(|socket| tokio::spawn(socket.serve(Arc::clone(&shared))));
        let reloading = {
            let shared = Arc::clone(&shared);
            // Reloads end when the service does: a version is activated in one transaction or not at all.
            tokio::spawn(async move {
                while let Some(done) = reloads.recv().await {
                    match load::load(&shared, &mut active).await {
                        Ok(report) => {
                            let _ = done.send(report);
                        }
                        Err(error) => tracing::error!(%error, "the bundles were not read again"),
                    }
                }
            })
        };
        let forgetting = tokio::spawn(keeping::forget_on_time(Arc::clone(&shared)));
        let recovering = {
            let (shared, versions) = (Arc::clone(&shared), versions);
            tokio::spawn(async move {
                let reading = Arc::clone(&shared);
                let read = tokio::spawn(async move { recover::recover(&reading, versions).await });
                if let Err(error) = read.await
                    && error.is_panic()
                {
                    // Without all runs nothing goes on: better that somebody starts it again.
                    let text = format!("what was not finished could not be read: {error}");
                    shared.ends(store::Error::Io(text));
                }
            })
        };
        let mut driver = tokio::spawn(drive::drive(Arc::clone(&shared), received, backlog, client));
        let mut driven: Option<drive::End> = tokio::select! {
            end = &mut driver => Some(end.unwrap_or(drive::End::Panicked)),
            _ = stop.wait_for(|stop| *stop != Stop::No) => None,
        };
        shared.intake.set_state(State::Draining);
        recovering.abort();
        reloading.abort();
        forgetting.abort();
        let _ = close_door.send(true);
        if driven.is_none() {
            let _ = shared.inputs.send(Input::Drain);
            driven = tokio::select! {
                end = &mut driver => Some(end.unwrap_or(drive::End::Panicked)),
                () = tokio::time::sleep(shared.options.grace) => None,
                _ = stop.wait_for(|stop| *stop == Stop::Now) => None,
            };
        }
        if driven.is_none() {
            driver.abort();
        } else {
            let _ = server.await;
        }
        // Before the store is let go: the socket of the next process must not be taken away.
        control::end(&shared);
        if let Some(listening) = listening {
            listening.abort();
            let _ = listening.await;
        }
        let closed = shared.store.close();
        match (driven, closed) {
            (Some(drive::End::Store(error)), _) | (_, Err(error)) => Ended::StoreFailed(error),
            (Some(drive::End::Drained), Ok(())) => Ended::Drained,
            (Some(drive::End::Panicked), Ok(())) => Ended::Bug,
            (None, Ok(())) => Ended::Cut,
        }
    }
}

/// The folder of the store. What was only played is kept apart from what happened at the vendors.
pub fn store_folder(data: &Path, sandbox: bool) -> PathBuf {
    match sandbox {
        true => data.join("sandbox"),
        false => data.to_owned(),
    }
}

fn open(options: &Options) -> Result<Arc<dyn Store>, StartError> {
    let Some(data) = &options.data else {
        return Ok(Arc::new(store::Memory::new()));
    };
    let folder = store_folder(data, options.sandbox);
    let kind = match options.sandbox {
        true => Kind::Sandbox,
        false => Kind::Live,
    };
    let mut builder = std::fs::DirBuilder::new();
    // What vendors send is nobody else's business.
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(&folder).map_err(|error| {
        StartError::Other(format!(
            "cannot make the folder `{}`: {error}",
            folder.display()
        ))
    })?;
    let limits = store::Options {
        kind,
        copied: match options.recovered {
            true => Copied::Recover,
            false => Copied::Refuse,
        },
        free_bytes_min: options.disk.free_bytes_min,
        reserve_bytes: options.disk.reserve_bytes,
        ..store::Options::default()
    };
    Ok(store::open_with(&folder.join(STORE_FILE), limits)?)
}

#[cfg(test)]
mod tests;

//! `ondo run DIR`: the daemon.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::{Data, Exit, unable};
use crate::ingest::Limits;
use crate::sandbox::Fault;
use crate::settings::Environment;
use crate::shell::{
    Ended, Handle, Options, Pace, Service, StartError, Watch, signals, store_folder,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Directory of bundles
    #[arg(value_name = "DIR", default_value = "bundles")]
    bundles: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Where hooks are taken; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        env = "ONDO_LISTEN",
        value_parser = address
    )]
    listen: SocketAddr,
    /// Play every vendor on this machine: nothing leaves it, no secret is needed
    #[arg(long)]
    sandbox: bool,
    /// Let something go wrong there: `loyalty.addBonus: applied then timeout every 3`; again for more
    #[arg(long, value_name = "FAULT", requires = "sandbox")]
    sandbox_fault: Vec<Fault>,
    /// The number by which shares of faults (`10%`) are drawn
    #[arg(long, value_name = "NUMBER", default_value_t = 0, requires = "sandbox")]
    sandbox_seed: u64,
    /// The store was restored from a backup: what its unfinished runs send is looked up first, or is in doubt
    #[arg(long)]
    recovered: bool,
    /// For how long after a restore a delivery with a key may have come before: its effects are looked up first, too
    #[arg(long, value_name = "TIME", default_value = "1d", env = "ONDO_RECOVERED_FOR", value_parser = super::keep::time)]
    recovered_for: Duration,
    #[command(flatten)]
    keep: super::keep::Keeping,
    /// Seconds that calls in flight may take after SIGTERM
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    grace: u64,
    /// Largest body of a delivery
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().body_bytes_max)]
    body_max: usize,
    /// Address of a proxy on another machine: it may hold every connection, another address a quarter of them; again for more
    #[arg(long, value_name = "ADDRESS")]
    proxy: Vec<IpAddr>,
    /// Read the bundles again only on SIGHUP, not when their files change
    #[arg(long)]
    no_watch: bool,
    /// Log as JSON lines
    #[arg(long)]
    log_json: bool,
}

pub(super) fn main(args: Args) -> Exit {
    let as_json = args.log_json;
    log(as_json);
    let cannot = |message: &dyn std::fmt::Display| match as_json {
        true => {
            tracing::error!("{message}");
            Exit::Unable
        }
        false => unable(message),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return unable(error),
    };
    let sandbox = args
        .sandbox
        .then(|| store_folder(&args.data.data, args.sandbox));
    // Before they are read for the first time: a change that comes meanwhile is seen.
    let watch = (!args.no_watch).then(|| Watch::begin(&args.bundles, Pace::default()));
    let options = Options {
        bundles: args.bundles,
        data: Some(args.data.data),
        listen: args.listen,
        sandbox: args.sandbox,
        faults: args.sandbox_fault,
        faults_seed: args.sandbox_seed,
        log_json: as_json,
        environment: Environment::of_process(),
        recovered: args.recovered,
        recovered_for: args.recovered_for,
        keep: args.keep.keep(),
        disk: args.keep.disk(),
        grace: Duration::from_secs(args.grace),
        limits: Limits {
            body_bytes_max: args.body_max,
            ..Limits::default()
        },
        proxies: args.proxy,
    };
    runtime.block_on(async {
        let service = match Service::new(options).await {
            Ok(service) => service,
            Err(error) => {
                cannot(&error);
                return match error {
                    StartError::NothingToRun(_) => Exit::NothingToRun,
                    _ => Exit::Unable,
                };
            }
        };
        // Listened to before anybody knows that it runs: a signal that comes at once must not kill it.
        let stop = signals(service.handle());
        if let Some(watch) = watch {
            // Ends with the process.
            tokio::spawn(watch.run(service.handle()));
        }
        say_faults(&service.handle()).await;
        say(service.handle().address(), sandbox.as_deref(), as_json);
        match service.run(stop).await {
            Ended::Drained => Exit::Done,
            Ended::Cut => Exit::Cut,
            Ended::StoreFailed(error) => cannot(&error),
            Ended::Bug => cannot(&"the engine failed; nothing on disk is lost, start it again"),
        }
    })
}

fn say(address: SocketAddr, sandbox: Option<&Path>, as_json: bool) {
    if as_json {
        let store = sandbox.map(|folder| folder.display().to_string());
        return tracing::info!(%address, sandbox = store, "listening on {address}");
    }
    if let Some(folder) = sandbox {
        eprintln!(
            "sandbox: every vendor is played on this machine; what happens is kept apart, in {} (ondo history --sandbox)",
            folder.display()
        );
    }
    eprintln!("listening on {address}");
}

/// A fault about an account that no bundle has would never strike.
async fn say_faults(handle: &Handle) {
    let sandboxes = handle.sandboxes().await;
    for fault in handle.faults() {
        if !sandboxes.iter().any(|sandbox| sandbox.is_about(fault)) {
            tracing::warn!(
                "nobody here is struck by `{fault}`: no account or connector of that name has such an action"
            );
        }
    }
}

/// `127.0.0.1:8080`, or a name of this machine with a port.
fn address(text: &str) -> Result<SocketAddr, String> {
    use std::net::ToSocketAddrs;
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.next());
    found
        .ok_or_else(|| "write an address and a port: `127.0.0.1:8080`, `localhost:8080`".to_owned())
}

/// Warnings and worse unless `ONDO_LOG` says otherwise: normal operation is quiet. Of libraries never more than that: some
/// of them write what they work on, such as phone numbers, addresses with tokens in them, and headers.
fn log(as_json: bool) {
    let wanted =
        EnvFilter::try_from_env("ONDO_LOG").unwrap_or_else(|_| EnvFilter::new("ondo=info,warn"));
    let ours = filter_fn(|about| {
        about.target().split("::").next() == Some("ondo") || *about.level() <= Level::WARN
    });
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false);
    let log = tracing_subscriber::registry();
    // A second call, in tests, changes nothing.
    let _ = if as_json {
        log.with(layer.json().with_filter(wanted.and(ours)))
            .try_init()
    } else {
        log.with(layer.with_filter(wanted.and(ours))).try_init()
    };
}

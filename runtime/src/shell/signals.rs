//! SIGTERM and SIGINT: drain, and end at once when they come again. SIGHUP: read the bundles again.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::{Handle, Stop};

/// Listens to the signals of this process.
pub fn signals(handle: Handle) -> watch::Receiver<Stop> {
    let (stop, stopped) = watch::channel(Stop::No);
    let listen = |kind: SignalKind| match signal(kind) {
        Ok(signal) => Some(signal),
        Err(error) => {
            tracing::error!(%error, "a signal cannot be listened to");
            None
        }
    };
    let mut terminate = listen(SignalKind::terminate());
    let mut interrupt = listen(SignalKind::interrupt());
    let mut hang_up = listen(SignalKind::hangup());
    // Ends with the process.
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = received(&mut terminate) => ask(&stop),
                () = received(&mut interrupt) => ask(&stop),
                () = received(&mut hang_up) => {
                    let handle = handle.clone();
                    tokio::spawn(async move {
                        if let Some(report) = handle.reload().await {
                            report.print();
                        }
                    });
                }
            }
        }
    });
    stopped
}

fn ask(stop: &watch::Sender<Stop>) {
    stop.send_modify(|now| {
        *now = match *now {
            Stop::No => {
                tracing::info!(
                    "stopping when the calls in flight have ended; a second signal ends them"
                );
                Stop::Drain
            }
            Stop::Drain | Stop::Now => Stop::Now,
        };
    });
}

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            if signal.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
        }
        None => std::future::pending().await,
    }
}

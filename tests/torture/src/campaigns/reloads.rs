//! F19: the bundle changes while events are in flight, and the process dies: every run finishes on the version it began with.

use std::thread;
use std::time::Duration;

use super::{Folder, Outcome, Settings, kills, setup};
use crate::check;
use crate::daemon::between;
use crate::load::{Load, MIX};
use crate::rng::Rng;
use crate::{bundle, sink::Sink};

/// Reloads.
const RELOADS: u64 = 100;

pub(super) fn run(settings: &Settings) -> Result<Outcome, String> {
    let mut rng = Rng::new(settings.seed, "F19");
    let reloads = settings.of(RELOADS);
    let load = Load::new(&mut rng, (reloads * 60) as usize, MIX);
    let sink = Sink::start(kills::some_toxics(settings.seed), |_| Duration::ZERO)
        .map_err(|error| error.to_string())?;
    let mut folder = Folder::new()?;
    let setup = setup(settings, &folder, &sink)?;
    let mut daemon = setup.start()?;
    let mut kills = 0;
    for reload in 1..=reloads {
        let sending = load.send(daemon.addr, 4, Duration::from_millis(20));
        let written = match rng.percent(10) {
            true => bundle::spoil(&setup.bundles()),
            false => bundle::touch(&setup.bundles(), reload),
        };
        written.map_err(|error| error.to_string())?;
        daemon.signal("-HUP");
        thread::sleep(between(&mut rng, 200, 400));
        if rng.percent(20) {
            daemon.kill();
            sending.stop();
            daemon = setup.start()?;
            kills += 1;
        } else {
            sending.stop();
        }
    }
    sink.heal();
    load.send(daemon.addr, 8, Duration::ZERO).join();
    let left = check::quiet(&setup.store(), false, Duration::from_secs(120))?;
    drop(daemon);
    let mut verdict = check::check(&setup.store(), &load.log(), &sink.ledger(), left == 0);
    let connection = check::open(&setup.store())?;
    let versions = check::number(&connection, "SELECT count(DISTINCT version) FROM runs")?;
    let kept = check::number(&connection, "SELECT count(*) FROM versions")?;
    let unknown = "SELECT count(*) FROM runs WHERE version NOT IN (SELECT version FROM versions)";
    let unknown = check::number(&connection, unknown)?;
    if unknown > 0 {
        verdict.broke(
            "P8",
            format!("{unknown} runs are of a version that is not kept"),
        );
    }
    if left > 0 {
        verdict.broke(
            "P3",
            format!("{left} runs or events were still going at the end"),
        );
    }
    if reloads > 2 && versions < 2 {
        verdict.broke(
            "P8",
            "no version was ever replaced: nothing was tested".to_owned(),
        );
    }
    folder.judge(settings, &verdict);
    Ok(Outcome::Done {
        done: format!(
            "{reloads} reloads, {kills} kills, {kept} versions, {versions} of them with runs"
        ),
        verdict,
    })
}

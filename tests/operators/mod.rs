//! What an operator does with a running daemon: decides doubts, does runs again, ends them, lets things stand still.
//!
//! The vendor is a stub with a ledger of its own: what is claimed is proven by what it saw.

mod doubts;
mod keeping;
mod redrives;
mod socket;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::support::daemon::{Daemon, ondo, settings};
use crate::support::stub::{Reply, Stub, plazius};
use crate::support::{bundle, order};

/// A call that cannot be looked up: nobody knows whether it happened when its answer does not come.
const CARD: &str = r#"rule card: on retailcrm.order when status == "new" and phone != null do plazius.addLoyaltyCard(
  guest:        { type: "phone", phone: e164(phone, region: "RU") },
  organization: { type: "rkObjectId", id: "4174244" },
  cardTrack:    "Карта-{number}",
  cardNumber:   number,
) timeout 1s
"#;

/// Money, and behind it a call that is refused.
const BONUS_AND_CARD: &str = r#"rule both: on retailcrm.order when status == "new" and phone != null do {
  plazius.addBonus(
    guest:        { type: "phone", phone: e164(phone, region: "RU") },
    organization: { type: "rkObjectId", id: "4174244" },
    amount:       round(totalSumm * 5%, 2),
    comment:      "Заказ {number}",
  )
  plazius.addLoyaltyCard(
    guest:        { type: "phone", phone: e164(phone, region: "RU") },
    organization: { type: "rkObjectId", id: "4174244" },
    cardTrack:    "Карта-{number}",
    cardNumber:   number,
  ) timeout 1s
}
"#;

/// A daemon with one bundle, and what verbs are told about it.
struct Place {
    _dir: tempfile::TempDir,
    data: PathBuf,
    daemon: Option<Daemon>,
    bundles: PathBuf,
    env: Vec<(String, String)>,
}

/// What a verb came to.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl Place {
    fn new(file: &str, text: &str, vendor: &Stub) -> Place {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let bundles = bundle(dir.path(), file, text);
        let env = settings("http://127.0.0.1:9", &vendor.url());
        let daemon = Daemon::start(&bundles, &data, &env);
        Place {
            _dir: dir,
            data,
            daemon: Some(daemon),
            bundles,
            env,
        }
    }

    fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().unwrap()
    }

    fn say(&self, args: &[&str]) -> Said {
        say(&self.data, args)
    }

    /// The only run in this state.
    fn run_in(&self, state: &str) -> String {
        let query = format!("SELECT count(*) FROM runs WHERE state = '{state}'");
        self.daemon().wait_for(&query, 1);
        let query = format!("SELECT id FROM runs WHERE state = '{state}'");
        let row = self.daemon().sql().query_row(&query, [], |row| row.get(0));
        row.unwrap()
    }
}

fn say(data: &Path, args: &[&str]) -> Said {
    let output = ondo().args(args).arg("--data").arg(data).output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A vendor that says nothing to the card calls as long as it is silent.
fn silent_for_cards(silent: &Arc<AtomicBool>) -> Stub {
    let silent = Arc::clone(silent);
    plazius(move |request, _| {
        let is_card = request.first_line.contains("addLoyaltyCard");
        match is_card && silent.load(Ordering::SeqCst) {
            true => Reply::Silence(Duration::from_secs(3)),
            false => Reply::Json(200, String::new()),
        }
    })
}

/// A run in doubt, the vendor, and whether it is silent.
fn in_doubt() -> (Place, Stub, Arc<AtomicBool>, String) {
    let silent = Arc::new(AtomicBool::new(true));
    let vendor = silent_for_cards(&silent);
    let place = Place::new("card.ondo", CARD, &vendor);
    place
        .daemon()
        .post_order("card", &order(5012, |_| {}))
        .unwrap();
    let run = place.run_in("in_doubt");
    silent.store(false, Ordering::SeqCst);
    (place, vendor, silent, run)
}

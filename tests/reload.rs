//! Bundles are read again when their files change, whichever way an editor or a deployment changes them. What is broken
//! never replaces what works.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::daemon::Daemon;
use crate::support::http::post_json;

/// A bundle whose only hook is at this path. It makes no runs.
fn text(path: &str) -> String {
    format!(
        r#"account form = webhook {{ open: true }}
type Lead = {{ id: int }}
rule leads: on form.post("/{path}") as lead: Lead when lead.id < 0 once per lead.id do http.request(
  method: "POST", url: "http://127.0.0.1:9/", body: {{ id: lead.id }},
)
"#
    )
}

struct Place {
    _dir: tempfile::TempDir,
    bundles: PathBuf,
    daemon: Daemon,
}

impl Place {
    /// A daemon with the bundle `site`, whose hook is `one`.
    fn start(args: &[&str]) -> Place {
        let dir = tempfile::tempdir().unwrap();
        let bundles = dir.path().join("bundles");
        std::fs::create_dir(&bundles).unwrap();
        std::fs::write(bundles.join("site.ondo"), text("one")).unwrap();
        let daemon = Daemon::try_start_with(&bundles, &dir.path().join("data"), &[], args)
            .unwrap_or_else(|log| panic!("the daemon did not start:\n{log}"));
        let place = Place {
            _dir: dir,
            bundles,
            daemon,
        };
        place.wait_for("site/one", 200);
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.bundles.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.file(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// What a delivery to a hook is answered.
    fn status(&self, hook: &str) -> u16 {
        let lead = serde_json::json!({ "id": 1 });
        post_json(self.daemon.addr, &format!("/hooks/{hook}"), &lead)
            .unwrap()
            .status
    }

    fn wait_for(&self, hook: &str, status: u16) {
        let patience = Instant::now() + Duration::from_secs(20);
        while self.status(hook) != status {
            assert!(
                Instant::now() < patience,
                "{hook} is not {status}:\n{}",
                self.daemon.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How often the log has said this.
    fn said(&self, text: &str) -> usize {
        self.daemon.log().matches(text).count()
    }
}

const CHANGED: &str = "bundles loaded changed=\"site\" removed=\"\"";

#[test]
fn an_edited_file_runs_and_is_said_in_one_line() {
    let place = Place::start(&[]);
    let before = place.said("bundles loaded");
    place.write("site.ondo", &text("two"));
    place.wait_for("site/two", 200);
    assert_eq!(place.status("site/one"), 404);
    place.daemon.wait_for_log(&format!("{CHANGED}\n"));
    assert_eq!(
        place.said("bundles loaded"),
        before + 1,
        "{}",
        place.daemon.log()
    );
}

#[test]
fn a_file_that_is_renamed_over_the_old_one_runs() {
    let place = Place::start(&[]);
    // As vim and many deployments do it.
    for path in ["two", "three"] {
        place.write(".site.ondo.tmp", &text(path));
        std::fs::rename(place.file(".site.ondo.tmp"), place.file("site.ondo")).unwrap();
        place.wait_for(&format!("site/{path}"), 200);
    }
}

#[test]
fn a_new_folder_is_a_new_bundle() {
    let place = Place::start(&[]);
    place.write("shop/orders.ondo", &text("orders"));
    place.wait_for("shop/orders", 200);
    assert_eq!(place.status("site/one"), 200);
    // A change inside it is seen as well.
    place.write("shop/orders.ondo", &text("заказы"));
    place.wait_for("shop/%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%D1%8B", 200);
}

#[test]
fn a_deleted_bundle_takes_nothing_any_more_and_the_others_go_on() {
    let place = Place::start(&[]);
    place.write("shop/orders.ondo", &text("orders"));
    place.wait_for("shop/orders", 200);
    std::fs::remove_dir_all(place.file("shop")).unwrap();
    place.wait_for("shop/orders", 404);
    assert_eq!(place.status("site/one"), 200);
    place.daemon.wait_for_log("removed=\"shop\"");
}

#[test]
fn a_broken_file_changes_nothing_until_it_is_mended() {
    let place = Place::start(&[]);
    place.write(
        "site.ondo",
        &text("two").replace("lead.id < 0", "lead.idd < 0"),
    );
    place.daemon.wait_for_log("the last good version goes on");
    assert!(place.daemon.log().contains("idd"), "{}", place.daemon.log());
    assert_eq!(place.status("site/one"), 200);
    assert_eq!(place.status("site/two"), 404);
    place.write("site.ondo", &text("two"));
    place.wait_for("site/two", 200);
}

#[test]
fn many_quick_writes_are_one_reload() {
    let place = Place::start(&[]);
    let before = place.said("bundles loaded");
    for count in 0..50 {
        place.write("site.ondo", &text(&format!("hook{count}")));
        std::thread::sleep(Duration::from_millis(10));
    }
    place.wait_for("site/hook49", 200);
    place.daemon.wait_for_log(&format!("{CHANGED}\n"));
    assert_eq!(
        place.said("bundles loaded"),
        before + 1,
        "{}",
        place.daemon.log()
    );
}

#[test]
fn a_directory_that_is_taken_away_and_made_again_is_read() {
    let place = Place::start(&[]);
    std::fs::remove_dir_all(&place.bundles).unwrap();
    place
        .daemon
        .wait_for_log("there is no bundle in the directory");
    assert_eq!(place.status("site/one"), 200);
    std::fs::create_dir(&place.bundles).unwrap();
    place.write("site.ondo", &text("two"));
    place.wait_for("site/two", 200);
    // It is still watched.
    place.write("site.ondo", &text("three"));
    place.wait_for("site/three", 200);
}

#[test]
fn without_the_watch_only_a_signal_reads_it() {
    let place = Place::start(&["--no-watch"]);
    place.write("site.ondo", &text("two"));
    // A watched one would have been read three times over by now.
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(place.status("site/two"), 404);
    place.daemon.hang_up();
    place.wait_for("site/two", 200);
}

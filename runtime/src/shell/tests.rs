#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::Path;
use std::time::Instant;

use tokio::task::JoinHandle;

use super::*;
use crate::sandbox::Reply;
use crate::store::RunState;

const NOTE: &str = r#"on retailcrm.order when customer != null do retailcrm.createCustomerNote(
  customer: { id: customer.id }, site: site, text: "первый {number}",
)
  retry 5 backoff 2s..2s
"#;

const ORDER: &str = r#"{ "id": 5012, "number": "5012-Ц", "status": "new", "site": "msk",
  "createdAt": "2026-11-20 12:01:30", "customer": { "type": "customer", "id": 77 },
  "summ": 10, "totalSumm": 10, "items": [], "customFields": [] }"#;

/// A running service in the sandbox.
struct Running {
    handle: Handle,
    stop: watch::Sender<Stop>,
    ended: JoinHandle<Ended>,
}

fn options(dir: &Path) -> Options {
    Options {
        bundles: dir.join("bundles"),
        data: Some(dir.join("data")),
        listen: ([127, 0, 0, 1], 0).into(),
        sandbox: true,
        grace: Duration::from_secs(5),
        ..Options::default()
    }
}

fn write(dir: &Path, file: &str, text: &str) {
    let path = dir.join("bundles").join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

impl Running {
    async fn start(dir: &Path) -> Running {
        let service = Service::new(options(dir)).await.unwrap();
        let handle = service.handle();
        let (stop, stopped) = watch::channel(Stop::No);
        let ended = tokio::spawn(service.run(stopped));
        Running {
            handle,
            stop,
            ended,
        }
    }

    async fn post_order(&self, bundle: &str) -> u16 {
        let address = self.handle.address();
        let secret = "sandbox:RETAILCRM_HOOKSECRET";
        let url = format!("http://{address}/hooks/{bundle}/retailcrm/{secret}");
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(url).header("Content-Type", "application/json");
        request.body(ORDER).send().await.unwrap().status().as_u16()
    }

    async fn until(&self, state: RunState) {
        let patience = Instant::now() + Duration::from_secs(10);
        loop {
            let filter = store::RunFilter {
                limit: 10,
                ..store::RunFilter::default()
            };
            let runs = self.handle.store().runs(&filter).unwrap();
            if runs.iter().any(|run| run.state == state) {
                return;
            }
            assert!(Instant::now() < patience, "{runs:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn stop(self) -> Ended {
        self.stop.send(Stop::Drain).unwrap();
        self.ended.await.unwrap()
    }
}

#[tokio::test]
async fn a_bad_bundle_does_not_replace_a_good_one() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "note.ondo", NOTE);
    let running = Running::start(dir.path()).await;
    write(
        dir.path(),
        "note.ondo",
        "on retailcrm.order do nothing.at_all()",
    );
    let report = running.handle.reload().await.unwrap();
    assert_eq!(report.kept, ["note"]);
    assert!(report.text.contains("note.ondo"), "{}", report.text);
    assert_eq!(running.post_order("note").await, 200);
    running.until(RunState::Done).await;
    assert!(matches!(running.stop().await, Ended::Drained));
}

#[tokio::test]
async fn a_second_bundle_of_a_name_does_not_replace_the_first() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "note.ondo", NOTE);
    let running = Running::start(dir.path()).await;
    write(
        dir.path(),
        "a.ondo",
        &format!("bundle note {{ version: \"2.0.0\" }}\n{NOTE}"),
    );
    let report = running.handle.reload().await.unwrap();
    assert_eq!(report.kept, ["note"]);
    assert!(report.changed.is_empty(), "{report:?}");
    assert!(report.text.contains("two bundles"), "{}", report.text);
    assert!(matches!(running.stop().await, Ended::Drained));
}

#[tokio::test]
async fn the_last_good_version_goes_on_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "note.ondo", NOTE);
    let running = Running::start(dir.path()).await;
    assert!(matches!(running.stop().await, Ended::Drained));
    write(dir.path(), "note.ondo", "on retailcrm.order do {");
    let running = Running::start(dir.path()).await;
    assert_eq!(running.post_order("note").await, 200);
    running.until(RunState::Done).await;
    assert!(matches!(running.stop().await, Ended::Drained));
}

#[tokio::test]
async fn a_bundle_that_is_gone_takes_no_deliveries() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "note.ondo", NOTE);
    write(dir.path(), "other.ondo", NOTE);
    let running = Running::start(dir.path()).await;
    std::fs::remove_file(dir.path().join("bundles/other.ondo")).unwrap();
    let report = running.handle.reload().await.unwrap();
    assert_eq!(report.removed, ["other"]);
    assert_eq!(running.post_order("other").await, 404);
    assert_eq!(running.post_order("note").await, 200);
    assert!(matches!(running.stop().await, Ended::Drained));
}

#[tokio::test]
async fn a_bundle_that_is_gone_does_not_come_back_when_the_directory_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "note.ondo", NOTE);
    write(dir.path(), "other.ondo", NOTE);
    let running = Running::start(dir.path()).await;
    std::fs::remove_file(dir.path().join("bundles/other.ondo")).unwrap();
    running.handle.reload().await.unwrap();
    std::fs::rename(dir.path().join("bundles"), dir.path().join("elsewhere")).unwrap();
    running.handle.reload().await.unwrap();
    assert_eq!(running.post_order("other").await, 404);
    assert_eq!(running.post_order("note").await, 200);
    assert!(matches!(running.stop().await, Ended::Drained));
}

#[tokio::test]
async fn a_waiting_run_finishes_on_the_version_it_began_with() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "note.ondo", NOTE);
    let running = Running::start(dir.path()).await;
    for sandbox in running.handle.sandboxes().await {
        sandbox.plan(
            "retailcrm",
            "createCustomerNote",
            Reply::Status(500, b"{}".to_vec()),
        );
    }
    assert_eq!(running.post_order("note").await, 200);
    running.until(RunState::Waiting).await;
    assert!(matches!(running.stop().await, Ended::Drained));
    write(dir.path(), "note.ondo", &NOTE.replace("первый", "второй"));
    let running = Running::start(dir.path()).await;
    running.until(RunState::Done).await;
    let mut texts = Vec::new();
    for sandbox in running.handle.sandboxes().await {
        texts.extend(
            sandbox
                .sent()
                .into_iter()
                .map(|sent| format!("{:?}", sent.args)),
        );
    }
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("первый 5012-Ц"), "{texts:?}");
    assert!(matches!(running.stop().await, Ended::Drained));
}

#[tokio::test]
async fn nothing_to_run_is_an_error_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "note.ondo", "on retailcrm.order do {");
    let error = Service::new(options(dir.path())).await.err().unwrap();
    assert!(matches!(error, StartError::NothingToRun(_)), "{error}");
}

#[tokio::test]
async fn a_store_that_is_in_use_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "note.ondo", NOTE);
    let running = Running::start(dir.path()).await;
    let error = Service::new(options(dir.path())).await.err().unwrap();
    assert!(
        matches!(error, StartError::Store(store::Error::Locked(_))),
        "{error}"
    );
    assert!(matches!(running.stop().await, Ended::Drained));
}

#[tokio::test]
async fn a_call_that_outlives_the_grace_is_cut_and_looked_up_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let unsafe_call = r#"on retailcrm.order when customer != null do plazius.addBonus(
  guest: { type: "phone", phone: e164("+79990001122") }, organization: { type: "rkObjectId", id: "1" }, amount: 5, comment: "c")
"#;
    write(dir.path(), "bonus.ondo", unsafe_call);
    let service = Service::new(Options {
        grace: Duration::from_millis(100),
        ..options(dir.path())
    })
    .await
    .unwrap();
    let handle = service.handle();
    let (stop, stopped) = watch::channel(Stop::No);
    let running = Running {
        handle: handle.clone(),
        stop,
        ended: tokio::spawn(service.run(stopped)),
    };
    for sandbox in handle.sandboxes().await {
        sandbox.plan("plazius", "addBonus", Reply::AppliedThenTimeout);
    }
    assert_eq!(running.post_order("bonus").await, 200);
    let sandboxes = handle.sandboxes().await;
    let patience = Instant::now() + Duration::from_secs(10);
    while sandboxes
        .iter()
        .all(|sandbox| sandbox.applied("plazius", "addBonus") == 0)
    {
        assert!(Instant::now() < patience);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(matches!(running.stop().await, Ended::Cut));
    drop(handle);
    let running = Running::start(dir.path()).await;
    running.until(RunState::Waiting).await;
    assert!(matches!(running.stop().await, Ended::Drained));
}

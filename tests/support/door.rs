//! A daemon of which only the hook matters: nothing that it takes makes a run.

use std::time::Duration;

use super::bundle;
use super::daemon::Daemon;
use super::http::{Message, request};

/// A daemon with an open webhook, `/hooks/site/lead`, and what may be told of it.
pub struct Door {
    /// The process.
    pub daemon: Daemon,
    dir: tempfile::TempDir,
}

/// Nobody is called.
const RULE: &str = r#"account form = webhook { SETTINGS }
type Lead = { id: int }
rule leads: on form.post("/lead") as lead: Lead when lead.id < 0 once per lead.id do http.request(
  method: "POST", url: "http://127.0.0.1:9/", body: { id: lead.id },
)
"#;

/// Where it takes deliveries.
pub const HOOK: &str = "/hooks/site/lead";

impl Door {
    /// Where its store is.
    pub fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    /// Everybody may send.
    pub fn open(args: &[&str]) -> Door {
        Self::with("open: true", &[], args)
    }

    /// The account has these settings.
    pub fn with(settings: &str, env: &[(&str, &str)], args: &[&str]) -> Door {
        let dir = tempfile::tempdir().unwrap();
        let text = RULE.replace("SETTINGS", settings);
        let bundles = bundle(dir.path(), "site.ondo", &text);
        let env: Vec<_> = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let daemon = Daemon::try_start_with(&bundles, &dir.path().join("data"), &env, args)
            .unwrap_or_else(|log| panic!("the daemon did not start:\n{log}"));
        Door { daemon, dir }
    }

    /// Posts a body with these headers.
    pub fn post(&self, headers: &[(&str, &str)], body: &[u8]) -> Option<Message> {
        request(self.daemon.addr, "POST", HOOK, headers, body)
    }

    /// Sends bytes as they are; all that came back within two seconds.
    pub fn exchange(&self, bytes: &[u8]) -> String {
        let received = super::http::exchange(self.daemon.addr, bytes, Duration::from_millis(2_000));
        String::from_utf8_lossy(&received).into_owned()
    }

    /// How many events are stored.
    pub fn events(&self) -> i64 {
        self.count("SELECT count(*) FROM events")
    }

    /// A number by SQL.
    pub fn count(&self, query: &str) -> i64 {
        let row = |row: &rusqlite::Row<'_>| row.get(0);
        self.daemon.sql().query_row(query, [], row).unwrap()
    }

    /// The newest body in a table.
    pub fn last_body(&self, table: &str) -> Vec<u8> {
        let query = format!("SELECT body FROM {table} ORDER BY rowid DESC LIMIT 1");
        let row = |row: &rusqlite::Row<'_>| row.get(0);
        self.daemon.sql().query_row(&query, [], row).unwrap()
    }

    /// It takes the next delivery, at once.
    pub fn assert_well(&self) {
        let headers = [("Content-Type", "application/json")];
        let answer = self.post(&headers, b"{\"id\":1}").expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

//! The bundles of the campaigns: two small connectors of their own, and rules of every class.
//!
//! Each rule begins with an event of `source` and calls `vendor`, which is the sink. A lane is an account: lanes share
//! neither circuit nor limits.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use crate::sink::Class;

/// Ends the addresses of hooks.
pub const HOOK_SECRET: &str = "torture-hook";

/// Where deliveries come from.
const SOURCE: &str = r#"connector source "Deliveries of the torture" {
  setting url:        url identity  "Address"
  setting hookSecret: secret        "End of the hook's address"

  hook { secret in path hookSecret }
}

type Job = { id: int, kind: string, group: string }

event job "Something to do" {
  payload Job
  accept post json { job: Job -> payload }
  key id
  entity id
}
"#;

/// Where effects happen.
const VENDOR: &str = r#"connector vendor "The sink of the torture" {
  setting base: url identity  "Address"

  limit concurrency 32
}

action keyed "Noticed by its key" {
  request POST "/keyed" json { key: string?, id: int, mark: string }
  answer ok applied status 200 json { id: int -> id }
  effect keyed key
}

action put "The last one counts" {
  request POST "/idempotent" json { id: int, mark: string }
  answer ok applied status 200 json { id: int -> id }
  effect idempotent
}

action note "Nobody minds a second one" {
  request POST "/harmless" json { id: int, mark: string }
  answer ok applied status 200 json { id: int -> id }
  effect harmless
}

action pay "A second one is a second payment" {
  request POST "/unsafe" json { id: int, mark: string }
  answer ok applied status 200 json { id: int -> id }
  effect unsafe
}

action bonus "A second one is a second payment, and the history shows it" {
  request POST "/bonus" json { id: int, mark: string, comment: string }
  answer ok applied status 200 empty
  effect unsafe readback getHistory(id: id)
    marker   comment suffix
    found    count([item for item in items if ends_with(item.comment, marker)])
    complete when count(items) == total
    settle   1s
}

action getHistory "What the sink has booked" {
  request GET "/history" query { id: int }
  answer ok applied status 200 json { items: [{ id: int, comment: string }] -> items, total: int -> total }
  effect read
}
"#;

/// A rule with its calls in order.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, and the `kind` of the events that it acts on.
    pub kind: String,
    /// The last part of its account's address.
    pub lane: String,
    /// Its calls.
    pub calls: Vec<Class>,
    /// Runs of one `group` keep their order.
    pub ordered: bool,
}

impl Rule {
    /// One that calls these in its own lane.
    #[must_use]
    pub fn new(kind: &str, calls: &[Class]) -> Rule {
        Rule {
            kind: kind.to_owned(),
            lane: kind.to_owned(),
            calls: calls.to_vec(),
            ordered: false,
        }
    }

    /// The same, with runs of one group in order.
    #[must_use]
    pub fn ordered(mut self) -> Rule {
        self.ordered = true;
        self
    }
}

/// A directory of bundles that campaigns write.
#[derive(Debug, Clone)]
pub struct Bundles {
    /// What `ondo run` is given.
    pub folder: PathBuf,
    /// The sink: `http://127.0.0.1:4711`.
    pub sink: String,
}

impl Bundles {
    /// Writes or replaces a bundle. `mark` stands in every request that it makes: by it the sink knows the version.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write(&self, name: &str, mark: &str, rules: &[Rule]) -> io::Result<()> {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(folder.join("connectors"))?;
        replace(&folder.join("connectors/source.ondo"), SOURCE)?;
        replace(&folder.join("connectors/vendor.ondo"), VENDOR)?;
        replace(&folder.join("rules.ondo"), &self.text(name, mark, rules))
    }

    fn text(&self, name: &str, mark: &str, rules: &[Rule]) -> String {
        let mut text = format!(
            "bundle {name} {{ version: \"1.0.0\" }}\n\naccount hooks = source {{ url: \"http://127.0.0.1:9/{name}\", hookSecret: secret \"TORTURE_HOOK\" }}\n"
        );
        for (n, rule) in rules.iter().enumerate() {
            // Writing to a text never fails.
            let base = match rule.lane.strip_prefix("refuse") {
                Some(rest) => format!("http://127.0.0.1:9/{rest}"),
                None => format!("{}/{}", self.sink, rule.lane),
            };
            let _ = writeln!(
                text,
                "account lane{n} = vendor {{ base: \"{base}\", privateNetwork: true }}"
            );
        }
        for (n, rule) in rules.iter().enumerate() {
            let kind = &rule.kind;
            let ordered = if rule.ordered {
                "  ordered by job.group\n"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "\nrule r{n}: on hooks.job as job\n  when job.kind == \"{kind}\"\n  once per job.id\n{ordered}do {{"
            );
            for class in &rule.calls {
                let call = match class {
                    Class::Keyed => format!("keyed(id: job.id, mark: \"{mark}\")"),
                    Class::Idempotent => format!("put(id: job.id, mark: \"{mark}\")"),
                    Class::Harmless => format!("note(id: job.id, mark: \"{mark}\")"),
                    Class::Unsafe => format!("pay(id: job.id, mark: \"{mark}\")"),
                    Class::Bonus => format!(
                        "bonus(id: job.id, mark: \"{mark}\", comment: \"Заказ {{job.id}}\")"
                    ),
                    Class::History => continue,
                };
                let _ = writeln!(text, "  lane{n}.{call}\n    timeout 1s");
            }
            text.push_str("}\n");
        }
        text
    }
}

/// Replaces a file in one step: a reload never reads half of it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text)?;
    std::fs::rename(beside, path)
}

/// The body of a delivery.
#[must_use]
pub fn delivery(id: u64, kind: &str, group: &str) -> String {
    serde_json::json!({ "job": { "id": id, "kind": kind, "group": group } }).to_string()
}

/// Where deliveries of a bundle go.
#[must_use]
pub fn hook(bundle: &str) -> String {
    format!("/hooks/{bundle}/hooks/{HOOK_SECRET}")
}

//! The bundles and the connector that are tortured: every class of action, order, `once per`, one key for many events.

use std::path::Path;

/// What ends the address of the hook.
pub const HOOK_SECRET: &str = "torture-secret";

/// The connector of the sink. `settle` is short, so that read-backs come within a campaign.
const CONNECTOR: &str = r#"
// The sink of the torture: one action of each class.
connector sink "Sink" {
  setting base:       url identity
  setting hookSecret: secret
  hook { secret in path hookSecret }

  limit concurrency 256

  answer rejected     refused status 400 json { code: string -> code }
  answer rate_limited refused status 429
  answer transient    unknown status 500..599

  type Order = { id: string, group: string, acts: string }

  event order { payload Order  accept post json Order -> payload  key id  entity id }

  action note {
    request POST "/note" json { mark: string, version: string? }
    answer ok applied status 200 json { done: string }
    effect harmless
  }
  action put {
    request POST "/put" json { mark: string, version: string? }
    answer ok applied status 200 json { done: string }
    effect idempotent
  }
  action pay {
    request POST "/pay" json { mark: string, version: string?, ref: string? }
    answer ok applied status 200 json { done: string }
    effect keyed ref
  }
  action give {
    request POST "/give" json { mark: string }
    answer ok applied status 200 json { done: string }
    effect unsafe
  }
  action bonus {
    request POST "/bonus" json { mark: string, comment: string? }
    answer ok applied status 200 empty
    effect unsafe readback operations(mark: mark)
      marker   comment suffix
      found    count(o for o in operations if ends_with(o.comment ?? "", marker))
      complete when count(operations) == total
      settle   1s
  }
  action operations {
    request GET "/operations" query { mark: string }
    answer ok applied status 200 json { total: int, operations: [{ comment: string? }] }
    effect read
  }
}
"#;

const RULES: &str = r#"
account shop = sink { base: env "SINK_BASE", hookSecret: secret "SINK_HOOK", privateNetwork: true }

rule repeatable: on shop.order as order
  when order.acts == "all" or order.acts == "keyed"
  once per order.id
do {
  shop.note(mark: "{order.id}/note", version: "VERSION")
  shop.put(mark: "{order.id}/put", version: "VERSION")
  shop.pay(mark: "{order.id}/pay", version: "VERSION")
}

rule one_note: on shop.order as order when order.acts == "note" once per order.id
do shop.note(mark: "{order.id}/note") timeout 3s

rule one_put: on shop.order as order when order.acts == "put" once per order.id
do shop.put(mark: "{order.id}/put") timeout 3s

rule one_pay: on shop.order as order when order.acts == "pay" once per order.id
do shop.pay(mark: "{order.id}/pay") timeout 3s

rule ordered: on shop.order as order
  when order.acts == "all"
  once per order.id
  ordered by order.group
do shop.put(mark: "{order.group}/{order.id}/ordered", version: "VERSION")

rule money: on shop.order as order
  when order.acts == "all" or order.acts == "give"
  once per order.id
do shop.give(mark: "{order.id}/give") timeout 3s

rule bonus: on shop.order as order
  when order.acts == "all" or order.acts == "bonus"
  once per order.id
do shop.bonus(mark: "{order.id}/bonus") timeout 3s

rule shared: on shop.order as order
  when order.acts == "all"
  once per order.id
do shop.give(mark: "{order.group}/shared") key "{order.group}/shared" timeout 3s
"#;

/// Writes the directory of bundles: one bundle `torture`, with its connector.
pub fn write(directory: &Path) -> std::io::Result<()> {
    let bundle = directory.join("torture");
    std::fs::create_dir_all(bundle.join("connectors"))?;
    std::fs::write(bundle.join("connectors/sink.ondo"), CONNECTOR)?;
    std::fs::write(bundle.join("rules.ondo"), rules(0))
}

/// Replaces the rules by ones that say another version in their requests. In one step: a reload never reads half of them.
pub fn touch(directory: &Path, number: u64) -> std::io::Result<()> {
    replace(directory, &rules(number))
}

/// Replaces the rules by ones that cannot be compiled: the version before goes on.
pub fn spoil(directory: &Path) -> std::io::Result<()> {
    replace(directory, "rule spoiled: on nobody.knows do {\n")
}

fn replace(directory: &Path, text: &str) -> std::io::Result<()> {
    let beside = directory.join("torture/rules.new");
    std::fs::write(&beside, text)?;
    std::fs::rename(beside, directory.join("torture/rules.ondo"))
}

fn rules(number: u64) -> String {
    RULES.replace("VERSION", &format!("v{number}"))
}

/// The path of the hook.
pub fn hook() -> String {
    format!("/hooks/torture/shop/{HOOK_SECRET}")
}

/// A delivery.
pub fn order(id: &str, group: &str, acts: &str) -> String {
    format!(r#"{{"id":"{id}","group":"{group}","acts":"{acts}"}}"#)
}

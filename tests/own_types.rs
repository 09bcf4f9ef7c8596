//! A payload of the author's own types, from the delivery to the call.

use crate::support::daemon::ondo;

const BUNDLE: &str = r#"bundle leads { version: "1.0.0", currency: "RUB" }
account site  = webhook  { token: secret "SITE_TOKEN" }
account staff = telegram { token: secret "TG_TOKEN", chat: "-1" }
type Line = { id: int, price: money, at: datetime }
type Lead = { id: int, lines: [Line], utm: Utm?, first: Line }
type Utm = { source: string? }
fn total(lines: [Line]) -> money = sum(line.price for line in lines)
fn source(utm: Utm?) -> string = utm?.source ?? "site"
rule forward: on site.post("/lead") as lead: Lead do {
  staff.send(text: "{total(lead.lines)} {year(max(line.at for line in lead.lines) ?? lead.first.at)} {source(lead.utm)}")
}
test "lists and objects of declared types have their values" {
  given site.post("/lead") from "lead.json"
  expect staff.send(text: "7.50 2026 vk") once
  expect run done
}
"#;

const LEAD: &str = r#"{
  "id": 1, "utm": { "source": "vk" }, "first": { "id": 1, "price": 5, "at": "2025-01-01T00:00:00Z" },
  "lines": [{ "id": 1, "price": 5, "at": "2025-01-01T00:00:00Z" }, { "id": 2, "price": 2.50, "at": "2026-01-01T00:00:00Z" }]
}"#;

#[test]
fn values_of_declared_types_are_decoded_as_declared() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("leads.ondo"), BUNDLE).unwrap();
    std::fs::write(folder.path().join("lead.json"), LEAD).unwrap();
    let output = ondo()
        .args(["test", "leads.ondo"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}

//! What the integration tests share: the daemon as a process, stub vendors, a plain HTTP client, the store by SQL.

pub mod daemon;
pub mod door;
pub mod http;
pub mod stub;
pub mod tested;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// The vendors' documents, if this machine has them. Prints that the test is skipped otherwise.
pub fn vendor_docs() -> Option<PathBuf> {
    let docs = std::env::var_os("ONDO_VENDOR_DOCS")
        .map(PathBuf::from)
        .filter(|path| path.is_dir());
    if docs.is_none() {
        println!("skipped: ONDO_VENDOR_DOCS is not set to a folder with the vendors' documents");
    }
    docs
}

/// Writes a bundle directory with one file and gives its path.
pub fn bundle(dir: &Path, file: &str, text: &str) -> PathBuf {
    let bundles = dir.join("bundles");
    let path = bundles.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    bundles
}

/// The one-line phrase of the language's first page, with the guard that it needs.
pub const PHRASE: &str = r#"on retailcrm.order when status == "new" and phone != null do plazius.addBonus(
  guest:        { type: "phone", phone: e164(phone, region: "RU") },
  organization: { type: "rkObjectId", id: "4174244" },
  amount:       round(totalSumm * 5%, 2),
  comment:      "Order {number}",
)
"#;

/// An order of our own in RetailCRM's shape; `edit` changes what a test is about.
pub fn order(id: u64, edit: impl FnOnce(&mut serde_json::Value)) -> serde_json::Value {
    let mut order = serde_json::json!({
        "slug": id,
        "bonusesCreditTotal": 0,
        "bonusesChargeTotal": 0,
        "id": id,
        "number": format!("{id}-Ц"),
        "countryIso": "RU",
        "createdAt": "2026-11-20 12:01:30",
        "statusUpdatedAt": "2026-11-20 12:01:30",
        "summ": 1000,
        "currency": "RUB",
        "totalSumm": 1000,
        "prepaySum": 0,
        "purchaseSumm": 0,
        "lastName": "Щукин",
        "firstName": "Пётр",
        "phone": "8 (999) 000-11-22",
        "call": false,
        "expired": false,
        "customer": { "type": "customer", "id": 77, "isContact": false, "createdAt": "2026-01-02 03:04:05", "phones": [] },
        "contragent": { "contragentType": "individual" },
        "delivery": { "cost": 0, "netCost": 0, "address": { "countryIso": "RU" } },
        "site": "msk",
        "status": "new",
        "items": [
            { "id": 1, "initialPrice": 1000, "discountTotal": 0, "quantity": 1, "status": "new",
              "offer": { "id": 5, "externalId": "70", "name": "Пицца «Маргарита»" }, "properties": [] }
        ],
        "payments": [],
        "fromApi": false,
        "shipped": false,
        "customFields": []
    });
    edit(&mut order);
    order
}

//! The reference pages of connectors are what the definitions say.
//!
//! `UPDATE_DOCS=1 cargo test -p ondo --test ondo connector_pages::` writes `docs/connectors/NAME.md` and the index in
//! `docs/connectors/README.md`.

use std::path::PathBuf;

use ondo_compiler::describe::{self, page};

use crate::support::root;

const INDEX_BEGINS: &str = "<!-- systems: made of the definitions -->\n";
const INDEX_ENDS: &str = "<!-- end of systems -->\n";

fn folder() -> PathBuf {
    root().join("docs/connectors")
}

/// The pages as the definitions on disk and the list of deviations make them.
fn pages() -> Vec<(String, String)> {
    let list = std::fs::read_to_string(root().join("connectors/DEVIATIONS.md")).unwrap();
    let catalog = ondo::bundle::catalog();
    let connectors = catalog.connectors.values();
    connectors
        .map(|connector| {
            let example = |file: &str| {
                let bytes = ondo::bundle::example(&connector.name, file)?;
                serde_json::from_slice(&bytes).ok()
            };
            let beside = page::Beside {
                deviations: page::deviations(&list, &connector.name),
                example: &example,
            };
            let text = page::page(&catalog, connector, &beside);
            (format!("{}.md", connector.name), text)
        })
        .collect()
}

/// The index with the rows of today.
fn index(written: &str) -> String {
    let rows = page::index(&describe::systems(&ondo::bundle::catalog()));
    let (before, rest) = written.split_once(INDEX_BEGINS).unwrap();
    let (_, after) = rest.split_once(INDEX_ENDS).unwrap();
    format!("{before}{INDEX_BEGINS}{rows}{INDEX_ENDS}{after}")
}

#[test]
fn the_pages_are_fresh() {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let readme = folder().join("README.md");
    let written = std::fs::read_to_string(&readme).unwrap();
    let mut fresh = pages();
    fresh.push(("README.md".to_owned(), index(&written)));
    let mut stale = Vec::new();
    for (name, text) in fresh {
        let path = folder().join(&name);
        if update {
            std::fs::write(&path, &text).unwrap();
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != text {
            stale.push(name);
        }
    }
    assert!(
        stale.is_empty(),
        "not what the definitions say: {stale:?}\nUPDATE_DOCS=1 cargo test -p ondo --test ondo connector_pages:: writes them"
    );
}

/// The page of a connector that is gone would stay for ever.
#[test]
fn every_generated_page_has_its_connector() {
    let known: Vec<String> = pages().into_iter().map(|(name, _)| name).collect();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_generated = text.contains("This page is made of the definition");
        assert!(!is_generated || known.contains(&name), "{name}");
    }
}

#[test]
fn a_page_has_all_that_is_known() {
    let pages = pages();
    let page = |name: &str| {
        let found = pages.iter().find(|(file, _)| file == name);
        found.map(|(_, text)| text.as_str()).unwrap()
    };
    let plazius = page("plazius.md");
    for wanted in [
        "# Plazius\n",
        "| `apiKey` | `secret identity` | Ключ API |",
        "**inferred:** the documents do not say whether the token",
        "### action addBonus\n",
        "| `guest.phone` | `phone` `personal` | Номер телефона |",
        "| `amount` | `money` `where amount > 0` | Сумма изменения баланса. Всегда больше 0 |",
        "| `rejected` | refused | 400 | Ответ с информацией об ошибке<br>`code` `string` Код ошибки",
        "| `3007` | Гость не найден |",
        "[add-bonus.json](../../connectors/plazius/examples/add-bonus.json)",
        "- A birthday in `update` is a date",
        "[`[Gift]`](#type-gift)",
    ] {
        assert!(plazius.contains(wanted), "{wanted}");
    }
    let retailcrm = page("retailcrm.md");
    for wanted in [
        "| `items[].offer.id` | ",
        "Its fields are those of [`order`](#event-order).",
        "- `customer.marginSumm` of `retailcrm_event_1`: LTV; two rows",
    ] {
        assert!(retailcrm.contains(wanted), "{wanted}");
    }
}

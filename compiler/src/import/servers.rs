//! Servers of a document: the address of the system, and those of single operations.

use std::collections::HashMap;

use super::captions::cleaned;
use super::documents::{At, Documents};
use super::names::{Names, camel, lower_first};
use super::settings::{BASE, Setting};
use super::tree::Node;

/// The addresses of one import.
pub(super) struct Servers {
    /// The setting of each address, by address.
    known: HashMap<String, String>,
}

/// Where an operation goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Route {
    /// The setting with the address, unless it is the connector's own.
    pub(super) setting: Option<String>,
    /// What stands before the path.
    pub(super) prefix: String,
}

/// A server as the document says it.
struct Server {
    /// Without a slash at its end.
    url: String,
    /// The host is for who uses it to say.
    is_free: bool,
    notes: Vec<String>,
}

impl Servers {
    /// The first server of the documents is the address of the connector.
    pub(super) fn new(
        documents: &Documents,
        operations: &[At<'_>],
        settings: &mut Vec<Setting>,
        names: &mut Names,
    ) -> Self {
        let of_operation = |at: &At<'_>| first(at.node);
        let mut servers = documents
            .roots()
            .filter_map(|root| first(root.node))
            .chain(operations.iter().filter_map(of_operation))
            .filter(Server::is_absolute);
        let mut known = HashMap::new();
        let mut setting = Setting {
            name: names.give(BASE),
            ty: "url",
            is_identity: true,
            default: None,
            caption: "Address".to_owned(),
            notes: Vec::new(),
        };
        if let Some(server) = servers.next() {
            known.insert(server.url.clone(), setting.name.clone());
            setting.notes = server.notes;
            if server.is_free {
                setting
                    .notes
                    .push(format!("The document says {}", server.url));
            } else {
                setting.default = Some(server.url);
                setting.is_identity = false;
            }
        }
        let others: Vec<String> = documents
            .roots()
            .flat_map(|root| {
                root.node
                    .list("servers")
                    .iter()
                    .skip(1)
                    .map(shown)
                    .collect::<Vec<_>>()
            })
            .filter(|url| !known.contains_key(url))
            .take(10)
            .collect();
        if !others.is_empty() {
            setting.notes.push(format!("Others: {}", others.join(", ")));
        }
        settings.push(setting);
        Self { known }
    }

    /// Where an operation goes. `places`: the operation, its path and its document, the nearest first.
    pub(super) fn route(
        &mut self,
        places: &[&Node],
        settings: &mut Vec<Setting>,
        names: &mut Names,
    ) -> Route {
        let Some(server) = places.iter().find_map(|place| first(place)) else {
            return Route::default();
        };
        if !server.is_absolute() {
            return Route {
                setting: None,
                prefix: server.url,
            };
        }
        if let Some(setting) = self.known.get(&server.url) {
            let is_base = setting == BASE;
            return Route {
                setting: (!is_base).then(|| setting.clone()),
                prefix: String::new(),
            };
        }
        let name = names.give(&name_of(&server.url));
        settings.push(Setting {
            name: name.clone(),
            ty: "url",
            is_identity: false,
            default: (!server.is_free).then(|| server.url.clone()),
            caption: "Address of some of the actions".to_owned(),
            notes: server.notes,
        });
        self.known.insert(server.url, name.clone());
        Route {
            setting: Some(name),
            prefix: String::new(),
        }
    }
}

impl Server {
    fn is_absolute(&self) -> bool {
        self.url.contains("://")
    }
}

fn shown(node: &Node) -> String {
    cleaned(node.text_of("url").unwrap_or_default())
}

/// The first server that stands here.
fn first(node: &Node) -> Option<Server> {
    let server = node.list("servers").first()?;
    let written = server.text_of("url")?.trim();
    let mut url = written.to_owned();
    let mut is_free = false;
    let mut notes = Vec::new();
    let host_end = url.find("://").map_or(0, |at| at + 3);
    let host_end = url[host_end..]
        .find('/')
        .map_or(url.len(), |at| host_end + at);
    let host = url[..host_end].to_owned();
    for (name, variable) in server.fields("variables") {
        let hole = format!("{{{name}}}");
        let default = variable
            .text_of("default")
            .or_else(|| variable.get("default")?.number());
        let choices: Vec<&str> = variable
            .list("enum")
            .iter()
            .filter_map(Node::text)
            .collect();
        is_free |= choices.is_empty() && host.contains(&hole);
        if choices.len() > 1 {
            notes.push(format!(
                "`{name}` in {written} is one of {}",
                choices.join(", ")
            ));
        }
        url = url.replace(&hole, default.unwrap_or_default());
    }
    is_free |= url.contains('{');
    if is_free {
        url = written.to_owned();
    }
    if url.starts_with("//") {
        url = format!("https:{url}");
    }
    let url = url
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    Some(Server {
        url: url.to_owned(),
        is_free,
        notes,
    })
}

/// `https://marketplace-api.example.com/v1` is `marketplaceApi`.
fn name_of(url: &str) -> String {
    let host = url.split_once("://").map_or(url, |(_, behind)| behind);
    let label = host.split(['.', '/', ':']).next().unwrap_or("server");
    let name = lower_first(&camel(label));
    if matches!(name.as_str(), "api" | "www" | BASE) {
        let rest: String = host.split('/').next().unwrap_or_default().replace('.', "-");
        return lower_first(&camel(&rest));
    }
    name
}

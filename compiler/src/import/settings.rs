//! What an account has to say: the address, and what proves who we are.

use std::collections::{BTreeMap, HashSet};

use super::captions::words;
use super::documents::{At, Documents};
use super::losses::Losses;
use super::names::{Names, camel, lower_first};
use super::tree::Node;
use super::write::{braces, quoted, quoted_text};

/// The setting that paths hang on.
pub(super) const BASE: &str = "base";

/// A setting of the connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) ty: &'static str,
    pub(super) is_identity: bool,
    pub(super) default: Option<String>,
    pub(super) caption: String,
    pub(super) notes: Vec<String>,
}

/// What every request carries.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// Where a token comes from: request and token, as they are written.
    exchange: Option<String>,
    /// Name and expression.
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
    /// Headers that are one setting, as it is.
    keys: HashSet<String>,
    /// Of the schemes in use.
    schemes: HashSet<String>,
    /// Comments.
    notes: Vec<String>,
}

/// A way of proving who we are: the names of the schemes that go together.
type Requirement<'d> = Vec<&'d str>;

impl Proof {
    /// The way that the documents name first, as far as it can be said.
    pub(super) fn new<'d>(
        documents: &'d Documents,
        operations: &[At<'d>],
        settings: &mut Vec<Setting>,
        names: &mut Names,
        losses: &mut Losses,
    ) -> Self {
        let mut proof = Self::default();
        for root in documents.roots() {
            let schemes: BTreeMap<&str, At<'d>> = match root.get("components") {
                Some(components) => components
                    .fields("securitySchemes")
                    .into_iter()
                    .filter_map(|(name, at)| Some((name, documents.followed(&at)?)))
                    .collect(),
                None => BTreeMap::new(),
            };
            let of_document = operations.iter().filter(|at| at.document == root.document);
            let wanted = requirements(root.node).or_else(|| {
                of_document
                    .clone()
                    .find_map(|at| requirements(at.node).filter(|all| !all.is_empty()))
            });
            let ways = match wanted {
                Some(ways) => ways,
                None => {
                    // Nobody says which scheme is used, and one that is described is described for a reason.
                    let first = root
                        .get("components")
                        .and_then(|all| all.fields("securitySchemes").into_iter().next());
                    let Some((name, _)) = first else { continue };
                    proof.notes.push(format!("inferred: the document describes `{name}`, and does not say where it is used."));
                    vec![vec![name]]
                }
            };
            let is_known = |way: &Requirement<'_>| {
                way.iter()
                    .all(|name| schemes.get(name).is_some_and(|at| is_whole(at.node)))
            };
            let Some(way) = ways
                .iter()
                .find(|way| !way.is_empty() && is_known(way))
                .or_else(|| ways.iter().find(|way| !way.is_empty()))
            else {
                continue;
            };
            for name in way {
                match schemes.get(name) {
                    Some(at) => proof.scheme(name, at, settings, names, losses),
                    None => proof.notes.push(losses.add(
                        &root,
                        format!("the security scheme `{name}`, which is not described"),
                    )),
                }
            }
            let others: Vec<String> = ways
                .iter()
                .filter(|other| *other != way && !other.is_empty())
                .map(|way| way.join(" and "))
                .collect();
            if !others.is_empty() {
                let at = root.get("security").unwrap_or(root);
                proof.notes.push(losses.add(
                    &at,
                    format!("other ways to prove who we are: {}", others.join(", ")),
                ));
            }
        }
        proof
    }

    fn scheme(
        &mut self,
        name: &str,
        at: &At<'_>,
        settings: &mut Vec<Setting>,
        names: &mut Names,
        losses: &mut Losses,
    ) {
        if !self.schemes.insert(name.to_owned()) {
            return;
        }
        let scheme = at.node;
        let kind = scheme.text_of("type").unwrap_or_default();
        let http = scheme.text_of("scheme").unwrap_or_default().to_lowercase();
        let header = match (kind, scheme.text_of("in")) {
            ("apiKey", Some("header")) => scheme.text_of("name").unwrap_or(name),
            ("apiKey", Some("cookie")) => "Cookie",
            ("apiKey", _) => "",
            _ => "Authorization",
        };
        if self.sends(header) && kind == "apiKey" && self.keys.contains(header) {
            // Another document says the same by another name.
            return;
        }
        if self.sends(header) {
            self.notes.push(losses.add(
                at,
                format!("the security scheme `{name}`, because `{header}` is sent already"),
            ));
            return;
        }
        let caption = words(None, scheme.text_of("description")).caption;
        let mut add = |wanted: &str, ty: &'static str, default: Option<String>, caption: String| {
            let name = names.give(wanted);
            settings.push(Setting {
                name: name.clone(),
                ty,
                is_identity: ty != "url" && ty != "string?",
                default,
                caption,
                notes: Vec::new(),
            });
            name
        };
        match (kind, http.as_str()) {
            ("apiKey", _) => {
                let sent_as = scheme.text_of("name").unwrap_or(name).to_owned();
                let setting = add(
                    &lower_first(&camel(name)),
                    "secret",
                    None,
                    caption.unwrap_or_else(|| "Key".to_owned()),
                );
                match scheme.text_of("in") {
                    Some("query") => self.query.push((sent_as, setting)),
                    Some("cookie") => self.headers.push((
                        "Cookie".to_owned(),
                        format!("\"{}={{{setting}}}\"", inner(&sent_as)),
                    )),
                    _ => {
                        self.keys.insert(sent_as.clone());
                        self.headers.push((sent_as, setting));
                    }
                }
            }
            ("http", "basic") => {
                let user = add("user", "string", None, "User".to_owned());
                let password = add(
                    "password",
                    "secret",
                    None,
                    caption.unwrap_or_else(|| "Password".to_owned()),
                );
                self.headers
                    .push(("Authorization".to_owned(), basic(&user, &password)));
            }
            ("oauth2", _)
                if scheme
                    .get("flows")
                    .is_some_and(|flows| flows.get("clientCredentials").is_some()) =>
            {
                self.client_credentials(scheme, &mut add);
            }
            ("mutualTLS", _) => {
                self.notes
                    .push(losses.add(at, "a certificate of the client".to_owned()));
            }
            _ => {
                let token = add(
                    "token",
                    "secret",
                    None,
                    caption.unwrap_or_else(|| "Token".to_owned()),
                );
                let word = match (kind, http.as_str()) {
                    ("http", "bearer" | "") | ("oauth2" | "openIdConnect", _) => {
                        "Bearer".to_owned()
                    }
                    (_, other) => other.to_owned(),
                };
                self.headers.push((
                    "Authorization".to_owned(),
                    format!("\"{} {{{token}}}\"", inner(&word)),
                ));
                if matches!(kind, "oauth2" | "openIdConnect") {
                    self.notes.push(losses.add(
                        at,
                        format!(
                            "how a token of `{name}` is asked for: a person has to agree first"
                        ),
                    ));
                }
            }
        }
    }

    /// A token for the connector itself, without a person.
    fn client_credentials(
        &mut self,
        scheme: &Node,
        add: &mut impl FnMut(&str, &'static str, Option<String>, String) -> String,
    ) {
        let flow = scheme
            .get("flows")
            .and_then(|flows| flows.get("clientCredentials"));
        let url = flow
            .and_then(|flow| flow.text_of("tokenUrl"))
            .unwrap_or_default()
            .to_owned();
        let client = add("clientId", "string", None, "Client ID".to_owned());
        let secret = add("clientSecret", "secret", None, "Client secret".to_owned());
        let scope = flow
            .is_some_and(|flow| flow.fields("scopes").next().is_some())
            .then(|| {
                add(
                    "scope",
                    "string?",
                    None,
                    "Scopes, with blanks between them".to_owned(),
                )
            });
        let path = if url.contains("://") {
            let setting = add(
                "tokenUrl",
                "url",
                Some(url),
                "Where tokens come from".to_owned(),
            );
            format!("{{{setting}}}")
        } else {
            format!("/{}", inner(url.trim_start_matches('/')))
        };
        let mut fields = vec![
            "grant_type = \"client_credentials\"".to_owned(),
            format!("client_id = {client}"),
            format!("client_secret = {secret}"),
        ];
        fields.extend(scope.map(|scope| format!("scope = {scope}")));
        self.exchange = Some(format!(
            "request POST \"{path}\" form {}\ntoken answer.access_token\n",
            braces(fields)
        ));
        self.headers
            .push(("Authorization".to_owned(), "\"Bearer {token}\"".to_owned()));
    }

    /// Headers that most operations require by themselves: documents without security schemes say keys so.
    pub(super) fn common_headers(
        &mut self,
        documents: &Documents,
        parameters: &[Vec<At<'_>>],
        settings: &mut Vec<Setting>,
        names: &mut Names,
    ) {
        let mut counts: Vec<(String, usize, Option<String>)> = Vec::new();
        for at in parameters.iter().flatten() {
            let Some(at) = documents.followed(at) else {
                continue;
            };
            let is_header = at.node.text_of("in") == Some("header") && at.node.flag("required");
            let Some(name) = at.node.text_of("name").filter(|_| is_header) else {
                continue;
            };
            match counts
                .iter_mut()
                .find(|(known, ..)| known.eq_ignore_ascii_case(name))
            {
                Some((_, count, _)) => *count += 1,
                None => counts.push((
                    name.to_owned(),
                    1,
                    words(None, at.node.text_of("description")).caption,
                )),
            }
        }
        for (name, count, caption) in counts {
            let is_common = count * 2 > parameters.len() && parameters.len() > 1;
            if !is_common
                || is_ignored_header(&name) && !name.eq_ignore_ascii_case("authorization")
                || self.sends(&name)
            {
                continue;
            }
            let ty = if is_secret(&name) { "secret" } else { "string" };
            let setting = names.give(&lower_first(&camel(&name)));
            settings.push(Setting {
                name: setting.clone(),
                ty,
                is_identity: true,
                default: None,
                caption: caption.unwrap_or_else(|| name.clone()),
                notes: Vec::new(),
            });
            self.headers.push((name, setting));
        }
    }

    /// Whether every request carries this header.
    pub(super) fn sends(&self, header: &str) -> bool {
        self.headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(header))
    }

    /// Whether every request carries this in its query.
    pub(super) fn asks(&self, name: &str) -> bool {
        self.query.iter().any(|(known, _)| known == name)
    }

    /// Which other schemes an operation wants.
    pub(super) fn missing(&self, operation: &Node) -> Option<String> {
        let ways = requirements(operation)?;
        let is_met = |way: &Requirement<'_>| way.iter().all(|name| self.schemes.contains(*name));
        if ways.is_empty() || ways.iter().any(is_met) {
            return None;
        }
        let ways: Vec<String> = ways.iter().map(|way| way.join(" and ")).collect();
        Some(ways.join(" or "))
    }

    /// `auth …` as it is written; empty if requests carry nothing.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for note in &self.notes {
            out.push_str(&super::write::comment(note));
        }
        if self.headers.is_empty() && self.query.is_empty() {
            return out;
        }
        out.push_str(if self.exchange.is_some() {
            "auth token {\n"
        } else {
            "auth key {\n"
        });
        out.push_str(self.exchange.as_deref().unwrap_or_default());
        out.push_str("send");
        for (place, pairs) in [("headers", &self.headers), ("query", &self.query)] {
            if pairs.is_empty() {
                continue;
            }
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(name, value)| format!("{} = {value}", super::names::field(name)))
                .collect();
            out.push_str(&format!(" {place} {{ {} }}", pairs.join(", ")));
        }
        out.push('\n');
        if self.exchange.is_some() {
            out.push_str("renew when status == 401\n");
        }
        out.push_str("}\n");
        out
    }
}

/// `Basic …` of a user and a password.
fn basic(user: &str, password: &str) -> String {
    format!(r#""Basic {{base64_encode("{{{user}}}:{{{password}}}")}}""#)
}

fn inner(text: &str) -> String {
    let quoted = quoted_text(text);
    quoted[1..quoted.len() - 1].to_owned()
}

/// The ways that stand here; `None` where nothing is said.
fn requirements(node: &Node) -> Option<Vec<Requirement<'_>>> {
    let list = node.get("security")?;
    let ways = list.items().iter().map(|way| {
        let names = way.object().into_iter().flatten();
        names.map(|(name, _)| name.as_str()).collect()
    });
    Some(ways.collect())
}

/// Can be said as it is, without a person.
fn is_whole(scheme: &Node) -> bool {
    match scheme.text_of("type") {
        Some("apiKey" | "http") => true,
        Some("oauth2") => scheme
            .get("flows")
            .is_some_and(|flows| flows.get("clientCredentials").is_some()),
        _ => false,
    }
}

/// Headers that OpenAPI says elsewhere, and those that the connection decides.
pub(super) fn is_ignored_header(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "accept",
        "content-type",
        "authorization",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "upgrade",
        "te",
        "trailer",
        "cookie",
    ];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["key", "token", "secret", "auth", "password", "signature"]
        .iter()
        .any(|word| name.contains(word))
}

/// A setting as it is written.
pub(super) fn text(setting: &Setting) -> String {
    let mut out = String::new();
    for note in &setting.notes {
        out.push_str(&super::write::comment(note));
    }
    out.push_str(&format!("setting {}: {}", setting.name, setting.ty));
    if setting.is_identity {
        out.push_str(" identity");
    }
    if let Some(default) = &setting.default {
        out.push_str(&format!(" = {}", quoted_text(default)));
    }
    out.push_str(&format!(" {}\n", quoted(&setting.caption)));
    out
}

//! `ondo send EVENT FILE`: posts an event to the hook of a bundle, signed as the vendor would sign it.
//!
//! ```text
//! ondo send crm.order order.json --bundles bundles/ --set status=new
//! ```

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ondo_compiler::errors::nearest_name;
use ondo_compiler::ir::Program;
use ondo_compiler::wire::{self, Signed};
use serde_json::Value;

use super::{Exit, print, unable};
use crate::bundle;
use crate::ingest::{Address, addresses};
use crate::report::Counts;
use crate::settings::{self, Environment, Unset};
use crate::store::EventId;

/// How long the daemon may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// `ACCOUNT.EVENT` or `CONNECTOR.EVENT`
    event: String,
    /// JSON of the event; `-` reads standard input
    file: PathBuf,
    /// The daemon: a URL, or `HOST:PORT`
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", value_parser = daemon)]
    to: String,
    /// Directory of bundles, as `ondo run` has it, or a file
    #[arg(long, value_name = "DIR", default_value = "bundles")]
    bundles: PathBuf,
    /// The bundle, when several take this event
    #[arg(long, value_name = "NAME")]
    bundle: Option<String>,
    /// The path, when a bundle has several webhooks
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// Folder of the daemon's store, for what is printed to look into it
    #[command(flatten)]
    data: super::Data,
    /// Change a field before sending: `status=new`, `customer.id=5`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
}

/// A daemon on this machine speaks HTTP: nobody has to write so.
fn daemon(text: &str) -> Result<String, String> {
    if text.contains("://") {
        return Ok(text.to_owned());
    }
    let url = format!("http://{text}");
    match reqwest::Url::parse(&url) {
        Ok(parsed) if parsed.has_host() => Ok(url),
        _ => Err("write where the daemon listens: `127.0.0.1:8080`".to_owned()),
    }
}

/// What is sent where.
pub(super) struct Target<'a> {
    pub(super) event: &'a str,
    pub(super) file: &'a Path,
    pub(super) sets: &'a [String],
    pub(super) to: &'a str,
    pub(super) bundles: &'a Path,
    pub(super) bundle: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) environment: &'a Environment,
}

pub(super) fn main(args: &Args) -> Exit {
    let target = Target {
        event: &args.event,
        file: &args.file,
        sets: &args.sets,
        to: &args.to,
        bundles: &args.bundles,
        bundle: args.bundle.as_deref(),
        path: args.path.as_deref(),
        environment: &Environment::of_process(),
    };
    match prepared(&target).and_then(|(url, signed)| post(&url, signed, &args.data)) {
        Ok(exit) => exit,
        Err(message) => unable(message),
    }
}

/// The URL of the hook without its secret, and the delivery.
pub(super) fn prepared(args: &Target<'_>) -> Result<(String, Signed), String> {
    let (account, event) = args
        .event
        .split_once('.')
        .ok_or("the event is named `ACCOUNT.EVENT`, for example `crm.order`")?;
    let payload = payload(args.file, args.sets)?;
    let found = bundle::runnable(args.bundles).map_err(|error| error.to_string())?;
    let mut candidates = Vec::new();
    let mut hooks: Vec<(Arc<Program>, Address)> = Vec::new();
    let mut broken: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    for bundle in &found.bundles {
        if args
            .bundle
            .as_ref()
            .is_some_and(|name| *name != bundle.name)
        {
            continue;
        }
        let checked = bundle::compile(bundle);
        let Some(ready) = checked.ready else {
            let count = Counts::of(&checked.findings).line().unwrap_or_default();
            broken.push(format!(
                "`{}` does not compile ({count}): ondo check {}",
                bundle.name, bundle.path
            ));
            continue;
        };
        for address in addresses(&ready.program) {
            if fits(&ready.program, &address, account, event, args.path) {
                candidates.push((ready.program.clone(), address.clone()));
            }
            hooks.push((ready.program.clone(), address));
        }
    }
    if let Some(wanted) = args.bundle
        && !found.bundles.iter().any(|bundle| bundle.name == wanted)
    {
        let names: Vec<&str> = found
            .bundles
            .iter()
            .map(|bundle| bundle.name.as_str())
            .collect();
        broken.push(format!(
            "there is no bundle `{wanted}` in `{}`; bundles are {}",
            args.bundles.display(),
            names.join(", ")
        ));
        return Err(broken.join("\nerror: "));
    }
    // Where rules name the event it is wanted; a hook that merely could take it comes second.
    if candidates
        .iter()
        .any(|(_, address)| address.events.iter().any(|name| name == event))
    {
        candidates.retain(|(_, address)| address.events.iter().any(|name| name == event));
    }
    let (program, address) = match &candidates[..] {
        [] => {
            // What a bundle with errors would take is not known.
            return Err(match broken.is_empty() {
                true => nobody_takes(args, &hooks, account, event),
                false => broken.join("\nerror: "),
            });
        }
        [one] => one,
        [(_, first), (_, second), ..] => {
            let choice = if first.bundle == second.bundle {
                "--path"
            } else {
                "--bundle"
            };
            return Err(format!(
                "`{}` and `{}` both take `{}`; choose with {choice}",
                first.path, second.path, args.event
            ));
        }
    };
    let signed = signed(program, address, event, &payload, args.environment)?;
    Ok((
        format!("{}{}", args.to.trim_end_matches('/'), address.path),
        signed,
    ))
}

/// Why no hook takes an event: the path, the name, or nothing near.
fn nobody_takes(
    args: &Target<'_>,
    hooks: &[(Arc<Program>, Address)],
    account: &str,
    event: &str,
) -> String {
    let at_other_paths: Vec<&str> = hooks
        .iter()
        .filter(|(program, address)| fits(program, address, account, event, None))
        .map(|(_, address)| address.path.as_str())
        .collect();
    if let (Some(path), false) = (args.path, at_other_paths.is_empty()) {
        return format!(
            "no webhook has the path `{path}`; there is {}",
            at_other_paths.join(", ")
        );
    }
    let mut names: Vec<String> = Vec::new();
    for (program, address) in hooks {
        let connector = program.catalog.connectors.get(&*address.connector);
        for name in connector
            .iter()
            .flat_map(|connector| connector.events.keys())
        {
            names.push(format!("{}.{name}", address.account));
            names.push(format!("{}.{name}", address.connector));
        }
    }
    let near = nearest_name(args.event, names.iter().map(String::as_str));
    let help = match near {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::from("; `ondo hooks` lists what is taken"),
    };
    format!(
        "no bundle in `{}` takes `{}`{help}",
        args.bundles.display(),
        args.event
    )
}

fn fits(
    program: &Program,
    address: &Address,
    account: &str,
    event: &str,
    path: Option<&str>,
) -> bool {
    let has_event = program
        .catalog
        .connectors
        .get(&*address.connector)
        .is_some_and(|connector| connector.events.contains_key(event));
    let of_path = address
        .path
        .split_once("/hooks/")
        .and_then(|(_, rest)| rest.split_once('/'));
    let wanted_path = path.is_none_or(|path| {
        of_path.is_some_and(|(_, rest)| rest.trim_matches('/') == path.trim_matches('/'))
    });
    has_event && wanted_path && (address.account == account || address.connector == account)
}

/// Signs with the same settings as the daemon's; what is not set is what the sandbox takes for it.
fn signed(
    program: &Program,
    address: &Address,
    event: &str,
    payload: &[u8],
    environment: &Environment,
) -> Result<Signed, String> {
    let accounts = settings::resolve(program, environment, Unset::Sandbox).map_err(|problems| {
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    })?;
    let account = accounts
        .iter()
        .find(|account| {
            *account.name == *address.account && *account.connector == *address.connector
        })
        .ok_or("the account has no settings")?;
    let connector = program
        .catalog
        .connectors
        .get(&account.connector)
        .ok_or("the connector is gone")?;
    let event = connector.events.get(event).ok_or("the event is gone")?;
    let settings = settings::with_currency(account, program);
    let cx = wire::Cx {
        catalog: &program.catalog,
        settings: &settings,
        zone: &program.timezone,
        now: Timestamp::now(),
    };
    wire::deliver(&cx, connector, event, payload).map_err(|failure| failure.message)
}

fn payload(file: &Path, sets: &[String]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| format!("cannot read standard input: {error}"))?;
    } else {
        bytes = std::fs::read(file)
            .map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
    }
    if sets.is_empty() {
        return Ok(bytes);
    }
    let mut json: Value = serde_json::from_slice(&bytes)
        .map_err(|error| format!("`{}` is not JSON: {error}", file.display()))?;
    for set in sets {
        let (path, value) = set
            .split_once('=')
            .ok_or_else(|| format!("`--set {set}`: write `PATH=VALUE`"))?;
        set_at(&mut json, path, value)?;
    }
    Ok(json.to_string().into_bytes())
}

/// Sets `customer.phones.0.number`; objects on the way are made, lists are not.
fn set_at(json: &mut Value, path: &str, text: &str) -> Result<(), String> {
    let mut at = json;
    for part in path.split('.') {
        at = match at {
            Value::Array(items) => part
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get_mut(index))
                .ok_or_else(|| format!("`--set {path}`: the list has no item `{part}`"))?,
            Value::Object(fields) => fields.entry(part).or_insert(Value::Null),
            _ => {
                *at = Value::Object(serde_json::Map::new());
                at.as_object_mut()
                    .map(|fields| fields.entry(part).or_insert(Value::Null))
                    .ok_or("an object was just made")?
            }
        };
    }
    // What is no JSON is text, and what was text stays text: `status=new` and `number=7` need no quotes.
    let quoted = text.starts_with('"');
    *at = match serde_json::from_str(text) {
        Ok(value) if quoted || text == "null" || !at.is_string() => value,
        _ => Value::String(text.to_owned()),
    };
    Ok(())
}

fn post(url: &str, signed: Signed, data: &super::Data) -> Result<Exit, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(post_async(url, signed, data))
}

/// Posts a delivery to a hook and prints what it answers.
async fn post_async(url: &str, signed: Signed, data: &super::Data) -> Result<Exit, String> {
    let answer = deliver_to(url, signed).await?;
    print(&format!("{}\n", answer.text.trim_end()));
    if answer.status / 100 == 2 {
        if let Some(event) = &answer.event {
            eprintln!(
                "what came of it: ondo show {event}{}",
                found_in(data, event)
            );
        }
        return Ok(Exit::Done);
    }
    let help = match answer.status {
        404 => {
            "; the secret at the end of the address differs from the daemon's, or it runs other bundles: compare `ondo hooks`"
        }
        401 => "; the secret that signs it differs from the daemon's",
        _ => "",
    };
    eprintln!("error: the hook answered {}{help}", answer.status);
    Ok(Exit::No)
}

/// Where the event is: `--sandbox` if it is in the sandbox's store, and `--data` as it was given.
fn found_in(data: &super::Data, event: &str) -> String {
    let has = |sandbox| {
        let store = super::history::open(&data.data, sandbox).ok();
        let id = EventId(event.to_owned());
        store.is_some_and(|store| matches!(store.event(&id), Ok(Some(_))))
    };
    let kept = super::Kept {
        data: data.clone(),
        sandbox: !has(false) && has(true),
    };
    super::orders::place_args(&kept)
}

/// What a hook answered.
pub(super) struct Answered {
    /// The status.
    pub(super) status: u16,
    /// The body.
    pub(super) text: String,
    /// The first event's id.
    pub(super) event: Option<String>,
}

/// Posts a delivery to the address of a hook. Messages do not show the URL: a secret may stand in it.
pub(super) async fn deliver_to(url: &str, signed: Signed) -> Result<Answered, String> {
    let mut url = reqwest::Url::parse(url).map_err(|error| format!("`--to` is no URL: {error}"))?;
    if let Some(secret) = &signed.path_secret {
        url.path_segments_mut()
            .map_err(|()| "`--to` is no URL that has a path")?
            .push(secret.expose());
    }
    if !signed.delivery.query.is_empty() {
        url.set_query(Some(&signed.delivery.query));
    }
    let method = reqwest::Method::from_bytes(signed.delivery.method.as_bytes())
        .map_err(|error| error.to_string())?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(ANSWER_TIME_MAX)
        .build()
        .map_err(|error| error.to_string())?;
    let mut request = client.request(method, url).body(signed.delivery.body);
    for (name, value) in &signed.delivery.headers {
        request = request.header(name, value);
    }
    let answer = request
        .send()
        .await
        .map_err(|error| match error.is_connect() {
            true => "no daemon listens there; start it with `ondo run`".to_owned(),
            false => format!("the daemon did not answer: {}", error.without_url()),
        })?;
    let status = answer.status().as_u16();
    let event = answer
        .headers()
        .get("ondo-event")
        .and_then(|id| id.to_str().ok())
        .map(str::to_owned);
    let text = answer
        .text()
        .await
        .map_err(|error| error.without_url().to_string())?;
    Ok(Answered {
        status,
        text,
        event,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn set_changes_makes_and_keeps_digits() {
        let text = r#"{"status":"old","number":"1","phones":[{"n":"1"}],"summ":10.10}"#;
        let mut json: Value = serde_json::from_str(text).unwrap();
        for (path, value) in [
            ("status", "new"),
            ("number", "7"),
            ("phones.0.n", "null"),
            ("summ", "20.20"),
            ("customer.id", "5"),
        ] {
            set_at(&mut json, path, value).unwrap();
        }
        assert_eq!(
            json.to_string(),
            r#"{"status":"new","number":"7","phones":[{"n":null}],"summ":20.20,"customer":{"id":5}}"#
        );
        assert!(set_at(&mut json, "phones.7.n", "2").is_err());
    }
}

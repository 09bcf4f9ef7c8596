//! From a directory to the engine: read, check, resolve settings, activate in one transaction, then tell the engine and
//! the hook server.
//!
//! A bad bundle never replaces a good one: the version that was active stays, also the one that the store holds from an
//! earlier process.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use ondo_compiler::ir::Program;
use ondo_compiler::types::Name;

use super::{Shared, StartError};
use crate::bundle::{self, Bundle, Checked, LoadError, Ready};
use crate::client::Access;
use crate::engine::{History, Input, ResolvedAccount};
use crate::failpoints::{self, Point};
use crate::ingest::Hooks;
use crate::report::{self, Counts, Style};
use crate::sandbox::Sandbox;
use crate::settings::{self, Problem};
use crate::store::{self, Version, Write};

/// The active versions, by bundle.
#[derive(Default)]
pub(super) struct Active {
    bundles: BTreeMap<String, Usable>,
}

/// A version that can be run here.
#[derive(Clone)]
struct Usable {
    stem: String,
    ready: Ready,
    accounts: Vec<ResolvedAccount>,
}

impl Active {
    pub(super) fn is_empty(&self) -> bool {
        self.bundles.is_empty()
    }

    pub(super) fn versions(&self) -> HashSet<(String, Version)> {
        self.bundles
            .iter()
            .map(|(name, usable)| (name.clone(), usable.ready.version.clone()))
            .collect()
    }
}

/// What came of a load, for people.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Text for a terminal: findings, missing settings.
    pub text: String,
    /// Bundles whose new version runs.
    pub changed: Vec<String>,
    /// Bundles that run as before, because what is in the directory cannot be used.
    pub kept: Vec<String>,
    /// Bundles that are gone.
    pub removed: Vec<String>,
    /// Bundles that cannot be run at all.
    pub failed: Vec<String>,
    /// It is printed as a line of the log.
    pub as_json: bool,
}

impl Report {
    /// Prints it on standard error.
    pub fn print(&self) {
        match self.as_json {
            false => eprint!("{}", self.text),
            true if self.text.is_empty() => {}
            true => tracing::error!(findings = self.text, "the bundles have findings"),
        }
        for name in &self.kept {
            tracing::error!(bundle = name.as_str(), "the last good version goes on");
        }
        for name in &self.failed {
            tracing::error!(bundle = name.as_str(), "cannot be run");
        }
        tracing::info!(
            changed = self.changed.join(" "),
            removed = self.removed.join(" "),
            "bundles loaded"
        );
    }

    /// The same when there is something to say: a directory may be read again for what is no news.
    pub fn print_if_new(&self) {
        let lists = [&self.changed, &self.kept, &self.removed, &self.failed];
        if !self.text.is_empty() || lists.iter().any(|list| !list.is_empty()) {
            self.print();
        }
    }

    fn line(&mut self, line: impl std::fmt::Display) {
        self.text.push_str(&format!("error: {line}\n"));
    }
}

/// Reads the directory and makes what can be used active.
pub(super) async fn load(shared: &Arc<Shared>, active: &mut Active) -> Result<Report, StartError> {
    let mut report = Report {
        as_json: shared.options.log_json,
        ..Report::default()
    };
    let stored: BTreeMap<String, Version> = shared.store.active()?.into_iter().collect();
    let directory = shared.options.bundles.clone();
    let read = tokio::task::spawn_blocking(move || read(&directory))
        .await
        .map_err(|error| StartError::Other(error.to_string()))?;
    let mut next = Active::default();
    let mut broken: Vec<Broken> = read.unreadable.into_iter().map(Broken::of_stem).collect();
    for error in &read.errors {
        report.line(error);
    }
    for checked in read.checked {
        if !checked.findings.is_empty() {
            let text = report::full(&checked.findings, &checked.sources, Style::of_stderr());
            report.text.push_str(&text);
            if let Some(line) = Counts::of(&checked.findings).line() {
                report
                    .text
                    .push_str(&format!("\n{}: {line}\n", checked.name));
            }
        }
        let (name, stem) = (checked.name, checked.stem);
        match checked
            .ready
            .map(|ready| resolved(shared, stem.clone(), ready))
        {
            Some(Ok(usable)) => {
                next.bundles.insert(name, usable);
            }
            Some(Err(problems)) => {
                problems.iter().for_each(|problem| report.line(problem));
                broken.push(Broken { name, stem });
            }
            None => broken.push(Broken { name, stem }),
        }
    }
    // Nothing of the directory could be read: what was there is not gone, it is unknown. A process that has loaded before
    // knows what was there; the store also remembers bundles that were taken away since.
    if read.all_unknown {
        let known: Vec<String> = match active.bundles.is_empty() {
            true => stored.keys().cloned().collect(),
            false => active.bundles.keys().cloned().collect(),
        };
        broken.extend(known.into_iter().map(Broken::of_stem));
    }
    for broken in broken {
        match last_good(shared, active, &stored, &broken) {
            Some((name, usable)) => {
                if let Entry::Vacant(place) = next.bundles.entry(name.clone()) {
                    place.insert(usable);
                    report.kept.push(name);
                }
            }
            None => report.failed.push(broken.name),
        }
    }
    apply(shared, active, next, &stored, &mut report).await?;
    Ok(report)
}

/// A bundle that is there and cannot be used as it is.
struct Broken {
    name: String,
    stem: String,
}

impl Broken {
    fn of_stem(stem: String) -> Self {
        Self {
            name: stem.clone(),
            stem,
        }
    }
}

/// The version that was active in this process or an earlier one. By name; by stem where the `bundle` line is what is
/// broken.
fn last_good(
    shared: &Shared,
    active: &Active,
    stored: &BTreeMap<String, Version>,
    broken: &Broken,
) -> Option<(String, Usable)> {
    let same_stem = |(_, usable): &(&String, &Usable)| usable.stem == broken.stem;
    let running = active
        .bundles
        .get_key_value(&broken.name)
        .or_else(|| active.bundles.iter().find(same_stem));
    if let Some((name, usable)) = running {
        return Some((name.clone(), usable.clone()));
    }
    if let Some(version) = stored.get(&broken.name) {
        return Some((broken.name.clone(), from_store(shared, version)?));
    }
    stored.iter().find_map(|(name, version)| {
        let usable = from_store(shared, version)?;
        (usable.stem == broken.stem).then(|| (name.clone(), usable))
    })
}

/// What a directory holds.
struct FromDirectory {
    checked: Vec<Checked>,
    errors: Vec<LoadError>,
    /// Stems of bundles that are there and could not be read.
    unreadable: Vec<String>,
    /// The directory itself could not be read.
    all_unknown: bool,
}

fn read(directory: &std::path::Path) -> FromDirectory {
    match bundle::directory(directory) {
        Ok(found) => FromDirectory {
            checked: found.bundles.iter().map(bundle::compile).collect(),
            unreadable: found.unreadable,
            errors: found.errors,
            all_unknown: false,
        },
        Err(error) => FromDirectory {
            checked: Vec::new(),
            all_unknown: !matches!(error, LoadError::Empty(_)),
            errors: vec![error],
            unreadable: Vec::new(),
        },
    }
}

/// A program and its accounts with their values, or everything that is missing.
pub(super) fn resolve(
    shared: &Shared,
    program: &Arc<Program>,
) -> Result<(Arc<Program>, Vec<ResolvedAccount>), Vec<Problem>> {
    let environment = &shared.options.environment;
    let accounts = settings::resolve(program, environment, shared.unset());
    let program = settings::resolve_rules(program, environment, shared.unset());
    match (program, accounts) {
        (Ok(program), Ok(accounts)) => Ok((program, accounts)),
        (program, accounts) => Err([accounts.err(), program.err()]
            .into_iter()
            .flatten()
            .flatten()
            .collect()),
    }
}

fn resolved(shared: &Shared, stem: String, ready: Ready) -> Result<Usable, Vec<Problem>> {
    let (program, accounts) = resolve(shared, &ready.program)?;
    Ok(Usable {
        stem,
        ready: Ready { program, ..ready },
        accounts,
    })
}

/// The version that the store holds, if this binary and this environment can still run it.
fn from_store(shared: &Shared, version: &Version) -> Option<Usable> {
    let sources = shared.store.sources(version).ok()??;
    let bundle: Bundle = bundle::from_stored(&sources)?;
    let mut ready = bundle::compile(&bundle).ready?;
    // What it is called in the store, whatever this binary would make of it.
    ready.version = version.clone();
    ready.stored = sources;
    resolved(shared, bundle.stem, ready).ok()
}

async fn apply(
    shared: &Arc<Shared>,
    active: &mut Active,
    next: Active,
    stored: &BTreeMap<String, Version>,
    report: &mut Report,
) -> Result<(), StartError> {
    let now = Timestamp::now();
    let writes: Vec<Write> = next
        .bundles
        .iter()
        .filter(|(name, usable)| stored.get(*name) != Some(&usable.ready.version))
        .map(|(name, usable)| Write::Activate {
            bundle: name.clone(),
            version: usable.ready.version.clone(),
            sources: usable.ready.stored.clone(),
            at: now,
        })
        .collect();
    if !writes.is_empty() {
        let written = store::commit_and_wait(&*shared.store, writes).await;
        if let Err(error) = &written {
            shared.store_failed(error);
        }
        written?;
        failpoints::pass(Point::InReload);
    }
    admit(shared, &next);
    let mut hooks = Hooks::default();
    let begins = active.is_empty();
    for (name, usable) in &next.bundles {
        let before = active.bundles.get(name).map(|usable| &usable.ready.version);
        if before != Some(&usable.ready.version) {
            report.changed.push(name.clone());
        }
        let ready = &usable.ready;
        // Only a process that begins makes up for what was missed; after a reload time counts from now.
        let history = match begins {
            true => History::of(&*shared.store, &ready.program)?,
            false => History::of_sources(&*shared.store)?,
        };
        to_engine(
            shared,
            ready.version.clone(),
            Arc::clone(&ready.program),
            usable.accounts.clone(),
            Some(history),
        )
        .await
        .map_err(StartError::Other)?;
        hooks.set(&ready.program, &usable.accounts);
    }
    for name in active.bundles.keys() {
        if !next.bundles.contains_key(name) {
            let _ = shared.inputs.send(Input::Unload {
                bundle: name.clone(),
            });
            report.removed.push(name.clone());
        }
    }
    shared.intake.hooks.store(Arc::new(hooks));
    *active = next;
    Ok(())
}

/// Whom the accounts of the active versions may call. Where bundles speak to one system, one of them may name its
/// certificate for all.
fn admit(shared: &Shared, active: &Active) {
    let mut admitted: HashMap<Name, Access> = HashMap::new();
    let accounts = active.bundles.values().flat_map(|usable| &usable.accounts);
    for account in accounts {
        let access = access_of(shared, account);
        let known = admitted.entry(account.identity.clone()).or_insert(access);
        match (known.certificate, access.certificate) {
            (None, named) => known.certificate = named,
            (Some(known), Some(named)) if known != named => {
                let (name, connector) = (&*account.name, &*account.connector);
                tracing::warn!(
                    account = name,
                    connector,
                    %known,
                    %named,
                    "two bundles name two certificates of one system; the first one counts"
                );
            }
            _ => {}
        }
    }
    let mut all = (**shared.access.load()).clone();
    all.extend(admitted);
    shared.access.store(Arc::new(all));
}

fn access_of(shared: &Shared, account: &ResolvedAccount) -> Access {
    match shared.options.sandbox {
        // What it plays is called without TLS.
        true => Access::PRIVATE,
        false => settings::access(account),
    }
}

/// Gives a version to the engine, its accounts at the sandbox where there is one. `active`: new events go to it, and
/// this is what its rules did before.
pub(super) async fn to_engine(
    shared: &Arc<Shared>,
    version: Version,
    program: Arc<Program>,
    mut accounts: Vec<ResolvedAccount>,
    active: Option<History>,
) -> Result<(), String> {
    if shared.options.sandbox {
        in_sandbox(shared, &program, &mut accounts).await?;
    }
    let mut all = (**shared.access.load()).clone();
    for account in &accounts {
        // What the active versions say comes first: a certificate may have been renewed while runs of an older one wait.
        let known = all.entry(account.identity.clone());
        known.or_insert(access_of(shared, account));
    }
    shared.access.store(Arc::new(all));
    let _ = shared.inputs.send(Input::Load {
        version,
        program,
        accounts,
        active: active.is_some(),
        history: active.unwrap_or_default(),
    });
    Ok(())
}

/// Puts the sandbox in place of each vendor. Accounts of one identity share a server, also across bundles.
async fn in_sandbox(
    shared: &Shared,
    program: &Program,
    accounts: &mut [ResolvedAccount],
) -> Result<(), String> {
    let mut sandboxes = shared.sandboxes.lock().await;
    let is_played = |sandboxes: &[Arc<Sandbox>], account: &ResolvedAccount| {
        sandboxes
            .iter()
            .any(|sandbox| sandbox.base_url(&account.identity).is_some())
    };
    let new: Vec<ResolvedAccount> = accounts
        .iter()
        .filter(|account| !is_played(&sandboxes, account))
        .map(|account| settings::in_zone_of(account, program))
        .collect();
    if !new.is_empty() {
        let sandbox = Sandbox::start(Arc::clone(&program.catalog), new)
            .await
            .map_err(|error| format!("the sandbox cannot start: {error}"))?;
        sandbox.go_wrong(&shared.options.faults, shared.options.faults_seed)?;
        for account in accounts.iter() {
            if let Some(url) = sandbox.base_url(&account.identity) {
                let (name, connector) = (&*account.name, &*account.connector);
                tracing::info!(account = name, connector, url, "played by the sandbox");
            }
        }
        sandboxes.push(Arc::new(sandbox));
    }
    for account in accounts {
        let url = sandboxes
            .iter()
            .find_map(|sandbox| sandbox.base_url(&account.identity));
        let connector = program.catalog.connectors.get(&account.connector);
        if let (Some(url), Some(connector)) = (url, connector) {
            settings::set_base_url(account, connector, url);
        }
    }
    Ok(())
}

//! Planted bugs: each patch in `tests/torture/mutants/` breaks one promise on purpose, and something has to notice.
//!
//! A harness that cannot fail is worth nothing. The head of a patch says what it does, which promise it breaks, and which
//! command notices; the same command has to pass on the tree as it is. Patches are applied to a copy, never here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A planted bug may make a command hang; then it was noticed, too.
const COMMAND_MAX: Duration = Duration::from_secs(900);

/// What is asked for.
#[derive(Debug)]
pub struct Wishes<'a> {
    /// Numbers of patches; none: all.
    pub only: &'a [u32],
    /// Where cargo builds; else `target/mutants`.
    pub target: Option<&'a Path>,
    /// A file for the table.
    pub write: Option<&'a Path>,
}

/// A patch.
#[derive(Debug)]
struct Mutant {
    number: u32,
    name: String,
    path: PathBuf,
    what: String,
    breaks: String,
    commands: Vec<String>,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// This command noticed, and said this.
    Caught(String, String),
    /// No command noticed.
    Missed,
    /// The patch does not fit, or the tree with it cannot be built.
    Broken(String),
}

/// Plants each bug in turn. Yields whether all were noticed.
pub fn run(wishes: &Wishes<'_>) -> Result<bool, String> {
    let root =
        PathBuf::from(said(Command::new("git").args(["rev-parse", "--show-toplevel"]))?.trim());
    let mut mutants = read(&root.join("tests/torture/mutants"))?;
    mutants.retain(|mutant| wishes.only.is_empty() || wishes.only.contains(&mutant.number));
    if mutants.is_empty() {
        return Err("there is no such planted bug".to_owned());
    }
    let target = wishes
        .target
        .map_or_else(|| root.join("target/mutants"), Path::to_owned);
    let target = std::path::absolute(&target).map_err(|error| error.to_string())?;
    let tree = Tree {
        path: target.join("tree"),
        target,
    };
    tree.renew(&root)?;

    // A command that fails without a planted bug proves nothing.
    let mut sound: BTreeMap<&str, bool> = BTreeMap::new();
    for command in mutants.iter().flat_map(|mutant| &mutant.commands) {
        if sound.contains_key(command.as_str()) {
            continue;
        }
        let begun = Instant::now();
        let noticed = tree.run(command)?;
        if let Some(what) = &noticed {
            println!("without a planted bug `{command}` fails: {what}");
        }
        eprintln!(
            "without a planted bug: `{command}`, {} s",
            begun.elapsed().as_secs()
        );
        sound.insert(command, noticed.is_none());
    }
    let mut rows = Vec::new();
    for mutant in &mutants {
        let begun = Instant::now();
        let found = tree.plant(mutant, &sound);
        said(
            Command::new("git")
                .args(["checkout", "-q", "--", "."])
                .current_dir(&tree.path),
        )?;
        println!("{}", line(mutant, &found, begun.elapsed()));
        rows.push((mutant, found));
    }
    let caught = rows
        .iter()
        .filter(|(_, found)| matches!(found, Found::Caught(..)))
        .count();
    println!("{caught} of {} planted bugs were noticed", rows.len());
    if let Some(path) = wishes.write {
        std::fs::write(path, table(&rows))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(caught == rows.len())
}

/// A copy of the tree, and where it is built.
struct Tree {
    path: PathBuf,
    target: PathBuf,
}

impl Tree {
    /// Makes the copy what is committed now. It stays where it is, so that cargo builds only what has changed.
    fn renew(&self, root: &Path) -> Result<(), String> {
        let (root, path) = (root.to_string_lossy(), self.path.to_string_lossy());
        if !self.path.join(".git").is_dir() {
            said(Command::new("git").args(["clone", "-q", "--shared", &*root, &*path]))?;
        }
        let git = |words: &[&str]| said(Command::new("git").args(words).current_dir(&self.path));
        git(&["fetch", "-q", &*root, "HEAD"])?;
        git(&["checkout", "-q", "--force", "--detach", "FETCH_HEAD"])?;
        Ok(())
    }

    fn plant(&self, mutant: &Mutant, sound: &BTreeMap<&str, bool>) -> Found {
        let patch = mutant.path.to_string_lossy();
        let apply = Command::new("git")
            .args(["apply", "--recount", &*patch])
            .current_dir(&self.path)
            .output();
        match apply {
            Ok(output) if output.status.success() => {}
            Ok(output) => {
                return Found::Broken(format!("does not fit: {}", first_line(&output.stderr)));
            }
            Err(error) => return Found::Broken(error.to_string()),
        }
        for command in mutant
            .commands
            .iter()
            .filter(|command| sound.get(command.as_str()) == Some(&true))
        {
            match self.run(command) {
                Ok(Some(what)) => return Found::Caught(command.clone(), what),
                Ok(None) => {}
                Err(why) => return Found::Broken(why),
            }
        }
        Found::Missed
    }

    /// Runs a command in the copy. Yields what it noticed; none: nothing.
    fn run(&self, command: &str) -> Result<Option<String>, String> {
        let words: Vec<&str> = command.split_whitespace().collect();
        let (build, run) = match words.split_first() {
            Some((&"cargo", rest)) => {
                let mut build = self.cargo(rest);
                build.arg("--no-run");
                (build, self.cargo(rest))
            }
            Some((&"ondo-torture", rest)) => {
                let own = std::env::current_exe().map_err(|error| error.to_string())?;
                let mut run = Command::new(own);
                run.args(rest)
                    .arg("--ondo")
                    .arg(self.target.join("debug/ondo"));
                (self.cargo(&["build", "-p", "ondo", "--bin", "ondo"]), run)
            }
            _ => return Err(format!("`{command}` is neither cargo nor ondo-torture")),
        };
        let built = within(build)?.ok_or("building took too long")?;
        if !built.status.success() {
            return Err(format!("`{command}` cannot be built: {}", error_in(&built)));
        }
        Ok(match within(run)? {
            None => Some(format!(
                "it went on for more than {} s",
                COMMAND_MAX.as_secs()
            )),
            Some(output) if output.status.success() => None,
            Some(output) => Some(noticed(&output)),
        })
    }

    fn cargo(&self, words: &[&str]) -> Command {
        let mut cargo = Command::new("cargo");
        cargo
            .args(words)
            .current_dir(&self.path)
            .env("CARGO_TARGET_DIR", &self.target);
        cargo
            .env("INSTA_UPDATE", "no")
            .env("CARGO_TERM_COLOR", "never");
        // Nobody looks into these programs, and without it they are built faster.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo
    }
}

/// Runs a command to its end, or ends it and all that it started.
fn within(mut command: Command) -> Result<Option<Output>, String> {
    let shown = format!("{command:?}");
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn();
    let mut child = child.map_err(|error| format!("{shown}: {error}"))?;
    let (stdout, stderr) = (listen(child.stdout.take()), listen(child.stderr.take()));
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begun.elapsed() > COMMAND_MAX => {
                end(child);
                return Ok(None);
            }
            Ok(None) => thread::sleep(Duration::from_millis(50)),
            Err(error) => return Err(format!("{shown}: {error}")),
        }
    };
    Ok(Some(Output {
        status,
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
    }))
}

/// Ends a command with its whole group, which is its own.
fn end(mut child: Child) {
    let group = format!("-{}", child.id());
    // Both fail only where it has ended already.
    let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
    let _ = child.wait();
}

fn listen(from: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            let _ = from.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// What an output says of the promise that was broken: the tests that failed, or the checker's line.
fn noticed(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let failed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
        .map(|name| name.rsplit("::").next().unwrap_or(name))
        .collect();
    match failed.split_first() {
        Some((first, [])) => (*first).to_owned(),
        Some((first, others)) => format!("{first}, and {} more", others.len()),
        None => {
            let mut lines = text
                .lines()
                .map(str::trim)
                .filter(|line| line.starts_with('P') || line.contains("violations"));
            lines
                .next()
                .map_or_else(|| first_line(&output.stderr), str::to_owned)
        }
    }
}

/// The first error of a build.
fn error_in(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let mut lines = text.lines().filter(|line| line.starts_with("error"));
    lines.next().unwrap_or("no reason").to_owned()
}

fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// What a command prints; its complaint if it fails.
fn said(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{command:?}: {}", first_line(&output.stderr))),
    }
}

/// The patches of a folder, in the order of their numbers.
fn read(folder: &Path) -> Result<Vec<Mutant>, String> {
    let wrong = |path: &Path, why: &str| format!("{}: {why}", path.display());
    let entries = std::fs::read_dir(folder).map_err(|error| wrong(folder, &error.to_string()))?;
    let mut mutants = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let Some((number, name)) = name.split_once('-') else {
            continue;
        };
        let text =
            std::fs::read_to_string(&path).map_err(|error| wrong(&path, &error.to_string()))?;
        let head = text.split("\ndiff ").next().unwrap_or_default();
        let all = |key: &str| -> Vec<String> {
            head.lines()
                .filter_map(|line| line.strip_prefix(key))
                .map(|rest| rest.trim().to_owned())
                .collect()
        };
        let one = |key: &str| {
            all(key)
                .pop()
                .ok_or_else(|| wrong(&path, &format!("its head has no `{key}`")))
        };
        let commands = all("Caught by:");
        if commands.is_empty() {
            return Err(wrong(&path, "its head has no `Caught by:`"));
        }
        mutants.push(Mutant {
            number: number
                .parse()
                .map_err(|_| wrong(&path, "its name begins with no number"))?,
            name: name.to_owned(),
            what: one("What:")?,
            breaks: one("Breaks:")?,
            commands,
            path,
        });
    }
    mutants.sort_by_key(|mutant| mutant.number);
    Ok(mutants)
}

fn line(mutant: &Mutant, found: &Found, took: Duration) -> String {
    let found = match found {
        Found::Caught(command, what) => format!("caught by `{command}`: {what}"),
        Found::Missed => "NOT CAUGHT".to_owned(),
        Found::Broken(why) => format!("NOT TRIED: {why}"),
    };
    format!(
        "{:02} {} ({}) {found} ({} s)",
        mutant.number,
        mutant.name,
        mutant.breaks,
        took.as_secs()
    )
}

fn table(rows: &[(&Mutant, Found)]) -> String {
    let mut text = "# Planted bugs\n\nEach was put into the engine on purpose. `ondo-torture mutants --write FILE` writes this table.\n\n\
         | | planted | breaks | noticed by | as |\n|---|---|---|---|---|\n"
        .to_owned();
    for (mutant, found) in rows {
        let (by, saw) = match found {
            Found::Caught(command, what) => (format!("`{command}`"), what.replace('|', "\\|")),
            Found::Missed => ("nobody".to_owned(), String::new()),
            Found::Broken(why) => ("not tried".to_owned(), why.replace('|', "\\|")),
        };
        // Writing to a text never fails.
        let _ = writeln!(
            text,
            "| {:02} | {} | {} | {by} | {saw} |",
            mutant.number, mutant.what, mutant.breaks
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_planted_bug_names_its_promise_and_who_notices() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mutants");
        let mutants = read(&folder).expect("every head can be read");
        let numbers: Vec<u32> = mutants.iter().map(|mutant| mutant.number).collect();
        assert_eq!(numbers, (1..=24).collect::<Vec<u32>>());
        for mutant in &mutants {
            assert!(mutant.breaks.starts_with('P'), "{}", mutant.name);
        }
    }
}

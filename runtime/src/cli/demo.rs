//! `ondo demo`: the daemon, the store and real HTTP on this machine, with every vendor played by the sandbox.
//!
//! What happens is told by `bundles/demo/demo.json`: events to send, and how the sandbox answers. Ends by itself; ends
//! with 1 if a run came out otherwise than the script says.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rust_embed::RustEmbed;
use serde::Deserialize;
use tokio::sync::watch;

use super::send::{Target, deliver_to, prepared};
use super::show::{Story, story};
use super::text::run_state;
use super::{Exit, print, show_text, unable};
use crate::sandbox::Reply;
use crate::settings::Environment;
use crate::shell::{Handle, Options, Service, Stop};
use crate::store::{EventState, RunState};

/// How long one act may take: longer than its timeouts and pauses together.
const ACT_TIME_MAX: Duration = Duration::from_secs(30);

#[derive(RustEmbed)]
#[folder = "../bundles/demo"]
#[allow_missing = true]
struct Files;

#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// The script.
#[derive(Debug, Deserialize)]
struct Script {
    acts: Vec<Act>,
}

/// One event and what comes of it.
#[derive(Debug, Deserialize)]
struct Act {
    title: String,
    event: String,
    file: String,
    #[serde(default)]
    set: Vec<String>,
    #[serde(default)]
    plan: Vec<Planned>,
    /// State of the one run, or `none`.
    expect: String,
}

/// How the sandbox answers the next call of an action.
#[derive(Debug, Deserialize)]
struct Planned {
    account: String,
    action: String,
    reply: String,
    #[serde(default)]
    status: u16,
}

pub(super) fn main(_args: &Args) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return unable(error),
    };
    let folder = std::env::temp_dir().join(format!("ondo-demo-{}", uuid::Uuid::now_v7()));
    let exit = runtime.block_on(play(&folder)).unwrap_or_else(unable);
    let _ = std::fs::remove_dir_all(&folder);
    exit
}

async fn play(folder: &Path) -> Result<Exit, String> {
    let script = Files::get("demo.json").ok_or("the demo is not in this binary")?;
    let script: Script = serde_json::from_slice(&script.data).map_err(|error| error.to_string())?;
    let bundles = unpack(folder)?;
    let service = Service::new(Options {
        bundles: bundles.clone(),
        data: Some(folder.join("data")),
        listen: ([127, 0, 0, 1], 0).into(),
        sandbox: true,
        ..Options::default()
    })
    .await
    .map_err(|error| error.to_string())?;
    let handle = service.handle();
    let (stop, stopped) = watch::channel(Stop::No);
    let running = tokio::spawn(service.run(stopped));
    introduce(&handle);
    let mut exit = Exit::Done;
    for (number, act) in script.acts.iter().enumerate() {
        print(&format!(
            "\n{}\n{}. {}\n\n",
            "-".repeat(80),
            number + 1,
            act.title
        ));
        let story = perform(act, &handle, &bundles).await?;
        print(&match act.set.is_empty() {
            true => show_text::story(&story),
            false => show_text::told(&story, &format!("  the same with {}\n", act.set.join(", "))),
        });
        if !came_out(&story, &act.expect) {
            eprintln!("error: this should have come out as `{}`", act.expect);
            exit = Exit::No;
        }
    }
    if problems_of_requests(&handle).await {
        exit = Exit::No;
    }
    let _ = stop.send(Stop::Drain);
    running.await.map_err(|error| error.to_string())?;
    if exit == Exit::Done {
        print(NEXT_STEPS);
    }
    Ok(exit)
}

const NEXT_STEPS: &str = "
--------------------------------------------------------------------------------
Everything above went through real HTTP and a store on disk; both are gone now. Next:

  ondo check bundles/                   what is wrong with bundles, before they run
  ondo run bundles/ --sandbox           a daemon that calls nobody
  ondo send crm.order order.json        an event, signed as the vendor would
  ondo hooks bundles/                   the addresses to enter at the vendors
  ondo history, ondo show ID            what happened, and why not
";

fn introduce(handle: &Handle) {
    print(&format!(
        "A daemon listens on {}. Every vendor is played on this machine: nothing leaves it.\n\
         It runs this bundle:\n\n",
        handle.address()
    ));
    for path in Files::iter().filter(|path| path == "demo.ondo") {
        if let Some(file) = Files::get(&path) {
            for line in String::from_utf8_lossy(&file.data).lines() {
                print(&format!("    {line}\n"));
            }
        }
    }
}

/// Writes the demo's bundle where the daemon can read it.
fn unpack(folder: &Path) -> Result<PathBuf, String> {
    let bundles = folder.join("bundles");
    let bundle = bundles.join("demo");
    let write = |path: &str, bytes: &[u8]| std::fs::write(bundle.join(path), bytes);
    std::fs::create_dir_all(&bundle).map_err(|error| error.to_string())?;
    for path in Files::iter() {
        if let Some(file) = Files::get(&path) {
            write(&path, &file.data).map_err(|error| error.to_string())?;
        }
    }
    Ok(bundles)
}

async fn perform(act: &Act, handle: &Handle, bundles: &Path) -> Result<Story, String> {
    for sandbox in handle.sandboxes().await {
        for planned in &act.plan {
            sandbox.plan(&planned.account, &planned.action, reply(planned));
        }
    }
    let (url, signed) = prepared(&Target {
        event: &act.event,
        file: &bundles.join("demo").join(&act.file),
        sets: &act.set,
        to: &format!("http://{}", handle.address()),
        bundles,
        bundle: Some("demo"),
        path: None,
        environment: &Environment::default(),
    })?;
    let answered = deliver_to(&url, signed).await?;
    let event = answered
        .event
        .ok_or_else(|| format!("the hook answered {}: {}", answered.status, answered.text))?;
    let store = handle.store();
    let patience = Instant::now() + ACT_TIME_MAX;
    loop {
        let found = story(&*store, &event, false).map_err(|error| error.to_string())?;
        if let Some(found) = found
            && (is_settled(&found) || Instant::now() > patience)
        {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn reply(planned: &Planned) -> Reply {
    match planned.reply.as_str() {
        "status" => Reply::Status(planned.status, b"{}".to_vec()),
        "applied then timeout" => Reply::AppliedThenTimeout,
        "reset" => Reply::Reset,
        _ => Reply::Timeout,
    }
}

fn is_settled(story: &Story) -> bool {
    let routed = !matches!(
        story.event.state,
        EventState::Received | EventState::Enriching
    );
    let quiet = |state: RunState| state.is_ended() || state == RunState::InDoubt;
    routed && story.runs.iter().all(|(run, _)| quiet(run.state))
}

fn came_out(story: &Story, expected: &str) -> bool {
    match &story.runs[..] {
        [] => expected == "none",
        [(run, _)] => run_state(run.state) == expected,
        _ => false,
    }
}

/// Says what the sandbox found wrong with the requests it got.
async fn problems_of_requests(handle: &Handle) -> bool {
    let mut found = false;
    for sandbox in handle.sandboxes().await {
        for sent in sandbox.sent() {
            for problem in &sent.problems {
                eprintln!("error: {} {}: {problem}", sent.method, sent.path);
                found = true;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_comes_out_as_its_script_says() {
        assert_eq!(main(&Args {}), Exit::Done);
    }
}

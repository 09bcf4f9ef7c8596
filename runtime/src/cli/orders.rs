//! How a verb gives an order to the running daemon: by the socket in the folder of the store.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::{Exit, Kept, unable};
use crate::shell::control::{Address, LINE_BYTES_MAX, NOTE_MAX, Reply, Request, VERSION, Wish};
use crate::shell::store_folder;

/// The daemon says every few seconds that it still waits.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// An erasure cleans the whole file, and says nothing meanwhile.
const ERASURE_MAX: Duration = Duration::from_secs(1_800);

/// Longest line of an answer: a receipt of a run with thousands of steps.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Who decides, and why. Both are kept for ever.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Why {
    /// Why, in your words: it is kept in the audit
    #[arg(long, value_name = "TEXT", value_parser = note)]
    pub(super) note: String,
    /// Who decides; else the user of this process
    #[arg(long = "as", value_name = "NAME")]
    pub(super) by: Option<String>,
}

/// A note that says something.
pub(super) fn note(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("say why, in a few words".to_owned());
    }
    if text.chars().count() > NOTE_MAX {
        return Err(format!("a note has at most {NOTE_MAX} characters"));
    }
    Ok(text.to_owned())
}

/// Whether a daemon holds the store.
pub(super) fn is_running(kept: &Kept) -> bool {
    let folder = store_folder(&kept.data.data, kept.sandbox);
    Address::of(&folder).is_ok_and(|address| UnixStream::connect(address.path()).is_ok())
}

/// Gives an order and waits for the answer. What is waited for is said on standard error.
///
/// # Errors
/// There is no daemon, or it did not answer; a sentence for people.
pub(super) fn give(kept: &Kept, why: &Why, order: Wish) -> Result<Reply, String> {
    let folder = store_folder(&kept.data.data, kept.sandbox);
    let address = Address::of(&folder).map_err(|error| no_daemon(kept, &error))?;
    let stream = UnixStream::connect(address.path()).map_err(|error| no_daemon(kept, &error))?;
    let request = Request {
        ondo: VERSION,
        by: why.by.clone(),
        note: why.note.clone(),
        order,
    };
    let silence = match request.order {
        Wish::Erase { .. } => ERASURE_MAX,
        _ => SILENCE_MAX,
    };
    let mut line = serde_json::to_vec(&request).map_err(|error| error.to_string())?;
    if line.len() >= LINE_BYTES_MAX {
        return Err("the order is too long: shorten the note or the names".to_owned());
    }
    line.push(b'\n');
    let lost = |error: &dyn std::fmt::Display| {
        format!(
            "the daemon did not answer ({error}), so nobody knows here whether the order was carried out: `ondo audit{}` shows it if it was",
            place_args(kept)
        )
    };
    let timed = stream
        .set_read_timeout(Some(silence))
        .and_then(|()| stream.set_write_timeout(Some(SILENCE_MAX)));
    timed.map_err(|error| error.to_string())?;
    (&stream).write_all(&line).map_err(|error| lost(&error))?;
    let mut answers = BufReader::new(stream.take(ANSWER_BYTES_MAX));
    loop {
        let mut line = String::new();
        match answers.read_line(&mut line) {
            Ok(0) => return Err(lost(&"it closed the connection")),
            Ok(_) => {}
            Err(error) => return Err(lost(&error)),
        }
        match serde_json::from_str(&line).map_err(|error| lost(&error))? {
            Reply::Progress(text) => eprintln!("{text}"),
            reply => return Ok(reply),
        }
    }
}

/// Gives an order whose answer is a sentence.
pub(super) fn tell(kept: &Kept, why: &Why, order: Wish) -> Exit {
    match give(kept, why, order) {
        Ok(Reply::Done { text, .. }) => {
            super::print(&format!("{text}\n"));
            Exit::Done
        }
        Ok(other) => said(&other),
        Err(message) => unable(message),
    }
}

/// What an answer that is no success comes to.
pub(super) fn said(reply: &Reply) -> Exit {
    match reply {
        Reply::Refused(why) => {
            eprintln!("error: {why}");
            Exit::No
        }
        Reply::Failed(why) => unable(why),
        other => unable(format!("the daemon answered what was not asked: {other:?}")),
    }
}

fn no_daemon(kept: &Kept, error: &std::io::Error) -> String {
    let folder = store_folder(&kept.data.data, kept.sandbox);
    let shown = folder.display();
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
            let sandbox = if kept.sandbox { " --sandbox" } else { "" };
            format!(
                "no daemon runs on `{shown}`, and only a running one can do this: start it with `ondo run BUNDLES --data {}{sandbox}`",
                kept.data.data.display()
            )
        }
        ErrorKind::PermissionDenied => format!(
            "the daemon on `{shown}` runs as another user: give the order as that user (`sudo -u USER ondo …`)"
        ),
        _ => format!("the daemon on `{shown}` cannot be reached: {error}"),
    }
}

/// `--data` and `--sandbox` as they were given, for a command that can be copied.
pub(super) fn place_args(kept: &Kept) -> String {
    let mut args = String::new();
    if kept.data.data != std::path::Path::new("./ondo-data") {
        args.push_str(&format!(
            " --data {}",
            quoted(&kept.data.data.display().to_string())
        ));
    }
    if kept.sandbox {
        args.push_str(" --sandbox");
    }
    args
}

/// As a shell takes it.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=+@%".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

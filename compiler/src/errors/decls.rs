//! Declarations: bundle, accounts, settings, libraries, schedules.

use super::nearest::Near;
use super::{a_list, suggest};
use crate::diagnostic::Diagnostic;
use crate::source::Place;

pub(crate) fn unknown_file(at: Place, path: &str, known: &[&str]) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-file",
        at,
        format!("there is no file `{path}` in the directory of the bundles"),
        "",
    );
    match super::nearest::nearest(path, known.iter().copied()) {
        Some(near) => finding.help(format!("\"{}\"", near.name)),
        None => finding,
    }
}

pub(crate) fn not_in_library(at: Place, what: &str) -> Diagnostic {
    Diagnostic::error(
        "not-in-library",
        at,
        format!("{what} cannot stand in a file that others `use`"),
        "",
    )
    .help("such a file declares `const`, `fn`, `type` and `table`")
}

pub(crate) fn connector_in_bundle(at: Place, name: &str) -> Diagnostic {
    let what = if name.is_empty() {
        "a part of a connector".to_owned()
    } else {
        format!("connector `{name}`")
    };
    Diagnostic::error(
        "connector-in-bundle",
        at,
        format!("{what} stands among the rules of a bundle"),
        "",
    )
    .help("move it to a file in the folder `connectors` of the bundle")
}

pub(crate) fn unknown_setting(
    at: Place,
    name: &str,
    owner: &str,
    near: Option<Near>,
    known: &[&str],
) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-setting",
        at,
        format!("{owner} has no setting `{name}`"),
        "",
    );
    match near {
        Some(_) => suggest(finding, name, near),
        None => {
            let names = known.iter().map(|name| format!("`{name}`"));
            finding.help(format!("there are {}", a_list(names)))
        }
    }
}

/// `secret ""`
pub(crate) fn nameless(at: Place, word: &str, name: &str, connector: &str) -> Diagnostic {
    let variable = format!("{connector}_{name}").to_uppercase();
    Diagnostic::error(
        "missing-setting",
        at,
        format!("`{word}` needs the name under which the value of `{name}` is kept"),
        "no name",
    )
    .help(format!("{word} \"{variable}\""))
}

/// `webhook.post("site")`
pub(crate) fn not_a_path(at: Place, path: &str) -> Diagnostic {
    let kept: String = path
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join("-");
    Diagnostic::error(
        "not-a-url",
        at,
        "the path of a webhook begins with `/` and has no blanks, `?` or `#`",
        "",
    )
    .help(format!("\"/{}\"", kept.trim_start_matches('/')))
}

pub(crate) fn missing_setting(
    at: Place,
    name: &str,
    connector: &str,
    (declared, caption): (Place, Option<&str>),
    secret: bool,
) -> Diagnostic {
    let help = if secret {
        format!("{name}: secret \"…\"")
    } else {
        format!("{name}: …")
    };
    Diagnostic::error(
        "missing-setting",
        at,
        format!("an account of {connector} needs the setting `{name}`"),
        "",
    )
    .also(declared, caption.unwrap_or("wanted here"))
    .help(help)
}

pub(crate) fn not_a_url(at: Place, name: &str) -> Diagnostic {
    Diagnostic::error(
        "not-a-url",
        at,
        format!("`{name}` wants an address that begins with https://"),
        "",
    )
    .help("\"https://…\"")
}

/// `certificate: "AB:12"`
pub(crate) fn not_a_fingerprint(at: Place) -> Diagnostic {
    Diagnostic::error(
        "not-a-fingerprint",
        at,
        "`certificate` wants a fingerprint: `sha256:` and 64 digits from 0 to F",
        "",
    )
    .help("\"sha256:…\"")
}

pub(crate) fn not_fixed(at: Place, what: &str, reason: &str) -> Diagnostic {
    Diagnostic::error(
        "not-constant",
        at,
        format!("{what} must be known before anything runs: {reason}"),
        "",
    )
}

pub(crate) fn not_positive(at: Place, what: &str) -> Diagnostic {
    let finding = Diagnostic::error(
        "not-constant",
        at,
        format!("{what} must be more than zero"),
        "",
    );
    match what {
        "`times`" => finding.help("expect no account.action"),
        _ => finding,
    }
}

pub(crate) fn unknown_zone(at: Place, name: &str) -> Diagnostic {
    let message = format!("there is no time zone `{name}`");
    let finding = Diagnostic::error("unknown-zone", at, message, "");
    match super::nearest::nearest_zone(name) {
        Some(zone) => finding
            .help(format!("\"{zone}\""))
            .fix(format!("\"{zone}\"")),
        None => finding.help("names of the IANA database: \"Europe/Moscow\", \"Asia/Almaty\""),
    }
}

pub(crate) fn unknown_allow(at: Place, name: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-allow",
        at,
        format!("`allow` knows `personal`, not `{name}`"),
        "",
    )
    .help("allow personal -> …")
    .fix("personal")
}

pub(crate) fn payload_is_declared(at: Place, event: &str, declared: Place) -> Diagnostic {
    Diagnostic::error(
        "payload-type",
        at,
        format!(
            "the fields of `{event}` are declared by its connector, so the rule cannot name a type"
        ),
        "",
    )
    .also(declared, "declared here")
    .help("extend ACCOUNT.EVENT { … } adds fields of your own account")
}

/// `gate`: `every` or `poll every`.
pub(crate) fn every_too_short(at: Place, gate: &str) -> Diagnostic {
    let message = format!("`{gate}` is at least one second");
    Diagnostic::error("not-constant", at, message, "").help(format!("{gate} 1s"))
}

pub(crate) fn bad_cron(at: Place, spec: &str, fields: usize) -> Diagnostic {
    let message = format!("`{spec}` has {fields} fields; a schedule has five");
    Diagnostic::error("bad-cron", at, message, "").help(FIVE_FIELDS)
}

pub(crate) fn no_moment(at: Place, text: &str) -> Diagnostic {
    Diagnostic::error(
        "unreadable-literal",
        at,
        format!("`{text}` is no moment"),
        "",
    )
    .help("at \"2026-11-21T10:00:00+03:00\"")
}

/// A test names a file that is not in the bundle's folder.
pub(crate) fn no_fixture(at: Place, path: &str, known: &[String]) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-file",
        at,
        format!("there is no file `{path}` in the folder of the bundle"),
        "",
    );
    match super::nearest::nearest(path, known.iter().map(String::as_str)) {
        Some(near) => finding.help(format!("\"{}\"", near.name)),
        None => finding,
    }
}

/// `example "order.json"` of a definition. `known`: the files that are in the folder of examples.
pub(crate) fn no_example(at: Place, path: &str, known: &[String]) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-file",
        at,
        format!("there is no file `examples/{path}` beside this definition"),
        "",
    );
    match super::nearest::nearest(path, known.iter().map(String::as_str)) {
        Some(near) => finding.help(format!("\"{}\"", near.name)),
        None => finding,
    }
}

/// A test takes an event from a file that is no JSON.
pub(crate) fn broken_fixture(at: Place, path: &str, why: &str) -> Diagnostic {
    let message = format!("`{path}` is no JSON: {why}");
    Diagnostic::error("broken-fixture", at, message, "")
}

/// A test takes an event from a file that has another shape than the events have.
pub(crate) fn fixture_shape(at: Place, path: &str, why: &str) -> Diagnostic {
    let message = format!("no such event comes as `{path}` has it: {why}");
    Diagnostic::warning("fixture-shape", at, message, "")
}

/// `test "…" { given crm.order }`
pub(crate) fn no_expect(at: Place) -> Diagnostic {
    let message = "a test without `expect` passes whatever happens";
    Diagnostic::warning("no-expect", at, message, "").help("expect run done")
}

pub(crate) fn fixture_outside(at: Place, path: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-file",
        at,
        format!("a test takes its files from the folder of the bundle, `{path}` leads elsewhere"),
        "",
    )
    .help("from \"fixtures/order.json\"")
}

pub(crate) fn no_status(at: Place, number: u64) -> Diagnostic {
    Diagnostic::error(
        "unreadable-literal",
        at,
        format!("`{number}` is no status of HTTP"),
        "",
    )
    .help("status 400")
}

pub(crate) fn bad_cron_field(
    at: Place,
    part: &str,
    what: &str,
    (first, last): (u32, u32),
) -> Diagnostic {
    let message = format!("`{part}` is no {what} of a schedule: it goes from {first} to {last}");
    Diagnostic::error("bad-cron", at, message, "").help(FIVE_FIELDS)
}

/// `0 0 31 2 *`
pub(crate) fn cron_never(at: Place, spec: &str) -> Diagnostic {
    let message = format!("`{spec}` is a time that never comes");
    Diagnostic::error("bad-cron", at, message, "").help(FIVE_FIELDS)
}

const FIVE_FIELDS: &str = "minute hour day month weekday: \"0 4 * * *\" is every day at four";

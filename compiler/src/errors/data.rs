//! Secrets, personal data, and doors that stand open.

use crate::diagnostic::Diagnostic;
use crate::source::Place;

pub(crate) fn personal_not_allowed(
    at: Place,
    field: &str,
    target: &str,
    connector: &str,
) -> Diagnostic {
    Diagnostic::error(
        "personal-data",
        at,
        format!("`{field}` is personal, and {connector} is not among those who may be sent it ({target})"),
        "personal",
    )
    .help(format!("allow personal -> …, {connector}"))
}

pub(crate) fn personal_elsewhere(
    at: Place,
    field: &str,
    target: &str,
    connector: &str,
) -> Diagnostic {
    Diagnostic::warning(
        "personal-data",
        at,
        format!("`{field}` is personal, but {target} is not meant for such data"),
        "personal",
    )
    .help(format!("allow personal -> {connector}"))
}

pub(crate) fn personal_in_reason(at: Place, field: &str) -> Diagnostic {
    Diagnostic::warning(
        "personal-data",
        at,
        format!("`{field}` is personal, but a reason stands in the history of the run"),
        "personal",
    )
    .help("mask(…)")
}

pub(crate) fn secret_leak(at: Place, into: &str) -> Diagnostic {
    Diagnostic::error(
        "secret-leak",
        at,
        format!("a secret cannot become part of {into}"),
        "a secret",
    )
    .help("a secret goes whole into a setting of an account, or a header or query value of http.request")
}

pub(crate) fn secret_in_setting(
    at: Place,
    name: &str,
    connector: &str,
    declared: Place,
) -> Diagnostic {
    Diagnostic::error(
        "secret-leak",
        at,
        format!("`{name}` of {connector} is no secret: it is shown in histories"),
        "a secret",
    )
    .also(declared, "not secret")
    .help("env \"…\"")
}

pub(crate) fn plain_secret(at: Place, name: &str, connector: &str, declared: Place) -> Diagnostic {
    Diagnostic::error(
        "plain-secret",
        at,
        format!("`{name}` of {connector} is a secret and cannot stand in the text of a bundle"),
        "everybody can read this",
    )
    .also(declared, "a secret")
    .help(format!("{name}: secret \"…\""))
}

pub(crate) fn open_hook(at: Place, account: &str, declared: Place, secrets: &[&str]) -> Diagnostic {
    let help = if secrets.is_empty() {
        "open: true, if anybody may send".to_owned()
    } else {
        let secrets: Vec<String> = secrets
            .iter()
            .map(|name| format!("{name}: secret \"…\""))
            .collect();
        format!(
            "{}, or open: true if anybody may send",
            secrets.join(" or ")
        )
    };
    Diagnostic::error(
        "open-hook",
        at,
        format!("anybody could send this event: `{account}` has nothing by which senders prove who they are"),
        "",
    )
    .also(declared, "no secret here")
    .help(help)
}

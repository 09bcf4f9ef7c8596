#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use ondo_compiler::ir::Expr;

use super::*;

#[test]
fn a_name_is_a_variable_then_a_file_then_a_credential() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("token"), "из файла\n").unwrap();
    std::fs::write(dir.path().join("C"), "credential").unwrap();
    let file = dir.path().join("token");
    let mut environment = Environment::of([
        ("A", "value"),
        ("A_FILE", "/nowhere"),
        ("B_FILE", file.to_str().unwrap()),
        ("EMPTY", ""),
    ]);
    environment.credentials = Some(dir.path().to_owned());
    assert_eq!(environment.text("A").unwrap().unwrap(), "value");
    assert_eq!(environment.text("B").unwrap().unwrap(), "из файла");
    assert_eq!(environment.text("C").unwrap().unwrap(), "credential");
    assert_eq!(environment.text("D").unwrap(), None);
    assert_eq!(environment.text("EMPTY").unwrap(), None);
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem_not_a_missing_name() {
    let environment = Environment::of([("A_FILE", "/nowhere/at/all")]);
    assert!(
        environment
            .text("A")
            .unwrap_err()
            .contains("/nowhere/at/all")
    );
}

#[test]
fn a_problem_names_what_to_set() {
    let problem = Problem {
        bundle: "pizza".into(),
        account: "loyalty".into(),
        connector: "plazius".into(),
        setting: "password".into(),
        caption: Some("Пароль".into()),
        variable: Some("PLAZIUS_PASSWORD".into()),
        reason: "needs `password`".into(),
    };
    assert_eq!(
        problem.to_string(),
        "pizza: loyalty (plazius) needs `password` (Пароль); set PLAZIUS_PASSWORD, or PLAZIUS_PASSWORD_FILE to a file that holds it"
    );
}

const NOTE: &str = r#"on retailcrm.order when customer != null do retailcrm.createCustomerNote(
  customer: { id: customer.id }, site: site, text: "Заказ {number}")
"#;

fn resolve_in(
    text: &str,
    variables: &[(&str, &str)],
    unset: Unset,
) -> Result<Vec<ResolvedAccount>, Vec<Problem>> {
    let ready = crate::bundle::tests::ready(text);
    resolve(
        &ready.program,
        &Environment::of(variables.iter().copied()),
        unset,
    )
}

#[test]
fn everything_that_is_missing_is_said_at_once_and_no_value_is() {
    let problems = resolve_in(NOTE, &[("RETAILCRM_APIKEY", "key-1")], Unset::Missing).unwrap_err();
    let variables: Vec<_> = problems
        .iter()
        .flat_map(|problem| &problem.variable)
        .collect();
    assert_eq!(variables, ["RETAILCRM_URL", "RETAILCRM_HOOKSECRET"]);
    assert!(
        problems
            .iter()
            .all(|problem| !problem.to_string().contains("key-1"))
    );
}

#[test]
fn the_identity_has_names_of_secrets_and_no_values() {
    let variables = [
        ("RETAILCRM_URL", "https://shop.example/"),
        ("RETAILCRM_APIKEY", "key-1"),
        ("RETAILCRM_HOOKSECRET", "hook-1"),
        ("RETAILCRM_PRIVATENETWORK", "true"),
    ];
    let accounts = resolve_in(NOTE, &variables, Unset::Missing).unwrap();
    assert_eq!(
        &*accounts[0].identity,
        "retailcrm url=https://shop.example apiKey=RETAILCRM_APIKEY hookSecret=RETAILCRM_HOOKSECRET privateNetwork"
    );
    assert!(access(&accounts[0]).private);
}

/// With a certificate of its own, however the address begins.
fn resolve_pinned(url: &str, certificate: &str) -> Result<Vec<ResolvedAccount>, Vec<Problem>> {
    let variables = [
        ("RETAILCRM_URL", url),
        ("RETAILCRM_APIKEY", "key-1"),
        ("RETAILCRM_HOOKSECRET", "hook-1"),
        ("RETAILCRM_CERTIFICATE", certificate),
    ];
    resolve_in(NOTE, &variables, Unset::Missing)
}

#[test]
fn the_certificate_of_a_host_is_a_fingerprint() {
    let digits = "0f".repeat(32);
    let accounts = resolve_pinned("https://crm.local", &format!("sha256:{digits}")).unwrap();
    let certificate = access(&accounts[0]).certificate.unwrap();
    assert_eq!(
        certificate.to_string(),
        format!("sha256:{}", "0F".repeat(32))
    );

    let problems = resolve_pinned("https://crm.local", &digits).unwrap_err();
    assert_eq!(
        problems[0].reason,
        "`certificate`: RETAILCRM_CERTIFICATE is not the fingerprint of a certificate (`sha256:` and 64 digits from 0 to F)"
    );
}

#[test]
fn a_certificate_is_no_part_of_what_the_account_is() {
    let of = |byte: &str| {
        let text = format!("sha256:{}", byte.repeat(32));
        let accounts = resolve_pinned("https://crm.local", &text).unwrap();
        accounts[0].identity.clone()
    };
    // Else a renewed certificate would make what was done with the old one be done again.
    assert_eq!(of("0f"), of("0e"));
}

#[test]
fn a_certificate_without_tls_is_a_problem() {
    let text = format!("sha256:{}", "0f".repeat(32));
    let problems = resolve_pinned("http://crm.local", &text).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "shop: retailcrm `certificate` wants `url` to begin with https://"
    );
}

#[test]
fn a_url_or_a_flag_that_is_none_is_a_problem() {
    let variables = [
        ("RETAILCRM_URL", "shop.example"),
        ("RETAILCRM_APIKEY", "key-1"),
        ("RETAILCRM_HOOKSECRET", "hook-1"),
        ("RETAILCRM_PRIVATENETWORK", "yes"),
    ];
    let problems = resolve_in(NOTE, &variables, Unset::Missing).unwrap_err();
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(said[0].contains("RETAILCRM_URL is not a URL"), "{said:?}");
    assert!(said[1].contains("`true` or `false`"), "{said:?}");
}

#[test]
fn the_sandbox_needs_nothing() {
    let accounts = resolve_in(NOTE, &[], Unset::Sandbox).unwrap();
    assert!(accounts[0].identity.starts_with("sandbox "));
    let key = accounts[0]
        .settings
        .iter()
        .find(|(name, _)| &**name == "apiKey");
    assert!(
        matches!(key, Some((_, Value::Secret(secret))) if secret.expose() == "sandbox:RETAILCRM_APIKEY")
    );
}

#[test]
fn a_secret_inside_a_rule_has_its_value_or_is_missing() {
    let text = r#"on webhook.post("/x") do http.request(method: "GET", url: "https://a.example", headers: { Authorization: secret "T" })
"#;
    let ready = crate::bundle::tests::ready(text);
    let missing = resolve_rules(&ready.program, &Environment::of([]), Unset::Missing).unwrap_err();
    assert_eq!(
        missing[0].to_string(),
        "shop: `T` is needed by its rules; set T, or T_FILE to a file that holds it"
    );
    let program = resolve_rules(
        &ready.program,
        &Environment::of([("T", "token-1")]),
        Unset::Missing,
    )
    .unwrap();
    let found = program.exprs.nodes.iter().any(
        |expr| matches!(expr, Expr::Const(Value::Secret(secret)) if secret.expose() == "token-1"),
    );
    assert!(found);
    assert!(!format!("{:?}", program.exprs).contains("token-1"));
}

#[test]
fn an_account_that_is_only_called_needs_no_secret_for_its_address() {
    let text = r#"account form = webhook { open: true }
type Wanted = { id: int }
on form.post("/read") as wanted: Wanted do retailcrm.getOrder(id: wanted.id, by: "id", site: "msk")
"#;
    let variables = [
        ("RETAILCRM_URL", "https://shop.example"),
        ("RETAILCRM_APIKEY", "key-1"),
    ];
    assert!(resolve_in(text, &variables, Unset::Missing).is_ok());
}

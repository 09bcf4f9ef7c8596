//! Canaries: a different planted text in every place for a secret and in every field for a person, and then a search for
//! each of them in everything that the process leaves behind, while the vendor quotes back whatever it is sent.
//!
//! Secrets are found nowhere. What is a person's is found in the columns that hold bodies, and masked wherever it is shown.

use std::path::Path;

use base64::Engine as _;

use crate::support::daemon::{Daemon, ondo, run, sql};
use crate::support::http::{Message, request};
use crate::support::stub::{Reply, Stub};
use crate::support::{bundle, order};

/// Environment variables that hold secrets. Each has its own canary.
const SECRETS: [&str; 21] = [
    "RETAILCRM_APIKEY",
    "RETAILCRM_HOOKSECRET",
    "PLAZIUS_APIKEY",
    "PLAZIUS_PASSWORD",
    "IIKO_APIKEY",
    "IIKO_APPID",
    "IIKO_CLIENTSECRET",
    "IIKO_AUTHTOKEN",
    "RK_TOKEN",
    "RK_SALT",
    "TG_TOKEN",
    "FORM_TOKEN",
    "FORM_HMAC",
    "FORM_SALT",
    "HTTP_BEARER",
    "HTTP_BASIC",
    "HTTP_KEY",
    "HTTP_QUERY",
    "HTTP_BODY",
    "WB_TOKEN",
    "OZON_KEY",
];
/// Tokens that vendors give out.
const TOKENS: [&str; 2] = ["canary-token-of-plazius", "canary-token-of-iiko"];

/// With characters that JSON, URLs and forms write in another way.
fn secret(name: &str) -> String {
    let number = SECRETS.iter().position(|known| *known == name).unwrap();
    match name.starts_with("HTTP_") || name.starts_with("FORM_") {
        true => format!("canary\"{number:02}&/+=%x\\y"),
        false => format!("canary-{number:02}-key"),
    }
}

/// Every way in which it could have been written down.
fn spellings(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let in_json = json[1..json.len() - 1].to_owned();
    let percent: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let base64 = base64::engine::general_purpose::STANDARD;
    vec![
        secret.to_owned(),
        in_json.replace('\\', "\\\\").replace('"', "\\\""),
        in_json,
        percent.to_lowercase(),
        percent,
        base64.encode(secret),
        base64.encode(format!("user:{secret}")),
    ]
}

/// What belongs to people, in an order and in a lead.
const PEOPLE: [&str; 19] = [
    "Канарейкина",
    "Канарина",
    "Канаровна",
    "89990001101",
    "89990001102",
    "canary03@example.com",
    "Канарьева",
    "Канарика",
    "+7 999 000-11-04",
    "canary05@example.com",
    "Канарская",
    "Канаренко",
    "+79990001106",
    "canary07@example.com",
    "89990001108",
    "canary09@example.com",
    "Канарчук",
    "8 (999) 000-11-10",
    "canary11@example.com",
];

/// Columns that hold what came and what went as it was, and the words of an author or a vendor about it.
const BODIES: [(&str, &str); 8] = [
    ("journal", "message"),
    ("runs", "reason"),
    ("events", "body"),
    ("events", "payload"),
    ("events", "enrich"),
    ("journal", "request_body"),
    ("journal", "answer"),
    ("rejects", "body"),
];

const RULES: &str = r#"allow personal -> telegram, plazius, retailcrm, http
account cloud = iiko { apiKey: secret "IIKO_APIKEY", appId: secret "IIKO_APPID", clientSecret: secret "IIKO_CLIENTSECRET",
  authToken: secret "IIKO_AUTHTOKEN", base: env "VENDOR", organizationId: "7bc05553-4b68-44e8-b7bc-37be63c6d9e9", privateNetwork: true }
account till = rkeeper { base: env "VENDOR", objectId: 199990001, token: secret "RK_TOKEN", salt: secret "RK_SALT", privateNetwork: true }
account staff = telegram { base: env "VENDOR", token: secret "TG_TOKEN", chat: "-100200300", privateNetwork: true }
account wb = wildberries { base: env "VENDOR", token: secret "WB_TOKEN", privateNetwork: true }
account oz = ozon { base: env "VENDOR", clientId: "1", apiKey: secret "OZON_KEY", privateNetwork: true }
account byToken = webhook { token: secret "FORM_TOKEN" }
account byHmac = webhook { hmac: secret "FORM_HMAC" }
account bySalt = webhook { salt: secret "FORM_SALT" }

type Lead = { id: int, name: string, phone: string, email: string, "телефон": string? }

rule visit: on retailcrm.order when phone != null do cloud.getReserves(reserveIds: [number])
rule till: on retailcrm.order when phone != null do till.getTaskResponse(taskGuid: number)
rule ask: on retailcrm.order when phone != null do wb.getStatuses(orders: [id])
rule look: on retailcrm.order when phone != null do oz.getPosting(posting_number: number)
rule bonus: on retailcrm.order when phone != null do {
  plazius.addBonus(
    guest: { type: "phone", phone: e164(phone, region: "RU") }, organization: { type: "rkObjectId", id: "4174244" },
    amount: 10, comment: "Order {number}",
  )
}
rule note: on retailcrm.order when phone != null and firstName != null and lastName != null and email != null do
  retailcrm.createCustomerNote(customer: { id: 77 }, site: "msk", text: "{firstName} {lastName} {phone} {email}")
rule tell: on retailcrm.order when phone != null and firstName != null and lastName != null and email != null do staff.send(text: "{firstName} {lastName} {phone} {email}")
rule relay: on byToken.post("/lead") as lead: Lead once per lead.id do http.request(
  method: "POST", url: env "VENDOR_URL",
  headers: { Authorization: secret "HTTP_BEARER", "X-Basic": secret "HTTP_BASIC", "X-Key": secret "HTTP_KEY" },
  query: { key: secret "HTTP_QUERY" },
  body: { name: lead.name, phone: lead.phone, email: lead.email },
)
rule byhmac: on byHmac.post("/hmac") as lead: Lead once per lead.id do staff.send(text: "{lead.name} {lead.phone} {lead.email}")
rule bysalt: on bySalt.post("/salt") as lead: Lead once per lead.id do fail "no: {lead.name} {lead.phone} {lead.email}"
"#;

/// A vendor that quotes everything it was sent, in JSON, in plain text and in a good answer.
fn parrot() -> Stub {
    Stub::start(|request, before| {
        if request.first_line.contains("/auth/gentoken") {
            let text = format!(
                r#"{{"token":"{}","refreshToken":"unused","aliveSecondsTtl":900}}"#,
                TOKENS[0]
            );
            return Reply::Json(200, text);
        }
        if request.first_line.contains("/access_token") {
            return Reply::Json(
                200,
                format!(r#"{{"correlationId":"1","token":"{}"}}"#, TOKENS[1]),
            );
        }
        let headers: Vec<String> = request
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let quoted = format!(
            "{}\n{}\n{}",
            request.first_line,
            headers.join("\n"),
            request.text()
        );
        let error = serde_json::json!({
            "error": { "code": "9004", "message": quoted }, "errorMsg": quoted, "description": quoted, "ok": false,
            "success": false,
        });
        match before % 3 {
            0 => Reply::Json(400, error.to_string()),
            1 => Reply::With(
                422,
                vec![("X-Echo".into(), quoted.replace('\n', " "))],
                quoted,
            ),
            _ => Reply::Json(404, serde_json::Value::from(error.to_string()).to_string()),
        }
    })
}

/// The canaries of this list that are in these bytes.
fn found(bytes: &[u8], needles: &[String]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let is_in = |needle: &&String| text.contains(&***needle);
    needles.iter().filter(is_in).cloned().collect()
}

fn files(folder: &Path, all: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else if let Ok(bytes) = std::fs::read(&path) {
            all.push((path.display().to_string(), bytes));
        }
    }
}

/// Every column of the store with canaries in it: table, column, the canaries.
fn columns(data: &Path, needles: &[String]) -> Vec<(String, String, Vec<String>)> {
    let store = sql(data);
    let names = |query: &str| -> Vec<String> {
        let mut statement = store.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let mut holding = Vec::new();
    for table in names("SELECT name FROM sqlite_master WHERE type = 'table'") {
        for column in names(&format!("SELECT name FROM pragma_table_info('{table}')")) {
            let query = format!(
                "SELECT CAST(\"{column}\" AS BLOB) FROM \"{table}\" WHERE \"{column}\" IS NOT NULL"
            );
            let mut statement = store.prepare(&query).unwrap();
            let values = statement
                .query_map([], |row| row.get::<_, Vec<u8>>(0))
                .unwrap();
            let mut in_column: Vec<String> = values
                .flat_map(|value| found(&value.unwrap(), needles))
                .collect();
            in_column.sort();
            in_column.dedup();
            if !in_column.is_empty() {
                holding.push((table.clone(), column, in_column));
            }
        }
    }
    holding
}

fn people() -> Vec<String> {
    let mut people: Vec<String> = PEOPLE.map(str::to_owned).to_vec();
    // As numbers are written elsewhere.
    people.extend(["+79990001101", "79990001101", "9990001101"].map(str::to_owned));
    people
}

fn sent(daemon: &Daemon, path: &str, headers: &[(&str, &str)], body: &str) -> Message {
    let mut all = vec![("Content-Type", "application/json")];
    all.extend_from_slice(headers);
    request(daemon.addr, "POST", path, &all, body.as_bytes()).unwrap()
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    use sha2::Digest as _;
    let mut hash = sha2::Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac(key: &[u8], text: &[u8]) -> String {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let first = sha256(&[&block.map(|byte| byte ^ 0x36), text]);
    hex(&sha256(&[&block.map(|byte| byte ^ 0x5c), &first]))
}

/// Everything that comes in and goes out once, at a daemon that logs all it can. Gives its log and what it answered.
fn a_busy_day(data: &Path, bundles: &Path, vendor: &Stub) -> (Vec<u8>, Vec<u8>) {
    let mut env: Vec<(String, String)> = SECRETS
        .iter()
        .map(|name| ((*name).to_owned(), secret(name)))
        .collect();
    for (name, value) in [
        ("VENDOR", vendor.url()),
        ("VENDOR_URL", format!("{}/hook", vendor.url())),
        ("RETAILCRM_URL", vendor.url()),
        ("RETAILCRM_PRIVATENETWORK", "true".into()),
        ("PLAZIUS_BASE", vendor.url()),
        ("PLAZIUS_PRIVATENETWORK", "true".into()),
        ("HTTP_PRIVATENETWORK", "true".into()),
        ("ONDO_LOG", "trace".into()),
    ] {
        env.push((name.to_owned(), value));
    }
    let args = ["--log-json"];
    let daemon = Daemon::try_start_with(bundles, data, &env, &args)
        .unwrap_or_else(|log| panic!("the daemon did not start:\n{log}"));
    let mut answers = Vec::new();
    let hook = format!("/hooks/day/retailcrm/{}", secret("RETAILCRM_HOOKSECRET"));
    for id in 1..=3 {
        let order = order(id, |order| {
            order["lastName"] = PEOPLE[0].into();
            order["firstName"] = PEOPLE[1].into();
            order["patronymic"] = PEOPLE[2].into();
            order["phone"] = PEOPLE[3].into();
            order["additionalPhone"] = PEOPLE[4].into();
            order["email"] = PEOPLE[5].into();
            order["customer"]["lastName"] = PEOPLE[6].into();
            order["customer"]["firstName"] = PEOPLE[7].into();
            order["customer"]["phones"] = serde_json::json!([{ "number": PEOPLE[8] }]);
            order["customer"]["email"] = PEOPLE[9].into();
            order["неизвестноеПоле"] = PEOPLE[18].into();
        });
        answers.push(sent(&daemon, &hook, &[], &order.to_string()));
    }
    for id in 1..=3 {
        let lead = |name: &str, phone: &str, email: &str, other: &str| {
            let lead = serde_json::json!({
                "id": id, "name": name, "phone": phone, "email": email, "телефон": other,
            });
            lead.to_string()
        };
        let body = lead(PEOPLE[10], PEOPLE[12], PEOPLE[13], PEOPLE[14]);
        let token = secret("FORM_TOKEN");
        answers.push(sent(
            &daemon,
            "/hooks/day/lead",
            &[("X-Token", &token)],
            &body,
        ));
        answers.push(sent(
            &daemon,
            "/hooks/day/lead",
            &[("X-Token", "guess")],
            &body,
        ));
        let body = lead(PEOPLE[11], PEOPLE[14], PEOPLE[15], PEOPLE[12]);
        let signature = hmac(secret("FORM_HMAC").as_bytes(), body.as_bytes());
        answers.push(sent(
            &daemon,
            "/hooks/day/hmac",
            &[("X-Signature", &signature)],
            &body,
        ));
        let body = lead(PEOPLE[16], PEOPLE[17], PEOPLE[15], PEOPLE[14]);
        let salt = secret("FORM_SALT");
        let signature = hex(&sha256(&[body.as_bytes(), salt.as_bytes()]));
        answers.push(sent(
            &daemon,
            "/hooks/day/salt",
            &[("X-Signature", &signature)],
            &body,
        ));
    }
    // Cut in the middle of a person.
    let broken = format!(
        "{{\"phone\":\"{}\",\"email\":\"{}\",\"lastName\":\"{}\"",
        PEOPLE[3], PEOPLE[5], PEOPLE[0]
    );
    answers.push(sent(&daemon, &hook, &[], &broken));
    daemon.wait_until_quiet();
    daemon.wait_for("SELECT count(*) FROM rejects", 1);
    let log = daemon.log().into_bytes();
    // The write-ahead log stays as it is.
    daemon.kill();
    let heads = answers.iter().flat_map(|answer| {
        let headers = format!("{:?}", answer.headers).into_bytes();
        [answer.body.clone(), headers]
    });
    let answered = heads.collect::<Vec<_>>().concat();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        12,
        "{statuses:?}"
    );
    (log, answered)
}

/// All that people can look at, without `--raw`.
fn shown(data: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = data.to_str().unwrap();
    let mut verbs: Vec<Vec<String>> = Vec::new();
    let verb = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    for more in [&[][..], &["--json"]] {
        verbs.push(verb(&[&["history"], more].concat()));
        verbs.push(verb(&[&["history", "--rejects"], more].concat()));
        verbs.push(verb(&[&["history", "--state", "dead"], more].concat()));
    }
    let store = sql(data);
    for table in ["events", "runs"] {
        let mut query = store.prepare(&format!("SELECT id FROM {table}")).unwrap();
        let ids: Vec<String> = query
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for id in ids {
            verbs.push(verb(&["show", &id]));
            verbs.push(verb(&["show", &id, "--json"]));
        }
    }
    verbs
        .into_iter()
        .map(|mut words| {
            words.extend(["--data".to_owned(), folder.to_owned()]);
            let args: Vec<&str> = words.iter().map(String::as_str).collect();
            let output = run(&args);
            assert!(!output.stdout.is_empty(), "{words:?}: {output:?}");
            (words.join(" "), [output.stdout, output.stderr].concat())
        })
        .collect()
}

#[test]
fn forty_canaries_are_found_nowhere_but_where_bodies_are_kept() {
    let vendor = parrot();
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bundles = bundle(dir.path(), "day.ondo", RULES);
    let (log, answered) = a_busy_day(&data, &bundles, &vendor);
    assert!(
        log.len() > 10_000,
        "the log says too little to prove anything"
    );

    let mut places = vec![
        ("the log".to_owned(), log),
        ("the hooks' answers".to_owned(), answered),
    ];
    places.extend(shown(&data));
    for verb in ["check", "ir"] {
        let output = ondo()
            .arg(verb)
            .arg(bundles.join("day.ondo"))
            .output()
            .unwrap();
        places.push((verb.to_owned(), [output.stdout, output.stderr].concat()));
    }
    let secrets: Vec<String> = SECRETS
        .iter()
        .map(|name| secret(name))
        .chain(TOKENS.map(str::to_owned))
        .flat_map(|secret| spellings(&secret))
        .collect();
    let people = people();
    let mut wrong = Vec::new();
    for (place, bytes) in &places {
        for canary in found(bytes, &secrets)
            .into_iter()
            .chain(found(bytes, &people))
        {
            wrong.push(format!("{place}: {canary}"));
        }
    }
    let mut kept = Vec::new();
    files(dir.path(), &mut kept);
    kept.retain(|(path, _)| !path.ends_with("day.ondo"));
    assert!(
        kept.iter().any(|(path, _)| path.ends_with("-wal")),
        "{:?}",
        kept.len()
    );
    for (path, bytes) in &kept {
        wrong.extend(
            found(bytes, &secrets)
                .iter()
                .map(|canary| format!("{path}: {canary}")),
        );
    }
    let mut in_bodies = 0;
    for (table, column, canaries) in columns(&data, &people) {
        match BODIES.contains(&(&*table, &*column)) {
            true => in_bodies += canaries.len(),
            false => wrong.push(format!("{table}.{column}: {canaries:?}")),
        }
    }
    println!(
        "{} secrets in {} spellings, {} texts of people; {} outputs, {} files; {in_bodies} times in bodies, elsewhere: {}",
        SECRETS.len() + TOKENS.len(),
        secrets.len(),
        people.len(),
        places.len(),
        kept.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The search can find: what was sent is there.
    assert!(in_bodies >= PEOPLE.len(), "{in_bodies}");
    assert!(vendor.seen().len() >= 12, "{}", vendor.seen().len());
}

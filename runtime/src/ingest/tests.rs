#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::io::{Read, Write};
use std::sync::atomic::AtomicUsize;

use tokio::sync::mpsc;

use super::*;
use crate::store::Memory;

/// A server without bundles on a port of its own.
async fn server(limits: Limits, state: State) -> (SocketAddr, watch::Sender<bool>) {
    server_with(Hooks::default(), limits, state).await
}

/// The same with hooks.
async fn server_with(
    hooks: Hooks,
    limits: Limits,
    state: State,
) -> (SocketAddr, watch::Sender<bool>) {
    let (engine, _inputs) = mpsc::unbounded_channel();
    let store = Arc::new(Memory::new());
    let intake = Arc::new(Intake::new(
        store,
        engine,
        Arc::new(AtomicUsize::new(0)),
        limits.deliveries_max,
    ));
    intake.hooks.store(Arc::new(hooks));
    intake.set_state(state);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let quota = Quota::new(limits.connections_max / 4, &[]);
    tokio::spawn(serve(listener, intake, limits, quota, stopped));
    (addr, stop)
}

async fn say(addr: SocketAddr, text: &'static str) -> String {
    tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(addr).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn an_unknown_hook_is_404_as_json() {
    let (addr, _stop) = server(Limits::default(), State::Ready).await;
    let answer = say(
        addr,
        "POST /hooks/a/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(
        answer.contains(r#"{"error":{"code":"not-found""#),
        "{answer}"
    );
}

#[tokio::test]
async fn readiness_follows_the_state() {
    let (addr, _stop) = server(Limits::default(), State::Draining).await;
    let ready = say(
        addr,
        "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    let healthy = say(
        addr,
        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(healthy.starts_with("HTTP/1.1 200"), "{healthy}");
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut() {
    let limits = Limits {
        head_time_max: Duration::from_millis(50),
        ..Limits::default()
    };
    let (addr, _stop) = server(limits, State::Ready).await;
    // Returns only because the server closes the connection.
    let answer = say(addr, "POST /hooks/a/b HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
}

#[tokio::test]
async fn a_stopped_server_takes_no_connection() {
    let (addr, stop) = server(Limits::default(), State::Ready).await;
    stop.send(true).unwrap();
    let mut patience = 200;
    while tokio::net::TcpStream::connect(addr).await.is_ok() && patience > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        patience -= 1;
    }
    assert!(patience > 0);
}

const ORDERS: &str = r#"account crm = retailcrm { url: env "CRM_URL", apiKey: secret "CRM_KEY", hookSecret: secret "CRM_HOOK" }
account form = webhook { open: true }
type Lead = { id: int }
rule orders: on crm.order when customer != null do crm.createCustomerNote(customer: { id: customer.id }, site: site, text: "{number}")
rule leads: on form.post("/заявка/new") as lead: Lead do crm.getOrder(id: lead.id, by: "id", site: "msk")
"#;

fn hooks(secret: &str) -> Hooks {
    let ready = crate::bundle::tests::ready(ORDERS);
    let environment = crate::settings::Environment::of([
        ("CRM_URL", "https://shop.example"),
        ("CRM_KEY", "k"),
        ("CRM_HOOK", secret),
    ]);
    let unset = crate::settings::Unset::Missing;
    let accounts = crate::settings::resolve(&ready.program, &environment, unset).unwrap();
    let mut hooks = Hooks::default();
    hooks.set(&ready.program, &accounts);
    hooks
}

#[test]
fn an_account_is_found_with_its_secret_and_not_without() {
    let hooks = hooks("тайна/1");
    let path = "/hooks/shop/crm/%D1%82%D0%B0%D0%B9%D0%BD%D0%B0%2F1";
    let (hook, secret) = hooks.find(path).unwrap();
    assert_eq!(
        (hook.address.as_str(), secret.as_deref()),
        ("/hooks/shop/crm", Some("тайна/1"))
    );
    for wrong in [
        "/hooks/shop/crm",
        "/hooks/shop/crm/",
        "/hooks/shop/crm/other",
        "/hooks/other/crm/x",
    ] {
        assert!(hooks.find(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn a_webhook_is_found_by_its_own_path() {
    let hooks = hooks("s");
    let (hook, secret) = hooks
        .find("/hooks/shop/%D0%B7%D0%B0%D1%8F%D0%B2%D0%BA%D0%B0/new")
        .unwrap();
    assert_eq!(secret, None);
    assert_eq!(hook.args, [("path".to_owned(), "/заявка/new".to_owned())]);
    assert_eq!(
        hook.events.as_deref().map(|events| &*events[0]),
        Some("post")
    );
    assert!(hooks.find("/hooks/shop/form").is_none());
}

#[test]
fn addresses_name_the_events_that_rules_listen_to() {
    let ready = crate::bundle::tests::ready(ORDERS);
    let rows: Vec<_> = addresses(&ready.program)
        .into_iter()
        .map(|row| (row.path, row.events, row.path_secret))
        .collect();
    assert_eq!(
        rows,
        [
            (
                "/hooks/shop/crm".to_owned(),
                vec!["order".to_owned()],
                Some("hookSecret".to_owned())
            ),
            (
                "/hooks/shop/заявка/new".to_owned(),
                vec!["post".to_owned()],
                None
            ),
        ]
    );
}

const HEAD: &str = "POST /hooks/shop/crm/s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n";

async fn post(limits: Limits, state: State, rest: &str) -> String {
    let (addr, _stop) = server_with(hooks("s"), limits, state).await;
    say(addr, format!("{HEAD}{rest}").leak()).await
}

#[tokio::test]
async fn a_body_that_drips_is_408() {
    let limits = Limits {
        body_time_max: Duration::from_millis(50),
        ..Limits::default()
    };
    let answer = post(limits, State::Ready, "Content-Length: 10\r\n\r\n{").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("too-slow"), "{answer}");
}

#[tokio::test]
async fn a_chunked_body_over_the_limit_is_413() {
    let limits = Limits {
        body_bytes_max: 4,
        ..Limits::default()
    };
    let answer = post(
        limits,
        State::Ready,
        "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"id\":1}\r\n0\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn one_delivery_too_many_is_429_with_the_pause() {
    let limits = Limits {
        deliveries_max: 0,
        ..Limits::default()
    };
    let answer = post(limits, State::Ready, "Content-Length: 2\r\n\r\n{}").await;
    assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
}

#[tokio::test]
async fn a_delivery_while_it_stops_is_503_with_the_pause() {
    let answer = post(
        Limits::default(),
        State::Draining,
        "Content-Length: 2\r\n\r\n{}",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(
        answer.contains("retry-after: 5") && answer.contains("stopping"),
        "{answer}"
    );
}

#[tokio::test]
async fn what_is_no_json_is_400() {
    let answer = post(
        Limits::default(),
        State::Ready,
        "Content-Length: 1\r\n\r\n{",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[test]
fn an_account_without_its_secret_has_no_address() {
    let ready = crate::bundle::tests::ready(ORDERS);
    let environment = crate::settings::Environment::of([]);
    let unset = crate::settings::Unset::Sandbox;
    let mut accounts = crate::settings::resolve(&ready.program, &environment, unset).unwrap();
    accounts[0]
        .settings
        .retain(|(name, _)| &**name != "hookSecret");
    let mut hooks = Hooks::default();
    hooks.set(&ready.program, &accounts);
    for path in ["/hooks/shop/crm", "/hooks/shop/crm/", "/hooks/shop/crm/%00"] {
        assert!(hooks.find(path).is_none(), "{path}");
    }
}

#[tokio::test]
async fn who_asks_and_never_reads_is_cut() {
    let limits = Limits {
        write_time_max: Duration::from_millis(100),
        ..Limits::default()
    };
    let (addr, _stop) = server(limits, State::Ready).await;
    let cut = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(addr).unwrap();
        stream
            .set_write_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let asking = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000);
        // The answers fill the buffers of the system, then the server can write no more. Only that it closes ends this
        // with another error than our own impatience.
        loop {
            if let Err(error) = stream.write_all(asking.as_bytes()) {
                break error.kind();
            }
        }
    });
    let kind = cut.await.unwrap();
    assert!(
        matches!(
            kind,
            std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe
        ),
        "{kind:?}"
    );
}

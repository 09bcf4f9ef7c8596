//! F12: every toxic answer for every class of action, each classified as the table of verdicts says.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use super::{Folder, Outcome, Settings, setup};
use crate::check::{self, Verdict};
use crate::load::{Load, Mix};
use crate::rng::Rng;
use crate::sink::{Sink, Toxic};

/// Calls of each toxic and class.
const CALLS: u64 = 25;

/// What a first attempt with this toxic is.
const EXPECTED: [(Toxic, &str); 18] = [
    (Toxic::ResetBefore, "unknown"),
    (Toxic::ResetAfter, "unknown"),
    (Toxic::Eof, "unknown"),
    (Toxic::Drip, "applied_result_lost"),
    (Toxic::Bomb, "applied_result_lost"),
    (Toxic::LimitedBare, "refused"),
    (Toxic::AppliedSilent, "unknown"),
    (Toxic::Silent, "unknown"),
    (Toxic::Late, "unknown"),
    (Toxic::HalfBody, "applied_result_lost"),
    (Toxic::WrongLength, "applied_result_lost"),
    (Toxic::InvalidUtf8, "applied_result_lost"),
    (Toxic::Limited, "refused"),
    (Toxic::Refused, "refused"),
    (Toxic::AppliedBroken, "unknown"),
    (Toxic::Broken, "unknown"),
    (Toxic::Redirect, "unknown"),
    (Toxic::Huge, "applied_result_lost"),
];

/// The actions of the classes, as marks end.
const CLASSES: [&str; 4] = ["note", "put", "pay", "give"];

/// The toxic of a mark: by its number, so that each comes equally often. Every third delivery is left alone, so that the
/// vendor is never taken for dead.
fn toxic_of(mark: &str) -> Toxic {
    let number = mark
        .split('/')
        .next()
        .and_then(|id| id.rsplit('-').next())
        .and_then(|number| number.parse::<usize>().ok())
        .unwrap_or(0);
    match number % 3 {
        0 => EXPECTED[(number / 3) % EXPECTED.len()].0,
        _ => Toxic::None,
    }
}

pub(super) fn run(settings: &Settings) -> Result<Outcome, String> {
    let mut rng = Rng::new(settings.seed, "F12");
    let of_each = settings.of(CALLS);
    let count = of_each as usize * EXPECTED.len() * CLASSES.len() * 3;
    let mut verdict = Verdict::default();
    let mut classified: HashMap<(Toxic, &str), u64> = HashMap::new();
    let load = Load::with(&mut rng, count, |number, _| {
        CLASSES[(number / 3 / EXPECTED.len()) % CLASSES.len()]
    });
    let sink = Sink::start(
        |_, mark, before| match before {
            0 => toxic_of(mark),
            _ => Toxic::None,
        },
        |_| Duration::ZERO,
    )
    .map_err(|error| error.to_string())?;
    let mut folder = Folder::new()?;
    let setup = setup(settings, &folder, &sink)?;
    let daemon = setup.start()?;
    load.send(daemon.addr, 4, Duration::from_millis(30)).join();
    check::quiet(&setup.store(), false, Duration::from_secs(400))?;
    drop(daemon);
    let found = check::check(&setup.store(), &load.log(), &sink.ledger(), true);
    verdict.add(found);
    classify(&setup.store(), &mut verdict, &mut classified)?;
    folder.judge(settings, &verdict);
    nobody_listens(settings, &mut verdict)?;
    for (toxic, _) in EXPECTED {
        for class in CLASSES {
            let seen = classified.get(&(toxic, class)).copied().unwrap_or(0);
            if seen < of_each {
                let text = format!("{toxic:?} of {class} was seen {seen} times, not {of_each}");
                verdict.broke("P6", text);
            }
        }
    }
    let calls: u64 = classified.values().sum();
    Ok(Outcome::Done {
        done: format!(
            "{calls} toxic calls, {} toxics × {} classes",
            EXPECTED.len(),
            CLASSES.len()
        ),
        verdict,
    })
}

/// Compares the verdict of each first attempt.
fn classify(
    store: &std::path::Path,
    verdict: &mut Verdict,
    classified: &mut HashMap<(Toxic, &'static str), u64>,
) -> Result<(), String> {
    let connection = check::open(store)?;
    let sql = "SELECT events.key, journal.step, journal.verdict FROM journal
               JOIN runs ON runs.id = journal.run JOIN events ON events.id = runs.event
               WHERE journal.kind = 'outcome' AND journal.attempt = 1
                   AND journal.seq = (SELECT min(seq) FROM journal AS first WHERE first.run = journal.run
                                  AND first.step = journal.step AND first.kind = 'outcome')";
    let mut query = connection.prepare(sql).map_err(|error| error.to_string())?;
    let rows = query
        .query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
            ))
        })
        .map_err(|error| error.to_string())?;
    for row in rows {
        let (key, step, found) = row.map_err(|error| error.to_string())?;
        let toxic = toxic_of(&key);
        let Some((_, expected)) = EXPECTED.iter().find(|(known, _)| *known == toxic) else {
            continue;
        };
        let Some(class) = CLASSES.iter().find(|class| **class == step) else {
            continue;
        };
        *classified.entry((toxic, class)).or_default() += 1;
        if found != *expected {
            let text = format!("{toxic:?} of {key}/{step} is {found}, not {expected}");
            verdict.broke("P6", text);
        }
    }
    Ok(())
}

/// A vendor that refuses connections: nothing was sent, for every class, and nothing is in doubt.
fn nobody_listens(settings: &Settings, verdict: &mut Verdict) -> Result<(), String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let nobody: SocketAddr = listener.local_addr().map_err(|error| error.to_string())?;
    drop(listener);
    let mut rng = Rng::new(settings.seed, "F12 nobody");
    let mix = Mix {
        all: 0,
        keyed: 50,
        give: 50,
        bonus: 0,
    };
    let load = Load::new(&mut rng, 40, mix);
    let sink = Sink::start(|_, _, _| Toxic::None, |_| Duration::ZERO)
        .map_err(|error| error.to_string())?;
    let folder = Folder::new()?;
    let mut setup = setup(settings, &folder, &sink)?;
    setup.sink = nobody;
    let daemon = setup.start()?;
    load.send(daemon.addr, 4, Duration::ZERO).join();
    std::thread::sleep(Duration::from_secs(2));
    drop(daemon);
    let connection = check::open(&setup.store())?;
    let others = "SELECT count(*) FROM journal WHERE kind = 'outcome' AND verdict <> 'not_sent'";
    let others = check::number(&connection, others)?;
    let doubts = check::number(
        &connection,
        "SELECT count(*) FROM runs WHERE state = 'in_doubt'",
    )?;
    if others + doubts > 0 {
        verdict.broke(
            "P6",
            format!("nobody listens: {others} other verdicts, {doubts} in doubt"),
        );
    }
    Ok(())
}

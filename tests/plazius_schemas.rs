//! Plazius against the vendor's own schemas: what we send is what the documents describe, and what they do not describe
//! the sandbox refuses as they would.
//!
//! Arguments are generated from the types of the catalog, sent through the same code as real calls, and the bodies are
//! validated against the schemas of `tests/tables/plazius_*.json`. Then requests are broken, one field each.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jsonschema::Validator;
use ondo::engine::ResolvedAccount;
use ondo::sandbox::{ADDRESS, InProcess};
use ondo_compiler::catalog::{Action, Catalog, Connector};
use ondo_compiler::types::{EnumValue, Field, Name, ObjectType, Type};
use ondo_compiler::value::{Money, Num, Secret, Value};
use ondo_compiler::wire::{self, Cx, HttpRequest, Observed};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Value as Json, json};

use crate::support::root;

/// Requests for each of the twelve actions.
const CASES: u32 = 64;

/// Broken requests that both sides must refuse.
const BROKEN: usize = 200;

/// What was broken where one side refuses and the other does not, and why. `schema` or `sandbox`: who accepts.
#[rustfmt::skip]
const DISAGREEMENTS: &[(&str, &str, &str)] = &[
    ("null activationPeriod",                     "sandbox", NULL_OR_ABSENT),
    ("null activationPeriod.milliseconds",        "sandbox", NULL_OR_ABSENT),
    ("null activationPeriod.seconds",             "sandbox", NULL_OR_ABSENT),
    ("null activationPeriod.ticks",               "sandbox", NULL_OR_ABSENT),
    ("null activationPeriod.totalDays",           "sandbox", NULL_OR_ABSENT),
    ("null activationPeriod.totalMilliseconds",   "sandbox", NULL_OR_ABSENT),
    ("null activationPeriod.totalMinutes",        "sandbox", NULL_OR_ABSENT),
    ("null activationPeriod.totalSeconds",        "sandbox", NULL_OR_ABSENT),
    ("null fillOrderDetails",                     "sandbox", NULL_OR_ABSENT),
    ("null filter",                               "sandbox", NULL_OR_ABSENT),
    ("null filter.orderStatus",                   "sandbox", NULL_OR_ABSENT),
    ("null guest.sex",                            "sandbox", NULL_OR_ABSENT),
    ("null guestInformation.lastName",            "sandbox", NULL_OR_ABSENT),
    ("null guest.phone",                          "schema",  "ours is required: the only identifier of a guest (DEVIATIONS.md)"),
    ("remove guest.phone",                        "schema",  "ours is required: the only identifier of a guest (DEVIATIONS.md)"),
    ("range amount",                              "schema",  "that it is above 0 stands in its description only"),
    ("range cardTrack",                           "schema",  "that it has 3 characters stands in its description only"),
    ("range organization.id",                     "schema",  "that it is not empty stands in three of the documents only"),
    ("range filter.toDate",                       "sandbox", "an empty text is read as no moment"),
    ("range guestInformation.birthday.value",     "sandbox", "an empty text is read as no date"),
];

/// One `?` says both that a field may be left out and that it may be null; the documents tell the two apart.
const NULL_OR_ABSENT: &str = "`T?` may be null, and the document only lets it be left out";

// ------------------------------------------------------------------------------------------------------- the schemas

/// The schema of an action's request, as JSON Schema.
fn schema(action: &str) -> Json {
    let path = root().join(format!("tests/tables/plazius_{action}.json"));
    let mut document: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (_, path) = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .next()
        .unwrap();
    let body = &path["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let reference = body.as_str().unwrap().to_owned();
    nullable_as_types(&mut document["components"]["schemas"]);
    if action == "addLoyaltyCard" {
        let name = reference.rsplit('/').next().unwrap();
        let request = &mut document["components"]["schemas"][name];
        // The document requires `isVirtual`, does not describe it and forbids what it does not describe: no request at all
        // would fit.
        assert!(
            request["required"]
                .as_array()
                .unwrap()
                .contains(&json!("isVirtual"))
        );
        assert!(request["properties"].get("isVirtual").is_none());
        assert_eq!(request["additionalProperties"], json!(false));
        request["properties"]["isVirtual"] = json!({ "type": "boolean" });
    }
    json!({ "$ref": reference, "components": document["components"] })
}

/// `nullable: true` of OpenAPI 3.0 in the words of JSON Schema. Beside a `$ref` it says nothing.
fn nullable_as_types(schema: &mut Json) {
    match schema {
        Json::Object(fields) => {
            fields.values_mut().for_each(nullable_as_types);
            if fields.get("nullable") == Some(&Json::Bool(true)) && !fields.contains_key("$ref") {
                if let Some(ty) = fields.get("type").cloned() {
                    fields.insert("type".to_owned(), json!([ty, "null"]));
                }
                if let Some(words) = fields.get_mut("enum").and_then(Json::as_array_mut) {
                    words.push(Json::Null);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(nullable_as_types),
        _ => {}
    }
}

fn validator(action: &str) -> Validator {
    // The vendor's own moments have no zone, so they are more than RFC 3339.
    let moment = |text: &str| {
        text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok()
    };
    jsonschema::options()
        .should_validate_formats(true)
        .with_format("date-time", moment)
        .build(&schema(action))
        .unwrap()
}

// ------------------------------------------------------------------------------------------------------ the requests

/// The catalog, and an account of the vendor that is played.
struct World {
    catalog: Arc<Catalog>,
    account: ResolvedAccount,
    settings: Vec<(Name, Value)>,
}

impl World {
    fn new() -> Self {
        let settings: Vec<(Name, Value)> = vec![
            ("apiKey".into(), Value::Secret(Secret::new("key"))),
            ("password".into(), Value::Secret(Secret::new("password"))),
            ("organization".into(), Value::text("4174244")),
        ];
        let account = ResolvedAccount {
            name: "loyalty".into(),
            connector: "plazius".into(),
            identity: "loyalty".into(),
            settings: settings.clone(),
        };
        let mut sent = settings;
        sent.push((wire::SANDBOX_BASE.into(), Value::text(ADDRESS)));
        Self {
            catalog: ondo::bundle::catalog(),
            account,
            settings: sent,
        }
    }

    fn connector(&self) -> &Connector {
        self.catalog.connector("plazius").unwrap()
    }

    fn cx(&self) -> Cx<'_> {
        Cx {
            catalog: &self.catalog,
            settings: &self.settings,
            zone: "Europe/Moscow",
            now: now(),
        }
    }
}

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

/// Values of a type.
fn values(catalog: &Catalog, ty: &Type) -> BoxedStrategy<Value> {
    match catalog.types.resolve(ty) {
        Type::Nullable(inner) => {
            prop_oneof![1 => Just(Value::Absent), 3 => values(catalog, inner)].boxed()
        }
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Int => any::<i32>()
            .prop_map(|int| Value::Int(i64::from(int)))
            .boxed(),
        Type::Decimal => (any::<i32>(), 0_u32..5)
            .prop_map(|(int, scale)| Value::Num(number(int, scale)))
            .boxed(),
        Type::Money(_) => (-100_i32..1_000_000, 0_u32..3)
            .prop_map(|(int, scale)| {
                Value::Money(Money::new(number(int, scale), Some("RUB".into())))
            })
            .boxed(),
        Type::Phone => "\\+7999[0-9]{7}".prop_map(Value::text).boxed(),
        Type::Text => "[а-яА-Яa-zA-Z0-9 «»\"\\\\\n]{0,12}"
            .prop_map(Value::text)
            .boxed(),
        Type::Date => (1900_i16..2100, 1_i8..13, 1_i8..29)
            .prop_map(|(year, month, day)| Value::Date(jiff::civil::date(year, month, day)))
            .boxed(),
        Type::DateTime => (
            0_i64..4_000_000_000,
            select(vec!["UTC", "Europe/Moscow", "America/Caracas"]),
        )
            .prop_map(|(second, zone)| {
                let moment = Timestamp::from_second(second).unwrap();
                Value::DateTime(moment.in_tz(zone).unwrap())
            })
            .boxed(),
        Type::Enum(words) => select(words.values.clone())
            .prop_map(|word| match word {
                EnumValue::Text(text) => Value::Text(text),
                EnumValue::Int(int) => Value::Int(int),
                EnumValue::Bool(bool) => Value::Bool(bool),
            })
            .boxed(),
        Type::List(item) => vec(values(catalog, item), 0..4)
            .prop_map(Value::list)
            .boxed(),
        Type::Object(object) => fields(catalog, object).prop_map(Value::object).boxed(),
        other => panic!("no values of {other:?}"),
    }
}

fn number(int: i32, scale: u32) -> Num {
    let text = int.unsigned_abs().to_string();
    let sign = if int < 0 { "-" } else { "" };
    let scale = scale as usize;
    let padded = format!("{text:0>width$}", width = scale + 1);
    let (whole, rest) = padded.split_at(padded.len() - scale);
    let point = if scale == 0 { "" } else { "." };
    Num::parse(&format!("{sign}{whole}{point}{rest}")).unwrap()
}

/// The fields of an object, or the arguments of an action: what has a default may be left out.
fn fields(catalog: &Catalog, object: &ObjectType) -> BoxedStrategy<Vec<(Name, Value)>> {
    let one = |field: &Field| {
        let name = field.name.clone();
        let value = match field.default {
            Some(_) => {
                prop_oneof![1 => Just(Value::Absent), 2 => values(catalog, &field.ty)].boxed()
            }
            None => values(catalog, &field.ty),
        };
        value.prop_map(move |value| (name.clone(), value)).boxed()
    };
    let all: Vec<_> = object.fields.iter().map(one).collect();
    all.boxed()
}

fn runner(seed: u8) -> TestRunner {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(
        config,
        TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]),
    )
}

fn body(request: &HttpRequest) -> Json {
    serde_json::from_slice(&request.body).unwrap()
}

#[test]
fn every_request_fits_the_schema_of_its_document() {
    let world = World::new();
    let token = Secret::new("token");
    let (sent, refused) = (Cell::new(0_u32), Cell::new(0_u32));
    for (seed, action) in (0..).zip(world.connector().actions.values()) {
        let validator = validator(&action.name);
        let strategy = fields(&world.catalog, &action.args);
        let found = runner(seed).run(&strategy, |args| {
            let request = match wire::build_request(
                &world.cx(),
                world.connector(),
                action,
                &args,
                Some(&token),
            ) {
                Ok(request) => request,
                // An amount that is not above 0, a track that is too short: never sent.
                Err(failure) if failure.code == "value-refused" => {
                    refused.set(refused.get() + 1);
                    return Ok(());
                }
                Err(failure) => return Err(TestCaseError::fail(format!("{failure:?}"))),
            };
            sent.set(sent.get() + 1);
            let body = body(&request);
            let wrong: Vec<String> = validator
                .iter_errors(&body)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .collect();
            prop_assert!(wrong.is_empty(), "{body:#}\n{}", wrong.join("\n"));
            Ok(())
        });
        if let Err(error) = found {
            panic!("{}: {error}", action.name);
        }
    }
    println!(
        "12 actions: {} requests fit their schemas, {} were refused before they were sent",
        sent.get(),
        refused.get()
    );
    assert!(sent.get() > 600, "only {} requests", sent.get());
}

// ----------------------------------------------------------------------------------------------------------- broken

/// A number that depends on all before it.
struct Seed(u64);

impl Seed {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

/// The objects of a body, by pointer, and the names in each.
fn places(body: &Json, pointer: &str, found: &mut Vec<(String, String)>) {
    match body {
        Json::Object(fields) => {
            for (name, value) in fields {
                found.push((pointer.to_owned(), name.clone()));
                places(value, &format!("{pointer}/{name}"), found);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Breaks one field. What was done and where, `remove guest.phone`; none if nothing changed.
fn broken(body: &mut Json, seed: &mut Seed) -> Option<String> {
    let mut all = Vec::new();
    places(body, "", &mut all);
    let (pointer, name) = all[seed.next(all.len())].clone();
    let object = body.pointer_mut(&pointer).unwrap().as_object_mut().unwrap();
    let value = object.get(&name).unwrap().clone();
    let kind = [
        "remove", "rename", "retype", "null", "extra", "word", "range",
    ][seed.next(7)];
    match kind {
        "remove" => drop(object.remove(&name)),
        "rename" => {
            let value = object.remove(&name)?;
            object.insert(format!("{name}X"), value);
        }
        "retype" => {
            let other = match value {
                Json::String(_) => {
                    [json!(7), json!(true), json!({}), json!([])][seed.next(4)].clone()
                }
                Json::Number(_) => {
                    [json!("семь"), json!(false), json!({}), json!([1])][seed.next(4)].clone()
                }
                Json::Bool(_) => [json!("true"), json!(1), json!({})][seed.next(3)].clone(),
                _ => [json!("текст"), json!(7), json!(true)][seed.next(3)].clone(),
            };
            object.insert(name.clone(), other);
        }
        "null" => drop(object.insert(name.clone(), Json::Null)),
        "extra" => drop(object.insert("лишнее".to_owned(), json!(1))),
        "word" => match value {
            Json::String(_) => drop(object.insert(name.clone(), json!("no such word"))),
            _ => return None,
        },
        _ => match value {
            Json::Number(_) => drop(object.insert(name.clone(), json!(-1))),
            Json::String(_) => drop(object.insert(name.clone(), json!(""))),
            _ => return None,
        },
    }
    let indexes = |part: &&str| !part.is_empty() && part.parse::<usize>().is_err();
    let path: Vec<&str> = pointer.split('/').filter(indexes).collect();
    let place = match kind {
        "extra" => path.join("."),
        _ => path
            .iter()
            .copied()
            .chain([name.as_str()])
            .collect::<Vec<_>>()
            .join("."),
    };
    Some(format!("{kind} {place}").trim_end().to_owned())
}

/// What the sandbox finds wrong with a body.
fn problems(world: &World, sandbox: &InProcess, request: &HttpRequest, body: &Json) -> Vec<String> {
    let mut request = request.clone();
    request.body = body.to_string().into_bytes();
    sandbox.answer(now(), &world.account.identity, &request);
    sandbox.sent().pop().unwrap().problems
}

/// A vendor that is played, and a token of its.
fn sandbox(world: &World) -> (InProcess, Secret) {
    let sandbox = InProcess::new(Arc::clone(&world.catalog), vec![world.account.clone()]);
    let request = wire::auth_request(&world.cx(), world.connector())
        .unwrap()
        .unwrap();
    let Some(Observed::Answer(answer)) = sandbox.answer(now(), &world.account.identity, &request)
    else {
        panic!("no token");
    };
    let (token, _) = wire::read_token(&world.cx(), world.connector(), &answer).unwrap();
    (sandbox, token)
}

/// A request of an action that both sides accept.
fn accepted(
    world: &World,
    action: &Action,
    token: &Secret,
    runner: &mut TestRunner,
) -> HttpRequest {
    let strategy = fields(&world.catalog, &action.args);
    for _ in 0..1_000 {
        let args = strategy.new_tree(runner).unwrap().current();
        let request =
            wire::build_request(&world.cx(), world.connector(), action, &args, Some(token));
        if let Ok(request) = request {
            return request;
        }
    }
    panic!("{}: nothing is accepted", action.name);
}

#[test]
fn broken_requests_are_refused_by_the_schema_and_by_the_sandbox_alike() {
    let world = World::new();
    let actions: Vec<&Action> = world.connector().actions.values().collect();
    let validators: Vec<Validator> = actions
        .iter()
        .map(|action| validator(&action.name))
        .collect();
    let mut seed = Seed(20_261_128);
    let mut runner = runner(99);
    let mut both: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut tried, mut harmless) = (0, 0);
    let mut listed: BTreeMap<(String, &str), bool> = DISAGREEMENTS
        .iter()
        .map(|(what, who, _)| (((*what).to_owned(), *who), false))
        .collect();
    let mut wrong = BTreeSet::new();
    while both.values().sum::<usize>() < BROKEN || tried < 1_500 {
        tried += 1;
        assert!(tried < 5_000, "only {both:?}");
        let index = seed.next(actions.len());
        let (action, validator) = (actions[index], &validators[index]);
        let (sandbox, token) = sandbox(&world);
        let request = accepted(&world, action, &token, &mut runner);
        let mut body = body(&request);
        assert!(validator.is_valid(&body), "{body:#}");
        let before = problems(&world, &sandbox, &request, &body);
        assert!(before.is_empty(), "{}: {before:?}", action.name);
        let Some(what) = broken(&mut body, &mut seed) else {
            continue;
        };
        let by_schema = !validator.is_valid(&body);
        let found = problems(&world, &sandbox, &request, &body);
        match (by_schema, found.is_empty()) {
            (true, false) => {
                let kind = [
                    "remove", "rename", "retype", "null", "extra", "word", "range",
                ];
                let kind = kind
                    .into_iter()
                    .find(|kind| what.starts_with(kind))
                    .unwrap();
                *both.entry(kind).or_default() += 1;
            }
            (false, true) => harmless += 1,
            (by_schema, _) => {
                let who = if by_schema { "sandbox" } else { "schema" };
                match listed.get_mut(&(what.clone(), who)) {
                    Some(is_needed) => *is_needed = true,
                    None => drop(wrong.insert(format!(
                        "{what}: accepted by the {who} ({}; {found:?})",
                        action.name
                    ))),
                }
            }
        }
    }
    let count: usize = both.values().sum();
    println!(
        "{tried} requests broken: {count} refused by both {both:?}, {harmless} by neither, {} kinds of disagreement",
        listed.len()
    );
    assert!(count >= BROKEN);
    assert!(
        wrong.is_empty(),
        "disagreements without a reason:\n{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
    let unused: Vec<_> = listed
        .iter()
        .filter(|(_, is_needed)| !**is_needed)
        .collect();
    assert!(unused.is_empty(), "disagreements that are none: {unused:?}");
}

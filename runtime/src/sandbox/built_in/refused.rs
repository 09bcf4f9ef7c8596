//! Every action of every connector, spoiled in three ways: without a required field, with one that nobody knows, with a
//! value of another type.

use ondo_compiler::types::Type;
use ondo_grammar::ast::Place;

use super::places::{parts, replaced, required, single_values, with, without};
use super::*;

/// What cannot be spoiled, and why.
const CANNOT: &[(&str, &str, &str)] = &[
    (
        "http.request",
        "required",
        "any method and address is a request",
    ),
    (
        "http.request",
        "unknown",
        "it may have any header, query and body",
    ),
    (
        "http.request",
        "type",
        "a body may be any JSON, and headers and queries are texts",
    ),
    ("carbis.getEvents", "required", "the hash has a default"),
    (
        "carbis.getEvents",
        "type",
        "a query knows only texts, and every text is a hash",
    ),
    (
        "kaspi.getOrder",
        "required",
        "the only argument stands in the path",
    ),
    ("kaspi.getOrder", "type", "every text is an id"),
    (
        "kaspi.getEntries",
        "required",
        "the only argument stands in the path",
    ),
    ("kaspi.getEntries", "type", "every text is an id"),
    (
        "kaspi.getProduct",
        "required",
        "the only argument stands in the path",
    ),
    ("kaspi.getProduct", "type", "every text is an id"),
    (
        "wildberries.getNewOrders",
        "required",
        "there are no arguments",
    ),
    ("wildberries.getNewOrders", "type", "there are no arguments"),
    (
        "wildberries.getOrders",
        "required",
        "all arguments have defaults or may be absent",
    ),
    (
        "retailcrm.getOrder",
        "required",
        "what is required stands in the path, the rest has defaults",
    ),
];

/// One spoiled request.
struct Spoiled {
    /// `required`, `unknown` or `type`.
    how: &'static str,
    what: String,
    request: HttpRequest,
}

fn spoiled(vendor: &Vendor, action: &Action, request: &HttpRequest) -> Vec<Spoiled> {
    let types = &vendor.catalog.types;
    let mut found = Vec::new();
    let mut push = |how, what: &[String], request| {
        let what = what.join(".");
        found.push(Spoiled { how, what, request });
    };
    for part in parts(action, request) {
        for at in required(types, &part) {
            let tree = without(&part.tree, &at);
            push("required", &at, with(request, &part, &tree));
        }
        for (at, wrong) in single_values(types, &part) {
            let tree = replaced(&part.tree, &at, wrong);
            push("type", &at, with(request, &part, &tree));
        }
        if types.object(&part.section.ty).is_some() {
            let unknown = ["нет_такого".to_owned()];
            let mut tree = part.tree.clone();
            tree.as_object_mut()
                .unwrap()
                .insert(unknown[0].clone(), json!("1"));
            push("unknown", &unknown, with(request, &part, &tree));
        }
    }
    let pattern = action.request.as_ref().unwrap();
    let has_query = pattern
        .sections
        .iter()
        .any(|section| section.place == Place::Query);
    let is_universal = pattern
        .sections
        .iter()
        .any(|section| section.hole.is_some());
    if !has_query && !is_universal {
        let mut request = request.clone();
        let url = request.url.expose();
        let separator = if url.contains('?') { '&' } else { '?' };
        request.url = Secret::new(format!("{url}{separator}unknown=1"));
        push("unknown", &["unknown".to_owned()], request);
    }
    // A number in the path.
    for section in &pattern.sections {
        let Some(object) = types.object(&section.ty) else {
            continue;
        };
        for field in object
            .fields
            .iter()
            .filter(|_| section.place == Place::Path)
        {
            let args = vendor.example(action).unwrap();
            let given = args.iter().find(|(name, _)| *name == field.name);
            if let (Type::Int, Some((_, Value::Int(id)))) = (types.resolve(&field.ty), given) {
                let url = request.url.expose();
                let mut request = request.clone();
                request.url = Secret::new(url.replace(&format!("/{id}"), "/one"));
                push("type", &[field.name.to_string()], request);
            }
        }
    }
    found
}

#[tokio::test]
async fn every_wrong_request_is_refused_in_the_vendors_own_words() {
    let catalog = crate::bundle::catalog();
    let (mut actions, mut cases) = (0, 0);
    let mut cannot = Vec::new();
    for connector in catalog.connectors.values() {
        let vendor = Vendor::new(&connector.name).await;
        for action in vendor.connector().actions.values() {
            if action.request.is_none() {
                continue;
            }
            let name = format!("{}.{}", connector.name, action.name);
            let args = vendor.example(action).unwrap();
            let request = vendor.request(action, &args);
            let spoiled = spoiled(&vendor, action, &request);
            for how in ["required", "unknown", "type"] {
                if !spoiled.iter().any(|spoiled| spoiled.how == how) {
                    cannot.push((name.clone(), how.to_owned()));
                }
            }
            for spoiled in &spoiled {
                let case = format!("{name} {} {}", spoiled.how, spoiled.what);
                let found = vendor.classified(action, &spoiled.request).await;
                let sent = vendor.sandbox.sent().pop().unwrap();
                assert_ne!(sent.problems, Vec::<String>::new(), "{case}: {found:?}");
                assert_eq!(sent.action.as_ref(), Some(&action.name), "{case}");
                assert!(!sent.applied, "{case}");
                assert_eq!(found.verdict, Verdict::Refused, "{case}: {found:?}");
                let mut known = vendor.connector().answers_of(action);
                assert!(
                    known.any(|known| known.name == found.outcome),
                    "{case}: {found:?}"
                );
                if let Some(code) = &vendor.connector().wrong_request {
                    assert_eq!(code_of(&found), **code, "{case}: {found:?}");
                }
                cases += 1;
            }
            actions += 1;
        }
    }
    println!("{actions} actions, {cases} wrong requests");
    let listed: Vec<(String, String)> = CANNOT
        .iter()
        .map(|(action, how, _)| ((*action).to_owned(), (*how).to_owned()))
        .collect();
    let missing: Vec<_> = cannot
        .iter()
        .filter(|found| !listed.contains(found))
        .collect();
    assert!(
        missing.is_empty(),
        "not spoiled, and not listed: {missing:?}"
    );
    let needless: Vec<_> = listed
        .iter()
        .filter(|known| !cannot.contains(known))
        .collect();
    assert!(needless.is_empty(), "listed, and spoiled: {needless:?}");
}

fn code_of(found: &Classified) -> String {
    let Value::Object(value) = &found.value else {
        panic!("{found:?}");
    };
    match value.get("code") {
        Value::Int(code) => code.to_string(),
        Value::Text(code) => code.to_string(),
        other => panic!("{other:?}"),
    }
}

//! What operations are called: by their id, else by method and path.

use std::collections::HashMap;

use super::Found;
use crate::import::names::{Names, camel, camel_words, lower_first};

/// The names of the actions, one for each operation.
pub(in crate::import) fn names(found: &[Found<'_>]) -> Vec<String> {
    let by_path = names_by_path(found);
    let mut names = Names::default();
    let given = found.iter().zip(by_path).map(|(operation, by_path)| {
        let id = operation.at.node.text_of("operationId").map(str::trim);
        let name = id
            .filter(|id| !id.is_empty())
            .map_or(by_path, |id| lower_first(&camel(id)));
        names.give(&name)
    });
    given.collect()
}

/// Names for operations without an id: `GET /v1/pets/{id}` is `getPetsById`. Where nearly everything is a POST the paths name
/// the actions: `POST /v1/guests/getWallet` is `getWallet`. What all paths begin with, and versions, are left out.
fn names_by_path(found: &[Found<'_>]) -> Vec<String> {
    let common = common_segments(found);
    let posts = found
        .iter()
        .filter(|operation| operation.method == "post")
        .count();
    let is_post =
        |operation: &Found<'_>| operation.method == "post" && posts * 10 >= found.len() * 9;
    let name = |operation: &Found<'_>, with_versions: bool| {
        let parts = segments(operation.path).skip(common);
        let parts = parts
            .filter(|part| with_versions || !is_version(part))
            .map(words_of);
        let method = (!is_post(operation)).then(|| operation.method.to_owned());
        let words: Vec<String> = method.into_iter().chain(parts).collect();
        match words.is_empty() {
            true => operation.method.to_owned(),
            false => camel_words(&words.join(" ")),
        }
    };
    let short: Vec<String> = found
        .iter()
        .map(|operation| name(operation, false))
        .collect();
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for name in &short {
        *counts.entry(name).or_default() += 1;
    }
    let is_clear = |name: &String| counts[name] == 1;
    let all = found.iter().zip(&short);
    all.map(|(operation, short)| {
        if is_clear(short) {
            short.clone()
        } else {
            name(operation, true)
        }
    })
    .collect()
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/').filter(|part| !part.is_empty())
}

/// How many segments all paths begin with; at least one is left of each.
fn common_segments(found: &[Found<'_>]) -> usize {
    let Some(first) = found.first() else { return 0 };
    let first: Vec<&str> = segments(first.path).collect();
    let mut common = first.len().saturating_sub(1);
    for operation in found {
        let own: Vec<&str> = segments(operation.path).collect();
        let same = first
            .iter()
            .zip(&own)
            .take_while(|(left, right)| left == right)
            .count();
        common = common.min(same).min(own.len().saturating_sub(1));
    }
    common
}

/// `v3`, `2`, `2010-04-01`.
fn is_version(part: &str) -> bool {
    let digits = part.strip_prefix(['v', 'V']).unwrap_or(part);
    !digits.is_empty()
        && digits
            .chars()
            .all(|char| char.is_ascii_digit() || matches!(char, '.' | '-'))
}

/// `{pet-id}` is `by pet-id`.
fn words_of(part: &str) -> String {
    part.replace('{', " by ").replace('}', " ")
}

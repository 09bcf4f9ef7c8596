//! Types that stand for themselves: `type A = B?`, `type B = A`. A document can say so; it means nothing.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::losses::Losses;
use super::schemas::Schemas;
use super::shapes::{Declared, Key, Shape};

/// The declared types without such circles.
pub(super) fn broken(mut schemas: Schemas<'_>) -> (IndexMap<Key, Declared>, Losses) {
    let declared = std::mem::take(&mut schemas.declared);
    let mut declared: IndexMap<Key, Declared> = declared
        .into_iter()
        .filter_map(|(key, ty)| Some((key, ty?)))
        .collect();
    let mut states: HashMap<Key, State> = HashMap::new();
    let keys: Vec<Key> = declared.keys().copied().collect();
    let mut closing = Vec::new();
    for key in keys {
        visit(key, &declared, &mut states, &mut closing);
    }
    for (key, to) in closing {
        let at = &schemas.classes.all[key.0].0;
        let note = schemas
            .losses
            .add(at, "a type that stands for itself".to_owned());
        if let Some(ty) = declared.get_mut(&key) {
            replace(&mut ty.shape, to);
            ty.notes.push(note);
        }
    }
    (declared, schemas.losses)
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Done,
}

/// Goes along what a type is a mere name for. `closing`: edges that lead back.
fn visit(
    key: Key,
    declared: &IndexMap<Key, Declared>,
    states: &mut HashMap<Key, State>,
    closing: &mut Vec<(Key, Key)>,
) {
    states.insert(key, State::Open);
    let mut wholes = Vec::new();
    if let Some(ty) = declared.get(&key) {
        whole(&ty.shape, &mut wholes);
    }
    for next in wholes {
        match states.get(&next) {
            Some(State::Open) => closing.push((key, next)),
            Some(State::Done) => {}
            None => visit(next, declared, states, closing),
        }
    }
    states.insert(key, State::Done);
}

fn whole(shape: &Shape, found: &mut Vec<Key>) {
    match shape {
        Shape::Named(key) => found.push(*key),
        Shape::Nullable(inner) => whole(inner, found),
        Shape::Union(parts) => parts.iter().for_each(|part| whole(part, found)),
        _ => {}
    }
}

fn replace(shape: &mut Shape, to: Key) {
    match shape {
        Shape::Named(key) if *key == to => *shape = Shape::Json,
        Shape::Nullable(inner) => replace(inner, to),
        Shape::Union(parts) => parts.iter_mut().for_each(|part| replace(part, to)),
        _ => {}
    }
}

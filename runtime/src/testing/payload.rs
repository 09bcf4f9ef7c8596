//! Payloads of events in tests: a file or the connector's example, with what `with` lays over it.

use std::path::Path;

use ondo_compiler::ir::{Program, TestGiven};
use ondo_compiler::types::{ObjectType, Type, TypeTable};
use ondo_compiler::value::{Object, Value};
use ondo_compiler::wire;
use serde_json::{Map, Value as Json};

use super::world::World;

/// The payload as JSON bytes.
pub(super) fn payload(
    world: &World,
    given: &TestGiven,
    folder: &Path,
    with: Option<&Value>,
) -> Result<Vec<u8>, String> {
    let base = match &given.from {
        Some(path) => Some(fixture(folder, path)?),
        None => example(world, given),
    };
    let Some(with) = with else {
        return match base {
            Some(bytes) => Ok(bytes),
            None => Err(format!(
                "`{}` has no example: write `from \"fixtures/…\"` or `with {{ … }}`",
                given.event
            )),
        };
    };
    let mut json = match base {
        Some(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| format!("the payload is not JSON: {error}"))?,
        None => Json::Object(Map::new()),
    };
    let types = types_of(&world.program);
    lay_over(&mut json, &given.payload, with, &types)?;
    Ok(json.to_string().into_bytes())
}

fn fixture(folder: &Path, path: &str) -> Result<Vec<u8>, String> {
    let read = |error: std::io::Error| format!("cannot read `{path}`: {error}");
    let root = folder.canonicalize().map_err(read)?;
    let file = folder.join(path).canonicalize().map_err(read)?;
    if !file.starts_with(&root) {
        return Err(format!("`{path}` leads outside the folder of the bundle"));
    }
    std::fs::read(&file).map_err(read)
}

/// The first example payload of the event or of what it is a kind of.
fn example(world: &World, given: &TestGiven) -> Option<Vec<u8>> {
    let account = world.program.accounts.get(given.account.0 as usize)?;
    let catalog = &world.program.catalog;
    catalog
        .parent_events(&account.connector, &given.event)
        .into_iter()
        // What the author gives a type is nothing that the connector's example could stand for.
        .filter(|event| event.payload != Type::Json || given.payload == Type::Json)
        .flat_map(|event| event.examples.iter().map(move |file| (event, file)))
        .find_map(|(event, file)| {
            let definition = &catalog.sources.get(event.place.file).path;
            let own = || std::fs::read(crate::bundle::examples::beside(definition, file)?).ok();
            crate::bundle::example(&account.connector, file).or_else(own)
        })
}

pub(super) fn types_of(program: &Program) -> TypeTable {
    let mut types = program.catalog.types.clone();
    let own = program.types.types.clone();
    types.types.extend(own);
    types
}

/// Objects field by field, everything else as a whole, each field in the vendor's form.
fn lay_over(json: &mut Json, ty: &Type, value: &Value, types: &TypeTable) -> Result<(), String> {
    match (types.resolve(ty), value) {
        (Type::Nullable(inner), value) if !value.is_null() => lay_over(json, inner, value, types),
        (Type::Object(object), Value::Object(values)) => {
            if !json.is_object() {
                *json = Json::Object(Map::new());
            }
            let Json::Object(fields) = json else {
                return Ok(());
            };
            lay_over_fields(fields, object, values, types)
        }
        (ty, value) => {
            *json = written(ty, value, types)?;
            Ok(())
        }
    }
}

fn lay_over_fields(
    fields: &mut Map<String, Json>,
    object: &ObjectType,
    values: &Object,
    types: &TypeTable,
) -> Result<(), String> {
    for (name, value) in &values.fields {
        let Some(field) = object.field(name) else {
            continue;
        };
        if *value == Value::Absent {
            fields.shift_remove(&**name);
            continue;
        }
        for alias in &field.aliases {
            fields.shift_remove(&**alias);
        }
        let is_object = matches!(value, Value::Object(_)) && field.codecs.is_empty();
        if is_object {
            let inner = fields.entry(&**name).or_insert(Json::Null);
            lay_over(inner, &field.ty, value, types)?;
            continue;
        }
        let mut alone = field.clone();
        (alone.computed, alone.default, alone.check) = (None, None, None);
        (alone.required_if, alone.ignored_if) = (None, None);
        let alone = Type::Object(std::sync::Arc::new(ObjectType {
            fields: vec![alone],
            one_of: Vec::new(),
        }));
        let value = Value::object(vec![(name.clone(), value.clone())]);
        if let Json::Object(one) = written(&alone, &value, types)? {
            fields.extend(one);
        }
    }
    Ok(())
}

fn written(ty: &Type, value: &Value, types: &TypeTable) -> Result<Json, String> {
    let bytes = wire::encode(ty, types, value).map_err(|failure| failure.message)?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

//! The vendors' tables of fields: every field exists in the connector and carries the vendor's caption.
//!
//! Where a connector differs on purpose, `connectors/DEVIATIONS.md` says so in a row of its table: table, field, what we
//! have instead, why. A row that nothing needs fails the test too.

use std::collections::BTreeSet;

use crate::support::built_in;
use crate::support::report::{Report, objects, table};
use ondo_compiler::catalog::{Action, Catalog};
use ondo_compiler::types::{EnumValue, Field, ObjectType, Type};
use serde_json::Value as Json;

fn ok_body(action: &Action) -> &Type {
    let ok = action
        .answers
        .iter()
        .find(|answer| &*answer.name == "ok")
        .unwrap();
    &ok.body.as_ref().unwrap().ty
}

// ---------------------------------------------------------------------------------------------------------- plazius

/// Compares a schema of an OpenAPI document with an object of the catalog.
struct Schemas<'a> {
    name: &'a str,
    catalog: &'a Catalog,
    schemas: &'a Json,
    report: &'a mut Report,
}

impl Schemas<'_> {
    fn object(&mut self, schema: &str, object: &ObjectType, is_request: bool) {
        let schema_json = &self.schemas[schema];
        let required: BTreeSet<&str> = schema_json["required"]
            .as_array()
            .map(|names| names.iter().filter_map(Json::as_str).collect())
            .unwrap_or_default();
        for name in &required {
            if field_of(object, name).is_none() {
                self.report.differs(
                    self.name,
                    &format!("{schema}.{name}"),
                    "missing",
                    "a required field",
                );
            }
        }
        for (name, property) in schema_json["properties"].as_object().unwrap() {
            let path = format!("{schema}.{name}");
            let Some(field) = field_of(object, name) else {
                self.report.differs(self.name, &path, "missing", "a field");
                continue;
            };
            let is_required =
                required.contains(name.as_str()) && property["nullable"] != Json::Bool(true);
            self.nullability(&path, field, is_required, is_request);
            self.field(&path, property, field, is_request);
        }
    }

    fn nullability(&mut self, path: &str, field: &Field, is_required: bool, is_request: bool) {
        let is_list = matches!(field.ty.non_null(), Type::List(_));
        let is_optional = field.ty.is_nullable() || field.default.is_some() && is_request;
        if is_list && !is_request {
            assert!(!field.ty.is_nullable(), "{path}: an absent list is empty");
        } else if is_optional == is_required && !(is_required && field.default.is_some()) {
            let ours = if is_optional { "optional" } else { "required" };
            self.report.differs(
                self.name,
                path,
                ours,
                if is_required { "required" } else { "optional" },
            );
        }
    }

    fn field(&mut self, path: &str, property: &Json, field: &Field, is_request: bool) {
        let target = property["$ref"]
            .as_str()
            .map(|target| target.rsplit('/').next().unwrap());
        let caption = property["description"].as_str();
        let caption = caption.or_else(|| self.schemas[target?]["description"].as_str());
        self.report
            .caption(self.name, path, field, &self.catalog.types, caption);
        let item = property["items"]["$ref"]
            .as_str()
            .map(|target| target.rsplit('/').next().unwrap());
        let Some(target) = target.or(item) else {
            return;
        };
        if let Some(values) = self.schemas[target]["enum"].as_array() {
            let ours = enum_texts(self.catalog, &field.ty);
            let wanted: Vec<&str> = values.iter().filter_map(Json::as_str).collect();
            assert_eq!(ours, wanted, "{path}");
            return;
        }
        let object = objects(self.catalog, &field.ty);
        assert_eq!(object.len(), 1, "{path} is no object");
        self.object(target, object[0], is_request);
    }
}

fn field_of<'a>(object: &'a ObjectType, name: &str) -> Option<&'a Field> {
    object.field(name).or_else(|| {
        object
            .fields
            .iter()
            .find(|field| field.aliases.iter().any(|alias| &**alias == name))
    })
}

fn enum_texts(catalog: &Catalog, ty: &Type) -> Vec<String> {
    let Type::Enum(values) = catalog.types.resolve(ty.non_null()) else {
        panic!("{ty:?} is no enum");
    };
    let texts = values.values.iter().map(|value| match value {
        EnumValue::Text(text) => text.to_string(),
        other => panic!("{other:?}"),
    });
    texts.collect()
}

#[test]
pub(crate) fn plazius_methods_have_all_fields() {
    let (catalog, _) = built_in();
    let plazius = catalog.connector("plazius").unwrap();
    let mut report = Report::default();
    for action in plazius.actions.values() {
        let name = format!("plazius_{}", action.name);
        let document = table(&name);
        let (_, path) = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .next()
            .unwrap();
        let post = &path["post"];
        assert_eq!(
            post["tags"][0].as_str(),
            action.caption.as_deref(),
            "{name}"
        );
        let mut schemas = Schemas {
            name: "plazius",
            catalog,
            schemas: &document["components"]["schemas"],
            report: &mut report,
        };
        let request = schema_name(&post["requestBody"]).unwrap();
        schemas.object(request, &action.args, true);
        match schema_name(&post["responses"]["200"]) {
            Some(answer) => schemas.object(answer, objects(catalog, ok_body(action))[0], false),
            None => assert_eq!(action.answers[0].value, Type::Null, "{name}"),
        }
        for status in ["400", "500"] {
            let error = schema_name(&post["responses"][status]).unwrap();
            let status: u16 = status.parse().unwrap();
            let answer = plazius
                .answers
                .iter()
                .find(|answer| answer.statuses == [(status, status)])
                .unwrap();
            schemas.object(
                error,
                objects(catalog, &answer.body.as_ref().unwrap().ty)[0],
                false,
            );
        }
    }
    assert_eq!(plazius.actions.len(), 12);
    report.finish("plazius");
}

fn schema_name(message: &Json) -> Option<&str> {
    let target = message["content"]["application/json"]["schema"]["$ref"].as_str()?;
    target.rsplit('/').next()
}

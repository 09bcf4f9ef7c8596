//! The vendor's twelve documents as one connector, compared with the one that was written by hand: the same methods and
//! paths, the same fields at the same places, required or not, of the same kind, with the same words.
//!
//! Where they differ on purpose, a row of `connectors/DEVIATIONS.md` or of [`OTHER`] says why. A row that nothing needs
//! fails too.

use std::collections::{BTreeMap, BTreeSet};

use ondo_compiler::catalog::{Action, Catalog, Connector, ConnectorSource, build};
use ondo_compiler::import::{self, Document, Imported};
use ondo_compiler::ir::Expr;
use ondo_compiler::source::SourceFile;
use ondo_compiler::types::{Codec, EnumValue, Field, ObjectType, Type};
use ondo_compiler::value::Value;

use crate::support::root;

/// Differences that are no rows of the deviations, because those speak of captions and of what is required: the document's
/// schema and field, what is different, why.
const OTHER: &[(&str, &str, &str)] = &[
    (
        "addLoyaltyCard.isVirtual",
        "document: anything, ours: bool",
        "the document requires it without describing it",
    ),
    (
        "addLoyaltyCard.isVirtual",
        "document: required, ours: optional",
        "the document requires it; ours is false unless given",
    ),
    (
        "GuestDto.sex",
        "document: int, ours: one of [0, 1, 2]",
        "which numbers there are stands in its description",
    ),
    (
        "MarketingCampaignDto.from",
        "document: text, ours: datetime",
        "a moment by its description",
    ),
    (
        "MarketingCampaignDto.to",
        "document: text, ours: datetime",
        "a moment by its description",
    ),
    (
        "MarketingCampaignDto.price",
        "document: int, ours: number",
        "an amount; whole ones fit",
    ),
    (
        "MarketingCampaignDto.oldPrice",
        "document: int, ours: number",
        "an amount; whole ones fit",
    ),
    (
        "DateTimeNullableUpdatableFieldDto.value",
        "document: datetime, ours: date",
        "a birthday is a date, sent as its midnight",
    ),
    (
        "OrdersHistoryOrderDto.еarnedBonuses",
        "document: missing, ours: alias",
        "a Cyrillic letter; both spellings are read",
    ),
];

fn documents() -> Vec<Document> {
    let mut paths: Vec<_> = std::fs::read_dir(root().join("tests/tables"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("plazius_")
        })
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| Document {
        path: path.file_name().unwrap().to_str().unwrap().to_owned(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    paths.iter().map(read).collect()
}

fn catalog_of(imported: &Imported) -> Catalog {
    let files = imported.files.iter().map(|(path, text)| SourceFile {
        path: path.clone(),
        text: text.clone(),
    });
    let (catalog, found) = build(vec![ConnectorSource {
        name: imported.name.clone(),
        files: files.collect(),
    }]);
    assert!(found.is_empty(), "{found:?}");
    catalog
}

/// Rows about the documents as `field: ours`.
fn deviations() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("connectors/DEVIATIONS.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line
            .trim()
            .strip_prefix('|')?
            .split('|')
            .map(str::trim)
            .collect();
        (cells.first()?.trim_matches('`') == "plazius")
            .then(|| format!("{}: {}", cells[1].trim_matches('`'), cells[2]))
    });
    rows.collect()
}

/// One of the two sides.
struct Side<'a> {
    catalog: &'a Catalog,
    connector: &'a Connector,
}

impl<'a> Side<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        let connector = catalog.connector("plazius").unwrap();
        Self { catalog, connector }
    }

    fn constant(&self, id: ondo_compiler::ir::ExprId) -> String {
        match self.connector.exprs.get(id) {
            Expr::Const(Value::Text(text)) => text.to_string(),
            other => panic!("{other:?} is no fixed text"),
        }
    }

    fn resolve(&self, ty: &'a Type) -> &'a Type {
        let ty = self.catalog.types.resolve(ty).non_null();
        match ty {
            Type::Named(_) => self.resolve(ty),
            ty => ty,
        }
    }

    /// What stands on the wire, in words that both sides share.
    fn kind(&self, field: &'a Field) -> String {
        if let Some(codec) = field.codecs.first() {
            match codec {
                Codec::Words(words) => {
                    return format!(
                        "one of {:?}",
                        words.iter().map(|(number, _)| *number).collect::<Vec<_>>()
                    );
                }
                Codec::Padded(_) => return "int".to_owned(),
                _ => {}
            }
        }
        self.kind_of(&field.ty)
    }

    fn kind_of(&self, ty: &'a Type) -> String {
        match self.resolve(ty) {
            Type::Bool => "bool".to_owned(),
            Type::Int => "int".to_owned(),
            Type::Decimal | Type::Money(_) | Type::Percent => "number".to_owned(),
            Type::Text | Type::Phone => "text".to_owned(),
            Type::Date => "date".to_owned(),
            Type::DateTime => "datetime".to_owned(),
            Type::Json => "anything".to_owned(),
            Type::Object(_) => "object".to_owned(),
            Type::Map(_) => "map".to_owned(),
            Type::List(item) => format!("list of {}", self.kind_of(item)),
            Type::Enum(words) => {
                let words = words.values.iter().map(|word| match word {
                    EnumValue::Text(text) => text.to_string(),
                    EnumValue::Int(int) => int.to_string(),
                    EnumValue::Bool(bool) => bool.to_string(),
                });
                format!("one of {:?}", words.collect::<Vec<_>>())
            }
            other => format!("{other:?}"),
        }
    }

    fn object(&self, ty: &'a Type) -> Option<&'a ObjectType> {
        match self.resolve(ty) {
            Type::Object(object) => Some(object),
            Type::List(item) => self.object(item),
            _ => None,
        }
    }

    /// The schema's name in the documents: equal names of different schemas were counted.
    fn schema(&self, ty: &Type) -> Option<String> {
        match ty.non_null() {
            Type::Named(name) => {
                let name = name.rsplit('.').next().unwrap_or(name);
                Some(
                    name.trim_end_matches(|char: char| char.is_ascii_digit())
                        .to_owned(),
                )
            }
            Type::List(item) => self.schema(item),
            _ => None,
        }
    }
}

struct Comparison<'a> {
    document: Side<'a>,
    ours: Side<'a>,
    compared: usize,
    /// Field and difference.
    found: BTreeSet<(String, String)>,
}

impl<'a> Comparison<'a> {
    fn differ(&mut self, field: &str, document: &str, ours: &str) {
        self.found.insert((
            field.to_owned(),
            format!("document: {document}, ours: {ours}"),
        ));
    }

    fn objects(
        &mut self,
        name: &str,
        document: &'a ObjectType,
        ours: &'a ObjectType,
        is_request: bool,
    ) {
        for field in &document.fields {
            let path = format!("{name}.{}", field.name);
            let own = ours.field(&field.name);
            let alias = || {
                ours.fields
                    .iter()
                    .find(|own| own.aliases.contains(&field.name))
            };
            let own = match own {
                Some(own) => own,
                None => match alias() {
                    Some(own) => {
                        self.differ(&path, "missing", "alias");
                        own
                    }
                    None => {
                        self.differ(&path, "a field", "missing");
                        continue;
                    }
                },
            };
            self.fields(&path, field, own, is_request);
        }
        for own in &ours.fields {
            let names = || std::iter::once(&own.name).chain(&own.aliases);
            if !names().any(|name| document.field(name).is_some()) {
                self.differ(&format!("{name}.{}", own.name), "missing", "a field");
            }
        }
    }

    fn fields(&mut self, path: &str, field: &'a Field, own: &'a Field, is_request: bool) {
        self.compared += 1;
        let optional =
            |field: &Field| field.ty.is_nullable() || is_request && field.default.is_some();
        let word = |is_optional: bool| if is_optional { "optional" } else { "required" };
        // The organization of an account stands for one that is not given.
        let is_from_account = is_request && &*own.name == "organization";
        if optional(field) != optional(own)
            && !is_from_account
            && self.document.kind(field) != "anything"
        {
            self.differ(path, word(optional(field)), word(optional(own)));
        }
        if self.document.kind(field) == "anything" && optional(own) {
            self.differ(path, "required", "optional");
        }
        let (wanted, kind) = (self.document.kind(field), self.ours.kind(own));
        if wanted != kind {
            self.differ(path, &wanted, &kind);
        }
        if let (Some(inner), Some(own)) =
            (self.document.object(&field.ty), self.ours.object(&own.ty))
        {
            let name = self
                .document
                .schema(&field.ty)
                .unwrap_or_else(|| path.to_owned());
            self.objects(&name, inner, own, is_request);
        }
    }

    fn actions(&mut self, name: &str, document: &'a Action, own: &'a Action) {
        let (request, own_request) = (
            document.request.as_ref().unwrap(),
            own.request.as_ref().unwrap(),
        );
        assert_eq!(
            self.document.constant(request.method),
            self.ours.constant(own_request.method),
            "{name}"
        );
        assert_eq!(
            self.document.constant(request.path),
            self.ours.constant(own_request.path),
            "{name}"
        );
        self.objects(name, &document.args, &own.args, true);
        let value = |action: &'a Action| {
            &action
                .answers
                .iter()
                .find(|answer| &*answer.name == "ok")
                .unwrap()
                .value
        };
        match (
            self.document.object(value(document)),
            self.ours.object(value(own)),
        ) {
            (Some(answer), Some(own)) => self.objects(name, answer, own, false),
            (None, None) => {}
            _ => panic!("{name}: one side answers nothing"),
        }
    }
}

#[test]
fn the_twelve_documents_are_the_connector_that_was_written_by_hand() {
    let imported = import::openapi(&documents(), Some("plazius")).unwrap();
    assert!(imported.losses.is_empty(), "{:?}", imported.losses);
    let theirs = catalog_of(&imported);
    let ours = ondo::bundle::catalog();
    let mut comparison = Comparison {
        document: Side::new(&theirs),
        ours: Side::new(&ours),
        compared: 0,
        found: BTreeSet::new(),
    };
    let by_name = |side: &Side<'_>| {
        side.connector
            .actions
            .keys()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(by_name(&comparison.document), by_name(&comparison.ours));
    let (document, own) = (Side::new(&theirs), Side::new(&ours));
    for (name, action) in &document.connector.actions {
        comparison.actions(name, action, own.connector.action(name).unwrap());
    }
    assert_eq!(document.connector.actions.len(), 12);
    println!(
        "12 documents: {} types, {} of one name that differ; {} fields compared, {} differences",
        imported.types,
        imported.apart.len(),
        comparison.compared,
        comparison.found.len()
    );
    let listed = deviations();
    let mut other: BTreeMap<(&str, &str), bool> = OTHER
        .iter()
        .map(|(field, what, _)| ((*field, *what), false))
        .collect();
    let mut needed = BTreeSet::new();
    let mut wrong = Vec::new();
    for (field, what) in &comparison.found {
        let ours = what.rsplit("ours: ").next().unwrap();
        let row = format!("{field}: {ours}");
        if listed.contains(&row) {
            needed.insert(row);
        } else if let Some(is_needed) = other.get_mut(&(field.as_str(), what.as_str())) {
            *is_needed = true;
        } else {
            wrong.push(format!("{field}: {what}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "neither in DEVIATIONS.md nor in the list of this test:\n{}",
        wrong.join("\n")
    );
    let unused: Vec<_> = other.iter().filter(|(_, is_needed)| !**is_needed).collect();
    assert!(unused.is_empty(), "differences that are none: {unused:?}");
    assert_eq!(needed, listed, "deviations that are none");
}

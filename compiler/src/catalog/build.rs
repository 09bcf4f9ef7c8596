//! Connector texts to a catalog.
//!
//! Two passes over the declarations of a connector: first its settings and the names of its types, then all the rest,
//! so that files and declarations may stand in any order.

mod cx;

use std::sync::Arc;

use indexmap::IndexMap;
use ondo_grammar::ast::{Definition, File, Item, ItemKind, Span, TypeDecl, TypeExpr};

pub(super) use self::cx::Cx;
use super::types::in_order_of_use;
use super::{
    Catalog, Connector, Limit, Setting, actions, answers, common, errors, events, sandbox, sound,
};
use crate::diagnostic::Diagnostic;
use crate::ir::Exprs;
use crate::source::{FileId, Place, SourceFile, Sources};
use crate::types::{EnumType, Name, Type, TypeDef, TypeTable};

/// The texts of one connector.
#[derive(Debug, Clone)]
pub struct ConnectorSource {
    /// The folder's name, which is the connector's.
    pub name: String,
    /// Its `.ondo` files.
    pub files: Vec<SourceFile>,
}

/// Builds the catalog of these connectors. Types of other connectors (`retailcrm.Order`) are known to those after them.
pub fn build(connectors: Vec<ConnectorSource>) -> (Catalog, Vec<Diagnostic>) {
    let mut catalog = Catalog::default();
    let mut diagnostics = Vec::new();
    for source in connectors {
        let files: Vec<(FileId, File)> = source
            .files
            .into_iter()
            .map(|file| read(file, &mut catalog.sources, &mut diagnostics))
            .collect();
        let connector = build_one(&source.name, &files, &mut catalog.types, &mut diagnostics);
        catalog.connectors.insert(connector.name.clone(), connector);
    }
    // Steps are read by the checker of rules, which wants sound definitions of what they call.
    let mut actions = catalog
        .connectors
        .values()
        .flat_map(|connector| connector.actions.values());
    if diagnostics.is_empty() && actions.any(|action| action.steps.is_some()) {
        let whole = Arc::new(catalog);
        diagnostics = crate::check::definitions(&whole);
        catalog = Arc::unwrap_or_clone(whole);
    }
    diagnostics.sort_by_key(|found| {
        found
            .labels
            .first()
            .map(|label| (label.place.file, label.place.span))
    });
    (catalog, diagnostics)
}

fn read(
    file: SourceFile,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> (FileId, File) {
    let parsed = ondo_grammar::parse(&file.text);
    let id = sources.add(Arc::new(file));
    for error in parsed.errors {
        let at = Place {
            file: id,
            span: error.span,
        };
        let mut found = Diagnostic::error(error.code, at, error.message, error.label);
        if let Some((span, text)) = error.related {
            found = found.also(Place { file: id, span }, text);
        }
        if let Some(help) = error.help {
            found = found.help(help);
        }
        diagnostics.push(found);
    }
    (id, parsed.file)
}

/// A declaration and the file that it stands in.
type Placed<'a, T> = (FileId, &'a T);

/// The declarations of a connector by kind.
#[derive(Default)]
struct Parts<'a> {
    heads: Vec<Placed<'a, ondo_grammar::ast::Connector>>,
    types: Vec<Placed<'a, TypeDecl>>,
    definitions: Vec<Placed<'a, Definition>>,
}

fn build_one(
    folder: &str,
    files: &[(FileId, File)],
    types: &mut TypeTable,
    diagnostics: &mut Vec<Diagnostic>,
) -> Connector {
    let mut parts = Parts::default();
    for (file, tree) in files {
        collect(*file, &tree.items, &mut parts, diagnostics);
    }
    let first_file = files.first().map_or(FileId(0), |(file, _)| *file);
    let start = Place {
        file: first_file,
        span: Span::default(),
    };
    check_head(folder, start, &parts.heads, diagnostics);
    let head = parts.heads.first();
    let name: Name = head
        .map_or(folder, |(_, head)| head.name.text.as_str())
        .into();
    let written: Vec<Name> = parts
        .types
        .iter()
        .map(|(_, decl)| decl.name.text.as_str().into())
        .collect();
    let mut cx = Cx {
        connector: name.clone(),
        file: first_file,
        types,
        declared: written
            .iter()
            .map(|own| format!("{name}.{own}").into())
            .collect(),
        written,
        exprs: Exprs::default(),
        local_count: 0,
        settings: Vec::new(),
        diagnostics,
    };
    let mut connector = Connector {
        name,
        caption: head
            .and_then(|(_, head)| head.caption.as_ref())
            .map(|caption| caption.text.as_str().into()),
        settings: IndexMap::new(),
        auth: None,
        hook: None,
        answers: Vec::new(),
        codes: Vec::new(),
        limits: Vec::new(),
        events: IndexMap::new(),
        actions: IndexMap::new(),
        sandbox: IndexMap::new(),
        wrong_request: None,
        exprs: Exprs::default(),
        local_count: 0,
        place: head.map_or(start, |(file, head)| Place {
            file: *file,
            span: head.name.span,
        }),
    };
    lower_settings(&parts.definitions, &mut connector, &mut cx);
    cx.settings.extend(common::add(&mut connector));
    lower_types(&parts.types, &mut cx);
    lower_definitions(&parts.definitions, &mut connector, &mut cx);
    sandbox::lower(&parts.definitions, &mut connector, &mut cx);
    events::inherit(&mut connector, &mut cx);
    connector.exprs = std::mem::take(&mut cx.exprs);
    connector.local_count = cx.local_count;
    // Whether a question is a read is told by its method, which is an expression.
    actions::check_references(&mut connector, &mut cx);
    sound::check(&connector, &mut cx);
    connector
}

fn collect<'a>(
    file: FileId,
    items: &'a [Item],
    parts: &mut Parts<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for item in items {
        match &item.kind {
            ItemKind::Connector(head) => {
                parts.heads.push((file, head));
                collect(file, &head.items, parts, diagnostics);
            }
            ItemKind::Type(decl) => parts.types.push((file, decl)),
            ItemKind::Definition(definition) => parts.definitions.push((file, definition)),
            ItemKind::Error => {}
            _ => {
                let at = Place {
                    file,
                    span: item.span,
                };
                diagnostics.push(errors::no_place_here(at, "this declaration"));
            }
        }
    }
}

fn check_head(
    folder: &str,
    start: Place,
    heads: &[Placed<'_, ondo_grammar::ast::Connector>],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some((file, head)) = heads.first() else {
        let found = errors::definition(
            start,
            format!("no file of this folder says `connector {folder}`"),
        );
        diagnostics.push(found.help(format!("connector {folder} \"…\" {{ }}")));
        return;
    };
    let at = Place {
        file: *file,
        span: head.name.span,
    };
    if head.name.text != folder {
        let message = format!(
            "this is connector `{}`, but it stands in the folder `{folder}`",
            head.name.text
        );
        diagnostics.push(errors::definition(at, message));
    }
    for (file, again) in &heads[1..] {
        let place = Place {
            file: *file,
            span: again.name.span,
        };
        diagnostics.push(errors::duplicate(
            place,
            Some(at),
            "connector",
            &again.name.text,
        ));
    }
}

/// Settings come first: every other expression may use them.
fn lower_settings(
    definitions: &[Placed<'_, Definition>],
    connector: &mut Connector,
    cx: &mut Cx<'_>,
) {
    for (file, definition) in definitions {
        let Definition::Setting(setting) = definition else {
            continue;
        };
        cx.file = *file;
        let place = cx.place(setting.name.span);
        if let Some(first) = connector.settings.get(setting.name.text.as_str()) {
            cx.report(errors::duplicate(
                place,
                Some(first.place),
                "setting",
                &setting.name.text,
            ));
            continue;
        }
        let lowered = Setting {
            ty: cx.lower_type(&setting.ty, &[]),
            url: is_url(&setting.ty),
            identity: setting.identity,
            default: setting
                .default
                .as_ref()
                .map(|default| cx.lower_expr(default, &[])),
            caption: setting
                .caption
                .as_ref()
                .map(|caption| caption.text.as_str().into()),
            place,
        };
        let name: Name = setting.name.text.as_str().into();
        cx.settings.push(name.clone());
        connector.settings.insert(name, lowered);
    }
}

fn is_url(ty: &TypeExpr) -> bool {
    use ondo_grammar::ast::TypeKind;
    match &ty.kind {
        TypeKind::Nullable(inner) => is_url(inner),
        TypeKind::Name(path) => matches!(path.names.as_slice(), [name] if name.text == "url"),
        _ => false,
    }
}

fn lower_types(declarations: &[Placed<'_, TypeDecl>], cx: &mut Cx<'_>) {
    let in_order = in_order_of_use(declarations, cx.diagnostics);
    for (file, decl) in in_order {
        cx.file = file;
        let place = cx.place(decl.name.span);
        let name: Name = format!("{}.{}", cx.connector, decl.name.text).into();
        if let Some(first) = cx.types.types.get(&name) {
            let found = errors::duplicate(place, Some(first.place), "type", &decl.name.text);
            cx.report(found);
            continue;
        }
        let ty = named_enum(cx.lower_type(&decl.ty, &[]), &name);
        let caption = decl
            .caption
            .as_ref()
            .map(|caption| caption.text.as_str().into());
        cx.types.types.insert(name, TypeDef { ty, caption, place });
    }
}

/// `type PaymentType = "cash" | "card"`: the enum knows its name, for messages and tables.
fn named_enum(ty: Type, name: &Name) -> Type {
    match ty {
        Type::Enum(values) if values.name.is_none() => Type::Enum(Arc::new(EnumType {
            name: Some(name.clone()),
            values: values.values.clone(),
        })),
        other => other,
    }
}

fn lower_definitions(
    definitions: &[Placed<'_, Definition>],
    connector: &mut Connector,
    cx: &mut Cx<'_>,
) {
    for (file, definition) in definitions {
        cx.file = *file;
        match definition {
            Definition::Setting(_) => {}
            Definition::Auth(auth) => match connector.auth {
                None => connector.auth = Some(answers::lower_auth(auth, cx)),
                Some(_) => {
                    let place = cx.place(auth.name.span);
                    cx.report(errors::duplicate(place, None, "auth", &auth.name.text));
                }
            },
            Definition::Hook(hook) => {
                connector.hook = Some(events::lower_hook(hook, connector, cx))
            }
            Definition::Answer(answer) => {
                let lowered = answers::lower_answer(answer, &[], cx);
                connector.answers.push(lowered);
            }
            Definition::Code(code) => {
                connector.codes.push((
                    code.code.text.as_str().into(),
                    code.caption.text.as_str().into(),
                ));
            }
            Definition::Limit(limit) => {
                let limit = lower_limit(limit, cx);
                connector.limits.push(limit);
            }
            Definition::Event(event) => {
                let event = events::lower_event(event, cx);
                match connector.events.get(&event.name) {
                    Some(first) => {
                        let found =
                            errors::duplicate(event.place, Some(first.place), "event", &event.name);
                        cx.report(found);
                    }
                    None => {
                        connector.events.insert(event.name.clone(), event);
                    }
                }
            }
            Definition::Action(action) => {
                let action = actions::lower_action(action, cx);
                match connector.actions.get(&action.name) {
                    Some(first) => {
                        let found = errors::duplicate(
                            action.place,
                            Some(first.place),
                            "action",
                            &action.name,
                        );
                        cx.report(found);
                    }
                    None => {
                        connector.actions.insert(action.name.clone(), action);
                    }
                }
            }
            // The arguments of all actions must be known first.
            Definition::Sandbox(_) => {}
        }
    }
}

fn lower_limit(limit: &ondo_grammar::ast::Limit, cx: &mut Cx<'_>) -> Limit {
    let rate = limit.rate.as_ref().and_then(|rate| cx.count(rate));
    let per = limit.per.as_ref().and_then(|per| cx.duration(per));
    Limit {
        rate: rate.zip(per),
        burst: limit.burst.as_ref().and_then(|burst| cx.count(burst)),
        concurrency: limit.concurrency.as_ref().and_then(|most| cx.count(most)),
    }
}

//! The connectors of this repository: they build, and they say what they should.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::fs;

use ondo_compiler::catalog::{Action, Catalog, Connector, ConnectorSource, build};
use ondo_compiler::diagnostic::Diagnostic;
use ondo_compiler::ir::Class;
use ondo_compiler::source::SourceFile;
use ondo_compiler::types::{Codec, Currency, EnumValue, Field, Type};
use serde_json::Value as Json;
use support::{built_in, one, render, root};

#[test]
fn the_built_in_connectors_build_without_a_finding() {
    let (catalog, found) = built_in();
    assert_eq!(render(&catalog, &found), "");
}

/// A connector `shop` with these definitions.
fn shop(inside: &str) -> (Catalog, Vec<Diagnostic>) {
    one(&format!("connector shop {{ }}\n{inside}\n"))
}

/// The findings of a connector `shop` with these definitions.
fn findings(inside: &str) -> String {
    let (catalog, found) = shop(inside);
    render(&catalog, &found)
}

/// The fields of the type `T` of a connector that builds.
fn fields(inside: &str) -> Vec<Field> {
    let (catalog, found) = shop(inside);
    assert_eq!(render(&catalog, &found), "");
    let Type::Object(object) = &catalog.types.types["shop.T"].ty else {
        panic!("T is no object");
    };
    object.fields.clone()
}

fn codecs(field: &str) -> Vec<Codec> {
    fields(&format!("type T = {{ {field} }}")).remove(0).codecs
}

// ------------------------------------------------------------------------------------------------------------- types

#[test]
fn literals_alone_are_one_enum_with_its_name() {
    let (catalog, _) = shop("type T = \"new\" | \"paid\"");
    let Type::Enum(values) = &catalog.types.types["shop.T"].ty else {
        panic!("no enum");
    };
    assert_eq!(values.name.as_deref(), Some("shop.T"));
    assert_eq!(
        values.values,
        [
            EnumValue::Text("new".into()),
            EnumValue::Text("paid".into())
        ]
    );
}

#[test]
fn a_named_type_is_known_before_it_is_declared_and_in_other_files() {
    let file = |path: &str, text: &str| SourceFile {
        path: path.into(),
        text: text.into(),
    };
    let (catalog, found) = build(vec![ConnectorSource {
        name: "shop".into(),
        files: vec![
            file("a.ondo", "type T = { ...Base, own: int }"),
            file("b.ondo", "type Base = { id: int }\nconnector shop { }"),
        ],
    }]);
    assert_eq!(render(&catalog, &found), "");
    let Type::Object(object) = &catalog.types.types["shop.T"].ty else {
        panic!("no object");
    };
    let names: Vec<&str> = object.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(names, ["id", "own"]);
}

#[test]
fn money_may_have_the_currency_of_a_sibling_or_a_fixed_one() {
    let fields =
        fields("type T = { currency: string?, sum: money in currency, fee: money in RUB? }");
    assert_eq!(
        fields[1].ty,
        Type::Money(Currency::Field("currency".into()))
    );
    assert_eq!(
        fields[2].ty,
        Type::Money(Currency::Named("RUB".into())).nullable()
    );
}

#[test]
fn a_type_may_hold_others_of_its_kind() {
    assert_eq!(
        findings("type T = { children: [T], parent: T? as json }"),
        ""
    );
}

#[test]
fn attributes_are_kept() {
    let field = &fields(
        "type T = { \"еarned\": money personal since \"2.1\" alias \"earned\" where еarned > 0 \"Сколько\" }",
    )[0];
    assert_eq!(&*field.name, "еarned");
    assert!(field.personal);
    assert_eq!(field.since.as_deref(), Some("2.1"));
    assert_eq!(field.aliases, ["earned".into()]);
    assert_eq!(field.caption.as_deref(), Some("Сколько"));
    assert!(field.check.is_some());
}

#[test]
fn required_if_ignored_if_and_one_of_are_kept() {
    let inside = "type T = { kind: string, a: int? required if kind == \"a\", b: int? ignored if kind == \"a\", one of a, b }";
    let (catalog, found) = shop(inside);
    assert_eq!(render(&catalog, &found), "");
    let object = catalog
        .types
        .object(&Type::Named("shop.T".into()))
        .unwrap()
        .clone();
    assert!(object.field("a").unwrap().required_if.is_some());
    assert!(object.field("b").unwrap().ignored_if.is_some());
    assert_eq!(object.one_of, [vec!["a".into(), "b".into()]]);
}

// ------------------------------------------------------------------------------------------------------------ codecs

#[test]
fn every_wire_form_is_read() {
    assert_eq!(codecs("a: int as string"), [Codec::Text]);
    assert_eq!(codecs("a: money as hundredths"), [Codec::Hundredths]);
    assert_eq!(codecs("a: decimal as scale(2)"), [Codec::Scale(2)]);
    assert_eq!(
        codecs("a: date as pattern(\"%d.%m.%Y\")"),
        [Codec::Pattern("%d.%m.%Y".into())]
    );
    assert_eq!(codecs("a: datetime as epoch_ms"), [Codec::EpochMs]);
    assert_eq!(codecs("a: datetime? as epoch_s"), [Codec::EpochS]);
    assert_eq!(
        codecs("a: (\"m\" | \"f\") as words(m: 1, f: 2)"),
        [Codec::Words(vec![(1, "m".into()), (2, "f".into())])]
    );
    assert_eq!(codecs("a: { b: int } as json"), [Codec::JsonText]);
    assert_eq!(codecs("a: [int] as keyed"), [Codec::Keyed]);
    assert_eq!(
        codecs("a: { [string]: json } as empty_list"),
        [Codec::EmptyList]
    );
    assert_eq!(codecs("a: int as padded(7)"), [Codec::Padded(7)]);
    assert_eq!(codecs("a: [int] as brackets"), [Codec::Brackets]);
}

#[test]
fn several_wire_forms_are_kept_in_their_order() {
    assert_eq!(
        codecs("a: [int] as keyed as json"),
        [Codec::Keyed, Codec::JsonText]
    );
}

#[test]
fn a_wire_form_of_another_type_is_refused() {
    assert_eq!(
        findings("type T = { a: string as hundredths }"),
        "connectors/shop/connector.ondo:2:25 [hundredths] wire-form-misfit: `as hundredths` is a form of money and numbers, but this field is text\n"
    );
}

#[test]
fn a_wire_form_fits_what_stands_behind_a_name() {
    assert_eq!(
        findings("type T = { a: Word as keyed }\ntype Word = \"a\" | \"b\""),
        "connectors/shop/connector.ondo:2:23 [keyed] wire-form-misfit: `as keyed` is a form of lists, but this field is one of some words\n"
    );
}

#[test]
fn an_unknown_wire_form_names_the_nearest() {
    assert_eq!(
        findings("type T = { a: money as hundreds }"),
        "connectors/shop/connector.ondo:2:24 [hundreds] unknown-wire-form: there is no wire form `as hundreds` | help: as hundredths\n"
    );
}

#[test]
fn a_wire_form_without_its_argument_shows_how_it_is_written() {
    assert_eq!(
        findings("type T = { a: decimal as scale }"),
        "connectors/shop/connector.ondo:2:26 [scale] wire-form-arguments: this wire form is written `as scale(2)`\n"
    );
}

// ------------------------------------------------------------------------------------------------- requests and answers

fn arg_names(action: &Action) -> Vec<&str> {
    action
        .args
        .fields
        .iter()
        .map(|field| &*field.name)
        .collect()
}

#[test]
fn without_an_arrow_every_field_at_the_top_is_an_argument() {
    let (catalog, found) = shop(
        "setting agent: string
         action send { request POST \"/{id}\" path { id: int } json { type: \"note\", text: string?, by = agent, to: { phone: phone } } }",
    );
    assert_eq!(render(&catalog, &found), "");
    let action = catalog.connector("shop").unwrap().action("send").unwrap();
    assert_eq!(arg_names(action), ["id", "text", "to"]);
    assert!(action.args.field("text").unwrap().ty.is_nullable());
}

#[test]
fn with_arrows_only_they_are_arguments() {
    let (catalog, found) = shop(
        "type Edit = { status: string?, kind: \"order\" }
         action edit { request POST \"/edit\" form { by: string -> by, note: string?, order: Edit as json -> ..., deep: { code: int -> code }? } }",
    );
    assert_eq!(render(&catalog, &found), "");
    let action = catalog.connector("shop").unwrap().action("edit").unwrap();
    assert_eq!(arg_names(action), ["by", "status", "code"]);
    assert!(action.args.field("code").unwrap().ty.is_nullable());
}

#[test]
fn a_value_of_an_outcome_is_the_record_of_the_holes() {
    let (catalog, found) = shop(
        "action ask {
           request GET \"/\"
           answer ok applied status 200 json { success: true, items: [int] -> items }
           answer rejected refused status 400..499 json { error: { code: string -> code } }
           answer rejected refused status 400..499 text -> message
           answer gone refused status 410 empty
         }",
    );
    assert_eq!(render(&catalog, &found), "");
    let shop = catalog.connector("shop").unwrap();
    let outcomes = shop.outcomes(shop.action("ask").unwrap());
    let shown: Vec<String> = outcomes
        .iter()
        .map(|outcome| format!("{} {}", outcome.name, shape(&outcome.value)))
        .collect();
    assert_eq!(
        shown,
        ["ok items", "rejected code? status message?", "gone null"]
    );
}

fn shape(ty: &Type) -> String {
    let Type::Object(object) = ty else {
        return "null".to_owned();
    };
    let names = object.fields.iter().map(|field| {
        format!(
            "{}{}",
            field.name,
            if field.ty.is_nullable() { "?" } else { "" }
        )
    });
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_default_that_needs_a_setting_says_so() {
    let (catalog, found) = shop(
        "setting place: string?
         setting zone: string = \"msk\"
         action ask { request GET \"/\" query { place: { id: string } = { id: place }, zone: string = zone, any: string = place ?? \"-\" } }",
    );
    assert_eq!(render(&catalog, &found), "");
    let shop = catalog.connector("shop").unwrap();
    let action = shop.action("ask").unwrap();
    let needed = |arg: &str| shop.settings_needed(action.args.field(arg).unwrap().default.unwrap());
    assert_eq!(needed("place"), ["place".into()]);
    assert!(needed("zone").is_empty());
    assert!(needed("any").is_empty());
}

#[test]
fn the_method_decides_where_nothing_is_declared() {
    let (catalog, _) = shop(
        "action look { request GET \"/\" }
         action change { request PUT \"/\" }
         action note { request POST \"/\" effect harmless }",
    );
    let shop = catalog.connector("shop").unwrap();
    let classes: Vec<Class> = shop
        .actions
        .values()
        .map(|action| shop.class(action))
        .collect();
    assert_eq!(classes, [Class::Read, Class::Unsafe, Class::Harmless]);
}

#[test]
fn a_readback_makes_an_unsafe_action_checkable() {
    let (catalog, _) = built_in();
    let plazius = catalog.connector("plazius").unwrap();
    let readback = plazius
        .action("addBonus")
        .unwrap()
        .effect
        .readback
        .clone()
        .unwrap();
    assert_eq!(
        plazius.class(plazius.action("addBonus").unwrap()),
        Class::UnsafeReadback
    );
    assert_eq!(&*readback.read.action, "getBonusHistory");
    assert_eq!(readback.marker.unwrap().arg, "comment".into());
    assert!(readback.found.is_some() && readback.complete.is_some());
}

// ------------------------------------------------------------------------------------------------------------- events

#[test]
fn a_kind_of_an_event_has_what_its_parent_says() {
    let (catalog, _) = built_in();
    let crm = catalog.connector("retailcrm").unwrap();
    let created = crm.event("order_created").unwrap();
    assert_eq!(created.payload, Type::Named("retailcrm.Order".into()));
    assert!(created.entity.is_some());
    let family: Vec<&str> = catalog
        .parent_events("retailcrm", "order_created")
        .iter()
        .map(|event| &*event.name)
        .collect();
    assert_eq!(family, ["order_created", "order"]);
}

#[test]
fn a_delivery_is_compared_with_kinds_before_their_parent() {
    let (catalog, _) = built_in();
    let crm = catalog.connector("retailcrm").unwrap();
    let names: Vec<&str> = crm.deliveries().iter().map(|event| &*event.name).collect();
    assert_eq!(names, ["order_created", "order_changed", "order"]);
}

#[test]
fn a_delivery_with_an_id_is_completed_by_a_read() {
    let (catalog, _) = built_in();
    let accepts = &catalog
        .connector("retailcrm")
        .unwrap()
        .event("order")
        .unwrap()
        .accepts;
    let enrich = accepts
        .iter()
        .find_map(|accept| accept.then.as_ref())
        .unwrap();
    assert_eq!(&*enrich.read.action, "getOrder");
    assert_eq!(enrich.field.as_deref(), Some("order"));
}

// ------------------------------------------------------------------------------------------------- broken definitions

/// What is said about a definition that is wrong in one place.
#[test]
fn broken_definitions_are_pointed_at() {
    let cases = [
        (
            "a type that does not exist",
            "type T = { a: Ordr }\ntype Order = { }",
        ),
        ("a type that stands for itself", "type A = B\ntype B = A"),
        (
            "fields of something that has none",
            "type T = { ...Sum }\ntype Sum = money",
        ),
        ("a field twice", "type T = { a: int, a: string }"),
        ("a type twice", "type T = int\ntype T = string"),
        (
            "a name that is no setting",
            "setting site: string?\naction f { request GET \"/\" query { s: string? = sit } }",
        ),
        (
            "a path without its argument",
            "action f { request GET \"/orders/{id}\" }",
        ),
        (
            "an argument twice",
            "action f { request GET \"/{id}\" path { id: int } query { id: int } }",
        ),
        (
            "two bodies",
            "action f { request POST \"/\" json { a: int } form { b: int } }",
        ),
        (
            "a body without a name",
            "action f { request POST \"/\" json [int] }",
        ),
        ("an unknown verdict", "answer ok aplied status 200"),
        (
            "an unknown effect",
            "action f { request POST \"/\" effect idempotant }",
        ),
        (
            "an unknown function",
            "action f { request GET \"/\" query { a: string where lenght(a) > 1 } }",
        ),
        (
            "too few values for a function",
            "action f { request GET \"/\" query { a: string where starts_with(a) } }",
        ),
        (
            "a key that is no argument",
            "action f { request POST \"/\" json { orderId: int } effect keyed orderid }",
        ),
        (
            "a readback of nothing",
            "action f { request POST \"/\" json { a: int } effect unsafe readback g(a) }",
        ),
        (
            "a read with a wrong argument",
            "event e { payload json accept post json { id: int } then g(number: id) }\naction g { request GET \"/\" query { num: int } }",
        ),
        (
            "a delivery without payload",
            "event e { payload json accept post json { id: int } }",
        ),
        (
            "a parent that does not exist",
            "event order_new is ordr { payload json }\nevent order { payload json }",
        ),
        (
            "an event that nobody raises",
            "action f { request POST \"/\" raises ordr }\nevent order { payload json }",
        ),
        (
            "a setting for a type",
            "setting apiKey: secret\nauth key { send headers { Key: apiKey } }",
        ),
        (
            "headers that are not computed",
            "setting apiKey: secret\nauth key { send headers { Key: string } }",
        ),
        ("a token from nowhere", "auth token { token answer.token }"),
        ("a pause that is none", "limit rate 10 per 5"),
        (
            "a secret in the text",
            "setting key: string = secret \"KEY\"",
        ),
        ("a rule among definitions", "rule r: every 5m do shop.f()"),
        ("a sandbox of nothing", "sandbox { action f { reply { } } }"),
    ];
    let mut report = String::new();
    for (what, text) in cases {
        let found = findings(text);
        assert!(!found.is_empty(), "{what}");
        report.push_str(&format!(
            "{what}\n{}\n",
            found.replace("connectors/shop/connector.ondo:", "  ")
        ));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn a_connector_in_the_wrong_folder_is_pointed_at() {
    let (catalog, found) = one("connector store { }");
    assert_eq!(
        render(&catalog, &found),
        "connectors/shop/connector.ondo:1:11 [store] definition: this is connector `store`, but it stands in the folder `shop`\n"
    );
}

#[test]
fn a_folder_without_a_connector_says_what_is_missing() {
    let (catalog, found) = one("setting a: int");
    assert_eq!(
        render(&catalog, &found),
        "connectors/shop/connector.ondo:1:1 [] definition: no file of this folder says `connector shop` | help: connector shop \"…\" { }\n"
    );
}

#[test]
fn a_mistake_of_form_does_not_hide_the_rest() {
    let (catalog, found) = shop("type A = { a: }\ntype T = { a: Nothing }");
    let text = render(&catalog, &found);
    assert!(text.contains("unknown-type"), "{text}");
    assert!(text.lines().count() >= 2, "{text}");
}

// ----------------------------------------------------------------------------------------------------------- examples

#[test]
fn every_example_exists_and_is_named_by_a_definition() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        let folder = root()
            .join("connectors")
            .join(&*connector.name)
            .join("examples");
        let mut there: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        let events = connector.events.values().flat_map(|event| &event.examples);
        let actions = connector
            .actions
            .values()
            .flat_map(|action| &action.examples);
        let mut named: Vec<String> = events.chain(actions).map(|name| name.to_string()).collect();
        named.sort();
        named.dedup();
        assert_eq!(there, named, "{}", connector.name);
    }
}

#[test]
fn an_example_of_a_delivery_has_the_fields_of_its_event() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        for event in connector.events.values() {
            assert!(
                !event.examples.is_empty(),
                "{}.{}",
                connector.name,
                event.name
            );
            for example in &event.examples {
                fits(
                    &catalog,
                    &event.payload,
                    &read_example(connector, example),
                    example,
                );
            }
        }
    }
}

#[test]
fn an_example_of_an_action_has_the_fields_of_its_arguments_and_answer() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        for action in connector.actions.values() {
            assert!(
                !action.examples.is_empty(),
                "{}.{}",
                connector.name,
                action.name
            );
            for example in &action.examples {
                let json = read_example(connector, example);
                let args = Type::Object(action.args.clone());
                fits(&catalog, &args, &json["args"], example);
                let status = u16::try_from(json["status"].as_u64().unwrap()).unwrap();
                let answer = action.answers.iter().find(|answer| {
                    answer
                        .statuses
                        .iter()
                        .any(|(first, last)| (*first..=*last).contains(&status))
                });
                if let Some(body) = &answer.unwrap().body {
                    fits(&catalog, &body.ty, &json["answer"], example);
                }
            }
        }
    }
}

fn read_example(connector: &Connector, name: &str) -> Json {
    let path = root()
        .join("connectors")
        .join(&*connector.name)
        .join("examples")
        .join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// No field that the type does not know, none missing that it requires.
fn fits(catalog: &Catalog, ty: &Type, json: &Json, at: &str) {
    match (catalog.types.resolve(ty), json) {
        (Type::Nullable(_), Json::Null) => {}
        (Type::Nullable(inner), _) => fits(catalog, inner, json, at),
        (Type::Object(object), Json::Object(fields)) => {
            for name in fields.keys() {
                let known = object.fields.iter().any(|field| {
                    *field.name == **name || field.aliases.iter().any(|alias| **alias == **name)
                });
                assert!(known, "{at}: nobody knows `{name}`");
            }
            for field in &object.fields {
                let value = fields
                    .get(&*field.name)
                    .or_else(|| field.aliases.iter().find_map(|alias| fields.get(&**alias)));
                let may_be_absent = field.ty.is_nullable()
                    || field.default.is_some()
                    || matches!(field.ty, Type::List(_));
                match value {
                    Some(value) => fits(catalog, &field.ty, value, &format!("{at}.{}", field.name)),
                    None => assert!(may_be_absent, "{at}: `{}` is missing", field.name),
                }
            }
        }
        (Type::List(item), Json::Array(items)) => {
            items.iter().for_each(|json| fits(catalog, item, json, at))
        }
        (Type::List(item), Json::Object(items)) => items
            .values()
            .for_each(|json| fits(catalog, item, json, at)),
        (Type::Object(_), Json::Array(items)) => assert!(items.is_empty(), "{at}"),
        (Type::Object(_), _) => panic!("{at}: {json} is no object"),
        (Type::Text | Type::Phone | Type::DateTime | Type::Date | Type::Time, json) => {
            assert!(json.is_string() || at.ends_with(".code"), "{at}: {json}")
        }
        (Type::Int | Type::Decimal | Type::Money(_), json) => {
            assert!(json.is_number(), "{at}: {json}")
        }
        (Type::Bool, json) => assert!(json.is_boolean(), "{at}: {json}"),
        _ => {}
    }
}

//! The connectors of this repository: they build, and they say what they should.

use crate::support::{built_in, one, render};
use ondo_compiler::catalog::{Action, Catalog, ConnectorSource, build};
use ondo_compiler::diagnostic::Diagnostic;
use ondo_compiler::ir::Class;
use ondo_compiler::source::SourceFile;
use ondo_compiler::types::{Codec, Currency, EnumValue, Field, Type};

#[test]
fn the_built_in_connectors_build_without_a_finding() {
    let (catalog, found) = built_in();
    assert_eq!(render(catalog, found), "");
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

#[test]
fn a_poll_is_completed_by_a_read_that_exists() {
    let poll = |then: &str| {
        format!(
            "type Change = {{ id: int }}
             action getChanges {{ request GET \"/changes\" answer ok applied status 200 json {{ changes: [Change] -> changes }} effect read }}
             action getOrder {{ request GET \"/orders\" query {{ id: int }} answer ok applied status 200 json {{ order: Change -> order }} effect read }}
             event changed {{ payload Change poll {{ on demand read getChanges() -> changes then {then} -> order }} }}"
        )
    };
    let (catalog, found) = shop(&poll("getOrder(id: item.id)"));
    assert_eq!(render(&catalog, &found), "");
    let event = catalog.connector("shop").unwrap().event("changed").unwrap();
    let asked = event.poll.as_ref().unwrap();
    assert!(asked.on_demand);
    assert_eq!(&*asked.then.as_ref().unwrap().read.action, "getOrder");
    for (then, said) in [
        ("getOrdr(id: item.id)", "`getOrdr`"),
        ("getOrder(nr: item.id)", "`nr`"),
    ] {
        let (catalog, found) = shop(&poll(then));
        let found = render(&catalog, &found);
        assert!(found.contains(said), "{found}");
    }
}

#[test]
fn a_parameter_of_an_action_made_of_steps_has_a_caption_and_a_default() {
    let (catalog, found) = shop(
        "action note { request POST \"/\" json { text: string } }
         action shout(text: string \"Что сказать\", mark: \"!\" | \"?\" = \"!\" \"Чем кончить\") { do { note(text: \"{text}{mark}\") } }",
    );
    assert_eq!(render(&catalog, &found), "");
    let shout = catalog.connector("shop").unwrap().action("shout").unwrap();
    let captions: Vec<Option<&str>> = shout
        .args
        .fields
        .iter()
        .map(|field| field.caption.as_deref())
        .collect();
    assert_eq!(captions, [Some("Что сказать"), Some("Чем кончить")]);
    assert!(shout.args.field("mark").unwrap().default.is_some());
}

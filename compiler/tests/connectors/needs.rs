//! What a definition can say, and the connector that needs it: nothing that the language of definitions offers to
//! connectors is there for its own sake, and each documented system uses what its documents ask for.

use std::collections::BTreeSet;

use crate::support::built_in;
use ondo_compiler::catalog::{Action, Answer, Catalog, Connector, Request, Section};
use ondo_compiler::ir::{Class, Expr};
use ondo_compiler::types::{Codec, Field, ObjectType, Type};
use ondo_grammar::ast::Place;

/// Everything that is said in one definition.
struct Definition<'a> {
    connector: &'a Connector,
    fields: Vec<&'a Field>,
    objects: Vec<&'a ObjectType>,
    has_union: bool,
    has_enum: bool,
}

impl<'a> Definition<'a> {
    fn new(catalog: &'a Catalog, connector: &'a Connector) -> Self {
        let mut found = Self {
            connector,
            fields: Vec::new(),
            objects: Vec::new(),
            has_union: false,
            has_enum: false,
        };
        let mut seen = BTreeSet::new();
        let mut walk = |ty: &'a Type| found.walk(catalog, ty, &mut seen);
        for event in connector.events.values() {
            walk(&event.payload);
            for accept in &event.accepts {
                walk(&accept.section.ty);
            }
        }
        for section in sections(connector) {
            walk(&section.ty);
        }
        found
    }

    fn walk(&mut self, catalog: &'a Catalog, ty: &'a Type, seen: &mut BTreeSet<&'a str>) {
        if let Type::Named(name) = ty
            && !seen.insert(name)
        {
            return;
        }
        match catalog.types.resolve(ty) {
            Type::Nullable(inner) | Type::List(inner) | Type::Map(inner) => {
                self.walk(catalog, inner, seen);
            }
            Type::Union(parts) => {
                self.has_union = true;
                for part in parts.iter() {
                    self.walk(catalog, part, seen);
                }
            }
            Type::Enum(_) => self.has_enum = true,
            Type::Object(object) => {
                self.objects.push(object);
                for field in &object.fields {
                    self.fields.push(field);
                    self.walk(catalog, &field.ty, seen);
                }
            }
            _ => {}
        }
    }

    fn field(&self, test: impl Fn(&Field) -> bool) -> bool {
        self.fields.iter().any(|field| test(field))
    }

    fn codec(&self, test: impl Fn(&Codec) -> bool) -> bool {
        self.field(|field| field.codecs.iter().any(&test))
    }

    fn action(&self, test: impl Fn(&Action) -> bool) -> bool {
        self.connector.actions.values().any(test)
    }

    fn section(&self, test: impl Fn(&Section) -> bool) -> bool {
        sections(self.connector).into_iter().any(test)
    }

    fn answer(&self, test: impl Fn(&Answer) -> bool) -> bool {
        let own = self
            .connector
            .actions
            .values()
            .flat_map(|action| &action.answers);
        own.chain(&self.connector.answers).any(test)
    }

    fn poll(&self, test: impl Fn(&ondo_compiler::catalog::Poll) -> bool) -> bool {
        self.connector
            .events
            .values()
            .filter_map(|event| event.poll.as_ref())
            .any(test)
    }

    fn accept(&self, test: impl Fn(&ondo_compiler::catalog::Accept) -> bool) -> bool {
        self.connector
            .events
            .values()
            .flat_map(|event| &event.accepts)
            .any(test)
    }

    fn verifies(&self, test: impl Fn(&Expr) -> bool) -> bool {
        let verify = self.connector.hook.as_ref().and_then(|hook| hook.verify);
        // The expressions of a hook are few: any of the definition's that calls such a function is one of them.
        verify.is_some() && self.connector.exprs.nodes.iter().any(test)
    }
}

fn sections(connector: &Connector) -> Vec<&Section> {
    let exchange = connector
        .auth
        .as_ref()
        .and_then(|auth| auth.exchange.as_ref());
    let actions = || connector.actions.values();
    let requests = exchange
        .map(|exchange| &exchange.request)
        .into_iter()
        .chain(actions().filter_map(|action| action.request.as_ref()));
    let answers = actions()
        .flat_map(|action| &action.answers)
        .chain(&connector.answers);
    requests
        .flat_map(|request: &Request| &request.sections)
        .chain(answers.filter_map(|answer| answer.body.as_ref()))
        .collect()
}

fn class(definition: &Definition<'_>, class: Class) -> bool {
    definition.action(|action| definition.connector.class(action) == class)
}

type Test = fn(&Definition<'_>) -> bool;

/// The need, who has it, what shows it.
#[rustfmt::skip]
const NEEDS: &[(&str, &[&str], Test)] = &[
    ("settings with defaults and secrets",        &["retailcrm", "plazius", "iiko", "rkeeper"],
        |d| d.connector.settings.values().any(|known| known.ty.non_null() == &Type::Secret)),
    ("an argument that defaults to a setting",    &["plazius", "iiko", "telegram"],
        |d| d.action(|action| action.args.fields.iter().any(|arg| arg.default.is_some_and(|default| !d.connector.settings_needed(default).is_empty())))),
    ("a header of its own",                       &["retailcrm", "rkeeper", "carbis", "ozon", "wildberries", "kaspi"],
        |d| d.connector.auth.as_ref().is_some_and(|auth| auth.exchange.is_none() && !auth.headers.is_empty())),
    ("two keys",                                  &["ozon"],
        |d| d.connector.auth.as_ref().is_some_and(|auth| auth.headers.len() == 2)),
    ("a token exchange with a lifetime and a renewal", &["plazius", "iiko"],
        |d| d.connector.auth.as_ref().is_some_and(|auth| auth.renew.is_some() && auth.exchange.as_ref().is_some_and(|exchange| exchange.lives.is_some()))),
    ("bodies of JSON",                            &["plazius", "iiko", "rkeeper", "ozon"],
        |d| d.section(|section| section.place == Place::Json)),
    ("forms with JSON in a field",                &["retailcrm"],
        |d| d.section(|section| section.place == Place::Form) && d.codec(|codec| *codec == Codec::JsonText)),
    ("bracketed queries",                         &["retailcrm", "kaspi"],
        |d| d.codec(|codec| *codec == Codec::Brackets)),
    ("parameters in the path",                    &["retailcrm", "kaspi"],
        |d| d.section(|section| section.place == Place::Path)),
    ("numbers in quotes",                         &["ozon", "rkeeper"],
        |d| d.codec(|codec| *codec == Codec::Text)),
    ("hundredths",                                &["wildberries"],
        |d| d.codec(|codec| *codec == Codec::Hundredths)),
    ("dates by a pattern",                        &["retailcrm", "iiko", "plazius", "wildberries"],
        |d| d.codec(|codec| matches!(codec, Codec::Pattern(pattern) if &**pattern != "[UTC]"))),
    ("moments in UTC",                            &["plazius", "ozon"],
        |d| d.codec(|codec| matches!(codec, Codec::Pattern(pattern) if &**pattern == "[UTC]"))),
    ("moments as numbers",                        &["kaspi", "wildberries", "telegram"],
        |d| d.codec(|codec| matches!(codec, Codec::EpochMs | Codec::EpochS))),
    ("words as numbers",                          &["plazius"],
        |d| d.codec(|codec| matches!(codec, Codec::Words(_)))),
    ("leading zeros",                             &["plazius"],
        |d| d.codec(|codec| matches!(codec, Codec::Padded(_)))),
    ("other spellings of a field",                &["plazius"],
        |d| d.field(|field| !field.aliases.is_empty())),
    ("[] for an empty object",                    &["retailcrm"],
        |d| d.codec(|codec| *codec == Codec::EmptyList)),
    ("an object keyed by id as a list",           &["retailcrm"],
        |d| d.codec(|codec| *codec == Codec::Keyed)),
    ("enums",                                     &["rkeeper", "iiko", "plazius"],
        |d| d.has_enum),
    ("unions",                                    &["rkeeper", "iiko"],
        |d| d.has_union),
    ("required if",                               &["rkeeper", "iiko"],
        |d| d.field(|field| field.required_if.is_some())),
    ("ignored if",                                &["rkeeper"],
        |d| d.field(|field| field.ignored_if.is_some())),
    ("exactly one of",                            &["retailcrm"],
        |d| d.objects.iter().any(|object| !object.one_of.is_empty())),
    ("ranges, lengths, patterns",                 &["rkeeper", "iiko", "plazius", "telegram"],
        |d| d.field(|field| field.check.is_some())),
    ("versions",                                  &["rkeeper"],
        |d| d.field(|field| field.since.is_some())),
    ("200 with an error inside",                  &["rkeeper", "iiko", "carbis"],
        |d| d.answer(|answer| answer.verdict == ondo_compiler::catalog::Verdict::Refused && answer.statuses == [(200, 200)])),
    ("a catalogue of error codes",                &["plazius", "rkeeper", "iiko", "wildberries", "telegram"],
        |d| !d.connector.codes.is_empty()),
    ("what is accepted now and done later",       &["rkeeper", "iiko"],
        |d| d.action(|action| action.job.as_ref().is_some_and(|job| job.ask.is_some() && job.give_up.is_some()))),
    ("a key in the form that the vendor wants",   &["rkeeper", "iiko"],
        |d| class(d, Class::Keyed) && d.action(|action| action.effect.key_form.is_some())),
    ("reads",                                     &["retailcrm", "plazius", "iiko", "rkeeper", "carbis", "ozon", "wildberries", "kaspi"],
        |d| class(d, Class::Read)),
    ("what may be repeated",                      &["retailcrm", "plazius", "telegram"],
        |d| class(d, Class::Harmless)),
    ("what is the same when repeated",            &["retailcrm", "plazius", "iiko"],
        |d| class(d, Class::Idempotent)),
    ("what must not be repeated, but can be looked up", &["plazius"],
        |d| class(d, Class::UnsafeReadback)),
    ("what must not be repeated",                 &["plazius", "http"],
        |d| class(d, Class::Unsafe)),
    ("actions made of steps",                     &["retailcrm"],
        |d| d.action(|action| action.steps.is_some())),
    ("a delivery that is a list of events",       &["iiko"],
        |d| d.accept(|accept| accept.each.is_some())),
    ("events told apart by a field",              &["iiko", "rkeeper", "ozon"],
        |d| d.accept(|accept| accept.when.is_some())),
    ("proof by a header",                         &["iiko", "rkeeper", "webhook"],
        |d| d.verifies(|expr| matches!(expr, Expr::Input(name) if name.starts_with("header ")))),
    ("a secret in the address",                   &["ozon", "retailcrm"],
        |d| d.connector.hook.as_ref().is_some_and(|hook| hook.path_secret.is_some())),
    ("an answer that the vendor wants to hear",   &["ozon"],
        |d| d.connector.hook.as_ref().is_some_and(|hook| hook.answer.as_ref().is_some_and(|(_, body)| body.is_some()))),
    ("a key of the delivery and an order",        &["iiko", "rkeeper", "ozon", "carbis"],
        |d| d.connector.events.values().any(|event| event.key.is_some() && event.ordered_by.is_some())),
    ("an event that a read completes",            &["retailcrm", "ozon"],
        |d| d.accept(|accept| accept.then.is_some())),
    ("polling with a cursor",                     &["carbis", "kaspi", "retailcrm"],
        |d| d.poll(|poll| poll.cursor.is_some())),
    ("polling page by page",                      &["ozon", "kaspi"],
        |d| d.poll(|poll| poll.more.is_some() && poll.counts_pages(&d.connector.exprs))),
    ("beginning with what waits",                 &["carbis", "ozon", "wildberries"],
        |d| d.poll(|poll| poll.start_waiting)),
    ("a source that forgets",                     &["carbis"],
        |d| d.poll(|poll| poll.keeps.is_some())),
    ("items that are no news",                    &["carbis", "kaspi", "retailcrm"],
        |d| d.poll(|poll| poll.skip.is_some())),
    ("a rate",                                    &["retailcrm", "ozon", "wildberries", "rkeeper", "telegram"],
        |d| d.connector.limits.iter().any(|limit| limit.rate.is_some())),
    ("a burst",                                   &["wildberries"],
        |d| d.connector.limits.iter().any(|limit| limit.burst.is_some())),
    ("so many at once",                           &["kaspi"],
        |d| d.connector.limits.iter().any(|limit| limit.concurrency.is_some())),
    ("captions and personal data",                &["retailcrm", "plazius", "iiko", "rkeeper", "ozon", "wildberries", "kaspi", "carbis"],
        |d| d.field(|field| field.caption.is_some()) && d.field(|field| field.personal)),
    ("examples",                                  &["retailcrm", "plazius", "iiko", "rkeeper", "ozon", "wildberries", "kaspi", "carbis", "telegram", "webhook", "http"],
        |d| d.action(|action| !action.examples.is_empty()) || d.connector.events.values().any(|event| !event.examples.is_empty())),
];

#[test]
fn every_need_is_met_where_a_documented_system_has_it() {
    let (catalog, _) = built_in();
    let definitions: Vec<Definition<'_>> = catalog
        .connectors
        .values()
        .map(|connector| Definition::new(catalog, connector))
        .collect();
    let mut missing = Vec::new();
    for (need, who, shows) in NEEDS {
        let users: BTreeSet<&str> = definitions
            .iter()
            .filter(|definition| shows(definition))
            .map(|definition| &*definition.connector.name)
            .collect();
        println!(
            "{need}: {}",
            users.iter().copied().collect::<Vec<_>>().join(", ")
        );
        for name in *who {
            if !users.contains(name) {
                missing.push(format!("{name}: {need}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

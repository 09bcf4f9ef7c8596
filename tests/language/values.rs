//! Expressions: checked beside the declarations of their section, computed by the evaluator of the engine.

use ondo_compiler::eval::{self, Frame, Scope};
use ondo_compiler::ir::{Program, Rule, Step};
use ondo_compiler::types::{Currency, EnumValue, Type};
use ondo_compiler::value::Value;
use ondo_compiler::wire;

use super::cases::Section;
use super::system;

/// `now()` of every case.
const NOW: &str = "2026-11-21T07:00:00Z";
/// `step_time()` of every case.
const STEP_TIME: &str = "2026-11-21T07:00:05Z";

/// The cases that do not come out.
pub(super) fn complaints(section: &Section) -> Vec<String> {
    let cases: Vec<_> = section.values().collect();
    if cases.is_empty() {
        return Vec::new();
    }
    let text = section.bundle_of_values();
    let mut files = section.files.clone();
    files.retain(|(path, _)| path != "case.ondo");
    files.insert(0, ("case.ondo".to_owned(), text));
    let compiled = system::compile(&files, &section.tables);
    let Some(program) = &compiled.program else {
        let found = system::findings(&compiled);
        return vec![format!("{}\n{found}", section.place(section.line))];
    };
    let mut complaints = Vec::new();
    let lints = system::findings(&compiled);
    if !lints.is_empty() {
        complaints.push(format!("{}\n{lints}", section.place(section.line)));
    }
    for (at, (line, expression, expected)) in cases.iter().enumerate() {
        let name = format!("value_{at}");
        let rule = program
            .rules
            .iter()
            .find(|rule| *rule.name == *name)
            .unwrap();
        let yielded = compute(section, program, rule);
        let found = match &yielded {
            Ok(value) => {
                let binding = compiled.bindings.iter().find(|binding| {
                    // A rule ends where the next one begins.
                    binding.place.file == rule.place.file
                        && binding.place.span.start > rule.place.span.start
                });
                let ty = binding.map_or(&Type::Unknown, |binding| &binding.ty);
                format!("is {}: {}", shown(value), written(ty))
            }
            Err(failure) => format!("fails {}", failure.code),
        };
        let with_why = match &yielded {
            Err(failure) => format!("{found}: {}", failure.message),
            Ok(_) => found.clone(),
        };
        if found != *expected && with_why != *expected {
            complaints.push(format!(
                "{}\n  {}\n  expected {expected}\n  found    {with_why}\n",
                section.place(*line),
                expression.replace('\n', "\n  "),
            ));
        }
    }
    complaints
}

fn compute(section: &Section, program: &Program, rule: &Rule) -> Result<Value, eval::Failure> {
    let Some(Step::Let { value, .. }) = rule.body.first() else {
        panic!(
            "{}: the first step binds the value",
            section.place(section.line)
        );
    };
    let slots = match section.events.first() {
        Some(event) => wire::decode(
            event.as_bytes(),
            &rule.read_set,
            &program.catalog.types,
            &program.timezone,
            program.currency.as_ref(),
        )?,
        None => Vec::new(),
    };
    let scope = Scope {
        exprs: &program.exprs,
        program: Some(program),
        inputs: &[],
        slots: &slots,
        read_set: Some(&rule.read_set),
        now: NOW.parse().unwrap(),
        step_time: STEP_TIME.parse().unwrap(),
        zone: &program.timezone,
    };
    eval::eval(&scope, &mut Frame::new(rule.local_count), *value)
}

/// A value as a bundle would write it, as far as that is possible.
fn shown(value: &Value) -> String {
    match value {
        // Only `present` tells them apart.
        Value::Absent | Value::Null => "null".to_owned(),
        Value::Text(text) => quoted(text),
        Value::Money(money) => {
            let amount = money.amount.text_with_scale(2);
            match &money.currency {
                Some(currency) => format!("{amount} {currency}"),
                None => amount,
            }
        }
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(object) => {
            let fields = object
                .fields
                .iter()
                .filter(|(_, value)| *value != Value::Absent);
            let fields: Vec<String> = fields
                .map(|(name, value)| format!("{name}: {}", shown(value)))
                .collect();
            match fields.as_slice() {
                [] => "{}".to_owned(),
                fields => format!("{{ {} }}", fields.join(", ")),
            }
        }
        Value::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("bytes {hex}")
        }
        Value::Secret(_) => "secret".to_owned(),
        Value::Account(_) => "account".to_owned(),
        Value::Json(json) => format!("json {json}"),
        other => eval::display(other).unwrap(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A type as a bundle would write it.
fn written(ty: &Type) -> String {
    match ty {
        Type::Unknown => "unknown".to_owned(),
        Type::Never => "never".to_owned(),
        Type::Null => "null".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Decimal => "decimal".to_owned(),
        Type::Percent => "percent".to_owned(),
        Type::Money(Currency::Unnamed) => "money".to_owned(),
        Type::Money(Currency::Named(name) | Currency::Field(name)) => format!("money in {name}"),
        Type::Text => "string".to_owned(),
        Type::Phone => "phone".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::DateTime => "datetime".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Json => "json".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Secret => "secret".to_owned(),
        Type::Enum(of) => match (&of.name, of.values.first()) {
            (Some(name), _) => name.to_string(),
            (None, Some(EnumValue::Int(_))) => "int".to_owned(),
            (None, Some(EnumValue::Bool(_))) => "bool".to_owned(),
            (None, _) => "string".to_owned(),
        },
        Type::Nullable(inner) => format!("{}?", written(inner)),
        Type::List(item) => match &**item {
            Type::Unknown | Type::Never => "[]".to_owned(),
            item => format!("[{}]", written(item)),
        },
        Type::Map(item) => format!("{{ [string]: {} }}", written(item)),
        Type::Object(object) => {
            let fields = object.fields.iter();
            let fields: Vec<String> = fields
                .map(|field| format!("{}: {}", field.name, written(&field.ty)))
                .collect();
            match fields.as_slice() {
                [] => "{}".to_owned(),
                fields => format!("{{ {} }}", fields.join(", ")),
            }
        }
        Type::Named(name) => name.to_string(),
        Type::Union(variants) => {
            let variants: Vec<String> = variants.iter().map(written).collect();
            variants.join(" | ")
        }
        Type::Account(connector) => format!("account of {connector}"),
    }
}

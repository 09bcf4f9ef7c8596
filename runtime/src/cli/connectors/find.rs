//! From `plazius.addBonus` to what it names.

use ondo_compiler::describe::{Action, Event, Field, Shape, System};
use ondo_compiler::errors::nearest_name;

use super::Known;

/// What a path names.
pub(super) enum Found<'a> {
    System(&'a System),
    Event(&'a System, &'a Event),
    Action(&'a System, &'a Action),
    Shape(&'a System, &'a Shape),
    /// A field with its whole path.
    Field(&'a System, String, &'a Field),
}

/// Nothing has this name.
pub(super) struct Unknown {
    pub(super) message: String,
    /// A path that is probably meant.
    pub(super) nearest: Option<String>,
}

/// What a path names: a system, one of its parts, or a field in that.
pub(super) fn find<'a>(known: &'a Known, path: &str) -> Result<Found<'a>, Unknown> {
    let mut names = path.split('.');
    let name = names.next().unwrap_or_default();
    let Some(system) = known.systems.iter().find(|system| system.name == name) else {
        let candidates = known.systems.iter().map(|system| system.name.as_str());
        // People know a system by what it is called.
        let by_caption = known.systems.iter().find(|system| {
            let caption = system.caption.as_deref().unwrap_or_default();
            caption.to_lowercase() == name.to_lowercase()
        });
        let near = by_caption.map(|system| system.name.clone());
        return Err(Unknown {
            message: format!("there is no connector `{name}`"),
            nearest: near.or_else(|| nearest_name(name, candidates)),
        });
    };
    let Some(part) = names.next() else {
        return Ok(Found::System(system));
    };
    let rest: Vec<&str> = names.collect();
    let event = system.events.iter().find(|event| event.name == part);
    let action = system.actions.iter().find(|action| action.name == part);
    let shape = system.types.iter().find(|shape| shape.name == part);
    let fields = match (event, action, shape) {
        (Some(event), ..) if rest.is_empty() => return Ok(Found::Event(system, event)),
        (_, Some(action), _) if rest.is_empty() => return Ok(Found::Action(system, action)),
        (_, _, Some(shape)) if rest.is_empty() => return Ok(Found::Shape(system, shape)),
        (Some(event), ..) => &event.fields,
        (_, Some(action), _) => &action.args,
        (_, _, Some(shape)) => &shape.fields,
        _ => return Err(no_part(system, part)),
    };
    let path = format!("{name}.{part}");
    field(system, path, fields, &rest)
}

fn no_part(system: &System, part: &str) -> Unknown {
    let events = system.events.iter().map(|event| event.name.as_str());
    let actions = system.actions.iter().map(|action| action.name.as_str());
    let types = system.types.iter().map(|shape| shape.name.as_str());
    let near = nearest_name(part, events.chain(actions).chain(types));
    Unknown {
        message: format!("`{}` has no event, action or type `{part}`", system.name),
        nearest: Some(match near {
            Some(near) => format!("{}.{near}", system.name),
            None => system.name.clone(),
        }),
    }
}

fn field<'a>(
    system: &'a System,
    mut path: String,
    mut fields: &'a [Field],
    names: &[&str],
) -> Result<Found<'a>, Unknown> {
    let mut found = None;
    for name in names {
        // `items[].offer` is what pages and search results say.
        let bare = name.trim_end_matches("[]").trim_end_matches('?');
        let Some(field) = fields.iter().find(|field| field.name == bare) else {
            let near = nearest_name(bare, fields.iter().map(|field| field.name.as_str()));
            return Err(Unknown {
                message: format!("`{path}` has no field `{bare}`"),
                nearest: Some(near.map_or_else(|| path.clone(), |near| format!("{path}.{near}"))),
            });
        };
        path = format!("{path}.{bare}");
        fields = &field.fields;
        found = Some(field);
    }
    match found {
        Some(field) => Ok(Found::Field(system, path, field)),
        None => Err(no_part(system, "")),
    }
}

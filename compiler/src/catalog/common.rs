//! Settings that every account has, whatever its connector says.

use super::{Connector, Setting};
use crate::types::{Name, Type};

/// Their names, types and captions. A connector that declares one of them itself keeps its own.
const COMMON: [(&str, Type, &str); 3] = [
    (
        "currency",
        Type::Text,
        "Currency of amounts that come without one (ISO 4217: RUB); the bundle's without it",
    ),
    (
        "timezone",
        Type::Text,
        "Zone of dates that come without one (IANA: Europe/Moscow); the bundle's without it",
    ),
    (
        "privateNetwork",
        Type::Bool,
        "The system stands in one's own network: private and loopback addresses may be called",
    ),
];

/// Adds the common settings and gives their names.
pub(super) fn add(connector: &mut Connector) -> Vec<Name> {
    let mut added = Vec::new();
    for (name, ty, caption) in COMMON {
        if connector.settings.contains_key(name) {
            continue;
        }
        let setting = Setting {
            ty: ty.nullable(),
            url: false,
            identity: false,
            default: None,
            caption: Some(caption.into()),
            place: connector.place,
        };
        connector.settings.insert(name.into(), setting);
        added.push(name.into());
    }
    added
}

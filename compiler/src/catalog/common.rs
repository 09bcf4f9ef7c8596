//! Settings that every account has, whatever its connector says.

use super::{Connector, Setting};
use crate::types::{Name, Type};

/// The setting with the fingerprint of the only certificate that the system may show. What it holds is looked at when
/// accounts are checked and loaded.
pub const CERTIFICATE: &str = "certificate";

/// Their names, types and captions. A connector that declares one of them itself keeps its own.
const COMMON: [(&str, Type, &str); 4] = [
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
    (
        CERTIFICATE,
        Type::Text,
        "Fingerprint of the certificate that the system has signed itself (sha256:AB12…): it must show this one and no other",
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

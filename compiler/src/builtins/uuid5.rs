//! `uuid5`: the UUID that belongs to a name: the same name always has the same.

use uuid::Uuid;

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The UUID that belongs to a name: the same name always has the same.
pub(super) const UUID5: Builtin = Builtin {
    name: "uuid5",
    subject: Subject::Codecs,
    signature: "(name: string, namespace: string = \"6ba7b812-9dad-11d1-80b4-00c04fd430c8\") -> string",
    summary: "The UUID that belongs to a name: the same name always has the same.",
    notes: "The namespace is that of object identifiers, unless another UUID is given.",
    examples: &[
        ("uuid5(\"order 5012\") == uuid5(\"order 5012\")", "true"),
        (
            "uuid5(\"www.example.com\", namespace: \"6ba7b810-9dad-11d1-80b4-00c04fd430c8\")",
            "\"2ed6657d-e927-568b-95e1-2665a8aea6a2\"",
        ),
        ("length(uuid5(\"заказ 5012\"))", "36"),
    ],
    fails: true,
    call: |args| {
        let namespace = match args.given(1) {
            None => Uuid::NAMESPACE_OID,
            Some(_) => Uuid::parse_str(&args.text(1)?)
                .map_err(|_| Failure::new("not-uuid", "the namespace is no UUID"))?,
        };
        Ok(Value::text(
            Uuid::new_v5(&namespace, args.text(0)?.as_bytes()).to_string(),
        ))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn the_known_one_comes_out() {
        let dns = text("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
        assert_eq!(
            yields(&UUID5, &[text("www.example.com"), dns]),
            text("2ed6657d-e927-568b-95e1-2665a8aea6a2")
        );
        assert_eq!(fails(&UUID5, &[text("a"), text("b")]), "not-uuid");
    }

    #[test]
    fn names_have_their_own() {
        assert_ne!(yields(&UUID5, &[text("a")]), yields(&UUID5, &[text("b")]));
    }
}

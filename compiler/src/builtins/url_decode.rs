//! `url_decode`: the text behind `%D1%87`; a plus sign is a blank.

use super::{Builtin, Subject};
use crate::value::Value;

/// The text behind `%D1%87`; a plus sign is a blank.
pub(super) const URL_DECODE: Builtin = Builtin {
    name: "url_decode",
    subject: Subject::Codecs,
    signature: "(text: string) -> string",
    summary: "The text behind `%D1%87`; a plus sign is a blank.",
    notes: "",
    examples: &[
        ("url_decode(\"a%20b+%D1%87\")", "\"a b ч\""),
        ("url_decode(\"чай\")", "\"чай\""),
        ("url_decode(\"100%\")", "\"100%\""),
    ],
    fails: false,
    call: |args| {
        // As a form with a single nameless value, in which only `&` and `=` would mean something else.
        let text = args.text(0)?.replace('&', "%26").replace('=', "%3D");
        let decoded = form_urlencoded::parse(text.as_bytes()).next();
        Ok(Value::text(
            decoded.map_or(String::new(), |(name, _)| name.into_owned()),
        ))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn what_was_encoded_comes_back() {
        assert_eq!(
            yields(&URL_DECODE, &[text("a%20b+%D1%87&c=d")]),
            text("a b ч&c=d")
        );
        assert_eq!(yields(&URL_DECODE, &[text("")]), text(""));
    }
}

//! `format_phone`: a phone number as people write it, or as other systems want it.

use rlibphonenumber::PhoneNumberFormat;

use super::e164::parse;
use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// A phone number as people write it, or as other systems want it.
pub(super) const FORMAT_PHONE: Builtin = Builtin {
    name: "format_phone",
    subject: Subject::Names,
    signature: "(phone: string, style: \"international\" | \"national\" | \"digits\" = \"international\", region: string = \"RU\") -> string",
    summary: "A phone number as people write it, or as other systems want it.",
    notes: "The styles: `\"international\"`, `\"national\"`, and `\"digits\"`, which is E.164 without the plus. A number without a country is of the region.",
    examples: &[
        ("format_phone(\"+79991234567\")", "\"+7 999 123-45-67\""),
        (
            "format_phone(\"+79991234567\", style: \"national\")",
            "\"8 (999) 123-45-67\"",
        ),
        (
            "format_phone(\"8 999 123-45-67\", style: \"digits\")",
            "\"79991234567\"",
        ),
        ("format_phone(\"нет\") catch \"-\"", "\"-\""),
    ],
    fails: true,
    call: |args| {
        let number = parse(&args.text(0)?, &args.text_or(2, "RU")?)?;
        let written = |form| number.format_as(form).into_owned();
        Ok(Value::text(match &*args.text_or(1, "international")? {
            "international" => written(PhoneNumberFormat::International),
            "national" => written(PhoneNumberFormat::National),
            "digits" => written(PhoneNumberFormat::E164).replace('+', ""),
            _ => {
                return Err(Failure::new(
                    "unknown-mode",
                    "there are the styles \"international\", \"national\" and \"digits\"",
                ));
            }
        }))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn every_country_has_its_form() {
        assert_eq!(
            yields(&FORMAT_PHONE, &[text("+77011234567")]),
            text("+7 701 123 4567")
        );
        assert_eq!(
            yields(&FORMAT_PHONE, &[text("+4930901820"), text("digits")]),
            text("4930901820")
        );
    }

    #[test]
    fn what_is_no_phone_fails() {
        assert_eq!(fails(&FORMAT_PHONE, &[text("12345")]), "not-a-phone");
        assert_eq!(
            fails(&FORMAT_PHONE, &[text("+79991234567"), text("x")]),
            "unknown-mode"
        );
    }
}

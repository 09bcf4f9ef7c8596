//! `e164`: a phone number in its international form; a number without a country is of this region.
//!
//! Two numbers in one field, a number that nobody can have, and an empty text fail. An extension is dropped: E.164 has
//! none, and the number without it reaches the switchboard.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

use super::{Builtin, Subject};
use crate::eval::{Args, Failure};
use crate::value::Value;

/// A phone number in its international form; a number without a country is of this region.
pub(super) const E164: Builtin = Builtin {
    name: "e164",
    subject: Subject::Names,
    signature: "(text: string, region: string = \"RU\") -> phone",
    summary: "A phone number in its international form; a number without a country is of this region.",
    notes: "An extension is dropped. Two numbers in one text, and numbers that nobody can have, fail.",
    examples: &[
        ("e164(\"8-800-555-35-35\")", "\"+78005553535\""),
        (
            "e164(\"8 (701) 123-45-67\", region: \"KZ\")",
            "\"+77011234567\"",
        ),
        ("e164(\"+49 30 901820\")", "\"+4930901820\""),
        ("e164(\"нет\") catch null", "null"),
    ],
    fails: true,
    call,
};

/// Longest text that can be a phone number with its extension and blanks.
const LENGTH_MAX: usize = 100;

fn call(args: &mut Args<'_, '_>) -> Result<Value, Failure> {
    let number = parse(&args.text(0)?, &args.text_or(1, "RU")?)?;
    Ok(Value::text(
        number.format_as(PhoneNumberFormat::E164).into_owned(),
    ))
}

/// Whether this is the code of a region: `RU`, `KZ`.
pub(crate) fn is_region(code: &str) -> bool {
    code.parse::<Region>().is_ok()
}

/// The number that a text says, of this region where it says no country.
///
/// # Errors
/// `unknown-region`, `not-a-phone`.
pub(super) fn parse(text: &str, region: &str) -> Result<PhoneNumber, Failure> {
    let region: Region = region.parse().map_err(|_| {
        Failure::new(
            "unknown-region",
            "there is no region of this code; \"RU\" is one",
        )
    })?;
    let no_phone = || Failure::new("not-a-phone", "the text is no phone number");
    if text.len() > LENGTH_MAX {
        return Err(no_phone());
    }
    let number = PHONE_NUMBER_UTIL
        .parse(text, Some(region))
        .map_err(|_| no_phone())?;
    if number.is_valid() {
        Ok(number)
    } else {
        Err(no_phone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    fn phone(written: &str) -> Value {
        yields(&E164, &[text(written)])
    }

    #[test]
    fn russian_spellings_are_one_number() {
        for written in [
            "8-800-555-35-35",
            "+7 800 555 35 35",
            "8 (800) 555-35-35",
            "88005553535",
            "78005553535",
            "8005553535",
            " 8 800 555 35 35 ",
            "８-８００-５５５-３５-３５",
            "+7(800)555‑35‑35",
            "tel:+7-800-555-35-35",
        ] {
            assert_eq!(phone(written), text("+78005553535"), "{written}");
        }
    }

    #[test]
    fn an_extension_is_dropped() {
        assert_eq!(phone("+7(495)123-45-67 доб. 123"), text("+74951234567"));
        assert_eq!(phone("+7 495 123-45-67 ext. 123"), text("+74951234567"));
    }

    #[test]
    fn other_countries_are_read() {
        assert_eq!(phone("+49 30 901820"), text("+4930901820"));
        assert_eq!(
            yields(&E164, &[text("8 701 123 45 67"), text("KZ")]),
            text("+77011234567")
        );
        assert_eq!(
            yields(&E164, &[text("8 029 123-45-67"), text("BY")]),
            text("+375291234567")
        );
    }

    #[test]
    fn what_is_no_single_number_fails() {
        for written in [
            "",
            " ",
            "x",
            "нет телефона",
            "123",
            "+7",
            "+7 999 123 45",
            "+7 999 123 45 67 89",
            "89991234567, 89997654321",
            "8 999 123-45-67 / 8 999 765-43-21",
            "89991234567 89997654321",
            "00000000000",
        ] {
            assert_eq!(fails(&E164, &[text(written)]), "not-a-phone", "{written:?}");
        }
    }

    #[test]
    fn a_region_is_a_code() {
        assert_eq!(
            fails(&E164, &[text("88005553535"), text("Россия")]),
            "unknown-region"
        );
    }
}

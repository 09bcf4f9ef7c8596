//! The built-in functions: one file each, one line here.
//!
//! A function takes values and gives a value; expressions over lists (`sum(x * 2 for x in xs)`) are lists by the time
//! they come here. Its `signature` is what the checker knows of it ([`Signature`]), its examples are tests and reference.

mod args;
pub mod signature;

#[cfg(test)]
mod examples;
#[cfg(test)]
pub(crate) mod testing;

mod abs;
mod add_months;
mod all;
mod amount;
mod any;
mod base64_decode;
mod base64_encode;
mod capture;
mod ceil;
mod chunk;
mod clamp;
mod compact;
mod contains;
mod count;
mod currency;
mod date;
mod datetime;
mod day;
mod decimal;
mod digits;
mod duration;
mod e164;
mod ends_with;
mod epoch_ms;
mod epoch_s;
mod first;
mod flatten;
mod floor;
mod format;
mod format_number;
mod from_epoch_ms;
mod from_epoch_s;
mod hash;
mod hex;
mod hmac_sha256;
mod hour;
mod in_zone;
mod int;
mod join;
mod json_parse;
mod json_text;
mod last;
mod length;
mod lower;
mod mask;
mod max;
mod md5;
mod min;
mod minute;
mod modulo;
mod money;
mod month;
mod pad;
mod replace;
mod reverse;
pub(crate) mod round;
mod seconds;
mod sha256;
mod sha512;
mod slice;
mod sort;
mod split;
mod start_of_day;
mod starts_with;
mod string;
mod sum;
mod take;
mod text_of;
mod time;
mod trim;
mod unique;
mod upper;
mod url_decode;
mod url_encode;
mod uuid5;
mod weekday;
mod year;

use crate::eval::{Args, Failure};
use crate::value::Value;

pub use signature::{Param, SigType, Signature};

/// A built-in function: what it is called, what it takes, what it does.
#[derive(Debug)]
pub struct Builtin {
    /// Its name in bundles.
    pub name: &'static str,
    /// `(x: decimal, places: int, mode: string = "half-away") -> decimal`: names, types, defaults.
    /// Types are those of the language; `T`, `K` stand for any type, `num` for int, decimal, money or duration, `data`
    /// for a text, a secret or bytes.
    pub signature: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// An expression and what it yields. Run as tests, printed in the reference.
    pub examples: &'static [(&'static str, &'static str)],
    /// Whether it can fail on valid arguments (`int("x")`): then `catch` makes sense.
    pub fails: bool,
    /// The function. Optional arguments that were left out are `Absent`.
    pub call: fn(&mut Args<'_, '_>) -> Result<Value, Failure>,
}

/// All built-in functions, by name.
pub static ALL: &[&Builtin] = &[
    &abs::ABS,
    &add_months::ADD_MONTHS,
    &all::ALL,
    &amount::AMOUNT,
    &any::ANY,
    &base64_decode::BASE64_DECODE,
    &base64_encode::BASE64_ENCODE,
    &capture::CAPTURE,
    &ceil::CEIL,
    &chunk::CHUNK,
    &clamp::CLAMP,
    &compact::COMPACT,
    &contains::CONTAINS,
    &count::COUNT,
    &currency::CURRENCY,
    &date::DATE,
    &datetime::DATETIME,
    &day::DAY,
    &decimal::DECIMAL,
    &digits::DIGITS,
    &duration::DURATION,
    &e164::E164,
    &ends_with::ENDS_WITH,
    &epoch_ms::EPOCH_MS,
    &epoch_s::EPOCH_S,
    &first::FIRST,
    &flatten::FLATTEN,
    &floor::FLOOR,
    &format::FORMAT,
    &format_number::FORMAT_NUMBER,
    &from_epoch_ms::FROM_EPOCH_MS,
    &from_epoch_s::FROM_EPOCH_S,
    &hash::HASH,
    &hex::HEX,
    &hmac_sha256::HMAC_SHA256,
    &hour::HOUR,
    &in_zone::IN_ZONE,
    &int::INT,
    &join::JOIN,
    &json_parse::JSON_PARSE,
    &json_text::JSON_TEXT,
    &last::LAST,
    &length::LENGTH,
    &lower::LOWER,
    &mask::MASK,
    &max::MAX,
    &md5::MD5,
    &min::MIN,
    &minute::MINUTE,
    &modulo::MOD,
    &money::MONEY,
    &month::MONTH,
    &pad::PAD,
    &replace::REPLACE,
    &reverse::REVERSE,
    &round::ROUND,
    &seconds::SECONDS,
    &sha256::SHA256,
    &sha512::SHA512,
    &slice::SLICE,
    &sort::SORT,
    &split::SPLIT,
    &start_of_day::START_OF_DAY,
    &starts_with::STARTS_WITH,
    &string::STRING,
    &sum::SUM,
    &take::TAKE,
    &text_of::TEXT_OF,
    &time::TIME,
    &trim::TRIM,
    &unique::UNIQUE,
    &upper::UPPER,
    &url_decode::URL_DECODE,
    &url_encode::URL_ENCODE,
    &uuid5::UUID5,
    &weekday::WEEKDAY,
    &year::YEAR,
];

/// The function with this name.
pub fn find(name: &str) -> Option<&'static Builtin> {
    let at = ALL
        .binary_search_by(|builtin| builtin.name.cmp(name))
        .ok()?;
    Some(ALL[at])
}

impl Builtin {
    /// What it takes and gives. A test reads the signature of every function, so none is empty by mistake.
    pub fn signature(&self) -> Signature {
        Signature::parse(self.signature).unwrap_or(Signature {
            params: Vec::new(),
            result: SigType::Var("T"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_every_function_is_found() {
        assert!(ALL.windows(2).all(|pair| pair[0].name < pair[1].name));
        for builtin in ALL {
            assert!(find(builtin.name).is_some_and(|found| found.name == builtin.name));
        }
        assert!(find("rounded").is_none());
    }

    #[test]
    fn every_signature_can_be_read() {
        for builtin in ALL {
            assert!(
                Signature::parse(builtin.signature).is_some(),
                "{}",
                builtin.name
            );
        }
    }

    #[test]
    fn every_function_has_a_sentence_and_an_example() {
        for builtin in ALL {
            assert!(builtin.summary.ends_with('.'), "{}", builtin.name);
            assert!(!builtin.examples.is_empty(), "{}", builtin.name);
        }
    }
}

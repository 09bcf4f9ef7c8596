//! The built-in functions: one file each, one line here.
//!
//! A function takes values and gives a value; expressions over lists (`sum(x * 2 for x in xs)`) are lists by the time
//! they come here. Its `signature` is what the checker knows of it ([`Signature`]), its examples are tests and reference.

mod args;
pub mod reference;
pub mod signature;
mod special;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod odd;
#[cfg(test)]
pub(crate) mod testing;

mod abs;
mod add_days;
mod add_months;
mod all;
mod amount;
mod any;
mod base64_decode;
mod base64_encode;
mod bool;
mod capitalize;
mod capture;
mod ceil;
mod chunk;
mod clamp;
mod combine;
mod compact;
mod contains;
mod count;
mod currency;
mod date;
mod datetime;
mod day;
mod days_between;
mod decimal;
mod digits;
mod drop;
mod duration;
mod e164;
mod end_of_month;
mod ends_with;
mod epoch_ms;
mod epoch_s;
mod find;
mod first;
mod flatten;
mod floor;
mod form_decode;
mod form_encode;
mod format;
mod format_number;
mod format_phone;
mod from_epoch_ms;
mod from_epoch_s;
mod greatest;
mod group_by;
mod hash;
mod hex;
mod hex_decode;
mod hmac_sha256;
mod hmac_sha512;
mod hour;
mod in_zone;
mod index_by;
mod index_of;
mod int;
mod join;
mod json_parse;
mod json_text;
mod last;
mod least;
mod length;
mod lower;
mod mask;
mod max;
mod max_by;
mod md5;
mod min;
mod min_by;
mod minute;
mod modulo;
mod money;
mod month;
mod months_between;
mod non_empty;
mod pad;
mod plural;
mod repeat;
mod replace;
mod replace_pattern;
mod reverse;
pub(crate) mod round;
mod second;
mod seconds;
mod sha1;
mod sha256;
mod sha512;
mod slice;
mod sort;
mod sort_by;
mod split;
mod split_name;
mod start_of_day;
mod start_of_month;
mod start_of_week;
mod start_of_year;
mod starts_with;
mod string;
mod sum;
mod take;
mod text_of;
mod time;
mod title;
mod transliterate;
mod trim;
mod trim_end;
mod trim_start;
mod truncate;
mod unique;
mod unique_by;
mod upper;
mod url_decode;
mod url_encode;
mod uuid5;
mod weekday;
mod year;
mod years_between;
mod zip;

use crate::eval::{Args, Failure};
use crate::value::Value;

pub(crate) use e164::is_region;
pub use signature::{Param, SigType, Signature};
pub use special::{SPECIAL, Special};

/// A built-in function: what it is called, what it takes, what it does.
#[derive(Debug)]
pub struct Builtin {
    /// Its name in bundles.
    pub name: &'static str,
    /// Where it stands in the reference.
    pub subject: Subject,
    /// `(x: decimal, places: int, mode: string = "half-away") -> decimal`: names, types, defaults.
    /// Types are those of the language; `T`, `K` stand for any type, `num` for int, decimal, money or duration, `data`
    /// for a text, a secret or bytes, `seq` for a text or a list, `K for T` for a loop that says a key of each element.
    pub signature: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// What else is to be known: edges, what fails. Sentences, or nothing.
    pub notes: &'static str,
    /// An expression and what it yields. Run as tests, printed in the reference.
    pub examples: &'static [(&'static str, &'static str)],
    /// Whether it can fail on valid arguments (`int("x")`): then `catch` makes sense.
    pub fails: bool,
    /// The function. Optional arguments that were left out are `Absent`.
    pub call: fn(&mut Args<'_, '_>) -> Result<Value, Failure>,
}

/// What a function is about: the parts of the reference, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Text.
    Text,
    /// Numbers and money.
    Numbers,
    /// From one type to another.
    Conversions,
    /// Lists and loops.
    Lists,
    /// Dates, times and durations.
    Dates,
    /// Phones and the names of people.
    Names,
    /// Codecs, hashes and ids.
    Codecs,
    /// JSON and paths in it.
    Json,
    /// Null and what is absent.
    Presence,
}

impl Subject {
    /// All of them with their titles.
    pub const ALL: [(Subject, &'static str); 9] = [
        (Subject::Text, "Text"),
        (Subject::Numbers, "Numbers and money"),
        (Subject::Conversions, "Conversions"),
        (Subject::Lists, "Lists"),
        (Subject::Dates, "Dates, times and durations"),
        (Subject::Names, "Phones and names"),
        (Subject::Codecs, "Encodings, hashes and ids"),
        (Subject::Json, "JSON"),
        (Subject::Presence, "What is there"),
    ];
}

/// All built-in functions, by name.
pub static ALL: &[&Builtin] = &[
    &abs::ABS,
    &add_days::ADD_DAYS,
    &add_months::ADD_MONTHS,
    &all::ALL,
    &amount::AMOUNT,
    &any::ANY,
    &base64_decode::BASE64_DECODE,
    &base64_encode::BASE64_ENCODE,
    &bool::BOOL,
    &capitalize::CAPITALIZE,
    &capture::CAPTURE,
    &ceil::CEIL,
    &chunk::CHUNK,
    &clamp::CLAMP,
    &combine::COMBINE,
    &compact::COMPACT,
    &contains::CONTAINS,
    &count::COUNT,
    &currency::CURRENCY,
    &date::DATE,
    &datetime::DATETIME,
    &day::DAY,
    &days_between::DAYS_BETWEEN,
    &decimal::DECIMAL,
    &digits::DIGITS,
    &drop::DROP,
    &duration::DURATION,
    &e164::E164,
    &end_of_month::END_OF_MONTH,
    &ends_with::ENDS_WITH,
    &epoch_ms::EPOCH_MS,
    &epoch_s::EPOCH_S,
    &find::FIND,
    &first::FIRST,
    &flatten::FLATTEN,
    &floor::FLOOR,
    &form_decode::FORM_DECODE,
    &form_encode::FORM_ENCODE,
    &format::FORMAT,
    &format_number::FORMAT_NUMBER,
    &format_phone::FORMAT_PHONE,
    &from_epoch_ms::FROM_EPOCH_MS,
    &from_epoch_s::FROM_EPOCH_S,
    &greatest::GREATEST,
    &group_by::GROUP_BY,
    &hash::HASH,
    &hex::HEX,
    &hex_decode::HEX_DECODE,
    &hmac_sha256::HMAC_SHA256,
    &hmac_sha512::HMAC_SHA512,
    &hour::HOUR,
    &in_zone::IN_ZONE,
    &index_by::INDEX_BY,
    &index_of::INDEX_OF,
    &int::INT,
    &join::JOIN,
    &json_parse::JSON_PARSE,
    &json_text::JSON_TEXT,
    &last::LAST,
    &least::LEAST,
    &length::LENGTH,
    &lower::LOWER,
    &mask::MASK,
    &max::MAX,
    &max_by::MAX_BY,
    &md5::MD5,
    &min::MIN,
    &min_by::MIN_BY,
    &minute::MINUTE,
    &modulo::MOD,
    &money::MONEY,
    &month::MONTH,
    &months_between::MONTHS_BETWEEN,
    &non_empty::NON_EMPTY,
    &pad::PAD,
    &plural::PLURAL,
    &repeat::REPEAT,
    &replace::REPLACE,
    &replace_pattern::REPLACE_PATTERN,
    &reverse::REVERSE,
    &round::ROUND,
    &second::SECOND,
    &seconds::SECONDS,
    &sha1::SHA1,
    &sha256::SHA256,
    &sha512::SHA512,
    &slice::SLICE,
    &sort::SORT,
    &sort_by::SORT_BY,
    &split::SPLIT,
    &split_name::SPLIT_NAME,
    &start_of_day::START_OF_DAY,
    &start_of_month::START_OF_MONTH,
    &start_of_week::START_OF_WEEK,
    &start_of_year::START_OF_YEAR,
    &starts_with::STARTS_WITH,
    &string::STRING,
    &sum::SUM,
    &take::TAKE,
    &text_of::TEXT_OF,
    &time::TIME,
    &title::TITLE,
    &transliterate::TRANSLITERATE,
    &trim::TRIM,
    &trim_end::TRIM_END,
    &trim_start::TRIM_START,
    &truncate::TRUNCATE,
    &unique::UNIQUE,
    &unique_by::UNIQUE_BY,
    &upper::UPPER,
    &url_decode::URL_DECODE,
    &url_encode::URL_ENCODE,
    &uuid5::UUID5,
    &weekday::WEEKDAY,
    &year::YEAR,
    &years_between::YEARS_BETWEEN,
    &zip::ZIP,
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
    fn every_function_has_a_sentence_and_two_examples() {
        for builtin in ALL {
            let name = builtin.name;
            assert!(builtin.summary.ends_with('.'), "{name}");
            assert!(
                builtin.notes.is_empty() || builtin.notes.ends_with('.'),
                "{name}"
            );
            assert!(builtin.examples.len() >= 2, "{name}");
            let shown = |(example, _): &(&str, &str)| example.contains(&format!("{name}("));
            assert!(builtin.examples.iter().all(shown), "{name}");
        }
    }
}

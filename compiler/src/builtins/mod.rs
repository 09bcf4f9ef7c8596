//! The built-in functions: one file each, one line here.
//!
//! A function takes values and gives a value; expressions over lists (`sum(x * 2 for x in xs)`) are lists by the time
//! they come here. Its `signature` is what the checker knows of it ([`Signature`]), its examples are tests and reference.

mod args;
pub mod signature;

#[cfg(test)]
pub(crate) mod testing;

mod abs;
mod all;
mod amount;
mod any;
mod base64_decode;
mod base64_encode;
mod ceil;
mod chunk;
mod clamp;
mod compact;
mod contains;
mod count;
mod currency;
mod decimal;
mod digits;
mod e164;
mod ends_with;
mod first;
mod flatten;
mod floor;
mod hash;
mod hex;
mod hmac_sha256;
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
mod modulo;
mod money;
mod pad;
mod replace;
mod reverse;
pub(crate) mod round;
mod sha256;
mod sha512;
mod slice;
mod sort;
mod split;
mod starts_with;
mod string;
mod sum;
mod take;
mod text_of;
mod trim;
mod unique;
mod upper;
mod url_decode;
mod url_encode;
mod uuid5;

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
    &all::ALL,
    &amount::AMOUNT,
    &any::ANY,
    &base64_decode::BASE64_DECODE,
    &base64_encode::BASE64_ENCODE,
    &ceil::CEIL,
    &chunk::CHUNK,
    &clamp::CLAMP,
    &compact::COMPACT,
    &contains::CONTAINS,
    &count::COUNT,
    &currency::CURRENCY,
    &decimal::DECIMAL,
    &digits::DIGITS,
    &e164::E164,
    &ends_with::ENDS_WITH,
    &first::FIRST,
    &flatten::FLATTEN,
    &floor::FLOOR,
    &hash::HASH,
    &hex::HEX,
    &hmac_sha256::HMAC_SHA256,
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
    &modulo::MOD,
    &money::MONEY,
    &pad::PAD,
    &replace::REPLACE,
    &reverse::REVERSE,
    &round::ROUND,
    &sha256::SHA256,
    &sha512::SHA512,
    &slice::SLICE,
    &sort::SORT,
    &split::SPLIT,
    &starts_with::STARTS_WITH,
    &string::STRING,
    &sum::SUM,
    &take::TAKE,
    &text_of::TEXT_OF,
    &trim::TRIM,
    &unique::UNIQUE,
    &upper::UPPER,
    &url_decode::URL_DECODE,
    &url_encode::URL_ENCODE,
    &uuid5::UUID5,
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

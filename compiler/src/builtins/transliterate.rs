//! `transliterate`: cyrillic letters in Latin ones, as in passports; everything else stays.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// Cyrillic letters in Latin ones, as in passports; everything else stays.
pub(super) const TRANSLITERATE: Builtin = Builtin {
    name: "transliterate",
    subject: Subject::Text,
    signature: "(text: string, scheme: \"passport\" | \"gost\" = \"passport\") -> string",
    summary: "Cyrillic letters in Latin ones, as in passports; everything else stays.",
    notes: "The scheme `\"passport\"` is ICAO Doc 9303 (Щ is shch, Ю is iu, ъ is ie, ь is left out); `\"gost\"` is GOST 7.79-2000, system B, which can be read back (Щ is shh, Ю is yu, ь is a backtick). Russian, Ukrainian and Belarusian letters are known.",
    examples: &[
        ("transliterate(\"Юлия Щукина\")", "\"Iuliia Shchukina\""),
        ("transliterate(\"ЩУКА\")", "\"SHCHUKA\""),
        ("transliterate(\"Юлия\", scheme: \"gost\")", "\"Yuliya\""),
        ("transliterate(\"Café № 5\")", "\"Café № 5\""),
    ],
    fails: true,
    call: |args| {
        let scheme = match &*args.text_or(1, "passport")? {
            "passport" => passport,
            "gost" => gost,
            _ => {
                return Err(Failure::new(
                    "unknown-mode",
                    "there are the schemes \"passport\" and \"gost\"",
                ));
            }
        };
        Ok(Value::text(latin(&args.text(0)?, scheme)))
    },
};

/// A small letter in Latin ones, before this letter. None for what is no Cyrillic letter.
type Scheme = fn(char, Option<char>) -> Option<&'static str>;

fn latin(text: &str, scheme: Scheme) -> String {
    let letters: Vec<char> = composed(text);
    let mut latin = String::with_capacity(text.len());
    for (at, letter) in letters.iter().enumerate() {
        let small = small(*letter);
        let next = letters.get(at + 1).copied();
        let Some(sounds) = scheme(small, next.map(self::small)) else {
            latin.push(*letter);
            continue;
        };
        if small == *letter {
            latin.push_str(sounds);
            continue;
        }
        // ЩУКА is SHCHUKA, Щука is Shchuka, and Щ. as an initial is Shch.
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let among_large = match next.filter(|next| next.is_alphabetic()) {
            Some(next) => next.is_uppercase(),
            None => before.is_some_and(|before| before.is_uppercase()),
        };
        if among_large {
            latin.push_str(&sounds.to_uppercase());
        } else {
            let mut sounds = sounds.chars();
            latin.extend(sounds.next().map(|first| first.to_ascii_uppercase()));
            latin.push_str(sounds.as_str());
        }
    }
    latin
}

fn small(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// Some systems send й and ё as a letter with a mark behind it.
fn composed(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = Vec::with_capacity(text.len());
    for letter in text.chars() {
        let whole = match (letters.last(), letter) {
            (Some('и'), '\u{306}') => 'й',
            (Some('И'), '\u{306}') => 'Й',
            (Some('е'), '\u{308}') => 'ё',
            (Some('Е'), '\u{308}') => 'Ё',
            (Some('і'), '\u{308}') => 'ї',
            (Some('І'), '\u{308}') => 'Ї',
            (Some('у'), '\u{306}') => 'ў',
            (Some('У'), '\u{306}') => 'Ў',
            _ => {
                letters.push(letter);
                continue;
            }
        };
        letters.pop();
        letters.push(whole);
    }
    letters
}

/// ICAO Doc 9303, part 3, section 6: what stands in passports.
fn passport(letter: char, _next: Option<char>) -> Option<&'static str> {
    Some(match letter {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'й' | 'і' | 'ї' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'є' => "ie",
        'ы' => "y",
        'ь' => "",
        'ю' => "iu",
        'я' => "ia",
        _ => return None,
    })
}

/// GOST 7.79-2000, system B.
fn gost(letter: char, next: Option<char>) -> Option<&'static str> {
    Some(match letter {
        'ё' => "yo",
        'й' => "j",
        'х' => "x",
        // C before e, i, y, j; CZ elsewhere.
        'ц' if matches!(
            next,
            Some('е' | 'ё' | 'и' | 'й' | 'і' | 'ї' | 'є' | 'ы' | 'ю' | 'я')
        ) =>
        {
            "c"
        }
        'ц' => "cz",
        'щ' => "shh",
        'ъ' => "``",
        'ы' => "y'",
        'ь' => "`",
        'э' => "e'",
        'ю' => "yu",
        'я' => "ya",
        'є' => "ye",
        'ї' => "yi",
        'ґ' => "g`",
        'ў' => "u`",
        other => return passport(other, next),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    fn passport_of(word: &str) -> Value {
        yields(&TRANSLITERATE, &[text(word)])
    }

    #[test]
    fn names_are_as_in_passports() {
        assert_eq!(passport_of("Наталья Объедкова"), text("Natalia Obieedkova"));
        assert_eq!(passport_of("Ёлкин Андрей"), text("Elkin Andrei"));
        assert_eq!(
            passport_of("Цхинвал, Жуков Ф. Щ."),
            text("Tskhinval, Zhukov F. Shch.")
        );
        assert_eq!(passport_of("Єнакієве"), text("Ienakiieve"));
    }

    #[test]
    fn large_words_stay_large() {
        assert_eq!(passport_of("ЮЩ"), text("IUSHCH"));
        assert_eq!(passport_of("Я"), text("Ia"));
        assert_eq!(passport_of("ООО «Яблоко»"), text("OOO «Iabloko»"));
    }

    #[test]
    fn letters_with_marks_are_letters() {
        assert_eq!(passport_of("Андреи\u{306}"), text("Andrei"));
    }

    #[test]
    fn the_standard_can_be_asked_for() {
        let gost = |word: &str| yields(&TRANSLITERATE, &[text(word), text("gost")]);
        assert_eq!(
            gost("Объезд, съёмка, цирк, цапля"),
            text("Ob``ezd, s``yomka, cirk, czaplya")
        );
        assert_eq!(gost("Щи хороши"), text("Shhi xoroshi"));
        assert_eq!(
            fails(&TRANSLITERATE, &[text("a"), text("x")]),
            "unknown-mode"
        );
    }
}

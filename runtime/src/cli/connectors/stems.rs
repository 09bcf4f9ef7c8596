//! Words as they are searched: without case, without `ё`, and without the endings of Russian and English.
//!
//! `бонус` finds `бонусов`, `статусы` finds `Статус заказа`, `writeoffBonus` has the words `writeoff` and `bonus`.

use rust_stemmers::{Algorithm, Stemmer};

/// A word with its stem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Lower case.
    pub(super) text: String,
    /// Without its ending.
    pub(super) stem: String,
}

/// Takes endings off.
pub(super) struct Stems {
    russian: Stemmer,
    english: Stemmer,
}

impl Stems {
    pub(super) fn new() -> Stems {
        Stems {
            russian: Stemmer::create(Algorithm::Russian),
            english: Stemmer::create(Algorithm::English),
        }
    }

    /// The words of a caption or a name, each once, in their order. A name in camelCase is itself and its parts.
    pub(super) fn words(&self, text: &str) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for piece in text.split(|c: char| !c.is_alphanumeric()) {
            let parts = parts(piece);
            let whole = (parts.len() > 1).then(|| piece.to_owned());
            for part in whole.into_iter().chain(parts) {
                let text = part.to_lowercase().replace('ё', "е");
                if text.is_empty() || words.iter().any(|known| known.text == text) {
                    continue;
                }
                let is_russian = text.chars().any(|c| ('а'..='я').contains(&c));
                let stemmer = if is_russian {
                    &self.russian
                } else {
                    &self.english
                };
                let stem = stemmer.stem(&text).into_owned();
                words.push(Word { text, stem });
            }
        }
        words
    }

    /// The words that somebody types: what is written in camelCase is one word, as it is in a name.
    pub(super) fn asked(&self, text: &str) -> Vec<Word> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter_map(|piece| self.words(piece).into_iter().next())
            .collect()
    }
}

/// `writeoffBonus` in its parts.
fn parts(piece: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut before_is_lower = false;
    for c in piece.chars() {
        if c.is_uppercase() && before_is_lower {
            parts.push(String::new());
        }
        before_is_lower = c.is_lowercase() || c.is_numeric();
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// How well a word that is asked for fits one that is there. 0: not at all.
pub(super) fn fit(asked: &Word, there: &Word) -> u32 {
    /// A beginning says something only if it is long enough.
    const BEGINNING_MIN: usize = 3;
    let long = |text: &str| text.chars().count() >= BEGINNING_MIN;
    if asked.text == there.text {
        4
    } else if asked.stem == there.stem {
        3
    } else if long(&asked.text) && there.text.starts_with(&asked.text) {
        2
    } else if long(&asked.stem) && there.stem.starts_with(&asked.stem) {
        1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(asked: &str, there: &str) -> bool {
        let stems = Stems::new();
        let asked = stems.asked(asked);
        let there = stems.words(there);
        asked
            .iter()
            .all(|asked| there.iter().any(|there| fit(asked, there) > 0))
    }

    #[test]
    fn endings_and_case_do_not_matter() {
        assert!(fits("бонус", "Начисление бонусов гостю"));
        assert!(fits("статусы", "Статус заказа"));
        assert!(fits("ЗАКАЗЫ", "Номер заказа"));
        assert!(fits("учёт", "Бухгалтерский учет"));
        assert!(fits("учет", "Учётная запись"));
        assert!(fits("orders", "order"));
    }

    #[test]
    fn names_are_searched_by_their_parts_and_as_a_whole() {
        assert!(fits("bonus", "writeoffBonus"));
        assert!(fits("writeoffbonus", "writeoffBonus"));
        assert!(fits("waiter", "waiter_call"));
        assert!(fits("addBonus", "plazius.addBonus"));
    }

    #[test]
    fn other_words_do_not_fit() {
        assert!(!fits("бонус", "Номер заказа"));
        assert!(!fits("но", "Номер"));
        assert!(!fits("телефон гостя", "Телефон"));
    }
}

//! Names of a document as names of the language.

use std::collections::HashSet;

/// Words that are no names in expressions.
const HARD: &[&str] = &[
    "and", "or", "not", "in", "if", "then", "else", "for", "match", "let", "on", "do", "when",
    "catch", "as", "true", "false", "null", "omit",
];

/// Whether a name can be written without quotes and used in an expression. The letters are those that the grammar takes
/// for words (`XID_START`, `XID_CONTINUE`), which is why it is asked.
pub(super) fn is_plain(name: &str) -> bool {
    is_word(name) && !HARD.contains(&name)
}

/// Whether a name can be written without quotes as the name of a field.
pub(super) fn is_word(name: &str) -> bool {
    ondo_grammar::is_word(name)
}

/// A name of a field as it is written.
pub(super) fn field(name: &str) -> String {
    if is_word(name) {
        name.to_owned()
    } else {
        super::write::quoted(name)
    }
}

/// `repos/list-all` is `reposListAll`; what is a name already stays as it is.
pub(super) fn camel(text: &str) -> String {
    joined(text, false, false)
}

/// `payment_intent` is `PaymentIntent`.
pub(super) fn pascal(text: &str) -> String {
    joined(text, true, true)
}

/// `get pets by pet_id` is `getPetsByPetId`.
pub(super) fn camel_words(text: &str) -> String {
    lower_first(&joined(text, false, true))
}

/// The words of a text as one. `underscores`: they stand between words too.
fn joined(text: &str, upper_first: bool, underscores: bool) -> String {
    let mut out = String::new();
    let mut upper_next = upper_first;
    for char in text.chars() {
        let is_joint = underscores && char == '_' && !out.is_empty();
        if !is_joint && continues(char) {
            if out.is_empty() && !starts(char) {
                out.push('_');
            }
            if upper_next {
                out.extend(char.to_uppercase());
            } else {
                out.push(char);
            }
            upper_next = false;
        } else {
            upper_next = !out.is_empty() || upper_first;
        }
    }
    if out.is_empty() {
        out.push_str(if upper_first { "Unnamed" } else { "unnamed" });
    }
    if HARD.contains(&out.as_str()) || !is_word(&out) {
        out.push('_');
    }
    out
}

fn starts(char: char) -> bool {
    char == '_' || is_word(char.encode_utf8(&mut [0; 4]))
}

fn continues(char: char) -> bool {
    is_word(&format!("a{char}"))
}

/// The first letters in lower case: `GetPet` is `getPet`, `URLOf` stays.
pub(super) fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => name.to_owned(),
    }
}

/// Names with dots without what they do not need: `io.k8s.api.core.v1.Pod` is `Pod` where no other name ends so.
/// What stands in brackets behind (`List`1[[com.example.Pet, …]]`) counts as its last part.
pub(super) fn short(names: &[&str]) -> Vec<String> {
    let mut kept: Vec<usize> = vec![1; names.len()];
    for _ in 0..8 {
        let short: Vec<String> = names
            .iter()
            .zip(&kept)
            .map(|(name, kept)| last_parts(name, *kept))
            .collect();
        let mut users: std::collections::HashMap<&String, HashSet<&str>> =
            std::collections::HashMap::new();
        for (short, name) in short.iter().zip(names) {
            users.entry(short).or_default().insert(name);
        }
        let unclear: Vec<usize> = (0..names.len())
            .filter(|index| users[&short[*index]].len() > 1)
            .collect();
        if unclear.is_empty() {
            return short;
        }
        unclear.into_iter().for_each(|index| kept[index] += 1);
    }
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Of every name with dots in a text its last parts; numbers and versions are left out.
fn last_parts(text: &str, kept: usize) -> String {
    if !text.contains('.') {
        return text.to_owned();
    }
    let is_part = |char: char| continues(char) || char == '.';
    let found = text
        .split(|char| !is_part(char))
        .filter(|word| word.contains('.') && word.starts_with(starts));
    let words = found.map(|word| {
        let parts: Vec<&str> = word.split('.').filter(|part| !part.is_empty()).collect();
        parts[parts.len().saturating_sub(kept)..].join(" ")
    });
    let joined = words.collect::<Vec<_>>().join(" ");
    if joined.is_empty() {
        text.to_owned()
    } else {
        joined
    }
}

/// Names that are given once.
#[derive(Default)]
pub(super) struct Names {
    used: HashSet<String>,
}

impl Names {
    /// This name, or the first of `name2`, `name3`, … that nobody has.
    pub(super) fn give(&mut self, name: &str) -> String {
        let mut given = name.to_owned();
        let mut count = 2;
        while !self.used.insert(given.clone()) {
            given = format!("{name}{count}");
            count += 1;
        }
        given
    }
}

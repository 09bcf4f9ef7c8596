//! Functions of other languages and what is written here instead.
//!
//! People bring habits from spreadsheets, JavaScript, Python, PHP, SQL and no-code tools. A name in this table is answered
//! with the thing to write; no spelling is guessed for it.

mod lists;
mod systems;
mod text;
mod values;

/// Names of elsewhere, and what to write.
type Table = &'static [(&'static [&'static str], &'static str)];

fn table() -> impl Iterator<Item = &'static (&'static [&'static str], &'static str)> {
    [lists::TABLE, text::TABLE, values::TABLE, systems::TABLE]
        .into_iter()
        .flatten()
}

/// What is written here instead of a function of another language. Names are looked up as written and, if that finds
/// none, without regard to case.
pub(crate) fn instead(name: &str) -> Option<&'static str> {
    let exactly = table().find(|(names, _)| names.contains(&name));
    let roughly =
        || table().find(|(names, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)));
    exactly.or_else(roughly).map(|(_, ours)| *ours)
}

/// `Math.round`, `JSON.parse`: what is written here instead of a function that other languages keep in an object.
pub(crate) fn instead_of_member(object: &str, name: &str) -> Option<&'static str> {
    const OBJECTS: [&str; 20] = [
        "Array",
        "Boolean",
        "console",
        "Date",
        "DateTime",
        "datetime",
        "Decimal",
        "Integer",
        "json",
        "JSON",
        "LocalDate",
        "logger",
        "Math",
        "math",
        "moment",
        "Number",
        "Object",
        "re",
        "String",
        "time",
    ];
    if !OBJECTS.contains(&object) {
        return None;
    }
    let full = format!("{object}.{name}");
    table()
        .find(|(names, _)| names.iter().any(|known| known.eq_ignore_ascii_case(&full)))
        .map(|(_, ours)| *ours)
        .or_else(|| instead(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins;

    #[test]
    fn no_name_of_ours_is_foreign() {
        for (names, _) in table() {
            for name in *names {
                assert!(
                    builtins::find(name).is_none(),
                    "{name} is a function of ours"
                );
            }
        }
    }

    #[test]
    fn no_name_is_answered_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for name in table().flat_map(|(names, _)| *names) {
            assert!(seen.insert(name), "{name} stands twice");
        }
    }

    #[test]
    fn every_function_of_an_answer_is_one_of_ours() {
        let call = regex::Regex::new(r"([A-Za-z_][A-Za-z0-9_.]*)\(").unwrap();
        for (_, ours) in table() {
            for found in call.captures_iter(ours) {
                let name = &found[1];
                let known = builtins::find(name).is_some()
                    || builtins::SPECIAL.iter().any(|special| special.name == name)
                    || name == "f";
                assert!(known, "`{ours}` speaks of `{name}`");
            }
        }
    }

    #[test]
    fn habits_of_several_languages_are_known() {
        assert_eq!(instead("toUpperCase"), Some("upper(text)"));
        assert_eq!(instead("MID"), Some("slice(text, from, to)"));
        assert_eq!(instead_of_member("Math", "round"), Some("round(x)"));
        assert_eq!(instead_of_member("Date", "now"), instead("today"));
        assert_eq!(instead_of_member("order", "round"), None);
        assert_eq!(instead("rounded_up_somehow"), None);
    }
}

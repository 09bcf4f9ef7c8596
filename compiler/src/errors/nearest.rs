//! The name that was probably meant: the same letters in other case, letters that look alike, or a few slips.

/// A candidate, and whether it differs by letters that look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Near {
    /// The candidate.
    pub(crate) name: String,
    /// The look-alike letter: as written and as wanted.
    pub(crate) look_alike: Option<(char, char)>,
}

/// The nearest of the names, for whoever prints messages of their own.
pub fn nearest_name<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|near| near.name)
}

/// The nearest of the candidates, if one is near enough: one slip for up to 3 letters, 2 up to 8, 3 beyond. Letters of
/// different alphabets that look the same are no slips. Of candidates at one distance the first is taken.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<Near> {
    let slips_max = match name.chars().count() {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    let wanted = folded(name);
    let length = wanted.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let folded = folded(candidate);
        // Each letter more or less is a slip; counting them all would take long where a name is.
        if folded.chars().count().abs_diff(length) > slips_max {
            continue;
        }
        let slips = strsim::damerau_levenshtein(&wanted, &folded);
        if slips <= slips_max && best.is_none_or(|(fewest, _)| slips < fewest) {
            best = Some((slips, candidate));
        }
    }
    // A name that shares nothing with a short one is no slip of it.
    let (slips, candidate) = best?;
    if slips >= candidate.chars().count() {
        return None;
    }
    Some(Near {
        name: candidate.to_owned(),
        look_alike: look_alike(name, candidate),
    })
}

/// The time zone that was probably meant: `Europe/Moskow`, or only its city. Nothing for names that are none, such as
/// `MSK` and `UTC+3`: a zone that happens to be spelt alike would be another time.
pub(super) fn nearest_zone(name: &str) -> Option<String> {
    const SHORTEST: usize = 5;
    let letters = |c: char| c.is_alphabetic() || "/_- ".contains(c);
    if name.chars().count() < SHORTEST || !name.chars().all(letters) {
        return None;
    }
    let written = name.replace(' ', "_");
    let mut zones: Vec<String> = jiff::tz::db()
        .available()
        .map(|zone| zone.to_string())
        .filter(|zone| zone.contains('/'))
        .collect();
    zones.sort();
    let part = |zone: &String| match written.contains('/') {
        true => zone.to_lowercase(),
        false => zone.rsplit('/').next().unwrap_or(zone).to_lowercase(),
    };
    let small = written.to_lowercase();
    if let Some(same) = zones.iter().find(|zone| part(zone) == small) {
        return Some(same.clone());
    }
    let parts: Vec<String> = zones.iter().map(part).collect();
    let near = nearest(&small, parts.iter().map(String::as_str))?;
    let at = parts.iter().position(|part| *part == near.name)?;
    zones.get(at).cloned()
}

/// The only candidate that begins with the name: `totalSumm` for `total`. None for short names, and where several do.
pub(crate) fn only_longer<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<Near> {
    let wanted = folded(name);
    let mut longer = candidates
        .into_iter()
        .filter(|candidate| name.chars().count() >= 4 && folded(candidate).starts_with(&wanted));
    let candidate = longer.next()?;
    longer.next().is_none().then(|| Near {
        name: candidate.to_owned(),
        look_alike: None,
    })
}

/// The first letter that looks like the one in its place but is another.
fn look_alike(written: &str, wanted: &str) -> Option<(char, char)> {
    if written.chars().count() != wanted.chars().count() {
        return None;
    }
    written
        .chars()
        .zip(wanted.chars())
        .find(|(written, wanted)| {
            let other_letter = written.to_lowercase().ne(wanted.to_lowercase());
            other_letter && fold(*written) == fold(*wanted)
        })
}

fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// Small letters, and the Latin letter that a Cyrillic or Greek one looks like.
fn fold(letter: char) -> char {
    match letter {
        'а' | 'А' | 'α' | 'Α' => 'a',
        'В' | 'Β' => 'b',
        'с' | 'С' => 'c',
        'е' | 'Е' | 'ё' | 'Ё' | 'Ε' => 'e',
        'Н' | 'Η' => 'h',
        'і' | 'І' | 'Ι' => 'i',
        'ј' | 'Ј' => 'j',
        'к' | 'К' | 'κ' | 'Κ' => 'k',
        'М' | 'Μ' => 'm',
        'о' | 'О' | 'ο' | 'Ο' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'ѕ' | 'Ѕ' => 's',
        'Т' | 'Τ' => 't',
        'у' | 'У' | 'Υ' => 'y',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        other => other.to_lowercase().next().unwrap_or(other),
    }
}

/// `cyrillic`, `greek` or nothing, for messages.
pub(super) fn alphabet(letter: char) -> &'static str {
    match letter {
        '\u{0400}'..='\u{04FF}' => "Cyrillic ",
        '\u{0370}'..='\u{03FF}' => "Greek ",
        'A'..='Z' | 'a'..='z' => "Latin ",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_name_that_begins_so_is_meant() {
        let longer = |name, candidates: &[&str]| {
            only_longer(name, candidates.iter().copied()).map(|near| near.name)
        };
        assert_eq!(
            longer("total", &["totalSumm", "site"]),
            Some("totalSumm".into())
        );
        assert_eq!(longer("total", &["totalSumm", "totalPrice"]), None);
        assert_eq!(longer("to", &["totalSumm"]), None);
    }

    fn name(written: &str, candidates: &[&str]) -> Option<String> {
        nearest(written, candidates.iter().copied()).map(|near| near.name)
    }

    #[test]
    fn one_slip_is_found() {
        assert_eq!(
            name("totalSum", &["summ", "totalSumm"]).as_deref(),
            Some("totalSumm")
        );
    }

    #[test]
    fn swapped_letters_are_one_slip() {
        assert_eq!(name("phnoe", &["phone"]).as_deref(), Some("phone"));
    }

    #[test]
    fn case_is_no_slip() {
        assert_eq!(
            name("TOTALSUMM", &["totalSumm"]).as_deref(),
            Some("totalSumm")
        );
    }

    #[test]
    fn a_cyrillic_letter_is_told() {
        let near = nearest("еarnedBonuses", ["earnedBonuses"]);
        assert_eq!(near.and_then(|near| near.look_alike), Some(('е', 'e')));
    }

    #[test]
    fn a_latin_letter_for_a_cyrillic_one_is_told() {
        let near = nearest("earnedBonuses", ["еarnedBonuses"]);
        assert_eq!(near.and_then(|near| near.look_alike), Some(('e', 'е')));
    }

    #[test]
    fn short_names_need_to_be_nearer() {
        assert_eq!(name("cat", &["cot"]).as_deref(), Some("cot"));
        assert_eq!(name("cat", &["cow"]), None);
        assert_eq!(name("a", &["b"]), None);
    }

    #[test]
    fn a_zone_is_found_by_its_city() {
        for written in ["Europe/Moskow", "europe/moscow", "Moscow", "Moskow"] {
            assert_eq!(
                nearest_zone(written).as_deref(),
                Some("Europe/Moscow"),
                "{written}"
            );
        }
        assert_eq!(
            nearest_zone("New York").as_deref(),
            Some("America/New_York")
        );
    }

    #[test]
    fn a_short_name_is_no_zone_that_is_spelt_alike() {
        for written in ["MSK", "UTC+3", "GMT+03:00", "Mars/Phobos"] {
            assert_eq!(nearest_zone(written), None, "{written}");
        }
    }

    #[test]
    fn nothing_is_suggested_for_something_else() {
        assert_eq!(name("deliveryAddress", &["status", "phone"]), None);
        assert_eq!(name("parse_duration", &["unknown"]), None);
    }
}

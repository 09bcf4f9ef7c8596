//! The reference of all functions, made of their table: `docs/language/functions.md` and what `ondo explain` prints.

use std::fmt::Write;

use super::{ALL, SPECIAL, Subject};

/// A function as the reference shows it.
struct Entry {
    name: &'static str,
    subject: Subject,
    signature: &'static str,
    summary: &'static str,
    notes: &'static str,
    fails: bool,
    examples: &'static [(&'static str, &'static str)],
}

/// What stands above the functions.
const HEAD: &str = "\
# Functions

Every function that a bundle can call without declaring it. The examples are run as tests; what stands behind `//` is what
they yield, in a bundle whose zone is Europe/Moscow. `ondo explain NAME` prints the entry of one function.

- `x.f(a)` is `f(x, a)`, and `x?.f(a)` is null when `x` is null.
- Arguments can be named: `e164(phone, region: \"RU\")`. What has a default behind `=` can be left out.
- `T` and `K` stand for any type, `num` for a number, money or a duration, `seq` for a text or a list, `data` for a text, a
  secret or bytes. `T?` can be null.
- A list can be given as a loop: `sum(i.price for i in items if i.quantity > 0)`. Where a signature says `K for T` it must be
  one: `sort_by(i.price for i in items)` says the key `i.price` of each element `i`.
- There is no `map` and no `filter`: a list is made with `[ value for x in xs if condition ]`.
- A function of which it is said that it can fail is followed by `catch` where that is expected: `int(x) catch 0`. A failure
  that nobody catches ends the run before its step sends anything.
- Texts are counted in characters (Unicode scalar values). Nothing depends on the language of the machine.
- Every function is bounded: a text has at most 4 MB, a list at most 100,000 elements.
";

fn entries() -> Vec<Entry> {
    let builtins = ALL.iter().map(|builtin| Entry {
        name: builtin.name,
        subject: builtin.subject,
        signature: builtin.signature,
        summary: builtin.summary,
        notes: builtin.notes,
        fails: builtin.fails,
        examples: builtin.examples,
    });
    let special = SPECIAL.iter().map(|special| Entry {
        name: special.name,
        subject: special.subject,
        signature: special.signature,
        summary: special.summary,
        notes: special.notes,
        fails: special.name == "one",
        examples: special.examples,
    });
    let mut entries: Vec<Entry> = builtins.chain(special).collect();
    entries.sort_by_key(|entry| entry.name);
    entries
}

/// The whole page.
pub fn page() -> String {
    let entries = entries();
    let mut page = HEAD.to_owned();
    for (subject, title) in Subject::ALL {
        let within = || entries.iter().filter(|entry| entry.subject == subject);
        let names: Vec<String> = within().map(|entry| format!("`{}`", entry.name)).collect();
        // Writing into a text cannot fail.
        let _ = write!(page, "\n## {title}\n\n{}\n", wrapped(&names.join(", ")));
        for entry in within() {
            page.push('\n');
            page.push_str(&section(entry));
        }
    }
    page
}

/// The entries of one function; none when there is no such function.
pub fn of(name: &str) -> Option<String> {
    let sections: Vec<String> = entries()
        .iter()
        .filter(|entry| entry.name == name)
        .map(section)
        .collect();
    (!sections.is_empty()).then(|| sections.join("\n"))
}

/// The names of all functions with their sentences.
pub fn summaries() -> Vec<(&'static str, &'static str)> {
    let mut summaries: Vec<_> = entries()
        .iter()
        .map(|entry| (entry.name, entry.summary))
        .collect();
    summaries.dedup_by_key(|(name, _)| *name);
    summaries
}

fn section(entry: &Entry) -> String {
    let mut text = format!(
        "### {}\n\n```text\n{}{}\n```\n\n",
        entry.name, entry.name, entry.signature
    );
    let mut prose = entry.summary.to_owned();
    if entry.fails {
        prose.push_str(" It can fail.");
    }
    if !entry.notes.is_empty() {
        prose.push(' ');
        prose.push_str(entry.notes);
    }
    text.push_str(&wrapped(&prose));
    text.push_str("\n\n```text\n");
    for (example, result) in entry.examples {
        let _ = writeln!(text, "{example}  // {result}");
    }
    text.push_str("```\n");
    text
}

/// Lines of at most 120 characters, broken at blanks outside of code.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 120;
    let (mut lines, mut width, mut in_code) = (String::new(), 0, false);
    for word in text.split(' ') {
        let length = word.chars().count();
        let breaks = width > 0 && width + 1 + length > WIDTH && !in_code;
        if breaks {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
        in_code ^= word.matches('`').count() % 2 == 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_on_the_page_with_its_examples() {
        let page = page();
        for entry in entries() {
            assert!(page.contains(&section(&entry)), "{}", entry.name);
        }
        assert_eq!(page.matches("\n### ").count(), ALL.len() + SPECIAL.len());
    }

    #[test]
    fn a_function_with_two_meanings_has_two_entries() {
        let first = of("first").unwrap_or_default();
        assert_eq!(first.matches("### first").count(), 2, "{first}");
        assert_eq!(of("rounded"), None);
    }

    #[test]
    fn lines_break_outside_of_code() {
        let text = format!("{} `a b`", "x".repeat(118));
        assert_eq!(wrapped(&text), format!("{}\n`a b`", "x".repeat(118)));
    }
}

//! Every code that a finding can have.

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorInfo {
    /// Stable kebab-case name.
    pub code: &'static str,
    /// What it means, in one sentence.
    pub summary: &'static str,
}

/// The kind with this code.
pub fn find(code: &str) -> Option<&'static ErrorInfo> {
    ALL.iter().find(|info| info.code == code)
}

const fn info(code: &'static str, summary: &'static str) -> ErrorInfo {
    ErrorInfo { code, summary }
}

/// All kinds, ordered by code. One line each, however long.
#[rustfmt::skip]
pub const ALL: &[ErrorInfo] = &[
    info("action-in-expression", "An action is called inside of a value; actions are steps."),
    info("allow-comment", "A comment that is to silence a finding does not."),
    info("always-true", "A condition always holds by what was asked before."),
    info("ambiguous-name", "A bare name is both a declaration of the bundle and a field of the event."),
    info("array-type", "A list type is written in the manner of another language."),
    info("backoff-backwards", "The longest pause of a `backoff` is shorter than the shortest."),
    info("bad-cron", "The text of a `cron` is not a schedule of five fields."),
    info("bad-duration", "A duration cannot be read."),
    info("bad-operands", "An operator cannot take these two kinds of values."),
    info("bad-pattern", "The pattern of `matches` or of a function cannot be read."),
    info("broken-fixture", "A file that a test takes an event from is no JSON."),
    info("cannot-cast", "`as` cannot turn this kind of value into that one."),
    info("chained-comparison", "Two comparisons stand in a row without `and`."),
    info("clause-without-call", "`timeout`, `retry`, `key` or `on …` stands behind something that is no call."),
    info("colon-equals", "A name gets its value with `:=` instead of `=`."),
    info("compare-types", "Two values that are never alike are compared."),
    info("computed-field", "A field that the connector computes is given by the author."),
    info("connector-in-bundle", "A part of a connector stands among the rules of a bundle."),
    info("csv-cell", "A cell of a CSV file does not fit the type of its column."),
    info("csv-header", "The first line of a CSV file does not name the columns that its table needs."),
    info("csv-row", "A row of a CSV file cannot be read."),
    info("csv-type", "A table from a CSV file has a type that rows of text cannot have."),
    info("currency-mismatch", "Amounts of two currencies meet, and nothing knows the rate."),
    info("declared-twice", "Two declarations have the same name."),
    info("definition", "A connector definition contradicts itself or leaves something out."),
    info("dollar-hole", "A `$` stands before a value in a text, as in JavaScript."),
    info("double-braces", "A value in a text stands in two pairs of braces."),
    info("double-equals", "A name gets its value with `==` instead of `=`."),
    info("duplicate-clause", "A call has the same clause twice."),
    info("duplicate-field", "A field, argument or setting is given twice."),
    info("duplicate-gate", "A rule has the same condition twice."),
    info("duplicate-key", "Two rows of a CSV file have the same key."),
    info("duplicate-name", "Two parts of a connector have the same name."),
    info("duplicate-pattern", "Two arms of a `match` or rows of a table have the same value."),
    info("duplicate-step", "Two steps of a rule have the same name in its history."),
    info("else-if", "`else if` is written as one word."),
    info("engine-name", "The name of the engine is given to something else."),
    info("enum-value", "A value is not among those that are possible."),
    info("equals-for-colon", "A field gets its value with `=` instead of `:`."),
    info("error-outcome", "`error` is used as an outcome of a call."),
    info("event-loop", "Rules start each other again and again through a system."),
    info("expected", "Something else was expected here."),
    info("fat-arrow", "A pattern and its value are joined with `=>` instead of `->`."),
    info("fixture-shape", "A file that a test takes an event from has another shape than the event."),
    info("foreign-literal", "A literal is written in the manner of another language."),
    info("foreign-sign", "A name is changed with a sign of another language; names keep their values."),
    info("foreign-word", "A declaration or step begins with a word of another language."),
    info("json-path", "A JSONPath cannot be read or stands in the wrong place."),
    info("jsonpath-number", "A filter of a JSONPath compares with a number, which would lose digits."),
    info("keyword-case", "A word of the language is written in capital letters."),
    info("lookalike-keyword", "A word of the language is written with letters that only look alike."),
    info("loop-needs-key", "A call that must not happen twice stands in a loop without `key`."),
    info("made-of-steps", "Something that is about one call is said of an action that is made of several."),
    info("missing-argument", "An argument that is needed is not given."),
    info("missing-arrow", "The arrow between a pattern and its value is missing."),
    info("missing-braces", "Several steps stand behind `do` without braces."),
    info("missing-colon", "The colon behind the name of a rule is missing."),
    info("missing-comma", "A comma between fields or arguments is missing."),
    info("missing-do", "The word `do` before the steps of a rule is missing."),
    info("missing-else", "The `else` of a value that is chosen with `if` is missing."),
    info("missing-field", "A field that is needed is not given."),
    info("missing-in", "The word `in` between a loop's name and its list is missing."),
    info("missing-let", "A new name is given to a value without `let`."),
    info("missing-setting", "An account lacks a setting that its connector needs."),
    info("missing-then", "The word `then` behind the condition of a value is missing."),
    info("needless-catch", "`catch` stands behind something that cannot fail."),
    info("needless-default", "`??` or `?.` stands behind something that is always there."),
    info("needless-null-check", "Something that is always there is compared with null."),
    info("never-in-time", "What a rule does is no longer valid when its turn comes."),
    info("never-true", "A condition can never hold."),
    info("no-expect", "A test expects nothing."),
    info("no-steps", "A rule has no steps."),
    info("not-a-fingerprint", "`certificate` is not the fingerprint of a certificate."),
    info("not-a-list", "Something that is no list has an index."),
    info("not-a-step", "Something that does nothing stands where a step is wanted."),
    info("not-a-url", "A setting that wants an address has something else."),
    info("not-a-value", "The name of a function, type or table stands where a value is wanted."),
    info("not-an-object", "A field is read from something that has none."),
    info("not-constant", "A value that must be known before anything runs is not."),
    info("not-exhaustive", "A `match` or a table says nothing about some values and has no `else`."),
    info("not-in-definitions", "Something of bundles stands in a connector definition."),
    info("not-in-library", "A declaration stands in a file that others use, where it has no place."),
    info("not-polled", "`poll every` stands at an event that is not asked for."),
    info("not-printable", "Something without a text of its own stands in a text or is a key."),
    info("null-type", "A type that can be absent is written with `null` instead of `?`."),
    info("nullable-access", "Something is read from a value that can be absent, without `?.`."),
    info("number-too-big", "A number has more digits than a number can have."),
    info("one-of", "Exactly one of some fields must be given."),
    info("only-in-definitions", "Something of connector definitions stands in a bundle."),
    info("open-hook", "Anybody could send an event, and the bundle does not say that this is meant."),
    info("overlapping-rules", "Two rules do the same thing for one event, though it must not be done twice."),
    info("pattern-type", "A pattern can never be equal to what is matched."),
    info("payload-type", "A rule names a type for an event whose fields are declared."),
    info("personal-data", "Names, phones or e-mails go where they may not."),
    info("plain-secret", "A secret stands in the text of a bundle."),
    info("poll-too-slow", "An event is polled less often than the vendor keeps it."),
    info("possibly-null", "A value that can be absent stands where one is needed."),
    info("recursion", "A function, constant, table or action made of steps needs itself."),
    info("repeats-effect", "A rule would act again for each event, and nothing says what makes two events one."),
    info("reserved-word", "A word of the language is used as a name."),
    info("retry-unsafe", "A call that must not be repeated blindly has `retry`."),
    info("return-step", "A rule returns a value; rules return nothing."),
    info("rule-needs-name", "A file has a second rule without a name."),
    info("schedule-gate", "A condition about schedules stands at a rule that waits for an event, or the other way round."),
    info("secret-leak", "A secret goes where it could be seen."),
    info("semicolon", "A step or declaration ends with a semicolon."),
    info("shadows", "A name hides another one."),
    info("single-equals", "Two values are compared with `=` instead of `==`."),
    info("single-quotes", "A text stands in single quotes."),
    info("statement-comma", "Steps are separated by commas."),
    info("step-outside-rule", "A step stands outside of a rule."),
    info("symbol-and", "Conditions are joined with `&&`, `||` or `!` instead of words."),
    info("symbol-modulo", "`%` is used for the rest of a division."),
    info("symbol-not-equal", "\"Is not equal\" is written in the manner of another language."),
    info("ternary", "A choice is written with `?` and `:` instead of `if`, `then` and `else`."),
    info("text-hole", "The braces of a text do not hold one value."),
    info("too-deep", "Brackets and conditions stand too deep inside of one another."),
    info("too-new", "A field or action is newer than the system of the account."),
    info("too-parallel", "A loop makes more calls at the same time than are allowed."),
    info("triple-equals", "Two values are compared with one equals sign too many."),
    info("type-cycle", "A type stands for itself."),
    info("type-mismatch", "A value is of another kind than what is wanted."),
    info("typographic-quotes", "A text stands in typographic quotes."),
    info("unclosed", "A bracket, brace or comment is never closed."),
    info("unexpected-character", "A character stands where it means nothing."),
    info("unknown-action", "A connector has no action of this name."),
    info("unknown-allow", "`allow` is followed by something it does not know."),
    info("unknown-argument", "An action, event or function has no argument of this name."),
    info("unknown-connector", "There is no account or connector of this name."),
    info("unknown-currency", "There is no currency of this code."),
    info("unknown-declaration", "A word that begins no declaration stands at the top of a file."),
    info("unknown-definition", "A connector definition speaks of a part that it does not have."),
    info("unknown-escape", "A backslash in a text stands before something that has no meaning."),
    info("unknown-event", "A connector has no event of this name."),
    info("unknown-field", "An object has no field of this name."),
    info("unknown-file", "`use` or a test names a file that is not there, or one outside."),
    info("unknown-function", "There is no function of this name."),
    info("unknown-name", "Nothing has this name here."),
    info("unknown-outcome", "An action has no outcome of this name."),
    info("unknown-setting", "A connector or the bundle has no setting of this name."),
    info("unknown-step", "A word that begins no step stands among the steps."),
    info("unknown-type", "There is no type of this name."),
    info("unknown-wire-form", "A connector names a wire form that does not exist."),
    info("unknown-word", "A word is not among those that can stand here."),
    info("unknown-zone", "There is no time zone of this name."),
    info("unnamed-argument", "An argument of an action has no name."),
    info("unopened", "A bracket closes nothing."),
    info("unreachable", "A step stands behind one that always ends the run."),
    info("unreadable-literal", "A literal cannot be read."),
    info("unrounded", "A quotient reaches an amount of money without being rounded."),
    info("unterminated-text", "A text is not closed on its line."),
    info("untyped-json", "Something of unknown shape is used without giving it a type."),
    info("unused", "A declaration or value is never used."),
    info("unused-allow", "A comment silences something that is not found there."),
    info("value-as-step", "A value stands alone where a step is wanted."),
    info("which-account", "A connector's name is used, but it has several accounts."),
    info("wildcard", "The arm for all other values is written with `_` instead of `else`."),
    info("wire-form-arguments", "A wire form has other arguments than it takes."),
    info("wire-form-misfit", "A wire form does not fit the type of its field."),
    info("word-is", "Two values are compared with the word `is`."),
    info("word-operator", "An operator is written as a word of another language."),
    info("wrong-arguments", "A function is given another number of arguments than it takes."),
];

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a source that cannot be read is a broken case"
    )]

    use std::path::{Path, PathBuf};

    use super::{ALL, find};

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_code_that_is_reported_is_here() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        sources(&root.join("src/errors"), &mut files);
        sources(&root.join("src/catalog"), &mut files);
        sources(&root.join("../grammar/src"), &mut files);
        let reported = regex::Regex::new(r#"(?:error|warning)\(\s*"([a-z-]+)","#).unwrap();
        let mut codes = Vec::new();
        let mut texts = String::new();
        files.retain(|file| !file.ends_with("errors/registry.rs"));
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            texts.push_str(&text);
            codes.extend(
                reported
                    .captures_iter(&text)
                    .map(|found| found[1].to_owned()),
            );
        }
        assert!(
            codes.len() > 100,
            "the sources report with `error(\"code\", …)`"
        );
        codes.retain(|code| find(code).is_none());
        assert_eq!(codes, Vec::<String>::new());
    }

    #[test]
    fn codes_are_in_order_and_unique() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn summaries_are_sentences() {
        for info in ALL {
            assert!(info.summary.ends_with('.'), "{}", info.code);
        }
    }
}

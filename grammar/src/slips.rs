//! What people type who come from other languages, from spreadsheets and from no-code tools.

use crate::SyntaxError;
use crate::ast::Span;
use crate::cst::Rule;
use crate::message;
use crate::recover::Piece;

/// Hard words: they are never names.
pub(crate) const HARD_WORDS: &[&str] = &[
    "and", "or", "not", "in", "if", "then", "else", "for", "match", "let", "on", "do", "when",
    "catch", "as", "true", "false", "null", "omit",
];

/// Words that begin a declaration.
const DECLARATIONS: &[&str] = &[
    "bundle",
    "use",
    "account",
    "allow",
    "const",
    "table",
    "type",
    "extend",
    "fn",
    "rule",
    "on",
    "every",
    "cron",
    "test",
    "connector",
    "setting",
    "auth",
    "hook",
    "answer",
    "code",
    "limit",
    "event",
    "action",
    "sandbox",
];

/// Words of other languages at the beginning of a declaration or step: code, sentence, what to type.
const FOREIGN: &[(&[&str], &str, &str, &str)] = &[
    (
        &["function", "def", "func", "fun", "sub"],
        "foreign-function",
        "a function begins with `fn`",
        "fn name(x: int) -> int = x * 2",
    ),
    (
        &["var", "val", "dim"],
        "missing-let",
        "a new name begins with `let` in steps, with `const` outside of rules",
        "const NAME = 5%",
    ),
    (
        &["import", "include", "require"],
        "foreign-import",
        "another file is named with `use`",
        "use \"lib/common.ondo\" as common",
    ),
    (
        &["while", "loop", "repeat", "until"],
        "no-while",
        "there is no `while`: a loop goes over a list",
        "for item in items { … }",
    ),
    (
        &["foreach", "each"],
        "foreign-for",
        "a loop is written with `for` and `in`",
        "for item in items { … }",
    ),
    (
        &["try", "except", "finally", "rescue"],
        "no-try",
        "failures are handled by `catch` in a value and by `on error` after a rule",
        "value catch other",
    ),
    (
        &["throw", "raise", "abort", "panic"],
        "foreign-fail",
        "a run is ended as failed with `fail`",
        "fail \"why\"",
    ),
    (
        &["switch", "case", "select"],
        "foreign-match",
        "a choice among values is written with `match`",
        "match x { \"a\" -> …  else -> … }",
    ),
    (
        &["break", "continue", "exit", "quit", "pass"],
        "no-break",
        "a loop always goes to its end; a run ends with `stop`",
        "stop \"why\"",
    ),
    (
        &["async", "await", "yield"],
        "no-await",
        "every step waits for its answer by itself",
        "let answer = account.action(…)",
    ),
    (
        &["class", "struct", "interface", "record", "enum"],
        "foreign-type",
        "a type is declared with `type`",
        "type Lead = { id: int, phone: string }",
    ),
    (
        &["trigger", "workflow", "job"],
        "foreign-rule",
        "what happens is written as a rule",
        "rule name: on account.event do …",
    ),
    (
        &["elif", "elsif", "elseif"],
        "else-if",
        "`else if` is written as two words and follows a `}`",
        "else if",
    ),
    (
        &["begin", "end", "endif", "endfor", "fi", "done"],
        "foreign-end",
        "blocks stand between `{` and `}`",
        "}",
    ),
    (
        &["return"],
        "return-step",
        "a rule returns nothing; to end it early, write `stop`",
        "stop \"why\"",
    ),
    (
        &["new"],
        "foreign-new",
        "an object is written with braces",
        "{ name: value }",
    ),
];

/// Words between two values that are functions here, or operators with another name.
const BETWEEN: &[(&[&str], &str, &str)] = &[
    (
        &["contains", "includes"],
        "\"contains\" is a function",
        "contains(text, part)",
    ),
    (
        &["like", "ilike", "rlike", "regexp", "regex"],
        "a text is compared with a pattern by `matches`",
        "text matches r'…'",
    ),
    (
        &["startsWith", "starts_with", "startswith"],
        "\"starts with\" is a function",
        "starts_with(text, part)",
    ),
    (
        &["endsWith", "ends_with", "endswith"],
        "\"ends with\" is a function",
        "ends_with(text, part)",
    ),
    (
        &["mod", "MOD"],
        "the rest of a division is a function",
        "mod(a, b)",
    ),
    (
        &["between", "BETWEEN"],
        "\"between\" is two comparisons",
        "x >= a and x <= b",
    ),
    (&["equals", "eq"], "to compare, write `==`", "a == b"),
    (
        &["xor", "XOR"],
        "\"either or\" is a comparison of two conditions",
        "a != b",
    ),
    (
        &["In", "IN"],
        "`in` is written in small letters",
        "x in [a, b]",
    ),
    (
        &["Then", "THEN"],
        "`then` is written in small letters",
        "then",
    ),
    (
        &["Else", "ELSE"],
        "`else` is written in small letters",
        "else",
    ),
    (&["Do", "DO"], "`do` is written in small letters", "do"),
    (
        &["When", "WHEN", "where", "WHERE"],
        "a condition begins with `when`",
        "when status == \"new\"",
    ),
    (
        &["unless"],
        "a condition begins with `when`, and `not` turns it around",
        "when not (status == \"new\")",
    ),
    (
        &["LIKE"],
        "a text is compared with a pattern by `matches`",
        "text matches r'…'",
    ),
];

/// Signs of other languages, longest first: code, sentence, what to type.
const SIGNS: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "=>",
        "fat-arrow",
        "there are no functions between values; a list is built with `for`",
        Some("[f(x) for x in xs]"),
    ),
    (
        ":=",
        "colon-equals",
        "a name gets its value with `=`",
        Some("="),
    ),
    (
        "++",
        "increment",
        "the value of a name never changes; make a new one",
        Some("let next = x + 1"),
    ),
    (
        "--",
        "increment",
        "the value of a name never changes; a comment begins with `//`",
        Some("//"),
    ),
    (
        "+=",
        "increment",
        "the value of a name never changes; make a new one",
        Some("let sum = a + b"),
    ),
    (
        "-=",
        "increment",
        "the value of a name never changes; make a new one",
        Some("let rest = a - b"),
    ),
    (
        "*=",
        "increment",
        "the value of a name never changes; make a new one",
        Some("let product = a * b"),
    ),
    (
        "/=",
        "increment",
        "the value of a name never changes; make a new one",
        Some("let part = a / b"),
    ),
    (
        "**",
        "symbol-power",
        "there is no sign for powers; multiply",
        Some("x * x"),
    ),
    (
        "^",
        "symbol-power",
        "there is no sign for powers; multiply",
        Some("x * x"),
    ),
    (
        "&&",
        "symbol-and",
        "conditions are joined with the word `and`",
        Some("and"),
    ),
    (
        "||",
        "symbol-and",
        "alternatives are joined with the word `or`",
        Some("or"),
    ),
    (
        "&",
        "symbol-and",
        "conditions are joined with the word `and`; texts are joined inside of quotes",
        Some("\"{a}{b}\""),
    ),
    (
        "|",
        "symbol-and",
        "alternatives are joined with the word `or`",
        Some("or"),
    ),
    ("!", "symbol-and", "\"not\" is a word: `not`", Some("not")),
    (
        "===",
        "triple-equals",
        "two equals signs are enough to compare",
        Some("=="),
    ),
    (
        "#",
        "hash-comment",
        "a comment begins with `//`",
        Some("//"),
    ),
    (
        ";",
        "semicolon",
        "steps and declarations need no `;` at their end",
        None,
    ),
    (
        "::",
        "double-colon",
        "parts of a name are joined with a dot",
        Some("."),
    ),
    (
        "$",
        "unexpected-character",
        "names are written without `$`",
        None,
    ),
    ("@", "unexpected-character", "`@` means nothing here", None),
];

/// The first known slip that fits.
pub(crate) fn find(piece: &Piece<'_>) -> Option<SyntaxError> {
    lookalike(piece)
        .or_else(|| quotes(piece))
        .or_else(|| error_outcome(piece))
        .or_else(|| foreign_word(piece))
        .or_else(|| double_equals(piece))
        .or_else(|| steps_slip(piece))
        .or_else(|| sign(piece))
        .or_else(|| duration(piece))
        .or_else(|| between(piece))
        .or_else(|| reserved(piece))
        .or_else(|| declaration(piece))
        .or_else(|| no_step(piece))
        .or_else(|| second_step(piece))
        .or_else(|| unknown_sign(piece))
}

/// Letters of other alphabets that look like Latin ones.
const LOOKALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('н', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('ӏ', 'l'),
    ('м', 'm'),
    ('п', 'n'),
    ('о', 'o'),
    ('р', 'p'),
    ('г', 'r'),
    ('ѕ', 's'),
    ('т', 't'),
    ('и', 'u'),
    ('ѵ', 'v'),
    ('ԝ', 'w'),
    ('х', 'x'),
    ('у', 'y'),
    ('ο', 'o'),
    ('α', 'a'),
    ('ν', 'v'),
    ('і', 'i'),
    ('А', 'a'),
    ('О', 'o'),
    ('Е', 'e'),
    ('Т', 't'),
];

/// `оn` with a Cyrillic `о`: at the place, before it, or at the beginning of the piece.
fn lookalike(piece: &Piece<'_>) -> Option<SyntaxError> {
    [piece.next, piece.before, piece.first()]
        .into_iter()
        .find_map(|at| {
            let word = at.text(piece.text);
            if word.is_ascii() {
                return None;
            }
            let latin: String = word.chars().map(latin).collect();
            let known = HARD_WORDS
                .iter()
                .chain(DECLARATIONS)
                .chain(STEP_WORDS)
                .any(|known| *known == latin);
            let strange: String = word.chars().filter(|c| !c.is_ascii()).collect();
            known.then(|| message::lookalike_keyword(at, &latin, &strange))
        })
}

const STEP_WORDS: &[&str] = &[
    "stop", "fail", "once", "retry", "timeout", "key", "ordered", "debounce", "poll", "valid",
    "given", "reply", "expect",
];

fn latin(letter: char) -> char {
    LOOKALIKES
        .iter()
        .find(|(strange, _)| *strange == letter)
        .map_or(letter, |(_, latin)| *latin)
}

/// `'text'` or `“text”` where only a plain text can stand.
fn quotes(piece: &Piece<'_>) -> Option<SyntaxError> {
    let quote = piece.next_text();
    let closers: &[char] = match quote {
        "'" => &['\''],
        "“" | "”" | "„" | "«" | "‘" | "’" => &['”', '“', '»', '’', '"'],
        _ => return None,
    };
    let line = piece.rest().lines().next()?;
    let body = line.get(quote.len()..)?;
    let length = body.find(closers);
    let inner = body.get(..length.unwrap_or(body.len()))?;
    let closing = length
        .and_then(|length| body.get(length..)?.chars().next())
        .map_or(0, char::len_utf8);
    let span = Span {
        end: piece.next.start + (quote.len() + inner.len() + closing) as u32,
        ..piece.next
    };
    Some(match quote {
        "'" => message::single_quotes(span, inner),
        _ => message::typographic_quotes(span, inner),
    })
}

/// A word of another language at the place, or at the beginning of the piece.
fn foreign_word(piece: &Piece<'_>) -> Option<SyntaxError> {
    let first = piece.first();
    let starts = piece.next.start == first.start || piece.before.start == first.start;
    let begins =
        piece.begins_line() || matches!(piece.before_text(), "{" | "}" | ">" | "do" | "=" | ":");
    let named = piece
        .rest()
        .get(piece.next_text().len()..)?
        .trim_start()
        .starts_with(['.', ':', ',']);
    [first, piece.next].into_iter().find_map(|at| {
        let fits = if at == first {
            starts
        } else {
            begins && !named
        };
        if !fits {
            return None;
        }
        foreign(at, at.text(piece.text))
    })
}

/// The explanation of a word of another language.
pub(crate) fn foreign(at: Span, word: &str) -> Option<SyntaxError> {
    let (_, code, sentence, help) = FOREIGN.iter().find(|(words, ..)| words.contains(&word))?;
    Some(message::foreign(code, at, sentence, Some(help)))
}

/// `let x == 5`
fn double_equals(piece: &Piece<'_>) -> Option<SyntaxError> {
    let here = piece.rest().starts_with("==") && piece.wants(&[Rule::equals, Rule::slip_walrus]);
    here.then(|| {
        message::double_equals(Span {
            end: piece.next.start + 2,
            ..piece.next
        })
    })
}

/// `if c then stop`, `if c:`, `do` without steps.
fn steps_slip(piece: &Piece<'_>) -> Option<SyntaxError> {
    let head = matches!(piece.first().text(piece.text), "if" | "for" | "match");
    let wants_block = piece.wants(&[Rule::block, Rule::lbrace]);
    match piece.next_text() {
        "then" if head && wants_block => Some(message::then_in_steps(piece.next)),
        ":" if head && wants_block => Some(message::steps_colon(piece.next)),
        "elif" | "elsif" | "elseif" if piece.wants(&[Rule::kw_else]) => {
            Some(message::elif(piece.next, piece.next_text()))
        }
        "{" if piece.wants(&[Rule::kw_then]) => Some(message::braces_in_value(piece.next)),
        _ => None,
    }
}

fn sign(piece: &Piece<'_>) -> Option<SyntaxError> {
    let found = SIGNS
        .iter()
        .filter(|(sign, ..)| piece.rest().starts_with(sign))
        .max_by_key(|(sign, ..)| sign.len());
    let (sign, code, sentence, help) = found?;
    let span = Span {
        end: piece.next.start + sign.len() as u32,
        ..piece.next
    };
    Some(message::foreign(code, span, sentence, *help))
}

/// `10min`, `10 minutes`
fn duration(piece: &Piece<'_>) -> Option<SyntaxError> {
    let word = piece.next_text();
    let number = word.trim_end_matches(char::is_alphabetic);
    let (span, number, unit) = match number {
        "" => (piece.before.to(piece.next), piece.before_text(), word),
        _ => (piece.next, number, word.get(number.len()..)?),
    };
    if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let short = match unit.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" | "с" | "сек" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" | "мин" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" | "ч" | "час" | "часа" | "часов" => "h",
        "d" | "day" | "days" | "дн" | "дней" | "день" => "d",
        "w" | "week" | "weeks" => "w",
        "ms" | "msec" | "milliseconds" | "мс" => "ms",
        _ => return None,
    };
    Some(message::duration_unit(span, &format!("{number}{short}")))
}

fn between(piece: &Piece<'_>) -> Option<SyntaxError> {
    let word = piece.next_text();
    let (_, sentence, help) = BETWEEN.iter().find(|(words, ..)| words.contains(&word))?;
    Some(message::foreign(
        "word-operator",
        piece.next,
        sentence,
        Some(help),
    ))
}

/// `let if = 5`
fn reserved(piece: &Piece<'_>) -> Option<SyntaxError> {
    let word = piece.next_text();
    let wants_name = piece.wants(&[Rule::name, Rule::param, Rule::path, Rule::one_of])
        && !piece.wants(&[Rule::expr, Rule::operand]);
    (wants_name && HARD_WORDS.contains(&word)).then(|| message::reserved_word(piece.next, word))
}

/// `on error` after a call inside of a block.
fn error_outcome(piece: &Piece<'_>) -> Option<SyntaxError> {
    let first = piece.first();
    let second = crate::recover::next_word(piece.text, first.end);
    let here = first.text(piece.text) == "on" && second.text(piece.text) == "error";
    (here && piece.next.start <= second.end).then(|| message::error_outcome(first.to(second)))
}

/// A word that begins no declaration, perhaps a misspelt one.
fn declaration(piece: &Piece<'_>) -> Option<SyntaxError> {
    if !piece.wants(&[Rule::item, Rule::only_item]) || piece.next.start != piece.span.start {
        return None;
    }
    let word = piece.next_text();
    if !word.starts_with(char::is_alphabetic) {
        return None;
    }
    let after = piece.rest().get(word.len()..).unwrap_or("").trim_start();
    if ["let", "if", "for", "match", "stop", "fail"].contains(&word)
        || after.starts_with(['.', '(', '='])
    {
        return Some(message::step_outside(piece.next, word));
    }
    let nearest = DECLARATIONS
        .iter()
        .find(|known| known.len() > 2 && is_near(word, known));
    Some(message::no_declaration(piece.next, word, nearest.copied()))
}

/// Two words in a row where a step should be.
fn no_step(piece: &Piece<'_>) -> Option<SyntaxError> {
    let first = piece.first();
    let word = first.text(piece.text);
    let here = piece.strict == Rule::only_step
        && piece.before == first
        && piece.next_text().starts_with(char::is_alphanumeric)
        && !HARD_WORDS.contains(&word)
        && !STEP_WORDS.contains(&word);
    here.then(|| message::no_step(first, word))
}

/// `do a.b() c.d()`
fn second_step(piece: &Piece<'_>) -> Option<SyntaxError> {
    let after = piece.rest().get(piece.next_text().len()..)?.trim_start();
    let here = piece.strict == Rule::only_item
        && piece.wants(&[Rule::kw_backoff, Rule::clause_timeout])
        && after.starts_with('.');
    here.then(|| message::second_step(piece.next))
}

/// One letter more, less, other, or two neighbours swapped.
fn is_near(word: &str, known: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), known.chars().collect());
    let same_start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let same_end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let length = a.len().max(b.len());
    let swapped = a.len() == b.len()
        && same_start + same_end + 2 == length
        && a[same_start] == b[same_start + 1]
        && a[same_start + 1] == b[same_start];
    word.to_lowercase() == known
        || swapped
        || (a.len().abs_diff(b.len()) <= 1 && same_start + same_end + 1 >= length)
}

/// A sign that is no part of the language at all.
fn unknown_sign(piece: &Piece<'_>) -> Option<SyntaxError> {
    let sign = piece.next_text().chars().next()?;
    let known = sign.is_alphanumeric() || "()[]{}<>=!+-*/%.,:;?|&\"'`_".contains(sign);
    (!known).then(|| message::unexpected_character(piece.next, sign))
}

//! What people type who come from other languages, from spreadsheets and from no-code tools.

mod definitions;
mod habits;
mod words;

pub(crate) use habits::decimal_comma;

use crate::SyntaxError;
use crate::ast::Span;
use crate::cst::Rule;
use crate::message;
use crate::recover::Piece;
use words::{BETWEEN, DECLARATIONS, FOREIGN, HARD_WORDS, LOOKALIKES, SIGNS, STEP_WORDS};

/// The first known slip that fits.
pub(crate) fn find(piece: &Piece<'_>) -> Option<SyntaxError> {
    lookalike(piece)
        .or_else(|| quotes(piece))
        .or_else(|| definitions::find(piece))
        .or_else(|| error_outcome(piece))
        .or_else(|| habits::find(piece))
        .or_else(|| foreign_word(piece))
        .or_else(|| double_equals(piece))
        .or_else(|| steps_slip(piece))
        .or_else(|| sign(piece))
        .or_else(|| duration(piece))
        .or_else(|| number(piece))
        .or_else(|| between(piece))
        .or_else(|| reserved(piece))
        .or_else(|| declaration(piece))
        .or_else(|| no_step(piece))
        .or_else(|| second_step(piece))
        .or_else(|| unknown_sign(piece))
}

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
    let before = matches!(piece.before_text(), "new" | "await");
    let fits = [
        (first, starts),
        (piece.next, begins && !named),
        (piece.before, before),
    ];
    fits.into_iter()
        .filter(|(_, fits)| *fits)
        .find_map(|(at, _)| foreign(at, at.text(piece.text)))
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
    Some(message::duration_unit(span, &short_duration(number, unit)?))
}

/// `1e3`, `.5`, `500RUB`
fn number(piece: &Piece<'_>) -> Option<SyntaxError> {
    let is_digit = |c: char| c.is_ascii_digit();
    let word = piece.next_text();
    if word == "." {
        let digits = piece.rest().get(1..)?.split(|c| !is_digit(c)).next()?;
        let follows_number = piece.before_text().ends_with(is_digit) && !piece.begins_line();
        let span = Span {
            end: piece.next.end + digits.len() as u32,
            ..piece.next
        };
        let wants_value = piece.wants(&[Rule::expr, Rule::operand, Rule::tight, Rule::bare]);
        let behind_sign = piece
            .before_text()
            .ends_with(|c| "=(,:<>+-*/[{".contains(c));
        let here = !digits.is_empty() && !follows_number && (wants_value || behind_sign);
        return here.then(|| message::number_without_whole(span, digits));
    }
    let letters = word.trim_start_matches(is_digit);
    let digits = word.get(..word.len() - letters.len())?;
    if digits.is_empty() {
        return None;
    }
    match letters.strip_prefix(['e', 'E']) {
        Some(power) if power.chars().all(is_digit) => {
            Some(message::number_with_power(piece.next, digits, power))
        }
        _ => {
            let is_code = letters.len() == 3 && letters.chars().all(|c| c.is_ascii_alphabetic());
            is_code.then(|| message::money_without_blank(piece.next, digits, letters))
        }
    }
}

/// `10s` for `10` and `seconds`.
fn short_duration(number: &str, unit: &str) -> Option<String> {
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
    Some(format!("{number}{short}"))
}

/// `timeout 10sec` behind a call.
fn clause_duration(piece: &Piece<'_>, word: &str, after: &str) -> Option<SyntaxError> {
    if !matches!(word, "timeout" | "backoff" | "within") {
        return None;
    }
    let written = after.split(|c: char| !c.is_alphanumeric()).next()?;
    let number = written.trim_end_matches(char::is_alphabetic);
    let short = short_duration(number, written.get(number.len()..)?)?;
    let start = (piece.text.len() - after.len()) as u32;
    let span = Span {
        start,
        end: start + written.len() as u32,
    };
    Some(message::duration_unit(span, &short))
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
    if let Some(slip) = clause_duration(piece, word, after) {
        return Some(slip);
    }
    if ["let", "if", "for", "match", "stop", "fail"].contains(&word)
        || after.starts_with(['.', '(', '='])
    {
        if follows_single_step(piece) {
            return Some(message::second_step(piece.next));
        }
        return Some(message::step_outside(piece.next, word));
    }
    let nearest = DECLARATIONS
        .iter()
        .find(|known| known.len() > 2 && is_near(word, known));
    Some(message::no_declaration(piece.next, word, nearest.copied()))
}

/// `do a.b()` and, indented on the next line, `c.d()`.
fn follows_single_step(piece: &Piece<'_>) -> bool {
    let before = piece
        .text
        .get(..piece.next.start as usize)
        .unwrap_or_default();
    let indented = before.ends_with([' ', '\t']);
    indented && before.trim_end().ends_with(')')
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
        && piece.wants(&[Rule::kw_on, Rule::on_error])
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

/// The wanted word of the language that is one slip away.
pub(crate) fn nearest_keyword(found: &str, wanted: &[Rule]) -> Option<String> {
    let all = wanted.iter().flat_map(|rule| match rule {
        Rule::only_trigger | Rule::trigger_event | Rule::trigger_every | Rule::trigger_cron => {
            vec!["on".to_owned(), "every".to_owned(), "cron".to_owned()]
        }
        _ => format!("{rule:?}")
            .strip_prefix("kw_")
            .map(str::to_owned)
            .into_iter()
            .collect(),
    });
    let letters = found.chars().count() > 1 && found.starts_with(char::is_alphabetic);
    all.filter(|known| letters && known.len() > 1 && known != found)
        .find(|known| is_near(found, known))
}

/// The gate that a word before a condition means.
pub(crate) fn gate_meant(word: &str) -> Option<&'static str> {
    const GATES: &[&str] = &[
        "when", "once", "ordered", "debounce", "poll", "valid", "misfire", "overlap",
    ];
    let small = word.to_lowercase();
    if ["if", "where", "whenever", "unless", "filter", "only"].contains(&small.as_str()) {
        return Some("when");
    }
    GATES.iter().copied().find(|known| is_near(&small, known))
}

/// A sign that is no part of the language at all.
fn unknown_sign(piece: &Piece<'_>) -> Option<SyntaxError> {
    let sign = piece.next_text().chars().next()?;
    let known = sign.is_alphanumeric() || "()[]{}<>=!+-*/%.,:;?|&\"'`_".contains(sign);
    (!known).then(|| message::unexpected_character(piece.next, sign))
}

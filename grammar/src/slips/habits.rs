//! What people write from habit: numbers as in a spreadsheet, sums with the sign of a currency, lists in parentheses, pauses.

use super::{foreign, words};
use crate::SyntaxError;
use crate::ast::Span;
use crate::cst::Rule;
use crate::message;
use crate::recover::{self, Piece};

/// The first habit that fits.
pub(super) fn find(piece: &Piece<'_>) -> Option<SyntaxError> {
    number(piece)
        .or_else(|| currency(piece))
        .or_else(|| list_in_parentheses(piece))
        .or_else(|| semicolon_in_call(piece))
        .or_else(|| all_elements(piece))
        .or_else(|| surely_there(piece))
        .or_else(|| filter_of_a_list(piece))
        .or_else(|| pause(piece))
        .or_else(|| choice(piece))
        .or_else(|| name_with_dash(piece))
        .or_else(|| schedule(piece))
        .or_else(|| head(piece))
        .or_else(|| line_of_a_test(piece))
}

/// The word before stands directly at the place, without a blank.
fn adjacent(piece: &Piece<'_>) -> bool {
    piece.before.end == piece.next.start
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// `0,05` and `1 000` where nothing else can follow a number.
fn number(piece: &Piece<'_>) -> Option<SyntaxError> {
    let whole = piece.before_text();
    if !is_number(whole) || piece.begins_line() {
        return None;
    }
    if piece.next_text() == "," {
        return decimal_comma(piece.text, piece.next);
    }
    let thousands = piece.next_text();
    let fits = is_number(thousands) && thousands.len() == 3 && whole.len() <= 3 && whole != "0";
    fits.then(|| {
        let written = format!("{whole}{thousands}");
        message::number(piece.before.to(piece.next), piece.text, &written)
    })
}

/// `0,05` at its comma.
pub(crate) fn decimal_comma(text: &str, comma: Span) -> Option<SyntaxError> {
    let digits = |c: char| c.is_ascii_digit();
    let (before, after) = (
        text.get(..comma.start as usize)?,
        text.get(comma.end as usize..)?,
    );
    let whole = before.get(before.trim_end_matches(digits).len()..)?;
    let fraction = after.get(..after.len() - after.trim_start_matches(digits).len())?;
    if comma.text(text) != "," || whole.is_empty() || fraction.is_empty() {
        return None;
    }
    let at = Span {
        start: comma.start - whole.len() as u32,
        end: comma.end + fraction.len() as u32,
    };
    Some(message::number(at, text, &format!("{whole}.{fraction}")))
}

/// `500 руб`, `500₽`
fn currency(piece: &Piece<'_>) -> Option<SyntaxError> {
    let amount = piece.before_text();
    if !is_number(amount) {
        return None;
    }
    let written = piece.next_text().to_lowercase();
    let (_, code) = words::CURRENCIES
        .iter()
        .find(|(known, _)| known.contains(&written.as_str()))?;
    Some(message::literal(
        piece.before.to(piece.next),
        piece.text,
        &format!("{amount} {code}"),
    ))
}

/// The bracket that is open at the place, and the word before it.
fn open_bracket<'p>(piece: &'p Piece<'_>, sign: char) -> Option<(Span, &'p str)> {
    let inside = Span {
        start: piece.span.start,
        end: piece.next.start,
    };
    let mut closed = 0;
    for (index, c) in inside.text(piece.text).char_indices().rev() {
        match c {
            ')' | ']' | '}' => closed += 1,
            '(' | '[' | '{' if closed > 0 => closed -= 1,
            '(' | '[' | '{' if c == sign => {
                let start = inside.start + index as u32;
                let before = piece.text.get(inside.start as usize..start as usize)?;
                let word = before
                    .trim_end()
                    .rsplit(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .next()?;
                let open = Span {
                    start,
                    end: start + 1,
                };
                return Some((open, word));
            }
            '(' | '[' | '{' => return None,
            _ => {}
        }
    }
    None
}

/// `site in ("msk", "spb")`
fn list_in_parentheses(piece: &Piece<'_>) -> Option<SyntaxError> {
    if piece.next_text() != "," {
        return None;
    }
    let (open, word) = open_bracket(piece, '(')?;
    let rest = piece.rest();
    let end = rest.find([')', '\n'])?;
    let at = Span {
        start: open.start,
        end: piece.next.start + end as u32 + 1,
    };
    let inner = at.text(piece.text).strip_prefix('(')?.strip_suffix(')')?;
    (word == "in").then(|| message::list_in_parentheses(at, inner))
}

/// `IF(a > 5; "x"; "y")`
fn semicolon_in_call(piece: &Piece<'_>) -> Option<SyntaxError> {
    let here = piece.next_text() == ";" && open_bracket(piece, '(').is_some();
    here.then(|| message::semicolon_in_call(piece.next))
}

/// `items[*].quantity`
fn all_elements(piece: &Piece<'_>) -> Option<SyntaxError> {
    let here = piece.next_text() == "*" && piece.before_text() == "[";
    here.then(|| message::all_elements(piece.before.to(piece.next)))
}

/// `name!`
fn surely_there(piece: &Piece<'_>) -> Option<SyntaxError> {
    let value = piece
        .before_text()
        .starts_with(|c: char| c.is_alphanumeric() || "_)]".contains(c));
    let here = piece.next_text() == "!" && adjacent(piece) && value;
    here.then(|| message::surely_there(piece.next))
}

/// `[x for x in xs where c]`
fn filter_of_a_list(piece: &Piece<'_>) -> Option<SyntaxError> {
    let word = piece.next_text();
    let small = word.to_lowercase();
    let here = matches!(small.as_str(), "where" | "when" | "filter")
        && (open_bracket(piece, '[').is_some() && piece.wants(&[Rule::kw_if]));
    here.then(|| message::filter_of_a_list(piece.next, word))
}

/// `sleep 5s`, and in a test `wait 5m`
fn pause(piece: &Piece<'_>) -> Option<SyntaxError> {
    let first = piece.first();
    let word = first.text(piece.text);
    let length = recover::next_word(piece.text, first.end).text(piece.text);
    let here = matches!(word, "sleep" | "wait" | "pause" | "delay")
        && (length.starts_with(|c: char| c.is_ascii_digit()) || length == "for");
    here.then(|| match piece.strict {
        Rule::only_test => message::pause_in_test(first, word, length),
        _ => message::pause(first, word),
    })
}

/// `let x = switch y { … }`
fn choice(piece: &Piece<'_>) -> Option<SyntaxError> {
    let here = matches!(piece.before_text(), "switch" | "case" | "select") && !adjacent(piece);
    here.then(|| foreign(piece.before, piece.before_text()))?
}

/// `rule to-till: …`
fn name_with_dash(piece: &Piece<'_>) -> Option<SyntaxError> {
    let words = ["rule", "account", "table", "type", "const", "fn", "bundle"];
    let head = piece.first();
    let name = recover::next_word(piece.text, head.end);
    let here = words.contains(&head.text(piece.text))
        && piece.next_text() == "-"
        && name == piece.before
        && adjacent(piece);
    if !here {
        return None;
    }
    let rest = piece.rest();
    let length = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .unwrap_or(rest.len());
    let whole = Span {
        start: name.start,
        end: piece.next.start + length as u32,
    };
    Some(message::name_with_dash(whole, whole.text(piece.text)))
}

/// `cron 0 4 * * *`, `every day at 04:00`
fn schedule(piece: &Piece<'_>) -> Option<SyntaxError> {
    let next = piece.next_text();
    if piece.before_text() == "cron" && (is_number(next) || next == "*") {
        let line = piece.rest().lines().next().unwrap_or_default();
        let times = line.split(" do").next().unwrap_or_default().trim();
        let at = Span {
            start: piece.next.start,
            end: piece.next.start + times.len() as u32,
        };
        return Some(message::cron_without_quotes(at, times));
    }
    let word = piece.before_text();
    let head = piece.text.get(..piece.before.start as usize)?.trim_end();
    let here = head.ends_with("every")
        && matches!(
            word,
            "day" | "hour" | "minute" | "week" | "month" | "morning" | "night" | "monday"
        );
    here.then(|| message::every_day(piece.before, word))
}

/// `account staff telegram { … }`, `fn f(x: int) -> int { … }`, `do: …`, and `when` behind the steps
fn head(piece: &Piece<'_>) -> Option<SyntaxError> {
    let first = piece.first().text(piece.text);
    match (first, piece.next_text()) {
        ("account", connector)
            if piece.wants(&[Rule::equals]) && connector.starts_with(char::is_alphabetic) =>
        {
            Some(message::account_without_equals(
                piece.next,
                piece.before_text(),
                connector,
            ))
        }
        ("fn", "{") if piece.wants(&[Rule::equals]) => Some(message::function_body(piece.next)),
        (_, ":") if piece.before_text() == "do" => Some(message::colon_after_do(piece.next)),
        (_, word @ ("when" | "if")) if piece.before_text() == ")" && !piece.begins_line() => {
            let behind_steps = matches!(piece.strict, Rule::only_item | Rule::only_step)
                && piece.wants(&[Rule::EOI, Rule::item_end, Rule::step_end]);
            behind_steps.then(|| message::condition_behind(piece.next, word))
        }
        _ => None,
    }
}

/// `expect staff.send twice`, `expect once staff.send`, `reply a.b = ok`, `test name { … }`
fn line_of_a_test(piece: &Piece<'_>) -> Option<SyntaxError> {
    let first = piece.first();
    if first.text(piece.text) == "test" && piece.before == first {
        let name = piece.next_text();
        let word = name.starts_with(char::is_alphabetic);
        return word.then(|| message::name_of_a_test(piece.next, name));
    }
    if piece.strict != Rule::only_test {
        return None;
    }
    let second = recover::next_word(piece.text, first.end);
    match (first.text(piece.text), second.text(piece.text)) {
        ("expect", "once" | "twice" | "exactly" | "never") => {
            Some(message::count_before_the_call(first.to(second)))
        }
        ("expect", _) => {
            let (_, count) = words::COUNTS
                .iter()
                .find(|(word, _)| *word == piece.before_text())?;
            Some(message::literal(piece.before, piece.text, count))
        }
        ("reply", _) if matches!(piece.next_text(), "=" | ":" | "{") => {
            Some(message::reply_arrow(piece.next))
        }
        _ => None,
    }
}

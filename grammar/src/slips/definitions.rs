//! Slips in definitions of connectors: a misspelt part, a part in the wrong place, a caption without quotes.

use super::is_near;
use crate::SyntaxError;
use crate::cst::Rule;
use crate::message;
use crate::recover::Piece;

/// Words that begin a part, with what the part belongs to.
const PARTS: &[(&str, &str)] = &[
    ("request", "`action` or `auth`"),
    ("answer", "`connector`, `action` or `hook`"),
    ("token", "`auth`"),
    ("send", "`auth`"),
    ("renew", "`auth`"),
    ("secret", "`hook`"),
    ("verify", "`hook`"),
    ("payload", "`event` or `poll`"),
    ("accept", "`event`"),
    ("key", "`event`"),
    ("entity", "`event`"),
    ("ordered", "`event`"),
    ("poll", "`event`"),
    ("example", "`event` or `action`"),
    ("effect", "`action`"),
    ("raises", "`action`"),
    ("timeout", "`action`"),
    ("since", "`action`"),
    ("job", "`action`"),
    ("do", "`action`"),
    ("every", "`poll` or `job`"),
    ("read", "`poll`"),
    ("cursor", "`poll`"),
    ("start", "`poll`"),
    ("keeps", "`poll`"),
    ("more", "`poll`"),
    ("skip", "`poll`"),
    ("then", "`poll`"),
    ("let", "`sandbox`"),
    ("keep", "`sandbox`"),
    ("replace", "`sandbox`"),
    ("forget", "`sandbox`"),
    ("find", "`sandbox`"),
    ("refuse", "`sandbox`"),
    ("add", "`sandbox`"),
    ("after", "`sandbox`"),
    ("reply", "`sandbox`"),
];

/// Parts of a message.
const SECTIONS: &[&str] = &["path", "query", "headers", "form", "json", "text", "empty"];

/// What is said of a field or a setting behind its type.
const ATTRIBUTES: &[&str] = &[
    "personal", "since", "where", "required", "ignored", "alias", "identity",
];

/// Types that somebody writes behind a caption.
const TYPES: &[&str] = &[
    "bool", "int", "decimal", "money", "string", "phone", "date", "time", "datetime", "json",
    "secret", "url",
];

/// The first slip that fits.
pub(super) fn find(piece: &Piece<'_>) -> Option<SyntaxError> {
    if piece.strict == Rule::only_part {
        misplaced(piece)
            .or_else(|| verdict(piece))
            .or_else(|| status(piece))
            .or_else(|| part(piece))
            .or_else(|| section(piece))
            .or_else(|| number(piece))
            .or_else(|| field(piece))
    } else if of_definition(piece) {
        verdict(piece)
            .or_else(|| status(piece))
            .or_else(|| section(piece))
            .or_else(|| number(piece))
            .or_else(|| field(piece))
    } else {
        None
    }
}

/// Whether the piece is a declaration that only definitions have, or a field.
fn of_definition(piece: &Piece<'_>) -> bool {
    let first = piece.first().text(piece.text);
    piece.strict == Rule::only_member
        || piece.strict == Rule::only_item
            && ["setting", "code", "answer", "limit", "type"].contains(&first)
}

/// `event e { effect read }`: a part that is whole, and belongs elsewhere.
fn misplaced(piece: &Piece<'_>) -> Option<SyntaxError> {
    let is_whole = piece.wanted.is_empty() && piece.next.start >= piece.span.end;
    let word = piece.first().text(piece.text);
    let (_, owner) = PARTS.iter().find(|(known, _)| *known == word)?;
    is_whole.then(|| message::misplaced_part(piece.first(), word, owner))
}

/// `answer ok status 200`
fn verdict(piece: &Piece<'_>) -> Option<SyntaxError> {
    let text = piece.span.text(piece.text);
    let mut words = text.split_whitespace();
    let is_answer = words.next() == Some("answer");
    let name = words.next()?;
    let second = words.next()?;
    let no_verdict = second == "status" || second == "when" || SECTIONS.contains(&second);
    if !is_answer || !no_verdict {
        return None;
    }
    let at = text.find(second).map(|at| piece.span.start + at as u32)?;
    let span = crate::ast::Span {
        start: at,
        end: at + second.len() as u32,
    };
    Some(message::missing_verdict(span, name))
}

/// `status 2xx`
fn status(piece: &Piece<'_>) -> Option<SyntaxError> {
    let here = piece.next_text() == "status" || piece.before_text() == "status";
    // Where the status cannot be read, the answer before it is whole.
    let is_answer = ["answer", "status"].contains(&piece.first().text(piece.text));
    (here && is_answer).then(|| message::no_status(piece.next))
}

/// `reqest POST "/"`
fn part(piece: &Piece<'_>) -> Option<SyntaxError> {
    let word = piece.next_text();
    if piece.next.start != piece.span.start || !word.starts_with(char::is_alphabetic) {
        return None;
    }
    // A request is whole without its sections: one that is misspelt stands alone.
    if let Some(section) = SECTIONS.iter().find(|known| is_near(word, known)) {
        return Some(message::no_section(piece.next, word, section));
    }
    let mut known = PARTS.iter().map(|(known, _)| *known);
    let nearest = known.find(|known| is_near(word, known));
    Some(message::no_part(piece.next, word, nearest))
}

/// `request POST "/" jsn { … }`
fn section(piece: &Piece<'_>) -> Option<SyntaxError> {
    let first = piece.first().text(piece.text);
    let holds_sections = ["request", "answer", "accept", "send"].contains(&first);
    let word = piece.next_text();
    let nearest = SECTIONS.iter().find(|known| is_near(word, known))?;
    let is_name = word.starts_with(char::is_alphabetic);
    (holds_sections && is_name).then(|| message::no_section(piece.next, word, nearest))
}

/// `code 3007 "…"`, `since 2.7`
fn number(piece: &Piece<'_>) -> Option<SyntaxError> {
    let digits = piece.rest();
    let length = digits
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(digits.len());
    let number = digits.get(..length)?.trim_end_matches('.');
    let wants_text =
        piece.wants(&[Rule::plain]) && ["code", "since"].contains(&piece.before_text());
    (wants_text && !number.is_empty()).then(|| {
        let span = crate::ast::Span {
            end: piece.next.start + number.len() as u32,
            ..piece.next
        };
        message::number_for_text(span, number)
    })
}

/// `a?: int`, `a: "Caption" int`, `a: int Caption`, `a: string persnal`
fn field(piece: &Piece<'_>) -> Option<SyntaxError> {
    if piece.wants(&[Rule::colon]) && piece.rest().starts_with("?:") {
        return Some(message::optional_name(piece.next, piece.before_text()));
    }
    if !piece.wants(&[Rule::plain]) || !piece.wants(&[Rule::equals]) {
        return None;
    }
    let word = piece.next_text();
    if let Some(known) = ATTRIBUTES.iter().find(|known| is_near(word, known)) {
        return Some(message::no_attribute(piece.next, word, known));
    }
    if piece.before_text() == "\"" && TYPES.contains(&word) {
        return Some(message::caption_before_type(piece.next, word));
    }
    let is_caption = word.starts_with(char::is_uppercase);
    is_caption.then(|| message::caption_without_quotes(piece.next, word))
}

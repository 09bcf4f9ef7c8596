//! What could have stood at a place, in words of people.

use crate::SyntaxError;
use crate::cst::Rule;
use crate::message;
use crate::recover::Piece;

/// Words and signs that hold a construct together, with what to say when one is missing.
const MISSING: &[(Rule, &str, &str, &str)] = &[
    (
        Rule::kw_then,
        "missing-then",
        "expected `then` after the condition",
        "if condition then value else other",
    ),
    (
        Rule::kw_else,
        "missing-else",
        "a value chosen with `if` needs `else`, too",
        "if condition then value else other",
    ),
    (
        Rule::kw_within,
        "missing-do",
        "expected `do` after the condition",
        "do",
    ),
    (
        Rule::kw_do,
        "missing-do",
        "expected `do` after the condition",
        "do",
    ),
    (
        Rule::kw_in,
        "missing-in",
        "expected `in` between the name and the list",
        "for item in items",
    ),
];

/// Something that surely is missing before the place. None when it could be many things.
pub(crate) fn missing(piece: &Piece<'_>) -> Option<SyntaxError> {
    for (rule, code, sentence, help) in MISSING {
        if piece.wants(&[*rule]) && !(*rule == Rule::kw_in && piece.wants(&[Rule::no_operator])) {
            // What is missing at the end of a line is not the fault of the next one.
            let at = match *rule {
                Rule::kw_else => piece.before,
                _ => piece.next,
            };
            return Some(message::missing_word(code, at, sentence, help));
        }
    }
    if piece.wants(&[Rule::arrow, Rule::slip_fat_arrow]) && piece.wants(&[Rule::comma]) {
        return Some(message::missing_word(
            "missing-arrow",
            piece.next,
            "expected `->` between a pattern and its value",
            "->",
        ));
    }
    let value_follows = piece
        .next_text()
        .starts_with(|c: char| c.is_alphanumeric() || "\"_{[('“«-".contains(c));
    if !value_follows {
        return None;
    }
    if piece.wants(&[Rule::colon]) && !piece.wants(&[Rule::rparen, Rule::rbracket, Rule::EOI]) {
        return Some(message::missing_colon_after(
            piece.next,
            piece.before_text(),
        ));
    }
    let is_name = piece
        .before_text()
        .starts_with(|c: char| c.is_alphabetic() || c == '_');
    if is_name && piece.next_text().starts_with('"') && piece.wants(&[Rule::rparen]) {
        return Some(message::missing_colon_after(
            piece.next,
            piece.before_text(),
        ));
    }
    if piece.wants(&[Rule::comma, Rule::missing_comma]) && piece.before_text() != "," {
        return Some(message::missing_comma(piece.next));
    }
    None
}

/// What could have stood there, at most three kinds of things.
pub(crate) fn expected(piece: &Piece<'_>) -> SyntaxError {
    let mut words: Vec<String> = Vec::new();
    for rule in piece.wanted {
        if let Some(word) = word(*rule, piece.strict)
            && !words.contains(&word)
        {
            words.push(word);
        }
    }
    // "An operator" covers what goes on with a value; and where a sign or word of a construct is wanted, it says more.
    let goes_on = |word: &String| ["`.`", "`as`", "`(`", "`[`", "`?`"].contains(&word.as_str());
    if !words.iter().all(goes_on) {
        words.retain(|word| !goes_on(word));
    }
    let sharper = words.iter().any(|word| word.starts_with('`'));
    if sharper && piece.strict != Rule::only_gate {
        words.retain(|word| word != OPERATOR);
    }
    // A name is a value, too.
    if words.iter().any(|word| word == VALUE) {
        words.retain(|word| word != NAME && word != OPERATOR);
    }
    words.sort_by_key(|word| word.starts_with('`'));
    if words.iter().any(|word| word == "`do`") {
        words.retain(|word| word == "`do`" || word == OPERATOR);
    }
    if ["`if`", "`for`"]
        .iter()
        .all(|step| words.iter().any(|word| word == step))
    {
        words = vec!["a step".to_owned(), "`{`".to_owned()];
    }
    // What was found is not what is wanted, however the grammar came to try it there.
    let found = format!("`{}`", piece.next_text());
    words.retain(|word| *word != found && !word.split([' ', ',']).any(|part| part == found));
    let near = crate::slips::nearest_keyword(piece.next_text(), piece.wanted);
    words.truncate(3);
    let error = message::expected(piece.next, piece.next_text(), &words);
    match near {
        Some(near) => error.help_with(near),
        None => error,
    }
}

const VALUE: &str = "a value";
const NAME: &str = "a name";
const OPERATOR: &str = "an operator";

/// Nothing for what people do not think of at such a place.
fn word(rule: Rule, strict: Rule) -> Option<String> {
    let word = match rule {
        Rule::expr
        | Rule::tight
        | Rule::operand
        | Rule::bare
        | Rule::only_expr
        | Rule::arg
        | Rule::for_if
        | Rule::for_parallel => VALUE,
        Rule::name
        | Rule::key
        | Rule::word
        | Rule::path
        | Rule::param
        | Rule::entry
        | Rule::method => NAME,
        Rule::r#type | Rule::type_part | Rule::only_type | Rule::type_object => "a type",
        Rule::plain | Rule::text | Rule::text_block => "a text in quotes",
        Rule::pattern
        | Rule::patterns
        | Rule::arm
        | Rule::step_arm
        | Rule::only_arm
        | Rule::only_step_arm => "a pattern",
        Rule::item | Rule::only_item => "a declaration",
        Rule::block => "`{`",
        Rule::settings | Rule::object | Rule::lbrace | Rule::table_rows => "`{`",
        Rule::params | Rule::lparen => "`(`",
        Rule::only_step | Rule::step_let | Rule::step_call | Rule::step_if | Rule::slip_var => {
            "a step"
        }
        Rule::only_part => "a part of the definition",
        Rule::only_test | Rule::test_step | Rule::test_at => "`given`, `reply` or `expect`",
        Rule::only_gate | Rule::only_trigger => "`on`, `every` or `cron`",
        Rule::reply => "what the vendor answers",
        Rule::section | Rule::place => "`json`, `form`, `query` or `headers`",
        Rule::status | Rule::status_code => "an HTTP status such as `200`",
        // The piece is whole there: what follows it comes next.
        Rule::EOI if matches!(strict, Rule::only_gate | Rule::only_trigger) => "`do`",
        Rule::EOI | Rule::step_end | Rule::item_end
            if matches!(strict, Rule::only_step | Rule::only_item | Rule::only_test) =>
        {
            "a new line"
        }
        Rule::no_operator | Rule::kw_not => OPERATOR,
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals => "`=`",
        Rule::rparen => "`)`",
        Rule::rbracket => "`]`",
        Rule::rbrace => "`}`",
        Rule::arrow => "`->`",
        Rule::range => "`..`",
        Rule::dot => "`.`",
        Rule::missing_colon => "`:`",
        Rule::trigger_event | Rule::trigger_every | Rule::trigger_cron => "`on`, `every` or `cron`",
        _ => return keyword_or_operator(rule),
    };
    Some(word.to_owned())
}

fn keyword_or_operator(rule: Rule) -> Option<String> {
    let name = format!("{rule:?}");
    if let Some(keyword) = name.strip_prefix("kw_") {
        return Some(format!("`{keyword}`"));
    }
    name.starts_with("op_").then(|| OPERATOR.to_owned())
}
